//! Every input that is refused: exit status 3, a message that names file and key, and no folder left.

use crate::workplace::{CASE, Workplace};

/// Replaces one text of the good case and expects a refusal that says all of `texts`.
#[track_caller]
fn refused(old: &str, new: &str, texts: &[&str]) {
    assert!(CASE.contains(old), "the good case has no {old:?}");
    refused_case(&CASE.replacen(old, new, 1), texts);
}

/// Expects a refusal of a whole case.
#[track_caller]
fn refused_case(case: &str, texts: &[&str]) {
    let place = Workplace::new(case);
    refused_at(&place, texts);
}

#[track_caller]
fn refused_at(place: &Workplace, texts: &[&str]) {
    let before = place.names(".");
    let ended = place.transport(&[]);
    ended.assert_status(3).assert_says(&["straydose: ", "  try: "]).assert_says(texts);
    assert_eq!(ended.stderr.matches("straydose: ").count(), 1, "more than one message:\n{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    assert_eq!(place.names("."), before, "a refusal left something behind");
}

/// One test a refusal: `name: OLD => NEW, [what the message says];`
macro_rules! refusals {
    ($($name:ident: $old:expr => $new:expr, $texts:expr;)*) => {
        $(#[test] fn $name() { refused($old, $new, &$texts); })*
    };
}

const CENTRE: &str = "position_cm = [0.0, -90.0, 0.0]";
const SPECTRUM: &str = "spectrum = { name = \"mohan-6mv\" }";
const BOX: &str = "min_cm = [-4.0, 2.0, -5.0]";
const JAW: &str = "min_cm = [2.0, -60.0, -5.0]\nmax_cm = [6.0, -55.0, 5.0]";

refusals! {
    unknown_material: "\"water\"" => "\"watre\"", ["case.toml, [grid] material", "\"water\"?", "lung"];
    unknown_material_of_a_box: "\"lung\"" => "\"long\"", ["[[grid.box]] number 1 material", "\"lung\"?"];
    unknown_material_of_a_collimator: "\"tungsten-alloy\"" => "\"wolfram\"", ["[[collimator]] number 1 material"];
    negative_voxel: "voxel_cm = [2.0" => "voxel_cm = [-2.0", ["[grid] voxel_cm", "along x"];
    zero_voxel: "voxel_cm = [2.0, 1.0" => "voxel_cm = [2.0, 0", ["[grid] voxel_cm", "along y"];
    voxel_that_is_no_number: "voxel_cm = [2.0" => "voxel_cm = [nan", ["[grid] voxel_cm", "finite"];
    infinite_voxel: "voxel_cm = [2.0" => "voxel_cm = [inf", ["[grid] voxel_cm", "finite"];
    no_voxels: "shape = [4, 6, 4]" => "shape = [4, 0, 4]", ["[grid] shape", "along y"];
    negative_shape: "shape = [4, 6, 4]" => "shape = [4, 6, -4]", ["[grid] shape", "along z"];
    half_a_voxel: "shape = [4, 6, 4]" => "shape = [4.5, 6, 4]", ["[grid] shape", "4.5"];
    shape_beyond_all_numbers: "shape = [4, 6, 4]" => "shape = [1e30, 6, 4]", ["[grid] shape"];
    shape_that_is_no_number: "shape = [4, 6, 4]" => "shape = [nan, 6, 4]", ["[grid] shape"];
    more_voxels_than_nifti_holds: "shape = [4, 6, 4]" => "shape = [40000, 1, 1]", ["[grid] shape", "32767"];
    more_voxels_than_can_be_numbered: "shape = [4, 6, 4]" => "shape = [30000, 30000, 30000]",
        ["[grid] shape", "2147483648 voxels or more"];
    more_voxels_than_memory: "shape = [4, 6, 4]" => "shape = [32767, 32767, 2]", ["[grid] shape", "GiB"];
    grid_beyond_reach: "min_cm = [-4.0, 0.0, -5.0]" => "min_cm = [-4.0e9, 0.0, -5.0]", ["[grid] min_cm"];
    grid_that_ends_beyond_reach: "voxel_cm = [2.0" => "voxel_cm = [9e4", ["[grid] shape"];
    negative_density: "density_g_cm3 = 1.0\n" => "density_g_cm3 = -1.0\n", ["[grid] density_g_cm3", "negative"];
    density_that_is_no_number: "density_g_cm3 = 1.0\n" => "density_g_cm3 = nan\n", ["[grid] density_g_cm3"];
    density_in_kilograms: "density_g_cm3 = 0.26" => "density_g_cm3 = 260.0",
        ["[[grid.box]] number 1 density_g_cm3", "g/cm³"];
    collimator_of_nothing: "density_g_cm3 = 18.0" => "density_g_cm3 = 0.0", ["[[collimator]] number 1 density_g_cm3"];
    box_without_inside: BOX => "min_cm = [-4.0, 4.0, -5.0]", ["[[grid.box]] number 1 max_cm", "along y"];
    box_that_holds_no_centre: BOX => "min_cm = [-4.0, 3.9, -5.0]", ["[[grid.box]] number 1", "centre of no voxel"];
    box_corner_that_is_no_number: BOX => "min_cm = [-4.0, nan, -5.0]", ["[[grid.box]] number 1 min_cm"];
    unknown_element: "{ H = 0.11, O = 0.89 }" => "{ H = 0.11, Xx = 0.89 }", ["[material.gel] mass_fractions", "Xx"];
    fractions_that_do_not_add_up: "O = 0.89" => "O = 0.79", ["[material.gel] mass_fractions", "0.9"];
    fraction_that_is_no_number: "O = 0.89" => "O = nan", ["[material.gel] mass_fractions", "of O"];
    negative_fraction: "{ H = 0.11, O = 0.89 }" => "{ H = -0.11, O = 1.0 }", ["[material.gel] mass_fractions", "of H"];
    material_without_density: "density_g_cm3 = 1.05" => "density_g_cm3 = 0", ["[material.gel] density_g_cm3"];
    direction_of_no_length: "direction = [0.0, 1.0, 0.0]" => "direction = [0, 0, 0]", ["[source] direction"];
    direction_that_is_no_number: "direction = [0.0, 1.0, 0.0]" => "direction = [0, nan, 0]", ["[source] direction"];
    position_that_is_no_number: CENTRE => "position_cm = [0.0, nan, 0.0]", ["[source] position_cm"];
    negative_field: "field_cm = [4.0, 4.0]" => "field_cm = [4.0, -4.0]", ["[source] field_cm", "negative"];
    field_that_is_no_number: "field_cm = [4.0, 4.0]" => "field_cm = [nan, 4.0]", ["[source] field_cm"];
    point_source_without_distance: "field_distance_cm = 100.0\n" => "", ["[source] field_distance_cm", "missing"];
    distance_of_nothing: "field_distance_cm = 100.0" => "field_distance_cm = 0.0", ["[source] field_distance_cm"];
    negative_distance: "field_distance_cm = 100.0" => "field_distance_cm = -1.0", ["[source] field_distance_cm"];
    parallel_beam_with_distance: "\"point\"" => "\"parallel\"", ["[source] field_distance_cm", "parallel"];
    unknown_kind_of_source: "\"point\"" => "\"cone\"", ["[source] kind", "cone"];
    beam_that_looks_away: "direction = [0.0, 1.0, 0.0]" => "direction = [0.0, -1.0, 0.0]",
        ["[source] position_cm", "the field is empty"];
    beam_that_misses: CENTRE => "position_cm = [50.0, -90.0, 0.0]", ["[source] position_cm", "the field is empty"];
    source_inside_a_collimator: CENTRE => "position_cm = [3.0, -58.0, 0.0]",
        ["[source] position_cm", "[[collimator]] number 1"];
    collimator_without_inside: JAW => "min_cm = [2.0, -60.0, -5.0]\nmax_cm = [2.0, -55.0, 5.0]",
        ["[[collimator]] number 1 max_cm", "along x"];
    collimator_in_the_grid: JAW => "min_cm = [2.0, -60.0, -5.0]\nmax_cm = [6.0, 0.5, 5.0]",
        ["[[collimator]] number 1", "overlaps the grid"];
    collimators_that_overlap: "[material.gel]" =>
        "[[collimator]]\nmin_cm = [1.0, -56.0, -5.0]\nmax_cm = [3.0, -50.0, 5.0]\nmaterial = \"lead\"\n[material.gel]",
        ["[[collimator]] number 2", "overlaps [[collimator]] number 1"];
    unknown_spectrum: "mohan-6mv" => "mohan-6mw", ["[source] spectrum.name", "\"mohan-6mv\"?", "mohan-15mv"];
    no_spectrum: SPECTRUM => "spectrum = {}", ["[source] spectrum", "exactly one"];
    two_spectra: SPECTRUM => "spectrum = { name = \"mohan-6mv\", mono_mev = 1.0 }", ["[source] spectrum", "exactly one"];
    energy_below_the_data: SPECTRUM => "spectrum = { mono_mev = 0.001 }", ["case.toml, [source] spectrum.mono_mev"];
    energy_above_the_data: SPECTRUM => "spectrum = { mono_mev = 60.0 }", ["[source] spectrum.mono_mev", "25"];
    energy_that_is_no_number: SPECTRUM => "spectrum = { mono_mev = nan }", ["[source] spectrum.mono_mev"];
    missing_spectrum_file: SPECTRUM => "spectrum = { csv = \"none.csv\" }", ["none.csv", "[source] spectrum.csv"];
    spectrum_file_that_is_a_folder: SPECTRUM => "spectrum = { csv = \".\" }", ["[source] spectrum.csv", "folder"];
    no_histories: "20_000" => "0", ["[run] histories"];
    negative_histories: "20_000" => "-5", ["[run] histories", "-5"];
    half_a_history: "20_000" => "0.5", ["[run] histories", "0.5"];
    histories_that_are_no_number: "20_000" => "nan", ["[run] histories"];
    endless_histories: "20_000" => "inf", ["[run] histories"];
    histories_in_words: "20_000" => "\"many\"", ["case.toml, line", "histories", "many"];
    unknown_quantity: "\"kerma\"" => "\"fluence\"", ["[run] quantity", "fluence"];
    one_batch: "quantity" => "batches = 1\nquantity", ["[run] batches"];
    too_many_batches: "quantity" => "batches = 100000\nquantity", ["[run] batches", "4096"];
    unknown_variance_reduction: "quantity" => "variance_reduction = \"on\"\nquantity", ["[run] variance_reduction"];
    negative_seed: "quantity" => "seed = -1\nquantity", ["[run] seed"];
    unknown_key: "voxel_cm" => "voxels_cm", ["case.toml, line 4, column 1", "voxels_cm"];
    unknown_table: "[run]" => "[runs]", ["case.toml, line", "runs"];
    missing_table: "[run]\nhistories = 20_000\nquantity = \"kerma\"\n" => "", ["case.toml", "run"];
    wrong_number_of_coordinates: "min_cm = [-4.0, 0.0, -5.0]" => "min_cm = [-4.0, 0.0]", ["case.toml, line 3", "min_cm"];
    broken_toml: "shape = [4, 6, 4]" => "shape = [4, 6, 4", ["case.toml, line"];
}

#[test]
fn box_beside_the_grid() {
    let case = CASE.replacen(BOX, "min_cm = [-4.0, -9.0, -5.0]", 1).replacen(
        "max_cm = [4.0, 4.0, 5.0]",
        "max_cm = [4.0, -8.0, 5.0]",
        1,
    );
    refused_case(&case, &["[[grid.box]] number 1", "outside the grid"]);
}

#[test]
fn parallel_beam_that_starts_in_a_collimator() {
    let case = CASE
        .replacen("\"point\"", "\"parallel\"", 1)
        .replacen("field_distance_cm = 100.0\n", "", 1)
        .replacen(CENTRE, "position_cm = [1.0, -58.0, 0.0]", 1);
    refused_case(&case, &["[source] position_cm", "[[collimator]] number 1"]);
}

#[test]
fn missing_case_file() {
    let place = Workplace::new(CASE);
    std::fs::remove_file(place.path("case.toml")).expect("it was there");
    refused_at(&place, &["case.toml", "does not exist"]);
}

#[test]
fn folder_for_a_case_file() {
    let place = Workplace::new(CASE);
    std::fs::remove_file(place.path("case.toml")).expect("it was there");
    std::fs::create_dir(place.path("case.toml")).expect("a folder");
    refused_at(&place, &["case.toml", "folder"]);
}

#[test]
fn case_file_in_another_encoding() {
    refused_at(&Workplace::new(b"[grid]\n# \xb5m\n"), &["case.toml, line 2", "UTF-8"]);
}

#[test]
fn case_file_of_nothing() {
    refused_case("", &["case.toml", "grid"]);
}

#[test]
fn case_file_of_zeros() {
    refused_at(&Workplace::new([0_u8; 1000]), &["case.toml"]);
}

#[test]
fn case_file_nested_without_end() {
    refused_case(&format!("grid = {}", "[".repeat(100_000)), &["case.toml"]);
    refused_case(&format!("grid = {}", "{a=".repeat(100_000)), &["case.toml"]);
}

/// Expects a refusal of a spectrum file.
#[track_caller]
fn spectrum_refused(csv: &str, texts: &[&str]) {
    let place = Workplace::new(CASE.replacen(SPECTRUM, "spectrum = { csv = \"beam.csv\" }", 1));
    place.write("beam.csv", csv);
    refused_at(&place, texts);
}

#[test]
fn spectrum_file_without_its_columns() {
    spectrum_refused("energy,number\n1,2\n", &["beam.csv", "e_lo_mev"]);
}

#[test]
fn spectrum_file_that_does_not_ascend() {
    spectrum_refused("e_lo_mev,e_hi_mev,weight\n1,2,1\n0.5,1,1\n", &["beam.csv", "bin 2"]);
    spectrum_refused("e_lo_mev,e_hi_mev,weight\n2,1,1\n", &["beam.csv", "bin 1"]);
}

#[test]
fn spectrum_file_beyond_the_data() {
    spectrum_refused("e_lo_mev,e_hi_mev,weight\n1,26,1\n", &["beam.csv", "bin 1", "25"]);
    spectrum_refused("e_lo_mev,e_hi_mev,weight\n0.001,0.002,1\n", &["beam.csv", "bin 1"]);
    spectrum_refused("e_lo_mev,e_hi_mev,weight\n-1,2,1\n", &["beam.csv", "bin 1"]);
}

#[test]
fn spectrum_file_with_a_negative_weight() {
    spectrum_refused("e_lo_mev,e_hi_mev,weight\n1,2,-1\n", &["beam.csv", "bin 1", "negative"]);
}

#[test]
fn spectrum_file_without_photons() {
    spectrum_refused("e_lo_mev,e_hi_mev,weight\n1,2,0\n", &["beam.csv"]);
    spectrum_refused("e_lo_mev,e_hi_mev,weight\n", &["beam.csv"]);
    spectrum_refused("", &["beam.csv"]);
}

#[test]
fn spectrum_file_with_words_for_numbers() {
    spectrum_refused("e_lo_mev,e_hi_mev,weight\n1,2,1\n2,three,1\n", &["beam.csv, line 3, column e_hi_mev"]);
    spectrum_refused("e_lo_mev,e_hi_mev,weight\n1,2,nan\n", &["beam.csv, line 2, column weight"]);
}

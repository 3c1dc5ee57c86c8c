//! Rings around regions, from a recipe to a table.

use radiomics::{Error, Image, Mask, Recipe, extract};
use volume::OrientedGrid;

fn grid(shape: [usize; 3]) -> OrientedGrid {
    OrientedGrid {
        origin_mm: [0.0; 3],
        axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        spacing_mm: [1.0; 3],
        shape,
    }
}

/// 11 × 11 × 5 voxels: intensity is the column, air (-1000) in the columns 0 and 10 and the rows 0 and 10.
fn image() -> Image<f32> {
    let value = |n: usize| {
        let (i, j) = (n % 11, n / 11 % 11);
        if [i, j].iter().any(|x| [0, 10].contains(x)) { -1000.0 } else { i as f32 }
    };
    Image { grid: grid([11, 11, 5]), values: (0..605).map(value).collect() }
}

/// A block of 3 × 3 × 1 voxels from a voxel on, in a mask of its own box.
fn block(lower: [usize; 3]) -> Mask {
    Mask { grid: grid([11, 11, 5]), lower, shape: [3, 3, 1], inside: vec![true; 9], notes: Vec::new() }
}

fn recipe(more: &str) -> Recipe {
    let text = format!(
        "dimension = '3D'\n[discretise]\nmethod = 'fixed-bin-size'\nwidth = 1.0\n\
         [features]\nfamilies = ['morphology', 'intensity']\n{more}"
    );
    Recipe::from_toml(&text).expect("a recipe")
}

/// Number of voxels of a region (of 1 mm³).
fn voxels(more: &str, regions: &[(String, Mask)], region: &str) -> f64 {
    let table = extract(&image(), regions, &recipe(more)).expect("a table");
    table.value(region, "morph_vol_approx").expect("a row")
}

#[test]
fn a_ring_is_a_region_of_its_own_outside_inside_or_both() {
    let one = [("GTV".to_owned(), block([4, 4, 2]))];
    let ring = |inside: f64, outside: f64| {
        format!("[[ring]]\nname = 'rim'\ninside_mm = {inside:?}\noutside_mm = {outside:?}\n")
    };
    // One millimetre out: 12 in the slice, 9 above and 9 below. In: all but the middle... which lies 1 mm from above.
    assert_eq!(voxels(&ring(0.0, 1.0), &one, "GTV/rim"), 30.0);
    assert_eq!(voxels(&ring(1.0, 0.0), &one, "GTV/rim"), 9.0);
    assert_eq!(voxels(&ring(1.0, 1.0), &one, "GTV/rim"), 39.0);
    assert_eq!(voxels(&ring(0.0, 1.0), &one, "GTV"), 9.0);
    let table = extract(&image(), &one, &recipe(&ring(0.0, 1.0))).expect("a table");
    let ring = table.rows.iter().find(|row| row.region == "GTV/rim").expect("a row");
    assert_eq!(ring.ring, "rim");
    assert_eq!(table.regions.len(), 2);
    assert_eq!((table.regions[1].region.as_str(), table.regions[1].volume_mm3), ("GTV/rim", 30.0));
}

#[test]
fn a_ring_is_cut_to_the_body_and_to_what_is_no_other_region() {
    // Against the air of column 0 and row 0.
    let corner = [("GTV".to_owned(), block([1, 1, 2]))];
    let ring = "[[ring]]\nname = 'rim'\noutside_mm = 1.0\n";
    assert_eq!(voxels(ring, &corner, "GTV/rim"), 30.0);
    assert_eq!(voxels(&format!("{ring}air_below = -500.0\n"), &corner, "GTV/rim"), 24.0);
    let two = [("GTV".to_owned(), block([4, 4, 2])), ("other".to_owned(), block([7, 4, 2]))];
    assert_eq!(voxels(ring, &two, "GTV/rim"), 27.0);
    assert_eq!(voxels(&format!("{ring}avoid_regions = false\n"), &two, "GTV/rim"), 30.0);
}

#[test]
fn a_ring_is_made_on_the_new_voxels() {
    let one = [("GTV".to_owned(), block([4, 4, 2]))];
    let ring = "[[ring]]\nname = 'rim'\noutside_mm = 1.0\nair_below = -500.0\n";
    let half = format!(
        "[resample]\nspacing_mm = [0.5, 0.5, 0.5]\ninterpolation = 'linear'\nmask_interpolation = 'nearest'\n{ring}"
    );
    let table = extract(&image(), &one, &recipe(&half)).expect("a table");
    let value = |region: &str| table.value(region, "morph_vol_approx").expect("a row");
    // 6 × 6 × 2 half voxels; within 1 mm of their centres lie a ball's worth of half voxels around.
    assert_eq!(value("GTV"), 9.0);
    let mut expected = 0;
    for (x, y, z) in (-4..12).flat_map(|x| (-4..12).flat_map(move |y| (-4..8).map(move |z| (x, y, z)))) {
        let off = |p: i32, n: i32| (-p).max(p - (n - 1)).max(0).pow(2);
        let square = off(x, 6) + off(y, 6) + off(z, 2);
        expected += i32::from(square > 0 && square <= 4);
    }
    assert_eq!(value("GTV/rim"), f64::from(expected) / 8.0);
}

#[test]
fn rings_that_make_no_sense_are_refused() {
    for ring in [
        "name = 'rim'\n",
        "name = 'rim'\noutside_mm = -1.0\n",
        "name = ''\noutside_mm = 1.0\n",
        "name = 'rim'\noutside_mm = 1e9\n",
        "name = 'rim'\noutside_mm = 1.0\nwidth = 3\n",
        "name = 'rim'\noutside_mm = 1.0\n[[ring]]\nname = 'rim'\ninside_mm = 1.0\n",
    ] {
        let text = format!(
            "dimension = '3D'\n[discretise]\nmethod = 'fixed-bin-size'\nwidth = 1.0\n[[ring]]\n{ring}"
        );
        let refusal = Recipe::from_toml(&text).expect_err(ring);
        assert!(matches!(refusal, Error::Setting { key: "ring", .. } | Error::Recipe { .. }), "{refusal}");
    }
}

#[test]
fn voxels_that_are_no_numbers_matter_where_they_are_looked_at() {
    let mut image = image();
    image.values[0] = f32::NAN;
    let one = [("GTV".to_owned(), block([4, 4, 2]))];
    let plain = recipe("");
    let sound = extract(&self::image(), &one, &plain).expect("a table");
    let values = |table: &radiomics::FeatureTable| {
        table.rows.iter().map(|row| row.value.to_bits()).collect::<Vec<u64>>()
    };
    assert_eq!(values(&extract(&image, &one, &plain).expect("far away")), values(&sound));
    let filtered = recipe("[[filter]]\ndimension = '3D'\nkind = 'mean'\nsupport = 3\n");
    assert_eq!(extract(&image, &one, &filtered), Err(Error::ImageNotFinite { voxels: 1 }));
    let ring = recipe("[[ring]]\nname = 'far'\noutside_mm = 8.0\n");
    assert!(
        matches!(extract(&image, &one, &ring), Err(Error::NotFinite { region, .. }) if region == "GTV/far")
    );
}

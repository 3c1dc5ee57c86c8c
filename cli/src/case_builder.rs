//! From the case file to the case: units, defaults, and a refusal that names the key of all that is wrong.

use crate::beam;
use crate::case_file::{CaseFile, RunTable};
use crate::checks::Checks;
use crate::exit::Failure;
use crate::input_file::InputFile;
use crate::materials::Materials;
use crate::spectrum_file::{self, ChosenSpectrum};
use crate::voxels;
use dose_core::case::{Case, Quantity, Source};
use dose_core::run::{Settings, VarianceReduction};
use std::path::Path;

/// Batches that the standard error can be taken from.
const BATCHES: std::ops::RangeInclusive<u64> = 2..=4096;

/// A case that is ready to run.
#[derive(Debug)]
pub struct BuiltCase {
    /// What is simulated.
    pub case: Case,
    /// How long and with which random numbers.
    pub settings: Settings,
    /// Whether photons are split and rouletted.
    pub variance_reduction: VarianceReduction,
    /// Where the spectrum came from.
    pub spectrum_described: String,
    /// The spectrum's file, if it has one.
    pub spectrum_file: Option<InputFile>,
    /// Which material stands where, for the record.
    pub uses: Vec<MaterialUse>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// One filling of the case.
#[derive(Clone, Debug, serde::Serialize)]
pub struct MaterialUse {
    /// The table that names it.
    pub used_in: String,
    /// The material.
    pub material: String,
    /// Its density there.
    pub density_g_cm3: f64,
}

/// What the command line says about a case.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// `--seed`; wins over the case file's.
    pub seed: Option<u64>,
    /// Threads that will run it; each has an image of its own.
    pub threads: usize,
}

/// Checks and converts a case file. `folder` holds it.
pub fn build(file: &CaseFile, folder: &Path, wishes: Wishes, checks: &Checks) -> Result<BuiltCase, Failure> {
    let settings = settings(&file.run, wishes.seed, checks)?;
    let variance_reduction = variance_reduction(&file.run, checks)?;
    let quantity = quantity(&file.run, checks)?;
    let mut materials = Materials::new(&file.material, checks)?;
    let mut uses = Vec::new();
    let grid = voxels::grid(&file.grid, wishes.threads, checks)?;
    let (voxel_material, voxel_density_g_cm3) =
        voxels::fill(&file.grid, &grid, &mut materials, &mut uses, checks)?;
    let collimators = beam::collimators(&file.collimator, &grid, &mut materials, &mut uses, checks)?;
    let ChosenSpectrum { spectrum, described, file: spectrum_file } =
        spectrum_file::choose(&file.source.spectrum, folder, checks)?;
    let source = beam::source(&file.source, spectrum, checks)?;
    beam::check_beam(&source, &grid, &collimators, checks)?;
    let warnings = materials
        .replaced()
        .map(|name| {
            format!("[material.{name}] of the case file is used in place of the program's own {name}")
        })
        .collect();
    Ok(BuiltCase {
        case: Case {
            grid,
            materials: materials.into_used(),
            voxel_material,
            voxel_density_g_cm3,
            collimators,
            source: Source::Rectangle(source),
            quantity,
        },
        settings,
        variance_reduction,
        spectrum_described: described,
        spectrum_file,
        uses,
        warnings,
    })
}

fn settings(run: &RunTable, seed: Option<u64>, checks: &Checks) -> Result<Settings, Failure> {
    let histories = match run.histories.whole() {
        Some(histories) if histories > 0 => histories,
        _ => {
            return Err(checks.refuse(
                "[run] histories",
                format!("{} is no number of source photons", run.histories),
                "a whole number above 0, such as 10_000_000",
            ));
        }
    };
    let mut settings = Settings { histories, ..Settings::default() };
    if let Some(written) = run.batches {
        settings.batches = match written.whole() {
            Some(batches) if BATCHES.contains(&batches) => batches as u32,
            _ => {
                return Err(checks.refuse(
                    "[run] batches",
                    format!("{written} batches cannot give a standard error"),
                    format!("a whole number from {} to {}", BATCHES.start(), BATCHES.end()),
                ));
            }
        };
    }
    settings.seed = match (seed, run.seed) {
        (Some(seed), _) => seed,
        (None, None) => 1,
        (None, Some(written)) => written.whole().ok_or_else(|| {
            checks.refuse("[run] seed", format!("{written} is no seed"), "a whole number, 0 or more")
        })?,
    };
    Ok(settings)
}

fn variance_reduction(run: &RunTable, checks: &Checks) -> Result<VarianceReduction, Failure> {
    match run.variance_reduction.as_deref() {
        None | Some("auto") => Ok(VarianceReduction::Auto),
        Some("off") => Ok(VarianceReduction::Off),
        Some(other) => Err(checks.refuse(
            "[run] variance_reduction",
            format!("{other:?} is no choice of variance reduction"),
            "\"auto\" or \"off\"",
        )),
    }
}

fn quantity(run: &RunTable, checks: &Checks) -> Result<Quantity, Failure> {
    match run.quantity.as_deref() {
        None | Some("kerma") => Ok(Quantity::Kerma),
        Some("dose") => Ok(Quantity::Dose),
        Some(other) => Err(checks.refuse(
            "[run] quantity",
            format!("{other:?} is no quantity that can be scored"),
            "\"kerma\" or \"dose\"",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dose_core::case::Frame;
    use dose_core::case::{Emission, MaterialId};
    use volume::Grid;

    const CASE: &str = r#"
        [grid]
        min_cm = [-2.0, 0.0, -3.0]
        voxel_cm = [1.0, 0.5, 2.0]
        shape = [4, 6, 3]
        material = "water"
        [[grid.box]]
        min_cm = [-1.0, 1.0, -3.0]
        max_cm = [1.0, 2.0, 1.0]
        material = "lung"
        [[grid.box]]
        min_cm = [-1.0, 1.0, -3.0]
        max_cm = [0.0, 9.0, -1.0]
        material = "water"
        density_g_cm3 = 0.5
        [source]
        kind = "point"
        position_cm = [0.0, -90.0, 0.0]
        direction = [0.0, 1.0, 0.0]
        field_cm = [1.0, 2.0]
        field_distance_cm = 100.0
        spectrum = { mono_mev = 1.0 }
        [run]
        histories = 1e3
    "#;

    const WISHES: Wishes = Wishes { seed: None, threads: 2 };

    fn built(text: &str) -> Result<BuiltCase, Failure> {
        let file = crate::case_file::parse(text, "case.toml")?;
        build(&file, Path::new("."), WISHES, &Checks { file: "case.toml" })
    }

    #[test]
    fn lengths_become_millimetres() {
        let case = built(CASE).expect("a good case").case;
        assert_eq!(
            case.grid,
            Grid { corner_mm: [-20.0, 0.0, -30.0], spacing_mm: [10.0, 5.0, 20.0], shape: [4, 6, 3] }
        );
        assert_eq!(case.source.rectangle().unwrap().position_mm, [0.0, -900.0, 0.0]);
        assert_eq!(case.source.rectangle().unwrap().field_mm, [10.0, 20.0]);
        assert_eq!(case.source.rectangle().unwrap().emission, Emission::Point { field_distance_mm: 1000.0 });
    }

    #[test]
    fn a_box_fills_the_voxels_whose_centres_it_holds_and_later_boxes_win() {
        let built = built(CASE).expect("a good case");
        let case = built.case;
        for offset in 0..case.grid.len() {
            let [x, y, z] = case.grid.centre_mm(case.grid.voxel(offset));
            let first = (-10.0..10.0).contains(&x) && (10.0..20.0).contains(&y) && (-30.0..10.0).contains(&z);
            let second =
                (-10.0..0.0).contains(&x) && (10.0..90.0).contains(&y) && (-30.0..-10.0).contains(&z);
            let (material, density) = match (first, second) {
                (_, true) => ("water", 0.5),
                (true, false) => ("lung", 0.26),
                (false, false) => ("water", 1.0),
            };
            let MaterialId(id) = case.voxel_material[offset];
            assert_eq!(case.materials[usize::from(id)].name, material, "at {x} {y} {z}");
            assert!((case.voxel_density_g_cm3[offset] - density).abs() < 1e-3, "at {x} {y} {z}");
        }
        assert_eq!(built.uses.len(), 3);
    }

    #[test]
    fn the_command_line_wins_over_the_seed_of_the_file() {
        let text = format!("{CASE}\nseed = 7\nbatches = 32\nvariance_reduction = \"off\"");
        let file = crate::case_file::parse(&text, "case.toml").expect("good TOML");
        let checks = Checks { file: "case.toml" };
        let seed = |seed| {
            let wishes = Wishes { seed, ..WISHES };
            build(&file, Path::new("."), wishes, &checks).expect("a good case").settings.seed
        };
        assert_eq!((seed(None), seed(Some(3))), (7, 3));
        let built_case = built(&text).expect("a good case");
        assert_eq!(
            (built_case.settings.batches, built_case.variance_reduction),
            (32, VarianceReduction::Off)
        );
        assert_eq!(
            (built_case.settings.histories, built(CASE).expect("a good case").settings.seed),
            (1000, 1)
        );
    }

    #[test]
    fn the_example_of_the_help_is_a_good_case() {
        let built = built(crate::case_file::EXAMPLE).expect("a good case");
        assert_eq!((built.case.grid.len(), built.settings.batches), (144_000, 128));
    }

    #[test]
    fn a_beam_that_misses_the_grid_by_a_little_is_refused_and_one_that_grazes_it_is_not() {
        // The edge of the pyramid is 0.45 cm from the axis at the surface and 0.465 cm at the far side.
        let at = |x: f64| built(&CASE.replace("position_cm = [0.0,", &format!("position_cm = [{x},")));
        assert!(at(2.4).is_ok());
        assert!(at(2.5).expect_err("misses").to_string().contains("the field is empty"));
    }

    #[test]
    fn the_field_lies_on_the_same_axes_here_and_in_the_engine() {
        for direction in
            ["[0, 1, 0]", "[0, 0, -2]", "[3, 0, 0]", "[0.3, 1, 0.2]", "[-1, 1, 0.9]", "[1, 0.2, -0.9]"]
        {
            let text = CASE
                .replace("direction = [0.0, 1.0, 0.0]", &format!("direction = {direction}"))
                .replace("position_cm = [0.0, -90.0, 0.0]", "position_cm = [0.0, 1.0, 0.0]");
            let built = built(&text).expect("a good case");
            let deck =
                dose_core::deck::Deck::new(&built.case, built.variance_reduction).expect("a good deck");
            let frame = Frame::new(built.case.source.rectangle().unwrap().direction).expect("a direction");
            // The engine's axes carry the half widths at unit distance: 0.5 and 1 cm at 100 cm.
            for (ours, theirs, half) in [
                (frame.first, deck.header.source_first, 0.005),
                (frame.second, deck.header.source_second, 0.01),
            ] {
                for a in 0..3 {
                    assert!(
                        (ours[a] * half - f64::from(theirs[a])).abs() < 1e-8,
                        "{direction}: {ours:?} {theirs:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_beam_that_hits_only_a_collimator_may_run() {
        let text = CASE.replace("position_cm = [0.0,", "position_cm = [50.0,");
        assert!(built(&text).is_err());
        let shield = "[[collimator]]\nmin_cm = [40.0, -50.0, -5.0]\nmax_cm = [60.0, -40.0, 5.0]\nmaterial = \"lead\"\n";
        assert!(built(&format!("{text}\n{shield}")).is_ok());
    }
}

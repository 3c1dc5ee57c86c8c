//! What the command line asks for, where it cannot be.

use crate::args::EstimateArguments;
use crate::exit::Failure;
use std::ops::RangeInclusive;
use std::path::Path;

/// Edges of voxels that are accepted (mm).
const VOXELS_MM: RangeInclusive<f64> = 1.0..=20.0;
/// What a patient can be: years, centimetres, kilograms. Outside of these a unit was mistaken.
const AGES_YEARS: RangeInclusive<f64> = 0.0..=130.0;
const HEIGHTS_CM: RangeInclusive<f64> = 20.0..=260.0;
const WEIGHTS_KG: RangeInclusive<f64> = 0.5..=400.0;
/// Fewest histories that an uncertainty can be had from.
const FEWEST_HISTORIES: u64 = 1000;
/// Most fractions of a course.
const MOST_FRACTIONS: u32 = 500;

/// Refuses a command line that cannot be meant.
pub fn check(arguments: &EstimateArguments) -> Result<(), Failure> {
    inputs(arguments)?;
    let wrong = |what: String, remedy: &str| Err(Failure::command_line(what, remedy));
    let ranges = [
        ("--voxel-mm", Some(arguments.voxel_mm), VOXELS_MM, "mm"),
        ("--age", arguments.age, AGES_YEARS, "years"),
        ("--height-cm", arguments.height_cm, HEIGHTS_CM, "cm"),
        ("--weight-kg", arguments.weight_kg, WEIGHTS_KG, "kg"),
    ];
    for (option, value, range, unit) in ranges {
        if let Some(value) = value.filter(|value| !range.contains(value)) {
            let remedy = format!("{} to {} {unit}", range.start(), range.end());
            return wrong(format!("{option} {value} is out of range"), &remedy);
        }
    }
    if let Some(few) = arguments.histories.filter(|n| *n < FEWEST_HISTORIES) {
        return wrong(
            format!(
                "--histories {few} is too few: no uncertainty can be had from fewer than {FEWEST_HISTORIES}"
            ),
            "--histories 1e7",
        );
    }
    if let Some(fractions) = arguments.fractions.filter(|n| !(1..=MOST_FRACTIONS).contains(n)) {
        return wrong(format!("--fractions {fractions} is out of range"), &format!("1 to {MOST_FRACTIONS}"));
    }
    if let Some(percent) =
        arguments.target_uncertainty.filter(|percent| !(*percent > 0.0 && *percent < 100.0))
    {
        return wrong(
            format!("--target-uncertainty {percent} is no percentage that can be reached"),
            "5, for instance",
        );
    }
    Ok(())
}

/// Either a study, or a plan and a CT; and not on top of the results.
fn inputs(arguments: &EstimateArguments) -> Result<(), Failure> {
    let (problem, remedy) = match (&arguments.study, &arguments.plan, &arguments.ct) {
        (Some(_), ..) | (None, Some(_), Some(_)) => return not_into_the_input(arguments),
        (None, Some(_), None) => (
            "--plan alone does not say where the patient is",
            "--ct with a folder of CT slices or a NIfTI image beside it, or --study with a folder that holds both",
        ),
        (None, None, Some(_)) => (
            "--ct alone does not say what was planned",
            "--plan with an RTPLAN file beside it, or --study with a folder that holds both",
        ),
        (None, None, None) => (
            "there is nothing to read",
            "--study with a folder that holds plan and CT, or --plan and --ct; `straydose demo` needs no files",
        ),
    };
    Err(Failure::command_line(problem, remedy))
}

/// Results among the files that are read would be read the next time.
fn not_into_the_input(arguments: &EstimateArguments) -> Result<(), Failure> {
    let same = |folder: &Path| {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        real(folder).is_some_and(|folder| real(&arguments.out) == Some(folder))
    };
    for (option, folder) in
        [("--study", &arguments.study), ("--ct", &arguments.ct), ("--masks", &arguments.masks)]
    {
        if folder.as_ref().is_some_and(|folder| same(folder)) {
            return Err(Failure::command_line(
                format!(
                    "--out is the folder of {option}; the results would lie among the files that are read"
                ),
                "another --out",
            ));
        }
    }
    Ok(())
}

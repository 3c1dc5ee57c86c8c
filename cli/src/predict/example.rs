//! `straydose predict example`: a synthetic cohort as files, to train, check and apply a model on.

use super::arguments::ExampleArguments;
use super::notice::SYNTHETIC;
use crate::args::Common;
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::follow::Follow;
use crate::output_folder::{OutputFolder, RECORD};
use crate::progress::Progress;
use ::predict::example::{Patient, SHAPE, SPACING_MM, patient};
use formats::nifti::write_scalar;
use serde_json::json;
use std::path::Path;
use volume::Grid;

/// The recipe of the tutorial.
const RECIPE: &str = include_str!("example/recipe.toml");
/// The card of the tutorial.
const CARD: &str = include_str!("example/card.toml");
/// What stands in the folder, for who opens it.
const README: &str = include_str!("example/README.txt");
/// Fewest patients that make sense.
const LEAST_PATIENTS: usize = 8;
/// Most, so that a typing error does not fill the disk (some 60 MB).
const MOST_PATIENTS: usize = 400;

/// Runs the command.
pub fn run(arguments: &ExampleArguments, common: &Common) -> Result<(), Failure> {
    run_followed(arguments, common, &Progress::new(common))
}

/// The same for another follower.
///
/// # Errors
/// As the command, or the follower stops it.
pub fn run_followed(
    arguments: &ExampleArguments,
    common: &Common,
    follower: &dyn Follow,
) -> Result<(), Failure> {
    let seed = common.seed.unwrap_or(1);
    if !(LEAST_PATIENTS..=MOST_PATIENTS).contains(&arguments.patients) {
        return Err(Failure::command_line(
            format!("--patients {} is not between {LEAST_PATIENTS} and {MOST_PATIENTS}", arguments.patients),
            "80, which trains in seconds",
        ));
    }
    if arguments.out.exists() {
        return Err(Failure::command_line(
            format!("{} is there already", arguments.out.display()),
            "the name of a folder that does not exist yet",
        ));
    }
    let output = OutputFolder::prepare(&arguments.out)?;
    let new = arguments.patients / 4;
    for (folder, numbers) in
        [("cohort", 0..arguments.patients), ("new", arguments.patients..arguments.patients + new)]
    {
        let mut outcomes = vec![OUTCOMES.map(str::to_owned).to_vec()];
        let mut truth = vec![TRUTH.map(str::to_owned).to_vec()];
        for number in numbers {
            if follower.stops() {
                return Err(Failure::interrupted());
            }
            let id = format!("synthetic-{:03}", number + 1);
            let one = patient(seed, number as u64);
            images(&output.file(folder).join(&id), &one)?;
            for (n, lesion) in one.lesions.iter().enumerate() {
                outcomes.push(outcome_row(&id, n, &one));
                truth.push(vec![
                    id.clone(),
                    (n + 1).to_string(),
                    format!("{:.4}", lesion.infiltration),
                    SYNTHETIC.into(),
                ]);
            }
        }
        table(&output.file(&format!("{folder}.csv")), &outcomes)?;
        table(&output.file(&format!("{folder}_truth.csv")), &truth)?;
    }
    let text =
        |name: &str, text: &str| std::fs::write(output.file(name), text).map_err(|error| cannot(&error));
    text("recipe.toml", RECIPE)?;
    text("card.toml", CARD)?;
    text("README.txt", README)?;
    let record = json!({
        "program": "straydose",
        "version": env!("CARGO_PKG_VERSION"),
        "intended_use": crate::args::INTENDED_USE,
        "notice": super::notice::notice(true),
        "seed": seed,
        "patients": arguments.patients,
        "new_patients": new,
    });
    text(RECORD, &(serde_json::to_string_pretty(&record).expect("string keys only") + "\n"))?;
    output.publish()?;
    follower.note(SYNTHETIC);
    if !common.quiet {
        console::result(&format!(
            "{} patients to train on, {new} new ones; read {} for what to do with them",
            arguments.patients,
            arguments.out.join("README.txt").display()
        ));
    }
    Ok(())
}

const OUTCOMES: [&str; 11] = [
    "patient_id",
    "region",
    "cd8",
    "response",
    "months",
    "progressed",
    "age",
    "sex",
    "kvp",
    "biopsied",
    "notice",
];
const TRUTH: [&str; 4] = ["patient_id", "region", "true_infiltration", "notice"];

fn outcome_row(id: &str, lesion: usize, one: &Patient) -> Vec<String> {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    vec![
        id.to_owned(),
        (lesion + 1).to_string(),
        format!("{:.4}", one.lesions[lesion].cd8),
        yes(one.response),
        format!("{:.2}", one.months),
        yes(one.progressed),
        one.age.to_string(),
        one.sex.to_owned(),
        one.kvp.to_string(),
        yes(lesion == 0),
        SYNTHETIC.to_owned(),
    ]
}

fn images(folder: &Path, one: &Patient) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
    let grid = Grid { corner_mm: [0.0; 3], spacing_mm: [SPACING_MM; 3], shape: SHAPE };
    for (name, values) in [("image.nii.gz", &one.image), ("mask.nii.gz", &one.mask)] {
        write_scalar(&folder.join(name), &grid, values).map_err(|error| cannot(&error))?;
    }
    Ok(())
}

fn table(path: &Path, rows: &[Vec<String>]) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_path(path).map_err(|error| cannot(&error))?;
    for row in rows {
        writer.write_record(row).map_err(|error| cannot(&error))?;
    }
    writer.flush().map_err(|error| cannot(&error))
}

fn cannot(error: &dyn std::error::Error) -> Failure {
    Failure::failed(
        format!("the example cannot be written: {}", with_causes(error)),
        "another --out, with more space",
    )
}

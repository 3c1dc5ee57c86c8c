//! `straydose predict apply`: a model's scores of lesions and of their patients.

mod facts;
mod images;
mod moved;
mod outputs;

pub use outputs::{Finished, Table, lesions, patients};

use super::arguments::ApplyArguments;
use super::table::{Rows, hash};
use crate::args::Common;
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::follow::Follow;
use crate::input_file::{InputFile, file_name};
use crate::output_folder::OutputFolder;
use crate::progress::Progress;
use crate::stages::Stages;
use ::predict::model::{Answer, Missing, Model};
use ::radiomics::Recipe;
use facts::{Facts, Given};

/// A lesion with its answer.
pub struct Scored {
    /// What is known of it.
    pub facts: Facts,
    /// What the model says.
    pub answer: Answer,
    /// Scores with the mask and the bins changed, or why there is none, where there are images.
    pub variants: Vec<(&'static str, Result<f64, String>)>,
}

/// Runs the command.
pub fn run(arguments: &ApplyArguments, common: &Common) -> Result<(), Failure> {
    let progress = Progress::new(common);
    let mut stages = Stages::default();
    let (finished, model_file) = scored(arguments, &progress, &mut stages)?;
    let output = OutputFolder::prepare(&arguments.out)?;
    outputs::write(&finished, &output, &model_file, &stages)?;
    output.publish()?;
    if !common.quiet {
        console::result(&outputs::summary(&finished));
        console::result(&format!("see {}", arguments.out.join("lesions.csv").display()));
    }
    Ok(())
}

/// The scores, and the model's file.
///
/// # Errors
/// Something is refused, or the follower stops it.
pub fn scored(
    arguments: &ApplyArguments,
    follower: &dyn Follow,
    stages: &mut Stages,
) -> Result<(Finished, InputFile), Failure> {
    let (model, model_file) = super::model(&arguments.model)?;
    let given = Given::read(&arguments.given)?;
    stages.end("read", follower)?;
    let (scored, files, notes, is_synthetic) = match (&arguments.image, &arguments.mask) {
        (Some(image), Some(mask)) => {
            let recipe = recipe(&model, &model_file.name)?;
            images::scored(&model, &recipe, [image, mask], arguments, &given, follower)?
        }
        _ => from_table(&model, arguments, &given)?,
    };
    notes.iter().for_each(|note| follower.note(&format!("note: {note}")));
    stages.end("score", follower)?;
    let is_synthetic = is_synthetic || model.provenance.is_synthetic;
    Ok((Finished { model, scored, files, notes, is_synthetic }, model_file))
}

/// The recipe in the model.
fn recipe(model: &Model, file: &str) -> Result<Recipe, Failure> {
    if model.recipe.is_empty() {
        return Err(Failure::refused(
            "the model was trained without a recipe (on doses or a table of your own), so nothing can be extracted for it",
            file,
            "--features with a table",
        ));
    }
    Recipe::from_toml(&model.recipe).map_err(|error| Failure::refused(with_causes(&error), file, ""))
}

type AllScored = (Vec<Scored>, Vec<(String, String)>, Vec<String>, bool);

fn from_table(model: &Model, arguments: &ApplyArguments, given: &Given) -> Result<AllScored, Failure> {
    let path = arguments.features.as_deref().expect("clap asks for --features or --image");
    let file = file_name(path);
    let rings: Vec<String> = match model.recipe.is_empty() {
        true => Vec::new(),
        false => recipe(model, &file)?.ring.into_iter().map(|ring| ring.name).collect(),
    };
    let mut rows = Rows::read(path, arguments.join.as_deref(), &arguments.group, &rings)?;
    same_recipe(model, &rows, &file)?;
    let all = Facts::of_rows(&rows, given);
    missing_columns(model, &all, &file)?;
    let scorer = model.scorer();
    let scored = all
        .into_iter()
        .map(|facts| Scored { answer: facts.answer(model, &scorer), facts, variants: Vec::new() })
        .collect();
    let notes = std::mem::take(&mut rows.notes);
    Ok((scored, rows.files, notes, rows.is_synthetic))
}

/// Features of another recipe are other features under the same names.
fn same_recipe(model: &Model, rows: &Rows, file: &str) -> Result<(), Failure> {
    let own = if model.recipe.is_empty() { hash("") } else { model.recipe_sha256.clone() };
    let remedy = "features extracted with the model's recipe: apply --image does it, or `straydose radiomics --config` with the \
                  text under \"recipe\" in the model";
    match &rows.recipes {
        None if model.recipe.is_empty() => Ok(()),
        None => Err(Failure::refused(
            "it does not say which recipe its features were made with (it has no column recipe_sha256)",
            file,
            remedy,
        )),
        Some(_) => rows.same_recipe(&own, "that of the model", file, remedy),
    }
}

/// A column that the whole table lacks is a wrong table, not a gap.
fn missing_columns(model: &Model, all: &[Facts], file: &str) -> Result<(), Failure> {
    let Some(first) = all.first() else { return Ok(()) };
    let lacks: Vec<String> = model
        .variables
        .iter()
        .map(|variable| variable.column.clone())
        .filter(|column| !first.knows(column))
        .collect();
    if lacks.is_empty() || model.missing == Missing::Mean {
        return Ok(());
    }
    Err(Failure::refused(
        format!(
            "it lacks {} of the model's {} variables: {}",
            lacks.len(),
            model.variables.len(),
            super::table::join::named(&lacks)
        ),
        file,
        "a table with these columns, --join with a table that has them, or --given COLUMN=VALUE",
    ))
}

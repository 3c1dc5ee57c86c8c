//! `straydose predict train`: a table with its outcome to a model and its report.

mod card_file;
mod outcome;
mod outputs;
mod population;
mod report;
mod variables;

use super::arguments::TrainArguments;
use super::table::{Rows, meanings};
use crate::args::Common;
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::follow::Follow;
use crate::input_file::{InputFile, file_name};
use crate::output_folder::OutputFolder;
use crate::progress::Progress;
use crate::stages::Stages;
use ::predict::Outcome;
use ::predict::model::{Meaning, Model, Origin, Provenance, Words, range_of};
use ::predict::pipeline;
use ::predict::training::{Plan, Trained, train};
use ::radiomics::Recipe;
use std::collections::BTreeMap;

/// What was trained, for the files.
struct Finished<'a> {
    model: &'a Model,
    trained: &'a Trained,
    rows: &'a Rows,
    outcome: &'a Outcome,
    plan: &'a Plan,
    arguments: &'a TrainArguments,
}

/// Runs the command.
pub fn run(arguments: &TrainArguments, common: &Common) -> Result<(), Failure> {
    run_followed(arguments, common, &Progress::new(common))
}

/// The same for another follower.
///
/// # Errors
/// As the command, or the follower stops it.
pub fn run_followed(
    arguments: &TrainArguments,
    common: &Common,
    follower: &dyn Follow,
) -> Result<(), Failure> {
    let mut stages = Stages::default();
    let seed = common.seed.unwrap_or(1);
    let file = file_name(&arguments.table);

    let recipe_file =
        arguments.recipe.as_deref().map(|path| InputFile::read(path, "the recipe")).transpose()?;
    let recipe = recipe_file.as_ref().map(recipe).transpose()?;
    let card_file = arguments.card.as_deref().map(|path| InputFile::read(path, "the card")).transpose()?;
    let stated = card_file::read(card_file.as_ref(), arguments)?;
    let rings: Vec<String> =
        recipe.iter().flat_map(|recipe| &recipe.ring).map(|ring| ring.name.clone()).collect();
    let mut rows = Rows::read(&arguments.table, arguments.join.as_deref(), &arguments.group, &rings)?;
    same_recipe(&rows, recipe.as_ref(), &file)?;
    let outcome_of_all = outcome::outcome(&mut rows, arguments, &file)?;
    let mut sources = variables::sources(&rows, arguments, &file)?;
    let kept = variables::without_gaps(&mut rows, &mut sources, arguments.missing, &file)?;
    let outcome = outcome_of_all.take(&kept);
    let volume = variables::volume(&rows, arguments.volume.as_deref());
    if arguments.volume.is_some() && volume.is_none() {
        let name = arguments.volume.as_deref().unwrap_or_default();
        return Err(Failure::refused(
            format!("there is no column of numbers {name:?}"),
            file,
            "--volume with one",
        ));
    }
    let meanings = recipe.as_ref().map(meanings).unwrap_or_default();
    let foreign = variables::foreign(&sources, &meanings);
    let mut table = variables::table(&rows, &sources.iter().collect::<Vec<_>>());
    let sites = arguments.site.as_deref().map(|column| sites(&rows, column, &file)).transpose()?;
    if let Some((_, numbers)) = &sites {
        table.sites = Some(numbers.clone());
    }
    if let Some(path) = &arguments.repeat {
        let again = Rows::read(path, None, &arguments.group, &rings)?;
        same_recipe(&again, recipe.as_ref(), &file_name(path))?;
        table.repeat = Some(variables::repeated(&rows, &table, &again));
        rows.files.extend(again.files);
    }
    let plan = Plan {
        folds: arguments.folds,
        recipe: pipeline::Recipe { seed, harmonise: sites.is_some(), ..pipeline::Recipe::default() },
        bootstraps: arguments.bootstraps,
        least_events: arguments.least_events,
        comparators: variables::comparators(&rows, &sources, volume.as_deref(), &file)?,
    };
    rows.notes.iter().for_each(|note| follower.note(&format!("note: {note}")));
    // A place that cannot be written is found before the work.
    drop(OutputFolder::prepare(&arguments.out)?);
    stages.end("read", follower)?;

    follower.note(&format!(
        "{} rows, {} variables, {} folds: training and judging",
        table.rows(),
        table.names.len(),
        plan.folds
    ));
    let mut trained =
        train(&table, &outcome, &plan).map_err(|error| refused(&error, &rows, &sites, &file))?;
    trained.warnings.extend(foreign);
    stages.end("train", follower)?;

    let is_synthetic = rows.is_synthetic || stated.is_synthetic;
    let mut card = stated.card;
    scope(&mut card.scope, &rows, arguments, &file)?;
    let origin = Origin {
        recipe: recipe.as_ref().map(Recipe::to_toml).unwrap_or_default(),
        meaning: &|name| meaning(&meanings, name),
        sites: sites.map(|(names, _)| (arguments.site.clone().unwrap_or_default(), names)),
        recalibrate: arguments.recalibrate,
        population: population::described(&rows, arguments),
        provenance: Provenance {
            program: format!("straydose {}", env!("CARGO_PKG_VERSION")),
            table_sha256: rows.files[0].1.clone(),
            note: stated.note,
            is_synthetic,
            ..Provenance::default()
        },
    };
    let model = Model::of(&trained, &table, &outcome, &plan, card, origin)
        .map_err(|error| refused(&error, &rows, &None, &file))?;
    let output = OutputFolder::prepare(&arguments.out)?;
    let finished =
        Finished { model: &model, trained: &trained, rows: &rows, outcome: &outcome, plan: &plan, arguments };
    let inputs: Vec<&InputFile> = recipe_file.iter().chain(&card_file).collect();
    outputs::write(&finished, &output, &inputs, &stages)?;
    output.publish()?;
    if !common.quiet {
        console::result(&outputs::summary(&finished));
        console::result(&format!("open {}", arguments.out.join("report.html").display()));
    }
    Ok(())
}

fn recipe(file: &InputFile) -> Result<Recipe, Failure> {
    Recipe::from_toml(file.text()?).map_err(|error| {
        Failure::refused(with_causes(&error), file.name.clone(), "docs/radiomics.md has every key")
    })
}

/// The features must be those of the recipe that goes into the model.
fn same_recipe(rows: &Rows, recipe: Option<&Recipe>, file: &str) -> Result<(), Failure> {
    match (&rows.recipes, recipe) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(Failure::refused(
            "the features were extracted with a recipe, and the model must carry it",
            file,
            "--recipe with the file that `straydose radiomics --config` was given (it is also in the table's .run.json)",
        )),
        (Some(_), Some(recipe)) => rows.same_recipe(
            &super::table::hash(&recipe.to_toml()),
            "that of --recipe",
            file,
            "the recipe of the table, or features extracted anew with this recipe",
        ),
    }
}

fn sites(rows: &Rows, column: &str, file: &str) -> Result<(Vec<String>, Vec<usize>), Failure> {
    let Some(words) = rows.words(column) else {
        return Err(Failure::refused(
            format!("there is no column {column:?}"),
            file,
            "--site with a column of the tables",
        ));
    };
    if let Some(row) = words.iter().position(String::is_empty) {
        return Err(Failure::refused(
            format!("the site of {} is not known", rows.who(row)),
            file,
            "a site for every row",
        ));
    }
    Ok(variables::numbered(&words))
}

/// Bounds of the scope that training gives.
fn scope(
    scope: &mut ::predict::model::Scope,
    rows: &Rows,
    arguments: &TrainArguments,
    file: &str,
) -> Result<(), Failure> {
    for name in &arguments.acquisition {
        let values = rows.column(name).and_then(|column| column.cells.numbers());
        let Some(values) = values.filter(|values| values.iter().all(|value| value.is_finite())) else {
            return Err(Failure::refused(
                format!("{name:?} is no column with a number in every row"),
                file,
                "--acquisition with columns such as kvp that are known for all",
            ));
        };
        scope.ranges.push(range_of(name, values));
    }
    for name in &arguments.clinical {
        let Some(super::table::Cells::Words(words)) = rows.column(name).map(|column| &column.cells) else {
            continue;
        };
        let (mut known, _) = variables::numbered(words);
        known.retain(|word| !word.is_empty());
        scope.words.push(Words { column: name.clone(), known });
    }
    Ok(())
}

fn meaning(meanings: &BTreeMap<String, Meaning>, name: &str) -> Meaning {
    meanings.get(name).cloned().unwrap_or_default()
}

/// What the trainer refused, with the names of the table.
fn refused(
    error: &::predict::Error,
    rows: &Rows,
    sites: &Option<(Vec<String>, Vec<usize>)>,
    file: &str,
) -> Failure {
    use ::predict::Error;
    let site = |number: usize| sites.as_ref().map_or("", |(names, _)| names[number].as_str());
    match error {
        Error::Site { site: number, rows: found, least } => Failure::refused(
            format!(
                "in one of the folds the site {:?} has {found} rows to learn from, and harmonising needs {least}",
                site(*number)
            ),
            file,
            "leaving the site's rows out, joining small sites under one name, or no --site",
        ),
        Error::UnknownSite { site: number, .. } => Failure::refused(
            format!(
                "all rows of the site {:?} fell into one fold, so that nothing could be learnt of it",
                site(*number)
            ),
            file,
            "leaving the site's rows out, joining small sites under one name, or no --site",
        ),
        Error::NotFinite { what, row, value } => Failure::refused(
            format!("{what} of {} is {value}", rows.who(row - 1)),
            file,
            "--missing leave-out-rows or --missing leave-out-variables",
        ),
        other => Failure::refused(other.to_string(), file, ""),
    }
}

/// Row, fold and linear predictor of each row, when it was judged.
fn rows_of_folds(trained: &Trained) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
    trained.folds.iter().enumerate().flat_map(|(fold, judged)| {
        judged.rows.iter().zip(&judged.predictor).map(move |(&row, &predictor)| (row, fold, predictor))
    })
}

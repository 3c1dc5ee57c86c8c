//! `straydose radiomics`: images and their regions to a table of features.

mod arguments;
mod cases;
mod columns;
mod extracted;
mod images;
mod inputs;
mod outputs;
mod parquet;
mod placed;
mod regions;
mod streamed;

pub use arguments::{Kind, Pet, RadiomicsArguments};
pub use columns::{Column, Meaning, Values};
pub use inputs::Inputs;

use crate::args::Common;
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::input_file::{InputFile, file_name};
use ::radiomics::{PRESETS, Recipe, preset};
use extracted::Extracted;
use inputs::Opened;
use outputs::Refused;
use std::collections::BTreeMap;
use std::path::Path;

/// Runs the command.
pub fn run(arguments: &RadiomicsArguments, common: &Common) -> Result<(), Failure> {
    if let Some(threads) = common.threads {
        // Fails only if a pool is there already, and then that one is used.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    outputs::check_name("--out", &arguments.out)?;
    if let Some(path) = &arguments.per_patient {
        outputs::check_name("--per-patient", path)?;
    }
    let recipe = recipe(arguments)?;
    let cases = cases::cases(arguments)?;
    let is_batch = arguments.patients.is_some();
    let count = cases.len();
    let (mut all, mut refused) = (Vec::new(), Vec::new());
    for (n, (patient_id, case)) in cases.into_iter().enumerate() {
        let read = |case| Opened::read(&case, arguments, &recipe);
        match case.and_then(read).and_then(|opened| Extracted::of(opened, &recipe)) {
            Ok(one) => {
                if !common.quiet {
                    said(&one, is_batch.then_some((n + 1, count)));
                }
                all.push(one);
            }
            Err(failure) if is_batch => {
                console::note(&format!("{patient_id} was left out: {failure}"));
                refused.push(Refused {
                    patient_id,
                    problem: format!("{} ({})", failure.problem, failure.place),
                });
            }
            Err(failure) => return Err(failure),
        }
    }
    if all.is_empty() {
        return Err(Failure::refused(
            format!("none of {count} patients could be extracted"),
            arguments.patients.as_deref().map(file_name).unwrap_or_default(),
            "the messages above say why",
        ));
    }
    outputs::write(arguments, &recipe, &all, &refused)?;
    if !common.quiet {
        summed_up(arguments, &all);
    }
    if refused.is_empty() {
        return Ok(());
    }
    // The table is whole but for these; a script must not take it for all.
    Err(Failure::failed(
        format!("{} of {count} patients were left out of {}", refused.len(), arguments.out.display()),
        "the messages above, and `refused` in the record beside the table, say why",
    ))
}

/// The table of one image as its columns, handed to `take`; and the remarks of the readers.
///
/// # Errors
/// The arguments or the input are refused.
pub fn table_of<T>(
    arguments: &RadiomicsArguments,
    take: impl FnOnce(Vec<Column>) -> T,
) -> Result<(T, Vec<String>), Failure> {
    let recipe = recipe(arguments)?;
    let all = cases::cases(arguments)?
        .into_iter()
        .map(|(_, case)| Extracted::of(Opened::read(&case?, arguments, &recipe)?, &recipe))
        .collect::<Result<Vec<_>, Failure>>()?;
    let words = columns::Words::new(&recipe);
    let columns = if arguments.wide { columns::wide(&all, &words) } else { columns::long(&all, &words) };
    Ok((take(columns), all.iter().flat_map(|one| one.notes.clone()).collect()))
}

/// One image with its regions, as this command reads them, for others.
pub fn read_case(image: &Path, mask: &Path, roi: Option<&str>, recipe: &Recipe) -> Result<Inputs, Failure> {
    let (image, mask) = (image.to_owned(), mask.to_owned());
    let arguments = RadiomicsArguments::of_case(&image, &mask);
    let case = cases::Case { patient_id: file_name(&image), image, mask, roi: roi.map(str::to_owned) };
    Opened::read(&case, &arguments, recipe)?.inputs(recipe)
}

/// Remarks of the readers of one image.
fn said(one: &Extracted, of: Option<(usize, usize)>) {
    let who = match of {
        Some((n, count)) => {
            console::note(&format!("{n} of {count}: {}, {} regions", one.patient_id, one.regions.len()));
            format!("{}: ", one.patient_id)
        }
        None => String::new(),
    };
    for note in &one.notes {
        console::note(&format!("note: {who}{note}"));
    }
}

fn summed_up(arguments: &RadiomicsArguments, all: &[Extracted]) {
    let values: usize = all.iter().map(|one| one.table.rows.len()).sum();
    let regions: usize = all.iter().map(|one| one.table.regions.len()).sum();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (reason, count) in all.iter().flat_map(|one| &one.undefined) {
        *reasons.entry(reason).or_default() += count;
    }
    let undefined: usize = reasons.values().sum();
    console::note(&format!(
        "{values} values of {regions} region{}, {undefined} not defined: {}",
        if regions == 1 { "" } else { "s" },
        arguments.out.display()
    ));
    for (reason, count) in reasons {
        console::note(&format!("  {count} not defined: {reason}"));
    }
}

/// The recipe that the command line names.
fn recipe(arguments: &RadiomicsArguments) -> Result<Recipe, Failure> {
    if let Some(name) = &arguments.preset {
        let names = PRESETS.map(|(name, _)| name).join(", ");
        let found = preset(name).ok_or_else(|| {
            Failure::command_line(format!("there is no preset {name:?}"), format!("one of {names}"))
        })?;
        return found.map_err(|error| Failure::failed(with_causes(&error), "reporting it"));
    }
    let path = arguments.config.as_ref().expect("clap asks for one of the two");
    let file = InputFile::read(path, "the recipe")?;
    Recipe::from_toml(file.text()?).map_err(|error| {
        Failure::refused(with_causes(&error), file_name(path), "docs/radiomics.md has every key")
    })
}

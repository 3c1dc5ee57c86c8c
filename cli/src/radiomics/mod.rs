//! `straydose radiomics`: an image and its regions to a table of features.

mod arguments;
mod inputs;
mod outputs;

pub use arguments::RadiomicsArguments;

use crate::args::Common;
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::input_file::{InputFile, file_name};
use ::radiomics::{PRESETS, Recipe, extract, preset};
use inputs::Inputs;
use outputs::Provenance;

/// Runs the command.
pub fn run(arguments: &RadiomicsArguments, common: &Common) -> Result<(), Failure> {
    if let Some(threads) = common.threads {
        // Fails only if a pool is there already, and then that one is used.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    outputs::check_name(&arguments.out)?;
    let recipe = recipe(arguments)?;
    let inputs = Inputs::read(arguments)?;
    let table = extract(&inputs.image, &inputs.regions, &recipe)
        .map_err(|error| Failure::refused(with_causes(&error), "", ""))?;
    let provenance = Provenance::new(&recipe, &inputs);
    outputs::write(&arguments.out, arguments.wide, &table, &recipe, &inputs, &provenance)?;
    if !common.quiet {
        for note in &inputs.notes {
            console::note(&format!("note: {note}"));
        }
        let undefined = table.rows.iter().filter(|row| row.value.is_nan()).count();
        let regions = inputs.regions.len();
        console::note(&format!(
            "{} values of {regions} region{}, {undefined} not defined: {}",
            table.rows.len(),
            if regions == 1 { "" } else { "s" },
            arguments.out.display()
        ));
    }
    Ok(())
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

//! `straydose predict inspect`: a model as a card.

mod checklists;
mod evidence_class;
mod page;
mod text;

use super::arguments::InspectArguments;
use crate::console;
use crate::exit::Failure;
use std::path::Path;

/// Runs the command.
pub fn run(arguments: &InspectArguments) -> Result<(), Failure> {
    let (model, _) = super::model(&arguments.model)?;
    if let Some(path) = &arguments.html {
        save(path, &page::page(&model))?;
    }
    console::result(&text::card(&model));
    if let Some(path) = &arguments.html {
        console::result(&format!("open {}", path.display()));
    }
    Ok(())
}

/// Under another name first, so that a file with the right name is whole.
fn save(path: &Path, text: &str) -> Result<(), Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, path)).map_err(|error| {
        let _ = std::fs::remove_file(&part);
        Failure::failed(
            format!("{} cannot be written: {error}", path.display()),
            "another --html, in a folder that exists and that you may write to",
        )
    })
}

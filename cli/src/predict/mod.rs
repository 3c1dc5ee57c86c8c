//! `straydose predict`: models of features of lesions or of doses, trained, applied and shown.

pub mod apply;
mod arguments;
pub mod example;
mod inspect;
mod notice;
mod pages;
mod plots;
mod table;
pub mod train;
pub mod write;

pub use arguments::{
    ApplyArguments, ExampleArguments, KindChoice, MissingChoice, PredictCommand, TrainArguments,
};

use crate::args::Common;
use crate::exit::Failure;
use crate::input_file::{InputFile, file_name};
use crate::interrupt;
use ::predict::model::Model;
use std::path::Path;

/// Runs the command.
pub fn run(command: &PredictCommand, common: &Common) -> Result<(), Failure> {
    if let Some(threads) = common.threads {
        // Fails only if a pool is there already, and then that one is used.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    if !matches!(command, PredictCommand::Inspect(_)) {
        interrupt::watch();
    }
    match command {
        PredictCommand::Train(arguments) => train::run(arguments, common),
        PredictCommand::Apply(arguments) => apply::run(arguments, common),
        PredictCommand::Inspect(arguments) => inspect::run(arguments),
        PredictCommand::Example(arguments) => example::run(arguments, common),
    }
}

/// A model's file, read and checked.
fn model(path: &Path) -> Result<(Model, InputFile), Failure> {
    let file = InputFile::read(path, "the model")?;
    let model = Model::from_json(file.text()?)
        .map_err(|error| Failure::refused(error.to_string(), file_name(path), ""))?;
    Ok((model, file))
}

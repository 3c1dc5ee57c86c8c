//! `straydose commission`: read the machine and the measurements, run the responses, fit, write.

mod outputs;
mod report;

use crate::args::{CommissionArguments, Common};
use crate::backend;
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::input_file::InputFile;
use crate::interrupt;
use crate::output_folder::OutputFolder;
use crate::progress::Progress;
use crate::stages::Stages;
use ::commission::fit::{Data, Fit, fit};
use ::commission::machine_file;
use ::commission::measurement::Measurements;
use ::commission::model::Model;
use ::commission::responses::{Effort, Responses, Varies};
use ::commission::{Error, field};
use std::path::Path;
use treatment::beam::Fluence;
use treatment::machine::Machine;
use treatment::machine::built_in::FILES;

/// A machine that was commissioned.
pub struct Commissioned<'a> {
    /// The machine before.
    pub machine: &'a Machine,
    /// Place of its beam.
    pub quality: usize,
    /// What was measured.
    pub measurements: &'a Measurements,
    /// Name of the table.
    pub table: &'a str,
    /// What the detectors read.
    pub model: &'a Model<'a>,
    /// The fit.
    pub fit: &'a Fit,
}

/// Runs the command.
pub fn run(arguments: &CommissionArguments, common: &Common) -> Result<(), Failure> {
    backend::check(common)?;
    interrupt::watch();
    let mut progress = Progress::new(common);
    let mut stages = Stages::default();

    let own_file = own_file(&arguments.machine)?;
    let (name, text) = machine_text(&arguments.machine, own_file.as_ref())?;
    let machine = Machine::from_toml(&name, &text).map_err(|error| refused(&error, &name))?;
    let fluence =
        if arguments.fff { Some(Fluence::FilterFree) } else { arguments.mv.map(|_| Fluence::Flattened) };
    let quality = field::quality(&machine, arguments.mv, fluence).map_err(|error| failure(error, &name))?;
    let table = InputFile::read(&arguments.measurements, "the table of measurements")?;
    let measurements =
        Measurements::from_csv(&table.name, table.text()?).map_err(|error| failure(error, &table.name))?;
    stages.end("read", &progress)?;

    let output = OutputFolder::prepare(&arguments.out)?;
    let mut chosen = backend::start(common)?;
    crate::transport::tell_backend(&chosen, &progress);
    stages.end("start", &progress)?;

    let seed = common.seed.unwrap_or(1);
    let effort = Effort { histories: arguments.histories, seed, varies: Varies::Shapes };
    progress.note(&format!("fields to run, component by component: {}", measurements.setups.len()));
    let backend = &mut chosen.backend;
    let responses = Responses::run(&machine, quality, &measurements, effort, backend, &mut progress.watch());
    progress.transport_ends();
    let responses = responses.map_err(|error| failure(error, &name))?;
    stages.end("transport", &progress)?;

    let model = Model::new(&machine, quality, &measurements, &responses);
    let readings: Vec<f64> = measurements.points.iter().map(|point| point.dose).collect();
    let sigma: Vec<f64> = measurements.points.iter().map(|point| point.sigma_relative).collect();
    let used: Vec<usize> = (0..readings.len()).collect();
    let fit = fit(&model, &Data { readings: &readings, sigma_relative: &sigma, used: &used })
        .map_err(|error| failure(error, &table.name))?;
    stages.end("fit", &progress)?;

    let source = format!(
        "commissioned on {}, {} points (straydose {})",
        table.name,
        readings.len(),
        env!("CARGO_PKG_VERSION")
    );
    let written = machine_file::write(&name, &text, quality, &model, &fit, &source)
        .map_err(|error| failure(error, &name))?;
    let finished = Commissioned {
        machine: &machine,
        quality,
        measurements: &measurements,
        table: &table.name,
        model: &model,
        fit: &fit,
    };
    let inputs: Vec<&InputFile> = own_file.iter().chain([&table]).collect();
    outputs::write(&finished, &written, &output, &inputs, effort, &chosen, stages)?;
    output.publish()?;
    if common.shows_results() {
        console::result(&outputs::summary(&finished));
        console::result(&format!("open {}", arguments.out.join("report.html").display()));
    }
    Ok(())
}

/// The machine file that the user names, if it is no machine of the program.
fn own_file(machine: &str) -> Result<Option<InputFile>, Failure> {
    if !machine.ends_with(".toml") {
        return Ok(None);
    }
    InputFile::read(Path::new(machine), "the machine file").map(Some)
}

/// Name and text of a machine file, the user's or one of the program's.
fn machine_text(machine: &str, own_file: Option<&InputFile>) -> Result<(String, String), Failure> {
    if let Some(file) = own_file {
        return Ok((file.name.clone(), file.text()?.to_owned()));
    }
    let found = FILES.iter().find(|(name, _)| name.eq_ignore_ascii_case(machine));
    let known = || FILES.map(|(name, _)| name).join(", ");
    match found {
        Some((name, text)) => Ok(((*name).to_owned(), (*text).to_owned())),
        None => Err(Failure::refused(
            format!("no machine is named {machine:?}"),
            "MACHINE",
            format!("a machine file (.toml), or one of {}", known()),
        )),
    }
}

fn refused(error: &dyn std::error::Error, file: &str) -> Failure {
    Failure::refused(with_causes(error), file, "")
}

fn failure(error: Error, file: &str) -> Failure {
    match error {
        Error::Engine(error) => Failure::from_engine(error, file),
        Error::Fit { .. } => Failure::failed(with_causes(&error), ""),
        other => refused(&other, file),
    }
}

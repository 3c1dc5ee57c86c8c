//! The program `straydose` as a library: arguments in, files and one exit status out; and the steps of a run for the Python package.

pub mod args;
pub mod backend;
mod beam;
mod case_builder;
mod case_file;
mod checks;
mod cohort;
mod commission;
mod compare;
mod console;
pub mod demo;
mod devices;
pub mod estimate;
pub mod exit;
mod explore;
pub mod follow;
mod input_file;
mod interrupt;
mod made_up;
mod materials;
mod memory;
pub mod output_folder;
mod page;
pub mod phantom;
pub mod predict;
mod progress;
pub mod radiomics;
mod registry;
mod run_record;
mod serve;
mod slicer;
mod solids;
mod spectrum_file;
pub mod stages;
mod transport;
mod turn;
mod validate;
mod voxels;

use args::{Arguments, Command};
use clap::Parser;
use exit::Failure;
use std::panic::catch_unwind;
use std::process::ExitCode;

/// Runs the command that this process was started with.
pub fn main() -> ExitCode {
    run_record::started_as_program();
    let asked = slicer::Asked::of(std::env::args_os());
    let (arguments, dose_image) = match asked {
        slicer::Asked::Descriptor(xml) => {
            console::result(&xml);
            return ExitCode::SUCCESS;
        }
        slicer::Asked::Estimate { arguments, dose_image } => (arguments, dose_image),
        slicer::Asked::Nothing => (Box::new(Arguments::parse()), None),
    };
    let ended = catch_unwind(|| match &arguments.command {
        Command::Transport(transport) => transport::run(transport, &arguments.common),
        Command::Estimate(estimate) => estimate::run(estimate, &arguments.common, None)
            .and_then(|()| slicer::hand_over(&estimate.out, dose_image.as_deref())),
        Command::Commission(commission) => commission::run(commission, &arguments.common),
        Command::Validate(validate) => validate::run(validate, &arguments.common),
        Command::Demo(demo) => demo::run(demo, &arguments.common),
        Command::Phantom(phantom) => phantom::run(phantom, &arguments.common),
        Command::Devices(devices) => devices::run(devices),
        Command::Manifest(manifest) => registry::manifest(manifest, &arguments.common),
        Command::Batch(batch) => registry::batch(batch, &arguments.common),
        Command::Gather(gather) => registry::gather(gather, &arguments.common),
        Command::Compare(compare) => compare::run(compare, &arguments.common),
        Command::Explore(explore) => explore::run(explore, &arguments.common),
        Command::Serve(serve) => serve::run(serve, &arguments.common),
        Command::Cohort(cohort) => cohort::run(cohort, &arguments.common),
        Command::Radiomics(radiomics) => radiomics::run(radiomics, &arguments.common),
        Command::Predict { command } => predict::run(command, &arguments.common),
    });
    let failure = match ended {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::failed(
            "an error in the program itself, described above; nothing was written",
            "reporting it with the case file and this text",
        ),
    };
    console::note(&failure.to_string());
    failure.status.into()
}

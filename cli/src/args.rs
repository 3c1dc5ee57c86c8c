//! What a user types.

use crate::case_file::EXAMPLE;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What the program is for; also in every `run.json`.
pub const INTENDED_USE: &str = "research software, not a medical device: for research and epidemiology, \
     not for diagnosis, treatment decisions or plan approval";

const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\nresearch software, not a medical device: for research and epidemiology, \
     not for diagnosis, treatment decisions or plan approval"
);

/// Dose outside the treatment field, by photon Monte Carlo.
#[derive(Debug, Parser)]
#[command(
    name = "straydose",
    version = VERSION,
    after_help = "Research software, not a medical device. `straydose COMMAND --help` says more about a command."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of all commands.
    #[command(flatten)]
    pub common: Common,
}

/// Options that every command takes.
#[derive(Args, Debug)]
pub struct Common {
    /// Where to run: the best GPU if there is one, else the CPU; or one of them for certain.
    #[arg(
        long,
        global = true,
        value_name = "auto|gpu|cpu",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub backend: BackendChoice,

    /// Which GPU, by its number in `straydose devices`.
    #[arg(long, global = true, value_name = "N")]
    pub device: Option<usize>,

    /// Seed of the random numbers; the same seed gives the same dose [default: 1].
    #[arg(long, global = true, value_name = "N")]
    pub seed: Option<u64>,

    /// Threads on the CPU [default: one for each core].
    #[arg(long, global = true, value_name = "N", value_parser = threads)]
    pub threads: Option<usize>,

    /// How progress is shown on stderr: a bar on a terminal and lines elsewhere, or always the one named.
    #[arg(
        long,
        global = true,
        value_name = "auto|bar|plain|json",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub progress: ProgressChoice,

    /// No progress and no summary; errors are still told.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Photons through a voxel box: the bare engine, for research and for validation.
    ///
    /// Writes kerma.nii.gz or dose.nii.gz (Gy per source photon emitted into the field), sigma.nii.gz (relative
    /// standard error, 1 where nothing was scored) and run.json.
    Transport(TransportArguments),
    /// A run from nothing: a body of boxes, a field on its head, a report to open.
    Demo(DemoArguments),
    /// The GPUs that can be used, and the CPU path.
    Devices(DevicesArguments),
}

/// Arguments of `straydose transport`.
#[derive(Args, Debug)]
#[command(after_long_help = format!("A case file:\n\n{EXAMPLE}"))]
pub struct TransportArguments {
    /// The case: grid, source, collimators, number of histories.
    #[arg(value_name = "CASE.toml")]
    pub case: PathBuf,

    /// Folder for kerma.nii.gz or dose.nii.gz, sigma.nii.gz and run.json; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Arguments of `straydose demo`.
#[derive(Args, Debug)]
pub struct DemoArguments {
    /// Folder for the case (input/), its result (result/) and report.html; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Arguments of `straydose devices`.
#[derive(Args, Debug)]
pub struct DevicesArguments {
    /// For scripts.
    #[arg(long)]
    pub json: bool,
}

/// Where to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BackendChoice {
    /// The best GPU, else the CPU.
    Auto,
    /// A GPU or nothing; a software rasteriser counts.
    Gpu,
    /// The CPU.
    Cpu,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProgressChoice {
    /// A bar on a terminal, plain lines otherwise.
    Auto,
    /// A bar.
    Bar,
    /// Plain lines.
    Plain,
    /// One JSON object a line.
    Json,
}

/// Most threads that make sense; a typing error would otherwise start millions.
const MOST_THREADS: usize = 4096;

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (1..=MOST_THREADS).contains(&n) => Ok(n),
        _ => Err(format!("give a whole number from 1 to {MOST_THREADS}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_version_states_the_intended_use() {
        assert!(VERSION.ends_with(INTENDED_USE));
    }
}

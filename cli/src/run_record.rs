//! `run.json`: all that is needed to repeat a run, and nothing about who ran it or where.

use crate::backend::ChosenBackend;
use crate::case_builder::MaterialUse;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The record of one run.
#[derive(Debug, Serialize)]
pub struct RunRecord {
    /// Always `straydose`.
    pub program: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What the result may be used for.
    pub intended_use: &'static str,
    /// The command line without any folder.
    pub command: Vec<String>,
    /// `kerma` or `dose`.
    pub quantity: &'static str,
    /// Unit of the first image.
    pub unit: &'static str,
    /// The images beside this record.
    pub files: Vec<String>,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Source photons followed.
    pub histories: u64,
    /// Batches that the standard error comes from.
    pub batches: u32,
    /// `auto` or `off`.
    pub variance_reduction: &'static str,
    /// Where it ran.
    pub backend: BackendRecord,
    /// Wall seconds of each stage.
    pub stage_seconds: BTreeMap<&'static str, f64>,
    /// Wall seconds of the transport alone.
    pub transport_seconds: f64,
    /// Histories in one second of the transport.
    pub histories_per_second: f64,
    /// Where the energy went. What the roulette took, less what it gave, is 0 on average.
    pub energy_balance: BTreeMap<&'static str, f64>,
    /// Collisions followed.
    pub collisions: u64,
    /// Rejection loops that reached their bound.
    pub given_up: u64,
    /// The spectrum.
    pub spectrum: SpectrumRecord,
    /// Which material stands where.
    pub materials: Vec<MaterialUse>,
    /// The grid, in the case file's unit.
    pub grid: GridRecord,
    /// SHA-256 of each input file, by its name.
    pub inputs_sha256: BTreeMap<String, String>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Where it ran.
#[derive(Debug, Serialize)]
pub struct BackendRecord {
    /// `cpu`, `vulkan`, `metal` or `dx12`.
    pub name: String,
    /// Name of the processor or card.
    pub device: String,
    /// Its driver.
    pub driver: String,
    /// `cpu`, `discrete-gpu`, …
    pub kind: String,
    /// Threads, on the CPU.
    pub threads: Option<usize>,
    /// Why `--backend auto` took it.
    pub chosen_because: Option<String>,
}

impl BackendRecord {
    /// A backend that was started.
    pub fn of(chosen: &ChosenBackend) -> Self {
        let device = chosen.backend.describe();
        Self {
            name: device.backend.to_string(),
            device: device.name.to_string(),
            driver: device.driver.to_string(),
            kind: device.kind.as_str().to_string(),
            threads: chosen.threads,
            chosen_because: chosen.because.clone(),
        }
    }
}

/// The spectrum that was used.
#[derive(Debug, Serialize)]
pub struct SpectrumRecord {
    /// Its name, its energy or its file.
    pub source: String,
    /// Mean photon energy.
    pub mean_mev: f64,
    /// Number of bins.
    pub bins: usize,
}

/// The grid.
#[derive(Debug, Serialize)]
pub struct GridRecord {
    /// Lower corner.
    pub min_cm: [f64; 3],
    /// Voxel edges.
    pub voxel_cm: [f64; 3],
    /// Voxels along x, y, z.
    pub shape: [usize; 3],
}

static IS_PROGRAM: AtomicBool = AtomicBool::new(false);

/// From here on the arguments of this process are ours.
pub fn started_as_program() {
    IS_PROGRAM.store(true, Relaxed);
}

/// The command line of this process without folders. What another program was started with is not told.
pub fn own_command() -> Vec<String> {
    if IS_PROGRAM.load(Relaxed) {
        command_without_folders(std::env::args_os())
    } else {
        vec!["straydose".into(), "called by another program".into()]
    }
}

/// The command line without folders: file names only, and `DIR` for the output folder.
pub fn command_without_folders(arguments: impl IntoIterator<Item = OsString>) -> Vec<String> {
    let mut shown = vec!["straydose".to_owned()];
    let mut output_follows = false;
    for argument in arguments.into_iter().skip(1) {
        let text = argument.to_string_lossy();
        if output_follows || text.starts_with("--out=") {
            shown.push(if output_follows { "DIR".into() } else { "--out=DIR".into() });
            output_follows = false;
            continue;
        }
        output_follows = text == "--out";
        let bare = Path::new(text.as_ref()).file_name().filter(|_| text.contains(['/', '\\']));
        shown.push(bare.map_or_else(|| text.to_string(), |name| name.to_string_lossy().into_owned()));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_shows_no_folder() {
        let shown = |line: &str| command_without_folders(line.split(' ').map(OsString::from)).join(" ");
        assert_eq!(
            shown("/opt/bin/straydose transport /home/anna/case.toml --out /home/anna --seed 3"),
            "straydose transport case.toml --out DIR --seed 3"
        );
        assert_eq!(
            shown("straydose --quiet transport case.toml --out=../x"),
            "straydose --quiet transport case.toml --out=DIR"
        );
    }
}

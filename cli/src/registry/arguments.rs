//! What a user types for many cases.

use ::registry::Shard;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Arguments of `straydose manifest`.
#[derive(Args, Debug)]
pub struct ManifestArguments {
    /// A folder with a folder for each patient, each with plan, CT, structures and dose in any order.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// The table to write (.csv); read it through before `straydose batch`.
    #[arg(long, value_name = "M.csv")]
    pub out: PathBuf,
}

/// Arguments of `straydose batch`.
#[derive(Args, Debug)]
pub struct BatchArguments {
    /// The table of cases (.csv or .parquet): case_id, study or plan and ct, and options (docs/registry.md).
    #[arg(long, value_name = "M.csv|.parquet")]
    pub manifest: PathBuf,

    /// Folder for the results, one folder a case; made if missing. Cases that it has are skipped.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Every n-th case from the i-th: one of n parts, for n machines that share --out.
    #[arg(long, value_name = "i/n", default_value = "1/1")]
    pub shard: Shard,

    /// Cases side by side; they share the threads, and one at a time is on the GPU [default: 1, on a GPU 3: one is read, one
    /// transported, one written].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,

    /// A file with the project's secret: the study's UIDs then come into the tables as pseudonyms.
    #[arg(long, value_name = "FILE")]
    pub salt: Option<PathBuf>,

    /// Take files that still carry names or birth dates.
    #[arg(long)]
    pub allow_identified: bool,

    /// What is kept of a case: its tables, or everything that `straydose estimate` writes (dose.dcm carries the plan's identity).
    #[arg(long, value_name = "tables|all", default_value = "tables", hide_possible_values = true)]
    pub keep: Keep,

    /// Edge of a voxel, for rows that give none.
    #[arg(long, value_name = "MM")]
    pub voxel_mm: Option<f64>,

    /// Source photons, for rows that give none.
    #[arg(long, value_name = "N")]
    pub histories: Option<String>,

    /// Another program than this one, for tests.
    #[arg(long, value_name = "FILE", hide = true)]
    pub program: Option<PathBuf>,
}

/// What is kept of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// organs.csv, dvh.csv, anatomy.csv, run.json.
    Tables,
    /// Everything.
    All,
}

/// Arguments of `straydose gather`.
#[derive(Args, Debug)]
pub struct GatherArguments {
    /// The folder that `straydose batch` wrote.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// Folder for the tables; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// What structures are called in the centres: a CSV file with the columns pattern, tg263.
    #[arg(long, value_name = "NAMES.csv")]
    pub names: Option<PathBuf>,

    /// Results of different versions of the program in one table.
    #[arg(long)]
    pub mix_versions: bool,
}

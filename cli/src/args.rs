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
    after_help = "Research software, not a medical device. `straydose COMMAND --help` says more about a command.\n`straydose --xml` describes `estimate` to 3D Slicer."
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
#[command(next_help_heading = "Options of all commands")]
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

    /// How progress is shown on stderr: a bar on a terminal and lines elsewhere, or always the one named; `slicer`: as tags on stdout.
    #[arg(
        long,
        global = true,
        value_name = "auto|bar|plain|json|slicer",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub progress: ProgressChoice,

    /// No progress and no summary; errors are still told.
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// A file whose lock is held during the transport, so that one run at a time is on the device; `batch` gives it to its runs.
    #[arg(long, global = true, value_name = "FILE", hide = true)]
    pub turn: Option<PathBuf>,
}

impl Common {
    /// Whether a run ends with its results on stdout.
    pub fn shows_results(&self) -> bool {
        !self.quiet && self.progress != ProgressChoice::Slicer
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Photons through a voxel box: the bare engine, for research and for validation.
    ///
    /// Writes kerma.nii.gz or dose.nii.gz (Gy per source photon emitted into the field), sigma.nii.gz (relative
    /// standard error, 1 where nothing was scored) and run.json.
    Transport(TransportArguments),
    /// The main job: whole-body dose of a DICOM plan in a patient's CT.
    ///
    /// Writes dose.dcm (RTDOSE), dose.nii.gz, sigma.nii.gz, components.nii.gz, anatomy.nii.gz and anatomy.csv, organs.csv,
    /// dvh.csv, report.html and run.json.
    Estimate(Box<EstimateArguments>),
    /// A machine file for a machine, from its own measurements.
    ///
    /// Writes machine.toml (with what the points determine), points.csv (measured beside fitted), report.html and run.json.
    Commission(CommissionArguments),
    /// Published figures of machines (beam quality, output, transmission) beside those of the program's machine files.
    ///
    /// Prints a table.
    Validate(ValidateArguments),
    /// A run from nothing: a girl of five and a brain plan, made here and written as DICOM files, then `estimate` on them.
    ///
    /// Ends by naming the report to open.
    Demo(DemoArguments),
    /// A whole body by age, sex, height and weight.
    ///
    /// Writes anatomy.nii.gz (labels), hu.nii.gz, anatomy.csv, marrow.csv and run.json; --dicom also a CT series and an
    /// RTSTRUCT.
    Phantom(crate::phantom::PhantomArguments),
    /// The GPUs that can be used, and the CPU path.
    Devices(DevicesArguments),
    /// Radiomic features (IBSI) of the regions of an image, as a table.
    ///
    /// Writes the table and, beside it, a record with the recipe, hashes and version (.run.json).
    Radiomics(crate::radiomics::RadiomicsArguments),
    /// A first table of cases from folders of DICOM files, for `batch`.
    Manifest(crate::registry::ManifestArguments),
    /// `estimate` on many cases, each in a process of its own; what is there is skipped, so a killed run goes on.
    ///
    /// Writes a folder a case. Exit status: 0 all ok, 3 some refused, 4 some failed, 5 the environment lacks something.
    Batch(Box<crate::registry::BatchArguments>),
    /// The results of `batch` as one cohort.
    ///
    /// Writes cases.parquet, organs.parquet, dictionary.csv, refused.csv, unmapped.csv and cohort.html.
    Gather(crate::registry::GatherArguments),
    /// Finished estimates of one patient side by side: differences of organs and components, with their intervals.
    ///
    /// Writes differences.csv, report.html and run.json.
    Compare(crate::compare::CompareArguments),
    /// The stray dose of variants of a plan (collimator, energy, filter, couch), ranked.
    ///
    /// Writes variants.csv, organs.csv, report.html, run.json, and runs/: a finished estimate of each with its RTPLAN.
    Explore(Box<crate::explore::ExploreArguments>),
    /// A DICOM node: takes plans with their scans by C-STORE, runs `estimate` on each, sends the dose back.
    ///
    /// Runs until Ctrl-C or SIGTERM. Its queue survives a kill.
    Serve(crate::serve::ServeArguments),
    /// Made-up children with plans of typical sites, as DICOM studies with partial scans, for tests and teaching.
    ///
    /// Writes a folder a child, cohort.csv (the manifest for `batch`) and children.csv (site and technique).
    Cohort(crate::cohort::CohortArguments),
    /// Models of features of lesions or of doses: trained on your own table, applied, shown. None is shipped.
    Predict {
        /// What to do with a model.
        #[command(subcommand)]
        command: crate::predict::PredictCommand,
    },
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

/// Edge of a voxel of an estimate where the user does not say (mm).
pub const VOXEL_MM: f64 = 4.0;

/// Arguments of `straydose estimate`.
#[derive(Args, Clone, Debug, Default)]
#[command(override_usage = "straydose estimate --study DIR --out DIR [OPTIONS]
       straydose estimate --plan RP.dcm --ct DIR|FILE --out DIR [OPTIONS]")]
pub struct EstimateArguments {
    /// A folder with plan, CT, structures and dose in any order; sorted out by SOP class and UIDs.
    #[arg(long, value_name = "DIR")]
    pub study: Option<PathBuf>,

    /// The RTPLAN, beside --ct; with --study, which of several.
    #[arg(long, value_name = "RP.dcm")]
    pub plan: Option<PathBuf>,

    /// A folder of CT slices, or a NIfTI image in HU.
    #[arg(long, value_name = "DIR|FILE")]
    pub ct: Option<PathBuf>,

    /// The RTSTRUCT.
    #[arg(long, value_name = "RS.dcm")]
    pub structures: Option<PathBuf>,

    /// A folder of NIfTI masks on the CT's voxels, one region a file.
    #[arg(long, value_name = "DIR", conflicts_with = "structures")]
    pub masks: Option<PathBuf>,

    /// The planning system's RTDOSE, or NIfTI in Gy: taken inside its 5 % isodose, and compared with ours.
    #[arg(long, value_name = "RD.dcm")]
    pub dose: Option<PathBuf>,

    /// Folder for the results; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Age of the patient [default: from the CT's header]; with it the body is completed beyond the scan.
    #[arg(long, value_name = "YEARS", allow_negative_numbers = true)]
    pub age: Option<f64>,

    /// Sex of the patient [default: from the CT's header].
    #[arg(long, value_name = "F|M", ignore_case = true, hide_possible_values = true)]
    pub sex: Option<SexChoice>,

    /// Height of the patient [default: from the CT's header].
    #[arg(long, value_name = "CM", allow_negative_numbers = true)]
    pub height_cm: Option<f64>,

    /// Weight of the patient [default: from the CT's header].
    #[arg(long, value_name = "KG", allow_negative_numbers = true)]
    pub weight_kg: Option<f64>,

    /// The user's own phantom, as a NIfTI image of labels, in place of a body of the family beyond the scan.
    #[arg(long, value_name = "LABELS.nii.gz", requires = "phantom_table")]
    pub phantom: Option<PathBuf>,

    /// What its labels are: label, name, material, density_g_cm3.
    #[arg(long, value_name = "T.csv", requires = "phantom")]
    pub phantom_table: Option<PathBuf>,

    /// The dose in the scan alone, whatever is known of the patient.
    #[arg(long)]
    pub scan_only: bool,

    /// The machine, by its name or as a machine file [default: the one that the plan fits best].
    #[arg(long, value_name = "NAME|FILE")]
    pub machine: Option<String>,

    /// Leave out the surface term of contaminating electrons that the machine file describes.
    #[arg(long)]
    pub without_electrons: bool,

    /// Write model.nii.gz too: the relative error of each voxel for want of knowledge of the machine.
    #[arg(long)]
    pub model_image: bool,

    /// Edge of a voxel.
    #[arg(long, value_name = "MM", default_value_t = VOXEL_MM)]
    pub voxel_mm: f64,

    /// Source photons are added until the least certain organ's mean has this relative standard error.
    #[arg(long, value_name = "PERCENT", conflicts_with = "histories")]
    pub target_uncertainty: Option<f64>,

    /// Source photons, as 10000000 or 1e7 [default: 10 million].
    #[arg(long, value_name = "N", value_parser = count)]
    pub histories: Option<u64>,

    /// Fractions [default: as planned].
    #[arg(long, value_name = "N")]
    pub fractions: Option<u32>,

    /// Seed of the monitor unit's calibration; runs that share it differ by nothing of that [default: --seed].
    #[arg(long, value_name = "N")]
    pub unit_seed: Option<u64>,
}

/// Arguments of `straydose commission`.
#[derive(Args, Debug)]
pub struct CommissionArguments {
    /// The machine to start from: a machine file, or one of the program's by its name.
    #[arg(value_name = "MACHINE.toml|NAME")]
    pub machine: String,

    /// The table of measurements (docs/formats/measurements.md).
    #[arg(value_name = "MEASUREMENTS.csv")]
    pub measurements: PathBuf,

    /// Folder for the results; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Nominal energy of the beam that was measured, where the machine has several.
    #[arg(long, value_name = "MV")]
    pub mv: Option<f64>,

    /// The beam has no flattening filter.
    #[arg(long)]
    pub fff: bool,

    /// Source photons of the open beam for each field; the other components have parts of that.
    #[arg(long, value_name = "N", default_value_t = 2_000_000, value_parser = count)]
    pub histories: u64,
}

/// Arguments of `straydose validate`.
#[derive(Args, Debug)]
pub struct ValidateArguments {
    /// Ten times the source photons: figures good to a few tenths of a per cent.
    #[arg(long)]
    pub long: bool,
}

/// Arguments of `straydose demo`.
#[derive(Args, Debug)]
pub struct DemoArguments {
    /// Folder for the DICOM files (input/) and the results of `straydose estimate`; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Source photons; fewer are quicker and tell less about feet.
    #[arg(long, value_name = "N", default_value_t = 28_000_000, value_parser = count)]
    pub histories: u64,
}

/// Arguments of `straydose devices`.
#[derive(Args, Debug)]
pub struct DevicesArguments {
    /// For scripts.
    #[arg(long)]
    pub json: bool,
}

/// Sex of the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum SexChoice {
    /// Female.
    F,
    /// Male.
    M,
}

impl SexChoice {
    /// As the readers know it.
    pub fn into_sex(self) -> formats::dicom::Sex {
        match self {
            SexChoice::F => formats::dicom::Sex::Female,
            SexChoice::M => formats::dicom::Sex::Male,
        }
    }
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
    /// Tags of the Slicer Execution Model on stdout, where nothing else is written then.
    Slicer,
}

/// Most threads that make sense; a typing error would otherwise start millions.
pub const MOST_THREADS: usize = 4096;

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (1..=MOST_THREADS).contains(&n) => Ok(n),
        _ => Err(format!("give a whole number from 1 to {MOST_THREADS}")),
    }
}

/// A number of histories, also as people write large numbers: `1e7`, `10_000_000`.
fn count(text: &str) -> Result<u64, String> {
    let wrong = || "give a whole number of source photons, such as 10000000 or 1e7".to_owned();
    let digits = text.replace('_', "");
    if let Ok(whole) = digits.parse() {
        return Ok(whole);
    }
    // What a float holds exactly.
    let number: f64 = digits.parse().map_err(|_| wrong())?;
    let is_whole = number.fract() == 0.0 && (0.0..=9e15).contains(&number);
    if is_whole { Ok(number as u64) } else { Err(wrong()) }
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
    fn histories_are_read_as_people_write_them() {
        assert_eq!(["10000000", "1e7", "10_000_000"].map(count), [const { Ok(10_000_000) }; 3]);
        assert!(["", "-1", "1.5", "many", "1e300", "nan", "10M"].iter().all(|text| count(text).is_err()));
    }

    #[test]
    fn the_version_states_the_intended_use() {
        assert!(VERSION.ends_with(INTENDED_USE));
    }
}

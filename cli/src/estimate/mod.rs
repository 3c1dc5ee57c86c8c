//! `straydose estimate`: read, build, transport, set beside the plan's dose, write.

mod beyond;
mod case;
mod inputs;
mod kept_units;
mod options;
mod outputs;
mod own_phantom;
pub mod pictures;
pub mod report;
mod said;
mod tables;

pub use case::{Case, Estimated, machines};
pub use options::check;
pub use outputs::{Asked, record, write};
pub use tables::{OrganRow, marrow_rows, organ_rows};

use crate::args::{Common, EstimateArguments};
use crate::backend;
use crate::console;
use crate::exit::Failure;
use crate::interrupt;
use crate::output_folder::OutputFolder;
use crate::progress::Progress;
use crate::run_record::command_without_folders;
use crate::stages::Stages;

use ::estimate::{BodyDose, Comparison};
use anatomy::{Anatomy, ReferenceDose};
use inputs::Inputs;
use treatment::machine::Choice;
use volume::Image;

/// Source photons where the user does not say.
const HISTORIES: u64 = 10_000_000;
/// Most source photons that a target uncertainty may ask for.
const MOST_HISTORIES: f64 = 1e11;
/// Batches that the uncertainty comes from.
const BATCHES: u32 = 100;

/// An estimate whose numbers are complete.
pub struct Finished<'a> {
    /// What was read.
    pub inputs: &'a Inputs,
    /// The machine of each delivery.
    pub choices: &'a [Choice<'a>],
    /// The patient.
    pub anatomy: &'a Anatomy,
    /// Our dose.
    pub ours: &'a BodyDose,
    /// The planned dose beside it.
    pub comparison: Option<&'a Comparison>,
    /// The dose that is given: ours, or the planned one in the field and ours outside.
    pub dose_gy: &'a Image<f32>,
    /// What isodoses and the dose scale are parts of.
    pub reference: ReferenceDose,
    /// How the body beyond the scan was made; none if the dose ends where the scan ends.
    pub made: Option<&'a beyond::Made>,
    /// What limits the trust in the numbers.
    pub warnings: Vec<String>,
    /// What was decided on the way.
    pub remarks: Vec<String>,
}

/// Runs the command; `prepared` is the folder of the results, where something lies in it already.
pub fn run(
    arguments: &EstimateArguments,
    common: &Common,
    prepared: Option<OutputFolder>,
) -> Result<(), Failure> {
    backend::check(common)?;
    options::check(arguments)?;
    interrupt::watch();
    let mut progress = Progress::new(common);
    let mut stages = Stages::default();
    let case = Case::read(arguments, &progress, &mut stages)?;
    let output = prepared.map_or_else(|| OutputFolder::prepare(&arguments.out), Ok)?;
    let estimated = case.dose(arguments, common, &mut progress, &mut stages)?;
    let choices = case.choices()?;
    let finished = estimated.finished(&case, &choices);
    let asked = Asked {
        seed: common.seed.unwrap_or(1),
        monitor_unit_seed: arguments.unit_seed.or(common.seed).unwrap_or(1),
        fractions: arguments.fractions,
        backend: &estimated.backend,
        model_image: arguments.model_image,
        command: command_without_folders(std::env::args_os()),
    };
    outputs::write(&finished, &asked, &output, &stages)?;
    output.publish()?;
    finished.remarks.iter().for_each(|remark| progress.note(&format!("note: {remark}")));
    finished.warnings.iter().for_each(|warning| progress.note(&format!("warning: {warning}")));
    if common.shows_results() {
        console::result(&outputs::summary(&finished));
        console::result(&format!("open {}", arguments.out.join("report.html").display()));
    }
    Ok(())
}

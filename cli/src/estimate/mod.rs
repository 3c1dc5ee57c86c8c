//! `straydose estimate`: read, build, transport, set beside the plan's dose, write.

mod beyond;
mod inputs;
mod kept_units;
mod options;
mod outputs;
mod own_phantom;
pub mod pictures;
pub mod report;
mod said;
mod tables;

use crate::args::{Common, EstimateArguments};
use crate::backend;
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::interrupt;
use crate::output_folder::OutputFolder;
use crate::progress::Progress;
use crate::stages::Stages;
use crate::turn::Turn;

use ::estimate::{BodyDose, Comparison, Effort, body_dose, calibrate, compare, planned};
use anatomy::{Anatomy, Options, ReferenceDose};
use inputs::Inputs;
use kept_units::KeptUnits;
use said::Said;
use std::ops::ControlFlow;
use treatment::machine::{Choice, Machine, choose};
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

    let mut inputs = Inputs::read(arguments)?;
    let own_phantom = own_phantom::read(arguments, &mut inputs.sha256)?;
    for note in &inputs.took {
        progress.note(note);
    }
    stages.end("read", &progress)?;

    let machines = machines(arguments)?;
    let choices = choices(&inputs, &machines, arguments)?;
    let options = Options::with_voxels(arguments.voxel_mm);
    let scan = Anatomy::build(&inputs.ct, &inputs.regions, &options)
        .map_err(|error| Failure::refused(with_causes(&error), inputs.ct_name.clone(), ""))?;
    stages.end("build", &progress)?;
    let beyond = beyond::body(&inputs, scan, own_phantom, arguments)?;
    let anatomy = &beyond.anatomy;
    stages.end("complete", &progress)?;

    let output = prepared.map_or_else(|| OutputFolder::prepare(&arguments.out), Ok)?;
    let mut chosen = backend::start(common)?;
    crate::transport::tell_backend(&chosen, &progress);
    stages.end("start", &progress)?;
    let turn = Turn::wait(common, &progress)?;
    stages.end("wait", &progress)?;

    let mut histories = arguments.histories.unwrap_or(HISTORIES);
    let seed = common.seed.unwrap_or(1);
    let mut is_told = false;
    let calibrated = calibrate(
        &inputs.plan,
        &choices,
        seed,
        &mut KeptUnits::of_this_user(),
        &mut chosen.backend,
        &mut |now| {
            if !std::mem::replace(&mut is_told, true) {
                progress.note("monitor unit: the machine's reference field, once for each machine and seed");
                progress.transport_begins(now.histories_total);
            }
            progress.transport(now.histories_done, now.histories_total);
            if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    )
    .map_err(|error| failure(error, &inputs))?;
    let ours = loop {
        let effort = Effort { histories, seed, batches: BATCHES };
        let mut last = None;
        let dose = body_dose(
            &inputs.plan,
            &calibrated,
            anatomy,
            arguments.fractions,
            effort,
            &mut chosen.backend,
            &mut |stage, now| {
                if last != Some(stage) {
                    progress.transport_ends();
                    progress.note(stage.name());
                    progress.transport_begins(now.histories_total);
                    last = Some(stage);
                }
                progress.transport(now.histories_done, now.histories_total);
                if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        )
        .map_err(|error| failure(error, &inputs))?;
        progress.transport_ends();
        let worst = dose.organ_sigma.iter().flatten().copied().fold(0.0, f64::max);
        match arguments.target_uncertainty {
            Some(percent) if worst > percent / 100.0 => {
                let needed = histories as f64 * (100.0 * worst / percent).powi(2) * 1.1;
                if needed > MOST_HISTORIES {
                    return Err(Failure::refused(
                        format!("{percent} % would take about {needed:.1e} histories"),
                        "--target-uncertainty",
                        "a larger one",
                    ));
                }
                progress.note(&format!("{:.2} % reached; running {needed:.2e} histories", 100.0 * worst));
                histories = needed as u64;
            }
            _ => break dose,
        }
    };
    drop(turn);
    stages.end("transport", &progress)?;

    let comparison = inputs
        .planned
        .as_ref()
        .map(|planned| compare(&ours.dose_gy, planned, &anatomy.body))
        .transpose()
        .map_err(|error| failure(error, &inputs))?;
    let dose_gy =
        comparison.as_ref().map_or_else(|| ours.dose_gy.clone(), |c| planned::blend(&ours.dose_gy, c));
    let said = Said::of(&inputs, &choices, &beyond, &ours);
    let finished = Finished {
        inputs: &inputs,
        choices: &choices,
        anatomy,
        made: beyond.made.as_ref(),
        ours: &ours,
        comparison: comparison.as_ref(),
        dose_gy: &dose_gy,
        reference: ReferenceDose::of(&dose_gy, &anatomy.body, &anatomy.voxel_density_g_cm3),
        warnings: said.warnings,
        remarks: said.remarks,
    };
    stages.end("compare", &progress)?;
    outputs::write(&finished, arguments, common, &chosen, &output, stages)?;
    output.publish()?;
    finished.remarks.iter().for_each(|remark| progress.note(&format!("note: {remark}")));
    finished.warnings.iter().for_each(|warning| progress.note(&format!("warning: {warning}")));
    if common.shows_results() {
        console::result(&outputs::summary(&finished));
        console::result(&format!("open {}", arguments.out.join("report.html").display()));
    }
    Ok(())
}

/// The machine files of the program, and the user's own in front of them.
fn machines(arguments: &EstimateArguments) -> Result<Vec<Machine>, Failure> {
    let mut machines = treatment::machine::built_in::built_in();
    if let Some(file) = arguments.machine.as_ref().filter(|name| name.ends_with(".toml")) {
        let path = std::path::Path::new(file);
        let input = crate::input_file::InputFile::read(path, "the machine file")?;
        let machine = Machine::from_toml(&input.name, input.text()?)
            .map_err(|error| Failure::refused(with_causes(&error), input.name.clone(), ""))?;
        machines.insert(0, machine);
    }
    Ok(machines)
}

/// A machine for each delivery of the plan.
fn choices<'a>(
    inputs: &Inputs,
    machines: &'a [Machine],
    arguments: &EstimateArguments,
) -> Result<Vec<Choice<'a>>, Failure> {
    let own_file = arguments.machine.as_ref().is_some_and(|name| name.ends_with(".toml"));
    let wish = if own_file { Some(machines[0].name.as_str()) } else { arguments.machine.as_deref() };
    let choices = inputs.plan.deliveries().map(|delivery| choose(machines, delivery.beam, wish));
    choices
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::refused(with_causes(&error), inputs.plan_name.clone(), ""))
}

fn failure(error: ::estimate::Error, inputs: &Inputs) -> Failure {
    match error {
        ::estimate::Error::Engine(error) => Failure::from_engine(error, &inputs.plan_name),
        other => Failure::refused(with_causes(&other), inputs.plan_name.clone(), ""),
    }
}

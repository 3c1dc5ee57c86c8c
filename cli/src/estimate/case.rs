//! The steps of an estimate, for whoever takes them: `Plan + Anatomy -> Case -> Dose`.

use super::beyond::{self, Beyond};
use super::inputs::Inputs;
use super::kept_units::KeptUnits;
use super::said::Said;
use super::{BATCHES, Finished, HISTORIES, MOST_HISTORIES, options, own_phantom};
use crate::args::{Common, EstimateArguments};
use crate::backend;
use crate::exit::{Failure, with_causes};
use crate::follow::Follow;
use crate::run_record::BackendRecord;
use crate::stages::Stages;
use crate::turn::Turn;
use ::estimate::{BodyDose, Comparison, Effort, body_dose, calibrate, compare, planned};
use anatomy::{Anatomy, Options, ReferenceDose};
use dose_core::run::VarianceReduction;
use treatment::machine::{Choice, Machine, choose};
use volume::Image;

/// A plan with its patient, whose body is completed as far as the patient is known.
pub struct Case {
    /// What was read.
    pub inputs: Inputs,
    /// The patient.
    pub beyond: Beyond,
    /// The machines to choose from.
    machines: Vec<Machine>,
    /// The one that was asked for.
    wish: Option<String>,
}

/// What was computed of a case.
pub struct Estimated {
    /// Our dose.
    pub ours: BodyDose,
    /// The planned dose beside it.
    pub comparison: Option<Comparison>,
    /// The dose that is given: ours, or the planned one in the field and ours outside.
    pub dose_gy: Image<f32>,
    /// What isodoses and the dose scale are parts of.
    pub reference: ReferenceDose,
    /// What limits the trust in the numbers, and what was decided on the way.
    pub said: Said,
    /// Where it ran.
    pub backend: BackendRecord,
}

impl Case {
    /// Reads and builds it.
    ///
    /// # Errors
    /// The arguments contradict each other, the input is refused, or the follower stops it.
    pub fn read(
        arguments: &EstimateArguments,
        follower: &dyn Follow,
        stages: &mut Stages,
    ) -> Result<Self, Failure> {
        options::check(arguments)?;
        let mut inputs = Inputs::read(arguments)?;
        let own_phantom = own_phantom::read(arguments, &mut inputs.sha256)?;
        for note in &inputs.took {
            follower.note(note);
        }
        stages.end("read", follower)?;

        let (machines, wish) = machines(arguments)?;
        choices(&inputs, &machines, wish.as_deref())?;
        let options = Options::with_voxels(arguments.voxel_mm);
        let scan = Anatomy::build(&inputs.ct, &inputs.regions, &options)
            .map_err(|error| Failure::refused(with_causes(&error), inputs.ct_name.clone(), ""))?;
        stages.end("build", follower)?;
        let beyond = beyond::body(&inputs, scan, own_phantom, arguments)?;
        stages.end("complete", follower)?;
        Ok(Self { inputs, beyond, machines, wish })
    }

    /// A machine for each delivery of the plan.
    ///
    /// # Errors
    /// None fits; [`Case::read`] has found that already.
    pub fn choices(&self) -> Result<Vec<Choice<'_>>, Failure> {
        choices(&self.inputs, &self.machines, self.wish.as_deref())
    }

    /// Transports, and sets the result beside the plan's dose.
    ///
    /// # Errors
    /// The backend cannot be had, the engine fails, or the follower stops it.
    pub fn dose(
        &self,
        arguments: &EstimateArguments,
        common: &Common,
        follower: &mut dyn Follow,
        stages: &mut Stages,
    ) -> Result<Estimated, Failure> {
        let Self { inputs, beyond, .. } = self;
        let anatomy = &beyond.anatomy;
        let choices = self.choices()?;
        let mut chosen = backend::start(common)?;
        crate::transport::tell_backend(&chosen, follower);
        stages.end("start", follower)?;
        let turn = Turn::wait(common, follower)?;
        stages.end("wait", follower)?;

        let mut histories = arguments.histories.unwrap_or(HISTORIES);
        let seed = common.seed.unwrap_or(1);
        let mut is_told = false;
        let calibrated = calibrate(
            &inputs.plan,
            &choices,
            arguments.unit_seed.unwrap_or(seed),
            &mut KeptUnits::of_this_user(),
            &mut chosen.backend,
            &mut |now| {
                if !std::mem::replace(&mut is_told, true) {
                    follower
                        .note("monitor unit: the machine's reference field, once for each machine and seed");
                    follower.transport_begins(now.histories_total);
                }
                follower.transport(now.histories_done, now.histories_total);
                follower.goes_on()
            },
        )
        .map_err(|error| failure(error, inputs))?;
        let ours = loop {
            let effort =
                Effort { histories, seed, batches: BATCHES, variance_reduction: VarianceReduction::Auto };
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
                        follower.transport_ends();
                        follower.note(stage.name());
                        follower.transport_begins(now.histories_total);
                        last = Some(stage);
                    }
                    follower.transport(now.histories_done, now.histories_total);
                    follower.goes_on()
                },
            )
            .map_err(|error| failure(error, inputs))?;
            follower.transport_ends();
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
                    follower.note(&format!("{:.2} % reached; running {needed:.2e} histories", 100.0 * worst));
                    histories = needed as u64;
                }
                _ => break dose,
            }
        };
        drop(turn);
        stages.end("transport", follower)?;

        let comparison = inputs
            .planned
            .as_ref()
            .map(|planned| compare(&ours.dose_gy, planned, &anatomy.body))
            .transpose()
            .map_err(|error| failure(error, inputs))?;
        let dose_gy =
            comparison.as_ref().map_or_else(|| ours.dose_gy.clone(), |c| planned::blend(&ours.dose_gy, c));
        let said = Said::of(inputs, &choices, beyond, &ours);
        let reference = ReferenceDose::of(&dose_gy, &anatomy.body, &anatomy.voxel_density_g_cm3);
        let backend = BackendRecord::of(&chosen);
        stages.end("compare", follower)?;
        Ok(Estimated { ours, comparison, dose_gy, reference, said, backend })
    }
}

impl Estimated {
    /// All of it together, as tables and report want it; `choices` are the case's.
    pub fn finished<'a>(&'a self, case: &'a Case, choices: &'a [Choice<'a>]) -> Finished<'a> {
        Finished {
            inputs: &case.inputs,
            choices,
            anatomy: &case.beyond.anatomy,
            made: case.beyond.made.as_ref(),
            ours: &self.ours,
            comparison: self.comparison.as_ref(),
            dose_gy: &self.dose_gy,
            reference: self.reference,
            warnings: self.said.warnings.clone(),
            remarks: self.said.remarks.clone(),
        }
    }
}

/// The machine files of the program, the user's own in front of them; and the name of the one that was asked for.
pub fn machines(arguments: &EstimateArguments) -> Result<(Vec<Machine>, Option<String>), Failure> {
    let mut machines = treatment::machine::built_in::built_in();
    let mut wish = arguments.machine.clone();
    if let Some(file) = arguments.machine.as_ref().filter(|name| name.ends_with(".toml")) {
        let input = crate::input_file::InputFile::read(std::path::Path::new(file), "the machine file")?;
        let machine = Machine::from_toml(&input.name, input.text()?)
            .map_err(|error| Failure::refused(with_causes(&error), input.name.clone(), ""))?;
        wish = Some(machine.name.clone());
        machines.insert(0, machine);
    }
    if arguments.without_electrons {
        machines.iter_mut().flat_map(|machine| &mut machine.beams).for_each(|beam| beam.electrons = None);
    }
    Ok((machines, wish))
}

fn choices<'a>(
    inputs: &Inputs,
    machines: &'a [Machine],
    wish: Option<&str>,
) -> Result<Vec<Choice<'a>>, Failure> {
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

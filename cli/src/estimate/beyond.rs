//! The body beyond the scan: completed from what is known of the patient, or left out, and why.

use super::inputs::Inputs;
use crate::args::EstimateArguments;
use crate::exit::{Failure, with_causes};
use ::completion::{Completed, End, Error, Model, Patient, Wish, complete};
use anatomy::placement::Axes;
use anatomy::{Anatomy, Calibration, Organ};
use formats::dicom::PatientFacts;
use serde_json::{Value, json};

/// What was made of the patient.
pub struct Beyond {
    /// The patient that the dose is computed in.
    pub anatomy: Anatomy,
    /// How the rest of the body was made; none if the dose ends where the scan ends.
    pub made: Option<Made>,
    /// What limits the trust.
    pub warnings: Vec<String>,
    /// What was decided.
    pub remarks: Vec<String>,
}

/// A body that was completed.
#[derive(Debug)]
pub struct Made {
    /// Where the scan ends and the model begins.
    pub ends: Vec<End>,
    /// Whose body goes on there, in words.
    pub who: String,
    /// The active marrow of each site.
    pub marrow: Vec<Organ>,
    /// For run.json.
    pub record: Value,
}

/// Completes the anatomy of the scan as far as the patient is known; `model` is the user's own.
pub fn body(
    inputs: &Inputs,
    scan: Anatomy,
    model: Option<Model>,
    arguments: &EstimateArguments,
) -> Result<Beyond, Failure> {
    if arguments.scan_only {
        return Ok(left(scan, "--scan-only"));
    }
    let is_own = model.is_some();
    let wish = Wish {
        patient: patient(&inputs.patient),
        model,
        calibration: Calibration::schneider(),
        scanned_mm: Axes::along(&inputs.ct.grid).extent_mm(&inputs.ct.grid, [0; 3], inputs.ct.grid.shape),
    };
    let typed = [arguments.age, arguments.height_cm, arguments.weight_kg].iter().any(Option::is_some);
    if typed && !is_own {
        refuse_nonsense(&wish.patient)?;
    }
    match complete(&scan, wish) {
        Ok(done) => Ok(made(done)),
        Err(Error::Unknown) => Ok(left(
            scan,
            "the age of the patient is not known; --age, --sex, --height-cm and --weight-kg say it where the CT's header \
             does not",
        )),
        Err(error) if typed || is_own => Err(Failure::refused(
            with_causes(&error),
            inputs.ct_name.clone(),
            "--scan-only for the dose in the scan alone",
        )),
        Err(error) => Ok(left(scan, &with_causes(&error))),
    }
}

/// What was typed must make a person.
fn refuse_nonsense(patient: &Patient) -> Result<(), Failure> {
    let sex = patient.sex.unwrap_or(phantoms::Sex::Female);
    let Some(age) = patient.age_years else { return Ok(()) };
    phantoms::Person::new(age, sex, patient.height_cm, patient.weight_kg).map(drop).map_err(|error| {
        Failure::refused(
            error.to_string(),
            "--age, --height-cm, --weight-kg",
            "leaving out what is not sure: it is then estimated from the scan",
        )
    })
}

fn patient(facts: &PatientFacts) -> Patient {
    Patient {
        age_years: facts.age_years,
        sex: facts.sex.map(|sex| match sex {
            formats::dicom::Sex::Female => phantoms::Sex::Female,
            formats::dicom::Sex::Male => phantoms::Sex::Male,
        }),
        height_cm: facts.height_cm,
        weight_kg: facts.weight_kg,
    }
}

fn left(anatomy: Anatomy, why: &str) -> Beyond {
    let warning = format!(
        "the dose is that of the scanned part of the body; nothing is completed beyond the scan ({why})"
    );
    Beyond { anatomy, made: None, warnings: vec![warning], remarks: Vec::new() }
}

fn made(done: Completed) -> Beyond {
    let who = done.person.map_or_else(
        || "the user's own phantom".to_owned(),
        |person| {
            let sex = if person.sex() == phantoms::Sex::Female { "female" } else { "male" };
            let arms = if person.arms() == phantoms::Arms::Up { "up" } else { "down" };
            format!(
                "a {sex} of {:.1} years, {:.0} cm and {:.1} kg, arms {arms}",
                person.age_years(),
                person.height_cm(),
                person.weight_kg()
            )
        },
    );
    let seams_mm: Vec<f64> = done.ends.iter().map(|end| end.at_mm).collect();
    let ends = done.ends.iter().map(|end| if end.is_upper { "above" } else { "below" });
    let warnings = match ends.collect::<Vec<_>>().as_slice() {
        [] => Vec::new(),
        ends => vec![format!(
            "{} the scan the body is modelled after {who}: organs there lie where they usually do, not where this patient's are",
            ends.join(" and ")
        )],
    };
    let mut remarks = done.notes.clone();
    if done.ends.is_empty() {
        remarks.push(format!("the scan holds the whole body; organs that nobody drew are those of {who}"));
    }
    let record = json!({
        "model": who,
        "seams_mm": seams_mm,
        "shift_mm": done.placement.shift_mm,
        "size": done.placement.size,
        "misfit": done.placement.misfit,
    });
    Beyond {
        anatomy: done.anatomy,
        made: Some(Made { ends: done.ends, who, marrow: done.marrow, record }),
        warnings,
        remarks,
    }
}

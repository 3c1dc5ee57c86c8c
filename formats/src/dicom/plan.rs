//! RT plans: a DICOM RTPLAN of any vendor becomes a [`treatment::Plan`], or is refused with the element and the reason.
//!
//! Beams that do not treat (setup, port film, no monitor units) are left out and listed. What vendors leave away and
//! what can be carried forward is; what would have to be guessed is refused.

use super::plan_beam::{PlanFile, beam};
use super::plan_points::LeafOrder;
use super::{DicomFile, Scope, tags, uids};
use crate::Error;
use std::collections::BTreeMap;
use treatment::iec61217::PatientPosition;
use treatment::plan::{FractionGroup, GroupBeam, LeftOut, Plan, Prescription};

/// SOP classes that hold a plan of external photon beams: DICOM's own, and the one that Varian's Ethos writes.
pub const PLAN_CLASSES: [&str; 2] = [uids::RT_PLAN_STORAGE, "1.2.246.352.70.1.70"];

/// What a plan file means.
pub fn read_plan(file: &DicomFile) -> Result<Plan, Error> {
    let root = file.root();
    let class_uid = root.required_text(tags::SOP_CLASS_UID)?;
    refuse_other_classes(&root, &class_uid)?;
    let label = root.text(tags::RT_PLAN_LABEL)?.unwrap_or_default();
    let positions = positions(&root)?;
    let given = groups(&root)?;
    let items = root.required_sequence(tags::BEAM_SEQUENCE)?;
    let manufacturer = root.text(tags::MANUFACTURER)?.unwrap_or_default();
    let order = LeafOrder::find(&items, &manufacturer)?;
    let mut plan_file = PlanFile { given: mu_by_beam(&given), positions, order, notes: vec![] };
    if order == LeafOrder::Pairs {
        plan_file.note("leaf positions stand pair by pair in the file, not bank by bank".into());
    }

    let mut beams = vec![];
    let mut left_out = vec![];
    let mut position = None;
    for item in items {
        let number = whole(&item, tags::BEAM_NUMBER)?;
        let name = item.text(tags::BEAM_NAME)?.unwrap_or_default();
        if let Some(reason) = why_left_out(&item, plan_file.given.get(&number))? {
            left_out.push(LeftOut { number, name, reason });
            continue;
        }
        let (beam, beams_position) = beam(&item, number, name, &mut plan_file)?;
        if position.is_some_and(|position| position != beams_position) {
            return Err(item.error(
                tags::REFERENCED_PATIENT_SETUP_NUMBER,
                "names another patient position than the beams before; give each position its own plan",
            ));
        }
        position = Some(beams_position);
        beams.push(beam);
    }
    // A beam that a group names and the file does not hold stays in the group: the check refuses it.
    let treats = |number| beams.iter().any(|beam: &treatment::Beam| beam.number == number);
    let is_left_out = |number| left_out.iter().any(|beam| beam.number == number);
    let counts = |beam: &GroupBeam| !is_left_out(beam.number) && (beam.mu > 0.0 || !treats(beam.number));
    let groups = given
        .into_iter()
        .map(|group| FractionGroup { beams: group.beams.into_iter().filter(counts).collect(), ..group })
        .collect();

    let plan = Plan {
        label,
        uid: root.required_text(tags::SOP_INSTANCE_UID)?,
        class_uid,
        frame_of_reference_uid: root.text(tags::FRAME_OF_REFERENCE_UID)?,
        structure_set_uid: structure_set_uid(&root)?,
        manufacturer,
        model: root.text(tags::MANUFACTURER_MODEL_NAME)?.unwrap_or_default(),
        position: position.unwrap_or(PatientPosition::Hfs),
        groups,
        beams,
        prescriptions: prescriptions(&root)?,
        left_out,
        notes: plan_file.notes,
    };
    plan.check().map_err(|error| refused(&root, error))?;
    Ok(plan)
}

/// A refusal of the plan's meaning, with the file that it is about.
pub(super) fn refused(scope: &Scope<'_>, error: treatment::Error) -> Error {
    let (problem, way_out) = match error {
        treatment::Error::Plan { label, why, remedy } => (format!("the plan {label:?}: {why}"), remedy),
        treatment::Error::Beam { number, name, why, remedy } => {
            (format!("beam {number} {name:?}: {why}"), remedy)
        }
        other => (other.to_string(), "correct the plan".into()),
    };
    Error::Refused { path: scope.path().to_owned(), problem, way_out }
}

/// A whole number that fits a beam, group or wedge number.
pub(super) fn whole(scope: &Scope<'_>, tag: dicom_core::Tag) -> Result<i32, Error> {
    let number = scope.required_integer(tag)?;
    i32::try_from(number).map_err(|_| scope.error(tag, format!("holds {number}, which is out of range")))
}

fn refuse_other_classes(root: &Scope<'_>, class_uid: &str) -> Result<(), Error> {
    let refuse = |problem: &str, way_out: &str| {
        Err(Error::Refused { path: root.path().to_owned(), problem: problem.into(), way_out: way_out.into() })
    };
    let only_photons = "only plans of external photon beams are understood";
    if class_uid == uids::RT_ION_PLAN_STORAGE {
        return refuse("it is an ion plan (protons or heavier), which is not transported", only_photons);
    }
    if !PLAN_CLASSES.contains(&class_uid) {
        return refuse(&format!("it is no RT plan (SOP class {class_uid})"), "give the RTPLAN file");
    }
    let brachy_sequences = [tags::APPLICATION_SETUP_SEQUENCE, tags::SOURCE_SEQUENCE];
    if brachy_sequences.iter().any(|&tag| root.has(tag)) || root.has(tags::BRACHY_TREATMENT_TYPE) {
        return refuse("it is a brachytherapy plan, which is not transported", only_photons);
    }
    Ok(())
}

/// Why a beam does not treat, if it does not. `given` is its monitor units as the fraction groups have them.
fn why_left_out(item: &Scope<'_>, given: Option<&Option<f64>>) -> Result<Option<String>, Error> {
    let delivery_type = delivery_type(item)?;
    Ok(match (delivery_type.as_str(), given) {
        ("SETUP", _) => Some("setup beam".into()),
        ("OPEN_PORTFILM" | "TRMT_PORTFILM", _) => Some(format!("port film ({delivery_type})")),
        ("TREATMENT" | "CONTINUATION", Some(Some(mu))) if *mu > 0.0 => None,
        ("TREATMENT" | "CONTINUATION", Some(Some(mu))) => Some(format!("{mu} MU")),
        ("TREATMENT" | "CONTINUATION", Some(None)) => {
            Some("no monitor units (BeamMeterset is absent)".into())
        }
        ("TREATMENT" | "CONTINUATION", None) => Some("in no fraction group".into()),
        _ => Some(format!("its delivery type {delivery_type:?} does not treat")),
    })
}

/// Treatment Delivery Type; older plans have none and mean treatment.
pub(super) fn delivery_type(item: &Scope<'_>) -> Result<String, Error> {
    Ok(item.text(tags::TREATMENT_DELIVERY_TYPE)?.unwrap_or_else(|| "TREATMENT".into()))
}

/// Patient setups by number.
fn positions(root: &Scope<'_>) -> Result<BTreeMap<i64, PatientPosition>, Error> {
    let mut positions = BTreeMap::new();
    for setup in root.sequence(tags::PATIENT_SETUP_SEQUENCE)? {
        let Some(code) = setup.text(tags::PATIENT_POSITION)? else { continue };
        let position = PatientPosition::from_code(&code).ok_or_else(|| {
            setup.error(
                tags::PATIENT_POSITION,
                format!(
                    "is {code:?}; HFS, HFP, HFDR, HFDL, FFS, FFP, FFDR and FFDL are understood, export the plan with one of them"
                ),
            )
        })?;
        positions.insert(setup.required_integer(tags::PATIENT_SETUP_NUMBER)?, position);
    }
    Ok(positions)
}

/// The fraction groups with all their beams; those without monitor units as NaN.
fn groups(root: &Scope<'_>) -> Result<Vec<FractionGroup>, Error> {
    let mut groups = vec![];
    for item in root.required_sequence(tags::FRACTION_GROUP_SEQUENCE)? {
        let fractions = item.integer(tags::NUMBER_OF_FRACTIONS_PLANNED)?;
        let fractions = match fractions.map(u32::try_from) {
            None => None,
            Some(Ok(fractions @ 0..=1000)) => Some(fractions),
            _ => {
                return Err(item.error(
                    tags::NUMBER_OF_FRACTIONS_PLANNED,
                    "is not between 0 and 1000; correct the plan",
                ));
            }
        };
        if item.integer(tags::NUMBER_OF_BRACHY_APPLICATION_SETUPS)?.is_some_and(|setups| setups > 0) {
            return Err(item.error(
                tags::NUMBER_OF_BRACHY_APPLICATION_SETUPS,
                "is not 0: brachytherapy is not transported; take it out of the plan",
            ));
        }
        let mut beams = vec![];
        for given in item.sequence(tags::REFERENCED_BEAM_SEQUENCE)? {
            beams.push(GroupBeam {
                number: whole(&given, tags::REFERENCED_BEAM_NUMBER)?,
                mu: given.number(tags::BEAM_METERSET)?.unwrap_or(f64::NAN),
                dose_gy: given.number(tags::BEAM_DOSE)?,
            });
        }
        groups.push(FractionGroup { number: whole(&item, tags::FRACTION_GROUP_NUMBER)?, fractions, beams });
    }
    Ok(groups)
}

/// Most monitor units that any group gives with each beam; `None` where every group is silent.
fn mu_by_beam(groups: &[FractionGroup]) -> BTreeMap<i32, Option<f64>> {
    let mut given: BTreeMap<i32, Option<f64>> = BTreeMap::new();
    for beam in groups.iter().flat_map(|group| &group.beams) {
        let most = given.entry(beam.number).or_default();
        if !beam.mu.is_nan() {
            *most = Some(most.map_or(beam.mu, |mu| mu.max(beam.mu)));
        }
    }
    given
}

fn prescriptions(root: &Scope<'_>) -> Result<Vec<Prescription>, Error> {
    let mut prescriptions = vec![];
    for item in root.sequence(tags::DOSE_REFERENCE_SEQUENCE)? {
        let Some(dose_gy) = item.number(tags::TARGET_PRESCRIPTION_DOSE)? else { continue };
        prescriptions.push(Prescription {
            description: item.text(tags::DOSE_REFERENCE_DESCRIPTION)?.unwrap_or_default(),
            roi_number: item.integer(tags::REFERENCED_ROI_NUMBER)?.and_then(|roi| i32::try_from(roi).ok()),
            dose_gy,
        });
    }
    Ok(prescriptions)
}

fn structure_set_uid(root: &Scope<'_>) -> Result<Option<String>, Error> {
    let sets = root.sequence(tags::REFERENCED_STRUCTURE_SET_SEQUENCE)?;
    sets.first().map_or(Ok(None), |set| set.text(tags::REFERENCED_SOP_INSTANCE_UID))
}

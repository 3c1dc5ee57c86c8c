//! A treatment plan: what is delivered to whom, how often, and what was left out.

use crate::beam::Beam;
use crate::error::Error;
use crate::iec61217::PatientPosition;

/// A dose that the plan prescribes.
#[derive(Clone, Debug, PartialEq)]
pub struct Prescription {
    /// What it is for: the plan's own description, may be empty.
    pub description: String,
    /// Number of the structure, where it is one.
    pub roi_number: Option<i32>,
    /// The target's dose over the whole course (Gy).
    pub dose_gy: f64,
}

/// What a fraction group gives with one beam.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupBeam {
    /// Beam Number.
    pub number: i32,
    /// Monitor units in each fraction.
    pub mu: f64,
    /// Dose at the beam's own dose point in each fraction (Gy).
    pub dose_gy: Option<f64>,
}

/// Beams that are given together, and how often.
#[derive(Clone, Debug, PartialEq)]
pub struct FractionGroup {
    /// Fraction Group Number.
    pub number: i32,
    /// How many fractions are planned; some plans do not say.
    pub fractions: Option<u32>,
    /// The beams that treat.
    pub beams: Vec<GroupBeam>,
}

/// A beam of the file that does not treat.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// Beam Number.
    pub number: i32,
    /// Beam Name.
    pub name: String,
    /// Why it is not counted.
    pub reason: String,
}

/// One beam of one fraction group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delivery<'a> {
    /// Fraction Group Number.
    pub group: i32,
    /// How many fractions of it are planned.
    pub fractions: Option<u32>,
    /// Monitor units in each fraction.
    pub mu: f64,
    /// The beam.
    pub beam: &'a Beam,
}

/// What a treatment plan means.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// RT Plan Label.
    pub label: String,
    /// SOP Instance UID.
    pub uid: String,
    /// SOP Class UID; vendors have their own beside DICOM's.
    pub class_uid: String,
    /// Frame of reference; some plans have none of their own.
    pub frame_of_reference_uid: Option<String>,
    /// The structure set that the plan was made on.
    pub structure_set_uid: Option<String>,
    /// Who made the planning system.
    pub manufacturer: String,
    /// The planning system.
    pub model: String,
    /// How the patient lies.
    pub position: PatientPosition,
    /// Beams given together.
    pub groups: Vec<FractionGroup>,
    /// Beams that treat.
    pub beams: Vec<Beam>,
    /// Prescribed doses.
    pub prescriptions: Vec<Prescription>,
    /// Beams of the file that do not treat, and why.
    pub left_out: Vec<LeftOut>,
    /// What a reader of the result should know: what was assumed where the file is silent.
    pub notes: Vec<String>,
}

impl Plan {
    /// Every beam of every fraction group, in the groups' order.
    pub fn deliveries(&self) -> impl Iterator<Item = Delivery<'_>> {
        self.groups.iter().flat_map(|group| {
            group.beams.iter().filter_map(|given| {
                let beam = self.beams.iter().find(|beam| beam.number == given.number)?;
                Some(Delivery { group: group.number, fractions: group.fractions, mu: given.mu, beam })
            })
        })
    }

    /// Monitor units of one fraction of each group, summed over the groups.
    pub fn mu(&self) -> f64 {
        self.deliveries().map(|delivery| delivery.mu).sum()
    }

    /// What makes this plan undeliverable or not modelled, if anything does.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |why: String, remedy: &str| {
            Err(Error::Plan { label: self.label.clone(), why, remedy: remedy.into() })
        };
        if self.beams.is_empty() {
            let left: Vec<String> =
                self.left_out.iter().map(|beam| format!("beam {}: {}", beam.number, beam.reason)).collect();
            let why = format!("no beam treats (left out: {})", left.join("; "));
            return refuse(why, "export a plan with monitor units and fractions");
        }
        for group in &self.groups {
            for given in &group.beams {
                let copies = self.beams.iter().filter(|beam| beam.number == given.number).count();
                if copies != 1 {
                    return refuse(
                        format!(
                            "fraction group {} names beam {}, which is there {copies} times",
                            group.number, given.number
                        ),
                        "export the plan again",
                    );
                }
                if !(given.mu > 0.0 && given.mu <= 1e6) {
                    return refuse(
                        format!("beam {} has {} MU", given.number, given.mu),
                        "beams up to 1000000 MU are understood",
                    );
                }
            }
        }
        for beam in &self.beams {
            if !self.groups.iter().flat_map(|group| &group.beams).any(|given| given.number == beam.number) {
                return refuse(
                    format!("beam {} is in no fraction group", beam.number),
                    "export the plan again",
                );
            }
            beam.check()?;
        }
        Ok(())
    }
}

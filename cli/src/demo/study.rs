//! The demo's patient and plan: a girl of five with a target low in the back of the brain, in the files of a clinic.

use crate::exit::Failure;
use crate::made_up::{Ball, Study};
use phantoms::{Body, Person, Sex, Voxels};
use std::path::Path;
use treatment::iec61217::PatientPosition;
use treatment::synthetic::{self, Target};

/// What it is, in a line.
pub const DESCRIPTION: &str = "a girl of five, and an arc of 6 MV on her brain, 54 Gy in 30 fractions";

/// Pixels of the CT and distance of its slices (mm).
const CT_MM: [f64; 3] = [3.0, 3.0, 4.0];
/// Air around the body in the CT (mm).
const AIR_MM: f64 = 20.0;

/// The target; its centre is the isocentre.
const TARGET: Ball = Ball { centre_mm: [0.0, 25.0, 530.0], radius_mm: 18.0 };
/// From the target to the leaves, in the isocentre's plane: the penumbra (mm).
const LEAF_MARGIN_MM: f64 = 7.0;

/// What is prescribed to the target (Gy).
const DOSE_GY: f64 = 54.0;
/// In so many fractions.
const FRACTIONS: u32 = 30;
/// Monitor units of a fraction, so that the target's mean is what is prescribed: from an estimate of this plan.
const MU: f64 = 234.4;

/// Writes `ct/`, `structures.dcm` and `plan.dcm` into a folder, which is made.
///
/// # Errors
/// A file cannot be written.
pub fn write(folder: &Path) -> Result<(), Failure> {
    let child = child();
    let voxels = child.voxels(&child.grid(CT_MM, AIR_MM));
    let study = Study {
        label: "DEMO",
        body: &child,
        voxels: &voxels,
        weight_kg: weight_kg(&child, &voxels),
        target: TARGET,
    };
    study.write(folder, |identity| {
        let target = Target {
            centre_mm: TARGET.centre_mm,
            radius_mm: TARGET.radius_mm + LEAF_MARGIN_MM,
            position: PatientPosition::Hfs,
            dose_gy: DOSE_GY,
            fractions: FRACTIONS,
            mu: MU,
        };
        let mut plan = synthetic::arc(&target, identity);
        plan.label = "brain arc".into();
        plan
    })
}

/// The girl: the family's of five years.
fn child() -> Body {
    Body::new(&Person::reference(5.0, Sex::Female).expect("an age that the family has"))
}

fn weight_kg(child: &Body, voxels: &Voxels) -> f64 {
    let labels = voxels.volumes_cm3.iter().zip(child.organs());
    labels.map(|(cm3, organ)| cm3 * organ.tissue.density_g_cm3).sum::<f64>() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_lies_in_the_brain() {
        let child = child();
        let target = TARGET.structure(1, &child.grid(CT_MM, AIR_MM));
        let mut corners = target.contours.iter().flatten();
        assert!(corners.clone().count() > 8 * 48);
        assert!(corners.all(|corner| {
            child.label_at(*corner).map(|label| child.organs()[label].name.as_str()) == Some("Brain")
        }));
    }
}

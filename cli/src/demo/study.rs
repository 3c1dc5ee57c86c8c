//! The demo's patient and plan: a girl of five with a target low in the back of the brain, in the files of a clinic.

use crate::exit::{Failure, with_causes};
use formats::dicom::write::{CtWriter, Identity, PlanWriter, StructureWriter};
use phantoms::{Body, Person, Sex, Voxels};
use std::path::Path;
use treatment::iec61217::PatientPosition;
use treatment::synthetic::{self, Target};
use volume::{OrientedGrid, Structure, VoxelIndex};

/// What it is, in a line.
pub const DESCRIPTION: &str = "a girl of five, and an arc of 6 MV on her brain, 54 Gy in 30 fractions";

/// Pixels of the CT and distance of its slices (mm).
const CT_MM: [f64; 3] = [3.0, 3.0, 4.0];
/// Air around the body in the CT (mm).
const AIR_MM: f64 = 20.0;

/// Centre of the target, the isocentre (mm).
const TARGET_MM: [f64; 3] = [0.0, 25.0, 530.0];
/// Its radius (mm).
const TARGET_RADIUS_MM: f64 = 18.0;
/// From the target to the leaves, in the isocentre's plane: the penumbra (mm).
const LEAF_MARGIN_MM: f64 = 7.0;
/// Corners of the target's contour on a slice.
const CORNERS: u32 = 48;

/// What is prescribed to the target (Gy).
const DOSE_GY: f64 = 54.0;
/// In so many fractions.
const FRACTIONS: u32 = 30;
/// Monitor units of a fraction, so that the target's mean is what is prescribed: from an estimate of this plan.
const MU: f64 = 238.7;

/// Writes `ct/`, `structures.dcm` and `plan.dcm` into a folder, which is made.
pub fn write(folder: &Path) -> Result<(), Failure> {
    let cannot = |why: String| Failure::failed(why, "another --out, with more space");
    let failed = |error: formats::Error| cannot(with_causes(&error));
    let slices = folder.join("ct");
    std::fs::create_dir_all(&slices)
        .map_err(|error| cannot(format!("the folder of the demo's files cannot be made: {error}")))?;

    let child = child();
    let voxels = child.voxels(&child.grid(CT_MM, AIR_MM));
    let identity = Identity::of_phantom("DEMO", "F");
    let ct = CtWriter {
        identity: &identity,
        image: &voxels.hu,
        patient_position: PatientPosition::Hfs.code(),
        age_years: Some(5.0),
        height_cm: Some(child.person().height_cm().round()),
        weight_kg: Some(tenths(weight_kg(&child, &voxels))),
    };
    let ct = ct.save(&slices).map_err(failed)?;

    let mut structures = child.structures(&voxels);
    let target = target(structures.len() as i32 + 1, &voxels.hu.grid);
    let target_number = target.number;
    structures.push(target);
    let structures = StructureWriter { identity: &identity, label: "demo", structures: &structures, ct: &ct };
    let structure_set_uid = structures.save(&folder.join("structures.dcm")).map_err(failed)?;

    let mut plan = synthetic::arc(
        &Target {
            centre_mm: TARGET_MM,
            radius_mm: TARGET_RADIUS_MM + LEAF_MARGIN_MM,
            position: PatientPosition::Hfs,
            dose_gy: DOSE_GY,
            fractions: FRACTIONS,
            mu: MU,
        },
        &synthetic::Identity {
            // The writer derives the file's own from what it holds.
            uid: String::new(),
            frame_of_reference_uid: identity.frame_of_reference_uid.clone(),
            structure_set_uid: Some(structure_set_uid),
        },
    );
    plan.label = "brain arc".into();
    plan.prescriptions[0].roi_number = Some(target_number);
    PlanWriter { identity: &identity, plan: &plan }.save(&folder.join("plan.dcm")).map_err(failed)?;
    Ok(())
}

/// The girl: the family's of five years.
fn child() -> Body {
    Body::new(&Person::reference(5.0, Sex::Female).expect("an age that the family has"))
}

/// A ball, drawn on the slices that it crosses.
fn target(number: i32, grid: &OrientedGrid) -> Structure {
    let circle = |k: usize| {
        let z_mm = grid.centre_mm(VoxelIndex([0, 0, k]))[2];
        let square = TARGET_RADIUS_MM.powi(2) - (z_mm - TARGET_MM[2]).powi(2);
        (square > 0.0).then(|| {
            let corner = |n| {
                let angle_rad = std::f64::consts::TAU * f64::from(n) / f64::from(CORNERS);
                let [x, y] = [angle_rad.cos(), angle_rad.sin()].map(|part| square.sqrt() * part);
                [TARGET_MM[0] + x, TARGET_MM[1] + y, z_mm]
            };
            (0..CORNERS).map(corner).collect()
        })
    };
    Structure {
        number,
        name: "PTV".into(),
        interpreted_type: "PTV".into(),
        contours: (0..grid.shape[2]).filter_map(circle).collect(),
        points: Vec::new(),
        density_override: None,
    }
}

fn weight_kg(child: &Body, voxels: &Voxels) -> f64 {
    let labels = voxels.volumes_cm3.iter().zip(child.organs());
    labels.map(|(cm3, organ)| cm3 * organ.tissue.density_g_cm3).sum::<f64>() / 1000.0
}

fn tenths(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_lies_in_the_brain() {
        let child = child();
        let target = target(1, &child.grid(CT_MM, AIR_MM));
        let mut corners = target.contours.iter().flatten();
        assert!(corners.clone().count() > 8 * CORNERS as usize);
        assert!(corners.all(|corner| {
            child.label_at(*corner).map(|label| child.organs()[label].name.as_str()) == Some("Brain")
        }));
    }
}

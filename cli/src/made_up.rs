//! A study of a made-up patient as the files of a clinic: CT, structures and plan.

use crate::exit::{Failure, with_causes};
use formats::dicom::write::{CtWriter, Identity, PlanWriter, StructureWriter};
use phantoms::{Body, Voxels};
use std::path::Path;
use treatment::Plan;
use treatment::iec61217::PatientPosition;
use treatment::synthetic;
use volume::{OrientedGrid, Structure, VoxelIndex};

/// Corners of a target's contour on a slice.
const CORNERS: u32 = 48;

/// A ball to be treated.
#[derive(Clone, Copy, Debug)]
pub struct Ball {
    /// Its centre (mm).
    pub centre_mm: [f64; 3],
    /// Its radius (mm).
    pub radius_mm: f64,
}

/// What a study is made of.
pub struct Study<'a> {
    /// Name of the patient and of the structure set.
    pub label: &'a str,
    /// The patient.
    pub body: &'a Body,
    /// The patient in the scan.
    pub voxels: &'a Voxels,
    /// What the CT's header says of the weight (kg).
    pub weight_kg: f64,
    /// The target.
    pub target: Ball,
}

impl Study<'_> {
    /// Writes `ct/`, `structures.dcm` and `plan.dcm` into a folder, which is made; `plan` makes the plan of who it says it is.
    pub fn write(
        &self,
        folder: &Path,
        plan: impl FnOnce(&synthetic::Identity) -> Plan,
    ) -> Result<(), Failure> {
        let cannot = |why: String| Failure::failed(why, "another --out, with more space");
        let failed = |error: formats::Error| cannot(with_causes(&error));
        let slices = folder.join("ct");
        std::fs::create_dir_all(&slices)
            .map_err(|error| cannot(format!("the folder of the study's files cannot be made: {error}")))?;
        let person = self.body.person();
        let sex = if person.sex() == phantoms::Sex::Female { "F" } else { "M" };
        let identity = Identity::of_phantom(self.label, sex);
        let ct = CtWriter {
            identity: &identity,
            image: &self.voxels.hu,
            patient_position: PatientPosition::Hfs.code(),
            age_years: Some(person.age_years()),
            height_cm: Some(person.height_cm().round()),
            weight_kg: Some((10.0 * self.weight_kg).round() / 10.0),
        };
        let ct = ct.save(&slices).map_err(failed)?;

        let mut structures = self.body.structures(self.voxels);
        let target = self.target.structure(structures.len() as i32 + 1, &self.voxels.hu.grid);
        let target_number = target.number;
        structures.push(target);
        let label = self.label.to_lowercase();
        let structures =
            StructureWriter { identity: &identity, label: &label, structures: &structures, ct: &ct };
        let structure_set_uid = structures.save(&folder.join("structures.dcm")).map_err(failed)?;

        let mut plan = plan(&synthetic::Identity {
            // The writer derives the file's own from what it holds.
            uid: String::new(),
            frame_of_reference_uid: identity.frame_of_reference_uid.clone(),
            structure_set_uid: Some(structure_set_uid),
        });
        plan.prescriptions[0].roi_number = Some(target_number);
        PlanWriter { identity: &identity, plan: &plan }.save(&folder.join("plan.dcm")).map_err(failed)?;
        Ok(())
    }
}

impl Ball {
    /// The ball drawn on the slices that it crosses.
    pub fn structure(&self, number: i32, grid: &OrientedGrid) -> Structure {
        let circle = |k: usize| {
            let z_mm = grid.centre_mm(VoxelIndex([0, 0, k]))[2];
            let square = self.radius_mm.powi(2) - (z_mm - self.centre_mm[2]).powi(2);
            (square > 0.0).then(|| {
                let corner = |n| {
                    let angle_rad = std::f64::consts::TAU * f64::from(n) / f64::from(CORNERS);
                    let [x, y] = [angle_rad.cos(), angle_rad.sin()].map(|part| square.sqrt() * part);
                    [self.centre_mm[0] + x, self.centre_mm[1] + y, z_mm]
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
}

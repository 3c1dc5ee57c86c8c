//! Writes a study with a CT of 512 × 512 × 200 pixels, to measure what `straydose estimate` needs for one:
//!
//! ```sh
//! cargo run --release -p straydose --example large_study -- large
//! /usr/bin/time -v target/release/straydose estimate --study large --out out --voxel-mm 3
//! ```

use formats::dicom::write::{CtWriter, Identity, PlanWriter, StructureWriter};
use phantoms::{Body, Person, Sex};
use std::path::PathBuf;
use treatment::iec61217::PatientPosition;
use treatment::synthetic::{self, Target};
use volume::OrientedGrid;

/// Pixels, and their distances (mm): a field of view of 50 cm, and 60 cm from the skull down.
const SHAPE: [usize; 3] = [512, 512, 200];
const SPACING_MM: [f64; 3] = [0.9765625, 0.9765625, 3.0];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("give a folder")?);
    let slices = folder.join("ct");
    std::fs::create_dir_all(&slices)?;
    let body = Body::new(&Person::reference(30.0, Sex::Male)?);
    let whole = body.grid([4.0; 3], 0.0);
    let top_mm = whole.origin_mm[2] + 4.0 * whole.shape[2] as f64;
    let middle = |a: usize| whole.origin_mm[a] + 2.0 * whole.shape[a] as f64;
    let half = |a: usize| 0.5 * SPACING_MM[a] * SHAPE[a] as f64;
    let grid = OrientedGrid {
        origin_mm: [middle(0) - half(0), middle(1) - half(1), top_mm - 2.0 * half(2)],
        axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        spacing_mm: SPACING_MM,
        shape: SHAPE,
    };
    let voxels = body.voxels(&grid);
    let identity = Identity::of_phantom("LARGE", "M");
    let image = &voxels.hu;
    let ct = CtWriter {
        identity: &identity,
        image,
        patient_position: PatientPosition::Hfs.code(),
        age_years: None,
        height_cm: None,
        weight_kg: None,
    };
    let ct = ct.save(&slices)?;
    let structures = body.structures(&voxels);
    let set = StructureWriter { identity: &identity, label: "large", structures: &structures, ct: &ct };
    let structure_set_uid = Some(set.save(&folder.join("structures.dcm"))?);
    let target = Target {
        centre_mm: [middle(0), middle(1), grid.origin_mm[2] + half(2)],
        radius_mm: 40.0,
        position: PatientPosition::Hfs,
        dose_gy: 50.0,
        fractions: 25,
        mu: 300.0,
    };
    let frame_of_reference_uid = identity.frame_of_reference_uid.clone();
    let names = synthetic::Identity { uid: String::new(), frame_of_reference_uid, structure_set_uid };
    let plan = synthetic::arc(&target, &names);
    PlanWriter { identity: &identity, plan: &plan }.save(&folder.join("plan.dcm"))?;
    Ok(())
}

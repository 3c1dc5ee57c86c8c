//! A trunk of water with three organs and a target in its middle, for tests of whole runs.

use anatomy::{Anatomy, Options, Region};
use dose_core::run::{Backend, VarianceReduction};
use estimate::{BodyDose, Calibrated, Effort, MonitorUnit, body_dose};
use std::ops::ControlFlow;
use treatment::Plan;
use treatment::iec61217::PatientPosition;
use treatment::machine::{built_in, choose};
use treatment::synthetic::{self, Identity, Target};
use volume::{Image, Mask, OrientedGrid, Structure};

/// Edge of a voxel (mm).
const VOXEL_MM: f64 = 15.0;

/// A trunk of water with three organs, 0, 10 and 24 cm from the isocentre.
pub fn patient() -> Anatomy {
    let grid = OrientedGrid {
        origin_mm: [-150.0, -120.0, -300.0],
        axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        spacing_mm: [VOXEL_MM; 3],
        shape: [21, 17, 41],
    };
    let at = |voxel: usize| [voxel % 21, voxel / 21 % 17, voxel / (21 * 17)].map(|n| n as f64 * VOXEL_MM);
    let inside = |voxel: &usize| {
        let [x, y, _] = at(*voxel);
        ((x - 150.0) / 140.0).powi(2) + ((y - 120.0) / 100.0).powi(2) <= 1.0
    };
    let voxels = 21 * 17 * 41;
    let values = (0..voxels).map(|voxel| if inside(&voxel) { 0.0 } else { -1000.0 }).collect();
    let organ = |name: &str, from_mm: f64| {
        let holds = |voxel: usize| {
            let [x, y, z] = at(voxel);
            (x - 150.0).abs() < 50.0 && (y - 120.0).abs() < 50.0 && (z - 300.0 - from_mm).abs() < 25.0
        };
        let inside = (0..voxels).map(holds).collect();
        let mask = Mask { grid, lower: [0; 3], shape: grid.shape, inside, notes: Vec::new() };
        Region::Voxels { name: name.into(), mask }
    };
    let outline = |z_mm: f64| {
        let corner = |n: u32| {
            let angle = f64::from(n) * std::f64::consts::TAU / 36.0;
            [140.0 * angle.cos(), 100.0 * angle.sin(), z_mm]
        };
        (0..36).map(corner).collect()
    };
    let body = Region::Contours(Structure {
        number: 1,
        name: "Body".into(),
        interpreted_type: "EXTERNAL".into(),
        contours: (0..41).map(|k| outline(f64::from(k) * VOXEL_MM - 300.0)).collect(),
        points: Vec::new(),
        density_override: None,
    });
    let regions = [body, organ("middle", 0.0), organ("near", 100.0), organ("far", 240.0)];
    Anatomy::build(&Image { grid, values }, &regions, &Options::with_voxels(VOXEL_MM)).expect("a patient")
}

/// Four fields on a ball (mm) in the middle, with so many monitor units a fraction.
pub fn four_fields(radius_mm: f64, mu: f64) -> Plan {
    let target = Target {
        centre_mm: [0.0; 3],
        radius_mm,
        position: PatientPosition::Hfs,
        dose_gy: 10.0,
        fractions: 5,
        mu,
    };
    let identity = Identity { uid: "1".into(), frame_of_reference_uid: "2".into(), structure_set_uid: None };
    synthetic::four_fields(&target, &identity)
}

/// The dose of a plan, for so many source photons. What a monitor unit is worth does not matter here.
pub fn dose(plan: &Plan, patient: &Anatomy, histories: u64, seed: u64) -> BodyDose {
    let machines = built_in();
    let choices: Vec<_> =
        plan.deliveries().map(|d| choose(&machines, d.beam, None).expect("a machine")).collect();
    let unit = MonitorUnit { gy_per_unit: 1e-12, sigma_relative: 0.0 };
    let calibrated: Vec<_> = choices.iter().map(|choice| Calibrated { choice, unit }).collect();
    let mut backend = Backend::cpu(None).expect("threads");
    let effort = Effort { histories, seed, batches: 40, variance_reduction: VarianceReduction::Auto };
    let proceed = &mut |_, _| ControlFlow::Continue(());
    body_dose(plan, &calibrated, patient, None, effort, &mut backend, proceed).expect("a dose")
}

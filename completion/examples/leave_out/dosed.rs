//! The dose of an arc on the middle of a scan, in several runs.

use anatomy::Anatomy;
use dose_core::run::{Backend, VarianceReduction};
use estimate::{BodyDose, Effort, KnownUnits, MonitorUnit, body_dose, calibrate};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use treatment::iec61217::PatientPosition;
use treatment::machine::{built_in::built_in, choose};
use treatment::synthetic::{Identity, Target, arc};

/// Runs with seeds of their own: how they differ is the statistical error of anything that is made of their voxels.
const RUNS: u64 = 6;

/// What several runs gave.
pub struct Dosed {
    /// Dose of each run (Gy).
    pub runs_gy: Vec<Vec<f32>>,
    /// Their mean (Gy).
    pub mean_gy: Vec<f64>,
    /// Relative standard error of each organ's mean.
    pub organ_sigma: Vec<Option<f64>>,
}

/// Monitor units of the cases before: all have one machine.
#[derive(Default)]
pub struct Kept(BTreeMap<String, MonitorUnit>);

impl KnownUnits for Kept {
    fn find(&mut self, key: &str) -> Option<MonitorUnit> {
        self.0.get(key).copied()
    }

    fn keep(&mut self, key: &str, unit: MonitorUnit) {
        self.0.insert(key.to_owned(), unit);
    }
}

/// The middle of the scanned body (mm).
pub fn middle(scan: &Anatomy) -> [f64; 3] {
    let (mut sum, mut weight) = ([0.0; 3], 0.0);
    for (at, share) in scan.body.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let centre = scan.grid.centre_mm(scan.grid.voxel(at));
        sum = std::array::from_fn(|a| sum[a] + centre[a] * f64::from(*share));
        weight += f64::from(*share);
    }
    sum.map(|s| s / weight)
}

/// The dose; the histories are shared among the runs.
pub fn dosed(anatomy: &Anatomy, target_mm: [f64; 3], histories: u64, kept: &mut Kept) -> Dosed {
    let runs: Vec<BodyDose> =
        (1..=RUNS).map(|seed| run(anatomy, target_mm, histories / RUNS, seed, kept)).collect();
    let mean =
        |voxel: usize| runs.iter().map(|run| f64::from(run.dose_gy.values[voxel])).sum::<f64>() / RUNS as f64;
    let sigma = |organ: usize| {
        let squares: Option<f64> =
            runs.iter().map(|run| run.organ_sigma[organ].map(|sigma| sigma * sigma)).sum();
        squares.map(|squares| squares.sqrt() / RUNS as f64)
    };
    Dosed {
        mean_gy: (0..anatomy.grid.len()).map(mean).collect(),
        organ_sigma: (0..anatomy.organs.len()).map(sigma).collect(),
        runs_gy: runs.into_iter().map(|run| run.dose_gy.values).collect(),
    }
}

fn run(anatomy: &Anatomy, target_mm: [f64; 3], histories: u64, seed: u64, kept: &mut Kept) -> BodyDose {
    let target = Target {
        centre_mm: target_mm,
        radius_mm: 25.0,
        position: PatientPosition::Hfs,
        dose_gy: 54.0,
        fractions: 30,
        mu: 240.0,
    };
    let identity =
        Identity { uid: "1.2.3".into(), frame_of_reference_uid: "1.2".into(), structure_set_uid: None };
    let plan = arc(&target, &identity);
    let machines = built_in();
    let choices: Vec<_> =
        plan.deliveries().map(|d| choose(&machines, d.beam, None).expect("a machine")).collect();
    let mut backend = Backend::cpu(None).expect("threads");
    let go = &mut |_| ControlFlow::Continue(());
    let calibrated = calibrate(&plan, &choices, 1, kept, &mut backend, go).expect("monitor units");
    let effort = Effort { histories, seed, batches: 50, variance_reduction: VarianceReduction::Auto };
    let go = &mut |_, _| ControlFlow::Continue(());
    body_dose(&plan, &calibrated, anatomy, None, effort, &mut backend, go).expect("a dose")
}

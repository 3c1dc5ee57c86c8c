//! Cohorts of noise and of planted signals, for the short and the long tests of honesty.

use ndarray::Array2;
use predict::metrics::auc;
use predict::nested::{Predicted, mean_of_folds, nested};
use predict::pipeline::Recipe;
use predict::training::Plan;
use predict::{Outcome, Table};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

pub const LESIONS: usize = 3;
pub const VARIABLES: usize = 500;

/// A standard normal number (Box and Muller).
pub fn normal(random: &mut ChaCha12Rng) -> f64 {
    let [u, v]: [f64; 2] = [random.random(), random.random()];
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// Lesions of a patient are alike: `kinship` of the variance is the patient's. The outcome is the patient's.
pub fn cohort(seed: u64, patients: usize, kinship: f64, signal: &[f64]) -> (Table, Outcome) {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let rows = patients * LESIONS;
    let of_patient = Array2::from_shape_simple_fn((VARIABLES, patients), || normal(&mut random));
    let values = Array2::from_shape_fn((VARIABLES, rows), |(j, row)| {
        kinship.sqrt() * of_patient[[j, row / LESIONS]] + (1.0 - kinship).sqrt() * normal(&mut random)
    });
    let yes: Vec<bool> = (0..patients)
        .map(|patient| {
            let eta: f64 = signal.iter().enumerate().map(|(j, b)| b * of_patient[[j, patient]]).sum();
            random.random::<f64>() < 1.0 / (1.0 + (-eta).exp())
        })
        .collect();
    let table = Table {
        names: (0..VARIABLES).map(|j| format!("x{j}")).collect(),
        values,
        groups: (0..rows).map(|row| row / LESIONS).collect(),
        sites: None,
        repeat: None,
    };
    (table, Outcome::Binary((0..rows).map(|row| yes[row / LESIONS]).collect()))
}

pub fn recipe() -> Recipe {
    Recipe { shares: vec![0.5], strengths: 12, ..Recipe::default() }
}

pub fn judged(table: &Table, outcome: &Outcome) -> Vec<Predicted> {
    nested(table, outcome, 5, &recipe())
        .expect("a sound cohort")
        .into_iter()
        .map(|fold| fold.predicted)
        .collect()
}

/// Nested cross-validated area under the curve, of lesions.
pub fn area(table: &Table, outcome: &Outcome) -> f64 {
    let judged = judged(table, outcome);
    let Outcome::Binary(yes) = outcome else { unreachable!("cohorts are yes or no") };
    let of_fold = |predictor: &[f64], rows: &[usize]| {
        auc(predictor, &rows.iter().map(|&row| yes[row]).collect::<Vec<_>>())
    };
    mean_of_folds(&judged, of_fold).expect("both classes in every fold").0
}

/// Mean and its standard error.
pub fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt())
}

pub fn plan(comparators: Vec<(String, Table)>) -> Plan {
    Plan { folds: 5, recipe: recipe(), bootstraps: 40, least_events: 20, comparators }
}

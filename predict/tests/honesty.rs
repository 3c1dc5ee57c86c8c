//! On noise the validation says that nothing was learnt; on a planted signal it finds it.

use ndarray::Array2;
use predict::metrics::auc;
use predict::nested::{Predicted, mean_of_folds, nested};
use predict::performance::performance;
use predict::pipeline::{Pipeline, Recipe};
use predict::{Outcome, Table};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

const LESIONS: usize = 3;
const VARIABLES: usize = 500;

/// A standard normal number (Box and Muller).
fn normal(random: &mut ChaCha12Rng) -> f64 {
    let [u, v]: [f64; 2] = [random.random(), random.random()];
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// Lesions of a patient are alike: `kinship` of the variance is the patient's. The outcome is the patient's.
fn cohort(seed: u64, patients: usize, kinship: f64, signal: &[f64]) -> (Table, Outcome) {
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
    };
    (table, Outcome::Binary((0..rows).map(|row| yes[row / LESIONS]).collect()))
}

fn recipe() -> Recipe {
    Recipe { shares: vec![0.5], strengths: 12, ..Recipe::default() }
}

fn judged(table: &Table, outcome: &Outcome) -> Vec<Predicted> {
    nested(table, outcome, 5, &recipe())
        .expect("a sound cohort")
        .into_iter()
        .map(|fold| fold.predicted)
        .collect()
}

/// Nested cross-validated area under the curve, of lesions.
fn area(table: &Table, outcome: &Outcome) -> f64 {
    let judged = judged(table, outcome);
    let Outcome::Binary(yes) = outcome else { unreachable!("cohorts are yes or no") };
    let of_fold = |predictor: &[f64], rows: &[usize]| {
        auc(predictor, &rows.iter().map(|&row| yes[row]).collect::<Vec<_>>())
    };
    mean_of_folds(&judged, of_fold).expect("both classes in every fold").0
}

/// Mean and its standard error.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt())
}

#[test]
fn on_noise_nothing_is_found_and_lesions_split_from_their_patients_feign_a_success() {
    let pairs: Vec<(f64, f64)> = (0..24u64)
        .into_par_iter()
        .map(|seed| {
            let (table, outcome) = cohort(seed, 80, 0.5, &[]);
            let split = Table { groups: (0..table.rows()).collect(), ..table.clone() };
            (area(&table, &outcome), area(&split, &outcome))
        })
        .collect();
    let (grouped, split): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let ((honest, error), (feigned, _)) = (mean(&grouped), mean(&split));
    assert!(error < 0.02, "{error}: too few cohorts to see a bias of 0.06");
    assert!((honest - 0.5).abs() < 3.0 * error, "{honest} +- {error}");
    assert!(feigned > 0.8, "{feigned}");
}

#[test]
fn a_planted_signal_is_found_with_its_signs() {
    let signal = [2.5, -2.5, 2.0];
    let (table, outcome) = cohort(99, 200, 0.9, &signal);
    let found = performance(&table, &outcome, &judged(&table, &outcome), 1).expect("measures");
    let pipeline = Pipeline::learnt(&table, &outcome, &recipe()).expect("fits");
    let mut used = pipeline.used();
    used.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let [lower, upper] = found.interval.expect("enough draws");
    assert!(found.value > 0.75 && lower > 0.6 && lower < found.value && found.value < upper, "{found:?}");
    assert!(found.brier < found.brier_of_share, "{found:?}");
    let at_a_half = found.decision_curve.iter().find(|point| point[0] == 0.5).expect("a point at a half");
    assert!(
        at_a_half[1] > 0.0 && at_a_half[1] > at_a_half[2],
        "better than to treat nobody or all: {at_a_half:?}"
    );
    // Shrunk coefficients: predictions are too mild rather than too extreme.
    assert!(found.calibration.expect("a slope").slope > 1.0, "{found:?}");
    for (j, planted) in signal.iter().enumerate() {
        let found = used.iter().find(|(at, _)| *at == j).map_or(0.0, |(_, coefficient)| *coefficient);
        assert!(found * planted > 0.0, "variable {j}: {found} for {planted}");
    }
    assert!(
        used[..3].iter().all(|(at, _)| *at < 3),
        "the strongest are the planted ones: {:?}",
        &used[..5.min(used.len())]
    );
}

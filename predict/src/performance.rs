//! How good the out-of-fold predictions are, in the measures of each kind of outcome.

use crate::elastic_net::{Accuracy, path};
use crate::loss::{Loss, probability};
use crate::metrics::{Calibration, auc, brier, calibration, concordance, net_benefit};
use crate::nested::{Predicted, mean_of_folds};
use crate::resample::{Patients, interval};
use crate::{Error, Outcome, Table};
use ndarray::ArrayView2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Draws of patients that intervals come from.
const DRAWS: u64 = 500;
/// Probabilities at which the decision curve is given.
const THRESHOLDS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// What nested cross-validation found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Performance {
    /// The measure of discrimination: area under the curve, C-index, or correlation.
    pub measure: String,
    /// Its mean over the folds.
    pub value: f64,
    /// Bounds of 95 % of draws of patients within their folds.
    pub interval: Option<[f64; 2]>,
    /// How predictions follow the outcome; `None` where they separate it or do not vary.
    pub calibration: Option<Calibration>,
    /// Rows by rising prediction in groups of like size: mean prediction, mean outcome, rows; none for a time.
    pub calibration_groups: Vec<[f64; 3]>,
    /// Mean squared error of the probability, for a yes or no.
    pub brier: Option<f64>,
    /// That of predicting everybody the share of yes.
    pub brier_of_share: Option<f64>,
    /// Threshold, net benefit of the model, net benefit of treating all, for a yes or no.
    pub decision_curve: Vec<[f64; 3]>,
}

/// Measures the predictions of all folds of a table.
///
/// # Errors
/// None but those of an outcome that does not fit the table.
pub fn performance(
    table: &Table,
    outcome: &Outcome,
    folds: &[Predicted],
    seed: u64,
) -> Result<Performance, Error> {
    if table.rows() != outcome.rows() {
        return Err(Error::Rows { table: table.rows(), outcome: outcome.rows() });
    }
    let all = |folds: &[Predicted]| {
        mean_of_folds(folds, |predictor, rows| discrimination(predictor, &outcome.take(rows)))
            .map(|(mean, _)| mean)
    };
    let patients: Vec<Patients> = folds
        .iter()
        .enumerate()
        .map(|(at, fold)| {
            let groups: Vec<usize> = fold.rows.iter().map(|&row| table.groups[row]).collect();
            Patients::of(&groups, seed.wrapping_add(at as u64))
        })
        .collect();
    let draws: Vec<f64> =
        (0..DRAWS).into_par_iter().filter_map(|number| all(&redrawn(&patients, folds, number))).collect();
    let rows: Vec<usize> = folds.iter().flat_map(|fold| fold.rows.iter().copied()).collect();
    let predictor: Vec<f64> = folds.iter().flat_map(|fold| fold.predictor.iter().copied()).collect();
    let outcome = outcome.take(&rows);
    let mut found = Performance {
        measure: measure(&outcome).into(),
        value: all(folds).unwrap_or(chance(&outcome)),
        interval: interval(draws),
        calibration: slope(&predictor, &outcome),
        calibration_groups: calibration_groups(&predictor, &outcome),
        brier: None,
        brier_of_share: None,
        decision_curve: Vec::new(),
    };
    if let Outcome::Binary(yes) = &outcome {
        let probabilities: Vec<f64> = predictor.iter().map(|&eta| probability(eta)).collect();
        let share = yes.iter().filter(|&&yes| yes).count() as f64 / yes.len() as f64;
        found.brier = Some(brier(&probabilities, yes));
        found.brier_of_share = Some(share * (1.0 - share));
        let treat_all = |threshold: f64| share - (1.0 - share) * threshold / (1.0 - threshold);
        let point =
            |&threshold: &f64| [threshold, net_benefit(&probabilities, yes, threshold), treat_all(threshold)];
        found.decision_curve = THRESHOLDS.iter().map(point).collect();
    }
    Ok(found)
}

/// The name of the measure of discrimination.
fn measure(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Continuous(_) => "correlation",
        Outcome::Binary(_) => "AUC",
        Outcome::Survival { .. } => "C-index",
    }
}

/// What predictions that do not vary are worth.
pub fn chance(outcome: &Outcome) -> f64 {
    if matches!(outcome, Outcome::Continuous(_)) { 0.0 } else { 0.5 }
}

/// Groups of the calibration plot.
const GROUPS: usize = 8;

fn calibration_groups(predictor: &[f64], outcome: &Outcome) -> Vec<[f64; 3]> {
    let mut pairs: Vec<(f64, f64)> = match outcome {
        Outcome::Continuous(values) => predictor.iter().copied().zip(values.iter().copied()).collect(),
        Outcome::Binary(yes) => predictor
            .iter()
            .map(|&eta| probability(eta))
            .zip(yes.iter().map(|&yes| f64::from(u8::from(yes))))
            .collect(),
        Outcome::Survival { .. } => return Vec::new(),
    };
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let group = |pairs: &[(f64, f64)]| {
        let n = pairs.len() as f64;
        [pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n, n]
    };
    pairs.chunks(pairs.len().div_ceil(GROUPS).max(1)).map(group).collect()
}

/// Area under the curve, C-index or Pearson's correlation; `None` where there is none.
pub fn discrimination(predictor: &[f64], outcome: &Outcome) -> Option<f64> {
    match outcome {
        Outcome::Continuous(values) => correlation(predictor, values),
        Outcome::Binary(yes) => auc(predictor, yes),
        Outcome::Survival { time, event } => concordance(predictor, time, event),
    }
}

fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum =
        |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - mean_a, b - mean_b)).sum::<f64>();
    let length = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    (length > 0.0).then(|| sum(&|a, b| a * b) / length)
}

/// Regression of the outcome on the predictor alone.
fn slope(predictor: &[f64], outcome: &Outcome) -> Option<Calibration> {
    match outcome {
        Outcome::Binary(yes) => calibration(predictor, yes).ok(),
        Outcome::Continuous(values) => {
            let fit = alone(predictor, outcome)?;
            let mean =
                values.iter().zip(predictor).map(|(y, eta)| y - eta).sum::<f64>() / values.len() as f64;
            Some(Calibration { slope: fit.0, intercept: fit.1, in_the_large: mean })
        }
        Outcome::Survival { .. } => {
            let (slope, _) = alone(predictor, outcome)?;
            Some(Calibration { slope, intercept: 0.0, in_the_large: 0.0 })
        }
    }
}

fn alone(predictor: &[f64], outcome: &Outcome) -> Option<(f64, f64)> {
    let variables = ArrayView2::from_shape((1, predictor.len()), predictor).expect("one variable");
    let fit = path(variables, &Loss::of(outcome), 0.0, &[0.0], Accuracy::Exact).ok()?.pop()?;
    Some((fit.coefficients[0], fit.intercept))
}

/// The folds with their patients drawn anew.
fn redrawn(patients: &[Patients], folds: &[Predicted], number: u64) -> Vec<Predicted> {
    let draw = |(patients, fold): (&Patients, &Predicted)| {
        let (places, _) = patients.drawn(number);
        Predicted {
            rows: places.iter().map(|&place| fold.rows[place]).collect(),
            predictor: places.iter().map(|&place| fold.predictor[place]).collect(),
        }
    };
    patients.iter().zip(folds).map(draw).collect()
}

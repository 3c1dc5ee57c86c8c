//! Nested cross-validation: every row is predicted by a pipeline that has seen no row of its group.

use crate::folds::Folds;
use crate::pipeline::{Pipeline, Recipe};
use crate::{Error, Outcome, Table};
use rayon::prelude::*;

/// One outer fold.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What was learnt from the other folds.
    pub pipeline: Pipeline,
    /// What it says of this one.
    pub predicted: Predicted,
}

/// Predictions of rows that were not learnt from.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicted {
    /// Rows of the table.
    pub rows: Vec<usize>,
    /// Their linear predictors.
    pub predictor: Vec<f64>,
}

/// Learns and judges fold by fold; the folds run side by side and come back in their order.
///
/// # Errors
/// The first fold's that fails: [`Error`].
pub fn nested(table: &Table, outcome: &Outcome, folds: usize, recipe: &Recipe) -> Result<Vec<Judged>, Error> {
    outcome.check()?;
    table.check()?;
    let folds = Folds::grouped(&table.groups, outcome, folds, recipe.seed)?;
    let judged = |fold: usize| {
        let (learn, rows) = folds.split(fold);
        // Other inner folds in every outer one.
        let recipe = Recipe { seed: recipe.seed.wrapping_add(1 + fold as u64), ..recipe.clone() };
        let pipeline = Pipeline::learnt(&table.take(&learn), &outcome.take(&learn), &recipe)?;
        let predictor = pipeline.predict(&table.take(&rows))?;
        Ok(Judged { pipeline, predicted: Predicted { rows, predictor } })
    };
    (0..folds.count).into_par_iter().map(judged).collect()
}

/// Mean over the folds of a measure of each fold's predictors and rows, with its standard error; folds without one are left
/// out.
///
/// Not of all rows at once: a fold with more yes than its share leaves fewer to learn from, and its predictors come out lower
/// for it, so that on noise an area under all of them lies below a half.
pub fn mean_of_folds(
    folds: &[Predicted],
    measure: impl Fn(&[f64], &[usize]) -> Option<f64>,
) -> Option<(f64, f64)> {
    let values: Vec<f64> = folds.iter().filter_map(|fold| measure(&fold.predictor, &fold.rows)).collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (values.len() > 1).then(|| (mean, (variance / n).sqrt()))
}

//! From a table with its outcome to a model and everything that must be known of it.

use crate::conformal::quantile;
use crate::distance::Neighbourhood;
use crate::elastic_net::{Accuracy, Fit, near};
use crate::loss::Loss;
use crate::metrics::auc;
use crate::nested::{Predicted, nested};
use crate::performance::{Performance, chance, discrimination, performance};
use crate::pipeline::{Pipeline, Recipe};
use crate::resample::Patients;
use crate::standardise::standardise;
use crate::{Error, Outcome, Standardisation, Table};
use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

/// Share of new patients that the bound on a number's error holds for.
pub const CONFORMAL_SHARE: f64 = 0.9;
/// Events a variable of the model below which a warning is given (P. Peduzzi et al., J. Clin. Epidemiol. 49, 1373 (1996)).
pub const FEW_EVENTS_PER_VARIABLE: f64 = 10.0;

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Folds that judge.
    pub folds: usize,
    /// How a pipeline learns.
    pub recipe: Recipe,
    /// Draws of patients for optimism and for the coefficients' covariance.
    pub bootstraps: usize,
    /// Events below which nothing is trained.
    pub least_events: usize,
    /// Comparators: a name, and a table of the same rows with the variables that it uses.
    pub comparators: Vec<(String, Table)>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Trained {
    /// Learnt from all rows.
    pub pipeline: Pipeline,
    /// Nested cross-validation of the whole procedure.
    pub performance: Performance,
    /// The same for each comparator, in the order of the plan.
    pub comparators: Vec<(String, Performance)>,
    /// Folds and their predictions.
    pub folds: Vec<Predicted>,
    /// For each variable, in how many of the outer folds it was used.
    pub used_in_folds: Vec<usize>,
    /// Discrimination on the rows that were learnt from, and what of it is optimism by bootstrap (F. E. Harrell, K. L. Lee,
    /// D. B. Mark, Stat. Med. 15, 361 (1996); the penalty is kept as chosen).
    pub apparent: f64,
    /// Mean difference of discrimination between drawn patients, learnt from, and all patients.
    pub optimism: Option<f64>,
    /// Covariance of the used variables' coefficients (standardised), over draws of patients.
    pub covariance: Vec<Vec<f64>>,
    /// Of a number: the bound on its error that holds for [`CONFORMAL_SHARE`] of new patients.
    pub conformal: Option<f64>,
    /// Where the used variables lay.
    pub neighbourhood: Neighbourhood,
    /// Events in training.
    pub events: usize,
    /// What limits the trust.
    pub warnings: Vec<String>,
}

/// Trains and judges.
///
/// # Errors
/// [`Error::Events`] for fewer events than the plan asks for, [`Error::Leak`] for a variable that is the outcome itself, and
/// those of the parts.
pub fn train(table: &Table, outcome: &Outcome, plan: &Plan) -> Result<Trained, Error> {
    outcome.check()?;
    table.check()?;
    if table.rows() != outcome.rows() {
        return Err(Error::Rows { table: table.rows(), outcome: outcome.rows() });
    }
    let events = patients_with_events(table, outcome);
    if events < plan.least_events {
        return Err(Error::Events { events, least: plan.least_events });
    }
    let suspicious = suspicious(table, outcome)?;

    let judged = nested(table, outcome, plan.folds, &plan.recipe)?;
    let mut used_in_folds = vec![0; table.names.len()];
    judged.iter().flat_map(|fold| fold.pipeline.used()).for_each(|(at, _)| used_in_folds[at] += 1);
    let folds: Vec<Predicted> = judged.into_iter().map(|fold| fold.predicted).collect();
    let found = performance(table, outcome, &folds, plan.recipe.seed)?;
    let comparators = plan.comparators.iter().map(|(name, part)| {
        let part = Table { repeat: None, ..part.clone() };
        // Few variables that are meant to be used: a ridge, so that none is left out.
        let recipe =
            Recipe { shares: vec![0.0], most_correlation: 1.0, harmonise: false, ..plan.recipe.clone() };
        let folds: Vec<Predicted> =
            nested(&part, outcome, plan.folds, &recipe)?.into_iter().map(|fold| fold.predicted).collect();
        Ok((name.clone(), performance(&part, outcome, &folds, plan.recipe.seed)?))
    });
    let comparators = comparators.collect::<Result<Vec<_>, Error>>()?;

    let pipeline = Pipeline::learnt(table, outcome, &plan.recipe)?;
    let apparent = discrimination(&pipeline.predict(table)?, outcome).unwrap_or(chance(outcome));
    let draws = drawn(table, outcome, &pipeline, plan)?;
    let used = pipeline.used();
    let places: Vec<usize> = used.iter().map(|(at, _)| *at).collect();
    let values = pipeline.harmonised(table)?.select(Axis(0), &places);
    let neighbourhood =
        Neighbourhood::learnt(Standardisation::learnt(values.view()).applied(values.view()).view());
    let trained = Trained {
        performance: found,
        comparators,
        used_in_folds,
        apparent,
        optimism: mean(draws.iter().filter_map(|draw| draw.optimism)),
        covariance: covariance(&draws, &used),
        conformal: conformal(table, outcome, &folds),
        neighbourhood,
        events,
        warnings: Vec::new(),
        pipeline,
        folds,
    };
    let mut warnings = warnings(&trained, outcome, plan);
    warnings.extend(suspicious.into_iter().map(|(variable, agreement)| {
        format!(
            "{variable} alone nearly determines the outcome ({agreement:.2} of 1): was it known before the outcome? If not, leave \
             it out and train anew"
        )
    }));
    Ok(Trained { warnings, ..trained })
}

/// Patients of whom something can be learnt: those of the rarer class, those with an event, or all for a number.
fn patients_with_events(table: &Table, outcome: &Outcome) -> usize {
    let patients = |wanted: &dyn Fn(usize) -> bool| {
        let of = (0..table.rows()).filter(|&row| wanted(row)).map(|row| table.groups[row]);
        of.collect::<std::collections::BTreeSet<_>>().len()
    };
    match outcome {
        Outcome::Continuous(_) => patients(&|_| true),
        Outcome::Binary(yes) => patients(&|row| yes[row]).min(patients(&|row| !yes[row])),
        Outcome::Survival { event, .. } => patients(&|row| event[row]),
    }
}

/// Variables that nearly determine the outcome by themselves, with how well they do: rarely a biological truth, often a column
/// that was filled in after the outcome was known. One that orders the rows exactly as the outcome does is the outcome under
/// another name, and an error.
fn suspicious(table: &Table, outcome: &Outcome) -> Result<Vec<(String, f64)>, Error> {
    const EXACT: f64 = 0.9999;
    const NEARLY: f64 = 0.97;
    let of = |j: usize| {
        agreement(table.values.row(j).to_slice().expect("values of a variable lie together"), outcome)
    };
    let found: Vec<f64> = (0..table.names.len()).into_par_iter().map(of).collect();
    let mut suspicious = Vec::new();
    for (name, agreement) in table.names.iter().zip(found) {
        if agreement > EXACT {
            return Err(Error::Leak { variable: name.clone() });
        }
        if agreement > NEARLY {
            suspicious.push((name.clone(), agreement));
        }
    }
    Ok(suspicious)
}

/// How well a variable alone orders the rows as the outcome does, either way round; of a time also whether it tells who had the
/// event.
fn agreement(values: &[f64], outcome: &Outcome) -> f64 {
    let either_way = |area: f64| area.max(1.0 - area);
    match (outcome, discrimination(values, outcome)) {
        (Outcome::Continuous(_), r) => r.map_or(0.0, f64::abs),
        (Outcome::Survival { event, .. }, c) => {
            c.map_or(0.0, either_way).max(auc(values, event).map_or(0.0, either_way))
        }
        (_, area) => area.map_or(0.0, either_way),
    }
}

/// One draw of patients, learnt from with the penalty as it was chosen.
struct Draw {
    /// Coefficient of each variable of the table (standardised); 0 where it is not used.
    coefficients: Vec<f64>,
    optimism: Option<f64>,
}

fn drawn(table: &Table, outcome: &Outcome, pipeline: &Pipeline, plan: &Plan) -> Result<Vec<Draw>, Error> {
    let values = pipeline.harmonised(table)?.select(Axis(0), &pipeline.kept);
    let patients = Patients::of(&table.groups, plan.recipe.seed);
    // A table of its own for each thread, not for each draw.
    let draw = |own: &mut Vec<f64>, number: usize| {
        let (rows, _) = patients.drawn(number as u64);
        let own_outcome = outcome.take(&rows);
        // A draw without an event teaches nothing.
        if own_outcome.check().is_err() {
            return Ok(None);
        }
        own.clear();
        let mut standardisation = Standardisation { mean: Vec::new(), deviation: Vec::new() };
        for variable in values.rows() {
            let start = own.len();
            own.extend(rows.iter().map(|&row| variable[row]));
            let (mean, deviation) = standardise(&mut own[start..]);
            standardisation.mean.push(mean);
            standardisation.deviation.push(deviation);
        }
        let standard = ArrayView2::from_shape((values.nrows(), rows.len()), own.as_slice())
            .expect("as many values as rows of all variables");
        let fit =
            near(standard, &Loss::of(&own_outcome), pipeline.penalty, &pipeline.fit, Accuracy::Choosing)?;
        let on_own = discrimination(&fit.predict(standard), &own_outcome);
        let on_all = discrimination(&predicted(&fit, &standardisation, &values), outcome);
        let mut coefficients = vec![0.0; table.names.len()];
        pipeline.kept.iter().zip(&fit.coefficients).for_each(|(&at, &b)| coefficients[at] = b);
        Ok(Some(Draw { coefficients, optimism: on_own.zip(on_all).map(|(own, all)| own - all) }))
    };
    let draws: Result<Vec<Option<Draw>>, Error> =
        (0..plan.bootstraps).into_par_iter().map_init(Vec::new, draw).collect();
    Ok(draws?.into_iter().flatten().collect())
}

/// Linear predictor of rows that are standardised by others: only variables that count are looked at.
fn predicted(fit: &Fit, by: &Standardisation, values: &Array2<f64>) -> Vec<f64> {
    let mut predictor = vec![fit.intercept; values.ncols()];
    for (j, &b) in fit.coefficients.iter().enumerate().filter(|(_, b)| **b != 0.0) {
        let slope = b / by.deviation[j];
        predictor.iter_mut().zip(values.row(j)).for_each(|(eta, x)| *eta += slope * (x - by.mean[j]));
    }
    predictor
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    values.for_each(|value| (sum, n) = (sum + value, n + 1.0));
    (n > 0.0).then(|| sum / n)
}

/// Covariance of the used variables' coefficients; empty for fewer than two draws.
fn covariance(draws: &[Draw], used: &[(usize, f64)]) -> Vec<Vec<f64>> {
    if draws.len() < 2 {
        return Vec::new();
    }
    let n = draws.len() as f64;
    let centre: Vec<f64> =
        used.iter().map(|(at, _)| draws.iter().map(|draw| draw.coefficients[*at]).sum::<f64>() / n).collect();
    let off = |draw: &Draw, i: usize| draw.coefficients[used[i].0] - centre[i];
    let entry =
        |i: usize, j: usize| draws.iter().map(|draw| off(draw, i) * off(draw, j)).sum::<f64>() / (n - 1.0);
    (0..used.len()).map(|i| (0..used.len()).map(|j| entry(i, j)).collect()).collect()
}

/// The bound on a number's error, from rows that were not learnt from.
fn conformal(table: &Table, outcome: &Outcome, folds: &[Predicted]) -> Option<f64> {
    let Outcome::Continuous(values) = outcome else { return None };
    let rows = || folds.iter().flat_map(|fold| fold.rows.iter().zip(&fold.predictor));
    let residuals: Vec<f64> = rows().map(|(&row, eta)| (values[row] - eta).abs()).collect();
    let groups: Vec<usize> = rows().map(|(&row, _)| table.groups[row]).collect();
    quantile(&residuals, &groups, CONFORMAL_SHARE)
}

fn warnings(trained: &Trained, outcome: &Outcome, plan: &Plan) -> Vec<String> {
    let mut warnings = Vec::new();
    let who = match outcome {
        Outcome::Continuous(_) => "patients",
        Outcome::Binary(_) => "patients in the rarer class",
        Outcome::Survival { .. } => "patients with the event",
    };
    let used = trained.pipeline.used().len();
    let per_variable = trained.events as f64 / used.max(1) as f64;
    if used > 0 && per_variable < FEW_EVENTS_PER_VARIABLE {
        warnings.push(format!(
            "{} {who} for {used} variables, {per_variable:.1} each: fewer than {FEW_EVENTS_PER_VARIABLE} promise a model that does \
             not travel",
            trained.events
        ));
    }
    if used == 0 {
        warnings.push("no variable is better than none: the model predicts the same for everybody".into());
    }
    let performance = &trained.performance;
    let chance = if performance.measure == "correlation" { 0.0 } else { 0.5 };
    if performance.interval.is_none_or(|[lower, _]| lower <= chance) {
        warnings.push(format!(
            "the {} of rows not learnt from is {:.2}, which may be chance",
            performance.measure, performance.value
        ));
    }
    for (name, other) in trained.comparators.iter().filter(|(_, other)| other.value >= performance.value) {
        warnings.push(format!(
            "{name} alone does as well: {} {:.2} beside {:.2}",
            other.measure, other.value, performance.value
        ));
    }
    let shown = trained.used_in_folds.iter().filter(|&&folds| folds == plan.folds).count();
    if used > 0 && shown == 0 {
        warnings.push(
            "no variable was used in every fold: the choice of variables hangs on who was in the table"
                .into(),
        );
    }
    warnings
}

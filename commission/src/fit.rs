//! The values that the measurements ask for: Levenberg and Marquardt's least squares with what is known before, and which
//! numbers the measurements determine at all.
//!
//! A number counts as determined if the measurements, the other free numbers being unknown to what is known of them before,
//! bring its standard error below [`LEARNT`] of that before. The least determined is held at its value, one after the other;
//! what is not known of the held ones is carried into the errors of the others.

use crate::Error;
use crate::model::{Model, Number, Parameter};
use nalgebra::{DMatrix, DVector};

/// Standard error after over that before above which a number is not determined.
pub const LEARNT: f64 = 0.7;
/// Most steps of a descent.
const STEPS: usize = 500;
/// Descents one after the other, each with the errors of the runs at the last one's end.
const DESCENTS: usize = 3;
/// Step of the differences that derivatives come from (logarithm).
const DIFFERENCE: f64 = 1e-4;
/// A descent is done when no parameter moves by more than this (logarithm), or the sum of squares falls by less.
const SETTLED: f64 = 1e-5;

/// What became of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The measurements say what it is.
    Fitted,
    /// They do not: the file's value and uncertainty stay.
    NotDetermined,
    /// They ask for a value beyond what the runs reach: it stands there, and more is wrong than its value.
    AtItsBound,
}

/// A number after the fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// What it is, and what was known before.
    pub parameter: Parameter,
    /// What became of it.
    pub verdict: Verdict,
    /// Its value.
    pub value: f64,
    /// Its standard error over its value; the file's where it was not determined.
    pub sigma_relative: f64,
    /// Standard error after the fit over that before, had it been fitted with the others.
    pub left: f64,
}

/// A point after the fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FittedPoint {
    /// The reading that the machine before gives (for a series, with its best factor).
    pub before: f64,
    /// The reading that the fitted machine gives.
    pub after: f64,
    /// Relative standard error of the latter from the runs.
    pub sigma_relative: f64,
}

/// A fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// All numbers, in the model's order.
    pub numbers: Vec<Fitted>,
    /// Logarithms of the values over those before.
    pub steps: Vec<f64>,
    /// Correlations between them.
    pub correlations: Vec<Vec<f64>>,
    /// Eigenvalues of the measurements' information in units of what is known before, the greatest first: as many combinations
    /// of the machine's numbers are determined as lie above 1.
    pub eigenvalues: Vec<f64>,
    /// Sum of squares of residuals over their standard errors.
    pub chi_squared: f64,
    /// Points less fitted numbers.
    pub degrees_of_freedom: usize,
    /// The points, in the table's order.
    pub points: Vec<FittedPoint>,
}

impl Fit {
    /// How much larger than stated the residuals are; errors of the numbers are multiplied with it. At least 1.
    pub fn excess(&self) -> f64 {
        (self.chi_squared / self.degrees_of_freedom.max(1) as f64).sqrt().max(1.0)
    }

    /// A number's fit, if the model has it.
    pub fn of(&self, number: Number) -> Option<&Fitted> {
        self.numbers.iter().find(|fitted| fitted.parameter.number == number)
    }
}

/// What is measured, for the points that a fit uses.
pub struct Data<'a> {
    /// Readings of all points of the model's table.
    pub readings: &'a [f64],
    /// Their relative standard errors.
    pub sigma_relative: &'a [f64],
    /// Places of the points that are fitted.
    pub used: &'a [usize],
}

/// Fits a model to readings.
///
/// # Errors
/// [`Error::Fit`]: no step makes it better and it is at no end, or the readings determine nothing.
pub fn fit(model: &Model, data: &Data) -> Result<Fit, Error> {
    let count = model.parameters.len();
    let is_factor = |at: usize| matches!(model.parameters[at].number, Number::Series(_));
    let mut held = vec![false; count];
    let first = descend(model, data, &held, &vec![0.0; count])?;
    let information = first.information(&vec![false; count]);
    let left_of_all = left(model, &information, &vec![false; count])?;
    loop {
        let solution = descend(model, data, &held, &vec![0.0; count])?;
        let left = left(model, &solution.information(&held), &held)?;
        let worst = (0..count)
            .filter(|&at| !held[at] && !is_factor(at))
            .max_by(|&a, &b| left[a].total_cmp(&left[b]))
            .filter(|&at| left[at] > LEARNT);
        match worst {
            Some(at) => held[at] = true,
            None => return finish(model, data, &held, &solution, &information, &left_of_all),
        }
    }
}

/// Where a descent ended.
struct Solution {
    steps: Vec<f64>,
    /// Residuals over their standard errors.
    residuals: DVector<f64>,
    /// Their derivatives by all steps, held ones too.
    jacobian: DMatrix<f64>,
}

impl Solution {
    /// What the readings say of the steps (inverse variances); 0 for the held.
    fn information(&self, held: &[bool]) -> DMatrix<f64> {
        let mut information = self.jacobian.transpose() * &self.jacobian;
        for (at, _) in held.iter().enumerate().filter(|(_, held)| **held) {
            information.row_mut(at).fill(0.0);
            information.column_mut(at).fill(0.0);
        }
        information
    }
}

/// Residuals over their standard errors, of the used points.
fn residuals(model: &Model, data: &Data, steps: &[f64], sigma: &[f64]) -> DVector<f64> {
    let read = model.readings(steps);
    DVector::from_iterator(
        data.used.len(),
        data.used.iter().zip(sigma).map(|(&place, sigma)| (read[place].0 - data.readings[place]) / sigma),
    )
}

/// Standard errors of the residuals: of the reading and of the runs.
fn sigmas(model: &Model, data: &Data, steps: &[f64]) -> Vec<f64> {
    let read = model.readings(steps);
    let sigma = |&place: &usize| (data.readings[place] * data.sigma_relative[place]).hypot(read[place].1);
    data.used.iter().map(sigma).collect()
}

/// Least squares from some steps on. Errors of the runs hang on the parameters: they are held in a descent, and renewed for
/// the next.
fn descend(model: &Model, data: &Data, held: &[bool], from: &[f64]) -> Result<Solution, Error> {
    let mut steps = from.to_vec();
    for _ in 0..DESCENTS {
        let sigma = sigmas(model, data, &steps);
        steps = descend_at(model, data, held, &steps, &sigma)?;
    }
    let sigma = sigmas(model, data, &steps);
    let residuals = residuals(model, data, &steps, &sigma);
    let jacobian = jacobian(model, data, &steps, &sigma);
    Ok(Solution { steps, residuals, jacobian })
}

fn descend_at(
    model: &Model,
    data: &Data,
    held: &[bool],
    from: &[f64],
    sigma: &[f64],
) -> Result<Vec<f64>, Error> {
    let count = from.len();
    let mut steps = from.to_vec();
    let prior = |steps: &[f64]| -> f64 {
        steps.iter().zip(&model.parameters).map(|(step, p)| (step / p.sigma_before).powi(2)).sum()
    };
    let cost = |steps: &[f64]| residuals(model, data, steps, sigma).norm_squared() + prior(steps);
    let mut damping = 1e-3;
    for _ in 0..STEPS {
        let now = residuals(model, data, &steps, sigma);
        let jacobian = jacobian(model, data, &steps, sigma);
        let mut normal = jacobian.transpose() * &jacobian;
        let mut slope = jacobian.transpose() * &now;
        for at in 0..count {
            let weight = model.parameters[at].sigma_before.powi(-2);
            normal[(at, at)] += weight;
            slope[at] += weight * steps[at];
        }
        for at in 0..count {
            // A number that stands at a bound and would go beyond stays, so that the others' steps are right for that.
            let pushes_out = model.reach(model.parameters[at].number).is_some_and(|[low, high]| {
                (steps[at] <= low && slope[at] > 0.0) || (steps[at] >= high && slope[at] < 0.0)
            });
            if held[at] || pushes_out {
                normal.row_mut(at).fill(0.0);
                normal.column_mut(at).fill(0.0);
                normal[(at, at)] = 1.0;
                slope[at] = 0.0;
            }
        }
        let before = cost(&steps);
        let mut moved = None;
        while moved.is_none() && damping < 1e12 {
            let mut damped = normal.clone();
            (0..count).for_each(|at| damped[(at, at)] *= 1.0 + damping);
            if let Some(factor) = damped.cholesky() {
                let way = factor.solve(&slope);
                let mut next = steps.clone();
                for at in 0..count {
                    // No more than a factor of e at once, and not beyond what the runs reach.
                    next[at] -= way[at].clamp(-1.0, 1.0);
                    if let Some([low, high]) = model.reach(model.parameters[at].number) {
                        next[at] = next[at].clamp(low, high);
                    }
                }
                moved = Some(next).filter(|next| cost(next) <= before);
            }
            damping *= if moved.is_some() { 0.1 } else { 10.0 };
        }
        // None is better: rounding alone is left.
        let Some(next) = moved else { return Ok(steps) };
        damping = damping.max(1e-9);
        let largest = next.iter().zip(&steps).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let gained = before - cost(&next);
        steps = next;
        if largest < SETTLED || gained < SETTLED {
            return Ok(steps);
        }
    }
    Err(Error::Fit { why: format!("{STEPS} steps were not enough") })
}

fn jacobian(model: &Model, data: &Data, steps: &[f64], sigma: &[f64]) -> DMatrix<f64> {
    let mut jacobian = DMatrix::zeros(data.used.len(), steps.len());
    for at in 0..steps.len() {
        let moved = |by: f64| {
            let mut steps = steps.to_vec();
            steps[at] += by;
            residuals(model, data, &steps, sigma)
        };
        jacobian.set_column(at, &((moved(DIFFERENCE) - moved(-DIFFERENCE)) / (2.0 * DIFFERENCE)));
    }
    jacobian
}

/// Covariance of the steps from the readings and what is known before.
fn covariance(model: &Model, information: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
    let mut all = information.clone();
    for (at, parameter) in model.parameters.iter().enumerate() {
        all[(at, at)] += parameter.sigma_before.powi(-2);
    }
    let inverse = all.cholesky().map(|factor| factor.inverse());
    inverse.ok_or_else(|| Error::Fit { why: "the normal equations have no solution".into() })
}

/// Standard errors after over those before.
fn left(model: &Model, information: &DMatrix<f64>, held: &[bool]) -> Result<Vec<f64>, Error> {
    let covariance = covariance(model, information)?;
    let left = model.parameters.iter().enumerate().map(|(at, parameter)| {
        if held[at] { 1.0 } else { covariance[(at, at)].sqrt() / parameter.sigma_before }
    });
    Ok(left.collect())
}

fn finish(
    model: &Model,
    data: &Data,
    held: &[bool],
    solution: &Solution,
    information_of_all: &DMatrix<f64>,
    left_of_all: &[f64],
) -> Result<Fit, Error> {
    let count = held.len();
    let free = held.iter().filter(|held| !**held).count();
    let chi_squared = solution.residuals.norm_squared();
    let degrees_of_freedom = data.used.len().saturating_sub(free);
    let excess = (chi_squared / degrees_of_freedom.max(1) as f64).max(1.0);
    // Free ones: from the readings, and from what is not known of the held ones, which the readings tie them to.
    let full = solution.jacobian.transpose() * &solution.jacobian;
    let inverse = covariance(model, &solution.information(held))?;
    let mut moves = DMatrix::zeros(count, count);
    for at in (0..count).filter(|&at| held[at]) {
        let mut pull = full.column(at).into_owned();
        (0..count).filter(|&other| held[other]).for_each(|other| pull[other] = 0.0);
        let mut way = -(&inverse * pull);
        (0..count).filter(|&other| held[other]).for_each(|other| way[other] = 0.0);
        way[at] = 1.0;
        moves.set_column(at, &(way * model.parameters[at].sigma_before));
    }
    let mut errors = inverse * excess;
    for at in (0..count).filter(|&at| held[at]) {
        errors.row_mut(at).fill(0.0);
        errors.column_mut(at).fill(0.0);
    }
    errors += &moves * moves.transpose();
    let sigma: Vec<f64> = (0..count).map(|at| errors[(at, at)].sqrt()).collect();
    let correlations = (0..count)
        .map(|a| (0..count).map(|b| errors[(a, b)] / (sigma[a] * sigma[b]).max(1e-300)).collect())
        .collect();
    let at_bound = |at: usize| {
        model.reach(model.parameters[at].number).is_some_and(|[low, high]| {
            !held[at] && (solution.steps[at] - low).min(high - solution.steps[at]) < SETTLED
        })
    };
    let numbers = (0..count).map(|at| Fitted {
        parameter: model.parameters[at].clone(),
        verdict: match (held[at], at_bound(at)) {
            (true, _) => Verdict::NotDetermined,
            (_, true) => Verdict::AtItsBound,
            _ => Verdict::Fitted,
        },
        value: model.parameters[at].before * solution.steps[at].exp(),
        sigma_relative: sigma[at],
        left: left_of_all[at],
    });
    let numbers = numbers.collect();
    let mut only_factors = vec![true; count];
    (0..count)
        .filter(|&at| matches!(model.parameters[at].number, Number::Series(_)))
        .for_each(|at| only_factors[at] = false);
    let before = descend(model, data, &only_factors, &vec![0.0; count])?;
    let read_before = model.readings(&before.steps);
    let read_after = model.readings(&solution.steps);
    let points = read_before.iter().zip(&read_after).map(|(before, after)| FittedPoint {
        before: before.0,
        after: after.0,
        sigma_relative: if after.0 > 0.0 { after.1 / after.0 } else { 1.0 },
    });
    Ok(Fit {
        numbers,
        steps: solution.steps.clone(),
        correlations,
        eigenvalues: eigenvalues(model, information_of_all),
        chi_squared,
        degrees_of_freedom,
        points: points.collect(),
    })
}

/// Eigenvalues of the information on the machine's numbers, in units of what is known before; the series' factors are taken
/// out by the Schur complement.
fn eigenvalues(model: &Model, information: &DMatrix<f64>) -> Vec<f64> {
    let is_factor = |at: &usize| matches!(model.parameters[*at].number, Number::Series(_));
    let (factors, own): (Vec<usize>, Vec<usize>) = (0..model.parameters.len()).partition(is_factor);
    let part = |rows: &[usize], columns: &[usize]| {
        DMatrix::from_fn(rows.len(), columns.len(), |i, j| information[(rows[i], columns[j])])
    };
    let mut left = part(&own, &own);
    if !factors.is_empty()
        && let Some(inverse) = part(&factors, &factors).try_inverse()
    {
        left -= part(&own, &factors) * inverse * part(&factors, &own);
    }
    let scaled = DMatrix::from_fn(own.len(), own.len(), |i, j| {
        left[(i, j)] * model.parameters[own[i]].sigma_before * model.parameters[own[j]].sigma_before
    });
    let mut values: Vec<f64> = scaled.symmetric_eigenvalues().iter().map(|value| value.max(0.0)).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

//! Levenberg and Marquardt's descent to the least squares of readings and of what is known before.

use crate::Error;
use crate::model::Model;
use nalgebra::{DMatrix, DVector};

/// Most steps of a descent.
const STEPS: usize = 500;
/// Descents one after the other, each with the errors of the runs at the last one's end.
const DESCENTS: usize = 3;
/// Step of the differences that derivatives come from (logarithm).
const DIFFERENCE: f64 = 1e-4;
/// A descent is done when the sum of squares falls by less than this (1 is a standard error) ...
const GAINED: f64 = 1e-3;
/// ... or no parameter moves by more than this (logarithm).
pub(crate) const SETTLED: f64 = 1e-5;

/// What is measured, for the points that a fit uses.
pub struct Data<'a> {
    /// Readings of all points of the model's table.
    pub readings: &'a [f64],
    /// Their relative standard errors.
    pub sigma_relative: &'a [f64],
    /// Places of the points that are fitted.
    pub used: &'a [usize],
}

/// Where a descent ended.
pub(crate) struct Solution {
    /// Logarithms of the values over those before.
    pub steps: Vec<f64>,
    /// Residuals over their standard errors.
    pub residuals: DVector<f64>,
    /// Their derivatives by all steps, held ones too.
    pub jacobian: DMatrix<f64>,
}

impl Solution {
    /// What the readings say of the steps (inverse variances); 0 for the held.
    pub fn information(&self, held: &[bool]) -> DMatrix<f64> {
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
pub(crate) fn descend(model: &Model, data: &Data, held: &[bool], from: &[f64]) -> Result<Solution, Error> {
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
        if largest < SETTLED || gained < GAINED {
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

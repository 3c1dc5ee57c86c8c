//! Losses of the three kinds of outcome, each as a quadratic around the present prediction.
//!
//! A loss is a mean over rows. Around a linear predictor η it is given by its value, the downhill direction of each row
//! (residual, −∂loss/∂ηᵢ · n) and the curvature (weight, ∂²loss/∂ηᵢ² · n, off-diagonal terms left out).

mod cox;
mod linear;
mod logistic;

pub use cox::Cox;

use crate::Outcome;

/// A loss with what it needs to know of its outcome.
#[derive(Clone, Debug)]
pub enum Loss<'a> {
    /// Half the squared error.
    Linear(&'a [f64]),
    /// Cross entropy (natural logarithm).
    Logistic(&'a [bool]),
    /// Negative partial log-likelihood, ties after Breslow.
    Cox(Cox<'a>),
}

impl<'a> Loss<'a> {
    /// The loss that belongs to an outcome.
    pub fn of(outcome: &'a Outcome) -> Loss<'a> {
        match outcome {
            Outcome::Continuous(values) => Loss::Linear(values),
            Outcome::Binary(values) => Loss::Logistic(values),
            Outcome::Survival { time, event } => Loss::Cox(Cox::new(time, event)),
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Loss::Linear(values) => values.len(),
            Loss::Logistic(values) => values.len(),
            Loss::Cox(cox) => cox.rows(),
        }
    }

    /// Whether a constant added to all predictions changes the loss.
    pub fn has_intercept(&self) -> bool {
        !matches!(self, Loss::Cox(_))
    }

    /// Mean loss at a linear predictor; residuals and weights are written for each row.
    pub fn expand(&self, predictor: &[f64], residuals: &mut [f64], weights: &mut [f64]) -> f64 {
        match self {
            Loss::Linear(values) => linear::expand(values, predictor, residuals, weights),
            Loss::Logistic(values) => logistic::expand(values, predictor, residuals, weights),
            Loss::Cox(cox) => cox.expand(predictor, residuals, weights),
        }
    }

    /// Mean loss at a linear predictor.
    pub fn value(&self, predictor: &[f64]) -> f64 {
        let (mut residuals, mut weights) = (vec![0.0; predictor.len()], vec![0.0; predictor.len()]);
        self.expand(predictor, &mut residuals, &mut weights)
    }
}

pub use logistic::probability;

#[cfg(test)]
mod tests {
    use super::*;

    /// Residuals are derivatives of the loss, weights its second derivatives, by differences.
    #[test]
    fn residuals_and_weights_are_derivatives() {
        let outcomes = [
            Outcome::Continuous(vec![0.5, -1.0, 2.0, 0.0, 1.5]),
            Outcome::Binary(vec![true, false, false, true, false]),
            Outcome::Survival {
                time: vec![3.0, 1.0, 1.0, 4.0, 2.0],
                event: vec![true, true, true, false, true],
            },
        ];
        let predictor = [0.3, -0.4, 1.2, 0.1, -0.8];
        let n = predictor.len();
        for outcome in &outcomes {
            let loss = Loss::of(outcome);
            let (mut residuals, mut weights) = (vec![0.0; n], vec![0.0; n]);
            let value = loss.expand(&predictor, &mut residuals, &mut weights);
            for row in 0..n {
                let at = |by: f64| {
                    let mut moved = predictor;
                    moved[row] += by;
                    loss.value(&moved)
                };
                let h = 1e-4;
                let slope = (at(h) - at(-h)) / (2.0 * h);
                let curvature = (at(h) - 2.0 * value + at(-h)) / (h * h);
                assert!((slope + residuals[row] / n as f64).abs() < 1e-8, "{outcome:?} row {row}");
                assert!((curvature - weights[row] / n as f64).abs() < 1e-6, "{outcome:?} row {row}");
            }
        }
    }
}

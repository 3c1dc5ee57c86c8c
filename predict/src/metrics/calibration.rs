//! Whether predicted probabilities are as frequent as they say.

use crate::Error;
use crate::elastic_net::{Accuracy, path};
use crate::loss::Loss;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// How outcomes follow the logit of the predicted probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Slope: 1 is right, below 1 predictions are too extreme.
    pub slope: f64,
    /// Intercept beside that slope.
    pub intercept: f64,
    /// Intercept where the slope is held at 1 (calibration in the large): above 0 more events come than predicted.
    pub in_the_large: f64,
}

/// Logistic regression of the outcome on the linear predictor.
///
/// D. R. Cox, Biometrika 45, 562 (1958); E. W. Steyerberg, Clinical Prediction Models.
///
/// # Errors
/// Those of a fit: outcomes that the predictor separates perfectly have no slope.
pub fn calibration(predictor: &[f64], yes: &[bool]) -> Result<Calibration, Error> {
    let rows = predictor.len();
    let variables = ArrayView2::from_shape((1, rows), predictor).expect("one variable");
    let loss = Loss::Logistic(yes);
    let fit = path(variables, &loss, 0.0, &[0.0], Accuracy::Exact)?.pop().expect("one strength, one fit");
    let mut in_the_large = 0.0;
    for _ in 0..100 {
        let shifted: Vec<f64> = predictor.iter().map(|eta| eta + in_the_large).collect();
        let (mut residuals, mut weights) = (vec![0.0; rows], vec![0.0; rows]);
        loss.expand(&shifted, &mut residuals, &mut weights);
        let step = residuals.iter().sum::<f64>() / weights.iter().sum::<f64>().max(1e-300);
        in_the_large += step.clamp(-1.0, 1.0);
        if step.abs() < 1e-12 {
            break;
        }
    }
    Ok(Calibration { slope: fit.coefficients[0], intercept: fit.intercept, in_the_large })
}

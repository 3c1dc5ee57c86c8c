//! Half the squared error.

/// `mean of (y − η)²/2`; residual y − η, weight 1.
pub fn expand(values: &[f64], predictor: &[f64], residuals: &mut [f64], weights: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for (row, (y, eta)) in values.iter().zip(predictor).enumerate() {
        residuals[row] = y - eta;
        weights[row] = 1.0;
        sum += 0.5 * residuals[row] * residuals[row];
    }
    sum / values.len() as f64
}

//! Cross entropy of a yes or no.

/// `mean of ln(1 + e^η) − y η`; residual y − p, weight p (1 − p), where p = 1/(1 + e^−η).
pub fn expand(values: &[bool], predictor: &[f64], residuals: &mut [f64], weights: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for (row, (&yes, &eta)) in values.iter().zip(predictor).enumerate() {
        let p = probability(eta);
        residuals[row] = f64::from(u8::from(yes)) - p;
        weights[row] = p * (1.0 - p);
        // ln(1 + e^η), without overflow
        sum += eta.max(0.0) + (-eta.abs()).exp().ln_1p() - if yes { eta } else { 0.0 };
    }
    sum / values.len() as f64
}

/// Probability of yes at a linear predictor.
pub fn probability(predictor: f64) -> f64 {
    if predictor >= 0.0 {
        1.0 / (1.0 + (-predictor).exp())
    } else {
        let e = predictor.exp();
        e / (1.0 + e)
    }
}

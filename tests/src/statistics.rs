//! Statistics of random quantities: what a sample shows and what it cannot.

/// The mean is within four standard errors of `expected`, and a bias of `resolve` would have shown.
pub fn assert_mean(samples: &[f64], expected: f64, resolve: f64) {
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    let sigma = (samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt();
    assert!(8.0 * sigma <= resolve, "too few samples: sigma {sigma:.2e} cannot show {resolve:.2e}");
    assert!((mean - expected).abs() <= 4.0 * sigma, "mean {mean} is not {expected} (sigma {sigma:.2e})");
}

/// Mean of the squared deviations from the sample mean, each in units of its claimed standard error, over the degrees
/// of freedom: 1 on average where the claim is honest.
pub fn reduced_chi_square(samples: &[f64], claimed_sigma: &[f64]) -> f64 {
    assert_eq!(samples.len(), claimed_sigma.len());
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    // The claim of the set: one sigma that itself is measured in every run, so its mean square is what counts.
    let claimed = claimed_sigma.iter().map(|s| s * s).sum::<f64>() / n;
    let scatter = samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    if claimed > 0.0 { scatter / claimed } else { f64::INFINITY }
}

/// Standard errors between two estimates.
pub fn distance_in_sigma(a: f64, sigma_a: f64, b: f64, sigma_b: f64) -> f64 {
    (a - b) / sigma_a.hypot(sigma_b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chi_square_of_a_claim_half_as_large_as_the_scatter_is_four() {
        let samples = [1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0];
        let scatter = (8.0f64 / 7.0).sqrt();
        assert!((reduced_chi_square(&samples, &[scatter; 8]) - 1.0).abs() < 1e-12);
        assert!((reduced_chi_square(&samples, &[scatter / 2.0; 8]) - 4.0).abs() < 1e-12);
    }

    #[test]
    #[should_panic(expected = "too few samples")]
    fn a_mean_that_cannot_show_the_bias_is_refused() {
        assert_mean(&[0.0, 1.0, 0.0, 1.0], 0.5, 0.1);
    }
}

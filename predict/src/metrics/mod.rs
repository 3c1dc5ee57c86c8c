//! How well predictions are borne out.

mod calibration;
mod concordance;

pub use calibration::{Calibration, calibration};
pub use concordance::{auc, concordance};

/// Mean squared difference of a probability and what came: 0 is perfect, 0.25 is a coin.
///
/// G. W. Brier, Mon. Weather Rev. 78, 1 (1950).
///
/// ```
/// assert_eq!(predict::metrics::brier(&[1.0, 0.5], &[true, false]), 0.125);
/// ```
pub fn brier(probability: &[f64], yes: &[bool]) -> f64 {
    let square = |(p, &yes): (&f64, &bool)| (p - f64::from(u8::from(yes))).powi(2);
    probability.iter().zip(yes).map(square).sum::<f64>() / yes.len() as f64
}

/// Net benefit of treating whoever is above a probability, per patient.
///
/// ```text
/// TP/n − FP/n · p/(1 − p)
/// ```
/// A. J. Vickers and E. B. Elkin, Med. Decis. Making 26, 565 (2006). To treat nobody is 0.
///
/// ```
/// let (probability, yes) = ([0.9, 0.6, 0.2], [true, false, false]);
/// let benefit = predict::metrics::net_benefit(&probability, &yes, 0.5);
/// assert!((benefit - (1.0 / 3.0 - 1.0 / 3.0)).abs() < 1e-15);
/// ```
pub fn net_benefit(probability: &[f64], yes: &[bool], threshold: f64) -> f64 {
    let (mut right, mut wrong) = (0.0, 0.0);
    for (_, &yes) in probability.iter().zip(yes).filter(|(p, _)| **p >= threshold) {
        *(if yes { &mut right } else { &mut wrong }) += 1.0;
    }
    (right - wrong * threshold / (1.0 - threshold)) / yes.len() as f64
}

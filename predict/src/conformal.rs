//! Intervals that hold as often as they say, whatever the model, for a patient like those before.
//!
//! Residuals come from rows that the model had not learnt from. Rows of a patient are alike, so that they do not count one by
//! one: each patient weighs as one (R. Dunn, L. Wasserman, A. Ramdas, J. Am. Stat. Assoc. 118, 2491 (2023), pooled
//! distributions; from memory, unverified; the test below measures the coverage).

use std::collections::BTreeMap;

/// The residual that a share of new rows stays within; `None` where there are too few patients to promise it.
///
/// Each patient's residuals share the weight of one; the new patient is counted as one whose residual is beyond all.
pub fn quantile(residuals: &[f64], groups: &[usize], share: f64) -> Option<f64> {
    let mut rows = BTreeMap::<usize, f64>::new();
    groups.iter().for_each(|&group| *rows.entry(group).or_default() += 1.0);
    let mut order: Vec<usize> = (0..residuals.len()).collect();
    order.sort_by(|&a, &b| residuals[a].total_cmp(&residuals[b]));
    let wanted = share * (rows.len() as f64 + 1.0);
    let mut weight = 0.0;
    for row in order {
        weight += 1.0 / rows[&groups[row]];
        // Sums of reciprocals round.
        if weight >= wanted - 1e-9 {
            return Some(residuals[row]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha12Rng;

    #[test]
    fn with_few_patients_nothing_is_promised() {
        assert_eq!(quantile(&[1.0, 2.0, 3.0], &[0, 1, 2], 0.9), None);
        let nine: Vec<f64> = (1..=9).map(f64::from).collect();
        assert_eq!(quantile(&nine, &(0..9).collect::<Vec<_>>(), 0.9), Some(9.0));
    }

    #[test]
    fn new_rows_of_new_patients_stay_within_as_often_as_promised() {
        let mut random = ChaCha12Rng::seed_from_u64(5);
        let (mut within, mut all) = (0.0, 0.0);
        for _ in 0..2000 {
            // Patients with one to six rows whose residuals share most of their size; the last patient is the new one.
            let (mut residuals, mut groups) = (Vec::new(), Vec::new());
            for group in 0..40 {
                let size: f64 = random.random::<f64>() + 0.1;
                for _ in 0..random.random_range(1..=6) {
                    residuals.push(size * random.random::<f64>());
                    groups.push(group);
                }
            }
            let first_new = groups.iter().position(|&group| group == 39).expect("the last patient");
            let bound =
                quantile(&residuals[..first_new], &groups[..first_new], 0.9).expect("enough patients");
            within += f64::from(u8::from(residuals[first_new] <= bound));
            all += 1.0;
        }
        let share: f64 = within / all;
        // 2000 trials: standard error 0.007.
        assert!((share - 0.9).abs() < 0.021, "{share}");
    }
}

//! Folds for cross-validation: all rows of a patient in one fold, classes spread evenly.

use crate::{Error, Outcome};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;
use std::collections::BTreeMap;

/// Classes that a number or a time is cut into, by its rank, so that folds get high and low ones alike.
const RANK_CLASSES: usize = 4;

/// Which fold each row is judged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folds {
    /// Fold of each row.
    pub of_row: Vec<usize>,
    /// Number of folds.
    pub count: usize,
}

impl Folds {
    /// Deals the groups (patients) of each class out in turn, in an order drawn from the seed. The class of a group: whether
    /// any of its rows is a yes or an event; for a number the quarter that the mean of its rows falls into.
    ///
    /// # Errors
    /// [`Error::Folds`] if a fold would stay without a group, or without one of a class that there is.
    pub fn grouped(groups: &[usize], outcome: &Outcome, count: usize, seed: u64) -> Result<Folds, Error> {
        let mut rows = BTreeMap::<usize, Vec<usize>>::new();
        groups.iter().enumerate().for_each(|(row, &group)| rows.entry(group).or_default().push(row));
        let classes = classes(&rows, outcome);
        let mut members = BTreeMap::<usize, Vec<usize>>::new();
        classes.iter().for_each(|(&group, &class)| members.entry(class).or_default().push(group));
        let rarest = members.values().map(Vec::len).min().unwrap_or(0);
        if count < 2 || rarest < count {
            return Err(Error::Folds { patients: rows.len(), rarest, folds: count });
        }
        let mut random = ChaCha12Rng::seed_from_u64(seed);
        let mut of_row = vec![0; groups.len()];
        let mut next = 0;
        for groups in members.values_mut() {
            groups.shuffle(&mut random);
            for group in groups.iter() {
                rows[group].iter().for_each(|&row| of_row[row] = next);
                next = (next + 1) % count;
            }
        }
        Ok(Folds { of_row, count })
    }

    /// Rows to learn from and rows to judge by, for one fold.
    pub fn split(&self, fold: usize) -> (Vec<usize>, Vec<usize>) {
        (0..self.of_row.len()).partition(|&row| self.of_row[row] != fold)
    }
}

/// The class of each group.
fn classes(rows: &BTreeMap<usize, Vec<usize>>, outcome: &Outcome) -> BTreeMap<usize, usize> {
    match outcome {
        Outcome::Binary(yes) | Outcome::Survival { event: yes, .. } => {
            rows.iter().map(|(&group, rows)| (group, usize::from(rows.iter().any(|&row| yes[row])))).collect()
        }
        Outcome::Continuous(values) => {
            let mean = |rows: &[usize]| rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64;
            let mut means: Vec<(f64, usize)> =
                rows.iter().map(|(&group, rows)| (mean(rows), group)).collect();
            means.sort_by(|a, b| a.0.total_cmp(&b.0));
            let count = means.len();
            let of_rank = |(rank, (_, group)): (usize, (f64, usize))| (group, rank * RANK_CLASSES / count);
            means.into_iter().enumerate().map(of_rank).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_patient_is_on_both_sides_and_classes_are_even(
            patients in proptest::collection::vec((1usize..4, any::<bool>()), 24..60),
            count in 2usize..5,
            seed in any::<u64>(),
        ) {
            let groups: Vec<usize> = patients.iter().enumerate().flat_map(|(id, p)| vec![id; p.0]).collect();
            let yes: Vec<bool> = patients.iter().flat_map(|p| vec![p.1; p.0]).collect();
            let Ok(folds) = Folds::grouped(&groups, &Outcome::Binary(yes.clone()), count, seed) else {
                let yes_patients = patients.iter().filter(|p| p.1).count();
                prop_assert!(yes_patients < count || patients.len() - yes_patients < count);
                return Ok(());
            };
            let mut patients_yes = vec![std::collections::BTreeSet::new(); count];
            for row in 0..groups.len() {
                for other in 0..groups.len() {
                    prop_assert!(groups[row] != groups[other] || folds.of_row[row] == folds.of_row[other]);
                }
                if yes[row] {
                    patients_yes[folds.of_row[row]].insert(groups[row]);
                }
            }
            let counts: Vec<usize> = patients_yes.iter().map(|set| set.len()).collect();
            prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{counts:?}");
        }
    }

    #[test]
    fn a_class_with_fewer_patients_than_folds_is_refused() {
        let outcome = Outcome::Binary(vec![true, true, false, false, false, false]);
        let refused = Folds::grouped(&[0, 0, 1, 2, 3, 4], &outcome, 2, 1);
        assert_eq!(refused, Err(Error::Folds { patients: 5, rarest: 1, folds: 2 }));
    }

    #[test]
    fn numbers_are_spread_by_rank_and_the_seed_decides() {
        let values: Vec<f64> = (0..40).map(f64::from).collect();
        let groups: Vec<usize> = (0..40).collect();
        let dealt =
            |seed| Folds::grouped(&groups, &Outcome::Continuous(values.clone()), 5, seed).expect("enough");
        for fold in 0..5 {
            let (_, judged) = dealt(3).split(fold);
            let low = judged.iter().filter(|&&row| row < 20).count();
            assert_eq!((judged.len(), low), (8, 4));
        }
        assert_eq!(dealt(3), dealt(3));
        assert_ne!(dealt(3), dealt(4));
    }
}

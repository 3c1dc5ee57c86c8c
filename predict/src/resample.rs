//! Patients drawn anew: what a result would have been with others like them.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::collections::BTreeMap;

/// Draws of patients with replacement; a patient comes with all of its rows.
pub struct Patients {
    rows: Vec<Vec<usize>>,
    seed: u64,
}

impl Patients {
    /// The patients of a table's rows.
    pub fn of(groups: &[usize], seed: u64) -> Patients {
        let mut rows = BTreeMap::<usize, Vec<usize>>::new();
        groups.iter().enumerate().for_each(|(row, &group)| rows.entry(group).or_default().push(row));
        Patients { rows: rows.into_values().collect(), seed }
    }

    /// Rows of as many patients as there are, drawn with replacement, and for each row which draw it came with: copies of a
    /// patient count as patients of their own. Each number names one draw, whatever was drawn before.
    pub fn drawn(&self, number: u64) -> (Vec<usize>, Vec<usize>) {
        let mut random = ChaCha12Rng::seed_from_u64(self.seed);
        random.set_stream(number);
        let (mut rows, mut groups) = (Vec::new(), Vec::new());
        for draw in 0..self.rows.len() {
            let own = &self.rows[random.random_range(0..self.rows.len())];
            rows.extend(own);
            groups.extend(own.iter().map(|_| draw));
        }
        (rows, groups)
    }
}

/// Bounds that the middle 95 % of some numbers lie within; `None` for fewer than 20.
pub fn interval(mut values: Vec<f64>) -> Option<[f64; 2]> {
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[(share * (values.len() - 1) as f64).round() as usize];
    (values.len() >= 20).then(|| [at(0.025), at(0.975)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patients_are_drawn_whole_and_each_draw_has_its_name() {
        let groups = [3, 3, 5, 8, 8, 8];
        let patients = Patients::of(&groups, 1);
        let mut seen = [0; 3];
        for number in 0..300 {
            let (rows, draws) = patients.drawn(number);
            for draw in 0..3 {
                let own: Vec<usize> =
                    (0..rows.len()).filter(|&at| draws[at] == draw).map(|at| rows[at]).collect();
                let which = [vec![0, 1], vec![2], vec![3, 4, 5]].iter().position(|rows| *rows == own);
                seen[which.expect("one whole patient a draw")] += 1;
            }
        }
        // 900 draws of one in three: standard error 14.
        assert!(seen.iter().all(|count| (count - 300i32).abs() < 60), "{seen:?}");
        assert_eq!(patients.drawn(7), patients.drawn(7));
        assert_ne!(patients.drawn(7), patients.drawn(8));
    }

    #[test]
    fn an_interval_leaves_a_fortieth_on_either_side() {
        let values: Vec<f64> = (0..=1000).map(f64::from).collect();
        assert_eq!(interval(values), Some([25.0, 975.0]));
        assert_eq!(interval(vec![1.0; 19]), None);
    }
}

//! Share of pairs in the right order.

/// Area under the receiver operating characteristic: the share of pairs of a yes and a no in which the yes scores higher,
/// ties counting half; `None` where there is no pair.
///
/// J. A. Hanley and B. J. McNeil, Radiology 143, 29 (1982).
///
/// ```
/// use predict::metrics::auc;
/// assert_eq!(auc(&[0.1, 0.4, 0.4, 0.9], &[false, true, false, true]), Some(0.875));
/// assert_eq!(auc(&[0.1], &[true]), None);
/// ```
pub fn auc(score: &[f64], yes: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..score.len()).collect();
    order.sort_by(|&a, &b| score[a].total_cmp(&score[b]));
    let (mut below, mut won) = (0.0, 0.0);
    for ties in order.chunk_by(|&a, &b| score[a] == score[b]) {
        let positive = ties.iter().filter(|&&row| yes[row]).count() as f64;
        let negative = ties.len() as f64 - positive;
        won += positive * (below + 0.5 * negative);
        below += negative;
    }
    let pairs = below * (score.len() as f64 - below);
    (pairs > 0.0).then(|| won / pairs)
}

/// Harrell's C: among pairs of which it is known who had the event first, the share in which that one has the higher
/// predictor, ties of the predictor counting half; `None` where there is no such pair. A row censored at the time of another's
/// event outlived it; two events at one time are no pair.
///
/// F. E. Harrell et al., JAMA 247, 2543 (1982).
///
/// ```
/// use predict::metrics::concordance;
/// let (time, event) = ([1.0, 2.0, 3.0], [true, false, true]);
/// assert_eq!(concordance(&[0.9, 0.1, 0.5], &time, &event), Some(1.0));
/// ```
pub fn concordance(predictor: &[f64], time: &[f64], event: &[bool]) -> Option<f64> {
    let mut sorted: Vec<f64> = predictor.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let rank = |row: usize| sorted.partition_point(|&value| value < predictor[row]);
    let mut order: Vec<usize> = (0..time.len()).collect();
    order.sort_by(|&a, &b| time[b].total_cmp(&time[a]));
    // Those who outlived the present time, counted by rank.
    let mut outlived = Counts::new(sorted.len());
    let (mut won, mut pairs) = (0.0, 0.0);
    for ties in order.chunk_by(|&a, &b| time[a] == time[b]) {
        let (events, censored): (Vec<usize>, Vec<usize>) = ties.iter().partition(|&&row| event[row]);
        censored.iter().for_each(|&row| outlived.add(rank(row)));
        for &row in &events {
            let lower = outlived.below(rank(row));
            let equal = outlived.below(rank(row) + 1) - lower;
            won += lower + 0.5 * equal;
            pairs += outlived.all;
        }
        events.iter().for_each(|&row| outlived.add(rank(row)));
    }
    (pairs > 0.0).then(|| won / pairs)
}

/// Counts by rank with their partial sums (P. M. Fenwick, Softw. Pract. Exp. 24, 327 (1994)).
struct Counts {
    tree: Vec<f64>,
    all: f64,
}

impl Counts {
    fn new(ranks: usize) -> Counts {
        Counts { tree: vec![0.0; ranks + 1], all: 0.0 }
    }

    fn add(&mut self, rank: usize) {
        self.all += 1.0;
        let mut at = rank + 1;
        while at < self.tree.len() {
            self.tree[at] += 1.0;
            at += at & at.wrapping_neg();
        }
    }

    /// How many have a lower rank.
    fn below(&self, rank: usize) -> f64 {
        let (mut at, mut sum) = (rank, 0.0);
        while at > 0 {
            sum += self.tree[at];
            at -= at & at.wrapping_neg();
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pairs_counted_one_by_one_give_the_same(rows in proptest::collection::vec((0u8..6, 1u8..8, any::<bool>()), 1..40)) {
            let predictor: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let time: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
            let event: Vec<bool> = rows.iter().map(|row| row.2).collect();
            let (mut won, mut pairs) = (0.0, 0.0);
            for i in 0..rows.len() {
                for j in 0..rows.len() {
                    if event[i] && (time[i] < time[j] || (time[i] == time[j] && !event[j])) {
                        pairs += 1.0;
                        won += if predictor[i] > predictor[j] { 1.0 } else if predictor[i] == predictor[j] { 0.5 } else { 0.0 };
                    }
                }
            }
            prop_assert_eq!(concordance(&predictor, &time, &event), (pairs > 0.0).then(|| won / pairs));
        }
    }
}

//! Features of the grey level co-occurrence matrix.

/// How often one level stands beside another, in one direction; made symmetric when read.
#[derive(Clone, Debug)]
pub struct PairMatrix {
    /// Row of the first level, column of the second, both from 0; the first row and column are ignored.
    pub counts: Vec<u32>,
    /// Levels, with level 0.
    pub levels: usize,
}

impl PairMatrix {
    /// An empty matrix for levels up to `most`.
    pub fn new(most: usize) -> Self {
        Self { counts: vec![0; (most + 1) * (most + 1)], levels: most + 1 }
    }

    /// Sets all counts to zero.
    pub fn clear(&mut self) {
        self.counts.fill(0);
    }

    /// Adds the counts of another matrix for the same levels.
    pub fn merge(&mut self, other: &Self) {
        for (sum, count) in self.counts.iter_mut().zip(&other.counts) {
            *sum += count;
        }
    }

    /// Levels i ≤ j and how often they stand beside each other, in either order.
    fn pairs(&self) -> Vec<(usize, usize, f64)> {
        let n = self.levels;
        let mut pairs = Vec::new();
        for i in 1..n {
            for j in i..n {
                let there = u64::from(self.counts[i * n + j]);
                let back = if i == j { 0 } else { u64::from(self.counts[j * n + i]) };
                if there + back > 0 {
                    pairs.push((i, j, (there + back) as f64));
                }
            }
        }
        pairs
    }

    /// The 25 features, in the order of the catalogue; `levels` is N_g, the highest grey level of the region.
    ///
    /// IBSI manual, section 3.6. For a symmetric matrix the two marginal sums are one, so that both auxiliary entropies
    /// of the information correlations are twice the marginal entropy.
    pub fn features(&self, levels: usize) -> [f64; 25] {
        let pairs = self.pairs();
        let total: f64 = pairs.iter().map(|pair| pair.2).sum();
        if total == 0.0 {
            return [f64::NAN; 25];
        }
        let ng = levels as f64;
        let mut marginal = vec![0.0; self.levels];
        let mut difference = vec![0.0; self.levels];
        let mut sum = vec![0.0; 2 * self.levels];
        for &(i, j, both) in &pairs {
            let p = both / total;
            marginal[i] += 0.5 * p;
            marginal[j] += 0.5 * p;
            difference[j - i] += p;
            sum[i + j] += p;
        }
        let mean: f64 = marginal.iter().enumerate().map(|(i, p)| i as f64 * p).sum();
        let variance: f64 = marginal.iter().enumerate().map(|(i, p)| (i as f64 - mean).powi(2) * p).sum();
        let spread = |p: &[f64]| {
            let mean: f64 = p.iter().enumerate().map(|(k, p)| k as f64 * p).sum();
            let variance: f64 = p.iter().enumerate().map(|(k, p)| (k as f64 - mean).powi(2) * p).sum();
            (mean, variance, entropy(p))
        };
        let (diff_avg, diff_var, diff_entropy) = spread(&difference);
        let (sum_avg, sum_var, sum_entropy) = spread(&sum);
        let (mut joint_max, mut joint_entropy, mut energy, mut auto) = (0.0_f64, 0.0, 0.0, 0.0);
        let (mut shade, mut prominence) = (0.0, 0.0);
        for &(i, j, both) in &pairs {
            // Off the diagonal two cells hold half of the pairs each.
            let (cells, cell) = if i == j { (1.0, both / total) } else { (2.0, 0.5 * both / total) };
            joint_max = joint_max.max(cell);
            joint_entropy -= cells * cell * cell.log2();
            energy += cells * cell * cell;
            let (i, j) = (i as f64, j as f64);
            auto += cells * cell * i * j;
            let cluster = i + j - 2.0 * mean;
            shade += cells * cell * cluster.powi(3);
            prominence += cells * cell * cluster.powi(4);
        }
        let over = |term: &dyn Fn(f64) -> f64| -> f64 {
            difference.iter().enumerate().map(|(k, p)| p * term(k as f64)).sum()
        };
        let h = entropy(&marginal);
        [
            joint_max,
            mean,
            variance,
            joint_entropy,
            diff_avg,
            diff_var,
            diff_entropy,
            sum_avg,
            sum_var,
            sum_entropy,
            energy,
            over(&|k| k * k),
            over(&|k| k),
            over(&|k| 1.0 / (1.0 + k)),
            over(&|k| 1.0 / (1.0 + k / ng)),
            over(&|k| 1.0 / (1.0 + k * k)),
            over(&|k| 1.0 / (1.0 + (k / ng).powi(2))),
            over(&|k| if k > 0.0 { 1.0 / (k * k) } else { 0.0 }),
            if variance > 0.0 { (auto - mean * mean) / variance } else { f64::NAN },
            auto,
            sum_var,
            shade,
            prominence,
            if h > 0.0 { (joint_entropy - 2.0 * h) / h } else { f64::NAN },
            // Rounding may leave the two entropies in the wrong order by an ulp.
            (1.0 - (-2.0 * (2.0 * h - joint_entropy)).exp()).max(0.0).sqrt(),
        ]
    }
}

/// −Σ p log₂ p.
fn entropy(p: &[f64]) -> f64 {
    p.iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_of_two_levels_worked_by_hand() {
        // One pair (1, 2): the symmetric matrix holds 1/2 in two cells.
        let mut matrix = PairMatrix::new(2);
        matrix.counts[3 + 2] = 1;
        let f = matrix.features(2);
        let expected = [
            0.5,
            1.5,
            0.25,
            1.0,
            1.0,
            0.0,
            0.0,
            3.0,
            0.0,
            0.0,
            0.5,
            1.0,
            1.0,
            0.5,
            2.0 / 3.0,
            0.5,
            0.8,
            1.0,
            -1.0,
            2.0,
            0.0,
            0.0,
            0.0,
            -1.0,
        ];
        for (k, (found, expected)) in f.iter().zip(expected).enumerate() {
            assert!((found - expected).abs() < 1e-14, "{k}: {found} {expected}");
        }
        assert!((f[24] - (1.0 - (-2.0_f64).exp()).sqrt()).abs() < 1e-14);
    }
}

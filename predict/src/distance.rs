//! How far a row lies from those that a model was trained on.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// Shrinkage of the covariance towards its diagonal: variables of a model are few, but so may be its patients.
const SHRINKAGE: f64 = 0.1;

/// Mean and covariance of standardised variables in training, and how far the training rows themselves lay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Neighbourhood {
    /// Mean of each variable.
    pub mean: Vec<f64>,
    /// Covariance, row by row.
    pub covariance: Vec<Vec<f64>>,
    /// Mahalanobis distance that 99 % of the training rows stay within.
    pub usual: f64,
}

/// Share of the training rows that are called usual.
const USUAL: f64 = 0.99;

impl Neighbourhood {
    /// Learns from a table with one row a variable.
    pub fn learnt(variables: ArrayView2<f64>) -> Neighbourhood {
        let n = variables.ncols() as f64;
        let mean: Vec<f64> = variables.rows().into_iter().map(|values| values.sum() / n).collect();
        let centred =
            DMatrix::from_fn(variables.nrows(), variables.ncols(), |j, row| variables[[j, row]] - mean[j]);
        let mut covariance = &centred * centred.transpose() / (n - 1.0).max(1.0);
        for i in 0..mean.len() {
            for j in 0..mean.len() {
                if i != j {
                    covariance[(i, j)] *= 1.0 - SHRINKAGE;
                }
            }
            // A variable that did not vary has no scale: any departure from it is one.
            covariance[(i, i)] = covariance[(i, i)].max(1e-12);
        }
        let rows = covariance.row_iter().map(|row| row.iter().copied().collect()).collect();
        let mut learnt = Neighbourhood { mean, covariance: rows, usual: f64::INFINITY };
        let measure = learnt.measure();
        let mut distances: Vec<f64> =
            variables.columns().into_iter().map(|row| measure.distance(&row.to_vec())).collect();
        distances.sort_by(f64::total_cmp);
        if let Some(last) = distances.len().checked_sub(1) {
            learnt.usual = distances[((USUAL * last as f64).ceil() as usize).min(last)];
        }
        learnt
    }

    /// The measure of distances from here, for many rows.
    pub fn measure(&self) -> Measure<'_> {
        let k = self.mean.len();
        let covariance = DMatrix::from_fn(k, k, |i, j| self.covariance[i][j]);
        Measure { mean: &self.mean, root: covariance.cholesky() }
    }

    /// The distance of one row, as [`Measure::distance`].
    pub fn distance(&self, row: &[f64]) -> f64 {
        self.measure().distance(row)
    }
}

/// A covariance, decomposed once.
#[derive(Clone, Debug)]
pub struct Measure<'a> {
    mean: &'a [f64],
    root: Option<Cholesky<f64, Dyn>>,
}

impl Measure<'_> {
    /// Mahalanobis distance of a row (P. C. Mahalanobis, 1936); infinite if the covariance is none.
    pub fn distance(&self, row: &[f64]) -> f64 {
        let offset = DVector::from_fn(self.mean.len(), |j, _| row[j] - self.mean[j]);
        self.root.as_ref().map_or(f64::INFINITY, |root| root.solve(&offset).dot(&offset).max(0.0).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn a_row_against_the_grain_is_far_though_each_value_is_usual() {
        // Two variables that go together.
        let table = Array2::from_shape_fn((2, 200), |(j, row)| {
            let along = (row as f64 - 100.0) / 50.0;
            along + if j == 0 { 0.2 } else { -0.2 } * ((row * 7 % 11) as f64 - 5.0) / 5.0
        });
        let learnt = Neighbourhood::learnt(table.view());
        let [with, against] = [learnt.distance(&[1.5, 1.5]), learnt.distance(&[1.5, -1.5])];
        assert!(with < learnt.usual && against > 2.0 * learnt.usual, "{with} {against} {}", learnt.usual);
    }

    #[test]
    fn without_correlation_the_distance_is_that_of_the_standard_scores() {
        let learnt = Neighbourhood {
            mean: vec![1.0, 0.0],
            covariance: vec![vec![4.0, 0.0], vec![0.0, 1.0]],
            usual: 3.0,
        };
        assert!((learnt.distance(&[7.0, 4.0]) - 5.0).abs() < 1e-12);
    }
}

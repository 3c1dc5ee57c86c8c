//! Variables brought to mean 0 and standard deviation 1, as learnt from some rows.

use ndarray::{Array2, ArrayView2};

/// Means and standard deviations of variables.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardisation {
    /// Mean of each variable.
    pub mean: Vec<f64>,
    /// Standard deviation (of the rows themselves, n in the denominator); 1 for a variable that does not vary.
    pub deviation: Vec<f64>,
}

impl Standardisation {
    /// Learns from a table with one row a variable.
    pub fn learnt(variables: ArrayView2<f64>) -> Standardisation {
        let n = variables.ncols().max(1) as f64;
        let (mut mean, mut deviation) = (Vec::new(), Vec::new());
        for values in variables.rows() {
            let m = values.sum() / n;
            let variance = values.iter().map(|value| (value - m) * (value - m)).sum::<f64>() / n;
            // A constant may leave a trace of rounding.
            let varies = variance.sqrt() > 1e-12 * m.abs().max(1e-300);
            mean.push(m);
            deviation.push(if varies { variance.sqrt() } else { 1.0 });
        }
        Standardisation { mean, deviation }
    }

    /// The variables of any rows, in standard deviations from the mean of the rows learnt from.
    pub fn applied(&self, variables: ArrayView2<f64>) -> Array2<f64> {
        let mut standard = variables.as_standard_layout().into_owned();
        for ((mut values, mean), deviation) in
            standard.rows_mut().into_iter().zip(&self.mean).zip(&self.deviation)
        {
            values.mapv_inplace(|value| (value - mean) / deviation);
        }
        standard
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn rows_learnt_from_get_mean_0_and_deviation_1_and_others_the_same_scale() {
        let table = array![[1.0, 2.0, 3.0, 4.0], [5.0, 5.0, 5.0, 5.0]];
        let learnt = Standardisation::learnt(table.view());
        let standard = learnt.applied(table.view());
        assert!(standard.row(0).sum().abs() < 1e-12);
        assert!((standard.row(0).mapv(|v| v * v).sum() / 4.0 - 1.0).abs() < 1e-12);
        assert_eq!(standard.row(1).to_vec(), [0.0; 4]);
        let other = learnt.applied(array![[2.5], [6.0]].view());
        assert_eq!(other, array![[0.0], [1.0]]);
    }
}

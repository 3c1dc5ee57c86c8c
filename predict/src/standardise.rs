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
        let (mean, deviation) = variables.rows().into_iter().map(|values| moments(values.iter())).unzip();
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

/// Mean and standard deviation of some values (1 if they do not vary).
fn moments<'a>(values: impl ExactSizeIterator<Item = &'a f64> + Clone) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.clone().sum::<f64>() / n;
    let deviation = (values.map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt();
    // A constant may leave a trace of rounding.
    (mean, if deviation > 1e-12 * mean.abs().max(1e-300) { deviation } else { 1.0 })
}

/// Brings values to mean 0 and deviation 1; says what they were.
pub(crate) fn standardise(values: &mut [f64]) -> (f64, f64) {
    let (mean, deviation) = moments(values.iter());
    values.iter_mut().for_each(|value| *value = (*value - mean) / deviation);
    (mean, deviation)
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

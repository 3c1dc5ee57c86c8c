//! Variables that say the same as others, or nothing, left out.

use ndarray::{Array2, ArrayView2};

/// Rows that correlations are learnt from at most: they are known to a hundredth from these.
const MOST_ROWS: usize = 5000;

/// Places of the variables that vary and of which no two have a correlation beyond `most` (absolute value). Of a pair the one
/// goes that is correlated more with all the others; of equals the later.
pub fn distinct(variables: ArrayView2<f64>, most: f64) -> Vec<usize> {
    let correlations = correlations(variables);
    let varies = |j: usize| correlations[[j, j]] > 0.0;
    let mut kept: Vec<usize> = (0..variables.nrows()).filter(|&j| varies(j)).collect();
    let burden: Vec<f64> =
        correlations.rows().into_iter().map(|row| row.iter().map(|r| r.abs()).sum()).collect();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (at, &a) in kept.iter().enumerate() {
        pairs.extend(kept[at + 1..].iter().filter(|&&b| correlations[[a, b]].abs() > most).map(|&b| (a, b)));
    }
    // The closest pairs first, so that the order of the variables matters as little as can be.
    pairs.sort_by(|x, y| {
        correlations[[y.0, y.1]].abs().total_cmp(&correlations[[x.0, x.1]].abs()).then(x.cmp(y))
    });
    let mut is_out = vec![false; variables.nrows()];
    for (a, b) in pairs {
        if !is_out[a] && !is_out[b] {
            is_out[if burden[a] > burden[b] { a } else { b }] = true;
        }
    }
    kept.retain(|&j| !is_out[j]);
    kept
}

/// Pearson's correlations; a row of zeros for a variable that does not vary.
fn correlations(variables: ArrayView2<f64>) -> Array2<f64> {
    let step = variables.ncols().div_ceil(MOST_ROWS).max(1);
    let mut standard = variables.slice(ndarray::s![.., ..;step]).to_owned();
    for mut values in standard.rows_mut() {
        let mean = values.mean().unwrap_or(0.0);
        values.mapv_inplace(|value| value - mean);
        let length = values.dot(&values).sqrt();
        let varies = length > 1e-12 * mean.abs() * (values.len() as f64).sqrt();
        values.mapv_inplace(|value| if varies { value / length } else { 0.0 });
    }
    standard.dot(&standard.t())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn copies_and_constants_go_and_distinct_variables_stay() {
        let variables = array![
            [1.0, 2.0, 3.0, 4.0, 5.0],
            [2.1, 3.9, 6.0, 8.1, 9.9],
            [7.0, 7.0, 7.0, 7.0, 7.0],
            [1.0, -1.0, 1.0, -1.0, 0.0],
            [-1.0, -2.0, -3.0, -4.0, -5.0],
        ];
        let kept = distinct(variables.view(), 0.95);
        assert_eq!(kept.len(), 2, "{kept:?}");
        assert!(kept.contains(&3));
        assert_eq!(distinct(variables.view(), 1.1), [0, 1, 3, 4]);
    }
}

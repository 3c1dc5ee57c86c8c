//! Variables that say the same as others, or nothing, left out.

use ndarray::{Array2, ArrayView1, ArrayView2};

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

/// Places of the variables that a second measurement of the same rows bears out: the intraclass correlation of the two is at
/// least this. Rows that were not measured again (NaN) tell nothing; a variable without two repeated rows is left out.
pub fn repeatable(variables: ArrayView2<f64>, again: ArrayView2<f64>, least: f64) -> Vec<usize> {
    let agrees = |&j: &usize| agreement(variables.row(j), again.row(j)).is_some_and(|icc| icc >= least);
    (0..variables.nrows()).filter(agrees).collect()
}

/// One-way intraclass correlation of single measurements, of two each: (MSB − MSW) / (MSB + MSW); 1 where nothing varies.
///
/// ICC(1,1) of P. E. Shrout and J. L. Fleiss, Psychol. Bull. 86, 420 (1979).
fn agreement(first: ArrayView1<f64>, second: ArrayView1<f64>) -> Option<f64> {
    let pairs: Vec<[f64; 2]> =
        first.iter().zip(second).map(|(a, b)| [*a, *b]).filter(|pair| pair[1].is_finite()).collect();
    let n = pairs.len() as f64;
    if pairs.len() < 2 {
        return None;
    }
    let grand = pairs.iter().map(|[a, b]| a + b).sum::<f64>() / (2.0 * n);
    let between = pairs.iter().map(|[a, b]| 2.0 * (0.5 * (a + b) - grand).powi(2)).sum::<f64>() / (n - 1.0);
    let within = pairs.iter().map(|[a, b]| 0.5 * (a - b).powi(2)).sum::<f64>() / n;
    Some(if between + within > 0.0 { (between - within) / (between + within) } else { 1.0 })
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

    #[test]
    fn what_a_second_measurement_does_not_bear_out_goes() {
        let first = array![[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], [5.0, 5.0, 5.0, 5.0]];
        let again = array![[1.1, 1.9, 3.1, f64::NAN], [3.0, 1.0, 2.0, 4.0], [5.0, 5.0, 5.0, 5.0]];
        assert_eq!(repeatable(first.view(), again.view(), 0.75), [0, 2]);
        // By hand, rows 2 and 3 of the second variable: means 2, 1.5, 2.5, 4; MSB 7/3, MSW 0.75.
        let icc = agreement(first.row(1), again.row(1)).expect("pairs");
        assert!((icc - (7.0 / 3.0 - 0.75) / (7.0 / 3.0 + 0.75)).abs() < 1e-12, "{icc}");
    }
}

//! New voxels for an image, on the grid of the standard.

use crate::recipe::Interpolation;
use rayon::prelude::*;

/// The new voxels of one axis: `number` of them, the first `start` old voxels from the first old centre, `step` apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Old voxels.
    pub old: usize,
    /// New voxels.
    pub number: usize,
    /// Old index of the first new centre.
    pub start: f64,
    /// Distance of new centres in old voxels.
    pub step: f64,
}

impl Axis {
    /// The grid of the standard: as many new voxels as cover the old ones, about the same centre.
    ///
    /// ```text
    /// n' = ⌈n s / s'⌉      x'_0 = (n − 1)/2 − (n' − 1)/2 · s'/s
    /// ```
    /// IBSI manual, section 2.4 (align grid centers).
    pub fn new(old: usize, spacing_mm: f64, new_spacing_mm: f64) -> Self {
        let step = new_spacing_mm / spacing_mm;
        // A length that is a whole number of new voxels stays so, however it is rounded.
        let number = ((old as f64 / step - 1e-9).ceil() as usize).max(1);
        let start = 0.5 * (old as f64 - 1.0) - 0.5 * (number as f64 - 1.0) * step;
        Self { old, number, start, step }
    }

    /// The new voxels that may lie within old ones `[low, high]`, with one to spare, and more by `margin` old voxels.
    pub fn covering(&self, low: usize, high: usize, margin: f64) -> [usize; 2] {
        let first = ((low as f64 - 1.0 - margin - self.start) / self.step).floor().max(0.0) as usize;
        let last = ((high as f64 + 1.0 + margin - self.start) / self.step).ceil().max(0.0) as usize;
        [first.min(self.number - 1), last.min(self.number - 1)]
    }
}

/// How one new value is made of old ones.
struct Taps {
    first: usize,
    weights: [f64; 4],
    number: usize,
}

/// Old voxels and their weights for each new one of `range`.
fn taps(axis: &Axis, range: [usize; 2], how: Interpolation) -> Vec<Taps> {
    let last = axis.old - 1;
    (range[0]..=range[1])
        .map(|n| {
            // Beyond the outermost centres the image goes on as it ends.
            let x = (axis.start + n as f64 * axis.step).clamp(0.0, last as f64);
            match how {
                Interpolation::Nearest => {
                    Taps { first: (x + 0.5) as usize, weights: [1.0, 0.0, 0.0, 0.0], number: 1 }
                }
                Interpolation::Linear => {
                    let first = (x as usize).min(last.saturating_sub(1));
                    let part = x - first as f64;
                    let number = if last == 0 { 1 } else { 2 };
                    Taps { first, weights: [1.0 - part, part, 0.0, 0.0], number }
                }
                Interpolation::Cubic => {
                    // Coefficients begin one voxel before the image (see `prefilter`).
                    let first = (x as usize).min(last.saturating_sub(1));
                    let t = x - first as f64;
                    let u = 1.0 - t;
                    let weights = [
                        u * u * u / 6.0,
                        2.0 / 3.0 - 0.5 * t * t * (2.0 - t),
                        2.0 / 3.0 - 0.5 * u * u * (2.0 - u),
                        t * t * t / 6.0,
                    ];
                    Taps { first, weights, number: 4 }
                }
            }
        })
        .collect()
}

/// Coefficients of the cubic B-spline through values: one more at each end, mirrored about the outermost centres.
///
/// M. Unser, A. Aldroubi, M. Eden, IEEE Trans. Signal Process. 41 (1993) 821: a causal and an anticausal filter with the
/// pole √3 − 2.
fn prefilter(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    if n == 1 {
        return vec![values[0]; 3];
    }
    let pole = 3.0_f64.sqrt() - 2.0;
    let mut c: Vec<f64> = values.iter().map(|value| 6.0 * value).collect();
    // The sum over the mirrored signal, of period 2n − 2; terms below 10⁻¹⁷ are left out.
    let period = 2 * n - 2;
    let mirrored = |k: usize| {
        let k = k % period;
        c[if k < n { k } else { period - k }]
    };
    let first: f64 = (0..30).map(|k| mirrored(k) * pole.powi(k as i32)).sum();
    c[0] = first;
    for k in 1..n {
        c[k] += pole * c[k - 1];
    }
    c[n - 1] = pole / (pole * pole - 1.0) * (c[n - 1] + pole * c[n - 2]);
    for k in (0..n - 1).rev() {
        c[k] = pole * (c[k + 1] - c[k]);
    }
    let mut padded = Vec::with_capacity(n + 2);
    padded.push(c[1]);
    padded.extend_from_slice(&c);
    padded.push(c[n - 2]);
    padded
}

/// Values (x fastest) at new voxels: `ranges` gives the first and last wanted along each axis.
pub fn resample(
    shape: [usize; 3],
    value: impl Fn(usize) -> f64 + Sync,
    axes: &[Axis; 3],
    ranges: [[usize; 2]; 3],
    how: Interpolation,
) -> Vec<f64> {
    // Old voxels that matter: those of the taps, and for a spline those from where its memory reaches (0.27³⁰ < 10⁻¹⁷).
    let margin = if how == Interpolation::Cubic { 30 } else { 0 };
    let windows: [[usize; 2]; 3] = std::array::from_fn(|a| {
        let taps = taps(&axes[a], ranges[a], how);
        let low = taps.iter().map(|t| t.first).min().unwrap_or(0);
        let high = taps.iter().map(|t| t.first + t.number - 1).max().unwrap_or(0);
        [low.saturating_sub(margin), (high + margin).min(shape[a] - 1)]
    });
    let mut size: [usize; 3] = std::array::from_fn(|a| windows[a][1] - windows[a][0] + 1);
    let mut values = Vec::with_capacity(size.iter().product());
    for k in windows[2][0]..=windows[2][1] {
        for j in windows[1][0]..=windows[1][1] {
            let row = shape[0] * (j + shape[1] * k);
            values.extend((windows[0][0]..=windows[0][1]).map(|i| value(row + i)));
        }
    }
    for axis in 0..3 {
        let mut taps = taps(&axes[axis], ranges[axis], how);
        for tap in &mut taps {
            tap.first -= windows[axis][0].min(tap.first);
        }
        values = along(&values, size, axis, &taps, how);
        size[axis] = taps.len();
    }
    values
}

/// Applies taps along one axis.
fn along(values: &[f64], size: [usize; 3], axis: usize, taps: &[Taps], how: Interpolation) -> Vec<f64> {
    let mut new = size;
    new[axis] = taps.len();
    let stride: usize = size[..axis].iter().product();
    let block = stride * size[axis];
    let mut found = vec![0.0; new.iter().product()];
    found.par_chunks_mut((stride * taps.len()).max(1)).zip(values.par_chunks(block)).for_each(
        |(out, lines)| {
            let mut line = vec![0.0; size[axis]];
            for n in 0..stride {
                for (k, x) in line.iter_mut().enumerate() {
                    *x = lines[n + k * stride];
                }
                let filtered;
                let source: &[f64] = if how == Interpolation::Cubic {
                    filtered = prefilter(&line);
                    &filtered
                } else {
                    &line
                };
                for (k, tap) in taps.iter().enumerate() {
                    out[n + k * stride] =
                        (0..tap.number).map(|t| tap.weights[t] * source[tap.first + t]).sum();
                }
            }
        },
    );
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_of_the_standard_keeps_the_centre_and_rounds_up() {
        let axis = Axis::new(204, 0.977, 2.0);
        assert_eq!(axis.number, 100); // 199.308 / 2
        assert!((axis.start + 49.5 * axis.step - 101.5).abs() < 1e-12);
        assert_eq!(Axis::new(60, 3.0, 2.0).number, 90);
        assert_eq!(Axis::new(7, 1.1, 1.1).start, 0.0);
    }

    #[test]
    fn a_line_stays_a_line_and_old_centres_keep_their_values() {
        let shape = [9, 5, 4];
        let value = |n: usize| 3.0 * (n % 9) as f64 - (n / 9 % 5) as f64 + 0.5 * (n / 45) as f64;
        for how in [Interpolation::Linear, Interpolation::Cubic] {
            let axes = [
                Axis { old: 9, number: 3, start: 2.25, step: 2.0 },
                Axis::new(5, 1.0, 1.0),
                Axis::new(4, 1.0, 1.0),
            ];
            let found = resample(shape, value, &axes, [[0, 2], [1, 3], [0, 3]], how);
            for (n, x) in found.iter().enumerate() {
                let [i, j, k] = [n % 3, n / 3 % 3 + 1, n / 9];
                let expected = 3.0 * (2.25 + 2.0 * i as f64) - j as f64 + 0.5 * k as f64;
                // A mirrored end bends a spline a little next to it: 0.27² of the slope two voxels in.
                let bend = if how == Interpolation::Cubic { 0.3 } else { 1e-12 };
                assert!((x - expected).abs() < bend, "{how:?} {n}: {x} {expected}");
            }
        }
        let any = |n: usize| ((n * n * 7) % 23) as f64;
        let axes = [Axis::new(9, 1.0, 1.0), Axis::new(5, 1.0, 1.0), Axis::new(4, 1.0, 1.0)];
        let found = resample(shape, any, &axes, [[0, 8], [0, 4], [0, 3]], Interpolation::Cubic);
        assert!(found.iter().enumerate().all(|(n, x)| (x - any(n)).abs() < 1e-10));
    }
}

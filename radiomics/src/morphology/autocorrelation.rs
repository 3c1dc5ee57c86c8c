//! Moran's I and Geary's C over all pairs of voxels, through Fourier transforms.
//!
//! Both sum w(i − j) times a product over all pairs, with w = 1/distance. A sum of that kind is a convolution with w, so a
//! transform of a box of at least twice the size gives it exactly. The mask and the deviations are the real and the imaginary part of one
//! transform, since the transform of w is real. Only the first axis is kept transformed for the whole box; the other two
//! are padded and transformed one plane at a time.

use rayon::prelude::*;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::sync::Arc;

type C = Complex<f64>;

/// Moran's I and Geary's C.
///
/// ```text
/// I = N/Σw · Σ w_ij x_i x_j / Σ x_i²      C = (N−1)/(2 Σw) · Σ w_ij (x_i − x_j)² / Σ x_i²,   x = deviation from the mean
/// ```
/// IBSI manual, sections 3.1.28 and 3.1.29. `values` of a box (x fastest) where `mask` holds. No number for fewer than two
/// voxels or values without spread.
pub fn moran_geary(shape: [usize; 3], mask: &[bool], values: &[f32], spacing_mm: [f64; 3]) -> [f64; 2] {
    let inside =
        || mask.iter().zip(values).filter(|(inside, _)| **inside).map(|(_, value)| f64::from(*value));
    let n = inside().count() as f64;
    let mean = inside().sum::<f64>() / n;
    let squares: f64 = inside().map(|x| (x - mean).powi(2)).sum();
    if n < 2.0 || squares == 0.0 {
        return [f64::NAN; 2];
    }
    // Deviations in units of their own spread, so that both parts of the transform are of one size.
    let scale = (squares / n).sqrt();
    let deviation = |place: usize| {
        if mask[place] { C::new(1.0, (f64::from(values[place]) - mean) / scale) } else { C::default() }
    };
    let [nx, ny, nz] = shape;
    let padded = shape.map(padded_length);
    let weights = weights(padded, spacing_mm);
    let mut planner = FftPlanner::new();
    let [fx, fy, fz] = padded.map(|n| planner.plan_fft_forward(n));
    let [gx, gy, gz] = padded.map(|n| planner.plan_fft_inverse(n));
    // Transformed along x: plane kx holds ny × nz, y fastest.
    let plane = ny * nz;
    let mut planes = vec![C::default(); padded[0] * plane];
    let mut line = vec![C::default(); padded[0]];
    for jk in 0..plane {
        line.fill(C::default());
        for (i, value) in line[..nx].iter_mut().enumerate() {
            *value = deviation(i + nx * jk);
        }
        fx.process(&mut line);
        for (kx, value) in line.iter().enumerate() {
            planes[kx * plane + jk] = *value;
        }
    }
    let [hx, hy] = [padded[0] / 2 + 1, padded[1] / 2 + 1];
    planes.par_chunks_mut(plane).enumerate().for_each(|(kx, values)| {
        let folded_x = kx.min(padded[0] - kx);
        convolve_plane(values, [ny, nz], [padded[1], padded[2]], [&fy, &fz], [&gy, &gz], |ky, kz| {
            let folded = [ky.min(padded[1] - ky), kz.min(padded[2] - kz)];
            weights[folded_x + hx * (folded[0] + hy * folded[1])]
        });
    });
    // Back along x; the real part is the potential of the mask, the imaginary part that of the deviations.
    let norm = 1.0 / padded.iter().product::<usize>() as f64;
    let (mut total, mut weighted, mut products) = (0.0, 0.0, 0.0);
    for jk in 0..plane {
        for (kx, value) in line.iter_mut().enumerate() {
            *value = planes[kx * plane + jk];
        }
        gx.process(&mut line);
        for (i, potential) in line[..nx].iter().enumerate() {
            let x = deviation(i + nx * jk);
            if x.re > 0.0 {
                total += potential.re * norm;
                weighted += potential.re * norm * x.im * x.im;
                products += potential.im * norm * x.im;
            }
        }
    }
    // In the units above Σ x² = n; Σ w (x_i − x_j)² = 2 (Σ w x_i² − Σ w x_i x_j).
    [products / total, (n - 1.0) / n * (weighted - products) / total]
}

/// Transforms a padded plane, multiplies, and transforms back.
fn convolve_plane(
    values: &mut [C],
    [ny, nz]: [usize; 2],
    [py, pz]: [usize; 2],
    [fy, fz]: [&Arc<dyn Fft<f64>>; 2],
    [gy, gz]: [&Arc<dyn Fft<f64>>; 2],
    weight: impl Fn(usize, usize) -> f64,
) {
    let mut work = vec![C::default(); py * nz];
    for (row, padded) in values.chunks_exact(ny).zip(work.chunks_exact_mut(py)) {
        padded[..ny].copy_from_slice(row);
    }
    fy.process(&mut work);
    let mut column = vec![C::default(); pz];
    for ky in 0..py {
        column.fill(C::default());
        for k in 0..nz {
            column[k] = work[ky + py * k];
        }
        fz.process(&mut column);
        for (kz, value) in column.iter_mut().enumerate() {
            *value *= weight(ky, kz);
        }
        gz.process(&mut column);
        for k in 0..nz {
            work[ky + py * k] = column[k];
        }
    }
    gy.process(&mut work);
    for (row, padded) in values.chunks_exact_mut(ny).zip(work.chunks_exact(py)) {
        row.copy_from_slice(&padded[..ny]);
    }
}

/// The least even length of at least 2n that has no prime factor above 5, which a transform likes.
fn padded_length(n: usize) -> usize {
    let smooth = |mut length: usize| {
        for factor in [2, 3, 5] {
            while length.is_multiple_of(factor) {
                length /= factor;
            }
        }
        length == 1
    };
    (2 * n..).step_by(2).find(|&length| smooth(length)).expect("powers of two go on for ever")
}

/// Transform of 1/distance (0 at no distance) over the padded box: real, even in each axis, kept for one octant.
fn weights(padded: [usize; 3], spacing_mm: [f64; 3]) -> Vec<f64> {
    let half = padded.map(|n| n / 2 + 1);
    let mut values = Vec::with_capacity(half.iter().product());
    for k in 0..half[2] {
        for j in 0..half[1] {
            for i in 0..half[0] {
                let d = [i, j, k];
                let square: f64 = (0..3).map(|a| (d[a] as f64 * spacing_mm[a]).powi(2)).sum();
                values.push(if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 });
            }
        }
    }
    let mut planner = FftPlanner::new();
    for axis in 0..3 {
        let full = padded[axis];
        let plan = planner.plan_fft_forward(full);
        let stride: usize = half[..axis].iter().product();
        let mut line = vec![C::default(); full];
        let starts: Vec<usize> =
            (0..values.len()).filter(|place| (place / stride).is_multiple_of(half[axis])).collect();
        // Two even real lines at a time: the real and the imaginary part.
        for pair in starts.chunks(2) {
            for (n, value) in line.iter_mut().enumerate() {
                let place = n.min(full - n) * stride;
                *value =
                    C::new(values[pair[0] + place], pair.get(1).map_or(0.0, |start| values[start + place]));
            }
            plan.process(&mut line);
            for n in 0..half[axis] {
                values[pair[0] + n * stride] = line[n].re;
                if let Some(start) = pair.get(1) {
                    values[start + n * stride] = line[n].im;
                }
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_pairs(shape: [usize; 3], mask: &[bool], values: &[f32], spacing_mm: [f64; 3]) -> [f64; 2] {
        let place = |n: usize| [n % shape[0], n / shape[0] % shape[1], n / (shape[0] * shape[1])];
        let inside: Vec<usize> = (0..mask.len()).filter(|&n| mask[n]).collect();
        let n = inside.len() as f64;
        let mean = inside.iter().map(|&v| f64::from(values[v])).sum::<f64>() / n;
        let (mut w, mut moran, mut geary, mut squares) = (0.0, 0.0, 0.0, 0.0);
        for &a in &inside {
            squares += (f64::from(values[a]) - mean).powi(2);
            for &b in inside.iter().filter(|&&b| b != a) {
                let [p, q] = [place(a), place(b)];
                let d: f64 = (0..3).map(|x| ((p[x] as f64 - q[x] as f64) * spacing_mm[x]).powi(2)).sum();
                let weight = 1.0 / d.sqrt();
                w += weight;
                moran += weight * (f64::from(values[a]) - mean) * (f64::from(values[b]) - mean);
                geary += weight * (f64::from(values[a]) - f64::from(values[b])).powi(2);
            }
        }
        [n / w * moran / squares, (n - 1.0) / (2.0 * w) * geary / squares]
    }

    #[test]
    fn the_transform_equals_the_sum_over_pairs() {
        for shape in [[7, 5, 4], [6, 1, 3], [1, 1, 9], [2, 2, 2]] {
            let n: usize = shape.iter().product();
            let mask: Vec<bool> = (0..n).map(|i| i * 7 % 5 != 3).collect();
            let values: Vec<f32> = (0..n).map(|i| ((i * i * 31 + 7 * i) % 97) as f32 - 40.0).collect();
            let spacing_mm = [0.9, 1.3, 3.0];
            let found = moran_geary(shape, &mask, &values, spacing_mm);
            let expected = by_pairs(shape, &mask, &values, spacing_mm);
            for (a, b) in found.into_iter().zip(expected) {
                assert!((a - b).abs() < 1e-12, "{shape:?}: {found:?} {expected:?}");
            }
        }
    }

    #[test]
    fn no_spread_and_no_pairs_give_no_number() {
        assert!(moran_geary([2, 1, 1], &[true; 2], &[3.0; 2], [1.0; 3])[0].is_nan());
        assert!(moran_geary([2, 1, 1], &[true, false], &[3.0, 1.0], [1.0; 3])[1].is_nan());
    }
}

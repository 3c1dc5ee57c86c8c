//! Filters that are defined by what they do to each frequency.

use super::volume::Volume;
use rayon::prelude::*;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

type C = Complex<f64>;

/// A place in the transform.
pub struct Frequency {
    /// Along x, y, z in units of the highest: −1 to 1.
    pub exact: [f64; 3],
    /// The same, stretched so that the outermost places are −1 and 1, which for an even number of voxels moves all by half a
    /// place. The consensus maps of the Simoncelli filter were made with it (levels 2 and 3 agree to rounding, and differ by
    /// 8 % of their range without).
    pub centred: [f64; 3],
}

/// Index of a frequency, negative in the upper half.
fn signed(k: usize, n: usize) -> f64 {
    if 2 * k >= n { k as f64 - n as f64 } else { k as f64 }
}

/// Multiplies the transform of a volume by `transfer`; the volume is periodic, as every discrete transform takes it to be.
pub fn filtered(volume: &Volume, transfer: impl Fn(&Frequency) -> C + Sync) -> Volume {
    let shape = volume.shape;
    let mut values: Vec<C> = volume.values.iter().map(|value| C::new(*value, 0.0)).collect();
    let layer = shape[0] * shape[1];
    transform(&mut values, shape, false);
    let exact: [Vec<f64>; 3] = shape.map(|n| (0..n).map(|k| 2.0 * signed(k, n) / n as f64).collect());
    let centred: [Vec<f64>; 3] = shape.map(|n| {
        let middle = 0.5 * (n as f64 - 1.0);
        let offset = if n % 2 == 0 { 0.5 } else { 0.0 };
        (0..n).map(|k| if n > 1 { (signed(k, n) + offset) / middle } else { 0.0 }).collect()
    });
    let norm = 1.0 / values.len() as f64;
    values.par_chunks_mut(layer).enumerate().for_each(|(k, out)| {
        for (place, value) in out.iter_mut().enumerate() {
            let [i, j] = [place % shape[0], place / shape[0]];
            let frequency = Frequency {
                exact: [exact[0][i], exact[1][j], exact[2][k]],
                centred: [centred[0][i], centred[1][j], centred[2][k]],
            };
            *value *= transfer(&frequency) * norm;
        }
    });
    transform(&mut values, shape, true);
    Volume { shape, values: values.into_iter().map(|value| value.re).collect() }
}

/// Transforms along all axes in place.
pub fn transform(values: &mut [C], shape: [usize; 3], inverse: bool) {
    let mut planner = FftPlanner::new();
    for axis in 0..3 {
        let n = shape[axis];
        if n == 1 {
            continue;
        }
        let plan = if inverse { planner.plan_fft_inverse(n) } else { planner.plan_fft_forward(n) };
        let stride: usize = shape[..axis].iter().product();
        if axis == 0 {
            values.par_chunks_mut(n).for_each(|line| plan.process(line));
        } else if axis == 1 {
            values.par_chunks_mut(stride * n).for_each(|block| columns(block, stride, n, &*plan));
        } else {
            columns(values, stride, n, &*plan);
        }
    }
}

/// Transforms the columns of a block, some at a time so that memory is read in order.
fn columns(block: &mut [C], stride: usize, n: usize, plan: &dyn rustfft::Fft<f64>) {
    const TOGETHER: usize = 16;
    let mut lines = vec![C::default(); TOGETHER * n];
    for first in (0..stride).step_by(TOGETHER) {
        let together = TOGETHER.min(stride - first);
        for k in 0..n {
            for (c, value) in block[first + k * stride..][..together].iter().enumerate() {
                lines[c * n + k] = *value;
            }
        }
        plan.process(&mut lines[..together * n]);
        for k in 0..n {
            for (c, value) in block[first + k * stride..][..together].iter_mut().enumerate() {
                *value = lines[c * n + k];
            }
        }
    }
}

/// Band-pass of the Simoncelli pyramid's level (1 is the finest) at a distance from zero frequency (1 is the highest).
///
/// ```text
/// cos(π/2 log₂(2 ν')) for 1/4 ≤ ν' ≤ 1, else 0;   ν' = 2^(level − 1) ν
/// ```
/// J. Portilla, E. P. Simoncelli, Int. J. Comput. Vis. 40 (2000) 49; IBSI 2 manual, section 3.7.
pub fn simoncelli(level: u32, distance: f64) -> f64 {
    let scaled = distance * f64::from(1_u32 << (level - 1));
    if (0.25..=1.0).contains(&scaled) {
        (std::f64::consts::FRAC_PI_2 * (2.0 * scaled).log2()).cos()
    } else {
        0.0
    }
}

/// Riesz transform of an order: (−i)^l √(l!/(l₁! l₂! l₃!)) ν₁^l₁ ν₂^l₂ ν₃^l₃ / |ν|^l; zero at no frequency.
///
/// M. Unser, D. Van De Ville, IEEE Trans. Image Process. 19 (2010) 636; IBSI 2 manual, section 3.8.
pub fn riesz(order: [u32; 3], frequency: [f64; 3]) -> C {
    let distance = frequency.iter().map(|f| f * f).sum::<f64>().sqrt();
    let total: u32 = order.iter().sum();
    if distance == 0.0 {
        return C::new(if total == 0 { 1.0 } else { 0.0 }, 0.0);
    }
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    let number = factorial(total) / order.map(factorial).iter().product::<f64>();
    let product: f64 = (0..3).map(|a| (frequency[a] / distance).powi(order[a] as i32)).product();
    C::new(0.0, -1.0).powu(total) * number.sqrt() * product
}

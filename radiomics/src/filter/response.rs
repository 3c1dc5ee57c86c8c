//! What a filter makes of an image.

use super::boundary::{Boundary, cut, padded};
use super::gabor::Gabor;
use super::kernels::{self, Kernel};
use super::spectral::{Frequency, filtered, riesz, simoncelli};
use super::{Filter, Kind, Pooling, Volume, volume};
use crate::recipe::Dimension;
use rustfft::num_complex::Complex;

impl Filter {
    /// The response of an image with voxels of `spacing_mm`.
    ///
    /// # Panics
    /// The settings were not checked.
    pub fn response(&self, image: &Volume, spacing_mm: [f64; 3]) -> Volume {
        let (axes, boundary) = (self.axes(), self.boundary);
        match &self.kind {
            Kind::Mean { support } => separable(image, &vec![kernels::mean(*support); axes], boundary),
            Kind::LaplacianOfGaussian { sigma_mm, truncate, riesz: order } => {
                let sigma: Vec<f64> = (0..axes).map(|axis| sigma_mm / spacing_mm[axis]).collect();
                match order {
                    None => laplacian(image, &sigma, *truncate, boundary),
                    Some(order) => {
                        // The transform reaches far: it sees the image continued by its own size.
                        let wide = padded(image, axes, boundary);
                        let response = laplacian(&wide, &sigma, *truncate, boundary);
                        let found = filtered(&response, |frequency| riesz(*order, frequency.exact));
                        cut(&found, image.shape)
                    }
                }
            }
            Kind::Laws { kernels, pooling, energy_reach } => {
                let kernels = self.laws(kernels).expect("the settings were checked");
                let mut found = turned(image, boundary, pooling.as_ref(), axes, |order, flip| {
                    along(&kernels, order, flip)
                });
                if let Some(reach) = energy_reach {
                    found.values.iter_mut().for_each(|value| *value = value.abs());
                    found = separable(&found, &vec![kernels::mean(2 * reach + 1); axes], boundary);
                }
                found
            }
            Kind::Gabor { sigma_mm, lambda_mm, gamma, theta_deg, theta_step_deg } => {
                let pixel = spacing_mm[0];
                let gabor = Gabor { sigma: sigma_mm / pixel, lambda: lambda_mm / pixel, gamma: *gamma };
                let number = theta_step_deg.map_or(1, |step| (360.0 / step).round().max(1.0) as usize);
                let step = theta_step_deg.unwrap_or(0.0);
                // The size of the response is that of the wave running the other way: half a turn is enough.
                let half = if number % 2 == 0 { number / 2 } else { number };
                let angles: Vec<f64> =
                    (0..half.max(1)).map(|n| (theta_deg + n as f64 * step).to_radians()).collect();
                let planes: &[usize] = if axes == 2 { &[2] } else { &[0, 1, 2] };
                let mut sum = Volume { shape: image.shape, values: vec![0.0; image.values.len()] };
                for &across in planes {
                    sum.add(&gabor.response(image, across, &angles, boundary), 1.0 / planes.len() as f64);
                }
                sum
            }
            Kind::Wavelet { wavelet, letters, level, pooling } => {
                turned(image, boundary, pooling.as_ref(), axes, |order, flip| {
                    let finer = (1..*level).map(|level| ("L".repeat(axes), level));
                    let kernels = |(letters, level): (String, u32)| {
                        self.wavelets(wavelet, &letters, level).expect("the settings were checked")
                    };
                    finer
                        .chain([(letters.clone(), *level)])
                        .flat_map(|one| along(&kernels(one), order, flip))
                        .collect()
                })
            }
            Kind::Simoncelli { level, riesz: order } => {
                let single = self.dimension == Dimension::Slices;
                let flat = |f: [f64; 3]| if single { [f[0], f[1], 0.0] } else { f };
                let transfer = |frequency: &Frequency| {
                    let distance = flat(frequency.centred).iter().map(|f| f * f).sum::<f64>().sqrt();
                    let band = simoncelli(*level, distance);
                    match order {
                        Some(order) => riesz(*order, flat(frequency.exact)) * band,
                        None => Complex::new(band, 0.0),
                    }
                };
                filtered(image, transfer)
            }
        }
    }
}

/// A convolution along an axis.
type Step = (usize, Kernel);

/// Convolutions one after the other. What they make is in the first volume; both give their memory, which large volumes
/// would else ask the system for at each step.
fn convolved(image: &Volume, steps: &[Step], boundary: Boundary, [found, other]: [&mut Volume; 2]) {
    for (n, (axis, kernel)) in steps.iter().enumerate() {
        let from = if n == 0 { image } else { &*found };
        from.convolve(*axis, kernel, boundary, other);
        std::mem::swap(found, other);
    }
}

/// One kernel along each axis, the first along x.
fn separable(image: &Volume, kernels: &[Kernel], boundary: Boundary) -> Volume {
    let steps: Vec<Step> = kernels.iter().cloned().enumerate().collect();
    let (mut found, mut other) = (Volume::room(), Volume::room());
    convolved(image, &steps, boundary, [&mut found, &mut other]);
    found
}

/// The steps of a separable filter after a turn.
fn along(kernels: &[Kernel], order: [usize; 3], flip: [bool; 3]) -> Vec<Step> {
    let turned = |axis: usize| {
        let kernel = &kernels[order[axis]];
        (axis, if flip[axis] { kernel.flipped() } else { kernel.clone() })
    };
    (0..kernels.len()).map(turned).collect()
}

/// The response of one filter, or of all its turns made one; `steps` says what a turn does.
fn turned(
    image: &Volume,
    boundary: Boundary,
    pooling: Option<&Pooling>,
    axes: usize,
    steps: impl Fn([usize; 3], [bool; 3]) -> Vec<Step>,
) -> Volume {
    let (mut next, mut other) = (Volume::room(), Volume::room());
    let mut response = |(order, flip), next: &mut Volume| {
        convolved(image, &steps(order, flip), boundary, [next, &mut other]);
    };
    let turns = if pooling.is_some() { volume::turns(axes) } else { vec![([0, 1, 2], [false; 3])] };
    let mut found = Volume::room();
    response(turns[0], &mut found);
    let Some(pooling) = pooling else { return found };
    for &turn in &turns[1..] {
        response(turn, &mut next);
        for (value, &other) in found.values.iter_mut().zip(&next.values) {
            *value = match pooling {
                Pooling::Max => value.max(other),
                Pooling::Min => value.min(other),
                Pooling::Average => *value + other,
            };
        }
    }
    if *pooling == Pooling::Average {
        found.values.iter_mut().for_each(|value| *value /= turns.len() as f64);
    }
    found
}

/// Laplacian of a Gaussian: the sum over axes of (x²/σ⁴ − 1/σ²) G. IBSI 2 manual, section 3.3.
fn laplacian(image: &Volume, sigma: &[f64], truncate: f64, boundary: Boundary) -> Volume {
    let kernel = |sigma: f64, second: bool| {
        let reach = (truncate * sigma + 0.5).floor() as isize;
        let norm = 1.0 / ((2.0 * std::f64::consts::PI).sqrt() * sigma);
        let weights = (-reach..=reach).map(|x| {
            let x = x as f64;
            let gauss = norm * (-x * x / (2.0 * sigma * sigma)).exp();
            if second { gauss * (x * x / sigma.powi(4) - 1.0 / (sigma * sigma)) } else { gauss }
        });
        Kernel::centred(weights.collect())
    };
    let mut sum = Volume { shape: image.shape, values: vec![0.0; image.values.len()] };
    for derived in 0..sigma.len() {
        let kernels: Vec<Kernel> =
            sigma.iter().enumerate().map(|(axis, &sigma)| kernel(sigma, axis == derived)).collect();
        sum.add(&separable(image, &kernels, boundary), 1.0);
    }
    sum
}

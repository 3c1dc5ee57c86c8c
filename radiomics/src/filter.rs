//! Convolutional filters: the second part of the standard (IBSI 2, arXiv:2006.05470).

pub mod boundary;
mod gabor;
mod kernels;
mod spectral;
mod volume;

pub use boundary::Boundary;
pub use volume::Volume;

use crate::error::Error;
use crate::recipe::Dimension;
use gabor::Gabor;
use kernels::Kernel;
use rustfft::num_complex::Complex;
use serde::{Deserialize, Serialize};
use spectral::{Frequency, filtered, riesz, simoncelli};

/// A filter and how it is applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// A name for it in the table; made of its kind and settings where it is not given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Slices or the volume.
    pub dimension: Dimension,
    /// What lies beyond the image.
    #[serde(default)]
    pub boundary: Boundary,
    /// The filter itself.
    #[serde(flatten)]
    pub kind: Kind,
}

/// The filters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Kind {
    /// Mean over a cube or square.
    Mean {
        /// Its edge (voxels, odd).
        support: usize,
    },
    /// Laplacian of a Gaussian.
    LaplacianOfGaussian {
        /// Standard deviation (mm).
        sigma_mm: f64,
        /// Half the kernel's size in standard deviations.
        #[serde(default = "four")]
        truncate: f64,
        /// Order of a Riesz transform of the response along x, y, z.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        riesz: Option<[u32; 3]>,
    },
    /// Laws' kernels.
    Laws {
        /// Names along x, y (and z), such as `E5L5S5`.
        kernels: String,
        /// How the responses of all turns by right angles are made one; without it the filter is not turned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pooling: Option<Pooling>,
        /// Mean of the response's size over a cube that reaches so far (voxels).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        energy_reach: Option<usize>,
    },
    /// Gabor filters, in slices; the size of the complex response.
    Gabor {
        /// Standard deviation of the Gaussian (mm).
        sigma_mm: f64,
        /// Wavelength (mm).
        lambda_mm: f64,
        /// Standard deviation along the wave over that across it.
        gamma: f64,
        /// Angle of the wave (degrees), or the first of several.
        #[serde(default)]
        theta_deg: f64,
        /// Mean over all angles of this distance (degrees).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        theta_step_deg: Option<f64>,
    },
    /// Separable wavelets without decimation.
    Wavelet {
        /// `haar`, `db2`, `db3` or `coif1`.
        wavelet: String,
        /// `L` or `H` along x, y (and z).
        letters: String,
        /// From 1, the finest.
        level: u32,
        /// As for Laws' kernels.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pooling: Option<Pooling>,
    },
    /// Band-pass of the non-separable Simoncelli pyramid. It is defined over the frequencies of the image as it is, so that
    /// the image is periodic whatever the boundary; the consensus was made so.
    Simoncelli {
        /// From 1, the finest.
        level: u32,
        /// Order of a Riesz transform of the response along x, y, z.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        riesz: Option<[u32; 3]>,
    },
}

fn four() -> f64 {
    4.0
}

/// How several responses are made one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The greatest.
    Max,
    /// The mean.
    Average,
    /// The least.
    Min,
}

impl Filter {
    /// Its name in the table.
    pub fn word(&self) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        let dimension = if self.dimension == Dimension::Slices { "2D" } else { "3D" };
        let kind = match &self.kind {
            Kind::Mean { support } => format!("mean:{support}"),
            Kind::LaplacianOfGaussian { sigma_mm, .. } => format!("log:{sigma_mm}mm"),
            Kind::Laws { kernels, .. } => format!("laws:{kernels}"),
            Kind::Gabor { sigma_mm, lambda_mm, gamma, .. } => {
                format!("gabor:{sigma_mm}mm:{lambda_mm}mm:{gamma}")
            }
            Kind::Wavelet { wavelet, letters, level, .. } => format!("{wavelet}:{letters}:{level}"),
            Kind::Simoncelli { level, .. } => format!("simoncelli:{level}"),
        };
        format!("{kind}:{dimension}")
    }

    /// Whether its table may hold a key.
    pub fn knows(&self, key: &str) -> bool {
        let own: &[&str] = match &self.kind {
            Kind::Mean { .. } => &["support"],
            Kind::LaplacianOfGaussian { .. } => &["sigma_mm", "truncate", "riesz"],
            Kind::Laws { .. } => &["kernels", "pooling", "energy_reach"],
            Kind::Gabor { .. } => &["sigma_mm", "lambda_mm", "gamma", "theta_deg", "theta_step_deg"],
            Kind::Wavelet { .. } => &["wavelet", "letters", "level", "pooling"],
            Kind::Simoncelli { .. } => &["level", "riesz"],
        };
        ["name", "dimension", "boundary", "kind"].contains(&key) || own.contains(&key)
    }

    fn axes(&self) -> usize {
        if self.dimension == Dimension::Slices { 2 } else { 3 }
    }

    /// Refuses settings that make no filter.
    pub fn check(&self) -> Result<(), Error> {
        let bad = |problem: String, remedy| Err(Error::Setting { key: "filter", problem, remedy });
        let positive = |x: f64| x > 0.0 && x < 1000.0;
        match &self.kind {
            Kind::Mean { support } if support % 2 == 0 || *support > 255 => {
                bad(format!("has a support of {support}"), "an odd number of voxels up to 255")
            }
            Kind::LaplacianOfGaussian { sigma_mm, truncate, .. }
                if !positive(*sigma_mm) || !positive(*truncate) =>
            {
                bad(format!("has a sigma of {sigma_mm} mm, cut at {truncate}"), "positive numbers below 1000")
            }
            Kind::Laws { kernels, .. } if self.laws(kernels).is_none() => bad(
                format!("has the kernels {kernels:?}"),
                "names along each axis, such as E5L5S5 (L5E5 for 2D)",
            ),
            Kind::Gabor { sigma_mm, lambda_mm, gamma, theta_step_deg, .. }
                if ![*sigma_mm, *lambda_mm, *gamma, theta_step_deg.unwrap_or(1.0)]
                    .into_iter()
                    .all(positive) =>
            {
                bad("has a Gabor setting that is not positive".into(), "positive numbers below 1000")
            }
            Kind::Wavelet { wavelet, letters, level, .. }
                if !(1..=6).contains(level) || self.wavelets(wavelet, letters, *level).is_none() =>
            {
                bad(
                    format!("is {wavelet:?} {letters:?} {level}"),
                    "haar, db2, db3 or coif1, L and H, level 1 to 6",
                )
            }
            Kind::Simoncelli { level, .. } if !(1..=6).contains(level) => {
                bad(format!("has the level {level}"), "a level from 1 to 6")
            }
            _ => Ok(()),
        }
    }

    fn laws(&self, names: &str) -> Option<Vec<Kernel>> {
        if !names.is_ascii() || names.len() != 2 * self.axes() {
            return None;
        }
        (0..self.axes()).map(|axis| kernels::laws(&names[2 * axis..2 * axis + 2])).collect()
    }

    fn wavelets(&self, name: &str, letters: &str, level: u32) -> Option<Vec<Kernel>> {
        if letters.chars().count() != self.axes() {
            return None;
        }
        letters.chars().map(|letter| kernels::wavelet(name, letter, level)).collect()
    }

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
                let mut found = turned(pooling.as_ref(), axes, |order, flip| {
                    separable(image, &along(&kernels, order, flip), boundary)
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
                turned(pooling.as_ref(), axes, |order, flip| {
                    let low = "L".repeat(axes);
                    let mut found = image.clone();
                    for finer in 1..*level {
                        let kernels = self.wavelets(wavelet, &low, finer).expect("the settings were checked");
                        found = separable(&found, &along(&kernels, order, flip), boundary);
                    }
                    let kernels = self.wavelets(wavelet, letters, *level).expect("the settings were checked");
                    separable(&found, &along(&kernels, order, flip), boundary)
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

/// How far an image is continued for a filter that reaches everywhere.
fn margin(shape: [usize; 3], axes: usize, boundary: Boundary) -> [usize; 3] {
    const MOST: usize = 64;
    std::array::from_fn(|a| if a >= axes || boundary == Boundary::Periodic { 0 } else { shape[a].min(MOST) })
}

/// The image continued on all sides.
fn padded(image: &Volume, axes: usize, boundary: Boundary) -> Volume {
    let margin = margin(image.shape, axes, boundary);
    let shape: [usize; 3] = std::array::from_fn(|a| image.shape[a] + 2 * margin[a]);
    let at = |a: usize, place: usize| boundary.index(place as isize - margin[a] as isize, image.shape[a]);
    let mut values = Vec::with_capacity(shape.iter().product());
    for k in 0..shape[2] {
        for j in 0..shape[1] {
            for i in 0..shape[0] {
                values.push(match (at(0, i), at(1, j), at(2, k)) {
                    (Some(x), Some(y), Some(z)) => {
                        image.values[x + image.shape[0] * (y + image.shape[1] * z)]
                    }
                    _ => 0.0,
                });
            }
        }
    }
    Volume { shape, values }
}

/// The middle of a volume.
fn cut(volume: &Volume, shape: [usize; 3]) -> Volume {
    let margin: [usize; 3] = std::array::from_fn(|a| (volume.shape[a] - shape[a]) / 2);
    let mut values = Vec::with_capacity(shape.iter().product());
    for k in 0..shape[2] {
        for j in 0..shape[1] {
            let start = margin[0] + volume.shape[0] * (j + margin[1] + volume.shape[1] * (k + margin[2]));
            values.extend_from_slice(&volume.values[start..start + shape[0]]);
        }
    }
    Volume { shape, values }
}

/// One kernel along each axis, the first along x.
fn separable(image: &Volume, kernels: &[Kernel], boundary: Boundary) -> Volume {
    let mut found = image.convolved(0, &kernels[0], boundary);
    for (axis, kernel) in kernels.iter().enumerate().skip(1) {
        found = found.convolved(axis, kernel, boundary);
    }
    found
}

/// The kernels after a turn.
fn along(kernels: &[Kernel], order: [usize; 3], flip: [bool; 3]) -> Vec<Kernel> {
    let turned = |axis: usize| {
        let kernel = &kernels[order[axis]];
        if flip[axis] { kernel.flipped() } else { kernel.clone() }
    };
    (0..kernels.len()).map(turned).collect()
}

/// The response of one filter, or of all its turns made one.
fn turned(
    pooling: Option<&Pooling>,
    axes: usize,
    response: impl Fn([usize; 3], [bool; 3]) -> Volume,
) -> Volume {
    let Some(pooling) = pooling else { return response([0, 1, 2], [false; 3]) };
    let turns = volume::turns(axes);
    let mut found: Option<Volume> = None;
    for (order, flip) in &turns {
        let next = response(*order, *flip);
        match &mut found {
            None => found = Some(next),
            Some(found) => {
                for (value, other) in found.values.iter_mut().zip(next.values) {
                    *value = match pooling {
                        Pooling::Max => value.max(other),
                        Pooling::Min => value.min(other),
                        Pooling::Average => *value + other,
                    };
                }
            }
        }
    }
    let mut found = found.expect("there is a turn");
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

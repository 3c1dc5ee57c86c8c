//! Convolutional filters: the second part of the standard (IBSI 2, arXiv:2006.05470).

pub mod boundary;
mod gabor;
mod kernels;
mod response;
mod spectral;
mod volume;

pub use boundary::Boundary;
pub use volume::Volume;

use crate::error::Error;
use crate::recipe::Dimension;
use kernels::Kernel;
use serde::{Deserialize, Serialize};

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
}

//! How intensities become levels: for textures and the histogram, and for the intensity-volume histogram.

use serde::{Deserialize, Serialize};

/// Grey levels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Discretise {
    /// The intensities are grey levels already.
    None,
    /// Bins of one width.
    FixedBinSize {
        /// Their width, in the unit of the image.
        width: f64,
        /// Where the first begins.
        #[serde(default)]
        start: BinStart,
    },
    /// One number of bins from the least to the greatest intensity.
    FixedBinNumber {
        /// How many.
        bins: u32,
    },
}

impl Discretise {
    /// As it stands in a table: `none`, `FBS:25`, `FBS-pyradiomics:25`, `FBN:32`.
    pub fn word(&self) -> String {
        match self {
            Self::None => "none".into(),
            Self::FixedBinSize { width, start: BinStart::Ibsi } => format!("FBS:{width}"),
            Self::FixedBinSize { width, start: BinStart::Pyradiomics } => format!("FBS-pyradiomics:{width}"),
            Self::FixedBinNumber { bins } => format!("FBN:{bins}"),
        }
    }
}

/// Where the first of the bins of one width begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BinStart {
    /// At the lower end of the re-segmentation range, or at the region's least intensity without one.
    #[default]
    Ibsi,
    /// At the multiple of the width at or below the region's least intensity.
    Pyradiomics,
}

/// Levels of the intensity-volume histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum VolumeHistogram {
    /// Whole intensities.
    #[default]
    None,
    /// Bins of one width; a level is the middle of its bin.
    FixedBinSize {
        /// Their width, in the unit of the image.
        width: f64,
    },
    /// One number of bins from the least to the greatest intensity; a level is the number of its bin.
    FixedBinNumber {
        /// How many.
        bins: u32,
    },
}

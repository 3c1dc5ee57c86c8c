//! Radiomic features as the Image Biomarker Standardisation Initiative (IBSI) defines them.
//!
//! [`Image`] and [`Mask`] go in, a [`Recipe`] says how they are processed, a [`FeatureTable`] comes out: [`extract`]. The
//! [`catalogue`] lists every feature with its name and code. Formulas and section numbers are those of the reference manual:
//! A. Zwanenburg et al., arXiv:1612.07003; Radiology 295 (2020) 328.

pub mod catalogue;
mod error;
mod extract;
pub mod filter;
mod intensity;
pub mod local_intensity;
pub mod morphology;
pub mod patient;
pub mod placement;
mod preset;
pub mod process;
mod reason;
mod recipe;
pub mod region;
pub mod ring;
mod table;
pub mod texture;
pub mod volume_histogram;

pub use catalogue::{Aggregation, Entry, Family, Unit};
pub use error::Error;
pub use extract::{extract, extract_one, shape_ahead};
pub use preset::{PRESETS, preset};
pub use recipe::{
    BinStart, Dimension, Discretise, Interpolation, Lesions, Recipe, Resample, Resegment, Response,
    VolumeHistogram, Wanted,
};
pub use ring::Ring;
pub use table::{FeatureTable, RegionFacts, Row, column};
pub use volume::{Image, Mask};

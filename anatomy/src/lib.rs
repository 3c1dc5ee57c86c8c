//! A patient as materials, densities and organs; doses to organs.
//!
//! Before the transport: [`Anatomy::build`] makes a patient of a CT and its structures, by a [`Calibration`].
//! After it: [`OrganDose`], [`Dvh`] and [`gamma::compare`] read a dose. No files here: text and arrays in, values out.

pub mod artefacts;
pub mod build;
pub mod calibration;
pub mod dvh;
mod error;
pub mod gamma;
pub mod isodose;
pub mod names;
mod note;
pub mod organs;
pub mod outline;
mod overlap;
pub mod placement;
pub mod reference;
pub mod region;
pub mod resample;
mod sampling;
mod support;
mod weighted;

pub use build::{Anatomy, Options, Organ, Origin, Support};
pub use calibration::{Calibration, Tissue};
pub use dvh::Dvh;
pub use error::Error;
pub use note::Note;
pub use organs::{DoseFields, OrganDose, StatisticalError};
pub use reference::ReferenceDose;
pub use region::Region;

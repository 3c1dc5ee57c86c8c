//! Files that other programs read and write.

pub mod dicom;
pub mod error;
pub mod nifti;

pub use error::Error;

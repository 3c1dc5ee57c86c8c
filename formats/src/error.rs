//! What cannot be written or read, and why.

use std::path::PathBuf;

/// Errors of the file formats.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The values are not one for each voxel.
    #[error(
        "{values} values cannot fill a grid of {voxels} voxels; give one value for each voxel, x fastest"
    )]
    Length {
        /// How many values were given.
        values: usize,
        /// How many voxels the grid has.
        voxels: usize,
    },
    /// NIfTI-1 counts voxels along an axis in a signed 16-bit number.
    #[error(
        "{voxels} voxels along {axis} do not fit in a NIfTI-1 file (the most is 32767); use larger voxels"
    )]
    TooManyVoxels {
        /// `x`, `y` or `z`.
        axis: char,
        /// How many voxels the grid has along it.
        voxels: usize,
    },
    /// The file's name says another format.
    #[error("{path:?} is no name for a compressed NIfTI file; let it end in .nii.gz", path = path)]
    Name {
        /// The name that was given.
        path: PathBuf,
    },
    /// The file system or the encoder failed.
    #[error("{path:?} could not be written; is the disk full, or the folder read-only?", path = path)]
    Write {
        /// The file.
        path: PathBuf,
        /// What the encoder said.
        source: ::nifti::NiftiError,
    },
}

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
    /// The file system failed while writing.
    #[error("{path:?} could not be written; is the disk full, or the folder read-only?", path = path)]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system or the encoder said.
        source: std::io::Error,
    },
    /// The file system failed while reading.
    #[error("{path:?} could not be read; does it exist, and may you read it?", path = path)]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bytes are of another format.
    #[error(
        "{path:?} is no DICOM file (it starts neither with a DICOM preamble nor with a data element); leave it out or export it again",
        path = path
    )]
    NotDicom {
        /// The file.
        path: PathBuf,
    },
    /// The file's structure is broken or cut off.
    #[error("{path:?} is damaged at {at}: {problem}; copy or export the file again", path = path)]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The last element that could be found.
        at: String,
        /// What is wrong there.
        problem: String,
    },
    /// Its encoding is one that we cannot decode.
    #[error(
        "{path:?} is encoded as {name} ({uid}), which cannot be decoded here; convert it to Explicit VR Little Endian",
        path = path
    )]
    TransferSyntax {
        /// The file.
        path: PathBuf,
        /// The transfer syntax.
        uid: String,
        /// Its name, as far as it is known.
        name: String,
    },
    /// A needed element is absent or empty.
    #[error("{path:?}: {element} is missing or empty; export the file again with this element", path = path)]
    Missing {
        /// The file.
        path: PathBuf,
        /// Where it should be: the way from the root, keyword and tag.
        element: String,
    },
    /// An element holds something that cannot be used.
    #[error("{path:?}: {element} {problem}", path = path)]
    Element {
        /// The file.
        path: PathBuf,
        /// The way from the root, keyword and tag.
        element: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// The file is sound, and yet we will not use it.
    #[error("{path:?}: {problem}; {way_out}", path = path)]
    Refused {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong and why it matters.
        problem: String,
        /// What the user can do.
        way_out: String,
    },
}

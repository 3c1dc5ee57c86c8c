//! What cannot be made a patient, and why.

/// Errors of anatomies and of what is read off them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Numbers that are not one for each voxel.
    #[error("{what}: {given} values cannot fill {voxels} voxels; give one for each, i fastest")]
    Length {
        /// What the values are.
        what: &'static str,
        /// How many were given.
        given: usize,
        /// How many voxels there are.
        voxels: usize,
    },
    /// A grid without voxels, or with more than memory can hold.
    #[error("a grid of {shape:?} voxels cannot be filled (at most {most} voxels); choose another voxel size")]
    Voxels {
        /// Voxels along the three axes.
        shape: [usize; 3],
        /// The most that is accepted.
        most: usize,
    },
    /// An option that makes no sense.
    #[error("{what} is {value}: {remedy}")]
    Option {
        /// The option.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it should be.
        remedy: &'static str,
    },
    /// The scan shows nothing that could be a patient.
    #[error(
        "no body in the CT: {why}; draw a structure of type EXTERNAL, or check that the image is in Hounsfield units"
    )]
    NoBody {
        /// What was looked for.
        why: String,
    },
    /// A user's calibration that is none.
    #[error("calibration table, {place}: {why}; give rising pairs of HU and g/cm3 from air to bone")]
    Calibration {
        /// Row or key.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// An organ without a voxel.
    #[error(
        "organ {organ:?} covers no voxel of the dose grid (its mean dose is undefined); is the structure set drawn on this image?"
    )]
    EmptyOrgan {
        /// Its name.
        organ: String,
    },
    /// Contours that cannot be filled.
    #[error(transparent)]
    Volume(#[from] volume::Error),
    /// A material that the engine refuses.
    #[error(transparent)]
    Material(#[from] dose_core::Error),
}

//! What cannot be computed, and why.

/// Errors of recipes and of processing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A recipe that cannot be read.
    #[error("the recipe cannot be read: {problem}")]
    Recipe {
        /// What the reader said, with the place.
        problem: String,
    },
    /// A recipe that makes no sense.
    #[error("{key} {problem} in the recipe; give {remedy}")]
    Setting {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        problem: String,
        /// What would be right.
        remedy: &'static str,
    },
    /// The region lies on other voxels than the image.
    #[error(
        "region {region:?} lies on another grid than the image ({difference}); draw it on this image, or resample it to the image's voxels"
    )]
    OtherGrid {
        /// The region.
        region: String,
        /// In what they differ.
        difference: String,
    },
    /// A region without a voxel.
    #[error("region {region:?} holds no voxel{when}; leave it out, or draw it larger than a voxel")]
    Empty {
        /// The region.
        region: String,
        /// At which stage; begins with a blank.
        when: String,
    },
    /// A voxel of the region is not a number.
    #[error(
        "region {region:?}: {voxels} of its voxels are not finite numbers; replace them in the image, or redraw the region"
    )]
    NotFinite {
        /// The region.
        region: String,
        /// How many.
        voxels: usize,
    },
    /// A voxel of the image is not a number, and a filter would spread it.
    #[error(
        "{voxels} voxels of the image are not finite numbers, and filters spread them; replace them in the image, or leave the filters out"
    )]
    ImageNotFinite {
        /// How many.
        voxels: usize,
    },
    /// Too many grey levels to count.
    #[error("region {region:?} would have {levels} grey levels (the most is 65535); use wider or fewer bins")]
    TooManyLevels {
        /// The region.
        region: String,
        /// How many.
        levels: f64,
    },
    /// Intensities that are to be grey levels and are none.
    #[error("region {region:?}: {value} is no grey level (whole, from 1 on); discretise it with fbs or fbn")]
    NoGreyLevel {
        /// The region.
        region: String,
        /// The value.
        value: f64,
    },
}

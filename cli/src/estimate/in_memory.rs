//! Images that the caller has in memory, in place of files.

use volume::Image;

/// An image, and what the record of the run says of it.
pub struct GivenImage {
    /// What it is called; of a mask the region's name.
    pub name: String,
    /// Its voxels, along any axes.
    pub image: Image<f32>,
    /// SHA-256 of its voxels and their place, in hexadecimal.
    pub sha256: String,
}

/// What goes before files; by default nothing.
#[derive(Default)]
pub struct InMemory {
    /// The scan (HU).
    pub ct: Option<GivenImage>,
    /// Regions, above 0.5 inside.
    pub masks: Vec<GivenImage>,
    /// The planning system's dose (Gy).
    pub dose: Option<GivenImage>,
}

//! What cannot be laid on a grid, and why.

/// Errors of grids, images and contours.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Contours that lie in no plane of the grid.
    #[error(
        "structure {structure:?}: a contour of {extent_mm:.0} mm leaves every plane of the grid by {off_plane_mm:.2} mm or \
         more (only contours parallel to a face of the voxels can be filled); redraw it on slices of this image"
    )]
    ObliqueContour {
        /// Name of the structure.
        structure: String,
        /// Size of the contour (mm).
        extent_mm: f64,
        /// How far its points leave the plane that fits best (mm).
        off_plane_mm: f64,
    },
    /// A grid that holds no voxels, or whose axes are no axes.
    #[error("the grid cannot hold contours: {why}; check the image's size, spacing and orientation")]
    BadGrid {
        /// What is wrong with it.
        why: String,
    },
}

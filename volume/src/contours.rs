//! Structures drawn as planar contours, and the voxels that they cover.
//!
//! [`Coverage`] says what fraction of each voxel a structure fills: dose, mass and volume want that. [`Mask`] says
//! which voxel centres lie inside: radiomics wants that.

mod area;
mod centres;
mod coverage;
mod mask;
mod note;
mod planes;

pub use coverage::Coverage;
pub use mask::Mask;
pub use note::ContourNote;

/// A region of interest as drawn: closed planar polygons in patient space.
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    /// Number of the region in its file.
    pub number: i32,
    /// Its name.
    pub name: String,
    /// DICOM's RT ROI Interpreted Type (`EXTERNAL`, `ORGAN`, `PTV`, …); empty if the file does not say.
    pub interpreted_type: String,
    /// Closed planar polygons (mm, DICOM patient space); the last point joins the first.
    pub contours: Vec<Vec<[f64; 3]>>,
    /// Single points (POINT contours), such as an isocentre (mm).
    pub points: Vec<[f64; 3]>,
    /// Density that the planner gave it, relative to water (REL_MASS_DENSITY or REL_ELEC_DENSITY), if any.
    pub density_override: Option<f64>,
}

//! Pictures of the report: slices, projections and charts as SVG inside the page.
//!
//! Rasters are PNGs in the SVG itself; lines and letters are SVG on top, in millimetres of the patient.

pub mod along;
pub mod chart;
pub mod dvh;
pub mod fluence;
pub mod isodoses;
pub mod isolines;
pub mod lattice;
pub mod layers;
pub mod organs;
pub mod profiles;
pub mod projection;
pub mod raster;
pub mod scale;
pub mod seam;
pub mod slices;
pub mod view;

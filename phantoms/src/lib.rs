//! Bodies and cases that tests, benches and demos run on.
//!
//! [`stylised`] is the published family of bodies by formula, newborn to adult; [`body`] builds on it one that looks
//! like a child; [`voxels`] and [`outlines`] turn it into an image and contours.

pub mod body;
pub mod outlines;
pub mod stylised;
pub mod tanks;
pub mod voxels;

pub use body::{Body, Sex};
pub use stylised::Age;
pub use voxels::Voxels;

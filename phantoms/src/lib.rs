//! Bodies and cases that tests, benches and demos run on.
//!
//! [`stylised`] is the published family of bodies by formula, newborn to adult. [`Body`] is the family beyond it: female
//! and male at every age, height and weight, whose organs weigh what the references say. A body is an ordered list of
//! shapes, each a field that grows until its organ has its volume. [`voxels`] and [`outlines`] turn it into an image and
//! contours.

mod body;
mod cone;
mod curve;
mod error;
mod field;
mod frame;
mod marrow;
mod organs;
mod outline;
pub mod outlines;
mod person;
mod reference;
mod sampling;
pub mod stylised;
pub mod tanks;
pub mod tissue;
pub mod voxels;

pub use body::Body;
pub use error::Error;
pub use marrow::Skeleton;
pub use organs::{Organ, Source};
pub use person::{Arms, Person, Sex};
pub use tissue::Tissue;
pub use voxels::Voxels;

//! From plan and anatomy to the dose of the whole body: `Plan + Anatomy -> Case -> transport -> Dose -> Organs`.
//!
//! [`head`] turns a plan's beams and the machine that gives them into the engine's source; [`monitor`] finds what a
//! monitor unit is worth, by running the engine in the machine's reference condition; [`dose`] runs the components and
//! adds them, with histories shared by [`sharing`], and the surface term of [`electrons`]; [`planned`] sets the planning system's dose beside it. No files here.

pub mod difference;
pub mod dose;
pub mod electrons;
mod error;
pub mod head;
pub mod in_field;
pub mod monitor;
pub mod planned;
pub mod sharing;

pub use dose::{BodyDose, Effort, body_dose};
pub use error::Error;
pub use monitor::{Calibrated, KnownUnits, MonitorUnit, NothingKnown, calibrate};
pub use planned::{Comparison, compare};

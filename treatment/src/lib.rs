//! What a plan means: beams, control points, collimators, machines, in IEC 61217.
//!
//! A [`Plan`] holds [`Beam`]s; a beam is a list of [`ControlPoint`]s with a [`Pose`] between any two of them
//! ([`Beam::at`]); [`segment`] cuts it into pieces that stand still. A [`Machine`] says what the head is made of, and
//! an [`ApertureTable`] puts both together: how much metal a ray crosses. Lengths are millimetres, angles radians.

pub mod aperture;
pub mod beam;
pub mod device;
pub mod electrons;
pub mod error;
pub mod fluence;
pub mod iec61217;
pub mod machine;
pub mod opening;
pub mod plan;
pub mod pose;
pub mod profile;
pub mod rigid;
pub mod segment;
pub mod spectrum;
pub mod synthetic;
pub mod variant;
pub mod wedge;

pub use aperture::ApertureTable;
pub use beam::{Beam, ControlPoint};
pub use device::{DeviceKind, LimitingDevice};
pub use electrons::Electrons;
pub use error::Error;
pub use machine::Machine;
pub use plan::Plan;
pub use pose::Pose;
pub use rigid::Rigid;
pub use segment::Segment;

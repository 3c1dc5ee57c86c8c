//! Transport: photons from the source through collimators and grid, scored along their rays.
//!
//! A *leg* is a photon between two events. Its *ray* is scored to the far end of the grid, each point with the
//! probability that the photon gets there; where the photon itself collides is drawn on the way. Functions here run
//! on the CPU and have twins in WGSL of the same names.

pub mod collide;
pub mod collimation;
pub mod cpu;
mod events;
pub mod grid_walk;
pub mod head;
pub mod history;
pub mod importance;
pub mod leg;
pub mod ray;
pub mod source;
pub mod tally;
pub mod voxel_walk;

//! Photon Monte Carlo for the dose outside the field: `Case -> Deck -> transport -> Tally -> Dose`.
//!
//! A [`case::Case`] says what there is (materials, voxels, collimators, source). A `Deck` is the same in the flat
//! form that both the CPU and the GPU read. `transport` follows photons through it and fills a `Tally` of
//! integers; `Dose` turns the tally into Gy per source photon with its uncertainty.
//!
//! Nothing here reads a file, a clock, the environment or a terminal.

pub mod case;
pub mod coefficients;
pub mod data;
pub mod deck;
pub mod error;
pub mod gpu;
pub mod material;
pub mod physics;
pub mod run;
pub mod spectrum;
pub mod transport;

pub use error::Error;

//! Photon physics as pure functions: data, state and random words in, a value out. Each file has a twin in WGSL.

pub mod bremsstrahlung;
pub mod bremsstrahlung_spectrum;
pub mod compton;
pub mod electron_carry;
pub mod functions;
pub mod lattice;
pub mod pair;
pub mod random;
pub mod rayleigh;
pub mod vector;

/// Rest energy of the electron (MeV), CODATA 2018.
pub const ELECTRON_REST_MEV: f32 = 0.510_998_95;

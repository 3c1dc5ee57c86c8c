//! What a machine file's numbers may be, for its reader and for who writes one.

/// Least and greatest.
pub type Bounds = [f64; 2];

/// Dose of a monitor unit (Gy).
pub const GY_PER_MU: Bounds = [1e-4, 0.1];
/// Extra-focal photons over all.
pub const EXTRA_FOCAL_SHARE: Bounds = [0.0, 0.5];
/// Standard deviation of the extra-focal disc (mm).
pub const EXTRA_FOCAL_SIGMA_MM: Bounds = [0.1, 100.0];
/// Leakage over the open beam.
pub const LEAKAGE_LEVEL: Bounds = [0.0, 0.02];
/// Leakage at an angle over its level.
pub const LEAKAGE_AT_ANGLE: Bounds = [0.0, 100.0];
/// Surface dose of contaminating electrons over the open beam's kerma.
pub const ELECTRONS_LEVEL: Bounds = [0.0, 2.0];

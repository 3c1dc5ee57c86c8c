//! Pair and triplet production: the positron stops where it was born and annihilates there.
//!
//! The kinetic energy E − 2 mₑc² is shared by electron and positron, the electron's part uniform in (0, 1); two photons
//! of mₑc² leave back to back, isotropic. Annihilation in flight (a few per cent of the positrons) and the recoil
//! electron of a triplet are not told apart. Twin: `pair.wgsl`.

use super::functions::{cos_sin_turn, greatest};
use super::vector::{Vec3, vec3};

/// A direction uniform over the sphere, from two uniform numbers.
///
/// ```
/// # use dose_core::physics::pair::isotropic;
/// let up = isotropic(1.0, 0.25);
/// assert!((up.z - 1.0).abs() < 1e-6);
/// ```
#[inline(always)]
pub fn isotropic(u_polar: f32, u_azimuth: f32) -> Vec3 {
    let cos = 2.0 * u_polar - 1.0;
    let sin = greatest(1.0 - cos * cos, 0.0).sqrt();
    let (cos_azimuth, sin_azimuth) = cos_sin_turn(u_azimuth);
    vec3(sin * cos_azimuth, sin * sin_azimuth, cos)
}

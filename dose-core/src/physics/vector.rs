//! Three components and the one rotation that scattering needs. Twin: `vector.wgsl`.

use super::functions::greatest;
use core::ops::{Add, Mul};

/// A point or a direction; the name of the variable says which, and in which space.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Vec3 {
    /// Along x.
    pub x: f32,
    /// Along y.
    pub y: f32,
    /// Along z.
    pub z: f32,
}

/// A vector from its components.
#[inline(always)]
pub const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

impl Add for Vec3 {
    type Output = Vec3;
    #[inline(always)]
    fn add(self, other: Vec3) -> Vec3 {
        vec3(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Vec3;
    #[inline(always)]
    fn mul(self, factor: f32) -> Vec3 {
        vec3(self.x * factor, self.y * factor, self.z * factor)
    }
}

impl Vec3 {
    /// The vector with each component equal to `value`.
    pub const fn splat(value: f32) -> Vec3 {
        vec3(value, value, value)
    }

    /// Sum of the products of the components.
    #[inline(always)]
    pub fn dot(self, other: Vec3) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }
}

impl From<[f64; 3]> for Vec3 {
    fn from(a: [f64; 3]) -> Vec3 {
        vec3(a[0] as f32, a[1] as f32, a[2] as f32)
    }
}

/// A unit direction turned by a polar angle (1 − cos θ given, so that small angles keep their digits) and an azimuth
/// (a fraction of a turn).
///
/// The basis is that of T. Duff et al., "Building an orthonormal basis, revisited", JCGT 6(1), 1 (2017), which has no
/// pole to divide by; one Newton step keeps the length at 1.
#[inline(always)]
pub fn deflected(direction: Vec3, one_minus_cos: f32, cos_azimuth: f32, sin_azimuth: f32) -> Vec3 {
    let cos = 1.0 - one_minus_cos;
    let sin = greatest(one_minus_cos * (2.0 - one_minus_cos), 0.0).sqrt();
    let sign = 1.0f32.copysign(direction.z);
    let a = -1.0 / (sign + direction.z);
    let b = direction.x * direction.y * a;
    let first = vec3(1.0 + sign * direction.x * direction.x * a, sign * b, -sign * direction.x);
    let second = vec3(b, sign + direction.y * direction.y * a, -direction.y);
    let turned = direction * cos + first * (sin * cos_azimuth) + second * (sin * sin_azimuth);
    turned * (1.5 - 0.5 * turned.dot(turned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deflection_keeps_unit_length_and_makes_its_angle() {
        for i in 0..2000u32 {
            let words = crate::physics::random::philox([i, 0, 0, 0], [1, 2]);
            let u: Vec<f32> = words.iter().map(|&w| crate::physics::random::uniform(w)).collect();
            let z = 2.0 * u[0] - 1.0;
            let (c, s) = super::super::functions::cos_sin_turn(u[1]);
            let r = (1.0 - z * z).max(0.0).sqrt();
            let start = vec3(r * c, r * s, z);
            let (ca, sa) = super::super::functions::cos_sin_turn(u[3]);
            let end = deflected(start, 2.0 * u[2], ca, sa);
            assert!((end.dot(end) - 1.0).abs() < 1e-6, "{end:?}");
            assert!((start.dot(end) - (1.0 - 2.0 * u[2])).abs() < 2e-6);
        }
    }
}

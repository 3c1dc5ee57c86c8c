//! A solid: a box, and which of its points belong to it.

use crate::cone::Cone;
use crate::sampling::{box_cm3, point_in};

/// A set of points (cm) that is given by a formula.
pub struct Solid {
    /// Lower and upper bound along x, y, z (cm).
    pub bounds_cm: [[f64; 2]; 3],
    inside: Box<dyn Fn([f64; 3]) -> bool + Send + Sync>,
}

impl Solid {
    /// The points within the bounds for which a formula holds.
    pub fn new(bounds_cm: [[f64; 2]; 3], inside: impl Fn([f64; 3]) -> bool + Send + Sync + 'static) -> Self {
        Self { bounds_cm, inside: Box::new(inside) }
    }

    /// An ellipsoid.
    pub fn ellipsoid(centre_cm: [f64; 3], radii_cm: [f64; 3]) -> Self {
        let bounds_cm = std::array::from_fn(|a| [centre_cm[a] - radii_cm[a], centre_cm[a] + radii_cm[a]]);
        Self::new(bounds_cm, move |p| {
            (0..3).map(|a| ((p[a] - centre_cm[a]) / radii_cm[a]).powi(2)).sum::<f64>() <= 1.0
        })
    }

    /// The points around a straight line, whose radius changes evenly from one end to the other; round ends.
    pub fn cone(from_cm: [f64; 3], to_cm: [f64; 3], radii_cm: [f64; 2]) -> Self {
        let widest = radii_cm[0].max(radii_cm[1]);
        let bounds_cm =
            std::array::from_fn(|a| [from_cm[a].min(to_cm[a]) - widest, from_cm[a].max(to_cm[a]) + widest]);
        let cone = Cone::new(from_cm, to_cm, radii_cm);
        Self::new(bounds_cm, move |p| cone.depth(p) >= 0.0)
    }

    /// Whether a point (cm) belongs to it.
    pub fn contains(&self, point_cm: [f64; 3]) -> bool {
        (0..3).all(|a| (self.bounds_cm[a][0]..=self.bounds_cm[a][1]).contains(&point_cm[a]))
            && (self.inside)(point_cm)
    }

    /// Points of either.
    pub fn or(self, other: Self) -> Self {
        let bounds_cm = std::array::from_fn(|a| {
            let [mine, others] = [self.bounds_cm[a], other.bounds_cm[a]];
            [mine[0].min(others[0]), mine[1].max(others[1])]
        });
        Self::new(bounds_cm, move |p| self.contains(p) || other.contains(p))
    }

    /// Points of this one only.
    pub fn without(self, other: Self) -> Self {
        Self::new(self.bounds_cm, move |p| self.contains(p) && !other.contains(p))
    }

    /// The mirror image on the other side of the patient.
    pub fn mirrored(self) -> Self {
        let [x, y, z] = self.bounds_cm;
        Self::new([[-x[1], -x[0]], y, z], move |p| self.contains([-p[0], p[1], p[2]]))
    }

    /// Volume (cm³), by counting evenly spread points of the bounds.
    ///
    /// The points are the additive recurrence of M. Roberts (2018) with the root of x⁴ = x + 1: a regular lattice would
    /// beat with ribs.
    pub fn volume_cm3(&self, points: u32) -> f64 {
        let inside = (0..points).filter(|n| self.contains(point_in(&self.bounds_cm, *n, 0.0))).count();
        box_cm3(&self.bounds_cm) * inside as f64 / f64::from(points)
    }
}

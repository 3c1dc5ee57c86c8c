//! A field: how far a point is from the heart of a shape, in parts of the shape.
//!
//! A shape is where its field is below a level. Nominally that is 1; a body chooses the level so that the organ has
//! the volume it should have (`body::grow`).

use crate::cone::Cone;
#[cfg(test)]
use crate::stylised::Solid;

/// Up to which level bounds hold a field.
pub(crate) const REACH: f64 = 1.7;

/// A shape that can grow and shrink.
pub(crate) struct Field {
    /// Lower and upper bound along x, y, z of where the field is below [`REACH`] (cm).
    pub bounds_cm: [[f64; 2]; 3],
    at: Box<dyn Fn([f64; 3]) -> f64 + Send + Sync>,
}

impl Field {
    /// A field by formula, with bounds (cm) of where it is below [`REACH`].
    pub fn new(bounds_cm: [[f64; 2]; 3], at: impl Fn([f64; 3]) -> f64 + Send + Sync + 'static) -> Self {
        Self { bounds_cm, at: Box::new(at) }
    }

    /// Value at a point (cm); infinite beyond the bounds.
    pub fn at(&self, p: [f64; 3]) -> f64 {
        if holds(&self.bounds_cm, p) { (self.at)(p) } else { f64::INFINITY }
    }

    /// An ellipsoid.
    pub fn ellipsoid(centre: [f64; 3], radii: [f64; 3]) -> Self {
        let bounds_cm = std::array::from_fn(|a| [centre[a] - REACH * radii[a], centre[a] + REACH * radii[a]]);
        Self::new(bounds_cm, move |p| ellipsoidal(p, centre, radii))
    }

    /// An ellipsoid turned about the z axis through its centre (rad).
    pub fn turned_ellipsoid(centre: [f64; 3], radii: [f64; 3], turn_rad: f64) -> Self {
        let reach = REACH * radii[0].max(radii[1]);
        let [x, y, z] = centre;
        let bounds_cm =
            [[x - reach, x + reach], [y - reach, y + reach], [z - REACH * radii[2], z + REACH * radii[2]]];
        let (sin, cos) = turn_rad.sin_cos();
        Self::new(bounds_cm, move |p| {
            let [dx, dy] = [p[0] - x, p[1] - y];
            ellipsoidal([cos * dx + sin * dy, cos * dy - sin * dx, p[2] - z], [0.0; 3], radii)
        })
    }

    /// A bent tube through points, with a radius at each.
    pub fn tube(points: &[[f64; 3]], radii: &[f64]) -> Self {
        let pieces: Vec<(Cone, [[f64; 2]; 3])> = points
            .windows(2)
            .zip(radii.windows(2))
            .map(|(p, r)| Cone::new(p[0], p[1], [r[0], r[1]]))
            .map(|cone| {
                let box_cm = cone.box_cm(REACH);
                (cone, box_cm)
            })
            .collect();
        let bounds_cm = std::array::from_fn(|a| {
            let boxes = pieces.iter().map(|(_, bounds)| bounds[a]);
            boxes.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], b| [low.min(b[0]), high.max(b[1])])
        });
        Self::new(bounds_cm, move |p| {
            let near = pieces.iter().filter(|(_, bounds)| holds(bounds, p));
            near.map(|(cone, _)| cone.share2(p)).fold(f64::INFINITY, f64::min).sqrt()
        })
    }

    /// The part of it where a condition holds.
    pub fn only(self, keep: impl Fn([f64; 3]) -> bool + Send + Sync + 'static) -> Self {
        Self::new(self.bounds_cm, move |p| if keep(p) { (self.at)(p) } else { f64::INFINITY })
    }

    /// Both shapes, growing together.
    pub fn or(self, other: Self) -> Self {
        let bounds_cm = std::array::from_fn(|a| {
            let [mine, others] = [self.bounds_cm[a], other.bounds_cm[a]];
            [mine[0].min(others[0]), mine[1].max(others[1])]
        });
        Self::new(bounds_cm, move |p| self.at(p).min(other.at(p)))
    }

    /// The mirror image on the other side of the patient.
    pub fn mirrored(self) -> Self {
        let [x, y, z] = self.bounds_cm;
        Self::new([[-x[1], -x[0]], y, z], move |p| self.at([-p[0], p[1], p[2]]))
    }

    /// Drawn out about the origin by a factor along each axis.
    pub fn stretched(self, factors: [f64; 3]) -> Self {
        let bounds_cm = std::array::from_fn(|a| self.bounds_cm[a].map(|x| x * factors[a]));
        Self::new(bounds_cm, move |p| self.at(std::array::from_fn(|a| p[a] / factors[a])))
    }

    /// The shape at a level, as a solid.
    #[cfg(test)]
    pub fn solid(self, level: f64) -> Solid {
        Solid::new(self.bounds_cm, move |p| self.at(p) <= level)
    }
}

/// Whether a box holds a point.
pub(crate) fn holds(bounds_cm: &[[f64; 2]; 3], p: [f64; 3]) -> bool {
    (0..3).all(|a| bounds_cm[a][0] <= p[a] && p[a] <= bounds_cm[a][1])
}

/// Share of an ellipsoid's radius.
pub(crate) fn ellipsoidal(p: [f64; 3], centre: [f64; 3], radii: [f64; 3]) -> f64 {
    (0..3).map(|a| ((p[a] - centre[a]) / radii[a]).powi(2)).sum::<f64>().sqrt()
}

/// Length of a vector in a plane: `hypot` guards against squares that overflow, which costs more than all the rest here.
pub(crate) fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_their_volumes_at_every_level() {
        for level in [0.7, 1.0, 1.5] {
            let ball = Field::turned_ellipsoid([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 0.7).solid(level);
            let expected = 8.0 * std::f64::consts::PI * f64::powi(level, 3);
            assert!((ball.volume_cm3(200_000) / expected - 1.0).abs() < 0.01, "{level}");
        }
        let tube =
            Field::tube(&[[0.0; 3], [0.0, 0.0, 100.0]], &[1.0, 1.0]).stretched([2.0, 1.0, 1.0]).mirrored();
        let expected = 2.0 * std::f64::consts::PI * (100.0 + 4.0 / 3.0);
        assert!((tube.solid(1.0).volume_cm3(400_000) / expected - 1.0).abs() < 0.01);
    }
}

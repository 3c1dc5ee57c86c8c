//! A cone with round ends: a straight piece of a limb or of a tube whose radius changes evenly. Distances are those of a slender cone.

/// A line with a radius at each end (cm).
pub(crate) struct Cone {
    from: [f64; 3],
    axis: [f64; 3],
    /// One over the square of its length; 0 if it has none.
    per_length2: f64,
    radii: [f64; 2],
}

impl Cone {
    pub fn new(from: [f64; 3], to: [f64; 3], radii: [f64; 2]) -> Self {
        let axis: [f64; 3] = std::array::from_fn(|a| to[a] - from[a]);
        let length2: f64 = axis.iter().map(|c| c * c).sum();
        Self { from, axis, per_length2: if length2 > 0.0 { 1.0 / length2 } else { 0.0 }, radii }
    }

    /// Square of the distance of a point from the line, and the radius there.
    fn at(&self, p: [f64; 3]) -> [f64; 2] {
        let to: [f64; 3] = std::array::from_fn(|a| p[a] - self.from[a]);
        let along: f64 = (0..3).map(|a| to[a] * self.axis[a]).sum();
        let share = (along * self.per_length2).clamp(0.0, 1.0);
        let away2 = (0..3).map(|a| (to[a] - share * self.axis[a]).powi(2)).sum();
        [away2, self.radii[0] + share * (self.radii[1] - self.radii[0])]
    }

    /// Square of the distance from the line as a share of the radius there.
    pub fn share2(&self, p: [f64; 3]) -> f64 {
        let [away2, radius] = self.at(p);
        away2 / (radius * radius)
    }

    /// Lower and upper corner of a box around all points that are up to so many radii from the line (cm).
    pub fn box_cm(&self, radii: f64) -> [[f64; 2]; 3] {
        std::array::from_fn(|a| {
            let ends = [0, 1].map(|end| self.from[a] + f64::from(end) * self.axis[a]);
            let far = radii * self.radii[0].max(self.radii[1]);
            [ends[0].min(ends[1]) - far, ends[0].max(ends[1]) + far]
        })
    }

    /// How deep a point lies in it (cm); negative outside.
    pub fn depth(&self, p: [f64; 3]) -> f64 {
        let [away2, radius] = self.at(p);
        radius - away2.sqrt()
    }
}

//! How the beam changes off its axis: the energy fluence of the open beam, and how much softer it is.

use serde::Deserialize;

/// Energy fluence of the open beam off the axis, relative to the axis, by the distance from the axis in a plane 100 cm from
/// the source: what a small field off the axis gives, whatever its photons' energy.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Profile {
    /// `1 + slope · r`, constant beyond `to_mm`.
    Linear {
        /// Growth (per mm).
        slope_per_mm: f64,
        /// Where it ends (mm).
        to_mm: f64,
    },
    /// `exp(−(r/radius)²)`: the cone of a filter-free beam.
    Gaussian {
        /// Where it has fallen to 1/e (mm).
        radius_mm: f64,
    },
    /// `1 + ρ² (h0 + h1 ρ + h2 ρ² + h3 ρ³ + h4 ρ⁴)`, ρ = r/z the tangent of the off-axis angle, at least 0.5: the
    /// horn of XVMC's beam model.
    Horn {
        /// h0..h4.
        h: [f64; 5],
    },
    /// Straight lines between points of (mm, relative energy fluence), constant beyond the last.
    Table {
        /// Distances in rising order, the first 0.
        points: Vec<[f64; 2]>,
    },
}

/// Distance from the source of the plane in which [`Profile`] counts distances (mm).
const PLANE_MM: f64 = 1000.0;

impl Profile {
    /// Relative energy fluence at this tangent of the angle off the axis.
    pub fn relative_energy_fluence(&self, tangent: f64) -> f64 {
        let r_mm = tangent * PLANE_MM;
        match self {
            Profile::Linear { slope_per_mm, to_mm } => 1.0 + slope_per_mm * r_mm.min(*to_mm),
            Profile::Gaussian { radius_mm } => (-(r_mm / radius_mm).powi(2)).exp(),
            Profile::Horn { h } => {
                let sum = h.iter().rev().fold(0.0, |sum, h| sum * tangent + h);
                (1.0 + tangent * tangent * sum).max(0.5)
            }
            Profile::Table { points } => {
                let points: Vec<_> = points.iter().map(|&[x, y]| (x, y)).collect();
                interpolate(&points, r_mm)
            }
        }
    }

    /// Why this is no profile, if it is none.
    pub(crate) fn fault(&self) -> Option<String> {
        match self {
            Profile::Linear { slope_per_mm, to_mm } => {
                let good = to_mm.is_finite() && *to_mm > 0.0 && 1.0 + slope_per_mm * to_mm > 0.0;
                (!good).then(|| "the line falls below 0 or has no end".into())
            }
            Profile::Gaussian { radius_mm } => {
                let good = radius_mm.is_finite() && *radius_mm > 0.0;
                (!good).then(|| format!("radius_mm is {radius_mm} and must be positive"))
            }
            Profile::Horn { h } => {
                (!h.iter().all(|h| h.is_finite())).then(|| "a coefficient is no number".into())
            }
            Profile::Table { points } => {
                let rises = points.windows(2).all(|pair| pair[1][0] > pair[0][0]);
                let good = rises
                    && points.first().is_some_and(|first| first[0] == 0.0)
                    && points.iter().all(|[x, y]| x.is_finite() && y.is_finite() && *y > 0.0);
                (!good).then(|| "points must start at 0, rise, and have positive fluence".into())
            }
        }
    }
}

/// How much softer the primary beam is off its axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Softening {
    /// R. C. Tailor et al., Med Phys 25, 662 (1998), as XVMC has it: any linac.
    #[serde(rename = "tailor-1998")]
    Tailor1998,
    /// M. K. Yu et al., Med Phys 24, 233 (1997), as XVMC has it: Varian.
    #[serde(rename = "yu-1997")]
    Yu1997,
}

impl Softening {
    /// Attenuation in water of the beam at this tangent of the angle off the axis, relative to the axis.
    ///
    /// ```text
    /// Tailor: 1 + 0.00181 θ + 0.00202 θ² − 0.0000942 θ³     θ in degrees, at most 14.7
    /// Yu:     1 + 0.0028952772 r + 2.4845996e-4 r²          r in cm at 100 cm, angle at most 14 degrees
    /// ```
    ///
    /// ```
    /// # use treatment::profile::Softening;
    /// assert!((Softening::Tailor1998.relative_attenuation(0.1) - 1.059).abs() < 0.001); // 10 cm off the axis
    /// ```
    pub fn relative_attenuation(self, tangent: f64) -> f64 {
        match self {
            Softening::Tailor1998 => {
                let theta = tangent.atan().to_degrees().min(14.7);
                1.0 + theta * (0.00181 + theta * (0.00202 - theta * 0.0000942))
            }
            Softening::Yu1997 => {
                let r_cm = 100.0 * tangent.min(14f64.to_radians().tan());
                1.0 + r_cm * (0.0028952772 + r_cm * 2.4845996e-4)
            }
        }
    }

    /// By how much energies off the axis are lower: E(θ) = E₀ · this, this = (attenuation ratio)^(−1/0.45), with the inverse on
    /// the number of photons, so that their energy fluence stays (XVMC's beam model: attenuation goes as E^−0.45).
    pub fn energy_factor(self, tangent: f64) -> f64 {
        self.relative_attenuation(tangent).powf(-1.0 / 0.45)
    }
}

/// Straight lines between points of rising x; the first and last value beyond.
pub(crate) fn interpolate(points: &[(f64, f64)], x: f64) -> f64 {
    let above = points.partition_point(|point| point.0 <= x);
    match (above.checked_sub(1).map(|i| points[i]), points.get(above)) {
        (Some((x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
        (Some((_, y)), None) => y,
        (None, Some(&(_, y))) => y,
        (None, None) => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ratios computed from the same formulas when they were collected, at 5, 10, 15, 20 cm from the axis.
    #[test]
    fn softening_matches_its_published_ratios() {
        let tailor = [1.020, 1.059, 1.104, 1.143];
        let yu = [1.021, 1.054, 1.099, 1.157];
        for (i, r) in [0.05, 0.10, 0.15, 0.20].into_iter().enumerate() {
            let got = Softening::Tailor1998.relative_attenuation(r);
            assert!((got - tailor[i]).abs() < 0.0011, "Tailor at {r}: {got}, not {}", tailor[i]);
            let got = Softening::Yu1997.relative_attenuation(r);
            assert!((got - yu[i]).abs() < 0.0011, "Yu at {r}: {got}, not {}", yu[i]);
        }
    }

    #[test]
    fn softening_stops_at_its_last_measured_angle() {
        let edge = 14.7f64.to_radians().tan();
        let [at, beyond] = [edge, 2.0 * edge].map(|t| Softening::Tailor1998.relative_attenuation(t));
        assert_eq!(at, beyond);
        assert!(Softening::Tailor1998.energy_factor(edge) < 0.8);
    }

    #[test]
    fn profiles_are_one_on_the_axis_and_follow_their_form() {
        let horn = Profile::Horn { h: [2.0, 0.0, 0.0, 0.0, 1.0] };
        assert!((horn.relative_energy_fluence(0.1) - (1.0 + 0.01 * (2.0 + 1e-4))).abs() < 1e-12);
        let table = Profile::Table { points: vec![[0.0, 1.0], [100.0, 1.06], [140.0, 1.08]] };
        assert!((table.relative_energy_fluence(0.12) - 1.07).abs() < 1e-12);
        assert_eq!(table.relative_energy_fluence(0.5), 1.08);
        let cone = Profile::Gaussian { radius_mm: 195.0 };
        assert!((cone.relative_energy_fluence(0.195) - (-1f64).exp()).abs() < 1e-12);
        let line = Profile::Linear { slope_per_mm: 6.5e-4, to_mm: 200.0 };
        assert!((line.relative_energy_fluence(0.3) - 1.13).abs() < 1e-12);
        for profile in [&horn, &table, &cone, &line] {
            assert_eq!(profile.relative_energy_fluence(0.0), 1.0);
            assert_eq!(profile.fault(), None);
        }
    }
}

//! Electrons that leave the head with the photons, and what they add below the skin: a surface term, as planning systems have it.
//!
//! Flattening filter, monitor chamber, collimators and above all the air set them free. Air scatters them, so that they fill the
//! opening and a margin of some centimetres around it: at 2 MeV, the mean energy of a Halcyon's (4.3e-4 of them a photon), 60 cm of air
//! alone. None is followed: the term is `level · seen(opening) · left(depth)`.

use crate::opening::Rectangle;

/// The surface term of a beam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Electrons {
    /// Their dose to water at the surface, in the isocentre and in a field without end, over the open beam's kerma in water
    /// there, free in air.
    pub level: f64,
    /// Standard deviation of the margin by which they reach beyond the opening, in the isocentre plane (mm).
    pub sigma_mm: f64,
    /// How their dose falls with depth in water (1/mm).
    pub fall_per_mm: f64,
    /// Depth in water where it ends (mm).
    pub range_mm: f64,
}

impl Electrons {
    /// Their dose at a depth in water (mm) over that at the surface: an exponential that is led to 0 where they end.
    pub fn left(&self, depth_mm: f64) -> f64 {
        if depth_mm >= self.range_mm {
            return 0.0;
        }
        let at = |mm: f64| (-self.fall_per_mm * mm).exp();
        (at(depth_mm.max(0.0)) - at(self.range_mm)) / (1.0 - at(self.range_mm))
    }

    /// Share of them that an opening lets through to a place in the isocentre plane (mm): 1 if all is open.
    pub fn seen(&self, open: &[Rectangle], [x_mm, y_mm]: [f64; 2]) -> f64 {
        let of = |one: &Rectangle| self.between(one.x_mm, x_mm) * self.between(one.y_mm, y_mm);
        open.iter().map(of).sum()
    }

    /// Share of a Gaussian around a place that lies between two edges (mm).
    pub fn between(&self, edges_mm: [f64; 2], at_mm: f64) -> f64 {
        let [from, to] = edges_mm.map(|edge| {
            let away = (edge - at_mm) / (std::f64::consts::SQRT_2 * self.sigma_mm);
            libm::erf(away)
        });
        0.5 * (to - from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERM: Electrons = Electrons { level: 0.27, sigma_mm: 62.0, fall_per_mm: 0.13, range_mm: 22.0 };

    fn square(full_mm: f64) -> Vec<Rectangle> {
        let half = 0.5 * full_mm;
        // In strips, as leaves make it.
        let strip = |y: f64| Rectangle { x_mm: [-half, half], y_mm: [y, y + 0.1 * full_mm] };
        (0..10).map(|i| strip(-half + 0.1 * full_mm * f64::from(i))).collect()
    }

    /// Level and width are from these numbers: 5 × 5 comes out 1.0 below their range, the others within 0.6.
    /// 6 MV, per cent of the maximum: literature range of surface doses, PMC7810143 table 4, as `docs/methods/plans.md` lists it.
    #[test]
    fn surface_doses_of_open_fields_are_the_published_ones() {
        // Photons alone in 0.07 mm of water, a run of ours; with the field as the first millimetre's grows.
        let photons = |full_mm: f64| 6.2 * (1.0 + 4e-4 * (full_mm - 50.0));
        for (full_mm, [least, most]) in [
            (50.0, [9.9, 12.0]),
            (100.0, [15.6, 18.0]),
            (150.0, [21.5, 22.0]),
            (200.0, [23.0, 28.1]),
            (250.0, [30.9, 32.4]),
        ] {
            let percent = photons(full_mm) + 100.0 * TERM.level * TERM.seen(&square(full_mm), [0.0; 2]);
            assert!(percent > least - 1.1 && percent < most + 1.1, "{full_mm} mm: {percent}");
        }
    }

    #[test]
    fn a_field_without_end_is_seen_whole_and_its_edge_by_half() {
        assert!((TERM.seen(&square(1e5), [0.0; 2]) - 1.0).abs() < 1e-12);
        assert!((TERM.seen(&square(1e5), [5e4, 0.0]) - 0.5).abs() < 1e-12);
        assert_eq!(TERM.seen(&[], [0.0; 2]), 0.0);
    }

    #[test]
    fn the_term_falls_from_the_surface_to_its_end_and_is_none_beyond() {
        assert_eq!((TERM.left(0.0), TERM.left(22.0), TERM.left(300.0)), (1.0, 0.0, 0.0));
        let depths: Vec<f64> = (0..=22).map(|mm| TERM.left(f64::from(mm))).collect();
        assert!(depths.windows(2).all(|pair| pair[1] < pair[0]), "{depths:?}");
        // (exp(-1.3) - exp(-2.86)) / (1 - exp(-2.86))
        assert!((TERM.left(10.0) - 0.228_34).abs() < 1e-5, "{}", TERM.left(10.0));
    }
}

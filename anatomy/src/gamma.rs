//! Comparison of two doses by the gamma index.

use crate::Error;
use crate::sampling::linear_at_index;
use rayon::prelude::*;
use volume::Image;

/// What counts as agreement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Criteria {
    /// Dose difference, as a share of `global_gy` (0.03 is 3 %).
    pub dose_share: f64,
    /// Distance to agreement (mm).
    pub distance_mm: f64,
    /// The dose that shares are taken of (Gy); `None`: the reference's maximum.
    pub global_gy: Option<f64>,
    /// Reference voxels below this share of the global dose are not compared.
    pub threshold_share: f64,
    /// Gamma is searched up to this and cut off there.
    pub most: f64,
}

impl Criteria {
    /// 3 % of the maximum, 3 mm, above 10 %.
    pub const THREE_PERCENT_THREE_MM: Self =
        Self { dose_share: 0.03, distance_mm: 3.0, global_gy: None, threshold_share: 0.1, most: 2.0 };
}

/// Steps of the search in a distance to agreement: the dose between voxels is interpolated, and with ten steps gamma is
/// too large by a few hundredths at most.
const STEPS: i32 = 10;

/// Gamma of the voxels that were compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Gamma {
    /// Voxel of the reference (i fastest) and its gamma, cut off at [`Criteria::most`].
    pub voxels: Vec<(usize, f32)>,
}

impl Gamma {
    /// Share of the compared voxels with gamma up to 1; `None` if none was compared.
    pub fn pass_share(&self) -> Option<f64> {
        let passed = self.voxels.iter().filter(|(_, gamma)| *gamma <= 1.0).count();
        (!self.voxels.is_empty()).then(|| passed as f64 / self.voxels.len() as f64)
    }

    /// Mean gamma; `None` if none was compared.
    pub fn mean(&self) -> Option<f64> {
        let sum: f64 = self.voxels.iter().map(|(_, gamma)| f64::from(*gamma)).sum();
        (!self.voxels.is_empty()).then(|| sum / self.voxels.len() as f64)
    }
}

/// Compares a dose with a reference:
///
/// ```text
/// gamma(r) = min over r' of sqrt( |r' - r|² / distance² + (D(r') - D_ref(r))² / (share · D_global)² )
/// ```
/// D. A. Low et al., Med. Phys. 25, 656 (1998), in three dimensions, with the evaluated dose interpolated on points a
/// tenth of the distance apart. The grids may differ in everything. Reference voxels outside the evaluated grid are not
/// compared.
///
/// # Errors
/// [`Error::Length`] if an image's values are not one for each voxel.
pub fn compare(reference: &Image<f32>, evaluated: &Image<f32>, criteria: &Criteria) -> Result<Gamma, Error> {
    for (what, image) in [("reference dose", reference), ("evaluated dose", evaluated)] {
        let voxels = image.grid.shape.iter().product();
        if image.values.len() != voxels {
            return Err(Error::Length { what, given: image.values.len(), voxels });
        }
    }
    let highest = || reference.values.iter().copied().filter(|dose| dose.is_finite()).fold(0.0, f32::max);
    let global_gy = criteria.global_gy.unwrap_or_else(|| f64::from(highest()));
    let search = Search::new(evaluated, criteria, criteria.dose_share * global_gy);
    let threshold_gy = criteria.threshold_share * global_gy;
    let gamma = |voxel: usize| {
        let dose_gy = f64::from(reference.values[voxel]);
        if !(dose_gy >= threshold_gy && dose_gy > 0.0 && dose_gy.is_finite()) {
            return None;
        }
        let index = evaluated.grid.index_of(reference.grid.centre_mm(reference.grid.voxel(voxel)));
        Some((voxel, search.gamma_at(index, dose_gy)? as f32))
    };
    Ok(Gamma { voxels: (0..reference.values.len()).into_par_iter().filter_map(gamma).collect() })
}

/// The points around a voxel that are tried, nearest first.
struct Search<'a> {
    evaluated: &'a Image<f32>,
    /// Square of distance over distance to agreement, and the offset in voxels of the evaluated grid.
    offsets: Vec<(f64, [f64; 3])>,
    per_difference_gy: f64,
    most: f64,
}

impl<'a> Search<'a> {
    fn new(evaluated: &'a Image<f32>, criteria: &Criteria, difference_gy: f64) -> Self {
        let most = if criteria.most.is_finite() { criteria.most.clamp(1.0, 5.0) } else { 2.0 };
        let reach = (most * f64::from(STEPS)).ceil() as i32;
        let steps = move || -reach..=reach;
        let grid = &evaluated.grid;
        let cube = steps().flat_map(|z| steps().flat_map(move |y| steps().map(move |x| [x, y, z])));
        let mut offsets: Vec<(f64, [f64; 3])> = cube
            .map(|step| {
                let square = step.iter().map(|n| f64::from(n * n)).sum::<f64>() / f64::from(STEPS * STEPS);
                let mm = step.map(|n| f64::from(n) * criteria.distance_mm / f64::from(STEPS));
                let along =
                    |a: usize| (0..3).map(|c| mm[c] * grid.axes[a][c]).sum::<f64>() / grid.spacing_mm[a];
                (square, std::array::from_fn(along))
            })
            .filter(|(square, _)| *square <= most * most)
            .collect();
        offsets.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { evaluated, offsets, per_difference_gy: 1.0 / difference_gy, most }
    }

    /// Gamma of a reference dose at an index of the evaluated grid; `None` outside it.
    fn gamma_at(&self, index: [f64; 3], dose_gy: f64) -> Option<f64> {
        linear_at_index(self.evaluated, index)?;
        let mut least = self.most * self.most;
        for (square, offset) in &self.offsets {
            if *square >= least {
                break;
            }
            let point = std::array::from_fn(|a| index[a] + offset[a]);
            if let Some(value) = linear_at_index(self.evaluated, point) {
                let difference = (value - dose_gy) * self.per_difference_gy;
                let candidate = square + difference * difference;
                // A comparison with NaN is false: such points do not count.
                if candidate < least {
                    least = candidate;
                }
            }
        }
        Some(least.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume::OrientedGrid;

    fn dose(spacing_mm: f64, origin_mm: f64, shape: usize, gy: impl Fn([f64; 3]) -> f64) -> Image<f32> {
        let grid = OrientedGrid {
            origin_mm: [origin_mm; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [spacing_mm; 3],
            shape: [shape; 3],
        };
        let centre = |n: usize| grid.centre_mm(grid.voxel(n));
        Image { grid, values: (0..shape.pow(3)).map(|n| gy(centre(n)) as f32).collect() }
    }

    /// A slope along x of `per_mm` (Gy/mm) around 5 Gy.
    fn slope(per_mm: f64) -> impl Fn([f64; 3]) -> f64 {
        move |p| 5.0 + per_mm * p[0]
    }

    #[test]
    fn a_constant_difference_is_gamma_in_dose() {
        let criteria = Criteria { global_gy: Some(10.0), ..Criteria::THREE_PERCENT_THREE_MM };
        let gamma =
            compare(&dose(3.0, -15.0, 11, |_| 5.0), &dose(3.0, -15.0, 11, |_| 5.15), &criteria).unwrap();
        assert_eq!(gamma.voxels.len(), 1331);
        assert!(gamma.voxels.iter().all(|(_, gamma)| (gamma - 0.5).abs() < 1e-3));
    }

    #[test]
    fn a_shifted_slope_has_the_gamma_of_geometry() {
        // Shift s (mm) on a slope g (Gy/mm): the nearest point of the line in units of 3 mm and 0.3 Gy is
        // (s g / 0.3) / sqrt(1 + (3 g / 0.3)²) away.
        let criteria = Criteria { global_gy: Some(10.0), ..Criteria::THREE_PERCENT_THREE_MM };
        for (per_mm, shift_mm) in [(0.05, 2.0), (0.2, 2.0), (0.4, 3.5), (0.4, 1.0)] {
            let reference = dose(2.5, -10.0, 9, slope(per_mm));
            let evaluated = dose(2.0, -20.0, 21, |p| slope(per_mm)([p[0] - shift_mm, p[1], p[2]]));
            let expected = (shift_mm * per_mm / 0.3) / (1.0f64 + (per_mm * 10.0).powi(2)).sqrt();
            let gamma = compare(&reference, &evaluated, &criteria).unwrap();
            for (_, gamma) in &gamma.voxels {
                let gamma = f64::from(*gamma);
                assert!(
                    gamma > expected - 1e-4 && gamma < expected + 0.03,
                    "{per_mm} {shift_mm}: {gamma} {expected}"
                );
            }
            assert_eq!(gamma.pass_share(), Some(if expected <= 1.0 { 1.0 } else { 0.0 }));
        }
    }

    #[test]
    fn low_doses_and_what_lies_outside_are_not_compared() {
        let reference = dose(3.0, 0.0, 4, |p| if p[0] < 4.0 { 10.0 } else { 0.9 });
        let evaluated = dose(3.0, 0.0, 2, |_| 10.0);
        let gamma = compare(&reference, &evaluated, &Criteria::THREE_PERCENT_THREE_MM).unwrap();
        assert_eq!(gamma.voxels.len(), 8);
        assert_eq!(
            compare(&evaluated, &dose(3.0, 99.0, 2, |_| 1.0), &Criteria::THREE_PERCENT_THREE_MM)
                .unwrap()
                .pass_share(),
            None
        );
    }

    #[test]
    fn doses_that_are_no_numbers_fail_or_are_left_out() {
        let number = dose(3.0, 0.0, 3, |_| 1.0);
        let none = dose(3.0, 0.0, 3, |_| f64::NAN);
        let criteria = Criteria::THREE_PERCENT_THREE_MM;
        assert_eq!(compare(&number, &none, &criteria).unwrap().pass_share(), Some(0.0));
        assert_eq!(compare(&none, &number, &criteria).unwrap().pass_share(), None);
    }
}

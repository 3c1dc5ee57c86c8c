//! What a variant of a plan changes in the field.

use crate::Error;
use anatomy::gamma::{Criteria, compare as gamma};
use volume::Image;

/// The field is where the given plan's dose is above this share of its reference dose.
pub const ABOVE: f64 = 0.5;

/// How the dose of a variant compares with that of the given plan inside the given plan's 50 % isodose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InField {
    /// Voxels of the field.
    pub voxels: usize,
    /// Mean dose over that of the given plan, by volume.
    pub mean_ratio: f64,
    /// Share of the voxels with gamma (3 % of the reference dose, 3 mm) up to 1, nothing scaled.
    pub gamma_pass_share: f64,
}

/// Compares two doses of one patient; `None` where the given plan has no field. `reference_gy` is what the given plan's isodoses are
/// parts of. Statistical noise of both doses counts as difference.
///
/// # Errors
/// An image does not fit its grid.
pub fn in_field(
    given: &Image<f32>,
    variant: &Image<f32>,
    reference_gy: f64,
) -> Result<Option<InField>, Error> {
    let threshold_gy = ABOVE * reference_gy;
    let (mut sums, mut voxels) = ([0.0; 2], 0);
    for (at, &dose) in given.values.iter().enumerate() {
        if !(f64::from(dose) >= threshold_gy && dose > 0.0) {
            continue;
        }
        let centre = given.grid.centre_mm(given.grid.voxel(at));
        if let Some(other) = variant.linear_at(centre).filter(|dose| dose.is_finite()) {
            sums[0] += f64::from(dose);
            sums[1] += other;
            voxels += 1;
        }
    }
    if voxels == 0 {
        return Ok(None);
    }
    let criteria = Criteria {
        global_gy: Some(reference_gy),
        threshold_share: ABOVE,
        most: 1.01,
        ..Criteria::THREE_PERCENT_THREE_MM
    };
    let pass = gamma(given, variant, &criteria)?.pass_share();
    let mean_ratio = sums[1] / sums[0];
    Ok(pass.map(|gamma_pass_share| InField { voxels, mean_ratio, gamma_pass_share }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume::OrientedGrid;

    /// A ball of 20 mm with a penumbra, in the middle or beside it (mm), and its dose.
    fn ball(beside_mm: f64, gy: f64) -> Image<f32> {
        let grid = OrientedGrid {
            origin_mm: [-39.0; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [2.0; 3],
            shape: [40; 3],
        };
        let value = |at: usize| {
            let [x, y, z] = grid.centre_mm(grid.voxel(at));
            let r = ((x - beside_mm).powi(2) + y * y + z * z).sqrt();
            (gy / (1.0 + ((r - 20.0) / 2.0).exp())) as f32
        };
        let values = (0..grid.shape.iter().product()).map(value).collect();
        Image { grid, values }
    }

    #[test]
    fn more_dose_is_a_ratio_and_another_place_a_gamma() {
        let given = ball(0.0, 50.0);
        let more = in_field(&given, &ball(0.0, 51.0), 50.0).unwrap().unwrap();
        assert!((more.mean_ratio - 1.02).abs() < 1e-6 && more.gamma_pass_share == 1.0, "{more:?}");
        // A ball of 20 mm radius: 33.5 cm³.
        assert!((more.voxels as f64 * 0.008 - 33.5).abs() < 1.0, "{more:?}");
        let much = in_field(&given, &ball(0.0, 55.0), 50.0).unwrap().unwrap();
        assert!((much.mean_ratio - 1.1).abs() < 1e-6 && much.gamma_pass_share < 0.6, "{much:?}");
        let beside = in_field(&given, &ball(6.0, 50.0), 50.0).unwrap().unwrap();
        assert!(beside.gamma_pass_share < 0.9 && beside.mean_ratio < 0.99, "{beside:?}");
        assert_eq!(in_field(&given, &given, 200.0).unwrap(), None);
    }
}

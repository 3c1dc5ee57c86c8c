//! What a variant of a plan changes in the field.

use crate::Error;
use anatomy::gamma::{Criteria, compare as gamma};
use volume::Image;

/// The field is where the given plan's dose is above this share of its reference dose, as a mean over each voxel and its
/// neighbours: of voxels chosen by their own dose those would be too many that are high by chance, and any other run would
/// seem lower.
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
    let mut field = Image { grid: given.grid, values: vec![f32::NAN; given.values.len()] };
    let (mut sums, mut voxels) = ([0.0; 2], 0);
    for (at, mean) in around(given).into_iter().enumerate() {
        let dose = given.values[at];
        if !(f64::from(mean) >= threshold_gy && mean > 0.0 && dose.is_finite()) {
            continue;
        }
        field.values[at] = dose;
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
        threshold_share: 0.0,
        most: 1.01,
        ..Criteria::THREE_PERCENT_THREE_MM
    };
    let pass = gamma(&field, variant, &criteria)?.pass_share();
    let mean_ratio = sums[1] / sums[0];
    Ok(pass.map(|gamma_pass_share| InField { voxels, mean_ratio, gamma_pass_share }))
}

/// The mean of each voxel and its neighbours (3 × 3 × 3, fewer at the edges).
fn around(dose: &Image<f32>) -> Vec<f32> {
    let shape = dose.grid.shape;
    let strides = [1, shape[0], shape[0] * shape[1]];
    let mut values = dose.values.clone();
    for axis in 0..3 {
        let old = values.clone();
        for (at, value) in values.iter_mut().enumerate() {
            let place = at / strides[axis] % shape[axis];
            let (mut sum, mut count) = (old[at], 1.0);
            if place > 0 {
                sum += old[at - strides[axis]];
                count += 1.0;
            }
            if place + 1 < shape[axis] {
                sum += old[at + strides[axis]];
                count += 1.0;
            }
            *value = sum / count;
        }
    }
    values
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
        // A ball of 20 mm radius has 33.5 cm³; the mean over neighbours takes a quarter of a millimetre from a round edge.
        assert!((more.voxels as f64 * 0.008 - 32.3).abs() < 0.3, "{more:?}");
        let much = in_field(&given, &ball(0.0, 55.0), 50.0).unwrap().unwrap();
        // Gamma found by hand along the radius is above 1 within 13.1 mm of the middle: 0.72 to 0.74 of the voxels pass, by where
        // among these two the field's edge lies.
        assert!((much.mean_ratio - 1.1).abs() < 1e-6, "{much:?}");
        assert!((much.gamma_pass_share - 0.73).abs() < 0.02, "{much:?}");
        let beside = in_field(&given, &ball(6.0, 50.0), 50.0).unwrap().unwrap();
        assert!(beside.gamma_pass_share < 0.9 && beside.mean_ratio < 0.99, "{beside:?}");
        assert_eq!(in_field(&given, &given, 200.0).unwrap(), None);
    }

    /// Noise of a run must not make any other run of the same plan seem lower (or higher).
    #[test]
    fn noise_does_not_change_the_mean() {
        let noisy = |seed: u32| {
            let mut state = seed;
            let mut image = ball(0.0, 50.0);
            for value in &mut image.values {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let uniform = f64::from(state >> 8) / f64::from(1 << 24) - 0.5;
                *value *= (1.0 + 0.5 * uniform) as f32; // 14 % of each voxel
            }
            image
        };
        let ratios: Vec<f64> = (0..8)
            .map(|n| in_field(&noisy(2 * n + 1), &noisy(2 * n + 2), 50.0).unwrap().unwrap().mean_ratio)
            .collect();
        let mean = ratios.iter().sum::<f64>() / 8.0;
        // Chosen by their own dose the voxels' mean ratio is 0.98.
        assert!((mean - 1.0).abs() < 0.005, "{ratios:?}");
    }
}

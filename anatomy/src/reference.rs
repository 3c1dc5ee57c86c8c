//! The dose that isodoses are parts of: the highest mean over a small cube, where one voxel's maximum is mostly noise.

use volume::Image;

/// Half the edge of the cube, up to half a voxel (mm): an edge of about a centimetre.
const REACH_MM: f64 = 5.0;
/// Share of the cube that must be the patient's for its mean to count.
const LEAST_FILLED: f64 = 0.5;

/// The reference dose of an estimate and the cube that it is the mean of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReferenceDose {
    /// The dose (Gy); 0 if there is none anywhere.
    pub gy: f64,
    /// Edges of the cube (mm).
    pub cube_mm: [f64; 3],
}

impl ReferenceDose {
    /// The highest mean dose of a cube of voxels, by mass:
    ///
    /// ```text
    /// max over cubes of  sum(body · density · dose) / sum(body · density)
    /// ```
    /// The cube reaches 5 mm from its middle voxel's centre, rounded to whole voxels and at least one: 12 mm across for
    /// voxels of 4 mm (27 of them). The greatest dose of N voxels with relative error s lies about s · sqrt(2 ln N) above the
    /// truth, 3 to 4 s; the mean of n voxels brings that down by sqrt(n). Cubes less than half in the patient do not
    /// count, unless there is no other. `body` is the share of each voxel that is the patient, `density_g_cm3` its density.
    ///
    /// # Panics
    /// If `body` or `density_g_cm3` has another length than the image.
    pub fn of(dose: &Image<f32>, body: &[f32], density_g_cm3: &[f32]) -> Self {
        let shape = dose.grid.shape;
        assert!(body.len() == dose.values.len() && density_g_cm3.len() == dose.values.len());
        let reach = dose.grid.spacing_mm.map(|mm| ((REACH_MM / mm).round() as usize).max(1));
        let cube_mm = std::array::from_fn(|a| (2 * reach[a] + 1) as f64 * dose.grid.spacing_mm[a]);
        let voxels = reach.iter().map(|reach| (2 * reach + 1) as f64).product::<f64>();
        let sums = |value: &dyn Fn(usize) -> f32| {
            let mut values: Vec<f32> = (0..dose.values.len()).map(value).collect();
            (0..3).for_each(|axis| sum_along(&mut values, shape, axis, reach[axis]));
            values
        };
        let counts = |at: usize| dose.values[at].is_finite() && body[at] > 0.0;
        let mass = |at: usize| if counts(at) { body[at] * density_g_cm3[at] } else { 0.0 };
        let [energy, mass, filled] = [
            sums(&|at| if counts(at) { mass(at) * dose.values[at] } else { 0.0 }),
            sums(&mass),
            sums(&|at| if counts(at) { body[at] } else { 0.0 }),
        ];
        let highest = |least: f64| {
            let means = (0..mass.len()).filter(|at| body[*at] > 0.0 && f64::from(filled[*at]) >= least);
            means.filter(|at| mass[*at] > 0.0).map(|at| f64::from(energy[at] / mass[at])).reduce(f64::max)
        };
        let gy = highest(LEAST_FILLED * voxels).or_else(|| highest(0.0)).unwrap_or(0.0);
        Self { gy, cube_mm }
    }
}

/// Replaces each value by the sum of those up to `reach` away along an axis.
fn sum_along(values: &mut [f32], shape: [usize; 3], axis: usize, reach: usize) {
    let stride: usize = shape[..axis].iter().product();
    let length = shape[axis];
    let mut before = vec![0.0f64; length + 1];
    for start in (0..values.len()).filter(|at| (at / stride).is_multiple_of(length)) {
        for n in 0..length {
            before[n + 1] = before[n] + f64::from(values[start + n * stride]);
        }
        for n in 0..length {
            let [from, to] = [n.saturating_sub(reach), (n + reach + 1).min(length)];
            values[start + n * stride] = (before[to] - before[from]) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume::OrientedGrid;

    fn image(spacing_mm: f64, shape: [usize; 3], value: impl Fn([usize; 3]) -> f32) -> Image<f32> {
        let grid = OrientedGrid {
            origin_mm: [0.0; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [spacing_mm; 3],
            shape,
        };
        Image { grid, values: (0..grid.len()).map(|at| value(grid.voxel(at).0)).collect() }
    }

    #[test]
    fn one_noisy_voxel_does_not_move_the_reference() {
        let dose = image(4.0, [9, 8, 7], |at| if at == [4, 4, 4] { 90.0 } else { 60.0 });
        let body = vec![1.0; dose.values.len()];
        let reference = ReferenceDose::of(&dose, &body, &body);
        assert!((reference.gy - (60.0 + 30.0 / 27.0)).abs() < 1e-4, "{}", reference.gy);
        assert_eq!(reference.cube_mm, [12.0; 3]);
    }

    #[test]
    fn the_cube_is_about_a_centimetre_whatever_the_voxels() {
        for (voxel_mm, cube_mm) in [(1.0, 11.0), (2.5, 12.5), (3.0, 15.0), (5.0, 15.0), (8.0, 24.0)] {
            let dose = image(voxel_mm, [3; 3], |_| 1.0);
            assert_eq!(ReferenceDose::of(&dose, &[1.0; 27], &[1.0; 27]).cube_mm, [cube_mm; 3]);
        }
    }

    #[test]
    fn voxels_count_by_mass_and_the_skin_does_not_make_the_reference() {
        // A sliver of body at one edge, and a layer of air with a wild dose at the other.
        let dose = image(4.0, [7, 7, 7], |[x, ..]| [9.0, 0.0, 2.0, 2.0, 2.0, 2.0, 80.0][x]);
        let body: Vec<f32> = dose.values.iter().map(|gy| if *gy == 9.0 { 0.01 } else { 1.0 }).collect();
        let density: Vec<f32> = dose.values.iter().map(|gy| if *gy == 80.0 { 0.001 } else { 1.0 }).collect();
        let reference = ReferenceDose::of(&dose, &body, &density);
        assert!((reference.gy - (2.0 + 78.0 * 0.001 / 2.001)).abs() < 0.05, "{}", reference.gy);
    }

    #[test]
    fn noise_lifts_the_reference_far_less_than_the_greatest_voxel() {
        // 60 Gy in a sphere, 5 % noise from a sum of hashed uniforms.
        let noise = |at: [usize; 3]| {
            let hash = |n: u64| {
                // SplitMix64's output function (Steele, Lea, Flood 2014).
                let key = (at[0] + 41 * at[1] + 1681 * at[2]) as u64 * 12 + n + 1;
                let z = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
                ((z ^ z >> 31) >> 40) as f64 / (1u64 << 24) as f64
            };
            (0..12).map(hash).sum::<f64>() - 6.0
        };
        let inside = |at: [usize; 3]| at.iter().map(|n| (*n as f64 - 20.0).powi(2)).sum::<f64>() < 100.0;
        let dose =
            image(4.0, [41; 3], |at| if inside(at) { (60.0 * (1.0 + 0.05 * noise(at))) as f32 } else { 1.0 });
        let ones = vec![1.0; dose.values.len()];
        let greatest = dose.values.iter().copied().fold(0.0, f32::max);
        let reference = ReferenceDose::of(&dose, &ones, &ones).gy;
        assert!(greatest > 60.0 * 1.12, "{greatest}");
        assert!(reference > 60.0 && reference < 60.0 * 1.05, "{reference}");
    }

    #[test]
    fn without_dose_or_patient_it_is_nothing() {
        let dose = image(4.0, [4; 3], |_| f32::NAN);
        assert_eq!(ReferenceDose::of(&dose, &[1.0; 64], &[1.0; 64]).gy, 0.0);
        let dose = image(4.0, [4; 3], |_| 5.0);
        assert_eq!(ReferenceDose::of(&dose, &[0.0; 64], &[1.0; 64]).gy, 0.0);
        assert_eq!(ReferenceDose::of(&dose, &[0.1; 64], &[1.0; 64]).gy, 5.0);
    }
}

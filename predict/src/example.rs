//! Virtual lesions whose texture follows their infiltration, to learn on: made up, without clinical meaning.
//!
//! Links that are put in, and nothing else: the more infiltrated a lesion (0 to 1), the finer its texture and the brighter the
//! rim around it. Volumes, numbers of lesions, ages, sites and cancers are drawn without looking at it.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

/// Voxels of an image along x, y, z.
pub const SHAPE: [usize; 3] = [54, 26, 22];
/// Edge of a voxel (mm).
pub const SPACING_MM: f64 = 2.0;
/// Most lesions of a patient.
pub const MOST_LESIONS: usize = 3;

/// A virtual patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Patient {
    /// Image (HU), x fastest.
    pub image: Vec<f32>,
    /// Which lesion each voxel belongs to, from 1; 0 for none.
    pub mask: Vec<f32>,
    /// Its lesions.
    pub lesions: Vec<Lesion>,
    /// Years.
    pub age: f64,
    /// `F` or `M`, drawn without looking at anything.
    pub sex: &'static str,
    /// Tube voltage (kV).
    pub kvp: f64,
    /// Whether it responded: likelier the more its least infiltrated lesion is infiltrated.
    pub response: bool,
    /// Time to progression or end of observation (months).
    pub months: f64,
    /// Whether progression was seen.
    pub progressed: bool,
}

/// A virtual lesion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lesion {
    /// Radius (mm).
    pub radius_mm: f64,
    /// What the texture follows, 0 to 1.
    pub infiltration: f64,
    /// What a pathologist would have counted: the infiltration with an error of 0.08.
    pub cd8: f64,
}

/// The patient of a number; the same seed and number give the same patient.
pub fn patient(seed: u64, number: u64) -> Patient {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    random.set_stream(number);
    let level = 1.2 * normal(&mut random);
    let count = random.random_range(1..=MOST_LESIONS);
    let lesions: Vec<Lesion> = (0..count)
        .map(|_| {
            let infiltration = 1.0 / (1.0 + (-(level + 0.8 * normal(&mut random))).exp());
            Lesion {
                radius_mm: random.random_range(5.5..14.0),
                infiltration,
                cd8: (infiltration + 0.08 * normal(&mut random)).clamp(0.0, 1.0),
            }
        })
        .collect();
    let least = lesions.iter().map(|lesion| lesion.infiltration).fold(1.0, f64::min);
    let response = random.random::<f64>() < 1.0 / (1.0 + (-8.0 * (least - 0.4)).exp());
    let hazard_per_month = 0.12 * (-3.0 * (least - 0.4)).exp();
    let event = -(1.0 - random.random::<f64>()).ln() / hazard_per_month;
    let end = random.random_range(6.0..36.0);
    let (image, mask) = drawn(&lesions, &mut random);
    Patient {
        image,
        mask,
        lesions,
        age: (62.0 + 11.0 * normal(&mut random)).clamp(25.0, 90.0).round(),
        sex: if random.random::<bool>() { "F" } else { "M" },
        kvp: if random.random::<f64>() < 0.3 { 100.0 } else { 120.0 },
        response,
        months: event.min(end).max(0.1),
        progressed: event <= end,
    }
}

/// Image and mask.
fn drawn(lesions: &[Lesion], random: &mut ChaCha12Rng) -> (Vec<f32>, Vec<f32>) {
    let voxels: usize = SHAPE.iter().product();
    let mut image: Vec<f64> = smooth(random, 1.5).iter().map(|value| 30.0 + 12.0 * value).collect();
    let mut mask = vec![0.0; voxels];
    for (n, lesion) in lesions.iter().enumerate() {
        // Finer with more infiltration.
        let texture = smooth(random, 0.5 + 1.5 * (1.0 - lesion.infiltration));
        let centre = [36.0 * (n as f64 + 0.5), 26.0, 22.0];
        // An ellipsoid with a random stretch along each axis.
        let radii: [f64; 3] = std::array::from_fn(|_| lesion.radius_mm * random.random_range(0.85..1.15));
        for place in 0..voxels {
            let at = [place % SHAPE[0], place / SHAPE[0] % SHAPE[1], place / (SHAPE[0] * SHAPE[1])];
            let offset: [f64; 3] = std::array::from_fn(|a| (at[a] as f64 + 0.5) * SPACING_MM - centre[a]);
            let reach = (0..3).map(|a| (offset[a] / radii[a]).powi(2)).sum::<f64>().sqrt();
            // Distance from the surface along the ray from the centre (mm).
            let away_mm = (reach - 1.0) * lesion.radius_mm;
            if away_mm <= 0.0 {
                image[place] = 70.0 + 25.0 * texture[place];
                mask[place] = (n + 1) as f32;
            } else if away_mm <= 4.0 && mask[place] == 0.0 {
                image[place] += 30.0 * lesion.infiltration;
            }
        }
    }
    let noisy = image.iter().map(|value| (value + 8.0 * normal(random)).round() as f32).collect();
    (noisy, mask)
}

/// A field of unit variance, smoothed by a Gaussian of this width (voxels) along each axis.
fn smooth(random: &mut ChaCha12Rng, sigma: f64) -> Vec<f64> {
    let voxels: usize = SHAPE.iter().product();
    let mut field: Vec<f64> = (0..voxels).map(|_| normal(random)).collect();
    let reach = (3.0 * sigma).ceil() as isize;
    let kernel: Vec<f64> = (-reach..=reach).map(|d| (-0.5 * (d as f64 / sigma).powi(2)).exp()).collect();
    // White noise through weights w keeps the variance Σ w².
    let norm = kernel.iter().map(|w| w * w).sum::<f64>().sqrt();
    for axis in 0..3 {
        let (n, stride) = (SHAPE[axis] as isize, SHAPE[..axis].iter().product::<usize>());
        let old = field.clone();
        for (place, value) in field.iter_mut().enumerate() {
            let at = (place / stride) as isize % n;
            let start = place - at as usize * stride;
            // The field goes on periodically.
            *value = (-reach..=reach)
                .zip(&kernel)
                .map(|(d, w)| w * old[start + (at + d).rem_euclid(n) as usize * stride])
                .sum::<f64>()
                / norm;
        }
    }
    field
}

/// A standard normal number (Box and Muller).
fn normal(random: &mut ChaCha12Rng) -> f64 {
    let [u, v]: [f64; 2] = [random.random(), random.random()];
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patient_has_its_number_and_its_lesions_their_volume() {
        let one = patient(1, 5);
        assert_eq!(one, patient(1, 5));
        assert_ne!(one.image, patient(1, 6).image);
        assert_ne!(one.image, patient(2, 5).image);
        for (n, lesion) in one.lesions.iter().enumerate() {
            let voxels = one.mask.iter().filter(|label| **label == (n + 1) as f32).count() as f64;
            let ball = 4.0 / 3.0 * std::f64::consts::PI * lesion.radius_mm.powi(3) / SPACING_MM.powi(3);
            assert!(voxels > 0.5 * ball && voxels < 1.6 * ball, "{voxels} {ball}");
        }
    }

    #[test]
    fn fields_have_unit_variance() {
        let mut random = ChaCha12Rng::seed_from_u64(3);
        let field = smooth(&mut random, 1.0);
        let variance = field.iter().map(|value| value * value).sum::<f64>() / field.len() as f64;
        assert!((variance - 1.0).abs() < 0.15, "{variance}");
    }
}

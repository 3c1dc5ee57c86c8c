//! From CT numbers to tissue: mass density and elemental composition.

mod schneider;
mod user_table;

use crate::Error;
use dose_core::case::MaterialId;
use dose_core::material::Material;
use schneider::{FIRST_METAL_HU, RAMP, TISSUES};

/// Air around the patient: first of the materials, with the density of ESTAR's dry air (g/cm³).
pub const AIR: Tissue = Tissue { material: MaterialId(0), density_g_cm3: 0.001_204_79 };

/// CT numbers are looked up between these (HU); those beyond are taken for the nearest.
const LOOK_UP_HU: [i32; 2] = [-1024, 32767];

/// A relative density this close to 1 is a planner's word for water.
const WATER_WITHIN: f64 = 0.005;

/// What fills a voxel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tissue {
    /// Its composition, as a place in [`Calibration::materials`].
    pub material: MaterialId,
    /// Its density (g/cm³).
    pub density_g_cm3: f32,
}

/// A scanner's calibration: the tissue of each CT number.
#[derive(Clone, Debug)]
pub struct Calibration {
    materials: Vec<Material>,
    /// Tissue of each whole CT number from the first of [`LOOK_UP_HU`] up to where the last one goes on for ever.
    tissues: Vec<Tissue>,
}

impl Calibration {
    /// The stoichiometric calibration of Schneider, Bortfeld and Schlegel, Phys. Med. Biol. 45, 459 (2000).
    ///
    /// Its density ramp falls by 3.9 % between 100 and 101 HU; here it is bridged from 80 to 200 HU. From 2995 HU on a
    /// voxel is titanium.
    ///
    /// ```
    /// # use anatomy::Calibration;
    /// let calibration = Calibration::schneider();
    /// assert!((calibration.tissue(0.0).density_g_cm3 - 1.018).abs() < 1e-4);
    /// assert!((calibration.tissue(1000.0).density_g_cm3 - 1.609).abs() < 1e-4);
    /// assert_eq!(calibration.material(calibration.tissue(-700.0)).name, "lung");
    /// ```
    pub fn schneider() -> Self {
        Self::tabulate(FIRST_METAL_HU, |hu| {
            let density_g_cm3 =
                if hu < FIRST_METAL_HU { on_ramp(RAMP, f64::from(hu)) } else { TITANIUM_G_CM3 };
            (tissue_number(hu), density_g_cm3)
        })
    }

    /// A user's own densities; compositions are those that the published calibration has at the same density.
    ///
    /// `points` are CT number (HU) and density (g/cm³), both rising. Below the first and above the last point the
    /// density stays the same.
    ///
    /// # Errors
    /// [`Error::Calibration`] names the row.
    pub fn from_points(points: &[[f64; 2]]) -> Result<Self, Error> {
        user_table::check(points)?;
        let last_hu = points[points.len() - 1][0].clamp(f64::from(LOOK_UP_HU[0]), f64::from(LOOK_UP_HU[1]));
        Ok(Self::tabulate(last_hu.ceil() as i32, |hu| {
            let density_g_cm3 = on_ramp(points, f64::from(hu));
            (composition_of_density(density_g_cm3), density_g_cm3)
        }))
    }

    /// As [`Calibration::from_points`], from text with the columns `hu` and `density_g_cm3`.
    ///
    /// # Errors
    /// [`Error::Calibration`] names the row or column.
    pub fn from_csv(text: &str) -> Result<Self, Error> {
        Self::from_points(&user_table::from_csv(text)?)
    }

    /// As [`Calibration::from_points`], from text with one `[[point]]` for each pair of `hu` and `density_g_cm3`.
    ///
    /// # Errors
    /// [`Error::Calibration`] names the row or key.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        Self::from_points(&user_table::from_toml(text)?)
    }

    /// All materials that a tissue may name.
    pub fn materials(&self) -> &[Material] {
        &self.materials
    }

    /// The material of a tissue.
    pub fn material(&self, tissue: Tissue) -> &Material {
        &self.materials[usize::from(tissue.material.0)]
    }

    /// The tissue of a CT number (HU); what is no number is air.
    pub fn tissue(&self, hu: f32) -> Tissue {
        // A cast of NaN gives 0: it must not become soft tissue.
        if hu.is_nan() {
            return AIR;
        }
        let place = (hu - LOOK_UP_HU[0] as f32).clamp(0.0, (self.tissues.len() - 1) as f32);
        let below = place as usize;
        let above = (below + 1).min(self.tissues.len() - 1);
        let share = place - below as f32;
        let [low, high] = [below, above].map(|n| self.tissues[n]);
        let material = if share < 0.5 { low.material } else { high.material };
        Tissue {
            material,
            density_g_cm3: low.density_g_cm3 + share * (high.density_g_cm3 - low.density_g_cm3),
        }
    }

    /// The tissue that a planner means by a density relative to water: water if it is 1, else what the published
    /// calibration has at that density, or metal.
    ///
    /// ```
    /// # use anatomy::Calibration;
    /// let calibration = Calibration::schneider();
    /// assert_eq!(calibration.material(calibration.of_density(1.0)).name, "water");
    /// assert_eq!(calibration.material(calibration.of_density(8.0)).name, "steel");
    /// ```
    pub fn of_density(&self, density_g_cm3: f64) -> Tissue {
        let material = if (density_g_cm3 - 1.0).abs() <= WATER_WITHIN {
            MaterialId(WATER as u8)
        } else {
            composition_of_density(density_g_cm3)
        };
        Tissue { material, density_g_cm3: density_g_cm3.max(f64::from(AIR.density_g_cm3)) as f32 }
    }

    fn tabulate(last_hu: i32, composition_and_density: impl Fn(i32) -> (MaterialId, f64)) -> Self {
        let tissue = |hu: i32| {
            let (material, density_g_cm3) = composition_and_density(hu);
            Tissue { material, density_g_cm3: density_g_cm3 as f32 }
        };
        Self { materials: materials(), tissues: (LOOK_UP_HU[0]..=last_hu).map(tissue).collect() }
    }
}

/// Places of the materials after the published classes.
const TITANIUM: usize = TISSUES.len();
const WATER: usize = TISSUES.len() + 1;
const STEEL: usize = TISSUES.len() + 2;

/// Density of titanium in the extended ramp (g/cm³).
const TITANIUM_G_CM3: f64 = 4.54;

/// Denser than this is an alloy of titanium or heavier metal, not bone or tooth (g/cm³): the end of the published ramp.
const BONE_AT_MOST_G_CM3: f64 = 2.7;

/// Denser than this is steel or like it (g/cm³): halfway between titanium and steel.
const TITANIUM_AT_MOST_G_CM3: f64 = 6.3;

fn materials() -> Vec<Material> {
    let classes = TISSUES.iter().enumerate().map(|(n, tissue)| {
        let fractions: Vec<(u8, f64)> =
            tissue.percent.iter().map(|(z, percent)| (*z, percent / 100.0)).collect();
        let next_hu = TISSUES.get(n + 1).map_or(1601, |next| next.first_hu);
        let middle_hu = f64::from(tissue.first_hu + next_hu) / 2.0;
        Material::new(tissue.name, on_ramp(RAMP, middle_hu), &fractions).expect("a test makes them all")
    });
    let others =
        ["titanium", "water", "steel"].map(|name| Material::named(name).expect("a material of the library"));
    classes.chain(others).collect()
}

/// The class of a CT number (HU).
fn tissue_number(hu: i32) -> MaterialId {
    if hu >= FIRST_METAL_HU {
        return MaterialId(TITANIUM as u8);
    }
    let number = TISSUES.iter().rposition(|tissue| tissue.first_hu <= hu).unwrap_or(0);
    MaterialId(number as u8)
}

fn composition_of_density(density_g_cm3: f64) -> MaterialId {
    if density_g_cm3 > TITANIUM_AT_MOST_G_CM3 {
        MaterialId(STEEL as u8)
    } else if density_g_cm3 > BONE_AT_MOST_G_CM3 {
        MaterialId(TITANIUM as u8)
    } else {
        tissue_number(hu_of_density(density_g_cm3).round() as i32)
    }
}

/// The CT number (HU) at which the published calibration has a density (g/cm³).
///
/// ```
/// # use anatomy::{calibration::hu_of_density, Calibration};
/// let hu = hu_of_density(1.06);
/// assert!((Calibration::schneider().tissue(hu as f32).density_g_cm3 - 1.06).abs() < 1e-4);
/// ```
pub fn hu_of_density(density_g_cm3: f64) -> f64 {
    let above = RAMP.partition_point(|point| point[1] <= density_g_cm3);
    if above == 0 {
        return RAMP[0][0];
    }
    let Some(&[hu_above, density_above]) = RAMP.get(above) else { return RAMP[RAMP.len() - 1][0] };
    let [hu, density] = RAMP[above - 1];
    hu + (hu_above - hu) * (density_g_cm3 - density) / (density_above - density)
}

/// Density (g/cm³) on straight pieces between points that rise in HU.
fn on_ramp(points: &[[f64; 2]], hu: f64) -> f64 {
    let above = points.partition_point(|point| point[0] <= hu);
    if above == 0 {
        return points[0][1];
    }
    let Some(&[hu_above, density_above]) = points.get(above) else { return points[points.len() - 1][1] };
    let [hu_below, density_below] = points[above - 1];
    density_below + (density_above - density_below) * (hu - hu_below) / (hu_above - hu_below)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published ramp, piece by piece.
    fn published_g_cm3(hu: i32) -> f64 {
        let h = f64::from(hu);
        match hu {
            ..=-99 => 0.00121 + 0.001_029_700_665_188 * (1000.0 + h),
            -98..=14 => 1.018 + 0.000893 * h,
            15..=22 => 1.03,
            23..=100 => 1.003 + 0.001169 * h,
            101..=2000 => 1.017 + 0.000592 * h,
            2001..=2994 => 2.201 + 0.0005 * (h - 2000.0),
            2995.. => 4.54,
        }
    }

    #[test]
    fn densities_are_the_published_ones_but_for_the_bridged_jump() {
        let calibration = Calibration::schneider();
        for hu in -1000..3100 {
            let density = f64::from(calibration.tissue(hu as f32).density_g_cm3);
            let tolerance = if (81..200).contains(&hu) { 0.026 } else { 0.001 };
            assert!((density / published_g_cm3(hu) - 1.0).abs() < tolerance, "{hu} HU: {density}");
        }
    }

    #[test]
    fn density_never_falls_with_ct_number() {
        let calibration = Calibration::schneider();
        let densities: Vec<f32> =
            (-1100..3200).map(|hu| calibration.tissue(hu as f32).density_g_cm3).collect();
        assert!(densities.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn every_class_begins_where_it_was_published() {
        let calibration = Calibration::schneider();
        let name = |hu: f32| calibration.material(calibration.tissue(hu)).name.as_str();
        assert_eq!(
            [-2000.0, -951.0, -950.0, -121.0, -120.0].map(name),
            ["air", "air", "lung", "lung", "adipose-gland-1"]
        );
        assert_eq!(
            [18.0, 19.0, 79.4, 79.6].map(name),
            ["adipose-gland-5", "soft-tissue", "soft-tissue", "connective-tissue"]
        );
        assert_eq!(
            [1500.0, 2994.0, 2995.0, 1e9].map(name),
            ["marrow-bone-15", "marrow-bone-15", "titanium", "titanium"]
        );
    }

    #[test]
    fn published_compositions_add_to_one_hundred_percent() {
        for tissue in TISSUES {
            let sum: f64 = tissue.percent.iter().map(|(_, percent)| percent).sum();
            assert!((sum - 100.0).abs() < 0.21, "{} adds to {sum}", tissue.name);
        }
        assert!(materials().len() <= 256);
    }

    #[test]
    fn density_and_ct_number_are_inverse() {
        for density_g_cm3 in [0.01, 0.26, 0.95, 1.02, 1.05, 1.12, 1.4, 1.9, 2.5] {
            let back = on_ramp(RAMP, hu_of_density(density_g_cm3));
            assert!((back - density_g_cm3).abs() < 1e-9, "{density_g_cm3} {back}");
        }
    }

    #[test]
    fn a_users_table_gives_density_and_the_composition_of_that_density() {
        let text = "hu,density_g_cm3\n-1000,0.001\n0,1.0\n1000,1.6\n3000,2.5\n";
        let calibration = Calibration::from_csv(text).expect("a table");
        assert!((calibration.tissue(500.0).density_g_cm3 - 1.3).abs() < 1e-6);
        assert_eq!(calibration.material(calibration.tissue(500.0)).name, "marrow-bone-04");
        assert!((calibration.tissue(9000.0).density_g_cm3 - 2.5).abs() < 1e-6);
        let toml = "[[point]]\nhu = -1000\ndensity_g_cm3 = 0.001\n[[point]]\nhu = 0.0\ndensity_g_cm3 = 1.0\n";
        assert!(
            (Calibration::from_toml(toml).expect("a table").tissue(-500.0).density_g_cm3 - 0.5005).abs()
                < 1e-4
        );
    }

    #[test]
    fn what_is_no_number_is_air() {
        let calibration = Calibration::schneider();
        assert_eq!(calibration.tissue(f32::NAN), AIR);
        assert_eq!(calibration.tissue(f32::NEG_INFINITY).material, AIR.material);
    }
}

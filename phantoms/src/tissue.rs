//! What organs are made of, as a scanner would show it.

use crate::Person;
use crate::reference::{Masses, between};

/// A tissue of a body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tissue {
    /// Its name.
    pub name: &'static str,
    /// Mass density (g/cm³).
    pub density_g_cm3: f64,
    /// CT number (HU) at which the calibration of Schneider, Bortfeld and Schlegel (2000), as the crate `anatomy` has it,
    /// finds that density again.
    pub hu: f32,
}

const fn tissue(name: &'static str, density_g_cm3: f64, hu: f32) -> Tissue {
    Tissue { name, density_g_cm3, hu }
}

// Lung: Cristy and Eckerman, ORNL/TM-8381. Others: ICRU 44 and 46, from memory, unverified.
/// Air around the body and in its airways.
pub const AIR: Tissue = tissue("air", 0.0012, -1000.0);
/// Lung with its blood and air.
pub const LUNG: Tissue = tissue("lung", 0.296, -714.0);
/// Fat.
pub const ADIPOSE: Tissue = tissue("adipose", 0.95, -76.0);
/// Glands, urine, bile and chyme.
pub const GLAND: Tissue = tissue("gland", 1.03, 23.0);
/// Breast: fat and gland.
pub const BREAST: Tissue = tissue("breast", 0.98, -42.0);
/// Brain, spinal cord, walls of stomach and bowel.
pub const SOFT: Tissue = tissue("soft-tissue", 1.04, 32.0);
/// Muscle, kidney, pancreas.
pub const MUSCLE: Tissue = tissue("muscle", 1.05, 40.0);
/// Blood, liver, heart, spleen.
pub const BLOOD: Tissue = tissue("blood", 1.06, 49.0);
/// Eye lens.
pub const LENS: Tissue = tissue("eye-lens", 1.07, 57.0);
/// Skin.
pub const SKIN: Tissue = tissue("skin", 1.09, 74.0);
/// Cartilage.
pub const CARTILAGE: Tissue = tissue("cartilage", 1.10, 91.0);
/// Teeth: dentine.
pub const TEETH: Tissue = tissue("teeth", 1.95, 1576.0);

/// Density of cortical bone at the ages of the tables (g/cm³): adults after ICRU 46, children from memory, unverified.
const CORTICAL_G_CM3: [f64; 6] = [1.65, 1.70, 1.75, 1.80, 1.85, 1.92];
/// Densities of active and inactive marrow (g/cm³): ICRU 46, from memory, unverified.
pub(crate) const MARROW_G_CM3: [f64; 2] = [1.03, 0.98];

/// Hard bone at an age.
pub fn cortical(age_years: f64) -> Tissue {
    let (low, share) = between(age_years);
    let [from, to] = [CORTICAL_G_CM3[low], CORTICAL_G_CM3[low + 1]];
    bone("cortical-bone", from + share * (to - from))
}

/// Trabeculae with the marrow between them: as dense as their reference masses make them together.
pub fn spongiosa(person: &Person) -> Tissue {
    let masses = Masses::of(person);
    let parts = [
        (masses.get("trabecular bone"), cortical(person.age_years()).density_g_cm3),
        (masses.get("active marrow"), MARROW_G_CM3[0]),
        (masses.get("inactive marrow"), MARROW_G_CM3[1]),
    ];
    let grams: f64 = parts.iter().map(|(grams, _)| grams).sum();
    bone("spongiosa", grams / parts.iter().map(|(grams, density)| grams / density).sum::<f64>())
}

/// Bone of a density above 1.14 g/cm³, with its CT number: the ramp from 200 HU on, and the one that bridges 80 to 200 HU.
fn bone(name: &'static str, density_g_cm3: f64) -> Tissue {
    let ramp = (density_g_cm3 - 1.017) / 0.000_592;
    let [low, high] = [1.003 + 0.001_169 * 80.0, 1.017 + 0.000_592 * 200.0];
    let bridge = 80.0 + 120.0 * (density_g_cm3 - low) / (high - low);
    tissue(name, density_g_cm3, if ramp > 200.0 { ramp } else { bridge } as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sex;
    use anatomy::Calibration;

    #[test]
    fn every_ct_number_reads_back_as_its_tissue() {
        let calibration = Calibration::schneider();
        let mut tissues = vec![
            (AIR, "air"),
            (LUNG, "lung"),
            (ADIPOSE, "adipose-gland-2"),
            (BREAST, "adipose-gland-3"),
            (GLAND, "soft-tissue"),
            (SOFT, "soft-tissue"),
            (MUSCLE, "soft-tissue"),
            (BLOOD, "soft-tissue"),
            (LENS, "soft-tissue"),
            (SKIN, "soft-tissue"),
            (CARTILAGE, "connective-tissue"),
            (TEETH, "marrow-bone-15"),
        ];
        for age in [0.0, 0.5, 1.0, 5.0, 8.0, 10.0, 15.0, 40.0] {
            let person = Person::reference(age, Sex::Male).expect("an age");
            tissues.extend([(cortical(age), "marrow-bone"), (spongiosa(&person), "marrow-bone-0")]);
        }
        for (tissue, material) in tissues {
            let read = calibration.tissue(tissue.hu);
            assert!(calibration.material(read).name.starts_with(material), "{tissue:?}: {read:?}");
            let density = f64::from(read.density_g_cm3);
            let tolerance = if tissue == AIR { 0.01 } else { 0.001 };
            assert!((density / tissue.density_g_cm3 - 1.0).abs() < tolerance, "{tissue:?}: {density}");
        }
    }
}

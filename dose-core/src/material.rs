//! Materials: elemental composition by mass and nominal density.

mod compositions;

use crate::data::{self, Z_MAX};
use crate::error::Error;

/// A mixture of elements.
#[derive(Clone, Debug, PartialEq)]
pub struct Material {
    /// Name as the user wrote it.
    pub name: String,
    /// Nominal density (g/cm³); a voxel may have another.
    pub density_g_cm3: f64,
    /// Atomic number and mass fraction, fractions adding to 1, each element once, ascending.
    pub mass_fractions: Vec<(u8, f64)>,
}

/// How far the mass fractions may be from adding to 1 before they are taken for a mistake.
const SUM_TOLERANCE: f64 = 0.02;

impl Material {
    /// A mixture from mass fractions, normalised to add to 1.
    ///
    /// ```
    /// # use dose_core::material::Material;
    /// let steel = Material::new("steel", 7.8, &[(26, 0.98), (6, 0.02)])?;
    /// assert_eq!(steel.mass_fractions, [(6, 0.02), (26, 0.98)]);
    /// assert!(Material::new("steel", 7.8, &[(26, 0.5)]).is_err());
    /// # Ok::<(), dose_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Refused`] names the material and the element: density not positive, element without data or given
    /// twice, fraction not positive, or a sum more than 2 % from 1.
    pub fn new(name: &str, density_g_cm3: f64, mass_fractions: &[(u8, f64)]) -> Result<Self, Error> {
        let refuse = |what: &str, why: String, remedy: &str| Error::Refused {
            what: format!("material {name:?}, {what}"),
            why,
            remedy: remedy.into(),
        };
        if !(density_g_cm3.is_finite() && density_g_cm3 > 0.0) {
            let why = format!("{density_g_cm3} is not a positive density");
            return Err(refuse("density_g_cm3", why, "give it in g/cm3"));
        }
        let mut sorted = mass_fractions.to_vec();
        sorted.sort_by_key(|(z, _)| *z);
        for (i, &(z, fraction)) in sorted.iter().enumerate() {
            if z == 0 || z > Z_MAX {
                let why = format!("there are data for Z = 1 to {Z_MAX} only");
                return Err(refuse(&format!("Z = {z}"), why, "leave the element out or replace it"));
            }
            let key = format!("mass fraction of {}", data::symbol(z));
            if !(fraction.is_finite() && fraction > 0.0) {
                let why = format!("{fraction} is not positive");
                return Err(refuse(&key, why, "give a fraction between 0 and 1, or leave the element out"));
            }
            if i > 0 && sorted[i - 1].0 == z {
                return Err(refuse(&key, "it is given twice".into(), "add the two fractions"));
            }
        }
        let sum = sorted.iter().fold(0.0, |sum, (_, fraction)| sum + fraction);
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            let why = format!("they add to {sum:.4}, more than {SUM_TOLERANCE} from 1");
            return Err(refuse("mass fractions", why, "give the whole composition by mass"));
        }
        sorted.iter_mut().for_each(|(_, fraction)| *fraction /= sum);
        Ok(Self { name: name.into(), density_g_cm3, mass_fractions: sorted })
    }

    /// A material of the built-in list, `None` for a name that is not in [`Material::names`].
    ///
    /// ```
    /// # use dose_core::material::Material;
    /// let water = Material::named("water").unwrap();
    /// assert!((water.mass_fractions[0].1 - 0.1119).abs() < 1e-4); // hydrogen
    /// assert!(Material::named("unobtainium").is_none());
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        let known = compositions::ALL.iter().find(|composition| composition.name == name)?;
        Some(Self::new(known.name, known.density_g_cm3, known.mass_fractions).expect("a test makes them all"))
    }

    /// Names that [`Material::named`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        compositions::ALL.iter().map(|composition| composition.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_material_can_be_made_and_its_fractions_add_to_one() {
        for name in Material::names() {
            let material = Material::named(name).expect("named");
            let sum: f64 = material.mass_fractions.iter().map(|(_, fraction)| fraction).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{name}");
            let raw = compositions::ALL.iter().find(|c| c.name == name).expect("listed").mass_fractions;
            let raw_sum: f64 = raw.iter().map(|(_, fraction)| fraction).sum();
            assert!((raw_sum - 1.0).abs() < 2e-3, "{name} as published adds to {raw_sum}");
        }
    }

    #[test]
    fn a_bad_composition_is_refused_by_element() {
        let message = |fractions: &[(u8, f64)]| Material::new("x", 1.0, fractions).unwrap_err().to_string();
        assert!(message(&[(1, 0.1), (8, f64::NAN)]).contains("mass fraction of O"));
        assert!(message(&[(1, -0.1), (8, 1.1)]).contains("mass fraction of H"));
        assert!(message(&[(8, 0.5), (8, 0.5)]).contains("given twice"));
        assert!(message(&[(93, 1.0)]).contains("Z = 93"));
        assert!(message(&[(0, 1.0)]).contains("Z = 0"));
        assert!(message(&[(8, 0.97)]).contains("add to 0.97"));
        assert!(message(&[]).contains("add to 0"));
        for density in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Material::new("x", density, &[(8, 1.0)]).unwrap_err().to_string().contains("density"));
        }
    }
}

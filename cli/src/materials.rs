//! The materials of a case: those that the program knows and those of the case file.

use crate::case_builder::MaterialUse;
use crate::case_file::MaterialTable;
use crate::checks::{Checks, Vacuum, suggestion};
use crate::exit::Failure;
use dose_core::case::MaterialId;
use dose_core::material::Material;
use std::collections::BTreeMap;

/// How far mass fractions may be from adding to 1; published tables are rounded to three digits.
const FRACTIONS_TOLERANCE: f64 = 1.0e-3;

/// Most materials of a case; the engine numbers them with 8 bits.
const MOST_MATERIALS: u8 = u8::MAX;

/// Materials by name; each that is used gets an identity.
#[derive(Debug)]
pub struct Materials {
    own: BTreeMap<String, Material>,
    used: Vec<Material>,
}

impl Materials {
    /// Checks every `[material.NAME]`, whether it is used or not.
    pub fn new(tables: &BTreeMap<String, MaterialTable>, checks: &Checks) -> Result<Materials, Failure> {
        let mut own = BTreeMap::new();
        for (name, table) in tables {
            own.insert(name.clone(), material(name, table, checks)?);
        }
        Ok(Materials { own, used: Vec::new() })
    }

    /// The material that a key names.
    pub fn named(&mut self, name: &str, key: &str, checks: &Checks) -> Result<(MaterialId, f64), Failure> {
        if let Some(place) = self.used.iter().position(|material| material.name == name) {
            return Ok((MaterialId(place as u8), self.used[place].density_g_cm3));
        }
        let Some(mut material) = self.own.get(name).cloned().or_else(|| Material::named(name)) else {
            let mut known: Vec<String> = Material::names().map(String::from).collect();
            known.extend(self.own.keys().cloned());
            return Err(checks.refuse(
                key,
                format!("there is no material {name:?}"),
                format!("{}; or define it with [material.{name}]", suggestion(name, &known)),
            ));
        };
        let Some(place) = u8::try_from(self.used.len()).ok().filter(|&n| n < MOST_MATERIALS) else {
            return Err(checks.refuse(
                key,
                format!("a case can use at most {MOST_MATERIALS} materials"),
                "one material with several densities",
            ));
        };
        material.name = name.to_owned();
        let density_g_cm3 = material.density_g_cm3;
        self.used.push(material);
        Ok((MaterialId(place), density_g_cm3))
    }

    /// Names of the case file that stand for other matter than the program's own of the same name.
    pub fn replaced(&self) -> impl Iterator<Item = &str> {
        self.own.keys().map(String::as_str).filter(|name| Material::named(name).is_some())
    }

    /// The materials in use, by identity.
    pub fn into_used(self) -> Vec<Material> {
        self.used
    }
}

/// A material and density as a table gives them.
pub struct Filling<'a> {
    /// The table.
    pub table: &'a str,
    /// The material's name.
    pub material: &'a str,
    /// The density, if it gives one.
    pub density_g_cm3: Option<f64>,
}

impl Filling<'_> {
    /// Identity and density; noted in `uses`.
    pub fn resolve(
        &self,
        vacuum: Vacuum,
        materials: &mut Materials,
        uses: &mut Vec<MaterialUse>,
        checks: &Checks,
    ) -> Result<(MaterialId, f64), Failure> {
        let (id, own) = materials.named(self.material, &format!("{} material", self.table), checks)?;
        let density = match self.density_g_cm3 {
            None => own,
            Some(density) => {
                checks.density_g_cm3(&format!("{} density_g_cm3", self.table), density, vacuum)?
            }
        };
        uses.push(MaterialUse {
            used_in: self.table.to_owned(),
            material: self.material.to_owned(),
            density_g_cm3: density,
        });
        Ok((id, density))
    }
}

/// One `[material.NAME]`.
fn material(name: &str, table: &MaterialTable, checks: &Checks) -> Result<Material, Failure> {
    let place = format!("[material.{name}]");
    let density_key = format!("{place} density_g_cm3");
    let density_g_cm3 = checks.density_g_cm3(&density_key, table.density_g_cm3, Vacuum::Refused)?;
    let key = format!("{place} mass_fractions");
    let mut fractions: Vec<(u8, f64)> = Vec::new();
    for (symbol, &fraction) in &table.mass_fractions {
        let Some(atomic_number) = dose_core::data::atomic_number(symbol) else {
            return Err(checks.refuse(
                &key,
                format!("{symbol:?} is no element that the program has data for"),
                "symbols of elements such as H, C, Ca, Pb",
            ));
        };
        if !(0.0..=1.0).contains(&fraction) {
            return Err(checks.refuse(
                &key,
                format!("the mass fraction {fraction} of {symbol} is not between 0 and 1"),
                "fractions of the mass, adding to 1",
            ));
        }
        if fractions.iter().any(|&(known, _)| known == atomic_number) {
            return Err(checks.refuse(
                &key,
                format!("the element {symbol} is listed twice"),
                "each element once",
            ));
        }
        if fraction > 0.0 {
            fractions.push((atomic_number, fraction));
        }
    }
    let sum: f64 = fractions.iter().map(|(_, fraction)| fraction).sum();
    if (sum - 1.0).abs() > FRACTIONS_TOLERANCE {
        return Err(checks.refuse(
            &key,
            format!("the mass fractions add to {sum:.6}, not to 1"),
            format!("fractions by mass (not by number of atoms) that add to 1 within {FRACTIONS_TOLERANCE}"),
        ));
    }
    for (_, fraction) in &mut fractions {
        *fraction /= sum;
    }
    Material::new(name, density_g_cm3, &fractions)
        .map_err(|error| Failure::from_engine(error, &format!("{}, {place}", checks.file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(fractions: &[(&str, f64)]) -> MaterialTable {
        MaterialTable {
            density_g_cm3: 1.1,
            mass_fractions: fractions
                .iter()
                .map(|&(symbol, fraction)| (symbol.to_owned(), fraction))
                .collect(),
        }
    }

    const CHECKS: Checks = Checks { file: "case.toml" };

    #[test]
    fn fractions_that_are_rounded_are_scaled_to_one() {
        let material = material("gel", &table(&[("H", 0.11), ("O", 0.8895)]), &CHECKS).expect("good enough");
        let sum: f64 = material.mass_fractions.iter().map(|(_, fraction)| fraction).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }

    #[test]
    fn fractions_that_do_not_add_to_one_are_refused() {
        let failure = material("gel", &table(&[("H", 2.0 / 3.0), ("O", 0.5)]), &CHECKS).expect_err("1.17");
        assert!(failure.to_string().contains("[material.gel] mass_fractions"), "{failure}");
        assert!(material("gel", &table(&[]), &CHECKS).is_err());
    }

    #[test]
    fn a_material_of_the_case_file_comes_before_one_of_the_program() {
        let tables = BTreeMap::from([("water".to_owned(), table(&[("H", 0.11), ("O", 0.89)]))]);
        let mut materials = Materials::new(&tables, &CHECKS).expect("good");
        assert_eq!(materials.named("water", "", &CHECKS).expect("known"), (MaterialId(0), 1.1));
        assert_eq!(materials.named("lung", "", &CHECKS).expect("known").0, MaterialId(1));
        assert_eq!(materials.named("water", "", &CHECKS).expect("known").0, MaterialId(0));
        assert_eq!(materials.replaced().collect::<Vec<_>>(), ["water"]);
    }
}

//! Refusals that name the file and the key, and the checks that many keys share.

use crate::exit::Failure;

/// Lengths beyond this are refused: 1 km, where single precision still resolves 0.1 mm.
const FAR_CM: f64 = 1.0e5;
/// Nothing on earth is denser (osmium: 22.6).
const DENSEST_G_CM3: f64 = 25.0;

/// The file that is being checked.
#[derive(Clone, Copy, Debug)]
pub struct Checks<'a> {
    /// Its name, without its folder.
    pub file: &'a str,
}

impl Checks<'_> {
    /// A refusal of one key.
    pub fn refuse(&self, key: &str, problem: impl Into<String>, remedy: impl Into<String>) -> Failure {
        Failure::refused(problem, format!("{}, {key}", self.file), remedy)
    }

    /// A coordinate or length that is a number and not absurdly far; returned in millimetres.
    pub fn length_mm(&self, key: &str, length_cm: f64) -> Result<f64, Failure> {
        if !length_cm.is_finite() {
            return Err(self.refuse(key, format!("{length_cm} is not a finite number"), "a length in cm"));
        }
        if length_cm.abs() > FAR_CM {
            return Err(self.refuse(
                key,
                format!("{length_cm} cm is further than {FAR_CM} cm, beyond what single precision resolves"),
                "lengths in cm, with the origin near the grid",
            ));
        }
        Ok(length_cm * 10.0)
    }

    /// A point, in millimetres.
    pub fn point_mm(&self, key: &str, point_cm: [f64; 3]) -> Result<[f64; 3], Failure> {
        let [x, y, z] = point_cm;
        Ok([self.length_mm(key, x)?, self.length_mm(key, y)?, self.length_mm(key, z)?])
    }

    /// Lower and upper corner of a box that has an inside, in millimetres. `table` is the box's table.
    pub fn corners_mm(
        &self,
        table: &str,
        min_cm: [f64; 3],
        max_cm: [f64; 3],
    ) -> Result<([f64; 3], [f64; 3]), Failure> {
        let min_mm = self.point_mm(&format!("{table} min_cm"), min_cm)?;
        let max_mm = self.point_mm(&format!("{table} max_cm"), max_cm)?;
        for a in 0..3 {
            if min_mm[a] >= max_mm[a] {
                return Err(self.refuse(
                    &format!("{table} max_cm"),
                    format!(
                        "along {} the box ends at {} cm and begins at min_cm = {} cm: it has no inside",
                        AXIS_NAMES[a], max_cm[a], min_cm[a]
                    ),
                    "min_cm below max_cm along every axis",
                ));
            }
        }
        Ok((min_mm, max_mm))
    }

    /// A density; 0 is vacuum where `vacuum` allows it.
    pub fn density_g_cm3(&self, key: &str, density: f64, vacuum: Vacuum) -> Result<f64, Failure> {
        let problem = if !density.is_finite() {
            format!("the density {density} is not a finite number")
        } else if density < 0.0 {
            format!("the density {density} is negative")
        } else if density == 0.0 && vacuum == Vacuum::Refused {
            "the density is 0, so there would be nothing".into()
        } else if density > DENSEST_G_CM3 {
            format!("the density {density} is above that of any matter ({DENSEST_G_CM3} g/cm³)")
        } else {
            return Ok(density);
        };
        let remedy = match vacuum {
            Vacuum::Allowed => "a density in g/cm³ (water is 1.0), or 0 for vacuum",
            Vacuum::Refused => "a density in g/cm³ (water is 1.0)",
        };
        Err(self.refuse(key, problem, remedy))
    }
}

/// Whether a density of 0 makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vacuum {
    /// It does: a voxel may be empty.
    Allowed,
    /// It does not.
    Refused,
}

/// Names of the axes.
pub const AXIS_NAMES: [char; 3] = ['x', 'y', 'z'];

/// A box for a message, in the case file's unit.
pub fn span_cm(min_mm: [f64; 3], max_mm: [f64; 3]) -> String {
    let axes = [0, 1, 2].map(|a| format!("{} {} to {}", AXIS_NAMES[a], min_mm[a] / 10.0, max_mm[a] / 10.0));
    axes.join(", ")
}

/// A list of names for a remedy, the one nearest to what was typed first.
pub fn suggestion(typed: &str, known: &[String]) -> String {
    let nearest = known
        .iter()
        .map(|name| {
            (strsim::normalized_damerau_levenshtein(&typed.to_lowercase(), &name.to_lowercase()), name)
        })
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .map(|(_, name)| name);
    let all = known.join(", ");
    match nearest {
        Some(name) => format!("{name:?}? known are {all}"),
        None => format!("one of {all}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_comes_first() {
        let known = ["water", "lung", "cortical-bone"].map(String::from);
        assert!(suggestion("Watre", &known).starts_with("\"water\"?"));
        assert!(suggestion("kryptonite", &known).starts_with("one of water, lung"));
    }

    #[test]
    fn a_density_in_kilograms_per_cubic_metre_is_refused() {
        let checks = Checks { file: "case.toml" };
        let failure = checks.density_g_cm3("[grid] density_g_cm3", 1000.0, Vacuum::Allowed);
        assert!(failure.expect_err("too dense").to_string().contains("g/cm³"));
        assert_eq!(checks.density_g_cm3("", 0.0, Vacuum::Allowed).expect("vacuum"), 0.0);
        assert!(checks.density_g_cm3("", 0.0, Vacuum::Refused).is_err());
    }
}

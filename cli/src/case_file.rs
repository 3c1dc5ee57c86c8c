//! The case file as it is written: TOML tables, lengths in centimetres, nothing checked but names and types.

use crate::exit::Failure;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// A case file with every table; `straydose transport --help` shows it.
pub const EXAMPLE: &str = include_str!("example_case.toml");

/// A whole case file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// `[grid]`
    pub grid: GridTable,
    /// `[source]`
    pub source: SourceTable,
    /// `[[collimator]]`
    #[serde(default)]
    pub collimator: Vec<CollimatorTable>,
    /// `[material.NAME]`
    #[serde(default)]
    pub material: BTreeMap<String, MaterialTable>,
    /// `[run]`
    pub run: RunTable,
}

/// `[grid]`: uniform voxels.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridTable {
    /// Lower corner.
    pub min_cm: [f64; 3],
    /// Edge lengths of a voxel.
    pub voxel_cm: [f64; 3],
    /// Voxels along x, y, z.
    pub shape: [Number; 3],
    /// What fills it.
    pub material: String,
    /// Density of the fill; the material's own if absent.
    pub density_g_cm3: Option<f64>,
    /// `[[grid.box]]`
    #[serde(default, rename = "box")]
    pub boxes: Vec<BoxTable>,
}

/// `[[grid.box]]`: another filling for the voxels whose centres lie inside.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxTable {
    /// Lower corner.
    pub min_cm: [f64; 3],
    /// Upper corner.
    pub max_cm: [f64; 3],
    /// What fills it.
    pub material: String,
    /// Its density; the material's own if absent.
    pub density_g_cm3: Option<f64>,
}

/// `[source]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceTable {
    /// `"point"` or `"parallel"`.
    pub kind: String,
    /// Focal spot, or centre of the start plane.
    pub position_cm: [f64; 3],
    /// Beam axis.
    pub direction: [f64; 3],
    /// Full widths of the rectangle.
    pub field_cm: [f64; 2],
    /// Where a point source's field is measured.
    pub field_distance_cm: Option<f64>,
    /// Energies.
    pub spectrum: SpectrumTable,
}

/// `spectrum = { … }`: exactly one of the three.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpectrumTable {
    /// A spectrum that the program knows.
    pub name: Option<String>,
    /// A single energy.
    pub mono_mev: Option<f64>,
    /// A file beside the case file.
    pub csv: Option<String>,
}

/// `[[collimator]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollimatorTable {
    /// Lower corner.
    pub min_cm: [f64; 3],
    /// Upper corner.
    pub max_cm: [f64; 3],
    /// What it is made of.
    pub material: String,
    /// Its density; the material's own if absent.
    pub density_g_cm3: Option<f64>,
}

/// `[material.NAME]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaterialTable {
    /// Density where nothing else is said.
    pub density_g_cm3: f64,
    /// Mass fraction of each element, by symbol.
    pub mass_fractions: BTreeMap<String, f64>,
}

/// `[run]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunTable {
    /// Source photons.
    pub histories: Number,
    /// `"kerma"` or `"dose"`.
    pub quantity: Option<String>,
    /// Batches for the standard error.
    pub batches: Option<Number>,
    /// `"auto"` or `"off"`.
    pub variance_reduction: Option<String>,
    /// Seed; the command line wins.
    pub seed: Option<Number>,
}

/// A count as TOML may write it: `10_000_000` or `1e7`. Checked where its key is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Written as an integer.
    Integer(i64),
    /// Written as a float.
    Float(f64),
}

impl Number {
    /// The count, if it is whole and not negative. Floats count up to 2^53, where they still hold every integer.
    pub fn whole(self) -> Option<u64> {
        match self {
            Number::Integer(n) => u64::try_from(n).ok(),
            Number::Float(x) if x.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&x) => {
                Some(x as u64)
            }
            Number::Float(_) => None,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Integer(n) => write!(f, "{n}"),
            Number::Float(x) => write!(f, "{x:?}"),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        struct AnyNumber;
        impl Visitor<'_> for AnyNumber {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<Number, E> {
                Ok(Number::Integer(n))
            }
            fn visit_u64<E: de::Error>(self, n: u64) -> Result<Number, E> {
                i64::try_from(n).map(Number::Integer).map_err(|_| E::custom(format!("{n} is too large")))
            }
            fn visit_f64<E: de::Error>(self, x: f64) -> Result<Number, E> {
                Ok(Number::Float(x))
            }
        }
        deserializer.deserialize_any(AnyNumber)
    }
}

/// Reads the text of a case file. `file` is its name for messages.
pub fn parse(text: &str, file: &str) -> Result<CaseFile, Failure> {
    toml::from_str(text).map_err(|error| {
        let mut place = file.to_owned();
        if let Some(span) = error.span() {
            let (line, column) = line_and_column(text, span.start);
            place = format!("{file}, line {line}, column {column}");
            if let Some(written) = text.lines().nth(line - 1).map(str::trim).filter(|l| !l.is_empty()) {
                let shown: String = written.chars().take(80).collect();
                place.push_str(&format!(": {shown}"));
            }
        }
        Failure::refused(
            format!("the case file cannot be read: {}", error.message().trim()),
            place,
            "comparing it with the case file that `straydose transport --help` shows",
        )
    })
}

/// Line and column, from 1, of a byte in a text.
fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..byte.min(text.len())];
    let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
    (line, String::from_utf8_lossy(&before[line_start..]).chars().count() + 1)
}

#[cfg(test)]
#[path = "../../fuzz/damage.rs"]
mod damage;

#[cfg(test)]
mod tests {
    use super::damage::{Random, damage};
    use super::*;

    #[test]
    fn a_count_may_be_written_as_a_float() {
        assert_eq!(Number::Float(1e7).whole(), Some(10_000_000));
        assert_eq!(Number::Integer(10_000_000).whole(), Some(10_000_000));
        for wrong in [Number::Float(1.5), Number::Float(-1.0), Number::Float(f64::NAN), Number::Integer(-1)] {
            assert_eq!(wrong.whole(), None, "{wrong}");
        }
        assert_eq!(Number::Float(f64::INFINITY).whole(), None);
        assert_eq!(Number::Float(1e17).whole(), None);
    }

    #[test]
    fn a_syntax_error_names_file_line_and_column() {
        let failure = parse("[grid]\nmin_cm = [1,\n", "case.toml").expect_err("not TOML");
        assert!(failure.place.starts_with("case.toml, line "), "{failure}");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let failure = parse("[grid]\nvoxels_cm = [1, 1, 1]\n", "case.toml").expect_err("unknown key");
        assert!(failure.problem.contains("voxels_cm"), "{failure}");
        assert!(failure.place.contains("line 2, column 1"), "{failure}");
    }

    #[test]
    fn a_damaged_case_is_read_or_refused() {
        let cases =
            std::env::var("STRAYDOSE_FUZZ_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
        let mut accepted = 0;
        for case in 0..cases {
            let mut bytes = EXAMPLE.as_bytes().to_vec();
            damage(&mut bytes, &mut Random(case));
            let parsed = std::str::from_utf8(&bytes).ok().map(|text| parse(text, "case.toml"));
            accepted += u64::from(matches!(parsed, Some(Ok(_))));
        }
        assert!(
            accepted > 0 && accepted < cases,
            "damage that all or nothing survives tests little: {accepted}"
        );
    }
}

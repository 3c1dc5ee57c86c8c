//! The table of dimensions.

use std::collections::HashMap;

/// The ages of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Age {
    /// Newborn.
    Newborn,
    /// 1 year.
    One,
    /// 5 years.
    Five,
    /// 10 years.
    Ten,
    /// 15 years, and the adult woman.
    Fifteen,
    /// The adult man.
    Adult,
}

impl Age {
    /// All of them, rising.
    pub const ALL: [Self; 6] = [Self::Newborn, Self::One, Self::Five, Self::Ten, Self::Fifteen, Self::Adult];
}

/// Dimensions of one age (cm, cm³, kg, degrees).
#[derive(Clone, Debug)]
pub struct Dimensions {
    /// Which age.
    pub age: Age,
    values: HashMap<(String, String), f64>,
}

impl Dimensions {
    /// From the table that comes with this crate.
    pub fn of(age: Age) -> Self {
        const TABLE: &str = include_str!("../../data/cristy_eckerman.csv");
        // Columns: organ, parameter, unit, then the ages in their order, then a note.
        let column = 3 + age as usize;
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(TABLE.as_bytes());
        let value = |row: csv::StringRecord| {
            let value = row[column].parse().expect("a test reads every number of the table");
            ((row[0].to_string(), row[1].to_string()), value)
        };
        let rows = reader.records().map(|row| value(row.expect("a test reads every row of the table")));
        Self { age, values: rows.collect() }
    }

    /// A dimension by organ and parameter; `None` if the table has no such row.
    pub fn find(&self, organ: &str, parameter: &str) -> Option<f64> {
        self.values.get(&(organ.to_string(), parameter.to_string())).copied()
    }

    /// As [`Dimensions::find`], for names that are written in this crate.
    pub(crate) fn get(&self, organ: &str, parameter: &str) -> f64 {
        self.find(organ, parameter).unwrap_or_else(|| panic!("the table has no {organ}, {parameter}"))
    }

    /// Several of an organ's dimensions.
    pub(crate) fn all<const N: usize>(&self, organ: &str, parameters: [&str; N]) -> [f64; N] {
        parameters.map(|parameter| self.get(organ, parameter))
    }

    /// Height of the whole body (cm).
    pub fn height_cm(&self) -> f64 {
        let [neck, head, cap] = self.all("Head", ["Ch0", "Ch1", "Ch2"]);
        self.get("Legs", "Cl") + self.get("Trunk", "Ct") + neck + head + cap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_age_can_be_read_and_heights_are_the_published_ones() {
        let heights = Age::ALL.map(|age| Dimensions::of(age).height_cm());
        for (height, expected) in heights.into_iter().zip([51.0, 74.4, 109.1, 139.8, 168.1, 178.6]) {
            assert!((height - expected).abs() < 0.06, "{height} {expected}");
        }
    }
}

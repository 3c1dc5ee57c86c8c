//! The table of dimensions.

use crate::reference::between;
use crate::{Person, Sex};
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

/// Parameters that are no lengths: slopes, angles, direction cosines, volumes, masses.
const NOT_LENGTHS: [&str; 18] = [
    "volume",
    "total_volume",
    "mass",
    "theta",
    "m1",
    "m2",
    "cotan1",
    "cotan2",
    "s",
    "alpha1",
    "beta1",
    "gamma1",
    "alpha2",
    "beta2",
    "gamma2",
    "alpha3",
    "beta3",
    "gamma3",
];

/// Dimensions of one age (cm, cm³, kg, degrees).
#[derive(Clone, Debug)]
pub struct Dimensions {
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
        Self { values: rows.collect() }
    }

    /// Between the ages of the table, every length scaled so that the body has a height: the adult woman is the table's
    /// body of 15 years.
    pub(crate) fn of_person(person: &Person) -> Self {
        let (low, share) = between(person.age_years());
        let column = |n: usize| match person.sex() {
            Sex::Female => Age::ALL[n.min(4)],
            Sex::Male => Age::ALL[n],
        };
        let [from, to] = [low, low + 1].map(|n| Self::of(column(n)));
        let values = from.values.into_iter().map(|(key, value)| {
            let other = to.values[&key];
            (key, value + share * (other - value))
        });
        let mut middle = Self { values: values.collect() };
        let scale = person.height_cm() / middle.height_cm();
        for ((_, parameter), value) in &mut middle.values {
            if !NOT_LENGTHS.contains(&parameter.as_str()) {
                *value *= scale;
            }
        }
        middle
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

//! What organs weigh: reference masses by age and sex, between the ages, and for another height and weight.

use crate::{Person, Sex};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Ages of the tables (years); the last stands for all adults.
pub(crate) const AGES: [f64; 6] = [0.0, 1.0, 5.0, 10.0, 15.0, 20.0];

/// Values by quantity: male and female in turn at each of [`AGES`].
static TABLE: LazyLock<HashMap<String, [f64; 12]>> =
    LazyLock::new(|| rows(include_str!("../data/reference_masses.csv")));

/// Reads a table of numbers whose first column is a name.
pub(crate) fn rows<const N: usize>(text: &str) -> HashMap<String, [f64; N]> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let row = |row: csv::StringRecord| {
        let number = |n: usize| row[n + 1].parse().expect("tests read every number of the tables");
        (row[0].to_string(), std::array::from_fn(number))
    };
    reader.records().map(|record| row(record.expect("tests read every row of the tables"))).collect()
}

/// Between which two of [`AGES`] an age lies, and how far it is from the first: even steps of ln(1 + age), in which
/// heights of growth charts are nearly straight between the reference ages.
pub(crate) fn between(age_years: f64) -> (usize, f64) {
    let at = |age: f64| (1.0 + age.min(AGES[5])).ln();
    let low = AGES.partition_point(|age| *age <= age_years).clamp(1, AGES.len() - 1) - 1;
    (low, (at(age_years) - at(AGES[low])) / (at(AGES[low + 1]) - at(AGES[low])))
}

/// Height (cm) or mass (g) of the reference person. Masses grow by even factors between the ages, where they are
/// known at both.
pub(crate) fn value(quantity: &str, age_years: f64, sex: Sex) -> f64 {
    let row = TABLE.get(quantity).unwrap_or_else(|| panic!("the table has no {quantity}"));
    let (low, share) = between(age_years);
    let of = |n: usize| row[2 * n + usize::from(sex == Sex::Female)];
    let [from, to] = [of(low), of(low + 1)];
    if from > 0.0 && to > 0.0 && quantity != "height" {
        from * (to / from).powf(share)
    } else {
        from + (to - from) * share
    }
}

/// Masses (g) that the organs of a person should have.
pub(crate) struct Masses {
    person: Person,
    /// Height as a share of the reference.
    tall: f64,
    adipose_g: f64,
    muscle_g: f64,
    skin_g: f64,
}

/// Organs that grow little with height once their age is given.
const OF_THE_HEAD: [&str; 4] = ["brain", "eye lenses", "pituitary", "teeth"];
/// Parts of a weight beyond what goes with the height that are fat and muscle (J. Webster et al., Hum. Nutr. Clin.
/// Nutr. 38C, 299 (1984): three quarters fat; from memory, unverified).
const EXCESS: [f64; 2] = [0.75, 0.18];
/// The most of its fat that a thin body can lose.
const MOST_FAT_LOST: f64 = 0.75;

impl Masses {
    pub fn of(person: &Person) -> Self {
        let known = |quantity| value(quantity, person.age_years(), person.sex());
        let tall = person.height_cm() / known("height");
        let square = tall * tall;
        let excess_g = 1000.0 * person.weight_kg() - known("total") * square;
        let [adipose_g, muscle_g] = ["adipose", "muscle"].map(|quantity| known(quantity) * square);
        // A body below its weight loses fat while it has any, then muscle.
        let fat_g = (EXCESS[0] * excess_g).max(-MOST_FAT_LOST * adipose_g);
        let lean_g = if fat_g > EXCESS[0] * excess_g { excess_g - fat_g } else { EXCESS[1] * excess_g };
        // Surface of the body (R. D. Mosteller, N. Engl. J. Med. 317, 1098 (1987), from memory).
        let surface = (tall * 1000.0 * person.weight_kg() / known("total")).sqrt();
        Self {
            person: *person,
            tall,
            adipose_g: adipose_g + fat_g,
            muscle_g: muscle_g + lean_g,
            skin_g: known("skin") * surface,
        }
    }

    /// A published volume or mass, for this height.
    pub fn published(&self, of_the_reference: f64) -> f64 {
        of_the_reference * self.tall * self.tall
    }

    /// Mass of an organ of the table (g).
    pub fn get(&self, quantity: &str) -> f64 {
        let known = value(quantity, self.person.age_years(), self.person.sex());
        match quantity {
            "adipose" => self.adipose_g,
            "muscle" => self.muscle_g,
            "skin" => self.skin_g,
            "total" => 1000.0 * self.person.weight_kg(),
            _ if OF_THE_HEAD.contains(&quantity) => known,
            _ => known * self.tall * self.tall,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_read_and_ages_between_lie_between() {
        assert_eq!(TABLE.len(), 46);
        assert!(TABLE.values().flatten().all(|value| value.is_finite() && *value >= 0.0));
        for quantity in TABLE.keys() {
            for sex in [Sex::Female, Sex::Male] {
                for pair in AGES.windows(2) {
                    let [from, between, to] =
                        [pair[0], (pair[0] + pair[1]) / 2.0, pair[1]].map(|age| value(quantity, age, sex));
                    assert!((from.min(to)..=from.max(to)).contains(&between), "{quantity} {pair:?}");
                }
            }
        }
    }

    #[test]
    fn weight_and_height_move_the_masses_that_they_should() {
        let masses =
            |height, weight| Masses::of(&Person::new(10.0, Sex::Male, height, weight).expect("valid"));
        let [usual, heavy, thin, tall] = [
            masses(None, None),
            masses(None, Some(60.0)),
            masses(None, Some(22.0)),
            masses(Some(150.0), None),
        ];
        assert!((usual.get("adipose") - 8882.0).abs() < 1e-6);
        assert!((heavy.get("adipose") - 8882.0 - 0.75 * 28_000.0).abs() < 1e-6);
        assert!(thin.get("adipose") >= 0.24 * 8882.0 && thin.get("muscle") < usual.get("muscle"));
        assert_eq!(heavy.get("liver"), usual.get("liver"));
        assert!((tall.get("liver") / usual.get("liver") - (150f64 / 138.0).powi(2)).abs() < 1e-9);
        assert_eq!(tall.get("brain"), usual.get("brain"));
    }
}

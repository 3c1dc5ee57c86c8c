//! Who the patient is: what is said, and what the scan says where nobody did.

use crate::{Error, names};
use anatomy::Anatomy;
use phantoms::{Person, Sex};

/// What is known of a patient.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Patient {
    /// Age (years).
    pub age_years: Option<f64>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Height (cm).
    pub height_cm: Option<f64>,
    /// Weight (kg).
    pub weight_kg: Option<f64>,
}

/// A person to begin with, and which of its sizes were said.
pub(crate) struct Begun {
    pub person: Person,
    pub height_known: bool,
    pub weight_known: bool,
    pub notes: Vec<String>,
}

/// The person of what is known. What nobody can be is left out and said.
pub(crate) fn begin(patient: &Patient, scan: &Anatomy) -> Result<Begun, Error> {
    let mut notes = Vec::new();
    let sex = patient.sex.or_else(|| drawn_sex(scan, &mut notes)).unwrap_or_else(|| {
        notes.push(
            "the sex of the patient is not known: beyond the scan the body is a female's; give --sex".into(),
        );
        Sex::Female
    });
    let age_years = match (patient.age_years, patient.height_cm) {
        (Some(age), _) => age,
        (None, Some(height_cm)) => {
            let age = age_of_height(height_cm, sex);
            notes.push(format!(
                "the age of the patient is not known: {age:.0} years, at which {height_cm:.0} cm are usual, were taken; give --age"
            ));
            age
        }
        (None, None) => return Err(Error::Unknown),
    };
    // An age alone must make a person.
    Person::reference(age_years, sex)?;
    let mut height_cm = patient.height_cm;
    if let Err(error) = Person::new(age_years, sex, height_cm, None) {
        notes.push(format!("the height was not taken ({error})"));
        height_cm = None;
    }
    let mut weight_kg = patient.weight_kg;
    let mut person = Person::new(age_years, sex, height_cm, weight_kg);
    if let Err(error) = &person {
        notes.push(format!("the weight was not taken ({error})"));
        weight_kg = None;
        person = Person::new(age_years, sex, height_cm, None);
    }
    Ok(Begun { person: person?, height_known: height_cm.is_some(), weight_known: weight_kg.is_some(), notes })
}

/// What drawn organs say.
fn drawn_sex(scan: &Anatomy, notes: &mut Vec<String>) -> Option<Sex> {
    let found = scan.organs.iter().find_map(|organ| {
        let stem = organ.name.trim_end_matches("_L").trim_end_matches("_R");
        names::OF_ONE_SEX.iter().find(|(name, _)| *name == stem)
    })?;
    let word = if found.1 == Sex::Female { "a female's" } else { "a male's" };
    notes.push(format!(
        "the sex of the patient is not known: beyond the scan the body is {word}, as {} is drawn",
        found.0
    ));
    Some(found.1)
}

/// The age (years) at which a height (cm) is the reference's; that of an adult for the tall.
fn age_of_height(height_cm: f64, sex: Sex) -> f64 {
    let height = |age| Person::reference(age, sex).map_or(f64::INFINITY, |person| person.height_cm());
    let ages = (0..=200).map(|tenth| 0.1 * f64::from(tenth));
    let mut nearest = ages.filter(|age| height(*age) >= height_cm);
    nearest.next().unwrap_or(20.0)
}

/// The person with a height (cm) and weight (kg), moved to the nearest that the family has.
pub(crate) fn nearest(person: &Person, height_cm: f64, weight_kg: Option<f64>) -> Result<Person, Error> {
    let (age, sex) = (person.age_years(), person.sex());
    let height_cm = match Person::new(age, sex, Some(height_cm), None) {
        Err(phantoms::Error::Height { least_cm, most_cm, .. }) => {
            height_cm.clamp(1.001 * least_cm, 0.999 * most_cm)
        }
        _ => height_cm,
    };
    let weight_kg = match Person::new(age, sex, Some(height_cm), weight_kg) {
        Err(phantoms::Error::Weight { weight_kg, least_kg, most_kg, .. }) => {
            Some(weight_kg.clamp(1.001 * least_kg, 0.999 * most_kg))
        }
        _ => weight_kg,
    };
    Ok(Person::new(age, sex, Some(height_cm), weight_kg)?.with_arms(person.arms()))
}

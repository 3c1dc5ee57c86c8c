//! What a file says of the patient, without saying who it is.

use super::{Scope, tags};
use crate::Error;

/// Shortest and tallest patient that is believed (m).
const BELIEVED_HEIGHTS_M: std::ops::RangeInclusive<f64> = 0.3..=2.5;
/// Lightest and heaviest patient that is believed (kg).
const BELIEVED_WEIGHTS_KG: std::ops::RangeInclusive<f64> = 0.3..=500.0;
/// Oldest patient that is believed (years).
const OLDEST_YEARS: f64 = 120.0;
/// Younger ages come from anonymisers that set the birth date to the study date (years).
const YOUNGEST_YEARS: f64 = 2.0 / 365.25;

/// Sex, as the body models know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// PatientSex `F`.
    Female,
    /// PatientSex `M`.
    Male,
}

/// Facts about the patient's body; everything that identifies is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatientFacts {
    /// Sex, if the file gives one of the two that the body models know.
    pub sex: Option<Sex>,
    /// Age at the study (years).
    pub age_years: Option<f64>,
    /// Height (cm).
    pub height_cm: Option<f64>,
    /// Weight (kg).
    pub weight_kg: Option<f64>,
    /// What was there and is not believed.
    pub notes: Vec<String>,
}

impl PatientFacts {
    /// Reads the facts; whatever cannot be believed is left out and noted.
    pub fn read(scope: &Scope) -> Self {
        let mut facts = Self::default();
        facts.sex = match facts.text(scope.text(tags::PATIENT_SEX)).as_deref() {
            Some("F") => Some(Sex::Female),
            Some("M") => Some(Sex::Male),
            Some(_) => {
                facts.notes.push("PatientSex is neither F nor M and was ignored".into());
                None
            }
            None => None,
        };
        facts.age_years = facts.age(scope);
        let height_m = facts.measure(scope, tags::PATIENT_SIZE, "PatientSize", &BELIEVED_HEIGHTS_M, "m");
        facts.height_cm = height_m.map(|height| height * 100.0);
        facts.weight_kg =
            facts.measure(scope, tags::PATIENT_WEIGHT, "PatientWeight", &BELIEVED_WEIGHTS_KG, "kg");
        facts
    }

    fn text(&mut self, read: Result<Option<String>, Error>) -> Option<String> {
        // Values may identify (an anonymiser's hash of a name), so notes do not repeat them.
        read.unwrap_or_else(|_| {
            self.notes.push("an element of the patient module is unreadable and was ignored".into());
            None
        })
    }

    fn measure(
        &mut self,
        scope: &Scope,
        tag: dicom_core::Tag,
        keyword: &str,
        believed: &std::ops::RangeInclusive<f64>,
        unit: &str,
    ) -> Option<f64> {
        let Ok(value) = scope.number(tag) else {
            self.notes.push(format!("{keyword} is no number and was ignored"));
            return None;
        };
        let value = value?;
        if believed.contains(&value) {
            return Some(value);
        }
        self.notes.push(format!(
            "{keyword} is {value}, not between {} and {} {unit}, and was ignored",
            believed.start(),
            believed.end()
        ));
        None
    }

    /// PatientAge, or else the time from birth to study.
    fn age(&mut self, scope: &Scope) -> Option<f64> {
        let stated = self.text(scope.text(tags::PATIENT_AGE));
        let born = self.text(scope.text(tags::PATIENT_BIRTH_DATE)).and_then(|date| days(&date));
        let studied = self.text(scope.text(tags::STUDY_DATE)).and_then(|date| days(&date));
        let lived_years = born.zip(studied).map(|(born, studied)| (studied - born) / 365.25);
        let stated_years = stated.as_deref().and_then(age_years);
        if stated.is_some() && stated_years.is_none() {
            self.notes.push("PatientAge is not of the form 045Y and was ignored".into());
        }
        let years = stated_years.or(lived_years)?;
        if lived_years == Some(0.0) && years < 1.0 {
            self.notes.push("the birth date is the study date, so the age was ignored".into());
            return None;
        }
        if !(YOUNGEST_YEARS..=OLDEST_YEARS).contains(&years) {
            self.notes.push("the patient's age is not believable and was ignored".into());
            return None;
        }
        Some(years)
    }
}

/// `045Y`, `018M`, `003W` or `010D` in years.
fn age_years(text: &str) -> Option<f64> {
    let (number, years_each) = [('Y', 1.0), ('M', 1.0 / 12.0), ('W', 7.0 / 365.25), ('D', 1.0 / 365.25)]
        .into_iter()
        .find_map(|(unit, years)| Some((text.strip_suffix(unit)?, years)))?;
    let digits = !number.is_empty() && number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| number.parse::<f64>().ok()).flatten().map(|number| number * years_each)
}

/// Days since 0000-03-01 of `YYYYMMDD` or `YYYY.MM.DD`, by the usual count of leap years.
pub(super) fn days(date: &str) -> Option<f64> {
    let digits: String = date.chars().filter(|&c| c != '.').collect();
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month, day): (i64, i64, i64) =
        (digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?);
    if year < 1800 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years that start in March have their leap day at the end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    Some((year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dicom_core::{DataElement, Tag, VR};
    use dicom_object::InMemDicomObject;

    fn facts(elements: &[(Tag, VR, &str)]) -> PatientFacts {
        let elements = elements.iter().map(|&(tag, vr, text)| DataElement::new(tag, vr, text));
        let object = InMemDicomObject::from_element_iter(elements);
        PatientFacts::read(&Scope::root("patient.dcm".as_ref(), &object))
    }

    #[test]
    fn age_comes_from_its_element_or_the_dates() {
        assert_eq!(facts(&[(tags::PATIENT_AGE, VR::AS, "005Y")]).age_years, Some(5.0));
        assert_eq!(facts(&[(tags::PATIENT_AGE, VR::AS, "018M")]).age_years, Some(1.5));
        let dates = [(tags::PATIENT_BIRTH_DATE, VR::DA, "20000229"), (tags::STUDY_DATE, VR::DA, "20100301")];
        // Ten years with three leap days, and one day: 3653 days.
        assert_eq!(facts(&dates).age_years, Some(3653.0 / 365.25));
    }

    #[test]
    fn an_age_of_a_day_from_equal_dates_is_not_believed() {
        let junk = facts(&[
            (tags::PATIENT_AGE, VR::AS, "001D"),
            (tags::PATIENT_BIRTH_DATE, VR::DA, "20071212"),
            (tags::STUDY_DATE, VR::DA, "20071212"),
        ]);
        assert_eq!(junk.age_years, None);
        assert_eq!(junk.notes.len(), 1);
        // Ten days between two equal dates: one of the three is made up.
        let young = facts(&[
            (tags::PATIENT_AGE, VR::AS, "010D"),
            (tags::PATIENT_BIRTH_DATE, VR::DA, "20071212"),
            (tags::STUDY_DATE, VR::DA, "20071212"),
        ]);
        assert_eq!(young.age_years, None);
        let hashed = facts(&[
            (tags::PATIENT_BIRTH_DATE, VR::DA, "ba6d74f4-8a35"),
            (tags::PATIENT_SEX, VR::CS, "61d6b371-5759"),
        ]);
        assert_eq!((hashed.age_years, hashed.sex), (None, None));
        assert!(!hashed.notes.iter().any(|note| note.contains("61d6")), "a note repeats a value");
    }

    #[test]
    fn height_in_centimetres_is_not_taken_for_metres() {
        let tall = facts(&[(tags::PATIENT_SIZE, VR::DS, "170"), (tags::PATIENT_WEIGHT, VR::DS, "20.5")]);
        assert_eq!((tall.height_cm, tall.weight_kg), (None, Some(20.5)));
        assert_eq!(facts(&[(tags::PATIENT_SIZE, VR::DS, "1.1")]).height_cm, Some(1.1 * 100.0));
    }
}

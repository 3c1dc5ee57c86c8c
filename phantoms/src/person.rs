//! Who a body is: age, sex, height, weight, and where the arms are.

use crate::Error;
use crate::reference;

/// Which gonads a body has, and how it grows up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Ovaries and uterus.
    Female,
    /// Testes and prostate.
    Male,
}

/// Where the arms are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Arms {
    /// Beside the trunk.
    #[default]
    Down,
    /// Over the head, as in a scan of the chest.
    Up,
}

/// Heights that the family knows, as shares of the reference height at an age (unverified: wider than growth charts).
const HEIGHTS: [f64; 2] = [0.75, 1.30];
/// Weights that it knows, as shares of the reference weight at that height (unverified: wider than growth charts).
const WEIGHTS: [f64; 2] = [0.65, 2.5];

/// Whose body it is.
///
/// ```
/// # use phantoms::{Person, Sex};
/// let girl = Person::reference(5.0, Sex::Female).unwrap();
/// assert_eq!((girl.height_cm(), girl.weight_kg()), (109.0, 19.0));
/// let tall = Person::new(5.0, Sex::Female, Some(120.0), None).unwrap();
/// assert!((tall.weight_kg() - 23.0).abs() < 0.1); // as the square of the height
/// assert!(Person::new(-1.0, Sex::Male, None, None).is_err());
/// assert!(Person::new(30.0, Sex::Male, Some(50.0), Some(400.0)).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Person {
    age_years: f64,
    sex: Sex,
    height_cm: f64,
    weight_kg: f64,
    arms: Arms,
}

impl Person {
    /// A person of an age and sex with the reference height and weight.
    ///
    /// # Errors
    /// [`Error::Age`] for an age that is none.
    pub fn reference(age_years: f64, sex: Sex) -> Result<Self, Error> {
        Self::new(age_years, sex, None, None)
    }

    /// A person whose height (cm) and weight (kg) may be known. A height that is not given is that of the reference; a
    /// weight that is not given is the reference's times the square of the relative height.
    ///
    /// # Errors
    /// An [`Error`] for an age, height or weight that nobody has.
    pub fn new(
        age_years: f64,
        sex: Sex,
        height_cm: Option<f64>,
        weight_kg: Option<f64>,
    ) -> Result<Self, Error> {
        if !(0.0..=120.0).contains(&age_years) {
            return Err(Error::Age { years: age_years });
        }
        let reference_cm = reference::value("height", age_years, sex);
        let height = height_cm.unwrap_or(reference_cm);
        let [least_cm, most_cm] = HEIGHTS.map(|share| share * reference_cm);
        if !(least_cm..=most_cm).contains(&height) {
            return Err(Error::Height { years: age_years, height_cm: height, least_cm, most_cm });
        }
        let usual_kg = reference::value("total", age_years, sex) / 1000.0 * (height / reference_cm).powi(2);
        let weight = weight_kg.unwrap_or(usual_kg);
        let [least_kg, most_kg] = WEIGHTS.map(|share| share * usual_kg);
        if !(least_kg..=most_kg).contains(&weight) {
            return Err(Error::Weight {
                years: age_years,
                height_cm: height,
                weight_kg: weight,
                least_kg,
                most_kg,
            });
        }
        Ok(Self { age_years, sex, height_cm: height, weight_kg: weight, arms: Arms::Down })
    }

    /// The same person with the arms elsewhere.
    pub fn with_arms(self, arms: Arms) -> Self {
        Self { arms, ..self }
    }

    /// Age (years).
    pub fn age_years(&self) -> f64 {
        self.age_years
    }

    /// Sex.
    pub fn sex(&self) -> Sex {
        self.sex
    }

    /// Height from sole to crown (cm).
    pub fn height_cm(&self) -> f64 {
        self.height_cm
    }

    /// Weight (kg).
    pub fn weight_kg(&self) -> f64 {
        self.weight_kg
    }

    /// Where the arms are.
    pub fn arms(&self) -> Arms {
        self.arms
    }

    /// How far grown up the shape is: 0 up to 9 years, 1 from 16 on (a choice by eye).
    pub(crate) fn maturity(&self) -> f64 {
        ((self.age_years - 9.0) / 7.0).clamp(0.0, 1.0)
    }

    /// How much of a baby the shape has: 1 at birth, 0 from 3 years on (a choice by eye).
    pub(crate) fn babyhood(&self) -> f64 {
        (1.0 - self.age_years / 3.0).clamp(0.0, 1.0)
    }
}

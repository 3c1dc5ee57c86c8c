//! The class of evidence of a model's use, and what it still lacks.

use ::predict::model::{Class, Model};

/// The class in words, with what it asks for.
pub fn class(model: &Model) -> String {
    match model.class {
        None => "not stated".into(),
        Some(class) => {
            let name = match class {
                Class::A => "A (quantifies an established biomarker)",
                Class::B => "B (measures a known biomarker indirectly)",
                Class::C1 => "C1 (a new biomarker of prognosis)",
                Class::C2 => "C2 (a new biomarker of the effect of a treatment)",
            };
            format!("{name}; it asks for {}", class.asks_for())
        }
    }
}

/// What the class still lacks, as far as the file tells: nothing in it can prove more than a cross-validation.
pub fn lacks(model: &Model) -> Vec<String> {
    let mut lacks = Vec::new();
    match model.class {
        None => lacks.push("the class itself: state it in the card (A, B, C1 or C2)".to_owned()),
        Some(Class::A) => lacks.push("a study of concordance with the established measurement".into()),
        Some(Class::B) => {
            lacks.push(
                "analytical validation against the biomarker (repeatability, other readers, other scanners)"
                    .into(),
            );
        }
        Some(Class::C1) => {
            lacks.push("confirmation of the prognosis on high-quality data of others or of a trial".into())
        }
        Some(Class::C2) => {
            lacks.push("evidence that it is prognostic at all".into());
            lacks.push("clinical validation in prospective trials, where the treatment is new".into());
        }
    }
    lacks.push("validation on patients of another hospital: there is only a cross-validation here".into());
    if model.harmonisation.is_none() && !model.evidence.population.iter().any(|line| line.column == "site") {
        lacks.push("a word on sites and scanners: the log has none".into());
    }
    if !model.evidence.population.iter().any(|line| line.column == "sex" || line.column == "age") {
        lacks.push("fairness: age and sex of the patients are not in the log".into());
    }
    if model.evidence.least_agreement.is_none() {
        lacks.push("a test of the features' robustness (--repeat)".into());
    }
    lacks
}

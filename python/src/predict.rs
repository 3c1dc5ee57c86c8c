//! Models of features or doses: trained, applied; and virtual lesions to learn on.

use crate::arguments::{common, taken, word};
use crate::follow::followed;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use straydose::predict::apply::{Table, lesions, patients, scored};
use straydose::predict::example::run_followed as example;
use straydose::predict::train::run_followed as trained;
use straydose::predict::{ApplyArguments, ExampleArguments, KindChoice, MissingChoice, TrainArguments};
use straydose::stages::Stages;

/// Lesions, patients, remarks, and whether model or table were made up.
type Scores = (Table, Table, Vec<String>, bool);

/// Scores of lesions and patients; the keyword arguments are those of `straydose predict apply`.
#[pyfunction]
#[pyo3(signature = (given, progress=None))]
pub fn predict(given: &Bound<'_, PyDict>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Scores> {
    let arguments = ApplyArguments {
        model: taken(given, "model")?.unwrap_or_default(),
        features: taken(given, "features")?,
        image: taken(given, "image")?,
        mask: taken(given, "mask")?,
        roi: taken(given, "roi")?,
        group: taken(given, "group")?.unwrap_or_else(|| "patient_id".into()),
        join: taken(given, "join")?,
        given: taken(given, "given")?.unwrap_or_default(),
        out: PathBuf::new(),
    };
    followed(given.py(), progress, move |follower| {
        let (finished, _) = scored(&arguments, follower, &mut Stages::default())?;
        Ok((lesions(&finished), patients(&finished), finished.notes.clone(), finished.is_synthetic))
    })
}

/// Trains a model and writes it into a folder; the keyword arguments are those of `straydose predict train`.
#[pyfunction]
#[pyo3(signature = (given, progress=None))]
pub fn train(given: &Bound<'_, PyDict>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
    let py = given.py();
    let kinds =
        [("linear", KindChoice::Linear), ("logistic", KindChoice::Logistic), ("cox", KindChoice::Cox)];
    let gaps = [
        ("refuse", MissingChoice::Refuse),
        ("leave-out-rows", MissingChoice::LeaveOutRows),
        ("leave-out-variables", MissingChoice::LeaveOutVariables),
    ];
    let text = |name: &str| taken::<String>(given, name).map(Option::unwrap_or_default);
    let texts = |name: &str| taken::<Vec<String>>(given, name).map(Option::unwrap_or_default);
    let arguments = TrainArguments {
        table: taken(given, "table")?.unwrap_or_default(),
        join: taken(given, "join")?,
        target: text("target")?,
        kind: word(py, "kind", &text("kind")?, &kinds)?,
        time: taken(given, "time")?,
        yes: texts("yes")?,
        group: taken(given, "group")?.unwrap_or_else(|| "patient_id".into()),
        recipe: taken(given, "recipe")?,
        card: taken(given, "card")?,
        out: taken(given, "out")?.unwrap_or_default(),
        clinical: texts("clinical")?,
        acquisition: texts("acquisition")?,
        variables: taken(given, "variables")?,
        leave_out: taken(given, "leave_out")?,
        volume: taken(given, "volume")?,
        site: taken(given, "site")?,
        repeat: taken(given, "repeat")?,
        missing: word(
            py,
            "missing",
            &taken::<String>(given, "missing")?.unwrap_or_else(|| "refuse".into()),
            &gaps,
        )?,
        folds: taken(given, "folds")?.unwrap_or(5),
        least_events: taken(given, "least_events")?.unwrap_or(20),
        bootstraps: taken(given, "bootstraps")?.unwrap_or(200),
        recalibrate: taken(given, "recalibrate")?.unwrap_or(false),
    };
    if arguments.kind == KindChoice::Cox && arguments.time.is_none() {
        let problem = "--kind cox needs --time, the column of the time to the event".to_owned();
        return Err(crate::arguments::wrong(py, problem, "the name of that column"));
    }
    let common = common(given)?;
    followed(py, progress, move |follower| trained(&arguments, &common, follower))
}

/// Writes a synthetic cohort to learn on into a folder that must not exist.
#[pyfunction]
#[pyo3(signature = (given, progress=None))]
pub fn example_cohort(given: &Bound<'_, PyDict>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
    let arguments = ExampleArguments {
        out: taken(given, "out")?.unwrap_or_default(),
        patients: taken(given, "patients")?.unwrap_or(80),
    };
    let common = common(given)?;
    followed(given.py(), progress, move |follower| example(&arguments, &common, follower))
}

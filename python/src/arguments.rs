//! Keyword arguments to the arguments of the command line, which are checked as those are.

use pyo3::conversion::FromPyObjectOwned;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use straydose::args::{
    BackendChoice, Common, EstimateArguments, MOST_THREADS, ProgressChoice, SexChoice, VOXEL_MM,
};
use straydose::exit::Failure;

use crate::failure::raised;

/// A keyword argument, if it is given and not `None`.
pub fn taken<'py, T: FromPyObjectOwned<'py>>(given: &Bound<'py, PyDict>, name: &str) -> PyResult<Option<T>> {
    match given.get_item(name)?.filter(|value| !value.is_none()) {
        None => Ok(None),
        Some(value) => value.extract::<T>().map(Some).map_err(|error| {
            let error: PyErr = error.into();
            pyo3::exceptions::PyTypeError::new_err(format!("{name}: {}", error.value(value.py())))
        }),
    }
}

/// A wrong argument.
pub fn wrong(py: Python<'_>, problem: String, remedy: &str) -> PyErr {
    raised(py, Failure::command_line(problem, remedy))
}

/// One of some words.
pub fn word<T: Copy>(py: Python<'_>, option: &str, given: &str, words: &[(&str, T)]) -> PyResult<T> {
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(given));
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        wrong(py, format!("--{option} {given:?} is none of its words"), &all.join(", "))
    })
}

/// Female or male.
pub fn sex(py: Python<'_>, given: &str) -> PyResult<SexChoice> {
    word(py, "sex", given, &[("F", SexChoice::F), ("M", SexChoice::M)])
}

/// What `straydose estimate` takes.
pub fn estimate(given: &Bound<'_, PyDict>) -> PyResult<EstimateArguments> {
    let py = given.py();
    let arguments = EstimateArguments {
        study: taken(given, "study")?,
        plan: taken(given, "plan")?,
        ct: taken(given, "ct")?,
        structures: taken(given, "structures")?,
        masks: taken(given, "masks")?,
        dose: taken(given, "dose")?,
        age: taken(given, "age")?,
        sex: taken::<String>(given, "sex")?.map(|text| sex(py, &text)).transpose()?,
        height_cm: taken(given, "height_cm")?,
        weight_kg: taken(given, "weight_kg")?,
        phantom: taken(given, "phantom")?,
        phantom_table: taken(given, "phantom_table")?,
        scan_only: taken(given, "scan_only")?.unwrap_or(false),
        without_electrons: taken(given, "without_electrons")?.unwrap_or(false),
        machine: taken(given, "machine")?,
        voxel_mm: taken(given, "voxel_mm")?.unwrap_or(VOXEL_MM),
        target_uncertainty: taken(given, "target_uncertainty")?,
        histories: taken(given, "histories")?,
        fractions: taken(given, "fractions")?,
        ..EstimateArguments::default()
    };
    // What the command line's own parser refuses.
    let both = |a: bool, b: bool, text: &str| if a && b { Some(text.to_owned()) } else { None };
    let problem = both(
        arguments.masks.is_some(),
        arguments.structures.is_some(),
        "--masks and --structures cannot both be given",
    )
    .or_else(|| {
        both(
            arguments.target_uncertainty.is_some(),
            arguments.histories.is_some(),
            "--target-uncertainty and --histories cannot both be given",
        )
    });
    if let Some(problem) = problem {
        return Err(wrong(py, problem, "leaving out one of the two"));
    }
    if arguments.phantom.is_some() != arguments.phantom_table.is_some() {
        let problem = "--phantom and --phantom-table belong together".to_owned();
        return Err(wrong(py, problem, "both, or none of them"));
    }
    Ok(arguments)
}

/// The options of all commands.
pub fn common(given: &Bound<'_, PyDict>) -> PyResult<Common> {
    let py = given.py();
    let backend = taken::<String>(given, "backend")?.unwrap_or_else(|| "auto".into());
    let words = [("auto", BackendChoice::Auto), ("gpu", BackendChoice::Gpu), ("cpu", BackendChoice::Cpu)];
    let threads: Option<usize> = taken(given, "threads")?;
    if let Some(threads) = threads.filter(|threads| !(1..=MOST_THREADS).contains(threads)) {
        let problem = format!("--threads {threads} is out of range");
        return Err(wrong(py, problem, &format!("a whole number from 1 to {MOST_THREADS}")));
    }
    let common = Common {
        backend: word(py, "backend", &backend, &words)?,
        device: taken(given, "device")?,
        seed: taken(given, "seed")?,
        threads,
        progress: ProgressChoice::Plain,
        quiet: true,
        turn: None,
    };
    straydose::backend::check(&common).map_err(|failure| raised(py, failure))?;
    Ok(common)
}

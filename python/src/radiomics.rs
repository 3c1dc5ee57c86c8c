//! Radiomic features of the regions of an image.

use crate::arguments::{taken, word};
use crate::follow::followed;
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::{Path, PathBuf};
use straydose::radiomics::{Kind, Pet, RadiomicsArguments, Values, table_of};

/// A column without its borrows.
enum Owned {
    Words(Vec<String>),
    Numbers(Vec<f64>),
    Counts(Vec<u64>),
}

/// The table as a dict of columns; the keyword arguments are those of the command line.
#[pyfunction]
#[pyo3(signature = (given, progress=None))]
pub fn radiomics<'py>(
    given: &Bound<'py, PyDict>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let py = given.py();
    let path = |name: &str| taken::<PathBuf>(given, name).map(Option::unwrap_or_default);
    let kinds = [("ct", Kind::Ct), ("mr", Kind::Mr), ("pet", Kind::Pet)];
    let pets = [("suv", Pet::Suv), ("stored", Pet::Stored)];
    let modality: Option<String> = taken(given, "modality")?;
    let pet: String = taken(given, "pet")?.unwrap_or_else(|| "suv".into());
    let arguments = RadiomicsArguments {
        config: taken(given, "config")?,
        preset: taken(given, "preset")?,
        roi: taken(given, "roi")?,
        wide: taken(given, "wide")?.unwrap_or(false),
        modality: modality.map(|text| word(py, "modality", &text, &kinds)).transpose()?,
        pet: word(py, "pet", &pet, &pets)?,
        any_frame: taken(given, "any_frame")?.unwrap_or(false),
        ..RadiomicsArguments::of_case(Path::new(&path("image")?), Path::new(&path("mask")?))
    };
    if arguments.config.is_some() == arguments.preset.is_some() {
        let problem = "one of --config and --preset says what is extracted".to_owned();
        return Err(crate::arguments::wrong(py, problem, "one of the two"));
    }
    let columns = followed(py, progress, move |follower| {
        let (columns, notes) = table_of(&arguments, |columns| {
            let owned = |values: Values| match values {
                Values::Text(words) => Owned::Words(words.into_iter().map(str::to_owned).collect()),
                Values::Number(numbers) => Owned::Numbers(numbers),
                Values::Count(counts) => Owned::Counts(counts),
            };
            columns.into_iter().map(|column| (column.name, owned(column.values))).collect::<Vec<_>>()
        })?;
        notes.iter().for_each(|note| follower.note(note));
        Ok(columns)
    })?;
    let dict = PyDict::new(py);
    for (name, values) in columns {
        match values {
            Owned::Words(words) => dict.set_item(name, words)?,
            Owned::Numbers(numbers) => dict.set_item(name, PyArray1::from_vec(py, numbers))?,
            Owned::Counts(counts) => dict.set_item(name, PyArray1::from_vec(py, counts))?,
        }
    }
    Ok(dict)
}

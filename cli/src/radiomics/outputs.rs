//! The tables as files, and the record beside them.

use super::columns::{Column, Patients, Values, Words, long, wide};
use super::extracted::Extracted;
use super::{RadiomicsArguments, parquet};
use crate::args::INTENDED_USE;
use crate::exit::Failure;
use crate::input_file::file_name;
use ::radiomics::Recipe;
use rayon::prelude::*;
use serde::Serialize;
use std::ops::Range;
use std::path::Path;

/// The file's ending says the format, and its folder exists: known before hours of work.
pub fn check_name(option: &str, path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match ending(path) {
        "csv" | "parquet" if folder.is_none_or(Path::is_dir) => Ok(()),
        "csv" | "parquet" => Err(cannot(path, &"its folder does not exist")),
        _ => Err(Failure::command_line(
            format!("{option} {} does not say a format that can be written", path.display()),
            "a name that ends in .csv or .parquet",
        )),
    }
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default()
}

/// The record: all that is needed to repeat the run.
#[derive(Serialize)]
struct Record<'a> {
    program: &'static str,
    version: &'static str,
    intended_use: &'static str,
    table: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_patient: Option<String>,
    recipe: String,
    recipe_sha256: &'a str,
    #[serde(flatten)]
    content: Content<'a>,
}

/// One image, or many.
#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    One(&'a Extracted),
    Many { images: &'a [Extracted], refused: &'a [Refused] },
}

/// A patient that could not be extracted.
#[derive(Serialize)]
pub struct Refused {
    pub patient_id: String,
    pub problem: String,
}

/// Writes tables and record.
pub fn write(
    arguments: &RadiomicsArguments,
    recipe: &Recipe,
    all: &[Extracted],
    refused: &[Refused],
) -> Result<(), Failure> {
    let words = Words::new(recipe);
    let columns = if arguments.wide { wide(all, &words) } else { long(all, &words) };
    let text = recipe.to_toml();
    let mut files = vec![(arguments.out.clone(), encoded(&arguments.out, &columns, &text)?)];
    if let Some(path) = &arguments.per_patient {
        let patients = Patients::new(all, recipe.lesions.entropy_bins);
        let columns = if arguments.wide { patients.wide(&words) } else { patients.long(&words) };
        files.push((path.clone(), encoded(path, &columns, &text)?));
    }
    let record = Record {
        program: "straydose",
        version: env!("CARGO_PKG_VERSION"),
        intended_use: INTENDED_USE,
        table: file_name(&arguments.out),
        per_patient: arguments.per_patient.as_deref().map(file_name),
        recipe: text,
        recipe_sha256: &all[0].recipe_sha256,
        content: match (&arguments.patients, all) {
            (None, [one]) => Content::One(one),
            _ => Content::Many { images: all, refused },
        },
    };
    let record = serde_json::to_vec_pretty(&record).map_err(|error| cannot(&arguments.out, &error))?;
    files.push((arguments.out.with_extension("run.json"), record));
    files.iter().try_for_each(|(path, bytes)| save(path, bytes))
}

fn encoded(path: &Path, columns: &[Column], recipe: &str) -> Result<Vec<u8>, Failure> {
    if ending(path) == "parquet" {
        return parquet::encoded(columns, recipe).map_err(|error| cannot(path, &error));
    }
    csv(columns).map_err(|error| cannot(path, &error))
}

/// Rows of a table that are written at a time.
const ROWS: usize = 512;

/// The table as text; pieces of it are written side by side.
fn csv(columns: &[Column]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| column.name.as_str()))?;
    let mut all = finished(writer)?;
    let rows = columns.first().map_or(0, |column| match &column.values {
        Values::Text(values) => values.len(),
        Values::Number(values) => values.len(),
        Values::Count(values) => values.len(),
    });
    let pieces: Vec<Vec<u8>> = (0..rows.div_ceil(ROWS))
        .into_par_iter()
        .map(|n| csv_rows(columns, n * ROWS..rows.min((n + 1) * ROWS)))
        .collect::<Result<_, _>>()?;
    pieces.into_iter().for_each(|piece| all.extend(piece));
    Ok(all)
}

fn csv_rows(columns: &[Column], rows: Range<usize>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut number = String::new();
    for row in rows {
        for column in columns {
            number.clear();
            match &column.values {
                Values::Text(values) => writer.write_field(values[row])?,
                Values::Number(values) => writer.write_field(shown(values[row], &mut number))?,
                Values::Count(values) => writer.write_field(values[row].to_string())?,
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    finished(writer)
}

fn finished(writer: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// The shortest text that is read back as the same number.
fn shown(value: f64, text: &mut String) -> &str {
    use std::fmt::Write;
    if value.is_nan() {
        return "nan";
    }
    write!(text, "{value}").expect("writing to memory");
    text
}

fn cannot(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::failed(
        format!("{} cannot be written: {error}", path.display()),
        "another name, in a folder that exists and that you may write to",
    )
}

/// Under another name first, so that a file with the right name is whole.
fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path)).map_err(|error| {
        let _ = std::fs::remove_file(&part);
        cannot(path, &error)
    })
}

//! Tables as a predictor needs them: one row a lesion (or a patient), one column a variable, whatever form the file has.

pub mod cells;
mod csv_file;
mod duplicates;
mod features;
pub mod join;
mod organs;
mod parquet_file;
mod pivot;
mod rings;

pub use cells::{Cells, Column, Frame};
pub use features::meanings;

use crate::exit::Failure;
use crate::input_file::file_name;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::Path;

/// Columns that say where a row comes from: never variables.
const PROVENANCE: [&str; 13] = [
    "patient_id",
    "image",
    "region",
    "lesion",
    "recipe_sha256",
    "image_sha256",
    "mask_sha256",
    "version",
    "reason",
    "notice",
    "modality",
    "cancer",
    "biopsied",
];

/// Rows with their variables.
pub struct Rows {
    /// Patient of each row.
    pub patients: Vec<String>,
    /// Lesion of each row; empty where a row is a patient.
    pub lesions: Vec<String>,
    /// SHA-256 of the recipe of each row, where the table says it.
    pub recipes: Option<Vec<String>>,
    /// Everything else.
    pub columns: Vec<Column>,
    /// Columns that came with the second table.
    pub joined: BTreeSet<String>,
    /// Whether a table says that it was made up.
    pub is_synthetic: bool,
    /// Name and SHA-256 of each file.
    pub files: Vec<(String, String)>,
    /// What the user should know.
    pub notes: Vec<String>,
}

impl Rows {
    /// Reads a table, joins a second, and refuses rows that are there twice. `rings` are the names of the recipe's rings.
    pub fn read(path: &Path, join: Option<&Path>, group: &str, rings: &[String]) -> Result<Rows, Failure> {
        let first = frame(path, group)?;
        let name = first.name.clone();
        let (mut rows, images) = Rows::of(first, group, rings)?;
        if let Some(path) = join {
            join::join(&mut rows, frame(path, group)?, group)?;
        }
        duplicates::refuse(&rows, images.as_deref(), &name)?;
        Ok(rows)
    }

    fn of(mut frame: Frame, group: &str, rings: &[String]) -> Result<(Rows, Option<Vec<String>>), Failure> {
        let is_synthetic = frame.is_synthetic();
        if ["family", "feature", "value"].iter().all(|name| frame.column(name).is_some()) {
            frame = pivot::wide(frame, group)?;
        }
        frame = rings::beside(frame, group, rings)?;
        let Some(patients) = frame.words(group) else {
            let known: Vec<&str> = frame.columns.iter().take(8).map(|column| column.name.as_str()).collect();
            return Err(Failure::refused(
                format!("it has no column {group:?}, so nobody knows which rows belong to one patient"),
                frame.name.clone(),
                format!("--group with the patient's column; the first columns are {}", known.join(", ")),
            ));
        };
        if let Some(row) = patients.iter().position(|patient| patient.trim().is_empty()) {
            return Err(Failure::refused(
                format!("row {} names no patient", row + 1),
                format!("{}, column {group:?}", frame.name),
                "a name or number for each patient",
            ));
        }
        let lesions = ["region", "lesion"].iter().find_map(|name| frame.words(name));
        let images = frame.words("image_sha256");
        let rows = Rows {
            lesions: lesions.unwrap_or_else(|| vec![String::new(); patients.len()]),
            patients,
            recipes: frame.words("recipe_sha256"),
            joined: BTreeSet::new(),
            is_synthetic,
            files: vec![(frame.name, frame.sha256)],
            notes: frame.notes,
            columns: frame.columns,
        };
        Ok((rows, images))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.patients.len()
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// A column's words, numbers in their shortest form; empty where nothing is known.
    pub fn words(&self, name: &str) -> Option<Vec<String>> {
        self.column(name).map(|column| column.cells.words())
    }

    /// Whether a column says where a row comes from.
    pub fn is_provenance(name: &str, group: &str) -> bool {
        name == group || PROVENANCE.contains(&name)
    }

    /// Keeps the rows at these places, in this order.
    pub fn keep(&mut self, places: &[usize]) {
        let pick = |of: &mut Vec<String>| *of = places.iter().map(|&at| of[at].clone()).collect();
        pick(&mut self.patients);
        pick(&mut self.lesions);
        if let Some(recipes) = &mut self.recipes {
            pick(recipes);
        }
        self.columns.iter_mut().for_each(|column| column.cells.keep(places));
    }

    /// Refuses rows whose features were made with another recipe than the one of this hash: other features under the same names.
    pub fn same_recipe(&self, own: &str, whose: &str, file: &str, remedy: &str) -> Result<(), Failure> {
        let stated = self.recipes.iter().flatten();
        match stated.enumerate().find(|(_, stated)| *stated != own) {
            None => Ok(()),
            Some((row, stated)) => Err(Failure::refused(
                format!(
                    "the features of {} were extracted with another recipe ({stated:.12}) than {whose} ({own:.12}): their numbers \
                     mean something else",
                    self.who(row)
                ),
                file,
                remedy,
            )),
        }
    }

    /// Patient and lesion of a row, for a message.
    pub fn who(&self, row: usize) -> String {
        match self.lesions[row].as_str() {
            "" => format!("patient {}", self.patients[row]),
            lesion => format!("patient {}, lesion {lesion}", self.patients[row]),
        }
    }
}

/// A file or folder as it is.
fn frame(path: &Path, group: &str) -> Result<Frame, Failure> {
    if path.is_dir() {
        return organs::folder(path, group);
    }
    let bytes = std::fs::read(path).map_err(|error| {
        let problem = match error.kind() {
            std::io::ErrorKind::NotFound => "the table does not exist".to_owned(),
            _ => format!("the table cannot be read: {error}"),
        };
        Failure::refused(problem, file_name(path), "a path that exists and may be read")
    })?;
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("parquet") => parquet_file::read(&file_name(path), &bytes, path),
        Some("csv") => csv_file::read(&file_name(path), &bytes, group),
        _ => Err(Failure::refused(
            "the name does not say which kind of table it is",
            file_name(path),
            "a file that ends in .csv or .parquet",
        )),
    }
}

/// SHA-256 of a text.
pub fn hash(text: &str) -> String {
    organs::hex(&Sha256::digest(text))
}

//! Structure names of different centres to the names of TG-263.

use super::OrganRow;
use crate::Error;
use crate::error::name;
use regex::{Regex, RegexBuilder};
use std::path::Path;

/// The mapping file said what a structure is.
pub const MAPPING: &str = "mapping";
/// `straydose estimate` knew the name.
pub const PROGRAM: &str = "program";
/// Nobody knows the name: it stands as it was.
pub const NOBODY: &str = "nobody";

/// What structures are called: the first pattern that a whole name matches gives the TG-263 name.
#[derive(Default)]
pub struct Names(Vec<(Regex, String)>);

impl Names {
    /// Reads a CSV file with the columns `pattern` (a regular expression, case-insensitive) and `tg263`.
    ///
    /// # Errors
    /// It is no such file, or a pattern is no regular expression.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let way_out = "a CSV file with the columns pattern, tg263";
        let refused = |problem: String| Error::Table { file: name(path), problem, way_out };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_path(path)
            .map_err(|e| refused(e.to_string()))?;
        let head = reader.headers().map_err(|e| refused(e.to_string()))?.clone();
        let column = |name: &str| {
            let at = head.iter().position(|cell| cell.trim_start_matches('\u{feff}') == name);
            at.ok_or_else(|| refused(format!("it has no column {name:?}")))
        };
        let [pattern, tg263] = [column("pattern")?, column("tg263")?];
        let mut names = Vec::new();
        for row in reader.records() {
            let row = row.map_err(|e| refused(e.to_string()))?;
            let [pattern, tg263] = [pattern, tg263].map(|at| row.get(at).unwrap_or_default());
            let line = row.position().map_or(0, csv::Position::line);
            if pattern.is_empty() || tg263.is_empty() {
                return Err(refused(format!("line {line} lacks a pattern or a name")));
            }
            let pattern = RegexBuilder::new(&format!("^(?:{pattern})$"))
                .case_insensitive(true)
                .build()
                .map_err(|error| refused(format!("line {line}: {error}")))?;
            names.push((pattern, tg263.to_owned()));
        }
        Ok(Self(names))
    }

    /// Gives a structure its name, and says who knew it; `is_known` says whether the program's list has a name.
    pub fn name(&self, row: &mut OrganRow, is_known: impl Fn(&str) -> bool) {
        let found = self.0.iter().find(|(pattern, _)| pattern.is_match(&row.original_name));
        let is_of_model = row.from.as_deref() == Some("model");
        if let Some((_, tg263)) = found {
            row.organ = tg263.clone();
            row.named_by = MAPPING;
        } else if is_of_model || row.organ != row.original_name || is_known(&row.original_name) {
            row.named_by = PROGRAM;
        } else {
            row.named_by = NOBODY;
        }
    }
}

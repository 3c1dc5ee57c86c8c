//! A list of cases: a row a case, as CSV or Parquet.

use crate::Error;
use crate::error::name;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Columns that name files or folders, and the option of `straydose estimate` that takes them. Relative paths start at the manifest's folder.
pub const PATHS: [(&str, &str); 6] = [
    ("study", "--study"),
    ("plan", "--plan"),
    ("ct", "--ct"),
    ("structures", "--structures"),
    ("masks", "--masks"),
    ("dose", "--dose"),
];

/// Columns with a value, and their option.
pub const OPTIONS: [(&str, &str); 9] = [
    ("age_years", "--age"),
    ("sex", "--sex"),
    ("height_cm", "--height-cm"),
    ("weight_kg", "--weight-kg"),
    ("machine", "--machine"),
    ("voxel_mm", "--voxel-mm"),
    ("histories", "--histories"),
    ("target_uncertainty_percent", "--target-uncertainty"),
    ("fractions", "--fractions"),
];

/// Longest name of a case.
const LONGEST: usize = 64;

/// A case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// Its name in every table: letters, digits, `.`, `_` and `-`.
    pub case_id: String,
    /// Files and folders by column; those that are there.
    pub paths: BTreeMap<&'static str, PathBuf>,
    /// Values by column; those that are there.
    pub options: BTreeMap<&'static str, String>,
}

/// The cases, in the order of the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// A row a case.
    pub cases: Vec<Case>,
}

impl Manifest {
    /// Reads a table that ends in .csv or .parquet; empty cells are not given.
    ///
    /// # Errors
    /// It is no such table, has a column that nobody knows, or a case twice, without a name or without files.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let is_parquet = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
        let (head, rows) = if is_parquet { parquet_rows(path)? } else { csv_rows(path)? };
        Self::of_rows(path, &head, rows)
    }

    fn of_rows(path: &Path, head: &[String], rows: Vec<(String, Vec<String>)>) -> Result<Self, Error> {
        let wrong = |place: String, problem: String, way_out: String| Error::Row {
            file: name(path),
            place,
            problem,
            way_out,
        };
        let known = |column: &str| {
            column == "case_id" || PATHS.iter().chain(&OPTIONS).any(|(name, _)| *name == column)
        };
        if let Some(column) = head.iter().find(|column| !known(column)) {
            let names: Vec<&str> = PATHS.iter().chain(&OPTIONS).map(|(name, _)| *name).collect();
            return Err(wrong(
                format!("column {column:?}"),
                "there is no such column".into(),
                format!("the columns are case_id, {}", names.join(", ")),
            ));
        }
        if let Some(twice) = head.iter().enumerate().find(|(n, column)| head[..*n].contains(column)) {
            return Err(wrong(
                format!("column {:?}", twice.1),
                "it is there twice".into(),
                "leave one out".into(),
            ));
        }
        let base = path.parent().unwrap_or(Path::new(""));
        let mut seen = BTreeSet::new();
        let mut cases = Vec::with_capacity(rows.len());
        for (place, cells) in rows {
            let given: BTreeMap<&str, &str> = head
                .iter()
                .zip(&cells)
                .map(|(column, cell)| (column.as_str(), cell.trim()))
                .filter(|(_, cell)| !cell.is_empty())
                .collect();
            let case_id = given.get("case_id").copied().unwrap_or_default().to_owned();
            check_id(&case_id).map_err(|problem| {
                let way_out = "give each row a case_id of letters, digits, '.', '_' and '-'";
                wrong(place.clone(), problem, way_out.into())
            })?;
            if !seen.insert(case_id.clone()) {
                let problem = format!("the case {case_id:?} is there twice");
                return Err(wrong(place, problem, "give each row a case_id of its own".into()));
            }
            let paths: BTreeMap<_, _> = PATHS
                .iter()
                .filter_map(|(column, _)| Some((*column, base.join(given.get(column)?))))
                .collect();
            if !(paths.contains_key("study") || paths.contains_key("plan") && paths.contains_key("ct")) {
                return Err(wrong(
                    place,
                    format!("the case {case_id:?} has no study, and not both plan and ct"),
                    "give a study, or a plan and a ct".into(),
                ));
            }
            let options = OPTIONS
                .iter()
                .filter_map(|(column, _)| {
                    let cell = given.get(column)?;
                    // A machine file lies beside the manifest; other machines are names.
                    let is_file = *column == "machine" && cell.ends_with(".toml");
                    let value = if is_file {
                        base.join(cell).to_string_lossy().into_owned()
                    } else {
                        (*cell).to_owned()
                    };
                    Some((*column, value))
                })
                .collect();
            cases.push(Case { case_id, paths, options });
        }
        if cases.is_empty() {
            return Err(Error::Table {
                file: name(path),
                problem: "it has no row".into(),
                way_out: "a row a case",
            });
        }
        Ok(Self { cases })
    }

    /// Writes it as CSV with all columns; paths as they are.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_csv(&self, path: &Path) -> Result<(), Error> {
        let failed = |error: csv::Error| Error::Write { what: name(path), problem: error.to_string() };
        let mut writer = csv::Writer::from_path(path).map_err(failed)?;
        let columns = PATHS.iter().chain(&OPTIONS).map(|(column, _)| *column);
        writer.write_record(std::iter::once("case_id").chain(columns)).map_err(failed)?;
        for case in &self.cases {
            let paths = PATHS.iter().map(|(column, _)| {
                case.paths.get(column).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
            });
            let options =
                OPTIONS.iter().map(|(column, _)| case.options.get(column).cloned().unwrap_or_default());
            writer
                .write_record(std::iter::once(case.case_id.clone()).chain(paths).chain(options))
                .map_err(failed)?;
        }
        writer.flush().map_err(|error| failed(error.into()))
    }
}

fn check_id(case_id: &str) -> Result<(), String> {
    let is_sound = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if case_id.is_empty() {
        return Err("there is no case_id".into());
    }
    if case_id.len() > LONGEST || !case_id.chars().all(is_sound) {
        return Err(format!("{case_id:?} is no name for a case"));
    }
    Ok(())
}

/// Head and rows, each with its place.
type Cells = (Vec<String>, Vec<(String, Vec<String>)>);

fn csv_rows(path: &Path) -> Result<Cells, Error> {
    let refused = |error: csv::Error| Error::Table {
        file: name(path),
        problem: error.to_string(),
        way_out: "a CSV file with a head of case_id, study, …",
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(refused)?;
    let head = reader.headers().map_err(refused)?;
    let head = head.iter().map(|cell| cell.trim_start_matches('\u{feff}').to_owned()).collect();
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(refused)?;
        let line = row.position().map_or(0, csv::Position::line);
        rows.push((format!("line {line}"), row.iter().map(str::to_owned).collect()));
    }
    Ok((head, rows))
}

fn parquet_rows(path: &Path) -> Result<Cells, Error> {
    let file = File::open(path).map_err(Error::reading(path))?;
    let refused = |error: parquet::errors::ParquetError| Error::Table {
        file: name(path),
        problem: error.to_string(),
        way_out: "a Parquet file without compression or with snappy, or a CSV file",
    };
    let reader = SerializedFileReader::new(file).map_err(refused)?;
    let fields = reader.metadata().file_metadata().schema().get_fields().to_vec();
    let head = fields.iter().map(|field| field.name().to_owned()).collect();
    let mut rows = Vec::new();
    for (n, row) in reader.get_row_iter(None).map_err(refused)?.enumerate() {
        let row = row.map_err(refused)?;
        rows.push((format!("row {}", n + 1), row.get_column_iter().map(|(_, field)| cell(field)).collect()));
    }
    Ok((head, rows))
}

/// A value as the text that a CSV file would have.
fn cell(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Float(x) if x.is_nan() => String::new(),
        Field::Double(x) if x.is_nan() => String::new(),
        Field::Float(x) => x.to_string(),
        Field::Double(x) => x.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Manifest, Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cases.csv");
        std::fs::write(&path, text).expect("written");
        Manifest::read(&path)
    }

    #[test]
    fn a_row_is_a_case_and_empty_cells_are_not_given() {
        let manifest = read("case_id,study,age_years,sex\nC1,a/b,5.5,F\nC2, c ,,\n").expect("sound");
        let [one, two] = &manifest.cases[..] else { panic!("two cases") };
        assert!(one.paths["study"].ends_with("a/b") && two.paths["study"].ends_with("c"));
        assert_eq!(one.options["age_years"], "5.5");
        assert!(two.options.is_empty());
    }

    #[test]
    fn what_it_cannot_mean_is_refused_with_its_line() {
        for (text, word) in [
            ("case_id,study,agee\nC1,a,5\n", "agee"),
            ("case_id,study\nC1,a\nC1,b\n", "line 3"),
            ("case_id,study\n,a\n", "line 2"),
            ("case_id,study\nDoe John,a\n", "Doe John"),
            ("case_id,plan\nC1,p.dcm\n", "plan and ct"),
            ("case_id,study\nC1,a,b\n", "line: 2"),
            ("case_id,study,study\nC1,a,b\n", "twice"),
            ("case_id,study\n", "no row"),
        ] {
            let said = read(text).expect_err(text).to_string();
            assert!(said.contains(word), "{text:?}: {said}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cases.csv");
        let case = Case {
            case_id: "C-1".into(),
            paths: [("plan", folder.path().join("p,1.dcm")), ("ct", folder.path().join("ct"))].into(),
            options: [("histories", "1e6".into())].into(),
        };
        let manifest = Manifest { cases: vec![case] };
        manifest.write_csv(&path).expect("written");
        assert_eq!(Manifest::read(&path).expect("sound"), manifest);
    }
}

//! One table of many cases: `Store -> cases.parquet, organs.parquet, dictionary.csv, refused.csv, unmapped.csv, cohort.html`.

pub mod columns;
pub mod names;
mod page;
mod record;
mod summary;

use crate::error::name;
use crate::parquet_file::TableWriter;
use crate::{Error, Outcome, Status};
use columns::{CASES, ORGANS};
use names::Names;
use record::Result as CaseResult;
pub use record::{CaseRow, DOSES_GY, OrganRow};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use summary::Summary;

/// How a cohort is gathered.
pub struct Options {
    /// Results of different versions of the program may stand in one table.
    pub mix_versions: bool,
    /// How the structures of the centres are called.
    pub names: Names,
    /// Whether the program's own list of TG-263 names has a structure's name.
    pub is_known: fn(&str) -> bool,
}

/// What was gathered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gathered {
    /// Cases with a result.
    pub ok: usize,
    /// Cases that were refused.
    pub refused: usize,
    /// Cases that failed.
    pub failed: usize,
    /// Rows of organs.
    pub organs: usize,
    /// Structure names that stand in the tables as they were.
    pub unmapped: usize,
}

/// The columns of refused.csv, and what they mean.
const REFUSED: [(&str, &str); 4] = [
    ("case_id", "name of the case in the manifest"),
    ("status", "refused: bad data, not to be run again; failed: the run broke down and is tried again"),
    ("code", "exit status of the run"),
    ("message", "what was wrong, and a way out"),
];

/// The columns of unmapped.csv, and what they mean.
const UNMAPPED: [(&str, &str); 2] = [
    ("name", "name of a structure that neither the mapping nor the program's own list of TG-263 names knows"),
    ("cases", "cases that have it"),
];

/// Gathers all results of a folder, in the order of their case_id, into a folder that exists.
///
/// # Errors
/// Results do not belong together (two of one case, several versions), or cannot be read or written.
pub fn gather(from: &Path, to: &Path, options: &Options) -> Result<Gathered, Error> {
    let all = statuses(from)?;
    let versions: BTreeSet<&str> = all.iter().map(|(status, _)| status.version.as_str()).collect();
    if versions.len() > 1 && !options.mix_versions {
        let versions: Vec<&str> = versions.into_iter().collect();
        return Err(Error::Mixed {
            problem: format!("the results come of several versions of the program: {}", versions.join(", ")),
            way_out: "run the cases again with one version, or --mix-versions",
        });
    }
    let versions = versions.into_iter().collect::<Vec<_>>().join(" ");
    let about = [("straydose.version", versions.as_str()), ("straydose.schema", columns::SCHEMA)];
    let mut cases = TableWriter::new(&to.join("cases.parquet"), CASES, &about)?;
    let mut organs = TableWriter::new(&to.join("organs.parquet"), ORGANS, &about)?;
    let mut refused = Csv::new(&to.join("refused.csv"), REFUSED.map(|(column, _)| column))?;
    let mut unmapped: BTreeMap<String, usize> = BTreeMap::new();
    let mut summary = Summary::default();
    let mut gathered = Gathered::default();
    for (status, folder) in all {
        match status.status {
            Outcome::Ok => {
                gathered.ok += 1;
                let CaseResult { case, organs: rows } = CaseResult::read(&folder, &status)?;
                let mut unknown = BTreeSet::new();
                for mut row in rows {
                    options.names.name(&mut row, options.is_known);
                    if row.named_by == names::NOBODY {
                        unknown.insert(row.organ.clone());
                    }
                    summary.organ(&case, &row);
                    gathered.organs += 1;
                    organs.push(row)?;
                }
                for name in unknown {
                    *unmapped.entry(name).or_default() += 1;
                }
                summary.case(&case);
                cases.push(case)?;
            }
            outcome => {
                let word = if outcome == Outcome::Refused { "refused" } else { "failed" };
                gathered.refused += usize::from(outcome == Outcome::Refused);
                gathered.failed += usize::from(outcome == Outcome::Failed);
                summary.without_result(word, &status.message);
                refused.row([status.case_id, word.into(), status.code.to_string(), status.message])?;
            }
        }
    }
    gathered.unmapped = unmapped.len();
    cases.close()?;
    organs.close()?;
    refused.close()?;
    let mut csv = Csv::new(&to.join("unmapped.csv"), UNMAPPED.map(|(column, _)| column))?;
    for (name, cases) in unmapped {
        csv.row([name, cases.to_string()])?;
    }
    csv.close()?;
    dictionary(&to.join("dictionary.csv"))?;
    let path = to.join("cohort.html");
    std::fs::write(&path, page::page(&gathered, &summary, &versions)).map_err(Error::writing(&path))?;
    Ok(gathered)
}

/// Every status of a folder of results, by case_id.
fn statuses(from: &Path) -> Result<Vec<(Status, PathBuf)>, Error> {
    let all = crate::store::all(from)?;
    if let Some(pair) = all.windows(2).find(|pair| pair[0].0.case_id == pair[1].0.case_id) {
        return Err(Error::Mixed {
            problem: format!(
                "the case {:?} has two results ({} and {}): its files, its options or the program changed between runs",
                pair[0].0.case_id, pair[0].0.key, pair[1].0.key
            ),
            way_out: "remove the folder of the older one, or run the cases into a new folder",
        });
    }
    Ok(all)
}

/// dictionary.csv: every column of every table.
fn dictionary(path: &Path) -> Result<(), Error> {
    let mut csv = Csv::new(path, ["table", "column", "type", "meaning"])?;
    for (table, column, kind, meaning) in columns::dictionary() {
        csv.row([table, column, kind, meaning].map(str::to_owned))?;
    }
    for (table, columns) in [("refused.csv", &REFUSED[..]), ("unmapped.csv", &UNMAPPED[..])] {
        for (column, meaning) in columns {
            let kind = if ["code", "cases"].contains(column) { "int64" } else { "text" };
            csv.row([table, *column, kind, *meaning].map(str::to_owned))?;
        }
    }
    csv.close()
}

/// A CSV file and its name in messages.
struct Csv {
    writer: csv::Writer<std::fs::File>,
    what: String,
}

impl Csv {
    fn new<const N: usize>(path: &Path, head: [&str; N]) -> Result<Self, Error> {
        let what = name(path);
        let writer = csv::Writer::from_path(path)
            .map_err(|error| Error::Write { what: what.clone(), problem: error.to_string() })?;
        let mut csv = Self { writer, what };
        csv.row(head.map(str::to_owned))?;
        Ok(csv)
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) -> Result<(), Error> {
        let what = &self.what;
        self.writer
            .write_record(cells)
            .map_err(|error| Error::Write { what: what.clone(), problem: error.to_string() })
    }

    fn close(mut self) -> Result<(), Error> {
        let what = &self.what;
        self.writer.flush().map_err(|error| Error::Write { what: what.clone(), problem: error.to_string() })
    }
}

#[cfg(test)]
mod tests;

//! One table of many cases: `Store -> cases.parquet, organs.parquet, dictionary.csv, refused.csv, unmapped.csv, cohort.html`.

mod columns;
pub mod names;
mod page;
mod record;
mod summary;

use crate::error::name;
use crate::parquet_file::TableWriter;
use crate::{Error, Outcome};
pub use columns::UIDS;
use maud::Markup;
use names::Names;
use record::CaseResult;
pub use record::OrganRow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use summary::Summary;

/// How a cohort is gathered.
pub struct Options {
    /// Results of different versions of the program may stand in one table.
    pub mix_versions: bool,
    /// How the structures of the centres are called.
    pub names: Names,
    /// Whether the program's own list of TG-263 names has a structure's name.
    pub is_known: fn(&str) -> bool,
    /// Sites of the active marrow, which have a column each in cases.parquet.
    pub marrow_sites: Vec<&'static str>,
    /// Makes a whole page of a title and what stands on it.
    pub page: fn(&str, &Markup) -> String,
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

/// The columns of refused.csv: name, type and meaning.
const REFUSED: [[&str; 3]; 4] = [
    ["case_id", "text", "name of the case in the manifest"],
    [
        "status",
        "text",
        "refused: bad data, not to be run again; failed: the run broke down and is tried again",
    ],
    ["code", "int64", "exit status of the run"],
    ["message", "text", "what was wrong, and a way out"],
];

/// The columns of unmapped.csv.
const UNMAPPED: [[&str; 3]; 2] = [
    [
        "name",
        "text",
        "name of a structure that neither the mapping nor the program's own list of TG-263 names knows",
    ],
    ["cases", "int64", "cases that have it"],
];

/// Gathers all results of a folder, in the order of their case_id, into a folder that exists.
///
/// # Errors
/// Results do not belong together (two of one case, several versions), or cannot be read or written.
pub fn gather(from: &Path, to: &Path, options: &Options) -> Result<Gathered, Error> {
    let Index { cases: all, versions } = Index::of(from)?;
    let several = versions.len() > 1;
    let versions = Vec::from_iter(versions).join(", ");
    if several && !options.mix_versions {
        return Err(Error::Mixed {
            problem: format!("the results come of several versions of the program: {versions}"),
            way_out: "run the cases again with one version, or --mix-versions",
        });
    }
    let about = [("straydose.version", versions.as_str()), ("straydose.schema", columns::SCHEMA)];
    let mut cases =
        TableWriter::new(&to.join("cases.parquet"), columns::cases(&options.marrow_sites), &about)?;
    let mut organs = TableWriter::new(&to.join("organs.parquet"), columns::organs(), &about)?;
    let mut refused = Csv::new(&to.join("refused.csv"), REFUSED.map(|[column, ..]| column))?;
    let mut unmapped: BTreeMap<String, usize> = BTreeMap::new();
    let mut summary = Summary::default();
    let mut gathered = Gathered::default();
    for (case_id, key) in all {
        let folder = from.join(&key);
        let gone = || Error::Mixed {
            problem: format!("the result of the case {case_id:?} went away while it was gathered"),
            way_out: "gather again when no batch runs",
        };
        let status = crate::store::read_status(&folder)?.ok_or_else(gone)?;
        match status.status {
            Outcome::Ok => {
                gathered.ok += 1;
                let mut case = CaseResult::read(&folder, status)?;
                let mut unknown = BTreeSet::new();
                summary.case(&case);
                for row in &mut case.organs {
                    options.names.name(row, options.is_known);
                    if row.named_by == names::NOBODY {
                        unknown.insert(row.organ.clone());
                    }
                    summary.organ(row);
                    gathered.organs += 1;
                    organs.push(row)?;
                }
                for name in unknown {
                    *unmapped.entry(name).or_default() += 1;
                }
                cases.push(&case)?;
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
    let mut csv = Csv::new(&to.join("unmapped.csv"), UNMAPPED.map(|[column, ..]| column))?;
    for (name, cases) in unmapped {
        csv.row([name, cases.to_string()])?;
    }
    csv.close()?;
    dictionary(&to.join("dictionary.csv"), &options.marrow_sites)?;
    let path = to.join("cohort.html");
    let title = format!("straydose: a cohort of {} cases", gathered.cases());
    let page = (options.page)(&title, &page::body(&gathered, &summary, &versions));
    std::fs::write(&path, page).map_err(Error::writing(&path))?;
    Ok(gathered)
}

impl Gathered {
    /// All cases.
    fn cases(&self) -> usize {
        self.ok + self.refused + self.failed
    }
}

/// What a folder of results has: little enough of each case to hold all of them.
struct Index {
    /// Name and key of each case, by name.
    cases: Vec<(String, String)>,
    /// Versions of the program.
    versions: BTreeSet<String>,
}

impl Index {
    fn of(from: &Path) -> Result<Self, Error> {
        let (mut cases, mut versions) = (Vec::new(), BTreeSet::new());
        crate::store::each(from, |status, key| {
            cases.push((status.case_id, key));
            if !versions.contains(&status.version) {
                versions.insert(status.version);
            }
        })?;
        cases.sort();
        if let Some(pair) = cases.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(Error::Mixed {
                problem: format!(
                    "the case {:?} has two results ({} and {}): its files, its options or the program changed between runs",
                    pair[0].0, pair[0].1, pair[1].1
                ),
                way_out: "remove the folder of the older one, or run the cases into a new folder",
            });
        }
        Ok(Self { cases, versions })
    }
}

/// dictionary.csv: every column of every table.
fn dictionary(path: &Path, sites: &[&str]) -> Result<(), Error> {
    let mut csv = Csv::new(path, ["table", "column", "type", "meaning"])?;
    for line in columns::dictionary(sites) {
        csv.row(line)?;
    }
    for (table, columns) in [("refused.csv", &REFUSED[..]), ("unmapped.csv", &UNMAPPED[..])] {
        for [column, kind, meaning] in columns {
            csv.row([table, column, kind, meaning].map(str::to_owned))?;
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

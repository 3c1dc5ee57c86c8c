//! A case's result as it lies in its folder: status.json, run.json, organs.csv, marrow.csv, dvh.csv.

use super::columns::{MEAN, NUMBERS, VOLUMES};
use super::names::NOBODY;
use crate::error::name;
use crate::{Error, Status};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// What the program wrote of it is not as it was written.
const WAY_OUT: &str = "the folder as it was written, or remove it: the case is then run again";

/// A row of organs.parquet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrganRow {
    /// As in the manifest.
    pub case_id: String,
    /// By TG-263 where one is known.
    pub organ: String,
    /// As in the file.
    pub original_name: String,
    /// Who knew the name.
    pub named_by: &'static str,
    /// `ct`, `model` or `both`.
    pub from: Option<String>,
    /// In the order of [`NUMBERS`].
    pub(super) numbers: [Option<f64>; NUMBERS.len()],
    /// Parts (%) that receive at least each dose of [`VOLUMES`].
    pub(super) volume_from: [Option<f64>; VOLUMES.len()],
}

impl OrganRow {
    /// Mean dose (Gy).
    pub(super) fn mean_gy(&self) -> Option<f64> {
        self.numbers[Self::mean_at()]
    }

    fn mean_at() -> usize {
        NUMBERS.iter().position(|(name, _)| *name == MEAN).expect("it is one of them")
    }

    #[cfg(test)]
    pub(super) fn of_mean(gy: f64) -> Self {
        let mut row = Self::default();
        row.numbers[Self::mean_at()] = Some(gy);
        row
    }
}

/// A case and its organs.
pub(super) struct CaseResult {
    pub status: Status,
    /// run.json.
    pub run: Value,
    pub organs: Vec<OrganRow>,
}

impl CaseResult {
    /// Reads a case's folder.
    pub fn read(folder: &Path, status: Status) -> Result<Self, Error> {
        let volumes = volumes(&folder.join("dvh.csv"))?;
        let mut organs = organs(&folder.join("organs.csv"), &status.case_id, &volumes)?;
        // Only a completed body has active marrow.
        let marrow = folder.join("marrow.csv");
        if marrow.exists() {
            organs.extend(self::organs(&marrow, &status.case_id, &volumes)?);
        }
        let path = folder.join("run.json");
        let text = std::fs::read(&path).map_err(Error::reading(&path))?;
        let run: Value = serde_json::from_slice(&text).map_err(|error| Error::Table {
            file: format!("{}/run.json", name(folder)),
            problem: error.to_string(),
            way_out: WAY_OUT,
        })?;
        Ok(Self { status, run, organs })
    }

    /// A number that the manifest gives.
    pub fn given(&self, column: &str) -> Option<f64> {
        self.status.given.get(column)?.parse().ok()
    }

    /// The beams in run.json.
    pub fn beams(&self) -> &[Value] {
        self.run["beams"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The greatest number of any beam under a key.
    pub fn most(&self, key: &str) -> Option<f64> {
        self.beams().iter().filter_map(|beam| beam[key].as_f64()).reduce(f64::max)
    }

    /// The machines, each once.
    pub fn machines(&self) -> Option<Cow<'_, str>> {
        let mut machines: Vec<&str> =
            self.beams().iter().filter_map(|beam| beam["machine"].as_str()).collect();
        machines.sort_unstable();
        machines.dedup();
        (!machines.is_empty()).then(|| machines.join(" ").into())
    }

    /// Mean dose of an organ by the name that the program gave it (Gy).
    pub fn mean_gy(&self, original_name: &str) -> Option<f64> {
        self.organs.iter().find(|organ| organ.original_name == original_name)?.mean_gy()
    }
}

/// The rows of a CSV file, and where each of some columns is in them.
struct Rows<const N: usize> {
    reader: csv::Reader<std::fs::File>,
    at: [Option<usize>; N],
    file: String,
}

impl<const N: usize> Rows<N> {
    fn open(path: &Path, columns: [&str; N]) -> Result<Self, Error> {
        let file = name(path);
        let refused = |error: csv::Error| Error::Table {
            file: file.clone(),
            problem: error.to_string(),
            way_out: WAY_OUT,
        };
        let mut reader = csv::Reader::from_path(path).map_err(refused)?;
        let head = reader.headers().map_err(refused)?;
        let at = columns.map(|column| head.iter().position(|cell| cell == column));
        Ok(Self { reader, at, file })
    }

    /// Gives the cells of each row, empty where there is no such column.
    fn each(mut self, mut take: impl FnMut([&str; N])) -> Result<(), Error> {
        let mut row = csv::StringRecord::new();
        while self.reader.read_record(&mut row).map_err(|error| Error::Table {
            file: self.file.clone(),
            problem: error.to_string(),
            way_out: WAY_OUT,
        })? {
            take(self.at.map(|at| at.and_then(|at| row.get(at)).unwrap_or_default()));
        }
        Ok(())
    }
}

/// The parts of an organ (%) that receive at least each dose of [`VOLUMES`].
type Parts = [Option<f64>; VOLUMES.len()];

fn organs(path: &Path, case_id: &str, volumes: &BTreeMap<String, Parts>) -> Result<Vec<OrganRow>, Error> {
    const TEXTS: usize = 3;
    let mut columns = ["organ", "original_name", "from"].to_vec();
    columns.extend(NUMBERS.map(|(column, _)| column));
    let columns: [&str; TEXTS + NUMBERS.len()] = columns.try_into().expect("as many as were put there");
    let mut organs = Vec::new();
    Rows::open(path, columns)?.each(|cells| {
        let [organ, original_name, from] = [cells[0], cells[1], cells[2]];
        organs.push(OrganRow {
            case_id: case_id.to_owned(),
            organ: organ.to_owned(),
            original_name: original_name.to_owned(),
            // Until the names of the centres have been looked up.
            named_by: NOBODY,
            from: Some(from.to_owned()).filter(|from| !from.is_empty()),
            numbers: std::array::from_fn(|n| cells[TEXTS + n].parse().ok()),
            volume_from: volumes.get(organ).copied().unwrap_or_default(),
        });
    })?;
    Ok(organs)
}

/// The parts of organs by organ.
///
/// Between two doses of the histogram the volume is linear in the dose; above its last dose nothing is left.
fn volumes(path: &Path) -> Result<BTreeMap<String, Parts>, Error> {
    let mut curves: BTreeMap<String, Vec<[f64; 2]>> = BTreeMap::new();
    Rows::open(path, ["organ", "dose_gy", "volume_percent"])?.each(|[organ, dose, percent]| {
        let (Ok(dose), Ok(percent)) = (dose.parse(), percent.parse()) else { return };
        // Rows of an organ follow each other: its name is made anew once an organ.
        match curves.get_mut(organ) {
            Some(curve) => curve.push([dose, percent]),
            None => _ = curves.insert(organ.to_owned(), vec![[dose, percent]]),
        }
    })?;
    let at = |curve: &[[f64; 2]], gy: f64| {
        let above = curve.iter().position(|[dose, _]| *dose >= gy)?;
        let [high, percent] = curve[above];
        if above == 0 || high == gy {
            return Some(percent);
        }
        let [low, before] = curve[above - 1];
        Some(before + (gy - low) / (high - low) * (percent - before))
    };
    let all = |curve: &[[f64; 2]]| VOLUMES.map(|(gy, _)| Some(at(curve, gy).unwrap_or(0.0)));
    Ok(curves.into_iter().map(|(organ, curve)| (organ, all(&curve))).collect())
}

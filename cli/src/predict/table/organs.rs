//! A folder of estimates: each patient's organs.csv as one row.

use super::cells::{Cells, Column, Frame, number};
use crate::exit::Failure;
use crate::input_file::file_name;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Columns of organs.csv that may be variables (doses in Gy, volumes in cm³, distances in cm).
const MEASURES: [&str; 12] = [
    "volume_cm3",
    "mean_gy",
    "min_gy",
    "max_gy",
    "d98_gy",
    "d50_gy",
    "d2_gy",
    "in_field_gy",
    "head_scatter_gy",
    "collimator_gy",
    "leakage_gy",
    "distance_cm",
];

/// One row for each folder with an organs.csv, named by the folder; columns such as `Thyroid.mean_gy`.
pub fn folder(path: &Path, group: &str) -> Result<Frame, Failure> {
    let name = file_name(path);
    let refused = |problem: String| {
        Failure::refused(
            problem,
            name.clone(),
            "a folder with a folder for each patient, as `straydose estimate` writes them",
        )
    };
    let entries = std::fs::read_dir(path).map_err(|error| refused(format!("it cannot be read: {error}")))?;
    let mut folders: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect();
    folders.sort();
    let (mut patients, mut notes) = (Vec::new(), Vec::new());
    let mut columns = BTreeMap::<String, Vec<f64>>::new();
    let mut hasher = Sha256::new();
    for folder in folders {
        let Ok(bytes) = std::fs::read(folder.join("organs.csv")) else {
            notes.push(format!("{} holds no organs.csv and was left out", file_name(&folder)));
            continue;
        };
        hasher.update(&bytes);
        let place = format!("{}/organs.csv", file_name(&folder));
        one(&bytes, &place, patients.len(), &mut columns)?;
        patients.push(file_name(&folder));
    }
    if patients.is_empty() {
        return Err(refused("none of its folders holds an organs.csv".into()));
    }
    let rows = patients.len();
    let mut all = vec![Column { name: group.into(), cells: Cells::Words(patients) }];
    all.extend(columns.into_iter().map(|(name, mut values)| {
        values.resize(rows, f64::NAN);
        Column { name, cells: Cells::Numbers(values) }
    }));
    Ok(Frame { name, sha256: hex(&hasher.finalize()), columns: all, notes })
}

fn one(
    bytes: &[u8],
    place: &str,
    row: usize,
    columns: &mut BTreeMap<String, Vec<f64>>,
) -> Result<(), Failure> {
    let refused =
        |problem: String| Failure::refused(problem, place, "the file as `straydose estimate` wrote it");
    let mut reader = csv::Reader::from_reader(bytes);
    let head = reader.headers().map_err(|error| refused(error.to_string()))?.clone();
    let Some(organ) = head.iter().position(|column| column == "organ") else {
        return Err(refused("it has no column \"organ\"".into()));
    };
    for record in reader.records() {
        let record = record.map_err(|error| refused(error.to_string()))?;
        for (name, cell) in head.iter().zip(&record).filter(|(name, _)| MEASURES.contains(name)) {
            let Some(value) = number(cell) else {
                return Err(refused(format!("{name} of {} is {cell:?}, no number", &record[organ])));
            };
            let values = columns.entry(format!("{}.{name}", &record[organ])).or_default();
            if values.len() > row {
                return Err(refused(format!("the organ {:?} is there twice", &record[organ])));
            }
            values.resize(row, f64::NAN);
            values.push(value);
        }
    }
    Ok(())
}

/// A hash as text.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

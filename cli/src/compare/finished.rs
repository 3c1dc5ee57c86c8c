//! A finished run as its files tell it: run.json and organs.csv.

use crate::exit::{Failure, with_causes};
use crate::input_file::InputFile;
use crate::output_folder::{PROGRAM, RECORD};
use ::estimate::difference::{OrganMean, Run};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// A run.
pub struct Finished {
    /// What it is called on the page: folders are often called by names.
    pub letter: String,
    /// What its numbers hang on.
    pub run: Run,
    /// Source photons.
    pub histories: u64,
    /// Edges of a voxel (mm).
    pub voxel_mm: Vec<f64>,
    /// Monitor units of a fraction, all beams.
    pub mu: f64,
    /// Beams that treat.
    pub beams: usize,
    /// Whether the body was completed beyond the scan.
    pub is_completed: bool,
    /// Whether a planned dose stands in the field.
    pub has_planned: bool,
    /// What isodoses are parts of (Gy), where the record says.
    pub reference_gy: Option<f64>,
    /// Its organs.
    pub organs: Vec<Organ>,
    /// SHA-256 of its files.
    pub sha256: BTreeMap<String, String>,
}

/// An organ of a run.
pub struct Organ {
    /// By TG-263 where one exists.
    pub name: String,
    original_name: String,
    /// ct, model or both.
    pub from: String,
    /// Its volume (cm³).
    pub volume_cm3: f64,
    /// Its mass (g), where the table says.
    pub mass_g: Option<f64>,
    /// The dose that its hottest fiftieth has (Gy), where the table says.
    pub d2_gy: Option<f64>,
    /// Its mean dose.
    pub mean: OrganMean,
}

impl Organ {
    /// Whether it is the same organ in another run.
    pub fn is_same(&self, other: &Organ) -> bool {
        self.name == other.name && self.original_name == other.original_name
    }
}

/// The columns of the components' doses, and of their statistical errors.
const COMPONENTS: [[&str; 2]; 4] = [
    ["in_field_gy", "in_field_stat_percent"],
    ["head_scatter_gy", "head_scatter_stat_percent"],
    ["collimator_gy", "collimator_stat_percent"],
    ["leakage_gy", "leakage_stat_percent"],
];

impl Finished {
    /// Reads a folder.
    pub fn read(folder: &Path, letter: &str) -> Result<Self, Failure> {
        let record = InputFile::read(&folder.join(RECORD), "the record of a run")?;
        let table = InputFile::read(&folder.join("organs.csv"), "the table of organs")?;
        let place = |name: &str| format!("{name} of {letter}");
        let json: Value = serde_json::from_str(record.text()?).map_err(|error| {
            Failure::refused(with_causes(&error), place(RECORD), "a folder of `straydose estimate`")
        })?;
        let lacks = |key: &str| {
            let problem = format!("it is no record of an estimate that can be compared: {key} is missing");
            Failure::refused(problem, place(RECORD), "running `straydose estimate` again with this version")
        };
        if json["program"] != PROGRAM {
            return Err(lacks("program"));
        }
        let numbers = |key: &str| -> Result<Vec<f64>, Failure> {
            let list = json[key].as_array().ok_or_else(|| lacks(key))?;
            list.iter().map(|value| value.as_f64().ok_or_else(|| lacks(key))).collect()
        };
        let model: [f64; 4] = numbers("model_percent")?.try_into().map_err(|_| lacks("model_percent"))?;
        let beams = json["beams"].as_array().ok_or_else(|| lacks("beams"))?;
        let (mut mu, mut unit, mut machines) = (0.0, 0.0, Vec::new());
        for beam in beams {
            let number = |key: &str| beam[key].as_f64().ok_or_else(|| lacks(key));
            mu += number("mu")?;
            unit += number("mu")? * number("monitor_unit_sigma_percent")? / 100.0;
            let machine = beam["machine"].as_str().ok_or_else(|| lacks("machine"))?;
            // With or without flattening filter is another machine, as far as its errors go; older records do not say.
            let nominal = format!("{} MV", number("nominal_mv")?);
            machines.push(format!("{machine}, {}", beam["energy"].as_str().unwrap_or(&nominal)));
        }
        machines.sort();
        machines.dedup();
        let model_sigma = model.map(|percent| percent / 100.0);
        let organs = organs(&table, &model_sigma, &place("organs.csv"))?;
        let hash = |file: &InputFile| (format!("{letter}/{}", file.name), file.sha256());
        let seed = json["seed"].as_u64().ok_or_else(|| lacks("seed"))?;
        Ok(Self {
            letter: letter.to_owned(),
            run: Run {
                seed,
                unit_seed: json["monitor_unit_seed"].as_u64().unwrap_or(seed),
                machines: machines.join("; "),
                unit_sigma: if mu > 0.0 { unit / mu } else { 0.0 },
                model_sigma,
            },
            histories: json["histories"].as_u64().ok_or_else(|| lacks("histories"))?,
            voxel_mm: numbers("voxel_mm")?,
            mu,
            beams: beams.len(),
            is_completed: !json["completion"].is_null(),
            has_planned: !json["planned_dose"].is_null(),
            reference_gy: json["reference_dose_gy"].as_f64(),
            organs,
            sha256: [hash(&record), hash(&table)].into(),
        })
    }
}

fn organs(table: &InputFile, model_sigma: &[f64; 4], place: &str) -> Result<Vec<Organ>, Failure> {
    let refused = |problem: String| {
        Failure::refused(problem, place, "running `straydose estimate` again with this version")
    };
    let mut reader = csv::Reader::from_reader(table.text()?.as_bytes());
    let header = reader.headers().map_err(|error| refused(with_causes(&error)))?.clone();
    let column = |name: &str| {
        header
            .iter()
            .position(|column| column == name)
            .ok_or_else(|| refused(format!("the column {name} is missing")))
    };
    let mut organs = Vec::new();
    for (n, row) in reader.records().enumerate() {
        let row = row.map_err(|error| refused(with_causes(&error)))?;
        let text = |name: &str| Ok::<_, Failure>(row.get(column(name)?).unwrap_or_default());
        // An empty cell is a dose or an error that there is none of.
        let number =
            |name: &str| match text(name)? {
                "" => Ok(0.0),
                text => text.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or_else(|| {
                    refused(format!("line {}: {name} holds {text:?}, which is no number", n + 2))
                }),
            };
        let is_there = |name: &str| header.iter().any(|column| column == name);
        let optional = |name: &str| is_there(name).then(|| number(name)).transpose();
        let mut components = [(0.0, 0.0); 4];
        for (component, [gy, stat]) in components.iter_mut().zip(COMPONENTS) {
            *component = (number(gy)?, number(stat)? / 100.0);
        }
        let sum: f64 = components.iter().map(|(gy, _)| gy).sum();
        let machine = components
            .iter()
            .zip(model_sigma)
            .map(|((gy, _), sigma)| (gy * sigma).powi(2))
            .sum::<f64>()
            .sqrt();
        let machine = if sum > 0.0 { machine / sum } else { 0.0 };
        // model_percent is machine and place together.
        let place_sigma = ((number("model_percent")? / 100.0).powi(2) - machine.powi(2)).max(0.0).sqrt();
        organs.push(Organ {
            name: text("organ")?.to_owned(),
            original_name: text("original_name")?.to_owned(),
            from: text("from")?.to_owned(),
            volume_cm3: number("volume_cm3")?,
            mass_g: optional("mass_g")?,
            d2_gy: optional("d2_gy")?,
            mean: OrganMean {
                total: (number("mean_gy")?, number("stat_percent")? / 100.0),
                components,
                place_sigma,
            },
        });
    }
    Ok(organs)
}

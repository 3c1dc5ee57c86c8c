//! A case's result as rows: from organs.csv, dvh.csv and run.json in its folder.

use super::names::NOBODY;
use crate::error::name;
use crate::{Error, Status};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Doses (Gy) whose volumes are columns of organs.parquet.
pub const DOSES_GY: [f64; 10] = [0.001, 0.005, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 20.0, 40.0];

/// A row of cases.parquet; `columns` says what each field means.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct CaseRow {
    pub case_id: String,
    pub key: String,
    pub version: String,
    pub seed: Option<i64>,
    pub histories: Option<i64>,
    pub plan_uid_hash: Option<String>,
    pub sex: Option<String>,
    pub age_years: Option<f64>,
    pub height_cm: Option<f64>,
    pub weight_kg: Option<f64>,
    pub machines: Option<String>,
    pub nominal_mv: Option<f64>,
    pub beams: Option<i64>,
    pub beams_left_out: Option<i64>,
    pub monitor_units: Option<f64>,
    pub fractions: Option<i64>,
    pub voxel_mm: Option<f64>,
    pub body_mass_kg: Option<f64>,
    pub reference_dose_gy: Option<f64>,
    pub has_planned_dose: Option<bool>,
    pub planned_factor: Option<f64>,
    pub gamma_pass_percent: Option<f64>,
    pub organs: Option<i64>,
    pub warnings: Option<i64>,
}

/// A row of organs.parquet; `columns` says what each field means.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct OrganRow {
    pub case_id: String,
    pub organ: String,
    pub original_name: String,
    pub named_by: &'static str,
    pub from: Option<String>,
    pub in_scan: Option<bool>,
    pub volume_cm3: Option<f64>,
    pub mass_g: Option<f64>,
    pub mean_gy: Option<f64>,
    pub min_gy: Option<f64>,
    pub max_gy: Option<f64>,
    pub d98_gy: Option<f64>,
    pub d50_gy: Option<f64>,
    pub d2_gy: Option<f64>,
    pub volume_from: [Option<f64>; DOSES_GY.len()],
    pub stat_percent: Option<f64>,
    pub model_percent: Option<f64>,
    pub components_gy: [Option<f64>; 4],
    pub distance_cm: Option<f64>,
    pub planned_mean_gy: Option<f64>,
}

/// A case and its organs.
pub(super) struct Result {
    pub case: CaseRow,
    pub organs: Vec<OrganRow>,
}

impl Result {
    /// Reads a case's folder.
    pub fn read(folder: &Path, status: &Status) -> std::result::Result<Self, Error> {
        let volumes = volumes(&folder.join("dvh.csv"))?;
        let organs = organs(&folder.join("organs.csv"), &status.case_id, &volumes)?;
        let path = folder.join("run.json");
        let text = std::fs::read(&path).map_err(Error::reading(&path))?;
        let run: Value = serde_json::from_slice(&text).map_err(|error| Error::Table {
            file: format!("{}/run.json", name(folder)),
            problem: error.to_string(),
            way_out: "the folder as it was written, or remove it: the case is then run again",
        })?;
        Ok(Self { case: case(status, &run, organs.len()), organs })
    }
}

fn case(status: &Status, run: &Value, organs: usize) -> CaseRow {
    let given = |column: &str| status.given.get(column);
    let number = |column: &str| given(column).and_then(|text| text.parse().ok());
    let beams = run["beams"].as_array().map_or(&[][..], Vec::as_slice);
    let most = |key: &str| beams.iter().filter_map(|beam| beam[key].as_f64()).reduce(f64::max);
    let mut machines: Vec<&str> = beams.iter().filter_map(|beam| beam["machine"].as_str()).collect();
    machines.sort_unstable();
    machines.dedup();
    let planned = &run["planned_dose"];
    let count = |value: &Value| value.as_array().map(|list| list.len() as i64);
    CaseRow {
        case_id: status.case_id.clone(),
        key: status.key.clone(),
        version: status.version.clone(),
        seed: i64::try_from(status.seed).ok(),
        histories: run["histories"].as_i64(),
        plan_uid_hash: status.plan_uid_hash.clone(),
        sex: given("sex").cloned(),
        age_years: number("age_years"),
        height_cm: number("height_cm"),
        weight_kg: number("weight_kg"),
        machines: (!machines.is_empty()).then(|| machines.join(" ")),
        nominal_mv: most("nominal_mv"),
        beams: Some(beams.len() as i64),
        beams_left_out: count(&run["beams_left_out"]),
        monitor_units: beams.iter().map(|beam| beam["mu"].as_f64()).sum(),
        fractions: most("fractions").map(|n| n as i64),
        voxel_mm: run["voxel_mm"]
            .as_array()
            .and_then(|mm| mm.iter().filter_map(Value::as_f64).reduce(f64::max)),
        body_mass_kg: run["body_mass_g"].as_f64().map(|g| g / 1000.0),
        reference_dose_gy: run["reference_dose_gy"].as_f64(),
        has_planned_dose: Some(planned.is_object()),
        planned_factor: planned["factor"].as_f64(),
        gamma_pass_percent: planned["gamma_3_percent_3_mm_pass_percent"].as_f64(),
        organs: Some(organs as i64),
        warnings: count(&run["warnings"]),
    }
}

/// The rows of a CSV file as cells by column.
fn rows(path: &Path) -> std::result::Result<Vec<BTreeMap<String, String>>, Error> {
    let refused = |error: csv::Error| Error::Table {
        file: name(path),
        problem: error.to_string(),
        way_out: "the folder as it was written, or remove it: the case is then run again",
    };
    csv::Reader::from_path(path).map_err(refused)?.deserialize().map(|row| row.map_err(refused)).collect()
}

fn organs(
    path: &Path,
    case_id: &str,
    volumes: &BTreeMap<String, [Option<f64>; DOSES_GY.len()]>,
) -> std::result::Result<Vec<OrganRow>, Error> {
    let row = |cells: BTreeMap<String, String>| {
        let text = |column: &str| cells.get(column).cloned().unwrap_or_default();
        let number = |column: &str| cells.get(column).and_then(|cell| cell.parse().ok());
        let (organ, original_name) = (text("organ"), text("original_name"));
        let from = Some(text("from")).filter(|from| !from.is_empty());
        OrganRow {
            case_id: case_id.to_owned(),
            // Until the names of the centres have been looked up.
            named_by: NOBODY,
            in_scan: from.as_deref().map(|from| from == "ct"),
            volume_from: volumes.get(&organ).copied().unwrap_or_default(),
            from,
            volume_cm3: number("volume_cm3"),
            mass_g: number("mass_g"),
            mean_gy: number("mean_gy"),
            min_gy: number("min_gy"),
            max_gy: number("max_gy"),
            d98_gy: number("d98_gy"),
            d50_gy: number("d50_gy"),
            d2_gy: number("d2_gy"),
            stat_percent: number("stat_percent"),
            model_percent: number("model_percent"),
            components_gy: ["in_field_gy", "head_scatter_gy", "collimator_gy", "leakage_gy"].map(number),
            distance_cm: number("distance_cm"),
            planned_mean_gy: number("planned_mean_gy"),
            organ,
            original_name,
        }
    };
    Ok(rows(path)?.into_iter().map(row).collect())
}

/// The parts of organs (%) that receive at least each of [`DOSES_GY`], by organ.
///
/// Between two doses of the histogram the volume is linear in the dose; above its last dose nothing is left.
fn volumes(path: &Path) -> std::result::Result<BTreeMap<String, [Option<f64>; DOSES_GY.len()]>, Error> {
    let mut curves: BTreeMap<String, Vec<[f64; 2]>> = BTreeMap::new();
    for mut cells in rows(path)? {
        let number = |column: &str| cells.get(column).and_then(|cell| cell.parse::<f64>().ok());
        if let (Some(dose), Some(percent)) = (number("dose_gy"), number("volume_percent")) {
            curves.entry(cells.remove("organ").unwrap_or_default()).or_default().push([dose, percent]);
        }
    }
    let at = |curve: &[[f64; 2]], gy: f64| {
        let above = curve.iter().position(|[dose, _]| *dose >= gy)?;
        let [high, percent] = curve[above];
        if above == 0 || high == gy {
            return Some(percent);
        }
        let [low, before] = curve[above - 1];
        Some(before + (gy - low) / (high - low) * (percent - before))
    };
    let all =
        |curve: Vec<[f64; 2]>| DOSES_GY.map(|gy| (!curve.is_empty()).then(|| at(&curve, gy).unwrap_or(0.0)));
    Ok(curves.into_iter().map(|(organ, curve)| (organ, all(curve))).collect())
}

//! What a training writes: model.json, folds.csv, report.html, run.json.

use super::super::notice::notice;
use super::super::pages::counts;
use super::super::write;
use super::{Finished, report, rows_of_folds};
use crate::args::INTENDED_USE;
use crate::exit::Failure;
use crate::input_file::InputFile;
use crate::output_folder::{OutputFolder, PROGRAM, RECORD};
use crate::run_record::own_command;
use crate::stages::Stages;
use ::predict::Outcome;
use ::predict::loss::probability;
use ::predict::model::Kind;
use serde_json::json;
use std::collections::BTreeMap;

const MODEL: &str = "model.json";
const FOLDS: &str = "folds.csv";
const REPORT: &str = "report.html";

/// Writes all files.
pub fn write(
    finished: &Finished,
    output: &OutputFolder,
    inputs: &[&InputFile],
    stages: &Stages,
) -> Result<(), Failure> {
    write::text(output, MODEL, &finished.model.to_json())?;
    folds(finished, output)?;
    write::text(output, REPORT, &report::page(finished))?;
    let Finished { model, rows, plan, arguments, .. } = finished;
    let mut hashes: BTreeMap<&str, String> =
        rows.files.iter().map(|(name, hash)| (name.as_str(), hash.clone())).collect();
    hashes.extend(inputs.iter().map(|file| (file.name.as_str(), file.sha256())));
    let record = json!({
        "program": PROGRAM,
        "version": env!("CARGO_PKG_VERSION"),
        "intended_use": INTENDED_USE,
        "notice": notice(model.provenance.is_synthetic),
        "command": own_command(),
        "files": [MODEL, FOLDS, REPORT],
        "seed": plan.recipe.seed,
        "kind": model.kind,
        "target": arguments.target,
        "patients": model.provenance.patients,
        "rows": model.provenance.rows,
        "events": model.provenance.events,
        "variables_offered": finished.trained.used_in_folds.len(),
        "variables_used": model.variables.iter().map(|variable| &variable.column).collect::<Vec<_>>(),
        "evidence": model.evidence,
        "stage_seconds": stages.seconds,
        "inputs_sha256": hashes,
        "model_sha256": model.sha256,
        "notes": rows.notes,
        "warnings": model.evidence.warnings,
    });
    write::text(output, RECORD, &(serde_json::to_string_pretty(&record).expect("string keys only") + "\n"))
}

/// Every row as it was judged, by a model that had not seen its patient.
fn folds(finished: &Finished, output: &OutputFolder) -> Result<(), Failure> {
    let Finished { model, trained, rows, outcome, .. } = finished;
    let mut header: Vec<String> = ["patient", "lesion", "fold"].map(str::to_owned).to_vec();
    header.extend(match outcome {
        Outcome::Survival { .. } => vec!["time".to_owned(), "event".to_owned()],
        _ => vec!["outcome".to_owned()],
    });
    header.extend(["predictor".to_owned(), "score".to_owned(), "notice".to_owned()]);
    let mut judged: Vec<(usize, usize, f64)> = rows_of_folds(trained).collect();
    judged.sort_by_key(|(row, ..)| *row);
    let notice = notice(model.provenance.is_synthetic);
    let yes = |yes: bool| if yes { "1".to_owned() } else { "0".to_owned() };
    let lines = judged.into_iter().map(|(row, fold, predictor)| {
        let mut line = vec![rows.patients[row].clone(), rows.lesions[row].clone(), (fold + 1).to_string()];
        match outcome {
            Outcome::Continuous(values) => line.push(write::number(values[row])),
            Outcome::Binary(values) => line.push(yes(values[row])),
            Outcome::Survival { time, event } => line.extend([write::number(time[row]), yes(event[row])]),
        }
        let score = if model.kind == Kind::Logistic { probability(predictor) } else { predictor };
        line.extend([write::number(predictor), write::number(score), notice.clone()]);
        line
    });
    write::table(output, FOLDS, &header, lines)
}

/// What a person wants to see first.
pub fn summary(finished: &Finished) -> String {
    let Finished { model, trained, .. } = finished;
    let of = |performance: &::predict::performance::Performance| {
        let interval =
            performance.interval.map_or_else(String::new, |[low, high]| format!(" ({low:.2} to {high:.2})"));
        format!("{} {:.2}{interval}", performance.measure, performance.value)
    };
    let mut text = String::new();
    if model.provenance.is_synthetic {
        text += "synthetic example, no clinical meaning\n";
    }
    let (used, offered) = (model.variables.len(), trained.used_in_folds.len());
    text += &format!("{}; {used} of {offered} variables used", counts(model));
    text += &format!("\non patients it had not seen: {}", of(&trained.performance));
    for (name, performance) in &trained.comparators {
        text += &format!("\n  {name} alone: {}", of(performance));
    }
    for warning in &trained.warnings {
        text += &format!("\nwarning: {warning}");
    }
    text
}

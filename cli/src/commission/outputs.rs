//! What a commissioning writes: machine.toml, points.csv, report.html, run.json.

use super::{Commissioned, report};
use crate::args::INTENDED_USE;
use crate::backend::ChosenBackend;
use crate::exit::{Failure, with_causes};
use crate::input_file::InputFile;
use crate::output_folder::{OutputFolder, PROGRAM, RECORD};
use crate::run_record::command_without_folders;
use crate::stages::Stages;
use ::commission::fit::Verdict;
use ::commission::measurement::{Collimation, Medium, Scale};
use ::commission::responses::Effort;
use serde_json::json;
use std::collections::BTreeMap;

/// The machine file.
pub const MACHINE: &str = "machine.toml";
/// Measured beside fitted, point by point.
pub const POINTS: &str = "points.csv";
/// The page.
const REPORT: &str = "report.html";

/// Writes all files; `machine` is the new machine file.
pub fn write(
    finished: &Commissioned,
    machine: &str,
    output: &OutputFolder,
    inputs: &[&InputFile],
    effort: Effort,
    chosen: &ChosenBackend,
    stages: Stages,
) -> Result<(), Failure> {
    let cannot = |name: &str, error: &dyn std::error::Error| {
        let problem = format!("{name} cannot be written: {}", with_causes(error));
        Failure::failed(problem, "another --out, with more space")
    };
    let put = |name: &str, text: &str| std::fs::write(output.file(name), text).map_err(|e| cannot(name, &e));
    put(MACHINE, machine)?;
    points(finished, output).map_err(|error| cannot(POINTS, &error))?;
    put(REPORT, &report::page(finished))?;
    let device = chosen.backend.describe();
    let fit = finished.fit;
    let numbers: Vec<_> = fit
        .numbers
        .iter()
        .map(|number| {
            json!({
                "name": number.parameter.name,
                "before": number.parameter.before,
                "sigma_before": number.parameter.sigma_before,
                "value": number.value,
                "sigma_relative": number.sigma_relative,
                "verdict": verdict(number.verdict),
            })
        })
        .collect();
    let hashes: BTreeMap<&str, String> =
        inputs.iter().map(|file| (file.name.as_str(), file.sha256())).collect();
    let record = json!({
        "program": PROGRAM,
        "version": env!("CARGO_PKG_VERSION"),
        "intended_use": INTENDED_USE,
        "command": command_without_folders(std::env::args_os()),
        "machine": finished.machine.name,
        "nominal_mv": finished.machine.beams[finished.quality].nominal_mv,
        "files": [MACHINE, POINTS, REPORT],
        "seed": effort.seed,
        "histories_of_the_open_beam_a_field": effort.histories,
        "device": device.name,
        "backend": device.backend,
        "stage_seconds": stages.seconds,
        "numbers": numbers,
        "correlations": fit.correlations,
        "eigenvalues": fit.eigenvalues,
        "chi_squared": fit.chi_squared,
        "degrees_of_freedom": fit.degrees_of_freedom,
        "inputs_sha256": hashes,
    });
    put(RECORD, &(serde_json::to_string_pretty(&record).expect("the record has string keys only") + "\n"))
}

fn points(finished: &Commissioned, output: &OutputFolder) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_path(output.file(POINTS))?;
    writer.write_record([
        "line",
        "series",
        "field_x_mm",
        "field_y_mm",
        "collimation",
        "medium",
        "ssd_mm",
        "x_mm",
        "y_mm",
        "depth_mm",
        "measured",
        "uncertainty_percent",
        "before",
        "fitted",
        "run_percent",
        "in_field_share",
        "head_scatter_share",
        "collimator_share",
        "leakage_share",
        "electrons_share",
    ])?;
    let table = finished.measurements;
    for (place, (point, fitted)) in table.points.iter().zip(&finished.fit.points).enumerate() {
        let setup = table.setups[point.setup];
        let shares = finished.model.shares(&finished.fit.steps, place);
        let series = match point.scale {
            Scale::Series(series) => table.series[series].clone(),
            Scale::MonitorUnits(mu) => format!("{mu} MU"),
        };
        let mut row = vec![point.line.to_string(), series];
        row.extend(setup.field_mm.map(|mm| mm.to_string()));
        row.push(if setup.collimation == Collimation::Open { "open" } else { "blocked" }.into());
        row.push(if setup.medium == Medium::Water { "water" } else { "air" }.into());
        row.push(setup.ssd_mm.to_string());
        row.extend(point.position_mm.map(|mm| mm.to_string()));
        row.extend([point.dose, 100.0 * point.sigma_relative].map(|value| value.to_string()));
        row.extend([fitted.before, fitted.after].map(|value| format!("{value:.5e}")));
        row.push(format!("{:.2}", 100.0 * fitted.sigma_relative));
        row.extend(shares.map(|share| format!("{share:.4}")));
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(())
}

/// A verdict in a word.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fitted => "fitted",
        Verdict::NotDetermined => "not determined",
        Verdict::AtItsBound => "at its bound",
    }
}

/// What a person wants to see first.
pub fn summary(finished: &Commissioned) -> String {
    let fit = finished.fit;
    let mut text = format!(
        "{} points, chi-squared {:.1} for {} degrees of freedom",
        fit.points.len(),
        fit.chi_squared,
        fit.degrees_of_freedom
    );
    for number in &fit.numbers {
        text += &format!(
            "\n{}: {:.4e} ± {:.1} % (file {:.4e}), {}",
            number.parameter.name,
            number.value,
            100.0 * number.sigma_relative,
            number.parameter.before,
            verdict(number.verdict)
        );
    }
    text
}

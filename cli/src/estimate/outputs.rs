//! What an estimate writes.

use super::{Finished, report, tables};
use crate::args::INTENDED_USE;
use crate::exit::{Failure, with_causes};
use crate::output_folder::{OutputFolder, PROGRAM, RECORD};
use crate::run_record::BackendRecord;
use crate::stages::Stages;
use ::estimate::BodyDose;
use anatomy::ReferenceDose;
use formats::dicom::write::{Bits, DoseWriter};
use serde_json::{Value, json};
use std::path::Path;
use volume::Image;

/// What DICOM's dose comment says before the reader's own words.
const COMMENT: &str = "straydose estimate";

/// What was asked for, for the record.
pub struct Asked<'a> {
    /// Seed of the random numbers.
    pub seed: u64,
    /// That of the monitor unit's calibration.
    pub monitor_unit_seed: u64,
    /// Fractions, where they are not those of the plan.
    pub fractions: Option<u32>,
    /// Where it ran.
    pub backend: &'a BackendRecord,
    /// Whether the model's error of each voxel is written.
    pub model_image: bool,
    /// The command, without folders.
    pub command: Vec<String>,
}

/// Writes everything into the folder.
///
/// # Errors
/// A file cannot be written.
pub fn write(
    finished: &Finished,
    asked: &Asked,
    output: &OutputFolder,
    stages: &Stages,
) -> Result<(), Failure> {
    let failed =
        |error: formats::Error| Failure::failed(with_causes(&error), "another --out, with more space");
    let grid = finished.anatomy.grid;
    let image = |values: &[f32]| Image { grid, values: values.to_vec() };
    let save = |name: &str, image: &Image<f32>| {
        formats::nifti::write_image(&output.file(name), image).map_err(failed)
    };
    save("dose.nii.gz", finished.dose_gy)?;
    save("sigma.nii.gz", &image(&finished.ours.sigma_relative))?;
    if asked.model_image {
        save("model.nii.gz", &image(&model_errors(finished.ours)))?;
    }
    let labels: Vec<f32> = finished.anatomy.labels.iter().map(|&label| f32::from(label)).collect();
    save("anatomy.nii.gz", &image(&labels))?;
    let components: Vec<&[f32]> = finished.ours.components_gy.iter().map(Vec::as_slice).collect();
    formats::nifti::write_components(&output.file("components.nii.gz"), &grid, &components)
        .map_err(failed)?;
    if let Some(identity) = &finished.inputs.identity {
        let dose = finished.dose_gy.clone();
        let dose = match &finished.inputs.axes_of_files {
            Some(axes) => dose.along(axes),
            None => dose,
        };
        let writer = DoseWriter {
            identity,
            plan_class: &finished.inputs.plan.class_uid,
            plan_uid: &finished.inputs.plan.uid,
            image: &dose,
            comment: COMMENT,
            bits: Bits::ThirtyTwo,
        };
        writer.save(&output.file("dose.dcm")).map_err(failed)?;
    }
    let rows = tables::organ_rows(finished);
    tables::write_organs(&output.file("organs.csv"), &rows)?;
    let marrow = tables::marrow_rows(finished);
    if !marrow.is_empty() {
        tables::write_organs(&output.file("marrow.csv"), &marrow)?;
    }
    tables::write_dvhs(&output.file("dvh.csv"), rows.iter().chain(&marrow))?;
    tables::write_anatomy(&output.file("anatomy.csv"), finished)?;
    let record = record(finished, asked, stages);
    let page = report::page(finished, &rows, &record).map_err(|why| Failure::failed(why, "reporting it"))?;
    write_text(&output.file("report.html"), &page)?;
    let text = serde_json::to_string_pretty(&record).expect("the record has string keys only");
    write_text(&output.file(RECORD), &(text + "\n"))
}

/// Relative error of each voxel's dose for want of knowledge of the machine; 1 where nothing was scored.
fn model_errors(ours: &BodyDose) -> Vec<f32> {
    let of = |voxel: usize| {
        let parts_gy = std::array::from_fn(|part| f64::from(ours.components_gy[part][voxel]));
        let electrons_gy = ours.electrons.as_ref().map_or(0.0, |electrons| f64::from(electrons.gy[voxel]));
        ours.model_error(parts_gy, electrons_gy).unwrap_or(1.0) as f32
    };
    (0..ours.dose_gy.values.len()).map(of).collect()
}

fn write_text(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| {
        let name = crate::input_file::file_name(path);
        Failure::failed(format!("{name} cannot be written: {error}"), "another --out, with more space")
    })
}

/// run.json.
pub fn record(finished: &Finished, asked: &Asked, stages: &Stages) -> Value {
    let Finished { inputs, choices, ours, comparison, anatomy, .. } = finished;
    let beams: Vec<Value> = inputs
        .plan
        .deliveries()
        .zip(choices.iter())
        .zip(&ours.monitor_units)
        .map(|((delivery, choice), unit)| {
            json!({
                "number": delivery.beam.number, "name": delivery.beam.name, "mu": delivery.mu,
                "fractions": asked.fractions.or(delivery.fractions), "machine": choice.machine.name,
                "machine_because": choice.why, "nominal_mv": choice.quality.nominal_mv,
                "energy": choice.quality.fluence.energy(choice.quality.nominal_mv),
                "monitor_unit_sigma_percent": 100.0 * unit.sigma_relative,
            })
        })
        .collect();
    let left_out = inputs.plan.left_out.iter();
    json!({
        "program": PROGRAM,
        "version": env!("CARGO_PKG_VERSION"),
        "sources": env!("STRAYDOSE_SOURCES"),
        "intended_use": INTENDED_USE,
        "command": asked.command,
        "unit": "Gy, all fractions",
        "seed": asked.seed,
        "monitor_unit_seed": asked.monitor_unit_seed,
        "histories": ours.histories,
        "backend": asked.backend,
        "stage_seconds": stages.seconds,
        "voxel_mm": anatomy.grid.spacing_mm,
        "shape": anatomy.grid.shape,
        "completion": finished.made.map(|made| &made.record),
        "body_mass_g": anatomy.mass_g(),
        "model_percent": ours.model_sigma.map(|sigma| 100.0 * sigma),
        "electrons_model_percent": ours.electrons.as_ref().map(|electrons| 100.0 * electrons.model_sigma),
        "beams": beams,
        "beams_left_out": left_out.map(|b| json!({"number": b.number, "name": b.name, "reason": b.reason})).collect::<Vec<_>>(),
        "planned_dose": comparison.map(|c| json!({
            "factor": c.factor, "max_gy": c.planned_max_gy, "gamma_3_percent_3_mm_pass_percent": c.gamma_pass_share.map(|s| 100.0 * s),
            "gamma_without_factor_pass_percent": c.gamma_pass_share_unscaled.map(|s| 100.0 * s),
        })),
        "inputs_sha256": inputs.sha256,
        "reference_dose_gy": finished.reference.gy,
        "warnings": finished.warnings,
        "remarks": finished.remarks,
    })
}

/// The last words on the terminal.
pub fn summary(finished: &Finished) -> String {
    let ReferenceDose { gy, cube_mm } = finished.reference;
    let mut text = format!(
        "highest dose {gy:.3} Gy (mean of a cube of {:.0} mm), {} histories",
        cube_mm[0], finished.ours.histories
    );
    if let Some(c) = finished.comparison {
        let percent = |share: Option<f64>| share.map_or("-".into(), |s| format!("{:.1} %", 100.0 * s));
        text.push_str(&format!(
            "\nplanned dose: {:.4} times ours above 50 %; gamma 3 %/3 mm above 10 %: {} (without the factor {})",
            c.factor,
            percent(c.gamma_pass_share),
            percent(c.gamma_pass_share_unscaled)
        ));
    }
    text
}

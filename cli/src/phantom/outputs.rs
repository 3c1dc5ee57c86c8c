//! What a phantom is written as.

use super::Asked;
use crate::args::INTENDED_USE;
use crate::exit::{Failure, with_causes};
use crate::output_folder::{DICOM, OutputFolder, PROGRAM, RECORD};
use crate::stages::Stages;
use formats::dicom::write::{CtWriter, Identity, StructureWriter};
use phantoms::{Body, Organ, Person, Sex, Skeleton, Source, Voxels};
use serde_json::json;
use std::path::Path;
use treatment::iec61217::PatientPosition;
use volume::Image;

/// A mass in voxels this far from what it should be is warned of (%).
const WARN_PERCENT: f64 = 3.0;

/// anatomy.nii.gz, hu.nii.gz, anatomy.csv, marrow.csv.
pub fn write_images(body: &Body, voxels: &Voxels, output: &OutputFolder) -> Result<(), Failure> {
    let save = |name: &str, image: &Image<f32>| {
        formats::nifti::write_image(&output.file(name), image).map_err(|error| cannot(&error))
    };
    save("hu.nii.gz", &voxels.hu)?;
    let labels = voxels.labels.values.iter().map(|label| f32::from(*label)).collect();
    save("anatomy.nii.gz", &Image { grid: voxels.labels.grid, values: labels })?;
    let rows = body.organs().iter().zip(&voxels.volumes_cm3).enumerate().map(|(n, (organ, cm3))| {
        let source = match organ.source {
            Source::Reference(quantity) => format!("reference {quantity}"),
            Source::Published => "published stylised volume".into(),
            Source::Unverified => "unverified".into(),
        };
        vec![
            (n + 1).to_string(),
            organ.name.clone(),
            organ.tissue.name.into(),
            figure(cm3 * organ.tissue.density_g_cm3),
            "model".into(),
            figure(*cm3),
            organ.tissue.density_g_cm3.to_string(),
            organ.structure.clone(),
            figure(organ.target_g),
            source,
        ]
    });
    let header = [
        "label",
        "name",
        "material",
        "mass_g",
        "from",
        "volume_cm3",
        "density_g_cm3",
        "structure",
        "target_g",
        "target_from",
    ];
    table(&output.file("anatomy.csv"), &header, rows)?;
    let marrow =
        Skeleton::sites().map(|site| vec![site.to_owned(), figure(body.skeleton().active_marrow_g(site))]);
    table(&output.file("marrow.csv"), &["site", "active_marrow_g"], marrow)
}

/// A CT series and an RTSTRUCT in a folder of their own.
pub fn write_dicom(body: &Body, voxels: &Voxels, output: &OutputFolder) -> Result<(), Failure> {
    let folder = output.file(DICOM);
    let slices = folder.join("ct");
    std::fs::create_dir_all(&slices).map_err(|error| cannot(&error))?;
    let person = body.person();
    let label: String = who(person).chars().filter(char::is_ascii_alphanumeric).collect();
    let identity =
        Identity::of_phantom(&label.to_uppercase(), if person.sex() == Sex::Female { "F" } else { "M" });
    let ct = CtWriter {
        identity: &identity,
        image: &voxels.hu,
        patient_position: PatientPosition::Hfs.code(),
        age_years: Some(person.age_years()),
        height_cm: Some((10.0 * person.height_cm()).round() / 10.0),
        weight_kg: Some((10.0 * person.weight_kg()).round() / 10.0),
    };
    let ct = ct.save(&slices).map_err(|error| cannot(&error))?;
    let structures = body.structures(voxels);
    let writer = StructureWriter { identity: &identity, label: "phantom", structures: &structures, ct: &ct };
    writer.save(&folder.join("structures.dcm")).map_err(|error| cannot(&error))?;
    Ok(())
}

/// run.json.
pub fn write_record(
    body: &Body,
    voxels: &Voxels,
    dicom: bool,
    asked: &Asked,
    stages: &Stages,
    output: &OutputFolder,
) -> Result<(), Failure> {
    let person = body.person();
    let off = |(organ, cm3): (&Organ, &f64)| {
        (organ.name.clone(), 100.0 * (cm3 * organ.tissue.density_g_cm3 / organ.target_g - 1.0))
    };
    let all = body.organs().iter().zip(&voxels.volumes_cm3).map(off);
    let mut far: Vec<(String, f64)> = all.filter(|(_, percent)| percent.abs() > WARN_PERCENT).collect();
    far.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let warnings: Vec<String> = far
        .first()
        .map(|(name, percent)| {
            format!(
                "{} of {} organs and layers weigh more than {WARN_PERCENT} % off what they should in these voxels \
                 (most: {name}, {percent:+.1} %); smaller voxels hold them better",
                far.len(),
                body.organs().len()
            )
        })
        .into_iter()
        .collect();
    let grid = &voxels.labels.grid;
    let record = json!({
        "program": PROGRAM,
        "version": env!("CARGO_PKG_VERSION"),
        "intended_use": INTENDED_USE,
        "command": asked.command,
        "seed": asked.seed,
        "age_years": person.age_years(),
        "sex": if person.sex() == Sex::Female { "F" } else { "M" },
        "height_cm": person.height_cm(),
        "weight_kg": person.weight_kg(),
        "body_mass_g": mass_g(body, voxels),
        "voxel_mm": grid.spacing_mm,
        "shape": grid.shape,
        DICOM: dicom,
        "stage_seconds": stages.seconds,
        "inputs_sha256": {},
        "warnings": warnings,
    });
    let text = serde_json::to_string_pretty(&record).expect("the record has string keys only");
    std::fs::write(output.file(RECORD), text + "\n").map_err(|error| cannot(&error))
}

/// Mass of all voxels (g), shared ones counted by share.
pub fn mass_g(body: &Body, voxels: &Voxels) -> f64 {
    body.organs().iter().zip(&voxels.volumes_cm3).map(|(organ, cm3)| cm3 * organ.tissue.density_g_cm3).sum()
}

/// Age and sex in words.
pub fn who(person: &Person) -> String {
    let sex = if person.sex() == Sex::Female { "female" } else { "male" };
    match person.age_years() {
        0.0 => format!("newborn {sex}"),
        years => format!("{sex} of {years} years"),
    }
}

fn figure(value: f64) -> String {
    format!("{value:.4}")
}

fn cannot(error: &dyn std::error::Error) -> Failure {
    Failure::failed(with_causes(error), "another --out, with more space")
}

fn table(path: &Path, header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_path(path).map_err(|error| cannot(&error))?;
    writer.write_record(header).map_err(|error| cannot(&error))?;
    for row in rows {
        writer.write_record(row).map_err(|error| cannot(&error))?;
    }
    writer.flush().map_err(|error| cannot(&error))
}

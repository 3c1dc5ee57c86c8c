//! organs.csv, marrow.csv, dvh.csv and anatomy.csv.

use super::Finished;
use crate::exit::{Failure, with_causes};
use ::completion::uncertainty::relative_error;
use anatomy::isodose::Isodose;
use anatomy::{DoseFields, Dvh, Organ, OrganDose};
use std::path::Path;

/// One row of organs.csv.
pub struct OrganRow {
    /// By TG-263 where one exists.
    pub name: String,
    /// As in the file.
    pub original_name: String,
    /// `ct`, `model` or `both`.
    pub from: &'static str,
    /// The doses.
    pub doses: OrganDose,
    /// Its histogram.
    pub dvh: Option<Dvh>,
    /// Relative statistical error of the mean (%).
    pub stat_percent: Option<f64>,
    /// The same of its components (%).
    pub component_stat_percent: [Option<f64>; 4],
    /// Relative error of the mean for want of knowledge of the machine, and of the body beyond the scan (%).
    pub model_percent: Option<f64>,
    /// Mean of the planned dose over the part of the organ that has one (Gy).
    pub planned_mean_gy: Option<f64>,
}

/// The rows of all organs that cover a voxel.
pub fn organ_rows(finished: &Finished) -> Vec<OrganRow> {
    let ours = finished.ours;
    let sigmas = ours.organ_sigma.iter().zip(&ours.organ_component_sigma);
    let sigmas = sigmas.map(|(total, components)| Sigmas { total: *total, components: *components });
    rows(finished, finished.anatomy.organs.iter().zip(sigmas))
}

/// The rows of the active marrow of each site, whose statistical errors are not known; none without a completed body.
pub fn marrow_rows(finished: &Finished) -> Vec<OrganRow> {
    let sites = finished.made.map_or(&[][..], |made| &made.marrow);
    rows(finished, sites.iter().map(|site| (site, Sigmas::default())))
}

/// Relative standard errors of an organ's mean and of its components, where they are known.
#[derive(Clone, Copy, Default)]
struct Sigmas {
    total: Option<f64>,
    components: [Option<f64>; 4],
}

fn rows<'a>(finished: &Finished, organs: impl Iterator<Item = (&'a Organ, Sigmas)>) -> Vec<OrganRow> {
    let Finished { anatomy, ours, dose_gy, comparison, reference, .. } = finished;
    let max_gy = dose_gy.values.iter().copied().fold(0.0f32, f32::max);
    let isodose = Isodose::new(dose_gy, (0.5 * reference.gy) as f32);
    let fields = DoseFields {
        dose_gy,
        relative_sigma: Some(&ours.sigma_relative),
        components_gy: Some(std::array::from_fn(|i| ours.components_gy[i].as_slice())),
        electrons_gy: ours.electrons.as_ref().map(|electrons| electrons.gy.as_slice()),
        density_g_cm3: &anatomy.voxel_density_g_cm3,
    };
    let rows = organs.filter_map(|(organ, Sigmas { total: sigma, components: component_sigma })| {
        let doses = OrganDose::of(&organ.name, &organ.coverage, &fields, None, Some(&isodose)).ok()?;
        let planned_mean_gy = comparison.and_then(|comparison| {
            let planned = organ.coverage.voxels().map(|(voxel, share)| (comparison.planned_gy[voxel], share));
            let (mut sum, mut weight) = (0.0, 0.0);
            for (gy, share) in planned.filter(|(gy, _)| gy.is_finite()) {
                sum += f64::from(gy) * f64::from(share);
                weight += f64::from(share);
            }
            (weight > 0.0).then(|| sum / weight)
        });
        Some(OrganRow {
            name: organ.name.clone(),
            original_name: organ.original_name.clone(),
            from: organ.from.as_str(),
            dvh: Dvh::of(&organ.coverage, dose_gy, f64::from(max_gy)),
            model_percent: doses
                .components_gy
                .and_then(|gy| ours.model_error(gy, doses.electrons_gy.unwrap_or(0.0)))
                .map(|error| 100.0 * error.hypot(body_error(finished, organ))),
            doses,
            stat_percent: sigma.map(|sigma| 100.0 * sigma),
            component_stat_percent: component_sigma.map(|sigma| sigma.map(|sigma| 100.0 * sigma)),
            planned_mean_gy,
        })
    });
    rows.collect()
}

/// Relative error of an organ's mean for want of knowledge of the body; 0 where it was drawn.
fn body_error(finished: &Finished, organ: &Organ) -> f64 {
    let Finished { anatomy, dose_gy, made, .. } = finished;
    made.map_or(0.0, |made| relative_error(organ, anatomy, &dose_gy.values, &made.ends))
}

/// Six significant digits, or nothing.
fn number(value: impl Into<Option<f64>>) -> String {
    value.into().map_or_else(String::new, |value| {
        if value != 0.0 && value.abs() < 1e-3 { format!("{value:.5e}") } else { format!("{value:.6}") }
    })
}

/// Writes organs.csv or marrow.csv.
pub fn write_organs(path: &Path, rows: &[OrganRow]) -> Result<(), Failure> {
    let header = [
        "organ",
        "from",
        "volume_cm3",
        "mass_g",
        "mean_gy",
        "min_gy",
        "max_gy",
        "d98_gy",
        "d50_gy",
        "d2_gy",
        "stat_percent",
        "model_percent",
        "in_field_gy",
        "head_scatter_gy",
        "collimator_gy",
        "leakage_gy",
        "distance_cm",
        "original_name",
        "planned_mean_gy",
        "in_field_stat_percent",
        "head_scatter_stat_percent",
        "collimator_stat_percent",
        "leakage_stat_percent",
        "electrons_gy",
    ];
    write(
        path,
        &header,
        rows.iter().map(|row| {
            let d = &row.doses;
            let component = |at: usize| d.components_gy.map(|components| components[at]);
            let mut line = vec![
                row.name.clone(),
                row.from.to_owned(),
                number(d.volume_cm3),
                number(d.mass_g),
                number(d.mean_gy),
                number(d.min_gy),
                number(d.max_gy),
                number(d.d98_gy),
                number(d.d50_gy),
                number(d.d2_gy),
                number(row.stat_percent),
                number(row.model_percent),
                number(component(0)),
                number(component(1)),
                number(component(2)),
                number(component(3)),
                number(d.distance_cm),
                row.original_name.clone(),
                number(row.planned_mean_gy),
            ];
            line.extend(row.component_stat_percent.map(number));
            line.push(number(d.electrons_gy));
            line
        }),
    )
}

/// Writes dvh.csv, long: organ, dose, volume that receives at least that.
pub fn write_dvhs<'a>(path: &Path, rows: impl Iterator<Item = &'a OrganRow>) -> Result<(), Failure> {
    let lines = rows.flat_map(|row| {
        let whole = row.dvh.as_ref().map_or(0.0, Dvh::volume_cm3);
        row.dvh.iter().flat_map(move |dvh| {
            dvh.dose_gy.iter().zip(&dvh.volume_from_cm3).map(move |(&dose, &volume)| {
                vec![row.name.clone(), number(dose), number(volume), number(100.0 * volume / whole)]
            })
        })
    });
    write(path, &["organ", "dose_gy", "volume_cm3", "volume_percent"], lines)
}

/// Writes anatomy.csv: the labels of anatomy.nii.gz.
pub fn write_anatomy(path: &Path, finished: &Finished) -> Result<(), Failure> {
    let anatomy = finished.anatomy;
    let rows = anatomy.organs.iter().enumerate().map(|(at, organ)| {
        let mut mass = std::collections::HashMap::<u8, f64>::new();
        for (voxel, share) in organ.coverage.voxels() {
            *mass.entry(anatomy.voxel_material[voxel].0).or_default() +=
                f64::from(share * anatomy.voxel_density_g_cm3[voxel]);
        }
        let most = mass.iter().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0)));
        let material = most.map_or("", |(id, _)| anatomy.materials[usize::from(*id)].name.as_str());
        vec![
            (at + 1).to_string(),
            organ.name.clone(),
            material.to_owned(),
            number(organ.mass_g),
            organ.from.as_str().into(),
        ]
    });
    write(path, &["label", "name", "material", "mass_g", "from"], rows)
}

fn write(path: &Path, header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<(), Failure> {
    let failed = |error: csv::Error| Failure::failed(with_causes(&error), "another --out, with more space");
    let mut writer = csv::Writer::from_path(path).map_err(failed)?;
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    writer.flush().map_err(|error| failed(error.into()))
}

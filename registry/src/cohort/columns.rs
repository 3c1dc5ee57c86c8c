//! The columns of the tables: one definition for the files and for the dictionary.

use super::record::{CaseResult as C, OrganRow};
use crate::parquet_file::{Column, Value};
use serde_json::Value as Json;
use std::borrow::Cow;

/// Version of the tables: it changes when a column changes its meaning or goes away.
pub const SCHEMA: &str = "1";

/// Columns of organs.parquet that are those of organs.csv, and what they mean.
#[rustfmt::skip]
pub(super) const NUMBERS: [(&str, &str); 17] = [
    ("volume_cm3", "volume (cm³)"),
    ("mass_g", "mass (g)"),
    (MEAN, "mean dose of the whole course (Gy)"),
    ("min_gy", "least dose (Gy)"),
    ("max_gy", "greatest dose (Gy)"),
    ("d98_gy", "dose that 98 % of the volume receive at least (Gy)"),
    ("d50_gy", "median dose (Gy)"),
    ("d2_gy", "dose that 2 % of the volume receive at least (Gy)"),
    ("stat_percent", "relative standard error of the mean, Monte Carlo (%)"),
    ("model_percent", "relative error of the mean for want of knowledge of the machine (%)"),
    ("in_field_gy", "part of the mean from primary photons of the open beam and their scatter in the patient (Gy)"),
    ("head_scatter_gy", "part of the mean from scatter of the treatment head (Gy)"),
    ("collimator_gy", "part of the mean from transmission and scatter of the collimators (Gy)"),
    ("leakage_gy", "part of the mean from leakage of the head (Gy)"),
    ("distance_cm", "from the organ's centroid to the nearest point of the 50 % isodose (cm)"),
    ("planned_mean_gy", "mean of the planned dose where it covers the organ (Gy)"),
    ("electrons_gy", "part of head_scatter_gy that is the surface term of contaminating electrons (Gy)"),
];

/// The column of mean doses.
pub(super) const MEAN: &str = "mean_gy";

/// Doses (Gy) whose volumes are columns of organs.parquet.
#[rustfmt::skip]
pub(super) const VOLUMES: [(f64, &str); 10] = [
    (0.001, "v_1mgy_percent"), (0.005, "v_5mgy_percent"), (0.05, "v_50mgy_percent"), (0.1, "v_100mgy_percent"), (0.5, "v_500mgy_percent"),
    (1.0, "v_1gy_percent"), (5.0, "v_5gy_percent"), (10.0, "v_10gy_percent"), (20.0, "v_20gy_percent"), (40.0, "v_40gy_percent"),
];

/// UIDs whose pseudonyms the cases have, by their name in status.json, and whose they are.
pub const UIDS: [(&str, &str); 6] = [
    ("plan", "the plan's SOP Instance UID"),
    ("study", "the plan's Study Instance UID"),
    ("ct_series", "the CT's Series Instance UID"),
    ("frame", "the CT's Frame of Reference UID"),
    ("structures", "the structure set's SOP Instance UID"),
    ("dose", "the planned dose's SOP Instance UID"),
];

/// The active marrow as `straydose estimate` names it: all of it, and before the name of a site.
const MARROW: &str = "BoneMarrow_Act";

fn column<R>(
    name: impl Into<Cow<'static, str>>,
    value: Value<R>,
    meaning: impl Into<Cow<'static, str>>,
) -> Column<R> {
    Column { name: name.into(), meaning: meaning.into(), value }
}

fn text<R>(of: impl for<'a> Fn(&'a R) -> Option<Cow<'a, str>> + 'static) -> Value<R> {
    Value::Text(Box::new(of))
}

fn number<R>(of: impl Fn(&R) -> Option<f64> + 'static) -> Value<R> {
    Value::Number(Box::new(of))
}

fn count<R>(of: impl Fn(&R) -> Option<i64> + 'static) -> Value<R> {
    Value::Count(Box::new(of))
}

fn flag<R>(of: impl Fn(&R) -> Option<bool> + 'static) -> Value<R> {
    Value::Flag(Box::new(of))
}

fn length(list: &Json) -> Option<i64> {
    list.as_array().map(|list| list.len() as i64)
}

/// cases.parquet: a row for each case with a result; `sites` are the places of active marrow.
#[rustfmt::skip]
pub(super) fn cases(sites: &[&str]) -> Vec<Column<C>> {
    let mut columns: Vec<Column<C>> = vec![
        column("case_id", text(|c: &C| Some((&*c.status.case_id).into())), "name of the case in the manifest"),
        column("key", text(|c: &C| Some((&*c.status.key).into())), "content key: hash of input files, options, seed and program; the name of the case's folder"),
        column("program_version", text(|c: &C| Some((&*c.status.version).into())), "version of straydose, and after the + the hash of its sources"),
        column("seed", count(|c: &C| i64::try_from(c.status.seed).ok()), "seed of the random numbers"),
        column("histories", count(|c: &C| c.run["histories"].as_i64()), "source photons followed"),
        column("backend", text(|c: &C| c.run["backend"]["name"].as_str().map(Cow::from)), "what the photons were followed with: cpu, vulkan, metal, dx12"),
        column("sex", text(|c: &C| c.status.given.get("sex").map(|sex| (&**sex).into())), "F or M, as the manifest gives it"),
        column("age_years", number(|c: &C| c.given("age_years")), "age at treatment (years), as the manifest gives it"),
        column("height_cm", number(|c: &C| c.given("height_cm")), "height (cm), as the manifest gives it"),
        column("weight_kg", number(|c: &C| c.given("weight_kg")), "weight (kg), as the manifest gives it"),
        column("machines", text(C::machines), "machine models that the beams were taken for, by their names, separated by blanks"),
        column("nominal_mv", number(|c: &C| c.most("nominal_mv")), "nominal energy of the beams (MV); the highest of several"),
        column("beams", count(|c: &C| Some(c.beams().len() as i64)), "beams that were calculated"),
        column("beams_left_out", count(|c: &C| length(&c.run["beams_left_out"])), "beams of the plan that were left out (setup, other radiation)"),
        column("monitor_units", number(|c: &C| c.beams().iter().map(|beam| beam["mu"].as_f64()).sum()), "monitor units of one fraction, all beams"),
        column("fractions", count(|c: &C| c.most("fractions").map(|n| n as i64)), "fractions; the most of several groups"),
        column("voxel_mm", number(|c: &C| c.run["voxel_mm"].as_array()?.iter().filter_map(Json::as_f64).reduce(f64::max)), "edge of a voxel of the dose grid (mm); the largest"),
        column("body_mass_kg", number(|c: &C| c.run["body_mass_g"].as_f64().map(|g| g / 1000.0)), "mass of the body that was calculated (kg)"),
        column("reference_dose_gy", number(|c: &C| c.run["reference_dose_gy"].as_f64()), "highest dose, the mean of a small cube (Gy)"),
        column("has_planned_dose", flag(|c: &C| Some(c.run["planned_dose"].is_object())), "whether the planning system's dose was there and used inside its 5 % isodose"),
        column("planned_over_ours", number(|c: &C| c.run["planned_dose"]["factor"].as_f64()), "planned dose over ours above 50 %"),
        column("gamma_pass_percent", number(|c: &C| c.run["planned_dose"]["gamma_3_percent_3_mm_pass_percent"].as_f64()), "voxels that pass gamma 3 %/3 mm above 10 % (%), ours times planned_over_ours against the planned dose"),
        column("organs", count(|c: &C| Some(c.organs.len() as i64)), "rows of the case in organs.parquet"),
        column("warnings", count(|c: &C| length(&c.run["warnings"])), "warnings of the run; their text is in the case's folder"),
        column("active_marrow_gy", number(|c: &C| c.mean_gy(MARROW)), "mean dose of the active marrow of all bones (Gy)"),
    ];
    columns.extend(sites.iter().map(|site| {
        let organ = format!("{MARROW}_{site}");
        let meaning = format!("mean dose of the active marrow of {site}, both sides (Gy); its mass and the parts of its dose are in organs.parquet as {organ}");
        column(format!("active_marrow_{}_gy", site.to_lowercase()), number(move |c: &C| c.mean_gy(&organ)), meaning)
    }));
    columns.extend(UIDS.map(|(uid, whose)| {
        let hash = move |c: &C| c.status.uid_hashes.get(uid).cloned().map(Cow::from);
        let meaning = format!("pseudonym of {whose} under the project's secret; null without one, or where the files have several");
        column(format!("{uid}_uid_hash"), Value::Text(Box::new(move |c| hash(c))), meaning)
    }));
    columns
}

/// organs.parquet: a row for each case and organ.
#[rustfmt::skip]
pub(super) fn organs() -> Vec<Column<OrganRow>> {
    let mut columns: Vec<Column<OrganRow>> = vec![
        column("case_id", text(|o: &OrganRow| Some((&*o.case_id).into())), "name of the case in the manifest"),
        column("organ", text(|o: &OrganRow| Some((&*o.organ).into())), "name by TG-263 where one is known, else as in the file"),
        column("named_by", text(|o: &OrganRow| Some(o.named_by.into())), "who knew the name: mapping (the mapping file), program (straydose's list), nobody"),
        column("from", text(|o: &OrganRow| o.from.as_deref().map(Cow::from)), "where the organ's voxels come from: ct, model (beyond the scan) or both"),
        column("in_scan", flag(|o: &OrganRow| o.from.as_deref().map(|from| from == "ct")), "whether all of the organ that was calculated comes from the scan"),
    ];
    columns.extend((0..NUMBERS.len()).map(|n| column(NUMBERS[n].0, number(move |o: &OrganRow| o.numbers[n]), NUMBERS[n].1)));
    columns.extend((0..VOLUMES.len()).map(|n| {
        let (gy, name) = VOLUMES[n];
        column(name, number(move |o: &OrganRow| o.volume_from[n]), format!("volume that receives at least {gy} Gy (%)"))
    }));
    columns
}

/// A line of the dictionary: table, column, type, meaning.
pub(super) type Line = [String; 4];

fn lines<R>(table: &str, columns: Vec<Column<R>>) -> impl Iterator<Item = Line> {
    columns.into_iter().map(move |c| {
        [table.to_owned(), c.name.into_owned(), c.value.kind().to_owned(), c.meaning.into_owned()]
    })
}

/// Every column of the Parquet files.
pub(super) fn dictionary(sites: &[&str]) -> impl Iterator<Item = Line> {
    lines("cases.parquet", cases(sites)).chain(lines("organs.parquet", organs()))
}

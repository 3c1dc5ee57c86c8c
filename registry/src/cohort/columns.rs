//! The columns of the tables: one definition for the files and for the dictionary.

use super::record::{CaseRow, OrganRow};
use crate::parquet_file::{Column, Value};
use Value::{Count, Flag, Number, Text};

/// Version of the tables: it changes when a column changes its meaning or goes away.
pub const SCHEMA: &str = "1";

macro_rules! columns {
    ($($name:literal, $kind:ident, $value:expr, $meaning:literal;)*) => {
        &[$(Column { name: $name, meaning: $meaning, value: $kind($value) }),*]
    };
}

/// cases.parquet: a row for each case with a result.
#[rustfmt::skip]
pub const CASES: &[Column<CaseRow>] = columns! {
    "case_id", Text, |c| Some(&c.case_id), "name of the case in the manifest";
    "key", Text, |c| Some(&c.key), "content key: hash of input files, options, seed and program version; the name of the case's folder";
    "program_version", Text, |c| Some(&c.version), "version of straydose";
    "seed", Count, |c| c.seed, "seed of the random numbers";
    "histories", Count, |c| c.histories, "source photons followed";
    "plan_uid_hash", Text, |c| c.plan_uid_hash.as_deref(), "pseudonym of the plan's SOP Instance UID under the project's secret; null without one";
    "sex", Text, |c| c.sex.as_deref(), "F or M, as the manifest gives it";
    "age_years", Number, |c| c.age_years, "age at treatment (years), as the manifest gives it";
    "height_cm", Number, |c| c.height_cm, "height (cm), as the manifest gives it";
    "weight_kg", Number, |c| c.weight_kg, "weight (kg), as the manifest gives it";
    "machines", Text, |c| c.machines.as_deref(), "machine models that the beams were taken for, by their names, separated by blanks";
    "nominal_mv", Number, |c| c.nominal_mv, "nominal energy of the beams (MV); the highest of several";
    "beams", Count, |c| c.beams, "beams that were calculated";
    "beams_left_out", Count, |c| c.beams_left_out, "beams of the plan that were left out (setup, other radiation)";
    "monitor_units", Number, |c| c.monitor_units, "monitor units of one fraction, all beams";
    "fractions", Count, |c| c.fractions, "fractions; the most of several groups";
    "voxel_mm", Number, |c| c.voxel_mm, "edge of a voxel of the dose grid (mm); the largest";
    "body_mass_kg", Number, |c| c.body_mass_kg, "mass of the body that was calculated (kg)";
    "reference_dose_gy", Number, |c| c.reference_dose_gy, "highest dose, the mean of a small cube (Gy)";
    "has_planned_dose", Flag, |c| c.has_planned_dose, "whether the planning system's dose was there and used inside its 5 % isodose";
    "planned_over_ours", Number, |c| c.planned_factor, "planned dose over ours above 50 %";
    "gamma_pass_percent", Number, |c| c.gamma_pass_percent, "voxels that pass gamma 3 %/3 mm above 10 % (%), ours times planned_over_ours against the planned dose";
    "organs", Count, |c| c.organs, "rows of the case in organs.parquet";
    "warnings", Count, |c| c.warnings, "warnings of the run; their text is in the case's folder";
};

/// organs.parquet: a row for each case and organ.
#[rustfmt::skip]
pub const ORGANS: &[Column<OrganRow>] = columns! {
    "case_id", Text, |o| Some(&o.case_id), "name of the case in the manifest";
    "organ", Text, |o| Some(&o.organ), "name by TG-263 where one is known, else as in the file";
    "named_by", Text, |o| Some(o.named_by), "who knew the name: mapping (the mapping file), program (straydose's list), nobody";
    "from", Text, |o| o.from.as_deref(), "where the organ's voxels come from: ct, model (beyond the scan) or both";
    "in_scan", Flag, |o| o.in_scan, "whether all of the organ that was calculated comes from the scan";
    "volume_cm3", Number, |o| o.volume_cm3, "volume (cm³)";
    "mass_g", Number, |o| o.mass_g, "mass (g)";
    "mean_gy", Number, |o| o.mean_gy, "mean dose of the whole course (Gy)";
    "min_gy", Number, |o| o.min_gy, "least dose (Gy)";
    "max_gy", Number, |o| o.max_gy, "greatest dose (Gy)";
    "d98_gy", Number, |o| o.d98_gy, "dose that 98 % of the volume receive at least (Gy)";
    "d50_gy", Number, |o| o.d50_gy, "median dose (Gy)";
    "d2_gy", Number, |o| o.d2_gy, "dose that 2 % of the volume receive at least (Gy)";
    "v_1mgy_percent", Number, |o| o.volume_from[0], "volume that receives at least 0.001 Gy (%)";
    "v_5mgy_percent", Number, |o| o.volume_from[1], "volume that receives at least 0.005 Gy (%)";
    "v_50mgy_percent", Number, |o| o.volume_from[2], "volume that receives at least 0.05 Gy (%)";
    "v_100mgy_percent", Number, |o| o.volume_from[3], "volume that receives at least 0.1 Gy (%)";
    "v_500mgy_percent", Number, |o| o.volume_from[4], "volume that receives at least 0.5 Gy (%)";
    "v_1gy_percent", Number, |o| o.volume_from[5], "volume that receives at least 1 Gy (%)";
    "v_5gy_percent", Number, |o| o.volume_from[6], "volume that receives at least 5 Gy (%)";
    "v_10gy_percent", Number, |o| o.volume_from[7], "volume that receives at least 10 Gy (%)";
    "v_20gy_percent", Number, |o| o.volume_from[8], "volume that receives at least 20 Gy (%)";
    "v_40gy_percent", Number, |o| o.volume_from[9], "volume that receives at least 40 Gy (%)";
    "stat_percent", Number, |o| o.stat_percent, "relative standard error of the mean, Monte Carlo (%)";
    "model_percent", Number, |o| o.model_percent, "relative error of the mean for want of knowledge of the machine (%)";
    "in_field_gy", Number, |o| o.components_gy[0], "part of the mean from primary photons of the open beam and their scatter in the patient (Gy)";
    "head_scatter_gy", Number, |o| o.components_gy[1], "part of the mean from scatter of the treatment head (Gy)";
    "collimator_gy", Number, |o| o.components_gy[2], "part of the mean from transmission and scatter of the collimators (Gy)";
    "leakage_gy", Number, |o| o.components_gy[3], "part of the mean from leakage of the head (Gy)";
    "distance_cm", Number, |o| o.distance_cm, "from the organ's centroid to the nearest point of the 50 % isodose (cm)";
    "planned_mean_gy", Number, |o| o.planned_mean_gy, "mean of the planned dose where it covers the organ (Gy)";
};

/// Table, column, type and meaning of every column of the Parquet files.
pub fn dictionary() -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    let cases = CASES.iter().map(|c| ("cases.parquet", c.name, c.value.kind(), c.meaning));
    let organs = ORGANS.iter().map(|c| ("organs.parquet", c.name, c.value.kind(), c.meaning));
    cases.chain(organs)
}

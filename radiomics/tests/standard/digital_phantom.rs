//! The digital phantom of the standard: every reference value, and more digits than it gives.

use crate::common::{compare, rows, shared};
use radiomics::{FeatureTable, Mask, extract, preset};
use std::path::Path;

fn phantom(shared: &Path) -> FeatureTable {
    let folder = shared.join("data/ibsi/digital_phantom");
    let image = formats::nifti::read_image(&folder.join("image.nii.gz")).expect("the phantom can be read");
    let mask = formats::nifti::read_image(&folder.join("mask.nii.gz")).expect("its mask can be read");
    let mask = Mask {
        grid: mask.grid,
        lower: [0; 3],
        shape: mask.grid.shape,
        inside: mask.values.iter().map(|value| *value > 0.5).collect(),
        notes: Vec::new(),
    };
    let recipe = preset("ibsi-digital").expect("built in").expect("sound");
    extract(&image, &[("phantom".into(), mask)], &recipe).expect("a table")
}

/// How many reference values are met, and those that are not.
pub fn section(shared: &Path) -> (usize, Vec<String>) {
    compare(&phantom(shared), &shared.join("ibsi/ibsi1_digital_phantom.csv"))
}

#[test]
fn all_482_reference_values_are_met() {
    let Some(shared) = shared() else { return };
    crate::common::assert_section(&section(&shared), 482);
}

/// What MIRP 2.7.0 computes in single precision, so that it has seven digits and not more; its grey level variances too.
const SINGLE: [&str; 19] = [
    "morph_integ_int",
    "morph_moran_i",
    "morph_geary_c",
    "loc_peak_loc",
    "loc_peak_glob",
    "stat_mean",
    "stat_var",
    "stat_skew",
    "stat_kurt",
    "stat_mad",
    "stat_rmad",
    "stat_medad",
    "stat_cov",
    "stat_qcod",
    "stat_rms",
    "ih_rmad",
    "ih_medad",
    "ih_qcod",
    "morph_com",
];

#[test]
fn values_equal_those_of_mirp_to_as_many_digits_as_it_has() {
    let Some(shared) = shared() else { return };
    let table = phantom(&shared);
    let mut misses = Vec::new();
    let reference = rows(&shared.join("ibsi/ibsi1_digital_phantom_fullprecision_mirp.csv"));
    for row in &reference {
        let tag = row["tag"].as_str();
        let expected: f64 = row["mirp_2_7_0_value"].parse().expect("a number");
        let found = table.value("phantom", tag).unwrap_or(f64::NAN);
        let bound = if SINGLE.contains(&tag) || tag.contains("_gl_var") { 1e-6 } else { 1e-12 };
        let near = (found - expected).abs() <= bound * expected.abs().max(1e-3);
        if !near {
            misses.push(format!("{tag}: {found} for {expected}"));
        }
    }
    assert!(misses.is_empty(), "{} of {}:\n{}", misses.len(), reference.len(), misses.join("\n"));
}

//! The CT phantom of the standard, in its five configurations.

use crate::common::{assert_section, compare, ct_phantom, shared};
use radiomics::{extract, preset};
use std::path::Path;

/// How many reference values of a configuration are met, and those that are not.
pub fn section(shared: &Path, configuration: &str) -> (usize, Vec<String>) {
    let (ct, mask) = ct_phantom(shared);
    let recipe = preset(&format!("ibsi-{configuration}")).expect("built in").expect("sound");
    let table = extract(&ct, &[("GTV-1".into(), mask)], &recipe).expect("a table");
    compare(&table, &shared.join(format!("ibsi/ibsi1_ct_config_{configuration}.csv")))
}

fn check(configuration: &str, values: usize) {
    let Some(shared) = shared() else { return };
    assert_section(&section(&shared, configuration), values);
}

#[test]
fn all_346_values_of_configuration_a_are_met() {
    check("A", 346);
}

#[test]
fn all_346_values_of_configuration_b_are_met() {
    check("B", 346);
}

#[test]
fn all_209_values_of_configuration_c_are_met() {
    // 210 rows, of which one (compactness 1) has no value in the manual.
    check("C", 209);
}

#[test]
fn all_210_values_of_configuration_d_are_met() {
    check("D", 210);
}

#[test]
fn all_210_values_of_configuration_e_are_met() {
    check("E", 210);
}

//! IBSI 2, phase 2: intensity statistics of the CT phantom under filters.

use crate::common::{agrees, assert_section, ct_phantom, rows, shared};
use radiomics::{extract, preset};
use std::path::Path;
use std::sync::OnceLock;

/// The results of both configurations: the page shares them with the tests.
static RESULTS: [OnceLock<(usize, Vec<String>)>; 2] = [const { OnceLock::new() }; 2];

/// How many reference values of a configuration are met, and those that are not.
pub fn section(shared: &Path, configuration: &str) -> &'static (usize, Vec<String>) {
    RESULTS[usize::from(configuration == "B")].get_or_init(|| result(shared, configuration))
}

fn result(shared: &Path, configuration: &str) -> (usize, Vec<String>) {
    let (ct, mask) = ct_phantom(shared);
    let recipe = preset(&format!("ibsi2-{configuration}")).expect("built in").expect("sound");
    let table = extract(&ct, &[("GTV-1".into(), mask)], &recipe).expect("a table");
    let (mut good, mut misses) = (0, Vec::new());
    for row in rows(&shared.join("ibsi/ibsi2_phase2_ct_features.csv")) {
        let id = row["filter_id"].as_str();
        if !id.ends_with(configuration) || row["reference_value"].is_empty() {
            continue;
        }
        let number = |key: &str| row[key].parse::<f64>().expect("a number");
        let filter = if id.starts_with("1.") { "none" } else { id };
        let found =
            table.rows.iter().find(|found| found.filter == filter && found.entry.ibsi_id == row["ibsi_id"]);
        let found = found.map_or(f64::NAN, |found| found.value);
        if agrees(found, number("reference_value"), number("tolerance")) {
            good += 1;
        } else {
            misses.push(format!(
                "{id} {}: {found} for {} within {}",
                row["tag"], row["reference_value"], row["tolerance"]
            ));
        }
    }
    (good, misses)
}

fn check(configuration: &str, values: usize) {
    let Some(shared) = shared() else { return };
    assert_section(section(&shared, configuration), values);
}

#[test]
fn all_162_values_in_slices_are_met() {
    check("A", 162);
}

#[test]
fn all_161_values_in_the_volume_are_met() {
    // 162 rows, of which one (quartile coefficient of dispersion of 8.B) has no consensus value.
    check("B", 161);
}

//! What the tests against reference values share: the folder, the tables, the comparison.
#![allow(dead_code)] // Each test uses its part.

use formats::dicom::{CtSeries, SeriesChoice, StructureSet};
use radiomics::{FeatureTable, Image, Mask};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder of reference data; without it these tests are skipped, with it a missing file is a failure.
pub fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("STRAYDOSE_SHARED").map(PathBuf::from);
    if folder.is_none() {
        // The one place where a skipped test can say so.
        #[allow(clippy::print_stderr)]
        {
            eprintln!("SKIPPED: STRAYDOSE_SHARED is not set");
        }
    }
    folder
}

/// The rows of a table, by column.
pub fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows: Result<Vec<_>, _> = reader.deserialize().collect();
    rows.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A value with three significant digits, as the reference is printed.
pub fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().expect("a number that was printed")
}

/// Whether a value agrees with a reference: within its tolerance as it is, or as three digits.
pub fn agrees(value: f64, reference: f64, tolerance: f64) -> bool {
    let near = |x: f64| (x - reference).abs() <= tolerance + 1e-12 * reference.abs();
    near(value) || near(three_digits(value))
}

/// Compares a table with a reference file; how many rows agree, and a line for each that does not.
pub fn compare(table: &FeatureTable, reference: &Path) -> (usize, Vec<String>) {
    let (mut good, mut misses) = (0, Vec::new());
    for row in rows(reference) {
        if row["reference_value"].is_empty() {
            continue;
        }
        let number = |key: &str| row[key].parse::<f64>().unwrap_or_else(|_| panic!("{key}: {}", row[key]));
        let (expected, tolerance) = (number("reference_value"), number("tolerance"));
        let found = table.rows.iter().find(|found| {
            found.family.name() == row["family"]
                && found.entry.name == row["feature"]
                && found.entry.ibsi_id == row["ibsi_id"]
                && found.aggregation.map_or("", |way| way.word()) == row["aggregation"]
        });
        match found {
            Some(found) if agrees(found.value, expected, tolerance) => good += 1,
            Some(found) => misses.push(format!(
                "{} {}: {} for {expected} within {tolerance}",
                row["tag"], row["aggregation"], found.value
            )),
            None => misses.push(format!("{} {}: absent", row["tag"], row["aggregation"])),
        }
    }
    (good, misses)
}

/// The CT phantom and its GTV-1.
pub fn ct_phantom(shared: &Path) -> (Image<f32>, Mask) {
    let folder = shared.join("data/ibsi/ct_phantom_pat1");
    let ct = CtSeries::read_folder(&folder.join("CT"), &SeriesChoice::default())
        .expect("the CT can be read")
        .image;
    let structures =
        StructureSet::open(&folder.join("RS.dcm")).expect("the structures can be read").structures;
    let gtv = structures.iter().find(|structure| structure.name == "GTV-1").expect("GTV-1");
    let mask = Mask::of(gtv, &ct.grid, None).expect("contours on slices");
    (ct, mask)
}

/// All reference values are met, and there are as many as there should be; every miss is listed.
pub fn assert_section((good, misses): &(usize, Vec<String>), values: usize) {
    assert!(misses.is_empty(), "{good} agree, {} do not:\n{}", misses.len(), misses.join("\n"));
    assert_eq!(*good, values);
}

//! `straydose radiomics`: the table of a small image worked by hand, and refusals.

use formats::nifti::write_scalar;
use std::path::Path;
use std::process::{Command, Output};
use volume::Grid;

const RECIPE: &str =
    "dimension = \"3D\"\nintensity_unit = \"HU\"\n[discretise]\nmethod = \"fixed-bin-size\"\nwidth = 10.0\n";

/// A folder with an image of 2 × 2 × 1 voxels, two labels and a recipe.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let grid = Grid { corner_mm: [0.0; 3], spacing_mm: [2.0; 3], shape: [2, 2, 1] };
    write_scalar(&folder.path().join("image.nii.gz"), &grid, &[10.0, 20.0, 30.0, 50.0]).expect("written");
    write_scalar(&folder.path().join("mask.nii.gz"), &grid, &[1.0, 1.0, 1.0, 7.0]).expect("written");
    std::fs::write(folder.path().join("recipe.toml"), RECIPE).expect("written");
    folder
}

fn run(folder: &Path, more: &[&str]) -> Output {
    let base = ["radiomics", "--image", "image.nii.gz", "--mask", "mask.nii.gz"];
    let program = env!("CARGO_BIN_EXE_straydose");
    Command::new(program).current_dir(folder).args(base).args(more).output().expect("it runs")
}

fn rows(path: &Path) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn the_long_table_has_the_columns_of_the_contract_and_the_right_mean() {
    let folder = folder();
    let ended = run(folder.path(), &["--config", "recipe.toml", "--out", "f.csv"]);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let text = std::fs::read_to_string(folder.path().join("f.csv")).expect("a table");
    assert!(text.starts_with(
        "image,region,family,feature,ibsi_id,aggregation,discretisation,filter,value,unit,reason,recipe_sha256,"
    ));
    let rows = rows(&folder.path().join("f.csv"));
    let value = |region: &str, id: &str| {
        let row = rows.iter().find(|row| row["region"] == region && row["ibsi_id"] == id).expect("a row");
        (row["value"].clone(), row["unit"].clone(), row["reason"].clone())
    };
    assert_eq!(value("1", "Q4LE"), ("20".into(), "HU".into(), String::new()));
    assert_eq!(value("1", "YEKZ"), ("24".into(), "mm3".into(), String::new()));
    assert_eq!(value("7", "KE2A").2, "the region is a single voxel");
    let record = std::fs::read_to_string(folder.path().join("f.run.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    assert_eq!(record["regions"], serde_json::json!(["1", "7"]));
    assert!(record["recipe"].as_str().is_some_and(|recipe| recipe.contains("width = 10.0")));
}

#[test]
fn wide_is_one_row_a_region_and_roi_picks_it() {
    let folder = folder();
    let ended = run(folder.path(), &["--config", "recipe.toml", "--out", "w.csv", "--wide", "--roi", "7"]);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let rows = rows(&folder.path().join("w.csv"));
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0]["region"].as_str(), rows[0]["stat_mean"].as_str()), ("7", "50"));
}

#[test]
fn what_cannot_be_done_is_refused_by_name() {
    let folder = folder();
    for (more, status, word) in [
        (&["--preset", "ibsi-Z", "--out", "f.csv"][..], 2, "ibsi-Z"),
        (&["--config", "recipe.toml", "--out", "f.txt"], 2, ".csv"),
        (&["--config", "recipe.toml", "--out", "f.csv", "--roi", "9"], 3, "no region"),
        (&["--config", "recipe.toml", "--out", "f.csv", "--roi", "("], 2, "regular expression"),
        (&["--config", "image.nii.gz", "--out", "f.csv"], 3, "UTF-8"),
    ] {
        let ended = run(folder.path(), more);
        let message = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(status), "{more:?}: {message}");
        assert!(message.contains(word), "{more:?}: {message}");
        assert!(!folder.path().join("f.csv").exists());
    }
}

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
        (&["--config", "recipe.toml", "--out", "f.txt"], 2, ".parquet"),
        // Known before anything is read: there is no such recipe either.
        (&["--config", "none.toml", "--out", "none/f.csv"], 4, "folder does not exist"),
        (&["--config", "recipe.toml", "--out", "f.csv", "--per-patient", "p.xls"], 2, "--per-patient"),
        (&["--config", "recipe.toml", "--out", "f.csv", "--patients", "."], 2, "cannot be used with"),
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

/// `straydose radiomics` with these arguments alone.
fn run_bare(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_straydose");
    let ended =
        Command::new(program).current_dir(folder).arg("radiomics").args(arguments).output().expect("it runs");
    (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
}

const BOTH: [&str; 4] = ["--config", "recipe.toml", "--out", "f.csv"];

#[test]
fn a_mask_on_other_voxels_is_resampled_and_said_so_and_one_elsewhere_is_refused() {
    let folder = folder();
    // Voxels of 1 mm over the same 4 × 4 × 2 mm: every other one, in x, of the image's first column.
    let fine = Grid { corner_mm: [0.0; 3], spacing_mm: [1.0; 3], shape: [4, 4, 2] };
    let left: Vec<f32> = (0..32).map(|n| if n % 4 < 2 { 1.0 } else { 0.0 }).collect();
    write_scalar(&folder.path().join("fine.nii.gz"), &fine, &left).expect("written");
    let image = ["--image", "image.nii.gz", "--mask"];
    let (status, said) = run_bare(folder.path(), &[&image[..], &["fine.nii.gz"], &BOTH].concat());
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("other voxels") && said.contains("resampled"), "{said}");
    let mean = |name: &str| {
        let rows = rows(&folder.path().join(name));
        rows.into_iter().find(|row| row["ibsi_id"] == "Q4LE").expect("a row")["value"].clone()
    };
    assert_eq!(mean("f.csv"), "20"); // 10 and 30
    // The same voxels in a smaller box: renumbered.
    let cut = Grid { corner_mm: [2.0, 0.0, 0.0], spacing_mm: [2.0; 3], shape: [1, 2, 1] };
    write_scalar(&folder.path().join("cut.nii.gz"), &cut, &[1.0, 1.0]).expect("written");
    let (status, said) = run_bare(folder.path(), &[&image[..], &["cut.nii.gz"], &BOTH].concat());
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("renumbered"), "{said}");
    assert_eq!(mean("f.csv"), "35"); // 20 and 50
    let far = Grid { corner_mm: [200.0, 0.0, 0.0], ..cut };
    write_scalar(&folder.path().join("far.nii.gz"), &far, &[1.0, 1.0]).expect("written");
    let (status, said) = run_bare(folder.path(), &[&image[..], &["far.nii.gz"], &BOTH].concat());
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("outside the image"), "{said}");
}

#[test]
fn a_folder_of_masks_is_a_region_a_file() {
    let folder = folder();
    let grid = Grid { corner_mm: [0.0; 3], spacing_mm: [2.0; 3], shape: [2, 2, 1] };
    std::fs::create_dir(folder.path().join("masks")).expect("a folder");
    for (name, values) in [("heart", [1.0, 0.0, 0.0, 0.0]), ("lungs", [0.0, 1.0, 2.0, 2.0])] {
        write_scalar(&folder.path().join(format!("masks/{name}.nii.gz")), &grid, &values).expect("written");
    }
    let (status, said) = run_bare(
        folder.path(),
        &[&["--image", "image.nii.gz", "--mask", "masks", "--wide"][..], &BOTH].concat(),
    );
    assert_eq!(status, Some(0), "{said}");
    let found: Vec<(String, String)> = rows(&folder.path().join("f.csv"))
        .into_iter()
        .map(|row| (row["region"].clone(), row["stat_mean"].clone()))
        .collect();
    let expected = [("heart", "10"), ("lungs_1", "20"), ("lungs_2", "40")];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

/// Two sound patients and one without a mask, in a folder each.
fn patients(folder: &Path) {
    let grid = Grid { corner_mm: [0.0; 3], spacing_mm: [2.0; 3], shape: [2, 2, 1] };
    for (name, add) in [("p1", 0.0), ("p2", 100.0), ("p3", 200.0)] {
        let own = folder.join("all").join(name);
        std::fs::create_dir_all(&own).expect("a folder");
        let values = [10.0, 20.0, 30.0, 50.0].map(|value: f32| value + add);
        write_scalar(&own.join("ct.nii.gz"), &grid, &values).expect("written");
        if name != "p3" {
            write_scalar(&own.join("labels.nii.gz"), &grid, &[1.0, 1.0, 1.0, 7.0]).expect("written");
        }
    }
}

#[test]
fn a_folder_of_patients_goes_on_after_one_that_fails() {
    let folder = folder();
    patients(folder.path());
    let more = ["--patients", "all", "--per-patient", "p.csv"];
    let (status, said) = run_bare(folder.path(), &[&more[..], &BOTH].concat());
    assert_eq!(status, Some(4), "{said}");
    assert!(said.contains("p3 was left out") && said.contains("1 of 3 patients"), "{said}");
    let values = rows(&folder.path().join("f.csv"));
    let mean = |patient: &str, region: &str| {
        let is = |row: &&std::collections::HashMap<String, String>| {
            row["patient_id"] == patient && row["region"] == region && row["ibsi_id"] == "Q4LE"
        };
        values.iter().find(is).expect("a row")["value"].clone()
    };
    assert_eq!([mean("p1", "1"), mean("p2", "1"), mean("p2", "7")], ["20", "120", "150"]);
    // Lesions of 24 and 8 mm³ with means of 20 and 50.
    let all = rows(&folder.path().join("p.csv"));
    let of = |statistic: &str| {
        let is = |row: &&std::collections::HashMap<String, String>| {
            row["patient_id"] == "p1" && row["ibsi_id"] == "Q4LE" && row["statistic"] == statistic
        };
        let row = all.iter().find(is).expect("a row");
        (row["value"].clone(), row["unit"].clone())
    };
    for (statistic, value, unit) in [
        ("mean", "35", "HU"),
        ("minimum", "20", "HU"),
        ("maximum", "50", "HU"),
        ("volume_weighted_mean", "27.5", "HU"),
        ("range", "30", "HU"),
        ("entropy", "1", "bit"),
        ("largest", "20", "HU"),
    ] {
        assert_eq!(of(statistic), (value.to_owned(), unit.to_owned()), "{statistic}");
    }
    let record = std::fs::read_to_string(folder.path().join("f.run.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    assert_eq!(record["refused"][0]["patient_id"], "p3");
    assert_eq!(record["images"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_table_of_patients_names_files_beside_it_and_regions() {
    let folder = folder();
    patients(folder.path());
    let table =
        "patient_id,image,mask,roi\nA,p1/ct.nii.gz,p1/labels.nii.gz,7\nB,p2/ct.nii.gz,p2/labels.nii.gz,\n";
    std::fs::write(folder.path().join("all/patients.csv"), table).expect("written");
    let more = ["--patients", "all/patients.csv", "--wide", "--per-patient", "p.csv"];
    let (status, said) = run_bare(folder.path(), &[&more[..], &BOTH].concat());
    assert_eq!(status, Some(0), "{said}");
    let found: Vec<[String; 3]> = rows(&folder.path().join("f.csv"))
        .into_iter()
        .map(|row| ["patient_id", "region", "stat_mean"].map(|column| row[column].clone()))
        .collect();
    let expected = [["A", "7", "50"], ["B", "1", "120"], ["B", "7", "150"]];
    assert_eq!(found, expected.map(|row| row.map(str::to_owned)));
    let patients = rows(&folder.path().join("p.csv"));
    assert_eq!(patients.len(), 2);
    assert_eq!(patients[1]["stat_mean.mean"], "135");
    assert_eq!(patients[0]["stat_mean.standard_deviation"], "nan");
    std::fs::write(folder.path().join("all/bad.csv"), "patient,image,mask\n").expect("written");
    let (status, said) = run_bare(folder.path(), &[&["--patients", "all/bad.csv"][..], &BOTH].concat());
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("no column \"patient_id\""), "{said}");
}

#[test]
fn a_nifti_image_gives_the_same_values_in_part_as_in_whole() {
    // Resampling to the image's own spacing reads all of it.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let grid = Grid { corner_mm: [-7.0, 3.0, 11.0], spacing_mm: [2.0; 3], shape: [20, 18, 16] };
    let at = |n: usize| [n % 20, n / 20 % 18, n / 360];
    let values: Vec<f32> = (0..grid.len()).map(|n| ((n * n * 31 + 17 * n) % 211) as f32).collect();
    let inside = |n: usize| {
        let [i, j, k] = at(n);
        if (8..12).contains(&i) && (3..9).contains(&j) && (9..13).contains(&k) { 1.0 } else { 0.0 }
    };
    let mask: Vec<f32> = (0..grid.len()).map(inside).collect();
    write_scalar(&folder.path().join("image.nii.gz"), &grid, &values).expect("written");
    write_scalar(&folder.path().join("mask.nii.gz"), &grid, &mask).expect("written");
    std::fs::write(folder.path().join("part.toml"), RECIPE).expect("written");
    let whole = format!("{RECIPE}[resample]\nspacing_mm = [2.0, 2.0, 2.0]\ninterpolation = \"nearest\"\n");
    std::fs::write(folder.path().join("whole.toml"), whole).expect("written");
    let column = |name: &str| -> Vec<f64> {
        let out = format!("{name}.csv");
        let ended = run(folder.path(), &["--config", &format!("{name}.toml"), "--out", &out]);
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        rows(&folder.path().join(&out)).iter().map(|row| row["value"].parse().expect("a number")).collect()
    };
    let (part, whole) = (column("part"), column("whole"));
    assert!(part.len() > 200);
    for (a, b) in part.into_iter().zip(whole) {
        assert!((a - b).abs() <= 1e-9 * a.abs().max(1e-3) || (a.is_nan() && b.is_nan()), "{a} {b}");
    }
}

#[test]
fn regions_are_the_same_one_by_one_and_together_on_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let grid = Grid { corner_mm: [-7.0, 3.0, 11.0], spacing_mm: [2.0; 3], shape: [60, 50, 24] };
    let at = |n: usize| [n % 60, n / 60 % 50, n / 3000];
    let values: Vec<f32> = (0..grid.len()).map(|n| ((n * n % 1009 * 31 + 17 * n) % 211) as f32).collect();
    // Blocks far apart, of other sizes; the last one lies in the ring of the first.
    let blocks = [
        [[4, 4, 4], [9, 8, 8]],
        [[48, 40, 3], [56, 47, 20]],
        [[50, 5, 15], [53, 9, 19]],
        [[11, 5, 5], [13, 7, 7]],
    ];
    let label = |n: usize| {
        let within =
            |[lower, upper]: &[[usize; 3]; 2]| (0..3).all(|a| (lower[a]..upper[a]).contains(&at(n)[a]));
        blocks.iter().position(within).map_or(0.0, |block| block as f32 + 1.0)
    };
    let mask: Vec<f32> = (0..grid.len()).map(label).collect();
    write_scalar(&folder.path().join("image.nii.gz"), &grid, &values).expect("written");
    write_scalar(&folder.path().join("mask.nii.gz"), &grid, &mask).expect("written");
    let part = format!(
        "{RECIPE}[features]\nfamilies = [\"morphology\", \"intensity\", \"cooccurrence\", \"distance-zone\"]\n\
         [[ring]]\nname = \"rim\"\ninside_mm = 0.0\noutside_mm = 6.0\n"
    );
    // Resampling to the image's own spacing takes all regions together from the whole image.
    let whole = format!("{part}[resample]\nspacing_mm = [2.0, 2.0, 2.0]\ninterpolation = \"nearest\"\n");
    std::fs::write(folder.path().join("part.toml"), part).expect("written");
    std::fs::write(folder.path().join("whole.toml"), whole).expect("written");
    let table = |recipe: &str, threads: &str| {
        let ended = run(folder.path(), &["--config", recipe, "--threads", threads, "--out", "f.csv"]);
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        std::fs::read(folder.path().join("f.csv")).expect("a table")
    };
    let one = table("part.toml", "1");
    for threads in ["2", "3"] {
        assert!(table("part.toml", threads) == one, "{threads} threads");
    }
    let part = rows(&folder.path().join("f.csv"));
    table("whole.toml", "2");
    let whole = rows(&folder.path().join("f.csv"));
    assert_eq!((part.len(), part.len() % 8), (whole.len(), 0));
    for (a, b) in part.iter().zip(&whole) {
        let same = ["region", "ibsi_id", "aggregation"].iter().all(|key| a[*key] == b[*key]);
        assert!(same, "{a:?} {b:?}");
        let value = |row: &std::collections::HashMap<String, String>| row["value"].parse().expect("a number");
        let (x, y): (f64, f64) = (value(a), value(b));
        assert!((x - y).abs() <= 1e-9 * x.abs().max(1e-3) || (x.is_nan() && y.is_nan()), "{a:?} {b:?}");
    }
}

#[test]
fn parquet_by_the_ending() {
    let folder = folder();
    let both = ["--config", "recipe.toml", "--out", "f.parquet", "--per-patient", "p.parquet"];
    for more in [&both[..], &[&both[..], &["--wide"]].concat()] {
        let ended = run(folder.path(), more);
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        for name in ["f.parquet", "p.parquet"] {
            let bytes = std::fs::read(folder.path().join(name)).expect("a table");
            assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
            let text = String::from_utf8_lossy(&bytes);
            assert!(text.contains("straydose.recipe") && text.contains("fixed-bin-size"));
        }
    }
}

#[test]
fn regions_of_another_frame_of_reference_are_refused() {
    let Some(shared) = std::env::var_os("STRAYDOSE_SHARED").map(std::path::PathBuf::from) else {
        use std::io::Write;
        let _ = std::io::stderr().write_all(b"SKIPPED: STRAYDOSE_SHARED is not set\n");
        return;
    };
    let folder = folder();
    let ct = shared.join("data/oesophagus-imrt-hd120/CT");
    let structures = shared.join("data/rando-prostate-3dcrt/RS.dcm");
    let (ct, structures) = (ct.to_str().expect("a path"), structures.to_str().expect("a path"));
    let (status, said) =
        run_bare(folder.path(), &[&["--image", ct, "--mask", structures][..], &BOTH].concat());
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("frame of reference") && said.contains("--any-frame"), "{said}");
}

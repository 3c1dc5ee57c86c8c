//! `straydose phantom`: what it writes, and what it refuses.

use crate::workplace::Workplace;
use std::collections::BTreeMap;

/// The rows of out/anatomy.csv.
fn anatomy(place: &Workplace) -> Vec<BTreeMap<String, String>> {
    let bytes = place.read("out/anatomy.csv");
    csv::Reader::from_reader(&bytes[..]).deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn a_phantom_is_images_a_table_and_dicom_files() {
    let place = Workplace::empty();
    let run = |out: &str| {
        place
            .run(&["phantom", "--age", "1", "--sex", "f", "--voxel-mm", "10", "--out", out, "--dicom"])
            .assert_status(0);
    };
    run("out");
    assert_eq!(
        place.names("out"),
        ["anatomy.csv", "anatomy.nii.gz", "dicom", "hu.nii.gz", "marrow.csv", "run.json"]
    );
    assert_eq!(place.names("out/dicom"), ["ct", "structures.dcm"]);
    let record = place.json("out/run.json");
    assert_eq!(place.names("out/dicom/ct").len() as u64, record["shape"][2].as_u64().expect("a number"));
    assert!((record["body_mass_g"].as_f64().expect("a number") / 10_000.0 - 1.0).abs() < 0.02);
    let rows = anatomy(&place);
    let sum_g: f64 = rows.iter().map(|row| row["mass_g"].parse::<f64>().expect("a number")).sum();
    assert!((sum_g / record["body_mass_g"].as_f64().expect("a number") - 1.0).abs() < 1e-4);
    for name in ["Brain", "Lens_L", "Glnd_Thyroid", "Ovary_R", "Femur_Prox_Spongiosa_L", "Skin", "Muscle"] {
        assert!(rows.iter().any(|row| row["name"] == name && row["from"] == "model"), "no {name}");
    }
    assert!(rows.iter().all(|row| row["name"] != "Prostate"));
    // Again into the same folder, and elsewhere: the same bytes.
    run("out");
    run("again");
    for name in ["anatomy.nii.gz", "hu.nii.gz", "anatomy.csv", "dicom/structures.dcm", "dicom/ct/ct_001.dcm"]
    {
        assert!(place.read(&format!("out/{name}")) == place.read(&format!("again/{name}")), "{name}");
    }
}

#[test]
fn somebody_elses_dicom_folder_is_not_replaced() {
    let place = Workplace::empty();
    std::fs::create_dir_all(place.path("out/dicom")).expect("a folder");
    place.write("out/dicom/plan.dcm", "precious");
    place
        .run(&["phantom", "--age", "0", "--sex", "M", "--voxel-mm", "20", "--out", "out", "--dicom"])
        .assert_status(2);
    assert_eq!(place.read("out/dicom/plan.dcm"), b"precious");
}

#[test]
fn bodies_that_nobody_has_are_refused() {
    let place = Workplace::empty();
    for (arguments, status, says) in [
        (&["--age", "-1", "--sex", "F"][..], 3, "an age of -1 years is none"),
        (&["--age", "nan", "--sex", "F"], 3, "is none; give 0 (newborn) to 120"),
        (&["--age", "30", "--sex", "M", "--height-cm", "50", "--weight-kg", "400"], 3, "is 50 cm tall"),
        (
            &["--age", "0", "--sex", "M", "--height-cm", "50", "--weight-kg", "400"],
            3,
            "400 kg do not go with 50 cm",
        ),
        (&["--age", "5", "--sex", "F", "--weight-kg", "4"], 3, "4 kg do not go with 109 cm"),
        (&["--age", "5", "--sex", "F", "--voxel-mm", "0.01"], 3, "voxels of 0.01 mm"),
        (&["--age", "5"], 2, "--sex"),
        (&["--age", "5", "--sex", "X"], 2, "--sex"),
    ] {
        let ended = place.run(&[&["phantom", "--out", "out"], arguments].concat());
        ended.assert_status(status).assert_says(&[says]);
        assert!(place.names(".").is_empty(), "{arguments:?}");
    }
}

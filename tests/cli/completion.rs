//! The body beyond the scan: patient options of `estimate`, its tables, and the user's own phantom.

use crate::workplace::Workplace;
use std::collections::BTreeMap;
use std::path::Path;

/// Enough for every organ to get something.
const HISTORIES: &str = "60000";

/// The demo's head, plan and structures in `head`: what a clinic scans for a brain.
fn head() -> Workplace {
    let place = Workplace::empty();
    let all = ["demo", "--out", "demo", "--histories", "2000", "--backend", "cpu"];
    place.run(&all).assert_status(0);
    let (from, to) = (place.path("demo/input"), place.path("head"));
    std::fs::create_dir_all(to.join("ct")).expect("a folder");
    let copy = |name: &Path| std::fs::copy(from.join(name), to.join(name)).expect("a copy");
    copy(Path::new("plan.dcm"));
    copy(Path::new("structures.dcm"));
    let slices = place.names("demo/input/ct");
    slices[slices.len() - 68..].iter().for_each(|name| {
        copy(&Path::new("ct").join(name));
    });
    place
}

fn rows(place: &Workplace, table: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let bytes = place.read(table);
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let key = if table.ends_with("organs.csv") { "organ" } else { "name" };
    let rows = reader.deserialize::<BTreeMap<String, String>>().map(|row| row.expect("a row"));
    rows.map(|row| (row[key].clone(), row)).collect()
}

fn estimate(place: &Workplace, more: &[&str], out: &str) {
    let common = [
        "estimate",
        "--study",
        "head",
        "--out",
        out,
        "--histories",
        HISTORIES,
        "--backend",
        "cpu",
        "--voxel-mm",
        "8",
    ];
    place.run(&[&common, more].concat()).assert_status(0);
}

#[test]
fn a_head_alone_gives_the_dose_of_every_organ_of_the_body() {
    let place = head();
    // Age, sex, height and weight stand in the header.
    estimate(&place, &[], "out");
    let organs = rows(&place, "out/organs.csv");
    for (name, from) in [
        ("Brain", "ct"),
        ("SpinalCord", "both"),
        ("External", "both"),
        ("Liver", "model"),
        ("Bladder", "model"),
        ("Ovary_L", "model"),
        ("Foot_R", "model"),
        ("BoneMarrow_Act", "model"),
    ] {
        let row = organs.get(name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(row["from"], from, "{name}");
        assert_eq!(rows(&place, "out/anatomy.csv")[name]["from"], from, "{name}");
        let number = |column: &str| row[column].parse::<f64>().unwrap_or_else(|_| panic!("{name}: {row:?}"));
        assert!(number("mean_gy") > 0.0 && number("mass_g") > 0.0, "{row:?}");
    }
    // What is not known of where an organ lies is in what the model is uncertain by.
    let model_percent = |name: &str| organs[name]["model_percent"].parse::<f64>().expect("a number");
    assert!(
        model_percent("Liver") > model_percent("Brain"),
        "{} {}",
        model_percent("Liver"),
        model_percent("Brain")
    );
    let record = place.json("out/run.json");
    assert_eq!(record["completion"]["seams_mm"].as_array().expect("a list").len(), 1);
    let long_mm = record["shape"][2].as_f64().expect("a number") * 8.0;
    assert!((1090.0..1200.0).contains(&long_mm), "{long_mm} mm from sole to crown");
    let page = String::from_utf8(place.read("out/report.html")).expect("UTF-8");
    assert!(page.contains("class=\"seam\"") && page.contains("modelled after a female of 5.0 years"));

    // Without it the scan alone, and that is said.
    estimate(&place, &["--scan-only"], "alone");
    let alone = rows(&place, "alone/organs.csv");
    assert!(alone.values().all(|row| row["from"] == "ct") && !alone.contains_key("Liver"));
    let page = String::from_utf8(place.read("alone/report.html")).expect("UTF-8");
    assert!(page.contains("nothing is completed beyond the scan") && !page.contains("class=\"seam\""));

    a_phantom_of_the_users_own_takes_the_place_of_ours(&place);
    nonsense_is_refused(&place);
}

/// What `straydose phantom` writes can be given back.
fn a_phantom_of_the_users_own_takes_the_place_of_ours(place: &Workplace) {
    let made = ["phantom", "--age", "5", "--sex", "F", "--voxel-mm", "6", "--out", "own"];
    place.run(&made).assert_status(0);
    let own = ["--phantom", "own/anatomy.nii.gz", "--phantom-table", "own/anatomy.csv"];
    estimate(place, &own, "with_own");
    let (ours, theirs) = (rows(place, "out/organs.csv"), rows(place, "with_own/organs.csv"));
    for name in ["Liver", "Lung_L", "Kidney_R", "Bowel_Small", "Femur_L"] {
        let volume = |rows: &BTreeMap<String, BTreeMap<String, String>>| {
            rows[name]["volume_cm3"].parse::<f64>().expect("a number")
        };
        assert!(
            (volume(&theirs) / volume(&ours) - 1.0).abs() < 0.12,
            "{name}: {} {}",
            volume(&theirs),
            volume(&ours)
        );
        assert_ne!(theirs[name]["from"], "ct");
    }
    let hashes = place.json("with_own/run.json")["inputs_sha256"].clone();
    assert!(hashes.get("anatomy.csv").is_some() && hashes.get("anatomy.nii.gz").is_some());
    let text = String::from_utf8(place.read("own/anatomy.csv")).expect("UTF-8");
    let bad = text.replacen("soft-tissue", "cheese", 1);
    place.write("bad.csv", bad);
    let common = ["estimate", "--study", "head", "--out", "bad", "--phantom", "own/anatomy.nii.gz"];
    let ended = place.run(&[&common[..], &["--phantom-table", "bad.csv"]].concat());
    ended.assert_status(3).assert_says(&["bad.csv", "line 7, material", "cheese"]);
    place.run(&common).assert_status(2).assert_says(&["--phantom-table"]);
}

fn nonsense_is_refused(place: &Workplace) {
    let common = ["estimate", "--study", "head", "--out", "no", "--histories", "1000", "--backend", "cpu"];
    for (options, status, texts) in [
        (&["--age", "-1"][..], 2, &["--age -1 is out of range"][..]),
        (&["--age", "30", "--height-cm", "50", "--weight-kg", "400"], 3, &["30 years", "50 cm"]),
        (&["--age", "5", "--weight-kg", "90"], 3, &["90 kg do not go with"]),
        (&["--sex", "X"], 2, &["'X'"]),
    ] {
        let ended = place.run(&[&common[..], options].concat());
        ended.assert_status(status).assert_says(texts);
        assert!(!place.names(".").contains(&"no".to_owned()), "{options:?} left something behind");
    }
}

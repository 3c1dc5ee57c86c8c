//! `straydose demo`: what it leaves, and that its files are as good as anybody's.

use crate::workplace::Workplace;
use std::collections::BTreeMap;

/// Few enough for a test; the order of magnitude of a dose is right from head to pelvis.
const HISTORIES: &str = "500000";

/// The program on the CPU, with few histories, to a good end.
#[track_caller]
fn run(place: &Workplace, arguments: &[&str]) -> String {
    let all = [arguments, &["--histories", HISTORIES, "--backend", "cpu"]].concat();
    let ended = place.run(&all);
    ended.assert_status(0);
    ended.stdout
}

/// Column `mean_gy` of out/organs.csv.
fn mean_gy(place: &Workplace) -> BTreeMap<String, f64> {
    let bytes = place.read("out/organs.csv");
    let mut table = csv::Reader::from_reader(&bytes[..]);
    let rows = table.deserialize::<BTreeMap<String, String>>().map(|row| row.expect("a row"));
    rows.map(|row| (row["organ"].clone(), row["mean_gy"].parse().expect("a number"))).collect()
}

#[test]
fn the_demo_goes_from_nothing_to_a_report() {
    let place = Workplace::empty();
    // Into a folder that is there the files are moved one by one; a new one appears in one rename.
    std::fs::create_dir(place.path("out")).expect("a folder");
    let said = run(&place, &["demo", "--out", "out"]);
    assert!(said.ends_with("open out/report.html\n"), "{said}");
    assert_eq!(place.names("."), ["out"]);
    assert_eq!(
        place.names("out"),
        [
            "anatomy.csv",
            "anatomy.nii.gz",
            "components.nii.gz",
            "dose.dcm",
            "dose.nii.gz",
            "dvh.csv",
            "input",
            "marrow.csv",
            "organs.csv",
            "report.html",
            "run.json",
            "sigma.nii.gz"
        ]
    );
    assert_eq!(place.names("out/input"), ["ct", "plan.dcm", "structures.dcm"]);
    assert_eq!(place.names("out/input/ct").len(), 283);
    the_target_gets_its_dose_and_the_feet_next_to_none(&mean_gy(&place));
    nothing_says_a_name_or_a_folder(&place);
    // The next run takes the monitor unit that this one left, and gives the same dose.
    assert_eq!(place.kept_units().len(), 1);
    its_files_give_the_same_dose_again(&place);
    assert_eq!(place.kept_units().len(), 1);
    a_second_demo_keeps_the_files(&place);
}

fn the_target_gets_its_dose_and_the_feet_next_to_none(mean_gy: &BTreeMap<String, f64>) {
    let of = |organ: &str| *mean_gy.get(organ).unwrap_or_else(|| panic!("no {organ} in {mean_gy:?}"));
    assert!((of("PTV") / 54.0 - 1.0).abs() < 0.03, "{} Gy of 54 in the target", of("PTV"));
    // Leakage, which hardly falls along the body, is most of what reaches bladder and feet.
    let downward =
        [("PTV", 100.0), ("Glnd_Thyroid", 2.0), ("Lung_R", 2.0), ("Bladder", 1.0), ("Foot_R", 0.0)];
    for pair in downward.windows(2) {
        let [(above, falls), (below, _)] = [pair[0], pair[1]];
        assert!(of(above) > falls * of(below), "{above} {} Gy, {below} {} Gy", of(above), of(below));
    }
    for organ in
        ["Lens_L", "Pituitary", "Heart", "Breast_L", "Liver", "Ovary_L", "Ovary_R", "Uterus", "Femur_L"]
    {
        assert!(of(organ) > 0.0, "{organ} gets nothing");
    }
}

/// The RTDOSE has to name the plan's patient; nothing else may.
fn nothing_says_a_name_or_a_folder(place: &Workplace) {
    let folder = place.path("").canonicalize().expect("it exists");
    let folder = folder.file_name().expect("a name").to_string_lossy().into_owned();
    for name in ["report.html", "run.json", "organs.csv", "dvh.csv", "anatomy.csv"] {
        let text = String::from_utf8(place.read(&format!("out/{name}"))).expect("UTF-8");
        for told in ["PHANTOM", &folder, ".partial-"] {
            assert!(!text.contains(told), "{name} says {told}");
        }
    }
}

fn its_files_give_the_same_dose_again(place: &Workplace) {
    run(place, &["estimate", "--study", "out/input", "--out", "again"]);
    for name in
        ["dose.nii.gz", "sigma.nii.gz", "components.nii.gz", "dose.dcm", "organs.csv", "anatomy.nii.gz"]
    {
        assert!(place.read(&format!("out/{name}")) == place.read(&format!("again/{name}")), "{name}");
    }
    let inputs = |run: &str| place.json(&format!("{run}/run.json"))["inputs_sha256"].clone();
    assert_eq!(inputs("out").as_object().expect("an object").len(), 285);
    assert_eq!(inputs("out"), inputs("again"));
}

fn a_second_demo_keeps_the_files(place: &Workplace) {
    let before = place.read("out/dose.nii.gz");
    run(place, &["demo", "--out", "out", "--seed", "2"]);
    assert!(before != place.read("out/dose.nii.gz"));
    assert_eq!(place.names("."), ["again", "out"]);
    assert_eq!(place.names("out/input"), ["ct", "plan.dcm", "structures.dcm"]);
}

#[test]
fn files_of_someone_else_are_not_mixed_with_the_demos() {
    let place = Workplace::empty();
    std::fs::create_dir_all(place.path("out/input")).expect("a folder");
    place.write("out/input/plan.dcm", "precious");
    let ended = place.run(&["demo", "--out", "out", "--backend", "cpu"]);
    ended.assert_status(2).assert_says(&["straydose: out/input holds other files", "  try: "]);
    assert_eq!(place.names("."), ["out"]);
    assert_eq!(place.names("out"), ["input"]);
    assert_eq!(place.read("out/input/plan.dcm"), b"precious");
}

#[cfg(unix)]
#[test]
fn an_interrupted_demo_leaves_nothing() {
    let place = Workplace::empty();
    let arguments = ["demo", "--out", "out", "--backend", "cpu", "--histories", "1000000000000"];
    let (status, _) = place.killed(&arguments, "-INT");
    assert_eq!(status, Some(130));
    assert!(place.names(".").is_empty(), "{:?}", place.names("."));
}

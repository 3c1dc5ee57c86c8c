//! `straydose estimate`: every command line that cannot be meant, and what it says.

use crate::workplace::Workplace;

/// Expects status 2, a message that says all of `texts`, and no folder left.
#[track_caller]
fn wrong(arguments: &[&str], texts: &[&str]) {
    let place = Workplace::empty();
    std::fs::create_dir(place.path("study")).expect("a folder");
    let ended = place.run(&[&["estimate"], arguments].concat());
    ended.assert_status(2).assert_says(texts);
    assert_eq!(ended.stdout, "");
    assert_eq!(place.names("."), ["study"], "{arguments:?} left something behind");
}

#[test]
fn an_estimate_needs_a_study_or_a_plan_with_a_ct() {
    let out = ["--out", "out"];
    let with = |arguments: &[&'static str]| [arguments, &out].concat();
    wrong(
        &with(&[]),
        &["straydose: there is nothing to read", "--study with a folder", "or --plan and --ct"],
    );
    wrong(&with(&["--plan", "RP.dcm"]), &["--plan alone does not say where the patient is", "--ct with"]);
    wrong(&with(&["--ct", "ct"]), &["--ct alone does not say what was planned", "--plan with"]);
    wrong(&with(&["--masks", "masks", "--dose", "RD.dcm"]), &["there is nothing to read"]);
}

#[test]
fn the_usage_shows_both_ways() {
    let both = [
        "straydose estimate --study DIR --out DIR",
        "straydose estimate --plan RP.dcm --ct DIR|FILE --out DIR",
    ];
    wrong(&[], &[both[0], both[1], "--out <DIR>"]);
    let help = Workplace::empty().run(&["estimate", "--help"]);
    help.assert_status(0);
    assert!(both.iter().all(|way| help.stdout.contains(way)), "{}", help.stdout);
}

#[test]
fn options_that_exclude_each_other_are_named_both() {
    let study = ["--study", "study", "--out", "out"];
    let with = |arguments: &[&'static str]| [arguments, &study].concat();
    wrong(&with(&["--structures", "RS.dcm", "--masks", "masks"]), &["--structures", "--masks"]);
    wrong(
        &with(&["--histories", "1e6", "--target-uncertainty", "2"]),
        &["--histories", "--target-uncertainty"],
    );
    wrong(&["--study", "study", "--out", "study"], &["--out is the folder of --study", "try: another --out"]);
    wrong(&["--study", "study", "--out", "./study/../study"], &["--out is the folder of --study"]);
    let ct = ["--plan", "RP.dcm", "--ct", "study", "--out", "study"];
    wrong(&ct, &["--out is the folder of --ct"]);
}

#[test]
fn values_out_of_range_are_refused_with_the_range() {
    for (option, value, texts) in [
        ("--voxel-mm", "0", &["--voxel-mm 0 is out of range", "1 to 20 mm"][..]),
        ("--voxel-mm", "NaN", &["--voxel-mm NaN", "1 to 20 mm"]),
        ("--voxel-mm", "four", &["'four'", "--voxel-mm"]),
        ("--histories", "999", &["--histories 999 is too few"]),
        ("--histories", "10M", &["'10M'", "1e7"]),
        ("--histories", "1.5", &["'1.5'", "whole number"]),
        ("--fractions", "0", &["--fractions 0 is out of range", "1 to 500"]),
        ("--fractions", "2.5", &["'2.5'", "--fractions"]),
        ("--target-uncertainty", "0", &["--target-uncertainty 0 is no percentage"]),
        ("--target-uncertainty", "100", &["--target-uncertainty 100 is no percentage"]),
        ("--age", "500", &["--age 500 is out of range", "years"]),
        ("--height-cm", "1.8", &["--height-cm 1.8 is out of range", "cm"]),
        ("--weight-kg", "70000", &["--weight-kg 70000 is out of range", "kg"]),
        ("--sex", "X", &["'X'", "--sex <F|M>"]),
    ] {
        wrong(&["--study", "study", "--out", "out", option, value], texts);
    }
}

#[test]
fn what_is_not_there_is_refused_by_name_with_status_3() {
    let place = Workplace::empty();
    std::fs::create_dir(place.path("empty")).expect("a folder");
    place.write("RP.dcm", "no DICOM");
    for (arguments, texts) in [
        (&["--study", "nowhere"][..], &["nowhere", "could not be read"][..]),
        (&["--study", "empty"], &["empty", "no RTPLAN file", "--plan"]),
        (&["--plan", "none.dcm", "--ct", "empty"], &["none.dcm", "could not be read"]),
        (&["--plan", "RP.dcm", "--ct", "empty"], &["RP.dcm", "no DICOM file"]),
    ] {
        let ended = place.run(&[&["estimate"], arguments, &["--out", "out"]].concat());
        ended.assert_status(3).assert_says(texts);
        assert_eq!(place.names("."), ["RP.dcm", "empty"], "{arguments:?} left something behind");
    }
}

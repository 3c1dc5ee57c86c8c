//! Options, `--version`, `devices`, and exit status 2.

use crate::workplace::{CASE, Workplace};

#[test]
fn the_version_states_the_intended_use() {
    let ended = Workplace::new("").run(&["--version"]);
    ended.assert_status(0);
    assert!(ended.stdout.starts_with("straydose "), "{}", ended.stdout);
    assert!(ended.stdout.contains("not a medical device"), "{}", ended.stdout);
}

#[test]
fn a_wrong_command_line_is_status_2() {
    let place = Workplace::new(CASE);
    for wrong in [
        &[][..],
        &["teleport"],
        &["transport"],
        &["transport", "case.toml"],
        &["transport", "case.toml", "--out", "out", "--backend", "abacus"],
        &["transport", "case.toml", "--out", "out", "--threads", "0"],
        &["transport", "case.toml", "--out", "out", "--threads", "many"],
        &["transport", "case.toml", "--out", "out", "--seed", "-1"],
        &["transport", "case.toml", "--out", "out", "--backend", "cpu", "--device", "0"],
        &["transport", "case.toml", "--out", "case.toml"],
        &["transport", "case.toml", "--out", "case.toml/below", "--nonsense"],
    ] {
        place.run(wrong).assert_status(2);
        assert_eq!(place.names("."), ["case.toml"], "{wrong:?} left something behind");
    }
}

#[test]
fn a_gpu_that_is_not_there_is_status_5() {
    let place = Workplace::new(CASE);
    let ended =
        place.run(&["transport", "case.toml", "--out", "out", "--backend", "gpu", "--device", "9999"]);
    ended.assert_status(5).assert_says(&["straydose: ", "  try: ", "--backend cpu"]);
    assert_eq!(place.names("."), ["case.toml"]);
}

#[test]
fn an_output_folder_that_cannot_be_made_is_status_4() {
    let place = Workplace::new(CASE);
    place.run(&["transport", "case.toml", "--out", "case.toml/below", "--backend", "cpu"]).assert_status(4);
    assert_eq!(place.names("."), ["case.toml"]);
}

#[test]
fn devices_lists_the_cpu() {
    let ended = Workplace::new("").run(&["devices"]);
    ended.assert_status(0);
    assert!(ended.stdout.contains("--backend cpu"), "{}", ended.stdout);
}

#[test]
fn devices_for_scripts_is_json() {
    let ended = Workplace::new("").run(&["devices", "--json"]);
    ended.assert_status(0);
    let listing: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let devices = listing["devices"].as_array().expect("a list");
    let cpu = devices.last().expect("at least the CPU");
    assert_eq!(cpu["backend"], "cpu");
    assert!(cpu["threads"].as_u64().expect("a number") > 0);
    for (index, gpu) in devices[..devices.len() - 1].iter().enumerate() {
        assert_eq!(gpu["index"], index);
        assert!(gpu["name"].is_string() && gpu["kind"].is_string(), "{gpu}");
    }
}

#[test]
fn quiet_says_nothing() {
    let ended = Workplace::new(CASE).transport(&["--quiet", "--progress", "json"]);
    ended.assert_status(0);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""));
}

#[test]
fn progress_for_scripts_is_one_json_object_a_line() {
    let ended = Workplace::new(CASE).transport(&["--progress", "json"]);
    ended.assert_status(0);
    let lines: Vec<serde_json::Value> =
        ended.stderr.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect();
    let last = lines.iter().rfind(|line| line["stage"] == "transport" && line["total"] == 20_000);
    let last = last.expect("a line of the transport");
    assert_eq!(last["done"], 20_000);
    assert!(last["seconds"].is_f64());
}

#[test]
fn without_a_terminal_progress_is_plain_lines() {
    let ended = Workplace::new(CASE).transport(&[]);
    ended.assert_status(0).assert_says(&["running on ", "transport: 20000 of 20000 histories (100 %)"]);
    assert!(!ended.stderr.contains('\r') && !ended.stderr.contains('\u{1b}'), "{}", ended.stderr);
}

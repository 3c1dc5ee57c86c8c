//! Many cases: poisoned ones, kills at any moment, shards in any order; a stub stands for the calculation.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Stands for `straydose estimate`: what it does is what the case's one file says; every run leaves a line in `runs`.
const STUB: &str = include_str!("../../contrib/stub.sh");

/// A folder with a stub and cases whose files hold the given texts.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(cases: &[&str]) -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::write(place.path("stub.sh"), STUB).expect("written");
        fs::set_permissions(place.path("stub.sh"), fs::Permissions::from_mode(0o755)).expect("set");
        let mut manifest = "case_id,study,age_years,sex\n".to_owned();
        for (n, what) in cases.iter().enumerate() {
            let study = place.path(&format!("studies/{n}"));
            fs::create_dir_all(&study).expect("made");
            fs::write(study.join("file"), what).expect("written");
            manifest.push_str(&format!("C{n:03},studies/{n},{},F\n", n % 18));
        }
        fs::write(place.path("cases.csv"), manifest).expect("written");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn batch(&self, out: &str, more: &[&str], slow: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_straydose"));
        command
            .current_dir(self.folder.path())
            .args(["batch", "--manifest", "cases.csv", "--program", "stub.sh", "--quiet", "--out", out])
            .args(more)
            .env("RUNS", self.path("runs"))
            .env("SLOW", slow);
        command
    }

    fn run(&self, out: &str, more: &[&str]) -> Output {
        self.batch(out, more, "").output().expect("it runs")
    }

    /// How often the stub ran since the last time it was asked.
    fn runs(&self) -> usize {
        let text = fs::read_to_string(self.path("runs")).unwrap_or_default();
        let _ = fs::remove_file(self.path("runs"));
        text.lines().count()
    }

    /// Word and message of each case.
    fn statuses(&self, out: &str) -> BTreeMap<String, (String, String)> {
        let folders =
            fs::read_dir(self.path(out)).expect("there").map(|entry| entry.expect("an entry").path());
        let folders =
            folders.filter(|path| !path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.')));
        folders
            .map(|folder| {
                let text = fs::read(folder.join("status.json")).expect("no folder without a status");
                let status: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
                let text = |key: &str| status[key].as_str().expect("a text").to_owned();
                if text("status") == "ok" {
                    for name in ["organs.csv", "dvh.csv", "anatomy.csv", "run.json"] {
                        assert!(folder.join(name).exists(), "{name} is missing in a case that is ok");
                    }
                }
                (text("case_id"), (text("status"), text("message")))
            })
            .collect()
    }

    /// Every file of the cohort but the page, by name.
    fn gathered(&self, out: &str) -> BTreeMap<String, Vec<u8>> {
        let cohort = format!("{out}-cohort");
        let ended = Command::new(env!("CARGO_BIN_EXE_straydose"))
            .current_dir(self.folder.path())
            .args(["gather", out, "--out", &cohort, "--quiet"])
            .output()
            .expect("it runs");
        assert!(ended.status.success(), "{}", said(&ended));
        read(&self.path(&cohort))
    }
}

fn read(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("there").map(|entry| entry.expect("an entry").path());
    entries
        .map(|path| {
            (
                path.display().to_string().rsplit('/').next().unwrap_or_default().to_owned(),
                fs::read(&path).expect("a file"),
            )
        })
        .collect()
}

fn said(ended: &Output) -> String {
    String::from_utf8_lossy(&ended.stderr).into_owned()
}

#[test]
fn a_poisoned_case_stops_no_other_and_only_what_failed_is_run_again() {
    let place = Place::new(&["ok 1", "refuse", "panic", "kill", "nothing", "ok 2"]);
    let ended = place.run("out", &[]);
    assert_eq!(ended.status.code(), Some(4), "{}", said(&ended));
    assert_eq!(place.runs(), 6);
    let statuses = place.statuses("out");
    let words: Vec<&str> = statuses.values().map(|(word, _)| word.as_str()).collect();
    assert_eq!(words, ["ok", "refused", "failed", "failed", "failed", "ok"]);
    for (case, why) in
        [("C001", "there is no plan"), ("C002", "panicked"), ("C003", "signal 9"), ("C004", "run.json")]
    {
        assert!(statuses[case].1.contains(why), "{case}: {}", statuses[case].1);
    }
    assert_eq!(place.run("out", &[]).status.code(), Some(4));
    assert_eq!(place.runs(), 3, "what failed, and nothing else");
    // Their files are put right: the old results give way to the new ones.
    for n in [1, 2, 3, 4] {
        fs::write(place.path(&format!("studies/{n}/file")), "ok 3").expect("written");
    }
    let ended = place.run("out", &[]);
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
    assert_eq!(place.runs(), 4);
    assert!(place.statuses("out").len() == 6 && place.statuses("out").values().all(|(word, _)| word == "ok"));
    assert_eq!(place.run("out", &[]).status.code(), Some(0));
    assert_eq!(place.runs(), 0);
}

#[test]
fn refused_alone_is_status_3_and_an_option_that_changed_runs_again() {
    let place = Place::new(&["ok 1", "refuse"]);
    assert_eq!(place.run("out", &[]).status.code(), Some(3));
    assert_eq!(place.run("out", &["--seed", "2"]).status.code(), Some(3));
    assert_eq!(place.runs(), 4);
    fs::remove_dir_all(place.path("studies/0")).expect("removed");
    let ended = place.run("out", &[]);
    assert_eq!(ended.status.code(), Some(3));
    assert!(place.statuses("out")["C000"].1.contains("study cannot be read"), "{:?}", place.statuses("out"));
    assert!(!said(&ended).contains(&*place.folder.path().to_string_lossy()));
}

#[test]
fn the_same_tables_from_one_shard_and_from_seven_in_any_order() {
    let texts: Vec<String> =
        (0..23).map(|n| if n == 5 { "refuse".into() } else { format!("ok {n}") }).collect();
    let place = Place::new(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(place.run("one", &[]).status.code(), Some(3));
    for shard in [4, 1, 7, 2, 6, 3, 5] {
        let code = place.run("seven", &["--shard", &format!("{shard}/7"), "--jobs", "2"]).status.code();
        assert_eq!(code, Some(if shard == 6 { 3 } else { 0 }), "shard {shard}");
    }
    assert!(place.gathered("one") == place.gathered("seven"), "the tables differ");
    assert_eq!(place.statuses("one").len(), 23);
}

#[test]
fn a_kill_at_any_moment_loses_nothing_and_leaves_nothing_half_written() {
    let texts: Vec<String> = (0..12).map(|n| format!("ok {n}")).collect();
    let place = Place::new(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(place.run("whole", &[]).status.code(), Some(0));
    // Moments spread over a run, which takes some 12 times 40 ms; each run begins where the one before was killed.
    for n in 0..20_u64 {
        let mut child = place
            .batch("killed", &[], "0.02")
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(7 + 37 * n % 211));
        child.kill().expect("SIGKILL");
        child.wait().expect("ended");
        place_is_sound(&place);
    }
    assert_eq!(place.run("killed", &[]).status.code(), Some(0));
    assert!(place.gathered("whole") == place.gathered("killed"), "the tables differ");
}

/// Whatever is there is whole.
fn place_is_sound(place: &Place) {
    if place.path("killed").exists() {
        assert!(place.statuses("killed").values().all(|(word, _)| word == "ok"));
    }
}

/// Text of every file of this name below a folder.
fn texts(folder: &Path, name: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    entries
        .flat_map(|path| match path.file_name() {
            Some(own) if own == name => fs::read_to_string(&path).into_iter().collect(),
            _ if path.is_dir() && !path.is_symlink() => texts(&path, name),
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn the_next_case_is_read_while_the_device_is_busy_and_one_at_a_time_is_on_it() {
    let place = Place::new(&[]);
    let program = env!("CARGO_BIN_EXE_straydose");
    let mut cohort = Command::new(program);
    cohort.current_dir(place.folder.path()).args(["cohort", "--n", "1", "--out", "made-up", "--quiet"]);
    assert!(cohort.status().expect("it runs").success());
    fs::write(place.path("cases.csv"), "case_id,study\nC1,made-up/S00001\nC2,made-up/S00001\n")
        .expect("written");
    // The program itself, told to say how far it is.
    let telling = format!(
        "#!/bin/sh\nfor a; do shift; [ \"$a\" = --quiet ] || set -- \"$@\" \"$a\"; done\nexec {program} \"$@\" --progress json\n"
    );
    fs::write(place.path("stub.sh"), telling).expect("written");
    // This test is the case on the device.
    let turn = fs::File::create(place.path("turn")).expect("made");
    turn.lock().expect("nobody has it");
    let more =
        ["--jobs", "2", "--backend", "cpu", "--turn", "turn", "--histories", "2000", "--voxel-mm", "15"];
    let mut batch = place.batch("out", &more, "").stderr(Stdio::null()).spawn().expect("it starts");
    let said = || texts(&place.path("out/.work"), "said.txt");
    // The body is complete, the last thing before the transport, and then it waits.
    let is_waiting = |text: &&String| {
        let found = ["\"complete\"", "waiting for the device"].map(|word| text.find(word));
        matches!(found, [Some(built), Some(waits)] if built < waits)
    };
    let waiting = |said: &[String]| said.iter().filter(is_waiting).count();
    let began = std::time::Instant::now();
    while waiting(&said()) < 2 && began.elapsed() < Duration::from_secs(300) {
        std::thread::sleep(Duration::from_millis(20));
    }
    // Time in which a run that does not wait would begin.
    std::thread::sleep(Duration::from_millis(300));
    let said = said();
    turn.unlock().expect("it was ours");
    let ended = batch.wait().expect("it ends");
    assert_eq!(waiting(&said), 2, "both cases are read, and wait: {said:?}");
    assert!(!said.iter().any(|text| text.contains("\"transport\"")), "one did not wait: {said:?}");
    assert_eq!(ended.code(), Some(0));
    let statuses = texts(&place.path("out"), "status.json");
    assert!(statuses.len() == 2 && statuses.iter().all(|text| text.contains("\"wait\"")), "{statuses:?}");
    let organs = texts(&place.path("out"), "organs.csv");
    assert!(organs[0] == organs[1], "one study has two doses");
}

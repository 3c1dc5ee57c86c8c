//! The files that come back, where they go, and what an interruption leaves.

use crate::workplace::{CASE, Workplace, names};
use nifti::{IntoNdArray, NiftiHeader, NiftiObject, ReaderOptions};
use std::time::Duration;

fn image(place: &Workplace, name: &str) -> (NiftiHeader, ndarray::ArrayD<f32>) {
    let object = ReaderOptions::new().read_file(place.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let header = object.header().clone();
    (header, object.into_volume().into_ndarray::<f32>().expect("float32"))
}

#[test]
fn a_run_writes_kerma_sigma_and_record() {
    let place = Workplace::new(CASE);
    let ended = place.transport(&[]);
    ended.assert_status(0);
    assert_eq!(place.names("out"), ["kerma.nii.gz", "run.json", "sigma.nii.gz"]);
    assert_eq!(place.names("."), ["case.toml", "out"]);
    for text in ["kerma.nii.gz", "sigma.nii.gz", "run.json", "Gy per photon", "a second", "escaped"] {
        assert!(ended.stdout.contains(text), "{text:?} is not in:\n{}", ended.stdout);
    }

    let (header, kerma) = image(&place, "out/kerma.nii.gz");
    assert_eq!(kerma.shape(), [4, 6, 4]);
    assert_eq!(header.pixdim[1..4], [20.0, 10.0, 25.0]);
    // Centre of the first voxel in mm: -40 + 10, 0 + 5, -50 + 12.5.
    assert_eq!([header.srow_x[3], header.srow_y[3], header.srow_z[3]], [-30.0, 5.0, -37.5]);
    assert_eq!([header.quatern_x, header.quatern_y, header.quatern_z], [-30.0, 5.0, -37.5]);
    assert!(kerma.iter().all(|&gy| gy >= 0.0 && gy.is_finite()));
    assert!(kerma.iter().any(|&gy| gy > 0.0));
    let (_, sigma) = image(&place, "out/sigma.nii.gz");
    assert_eq!(sigma.shape(), kerma.shape());
    for (&gy, &relative) in kerma.iter().zip(&sigma) {
        assert!((0.0..=1.0).contains(&relative), "sigma {relative}");
        assert!(gy > 0.0 || relative == 1.0, "nothing was scored, but sigma is {relative}");
    }
}

#[test]
fn the_record_tells_all_that_is_needed_to_repeat_the_run() {
    let place = Workplace::new(CASE.replacen("{ name = \"mohan-6mv\" }", "{ csv = \"beam.csv\" }", 1));
    place.write(
        "beam.csv",
        "# a comment\ne_lo_mev,e_hi_mev,weight,probability\n0,0.25,1,0.5\n0.25,0.5,1,0.5\n",
    );
    let out = place.path("out");
    let case = place.path("case.toml");
    let arguments = [
        "transport",
        case.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--seed",
        "5",
        "--backend",
        "cpu",
    ];
    place.run(&arguments).assert_status(0);
    let record = place.json("out/run.json");
    assert_eq!(record["program"], "straydose");
    assert_eq!(record["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&record["seed"], &record["histories"]), (&5.into(), &20_000.into()));
    assert_eq!(record["quantity"], "kerma");
    assert_eq!(record["backend"]["name"], "cpu");
    assert!(record["backend"]["threads"].as_u64().expect("threads") > 0);
    for stage in ["read", "build", "start", "transport", "write"] {
        assert!(record["stage_seconds"][stage].as_f64().expect(stage) >= 0.0);
    }
    assert!(record["transport_seconds"].as_f64().expect("seconds") > 0.0);
    assert!(record["histories_per_second"].as_f64().expect("a rate") > 0.0);
    let energy = |key: &str| record["energy_balance"][key].as_f64().unwrap_or_else(|| panic!("no {key}"));
    assert!(energy("emitted_mev") > 0.0 && energy("deposited_mev") > 0.0 && energy("escaped_mev") > 0.0);
    let inputs = record["inputs_sha256"].as_object().expect("an object");
    assert_eq!(inputs.keys().collect::<Vec<_>>(), ["beam.csv", "case.toml"]);
    assert!(inputs.values().all(|hash| hash.as_str().expect("text").len() == 64));
    assert_eq!(record["spectrum"]["source"], "beam.csv");
    assert_eq!(record["materials"][0]["material"], "water");
    assert_eq!(record["materials"][1]["density_g_cm3"], 0.26);
    assert!(record["intended_use"].as_str().expect("text").contains("not a medical device"));
    let text = String::from_utf8(place.read("out/run.json")).expect("UTF-8");
    let folder = place.path("").canonicalize().expect("it exists");
    let folder = folder.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(!text.contains(&folder), "the record names a folder of this machine:\n{text}");
}

#[test]
fn dose_takes_the_place_of_kerma() {
    let place = Workplace::new(CASE.replacen("\"kerma\"", "\"dose\"", 1));
    place.transport(&[]).assert_status(0);
    assert_eq!(place.names("out"), ["dose.nii.gz", "run.json", "sigma.nii.gz"]);
    assert_eq!(place.json("out/run.json")["quantity"], "dose");
}

#[test]
fn the_same_seed_gives_the_same_bytes_whatever_the_threads() {
    let place = Workplace::new(CASE);
    place.transport(&["--threads", "1"]).assert_status(0);
    let one = [place.read("out/kerma.nii.gz"), place.read("out/sigma.nii.gz")];
    place.transport(&["--threads", "2"]).assert_status(0);
    assert!(
        one == [place.read("out/kerma.nii.gz"), place.read("out/sigma.nii.gz")],
        "threads change the dose"
    );
    place.transport(&["--seed", "2"]).assert_status(0);
    assert!(one[0] != place.read("out/kerma.nii.gz"), "the seed changes nothing");
}

#[test]
fn the_same_seed_gives_the_same_dose_whatever_the_batches() {
    let kerma = |batches: &str| {
        let place = Workplace::new(CASE.replacen("quantity", &format!("batches = {batches}\nquantity"), 1));
        place.transport(&[]).assert_status(0);
        place.read("out/kerma.nii.gz")
    };
    assert!(kerma("16") == kerma("100"), "batches change the dose");
}

#[test]
fn one_history_runs() {
    let place = Workplace::new(CASE.replacen("20_000", "1", 1));
    place.transport(&[]).assert_status(0);
    let (_, sigma) = image(&place, "out/sigma.nii.gz");
    assert!(sigma.iter().all(|relative| (0.0..=1.0).contains(relative)));
}

#[test]
fn histories_may_be_written_as_a_float() {
    let place = Workplace::new(CASE.replacen("20_000", "2e4", 1));
    place.transport(&[]).assert_status(0);
    assert_eq!(place.json("out/run.json")["histories"], 20_000);
}

#[test]
fn folders_around_the_output_are_made() {
    let place = Workplace::new(CASE);
    place.run(&["transport", "case.toml", "--out", "a/b/c/", "--backend", "cpu"]).assert_status(0);
    assert_eq!(place.names("a/b/c").len(), 3);
    assert_eq!(place.names("a/b"), ["c"]);
}

#[test]
fn an_empty_folder_is_filled() {
    let place = Workplace::new(CASE);
    std::fs::create_dir(place.path("out")).expect("a folder");
    place.transport(&[]).assert_status(0);
    assert_eq!(place.names("out"), ["kerma.nii.gz", "run.json", "sigma.nii.gz"]);
    assert_eq!(place.names("."), ["case.toml", "out"]);
}

#[test]
fn an_earlier_result_is_replaced_as_a_whole() {
    let place = Workplace::new(CASE.replacen("\"kerma\"", "\"dose\"", 1));
    place.transport(&[]).assert_status(0);
    place.write("case.toml", CASE);
    place.transport(&["--seed", "9"]).assert_status(0);
    assert_eq!(place.names("out"), ["kerma.nii.gz", "run.json", "sigma.nii.gz"]);
    assert_eq!(place.json("out/run.json")["seed"], 9);
}

#[test]
fn other_files_of_the_output_folder_stay() {
    let place = Workplace::new(CASE);
    let ended = place.run(&["transport", "case.toml", "--out", ".", "--backend", "cpu"]);
    ended.assert_status(0);
    assert_eq!(place.names("."), ["case.toml", "kerma.nii.gz", "run.json", "sigma.nii.gz"]);
    assert_eq!(place.read("case.toml"), CASE.as_bytes());
}

#[test]
fn files_of_someone_else_are_not_replaced() {
    for name in ["kerma.nii.gz", "dose.nii.gz", "sigma.nii.gz", "run.json"] {
        let place = Workplace::new(CASE);
        std::fs::create_dir(place.path("out")).expect("a folder");
        place.write(&format!("out/{name}"), "precious");
        place.transport(&[]).assert_status(2).assert_says(&["straydose: ", name, "  try: "]);
        assert_eq!(place.names("out"), [name]);
        assert_eq!(place.read(&format!("out/{name}")), b"precious");
        assert_eq!(place.names("."), ["case.toml", "out"]);
    }
}

/// Starts a transport that would take very long and ends it with a signal.
#[cfg(unix)]
fn killed(place: &Workplace, out: &str, signal: &str) -> (Option<i32>, Duration) {
    place.killed(&["transport", "case.toml", "--out", out, "--backend", "cpu"], signal)
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_stops_soon_and_leaves_nothing() {
    for signal in ["-INT", "-TERM"] {
        let place = Workplace::new(CASE.replacen("20_000", "1e12", 1));
        let (status, took) = killed(&place, "a/b/out", signal);
        assert_eq!(status, Some(130));
        // A second is promised; the rest is for a machine that is busy with other tests.
        assert!(took < Duration::from_secs(3), "it took {took:?}");
        assert_eq!(place.names("."), ["case.toml"]);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_the_earlier_result() {
    let place = Workplace::new(CASE);
    place.transport(&[]).assert_status(0);
    let before = place.read("out/run.json");
    place.write("case.toml", CASE.replacen("20_000", "1e12", 1));
    killed(&place, "out", "-INT");
    assert_eq!(place.read("out/run.json"), before);
    assert_eq!(place.names("."), ["case.toml", "out"]);
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_outright_leaves_no_output_folder() {
    let place = Workplace::new(CASE.replacen("20_000", "1e12", 1));
    killed(&place, "out", "-KILL");
    let left = names(&place.path(""));
    assert!(!left.contains(&"out".to_owned()), "{left:?}");
}

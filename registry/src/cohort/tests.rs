use super::*;
use crate::{Key, KeyParts, Shard, Status, Store};
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fs::File;

const HEAD: &str = "organ,from,volume_cm3,mass_g,mean_gy,min_gy,max_gy,d98_gy,d50_gy,d2_gy,stat_percent,model_percent,in_field_gy,head_scatter_gy,collimator_gy,leakage_gy,distance_cm,original_name,planned_mean_gy";

fn key(case_id: &str) -> Key {
    KeyParts { case_id: case_id.into(), ..KeyParts::default() }.key()
}

fn status(case_id: &str, outcome: Outcome) -> Status {
    Status {
        case_id: case_id.into(),
        key: key(case_id).to_string(),
        status: outcome,
        code: if outcome == Outcome::Ok { 0 } else { 3 },
        message: if outcome == Outcome::Ok { String::new() } else { "there is no plan".into() },
        version: "0.1.0".into(),
        seed: 1,
        given: [("age_years".to_owned(), "5.5".to_owned()), ("sex".to_owned(), "F".to_owned())].into(),
        uid_hashes: [("plan".to_owned(), "00ff".to_owned())].into(),
        peak_memory_mib: None,
        // Different in every run, so that they must not get into a table.
        seconds: [("transport".to_owned(), case_id.len() as f64)].into(),
    }
}

/// A case with two organs, of which one has a name of its centre.
fn finish(store: &Store, case_id: &str, version: &str) {
    let work = store.begin(&key(case_id)).expect("made");
    let write = |name: &str, text: &str| std::fs::write(work.folder().join(name), text).expect("written");
    write(
        "organs.csv",
        &format!(
            "{HEAD}\nBrain,ct,1000,1040,2.5,1,3,1,2.5,3,1.5,10,2,0.3,0.1,0.1,0,Cerveau,\nHeart_own,both,300,310,0.02,0,0.1,,,,,,,,,,30,Heart_own,\n"
        ),
    );
    write(
        "dvh.csv",
        "organ,dose_gy,volume_cm3,volume_percent\nBrain,0,1000,100\nBrain,2,1000,100\nBrain,4,500,50\nBrain,6,0,0\n",
    );
    write(
        "marrow.csv",
        &format!("{HEAD}\nBoneMarrow_Act_Skull,model,10,10.3,0.75,0,1,,,,,,,,,,0,BoneMarrow_Act_Skull,\n"),
    );
    let seconds = std::process::id();
    write(
        "run.json",
        &format!(
            r#"{{"histories": 1000, "beams": [{{"mu": 100.5, "fractions": 30, "machine": "truebeam", "nominal_mv": 6.0}}], "beams_left_out": [], "planned_dose": null, "warnings": ["a"], "voxel_mm": [4.0, 4.0, 5.0], "body_mass_g": 20000.0, "reference_dose_gy": 50.0, "stage_seconds": {{"read": {seconds}}}}}"#
        ),
    );
    work.finish(&Status { version: version.into(), ..status(case_id, Outcome::Ok) }).expect("written");
}

fn options() -> Options {
    Options {
        mix_versions: false,
        names: Names::default(),
        is_known: |name| name == "Cerveau",
        marrow_sites: vec!["Skull", "Foot"],
        page: |title, body| format!("{title} {}", body.0),
    }
}

/// Gathers into a new folder and gives what was written, by name.
fn gathered(root: &Path, options: &Options) -> Result<(Gathered, BTreeMap<String, Vec<u8>>), Error> {
    let to = tempfile::tempdir().expect("a folder");
    let gathered = gather(root, to.path(), options)?;
    let files = std::fs::read_dir(to.path()).expect("readable").map(|entry| {
        let path = entry.expect("an entry").path();
        (name(&path), std::fs::read(&path).expect("readable"))
    });
    Ok((gathered, files.collect()))
}

fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), bytes).expect("written");
    let reader = SerializedFileReader::new(File::open(file.path()).expect("there")).expect("Parquet");
    let row = |row: Result<parquet::record::Row, _>| {
        let row = row.expect("a row");
        row.get_column_iter().map(|(name, field)| (name.clone(), field.to_string())).collect()
    };
    reader.get_row_iter(None).expect("rows").map(row).collect()
}

#[test]
fn the_tables_hold_what_the_cases_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Shard::WHOLE).expect("made");
    finish(&store, "C1", "0.1.0");
    let refused = store.begin(&key("C2")).expect("made");
    refused.finish(&status("C2", Outcome::Refused)).expect("written");
    let (gathered, files) = gathered(folder.path(), &options()).expect("sound");
    assert_eq!(gathered, Gathered { ok: 1, refused: 1, failed: 0, organs: 3, unmapped: 1 });
    let cases = rows(&files["cases.parquet"]);
    assert_eq!(cases.len(), 1);
    for (column, value) in [
        ("case_id", "\"C1\""),
        ("age_years", "5.5"),
        ("monitor_units", "100.5"),
        ("fractions", "30"),
        ("voxel_mm", "5.0"),
        ("height_cm", "null"),
        ("has_planned_dose", "false"),
        ("warnings", "1"),
        ("machines", "\"truebeam\""),
        ("active_marrow_skull_gy", "0.75"),
        ("active_marrow_foot_gy", "null"),
        ("plan_uid_hash", "\"00ff\""),
        ("study_uid_hash", "null"),
    ] {
        assert_eq!(cases[0][column], value, "{column}");
    }
    let organs = rows(&files["organs.parquet"]);
    // 5 Gy lies half way between 4 Gy (50 %) and 6 Gy (0 %).
    for (column, value) in [
        ("organ", "\"Brain\""),
        ("named_by", "\"program\""),
        ("v_5gy_percent", "25.0"),
        ("v_1mgy_percent", "100.0"),
        ("v_40gy_percent", "0E0"),
        ("in_scan", "true"),
        ("leakage_gy", "0.1"),
        ("planned_mean_gy", "null"),
    ] {
        assert_eq!(organs[0][column], value, "{column}");
    }
    assert_eq!(
        [&organs[1]["named_by"], &organs[1]["in_scan"], &organs[1]["v_5gy_percent"]],
        ["\"nobody\"", "false", "null"]
    );
    let text = |name: &str| String::from_utf8(files[name].clone()).expect("text");
    assert!(text("refused.csv").contains("C2,refused,3,there is no plan"));
    assert!(text("unmapped.csv").contains("Heart_own,1"));
    assert!(text("cohort.html").contains("there is no plan"));
}

#[test]
fn a_mapping_goes_before_the_programs_list_and_nothing_is_guessed() {
    let folder = tempfile::tempdir().expect("a folder");
    finish(&Store::open(folder.path(), Shard::WHOLE).expect("made"), "C1", "0.1.0");
    let path = folder.path().join("names.csv");
    std::fs::write(&path, "pattern,tg263\nheart.*,Heart\n").expect("written");
    let options = Options { names: Names::read(&path).expect("sound"), ..options() };
    let (gathered, files) = gathered(folder.path(), &options).expect("sound");
    let organs = rows(&files["organs.parquet"]);
    assert_eq!([&organs[1]["organ"], &organs[1]["named_by"]], ["\"Heart\"", "\"mapping\""]);
    assert_eq!(gathered.unmapped, 0);
    std::fs::write(&path, "pattern,tg263\n(,Heart\n").expect("written");
    assert!(Names::read(&path).is_err());
}

#[test]
fn the_same_bytes_from_any_order_of_the_cases() {
    let names = ["C1", "C2", "C3", "C4", "C5", "C6"];
    let turned = ["C5", "C1", "C4", "C6", "C2", "C3"];
    let [one, other] = [names, turned].map(|order| {
        let folder = tempfile::tempdir().expect("a folder");
        for (n, case) in order.into_iter().enumerate() {
            let shard = format!("{}/6", n + 1).parse().expect("a shard");
            finish(&Store::open(folder.path(), shard).expect("made"), case, "0.1.0");
        }
        gathered(folder.path(), &options()).expect("sound").1
    });
    assert!(one == other, "the files differ");
    // A folder lists its cases by no order of theirs.
    let ids: Vec<String> =
        rows(&one["cases.parquet"]).iter().map(|row| row["case_id"].replace('"', "")).collect();
    assert_eq!(ids, names);
}

#[test]
fn versions_are_not_mixed_unless_told_and_no_case_has_two_results() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Shard::WHOLE).expect("made");
    finish(&store, "C1", "0.1.0");
    finish(&store, "C2", "0.2.0");
    let said = gathered(folder.path(), &options()).expect_err("two versions").to_string();
    assert!(said.contains("0.1.0, 0.2.0"), "{said}");
    assert!(gathered(folder.path(), &Options { mix_versions: true, ..options() }).is_ok());
    let again = KeyParts { case_id: "C1".into(), seed: 2, ..KeyParts::default() }.key();
    store.begin(&again).expect("made").finish(&status("C1", Outcome::Refused)).expect("written");
    let said =
        gathered(folder.path(), &Options { mix_versions: true, ..options() }).expect_err("twice").to_string();
    assert!(said.contains("\"C1\" has two results"), "{said}");
}

#[test]
fn the_dictionary_names_every_column_with_its_type() {
    let folder = tempfile::tempdir().expect("a folder");
    finish(&Store::open(folder.path(), Shard::WHOLE).expect("made"), "C1", "0.1.0");
    let (_, files) = gathered(folder.path(), &options()).expect("sound");
    let mut named = BTreeSet::new();
    for row in csv::Reader::from_reader(&files["dictionary.csv"][..]).records() {
        let row = row.expect("a row");
        assert!(!row[3].is_empty());
        assert!(named.insert((row[0].to_owned(), row[1].to_owned())), "{row:?} is there twice");
    }
    for (table, bytes) in &files {
        let columns: Vec<String> = if table.ends_with(".parquet") {
            rows(bytes)[0].keys().cloned().collect()
        } else if table.ends_with(".csv") && table != "dictionary.csv" {
            csv::Reader::from_reader(&bytes[..])
                .headers()
                .expect("a head")
                .iter()
                .map(str::to_owned)
                .collect()
        } else {
            continue;
        };
        for column in columns {
            assert!(
                named.remove(&(table.clone(), column.clone())),
                "{table} {column} is not in the dictionary"
            );
        }
    }
    assert!(named.is_empty(), "{named:?} are in no table");
}

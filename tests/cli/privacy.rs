//! Nothing that names a patient is written: identifiers are planted in a study, and every byte that comes out is searched.

use formats::dicom::{DicomFile, tags};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Name and PatientID of the made-up files, and what is planted in their place: as long, since a length stands before each value.
const NAME: [&[u8]; 2] = [b"PHANTOM^S00001", b"CANARY^QUOKKA1"];
const ID: [&[u8]; 2] = [b"S00001", b"QUOKID"];
/// Elements that are empty in the made-up files, and their values here.
const PLANTED: [(&[u8], &str); 4] = [
    (b"\x10\x00\x30\x00DA", "20110807"),         // PatientBirthDate
    (b"\x08\x00\x20\x00DA", "20190807"),         // StudyDate
    (b"\x08\x00\x90\x00PN", "CANARY^DOCTOR "),   // ReferringPhysicianName
    (b"\x08\x00\x50\x00SH", "CANARYACCESSION "), // AccessionNumber
];
/// PatientAge, which goes before the dates: it is made empty.
const AGE: &[u8] = b"\x10\x00\x10\x10AS\x04\x00";

fn straydose(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_straydose"))
        .current_dir(folder)
        .args(arguments)
        .env("STRAYDOSE_CACHE", folder.join("cache"))
        .output()
        .expect("it runs")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn replaced(bytes: &[u8], [old, new]: [&[u8]; 2]) -> Vec<u8> {
    assert_eq!(old.len(), new.len(), "lengths stand before the values in the file");
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len().saturating_sub(old.len()) {
        if bytes[at..].starts_with(old) {
            bytes[at..at + old.len()].copy_from_slice(new);
        }
    }
    bytes
}

/// Pseudonyms of a case's UIDs.
fn said_of(case_id: &str, place: &Path) -> Vec<String> {
    let statuses = files(&place.join("results")).into_iter().filter(|path| path.ends_with("status.json"));
    let read = |path: PathBuf| -> serde_json::Value {
        serde_json::from_slice(&fs::read(path).expect("readable")).expect("JSON")
    };
    let status = statuses.map(read).find(|status| status["case_id"] == case_id).expect("its status");
    let hashes = status["uid_hashes"].as_object().expect("pseudonyms");
    hashes.values().map(|hash| hash.as_str().expect("text").to_owned()).collect()
}

/// Identifiers planted in a file with short explicit elements.
fn planted(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = replaced(&replaced(bytes, NAME), ID);
    for (element, value) in PLANTED {
        let empty = [element, &[0, 0]].concat();
        let at = bytes.windows(empty.len()).position(|part| part == empty).expect("an empty element");
        let length = (value.len() as u16).to_le_bytes();
        let full = [element, &length, value.as_bytes()].concat();
        bytes.splice(at..at + empty.len(), full);
    }
    if let Some(at) = bytes.windows(AGE.len()).position(|part| part == AGE) {
        bytes[at + AGE.len()..][..4].fill(b' ');
    }
    bytes
}

#[test]
fn no_identifier_of_a_study_is_in_any_byte_that_a_batch_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    assert!(straydose(place, &["cohort", "--n", "1", "--out", "made-up", "--quiet"]).status.success());
    // The same study of a patient with a name, under names of files and folders that say it too.
    let study = place.join("Canary-Folder");
    fs::create_dir(&study).expect("made");
    let mut uids = Vec::new();
    for (n, path) in files(&place.join("made-up/S00001")).into_iter().enumerate() {
        let planted_at = study.join(format!("canary-{n}.dcm"));
        fs::write(&planted_at, planted(&fs::read(&path).expect("readable"))).expect("written");
        let file = DicomFile::open_header(&planted_at).expect("still DICOM");
        for tag in [
            tags::SOP_INSTANCE_UID,
            tags::STUDY_INSTANCE_UID,
            tags::SERIES_INSTANCE_UID,
            tags::FRAME_OF_REFERENCE_UID,
        ] {
            uids.extend(file.root().text(tag).expect("readable"));
        }
        assert_eq!(
            file.root().text(tags::PATIENT_NAME).expect("readable").as_deref(),
            Some("CANARY^QUOKKA1")
        );
        let born = file.root().text(tags::PATIENT_BIRTH_DATE).expect("readable");
        assert_eq!(born.as_deref(), Some("20110807"));
    }
    fs::remove_dir_all(place.join("made-up")).expect("removed");
    // The age survives the birth date.
    assert!(straydose(place, &["manifest", ".", "--out", "first.csv"]).status.success());
    let first = fs::read_to_string(place.join("first.csv")).expect("written");
    assert!(first.contains(",8,"), "{first}");
    assert!(!first.contains("2011") && !first.to_lowercase().contains("quok"), "{first}");
    fs::remove_file(place.join("first.csv")).expect("removed");
    // A study that is not there, one that breaks in the middle, a machine file that is none.
    fs::create_dir(place.join("Canary-Broken")).expect("made");
    for n in 0..3 {
        let bytes = fs::read(study.join(format!("canary-{n}.dcm"))).expect("readable");
        fs::write(place.join(format!("Canary-Broken/canary-{n}.dcm")), &bytes[..bytes.len() / 2])
            .expect("written");
    }
    fs::write(place.join("canary-machine.toml"), "nothing = 1").expect("written");
    let cases = "case_id,study,machine\nC1,Canary-Folder,\nC2,Canary-Elsewhere,\nC3,Canary-Broken,\nC4,Canary-Folder,canary-machine.toml\n";
    fs::write(place.join("cases.csv"), cases).expect("written");
    fs::write(place.join("salt"), "sixteen bytes or more").expect("written");

    let batch =
        ["batch", "--manifest", "cases.csv", "--out", "results", "--histories", "2000", "--voxel-mm", "15"];
    let refused = straydose(place, &batch);
    assert_eq!(refused.status.code(), Some(3), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("a birth date (PatientBirthDate)"));
    let taken = straydose(place, &[&batch[..], &["--allow-identified", "--salt", "salt"]].concat());
    assert!(
        String::from_utf8_lossy(&taken.stderr).contains("C1 ok"),
        "{}",
        String::from_utf8_lossy(&taken.stderr)
    );
    let gathered = straydose(place, &["gather", "results", "--out", "cohort"]);
    assert!(gathered.status.success());
    let cases = fs::read(place.join("cohort/cases.parquet")).expect("written");
    for column in
        ["plan_uid_hash", "study_uid_hash", "ct_series_uid_hash", "frame_uid_hash", "structures_uid_hash"]
    {
        assert!(cases.windows(column.len()).any(|part| part == column.as_bytes()), "{column}");
    }
    let hashes = said_of("C1", place);
    assert_eq!(hashes.len(), 5, "of plan, study, CT, frame of reference and structures: {hashes:?}");

    uids.sort();
    uids.dedup();
    let words = ["canary", "quokka", "quokid", "20110807", "2011-08-07", "20190807"]
        .map(str::to_owned)
        .into_iter()
        .chain(uids);
    let secrets: Vec<Vec<u8>> =
        words.chain([place.display().to_string()]).map(|word| word.to_lowercase().into_bytes()).collect();
    let said =
        [&refused, &taken, &gathered].map(|ended| [ended.stdout.clone(), ended.stderr.clone()].concat());
    let mut outputs: Vec<(String, Vec<u8>)> =
        said.into_iter().map(|bytes| ("the terminal".to_owned(), bytes)).collect();
    for out in ["results", "cohort", "cache"] {
        let written = files(&place.join(out)).into_iter();
        outputs.extend(written.map(|path| (path.display().to_string(), fs::read(&path).expect("readable"))));
    }
    assert!(outputs.len() > 12, "tables of the case, of the cohort, and what was said");
    for (what, bytes) in outputs {
        let bytes = bytes.to_ascii_lowercase();
        for secret in &secrets {
            let is_there = bytes.windows(secret.len()).any(|part| part == secret);
            assert!(!is_there, "{what} holds {}", String::from_utf8_lossy(secret));
        }
    }
}

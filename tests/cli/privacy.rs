//! Nothing that names a patient is written: identifiers are planted in a study, and every byte that comes out is searched.

use formats::dicom::{DicomFile, tags};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// As long as the name and the PatientID that they replace in the files.
const NAME: [&[u8]; 2] = [b"PHANTOM^S00001", b"CANARY^QUOKKA1"];
const ID: [&[u8]; 2] = [b"S00001", b"QUOKID"];

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
        let planted = replaced(&replaced(&fs::read(&path).expect("readable"), NAME), ID);
        let planted_at = study.join(format!("canary-{n}.dcm"));
        fs::write(&planted_at, planted).expect("written");
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
    }
    fs::remove_dir_all(place.join("made-up")).expect("removed");
    fs::write(place.join("cases.csv"), "case_id,study\nC1,Canary-Folder\nC2,Canary-Elsewhere\n")
        .expect("written");
    fs::write(place.join("salt"), "sixteen bytes or more").expect("written");

    let batch =
        ["batch", "--manifest", "cases.csv", "--out", "results", "--histories", "2000", "--voxel-mm", "15"];
    let refused = straydose(place, &batch);
    assert_eq!(refused.status.code(), Some(3), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("a name (PatientName)"));
    let taken = straydose(place, &[&batch[..], &["--allow-identified", "--salt", "salt"]].concat());
    assert!(
        String::from_utf8_lossy(&taken.stderr).contains("C1 ok"),
        "{}",
        String::from_utf8_lossy(&taken.stderr)
    );
    let gathered = straydose(place, &["gather", "results", "--out", "cohort"]);
    assert!(gathered.status.success());

    uids.sort();
    uids.dedup();
    let words = ["canary", "quokka", "quokid"].map(str::to_owned).into_iter().chain(uids);
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

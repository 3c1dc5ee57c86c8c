//! The folder of results: written beside its place under another name, and moved there when it is complete.
//!
//! A folder that does not exist appears in one rename. Into one that exists the files are moved one by one, `run.json`
//! last, so that a folder with a `run.json` is always a complete result. Files that no run of this program wrote are
//! never touched.

use crate::exit::Failure;
use crate::interrupt;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The record of a run: its presence says that the result is complete.
pub const RECORD: &str = "run.json";
/// `program` in the record.
pub const PROGRAM: &str = "straydose";
/// A folder of input that a command may make beside its results. One that is there stays as it is.
pub const INPUT: &str = "input";
/// A folder of DICOM files that a command may make as a result.
pub const DICOM: &str = "dicom";
/// A folder of finished runs that a command may make as a result.
pub const RUNS: &str = "runs";
/// Folders that are results, if the record says so under their names: they may be somebody's.
const FOLDERS: [&str; 2] = [DICOM, RUNS];
/// Every file that a command can write beside the record.
const RESULTS: [&str; 20] = [
    "kerma.nii.gz",
    "dose.nii.gz",
    "sigma.nii.gz",
    "components.nii.gz",
    "anatomy.nii.gz",
    "anatomy.csv",
    "hu.nii.gz",
    "marrow.csv",
    "organs.csv",
    "dvh.csv",
    "differences.csv",
    "variants.csv",
    "dose.dcm",
    "report.html",
    "machine.toml",
    "points.csv",
    "model.json",
    "folds.csv",
    "lesions.csv",
    "patients.csv",
];

/// A result that is being written. Dropped before [`OutputFolder::publish`], it leaves nothing behind.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    temporary: PathBuf,
    /// Folders that were made around it, the innermost first.
    made_around: Vec<PathBuf>,
    published: bool,
}

impl OutputFolder {
    /// Makes the temporary folder, so that a place that cannot be written is found before the work is done.
    pub fn prepare(out: &Path) -> Result<OutputFolder, Failure> {
        let cannot = |error: std::io::Error| {
            Failure::failed(
                format!("the output folder {} cannot be made: {error}", out.display()),
                "another --out, in a folder that you may write to",
            )
        };
        let exists = match std::fs::symlink_metadata(out) {
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(cannot(error)),
            Ok(_) if out.is_dir() => true,
            Ok(_) => {
                return Err(Failure::command_line(
                    format!("--out {} is a file, not a folder", out.display()),
                    "the name of a folder; it is made if missing",
                ));
            }
        };
        let target =
            if exists { std::fs::canonicalize(out) } else { std::path::absolute(out) }.map_err(cannot)?;
        if exists {
            refuse_to_replace(&target, out)?;
        }
        let mut folders = interrupt::temporary();
        let mut made_around = Vec::new();
        let temporary = match target.parent() {
            Some(parent) => {
                make_all(parent, &mut made_around).map_err(|error| {
                    interrupt::remove_empty(&made_around);
                    cannot(error)
                })?;
                let name = target.file_name().map(OsString::from).unwrap_or_default();
                let beside = make_new(parent, &name).and_then(|made| {
                    if exists && !same_file_system(&made, &target) {
                        let _ = std::fs::remove_dir(&made);
                        return Err(ErrorKind::CrossesDevices.into());
                    }
                    Ok(made)
                });
                match beside {
                    // A mounted folder, or one in a folder that may not be written: inside it, then.
                    Err(_) if exists => make_new(&target, &name),
                    other => other,
                }
            }
            // The root of a file system.
            None => make_new(&target, &OsString::from(PROGRAM)),
        };
        let temporary = temporary.map_err(|error| {
            interrupt::remove_empty(&made_around);
            cannot(error)
        })?;
        folders.push(temporary.clone());
        folders.extend(made_around.clone());
        Ok(OutputFolder { target, temporary, made_around, published: false })
    }

    /// Where to write a file of the result.
    pub fn file(&self, name: &str) -> PathBuf {
        self.temporary.join(name)
    }

    /// Moves the complete result to its place.
    pub fn publish(mut self) -> Result<(), Failure> {
        let mut folders = interrupt::temporary();
        if interrupt::requested() {
            drop(folders);
            return Err(Failure::interrupted());
        }
        let moved = if self.target.is_dir() {
            self.move_files()
        } else {
            std::fs::rename(&self.temporary, &self.target)
        };
        if let Err(error) = moved {
            drop(folders);
            return Err(Failure::failed(
                format!("the result cannot be moved to {}: {error}", self.target.display()),
                "another --out; is something else writing there?",
            ));
        }
        self.forget(&mut folders);
        self.published = true;
        Ok(())
    }

    /// Takes the own folders from those to remove: another run of this process may write too.
    fn forget(&self, folders: &mut Vec<PathBuf>) {
        folders.retain(|folder| *folder != self.temporary && !self.made_around.contains(folder));
    }

    /// Into a folder that exists: the old record goes first, the new one comes last.
    fn move_files(&self) -> std::io::Result<()> {
        let record = record(&self.target);
        for folder in FOLDERS.iter().filter(|name| record.as_ref().is_some_and(|r| r[**name] == true)) {
            match std::fs::remove_dir_all(self.target.join(folder)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        for old in std::iter::once(RECORD).chain(RESULTS) {
            match std::fs::remove_file(self.target.join(old)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        if self.target.join(INPUT).exists() && self.temporary.join(INPUT).exists() {
            std::fs::remove_dir_all(self.temporary.join(INPUT))?;
        }
        for new in [INPUT].into_iter().chain(FOLDERS).chain(RESULTS).chain([RECORD]) {
            if self.temporary.join(new).exists() {
                std::fs::rename(self.temporary.join(new), self.target.join(new))?;
            }
        }
        std::fs::remove_dir(&self.temporary)
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        if !self.published {
            let mut folders = interrupt::temporary();
            let _ = std::fs::remove_dir_all(&self.temporary);
            interrupt::remove_empty(&self.made_around);
            self.forget(&mut folders);
        }
    }
}

/// A folder that holds files of our names without our record may hold someone's work.
fn refuse_to_replace(target: &Path, out: &Path) -> Result<(), Failure> {
    let record = record(target);
    let ours = record.as_ref().is_some_and(|record| record["program"] == PROGRAM);
    let is_said = |folder: &str| record.as_ref().is_some_and(|record| record[folder] == true);
    let foreign = FOLDERS.into_iter().find(|folder| target.join(folder).exists() && !is_said(folder));
    let in_the_way = std::iter::once(RECORD).chain(RESULTS).find(|name| target.join(name).exists());
    match foreign.or(in_the_way) {
        Some(name) if !ours || foreign.is_some() => Err(Failure::command_line(
            format!(
                "--out {} already holds {name}, and no {RECORD} of this program says that it may be replaced",
                out.display()
            ),
            format!("another --out, or moving {name} away"),
        )),
        _ => Ok(()),
    }
}

/// The record in a folder.
fn record(folder: &Path) -> Option<serde_json::Value> {
    serde_json::from_str(&std::fs::read_to_string(folder.join(RECORD)).ok()?).ok()
}

/// Makes a folder and those around it; the made ones, the innermost first, go to `made`.
fn make_all(folder: &Path, made: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_all(parent, made)?;
    }
    match std::fs::create_dir(folder) {
        Ok(()) => made.insert(0, folder.to_owned()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Makes a folder `NAME.partial-PID` that did not exist: in a container a killed run may have had the same number.
fn make_new(parent: &Path, name: &OsString) -> std::io::Result<PathBuf> {
    let mut attempt = 0;
    loop {
        let mut partial = name.clone();
        partial.push(format!(".partial-{}", std::process::id()));
        if attempt > 0 {
            partial.push(format!("-{attempt}"));
        }
        let path = parent.join(partial);
        match std::fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && attempt < 1000 => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(unix)]
fn same_file_system(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| std::fs::metadata(path).map(|data| data.dev()).ok();
    device(a) == device(b)
}

#[cfg(not(unix))]
fn same_file_system(_: &Path, _: &Path) -> bool {
    true
}

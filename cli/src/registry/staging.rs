//! A case's files under names that say nothing, with their hashes.

use super::privacy::identifying;
use crate::exit::{Failure, with_causes};
use crate::input_file::hashed;
use ::registry::{Case, OPTIONS, PATHS};
use formats::dicom::{DicomFile, tags};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Deepest subfolder of a study that is looked into, and most files.
const DEEPEST: usize = 12;
const MOST_FILES: usize = 100_000;

/// A case's files.
#[derive(Default)]
pub struct Staged {
    /// Where each lies, and what it is called here.
    files: Vec<(PathBuf, PathBuf)>,
    /// Arguments of `straydose estimate`.
    pub arguments: Vec<String>,
    /// What each file is for, and its SHA-256.
    pub inputs: Vec<(String, String)>,
    /// What identifies the patient, if anything does.
    pub identifying: Option<&'static str>,
    /// UIDs by what they are of ([`registry::cohort::UIDS`]).
    uids: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Staged {
    /// Finds and hashes a case's files.
    ///
    /// # Errors
    /// One is not there or cannot be read; the message names the manifest's column and no file.
    pub fn of(case: &Case) -> Result<Self, Failure> {
        let mut staged = Self::default();
        for (column, option) in PATHS {
            let Some(path) = case.paths.get(column) else { continue };
            let unreadable = |error: &dyn std::error::Error| {
                Failure::refused(
                    format!("what the manifest names as {column} cannot be read: {}", with_causes(error)),
                    "",
                    "a path that exists; a relative one starts at the manifest's folder",
                )
            };
            let there = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
            let name = PathBuf::from("in").join(column);
            let staged_as = if there.is_dir() {
                for (n, file) in files(path).map_err(|error| unreadable(&error))?.into_iter().enumerate() {
                    // A mask's file name is the region's.
                    let own = match column {
                        "masks" => PathBuf::from(file.file_name().unwrap_or_default()),
                        _ => PathBuf::from(format!("{:05}{}", n + 1, ending(&file))),
                    };
                    staged.add(column, file, name.join(own)).map_err(|error| unreadable(&error))?;
                }
                name
            } else {
                let name = PathBuf::from(format!("{}{}", name.display(), ending(path)));
                staged.add(column, path.clone(), name.clone()).map_err(|error| unreadable(&error))?;
                name
            };
            staged.arguments.extend([option.to_owned(), staged_as.to_string_lossy().into_owned()]);
        }
        for (column, option) in OPTIONS {
            let Some(value) = case.options.get(column) else { continue };
            let mut value = value.clone();
            if column == "machine" && value.ends_with(".toml") {
                let name = PathBuf::from("in/machine.toml");
                let file = PathBuf::from(&value);
                staged.add(column, file, name.clone()).map_err(|error| {
                    let problem = format!("the machine file of the manifest cannot be read: {error}");
                    Failure::refused(problem, "", "a path that exists")
                })?;
                value = name.to_string_lossy().into_owned();
            }
            staged.arguments.extend([option.to_owned(), value]);
        }
        Ok(staged)
    }

    fn add(&mut self, column: &str, file: PathBuf, name: PathBuf) -> std::io::Result<()> {
        self.inputs.push((column.to_owned(), hashed(&file)?));
        if let Ok(header) = DicomFile::open_header(&file) {
            let root = header.root();
            self.identifying = self.identifying.or_else(|| identifying(&root));
            let text = |tag| root.text(tag).ok().flatten();
            let of = match text(tags::MODALITY).as_deref() {
                Some("RTPLAN") => vec![("plan", tags::SOP_INSTANCE_UID), ("study", tags::STUDY_INSTANCE_UID)],
                Some("CT") => {
                    vec![("ct_series", tags::SERIES_INSTANCE_UID), ("frame", tags::FRAME_OF_REFERENCE_UID)]
                }
                Some("RTSTRUCT") => vec![("structures", tags::SOP_INSTANCE_UID)],
                Some("RTDOSE") => vec![("dose", tags::SOP_INSTANCE_UID)],
                _ => Vec::new(),
            };
            for (what, tag) in of {
                self.uids.entry(what).or_default().extend(text(tag));
            }
        }
        self.files.push((file, name));
        Ok(())
    }

    /// UIDs of which the files have one: of several nobody knows here which was taken.
    pub fn only_uids(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.uids
            .iter()
            .filter(|(_, uids)| uids.len() == 1)
            .flat_map(|(of, uids)| uids.iter().map(|uid| (*of, uid.as_str())))
    }

    /// Puts links to the files into a folder.
    pub fn link(&self, folder: &Path) -> std::io::Result<()> {
        for (file, name) in &self.files {
            let there = folder.join(name);
            std::fs::create_dir_all(there.parent().unwrap_or(folder))?;
            link(&std::path::absolute(file)?, &there)?;
        }
        Ok(())
    }
}

#[cfg(unix)]
pub fn link(file: &Path, there: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(file, there)
}

#[cfg(not(unix))]
pub fn link(file: &Path, there: &Path) -> std::io::Result<()> {
    std::fs::hard_link(file, there).or_else(|_| std::fs::copy(file, there).map(|_| ()))
}

/// What readers know a file's kind by: the ending of NIfTI; DICOM files are known by their content.
fn ending(path: &Path) -> &'static str {
    let name = crate::input_file::file_name(path).to_lowercase();
    [".nii.gz", ".nii"].into_iter().find(|ending| name.ends_with(ending)).unwrap_or(".dcm")
}

/// All files of a folder and its subfolders, sorted.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![(folder.to_owned(), 0)]);
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                if depth < DEEPEST {
                    folders.push((path, depth + 1));
                }
            } else if path.is_file() {
                found.push(path);
            }
        }
        if found.len() > MOST_FILES {
            return Err(std::io::Error::other(format!("there are more than {MOST_FILES} files in it")));
        }
    }
    found.sort();
    Ok(found)
}

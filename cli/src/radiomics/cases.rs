//! Which images and masks are read: of one patient, or of many by a table or a folder.

use super::RadiomicsArguments;
use super::inputs::is_nifti;
use crate::exit::Failure;
use crate::input_file::file_name;
use formats::dicom::{DicomFile, tags, uids};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// An image with its regions.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub patient_id: String,
    pub image: PathBuf,
    pub mask: PathBuf,
    /// An expression for this case alone.
    pub roi: Option<String>,
}

/// A patient's case, or why there is none.
pub type Found = (String, Result<Case, Failure>);

/// Deepest folder of a patient that is looked into.
const DEEPEST: usize = 6;

/// The cases that the command line names.
///
/// # Errors
/// The table or folder cannot be read, or names nobody; what is wrong with a patient is theirs.
pub fn cases(arguments: &RadiomicsArguments) -> Result<Vec<Found>, Failure> {
    let Some(path) = &arguments.patients else {
        let both = arguments.image.clone().zip(arguments.mask.clone());
        let (image, mask) = both.expect("clap asks for both where --patients is not given");
        let patient_id = file_name(&image);
        return Ok(vec![(patient_id.clone(), Ok(Case { patient_id, image, mask, roi: None }))]);
    };
    let found = if path.is_dir() { folders(path)? } else { table(path)? };
    if found.is_empty() {
        return Err(Failure::refused(
            "it names no patient",
            file_name(path),
            "a folder with a folder for each patient, or a table with the columns patient_id, image, mask",
        ));
    }
    Ok(found)
}

/// A table with the columns patient_id, image, mask and, if wanted, roi; paths are relative to the table.
fn table(path: &Path) -> Result<Vec<Found>, Failure> {
    let refused = |problem: String| {
        Failure::refused(
            problem,
            file_name(path),
            "a CSV file with the columns patient_id, image, mask (and roi)",
        )
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)
        .map_err(|error| refused(format!("the table of patients cannot be read: {error}")))?;
    let head = reader.headers().map_err(|error| refused(error.to_string()))?.clone();
    let column = |name: &str| head.iter().position(|one| one.trim_start_matches('\u{feff}') == name);
    let needed = |name: &str| column(name).ok_or_else(|| refused(format!("it has no column {name:?}")));
    let [patient, image, mask] = [needed("patient_id")?, needed("image")?, needed("mask")?];
    let roi = column("roi");
    let base = path.parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| refused(error.to_string()))?;
        let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
        let (patient_id, image, mask) = (cell(patient), cell(image), cell(mask));
        if [&patient_id, &image, &mask].into_iter().any(String::is_empty) {
            let line = row.position().map_or(0, csv::Position::line);
            return Err(refused(format!("line {line} lacks a patient_id, an image or a mask")));
        }
        let roi = roi.map(cell).filter(|roi| !roi.is_empty());
        let case =
            Case { patient_id: patient_id.clone(), image: base.join(image), mask: base.join(mask), roi };
        found.push((patient_id, Ok(case)));
    }
    Ok(found)
}

/// Each folder in a folder is a patient, named by it.
fn folders(path: &Path) -> Result<Vec<Found>, Failure> {
    let mut folders: Vec<PathBuf> = entries(path)?.into_iter().filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders
        .into_iter()
        .map(|folder| {
            let patient_id = file_name(&folder);
            let case = in_folder(&folder, &patient_id);
            (patient_id, case)
        })
        .collect())
}

fn entries(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let listed = std::fs::read_dir(path).map_err(|error| {
        Failure::refused(format!("it cannot be read: {error}"), file_name(path), "a folder that may be read")
    })?;
    Ok(listed.filter_map(|entry| Some(entry.ok()?.path())).collect())
}

/// What a patient's folder may hold.
#[derive(Default)]
struct Contents {
    /// NIfTI files whose name says that they hold regions.
    nifti_masks: Vec<PathBuf>,
    /// Other NIfTI files.
    nifti_images: Vec<PathBuf>,
    /// RTSTRUCT and SEG files.
    dicom_regions: Vec<PathBuf>,
    /// Folders with DICOM images.
    series: BTreeSet<PathBuf>,
}

/// The one image and the one mask of a patient's folder.
fn in_folder(folder: &Path, patient_id: &str) -> Result<Case, Failure> {
    let mut contents = Contents::default();
    look(folder, 0, &mut contents)?;
    let masks: Vec<PathBuf> = contents.dicom_regions.into_iter().chain(contents.nifti_masks).collect();
    let images: Vec<PathBuf> = contents.series.into_iter().chain(contents.nifti_images).collect();
    let one = |what: &str, found: &[PathBuf]| match found {
        [one] => Ok(one.clone()),
        _ => {
            let names: Vec<String> = found
                .iter()
                .map(|path| path.strip_prefix(folder).unwrap_or(path).display().to_string())
                .collect();
            let problem = match found.len() {
                0 => format!("there is no {what} in the patient's folder"),
                n => format!("there are {n} {what}s in the patient's folder: {}", names.join(", ")),
            };
            Err(Failure::refused(
                problem,
                patient_id,
                "a table (.csv) with the columns patient_id, image, mask, which names them",
            ))
        }
    };
    let (image, mask) = (one("image", &images)?, one("file with regions", &masks)?);
    Ok(Case { patient_id: patient_id.to_owned(), image, mask, roi: None })
}

fn look(folder: &Path, depth: usize, contents: &mut Contents) -> Result<(), Failure> {
    let mut entries = entries(folder)?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if depth < DEEPEST {
                look(&path, depth + 1, contents)?;
            }
        } else if is_nifti(&path) {
            let name = file_name(&path).to_lowercase();
            let is_mask = ["mask", "label", "seg", "roi"].iter().any(|word| name.contains(word));
            if is_mask { &mut contents.nifti_masks } else { &mut contents.nifti_images }.push(path);
        } else if let Ok(file) = DicomFile::open_header(&path) {
            let text = |tag| file.root().text(tag).ok().flatten().unwrap_or_default();
            match text(tags::SOP_CLASS_UID).as_str() {
                uids::RT_STRUCTURE_SET_STORAGE
                | uids::SEGMENTATION_STORAGE
                | uids::LABEL_MAP_SEGMENTATION_STORAGE => contents.dicom_regions.push(path),
                _ if ["CT", "MR", "PT"].contains(&text(tags::MODALITY).as_str()) => {
                    contents.series.insert(folder.to_owned());
                }
                _ => {}
            }
        }
    }
    Ok(())
}

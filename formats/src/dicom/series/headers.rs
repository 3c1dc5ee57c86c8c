//! The series of a folder by the headers of its files, and the one that is meant.

use super::{ImageChoice, Modality};
use crate::Error;
use crate::dicom::choice::{Candidate, each_header};
use crate::dicom::geometry::{Plane, pixel_count};
use crate::dicom::{DicomFile, tags, uids};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One slice of MR or PET, not yet decoded.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    /// The file without its pixels.
    pub file: DicomFile,
    pub plane: Plane,
    pub columns: usize,
    pub rows: usize,
    pub series_uid: String,
    pub frame_of_reference_uid: Option<String>,
}

/// The series that is meant.
pub(super) enum Found {
    /// Files of a CT series.
    Ct(Vec<PathBuf>),
    /// Slices of another.
    Slices(Modality, Vec<Slice>),
}

/// What is known of a series before its slices are read.
struct Series {
    modality: Modality,
    frame_uid: Option<String>,
    files: Vec<DicomFile>,
    /// Whether it is a multi-frame image of a kind that cannot be read.
    is_unreadable: bool,
}

/// The kind of image by its class, and whether it cannot be read; `None` for all that is no such image.
fn kind(class: &str, modality: &str) -> Option<(Modality, bool)> {
    Some(match class {
        uids::CT_IMAGE_STORAGE
        | uids::ENHANCED_CT_IMAGE_STORAGE
        | uids::LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE => (Modality::Ct, false),
        "" if modality == "CT" => (Modality::Ct, false),
        uids::MR_IMAGE_STORAGE => (Modality::Mr, false),
        uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE => (Modality::Pet, false),
        uids::ENHANCED_MR_IMAGE_STORAGE | uids::LEGACY_CONVERTED_ENHANCED_MR_IMAGE_STORAGE => {
            (Modality::Mr, true)
        }
        uids::ENHANCED_PET_IMAGE_STORAGE | uids::LEGACY_CONVERTED_ENHANCED_PET_IMAGE_STORAGE => {
            (Modality::Pet, true)
        }
        _ => return None,
    })
}

/// Finds the series that is meant among some files.
pub(super) fn scan(
    folder: &Path,
    files: &[PathBuf],
    choice: &ImageChoice,
    notes: &mut Vec<String>,
) -> Result<Found, Error> {
    let mut found: BTreeMap<String, Series> = BTreeMap::new();
    let (mut no_image, mut unwanted) = (0, 0);
    let no_dicom = each_header(files, |file| {
        let root = file.root();
        let text = |tag| Ok::<_, Error>(root.text(tag)?.unwrap_or_default());
        let Some((modality, is_unreadable)) = kind(&text(tags::SOP_CLASS_UID)?, &text(tags::MODALITY)?)
        else {
            no_image += 1;
            return Ok(());
        };
        if choice.modality.is_some_and(|wanted| wanted != modality) {
            unwanted += 1;
            return Ok(());
        }
        let uid = root.required_text(tags::SERIES_INSTANCE_UID)?;
        let frame_uid = root.text(tags::FRAME_OF_REFERENCE_UID)?;
        let series =
            found.entry(uid).or_insert(Series { modality, frame_uid, files: Vec::new(), is_unreadable });
        series.files.push(file);
        Ok(())
    })?;
    let others = no_dicom + no_image;
    let uid = chosen(folder, &found, choice, notes)?;
    let series = found.remove(&uid).expect("the chosen series is one of those found");
    if series.is_unreadable {
        return Err(Error::Refused {
            path: series.files[0].path.clone(),
            problem: format!("it is an enhanced multi-frame {}, which is read of CT only", series.modality),
            way_out: "export it as single-frame images".into(),
        });
    }
    if series.modality == Modality::Ct {
        // The reader of CT passes over what is not its own, and says so.
        let is_only = found.is_empty() && unwanted == 0;
        let own = || series.files.iter().map(|file| file.path.clone()).collect();
        return Ok(Found::Ct(if is_only { files.to_vec() } else { own() }));
    }
    if others > 0 {
        notes.push(format!("{others} files that are no CT, MR or PET images were passed over"));
    }
    let slices: Result<Vec<Slice>, Error> = series
        .files
        .into_iter()
        .map(|file| {
            let root = file.root();
            Ok(Slice {
                plane: Plane::read(&root)?,
                columns: pixel_count(&root, tags::COLUMNS)?,
                rows: pixel_count(&root, tags::ROWS)?,
                series_uid: uid.clone(),
                frame_of_reference_uid: root.text(tags::FRAME_OF_REFERENCE_UID)?,
                file,
            })
        })
        .collect();
    Ok(Found::Slices(series.modality, slices?))
}

/// The SeriesInstanceUID that is meant; refuses where it is not clear.
fn chosen(
    folder: &Path,
    found: &BTreeMap<String, Series>,
    choice: &ImageChoice,
    notes: &mut Vec<String>,
) -> Result<String, Error> {
    let what = choice.modality.map_or("CT, MR or PET".into(), |modality| modality.to_string());
    if found.is_empty() {
        return Err(Error::Refused {
            path: folder.to_owned(),
            problem: format!("there is no {what} image in it"),
            way_out: "give the folder that holds the files of one series (not a folder above it)".into(),
        });
    }
    let candidates: Vec<Candidate> = found
        .iter()
        .map(|(uid, series)| Candidate {
            uid,
            frame_uid: series.frame_uid.as_deref(),
            described: format!("{} {uid} ({} files)", series.modality, series.files.len()),
        })
        .collect();
    let way_out = "give a folder with the files of one series, or name the kind with --modality";
    choice.series.of(folder, &candidates, "image", way_out, notes)
}

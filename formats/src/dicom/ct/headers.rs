//! The slices of one CT series, found by the headers of its files.

use super::frames::{Frame, frames};
use crate::Error;
use crate::dicom::choice::{Candidate, SeriesChoice, each_header};
use crate::dicom::geometry::{Plane, pixel_count};
use crate::dicom::patient::PatientFacts;
use crate::dicom::{DicomFile, Scope, tags, uids};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a slice's file says besides its pixels.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub series_uid: String,
    pub study_uid: Option<String>,
    pub frame_of_reference_uid: Option<String>,
    pub patient_position: Option<String>,
    pub patient: PatientFacts,
    pub kvp: Option<f64>,
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub slice_thickness_mm: Option<f64>,
}

/// One slice, not yet decoded.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub path: PathBuf,
    pub plane: Plane,
    pub columns: usize,
    pub rows: usize,
    pub facts: Facts,
    /// Which frame of its file it is, in a multi-frame one.
    pub frame: Option<Frame>,
}

/// The slices of the one series that is meant.
pub(super) fn series(
    folder: &Path,
    files: &[PathBuf],
    choice: &SeriesChoice,
    notes: &mut Vec<String>,
) -> Result<Vec<Slice>, Error> {
    let mut found: BTreeMap<String, Vec<Slice>> = BTreeMap::new();
    let (mut localizers, mut no_ct) = (0, 0);
    let no_dicom = each_header(files, |file| {
        match kind(&file)? {
            Kind::Ct => {
                let slice = slice(&file)?;
                found.entry(slice.facts.series_uid.clone()).or_default().push(slice);
            }
            Kind::Enhanced => {
                let frames = frames(&file)?;
                localizers += usize::from(frames.is_empty());
                if let Some(first) = frames.first() {
                    found.entry(first.facts.series_uid.clone()).or_default().extend(frames);
                }
            }
            Kind::Localizer => localizers += 1,
            Kind::Other => no_ct += 1,
        }
        Ok(())
    })?;
    let others = no_dicom + no_ct;
    for (count, what) in [(localizers, "localizer images"), (others, "files that are no CT slices")] {
        if count > 0 {
            notes.push(format!("{count} {what} were passed over"));
        }
    }
    let uid = chosen(folder, &found, choice, notes)?;
    Ok(found.remove(&uid).expect("the chosen series is one of those found"))
}

enum Kind {
    Ct,
    Enhanced,
    Localizer,
    Other,
}

fn kind(file: &DicomFile) -> Result<Kind, Error> {
    let root = file.root();
    let class = root.text(tags::SOP_CLASS_UID)?.unwrap_or_default();
    if class == uids::ENHANCED_CT_IMAGE_STORAGE || class == uids::LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE {
        return Ok(Kind::Enhanced);
    }
    let is_ct = class == uids::CT_IMAGE_STORAGE
        || (class.is_empty() && root.text(tags::MODALITY)?.as_deref() == Some("CT"));
    if !is_ct {
        return Ok(Kind::Other);
    }
    let kinds = root.text(tags::IMAGE_TYPE)?.unwrap_or_default();
    Ok(if kinds.split('\\').any(|kind| kind == "LOCALIZER") { Kind::Localizer } else { Kind::Ct })
}

fn slice(file: &DicomFile) -> Result<Slice, Error> {
    let root = file.root();
    Ok(Slice {
        path: file.path.clone(),
        plane: Plane::read(&root)?,
        columns: pixel_count(&root, tags::COLUMNS)?,
        rows: pixel_count(&root, tags::ROWS)?,
        facts: facts(&root)?,
        frame: None,
    })
}

/// What the root of a CT's data set says.
pub(super) fn facts(root: &Scope) -> Result<Facts, Error> {
    Ok(Facts {
        series_uid: root.required_text(tags::SERIES_INSTANCE_UID)?,
        study_uid: root.text(tags::STUDY_INSTANCE_UID)?,
        frame_of_reference_uid: root.text(tags::FRAME_OF_REFERENCE_UID)?,
        patient_position: root.text(tags::PATIENT_POSITION)?,
        patient: PatientFacts::read(root),
        // These are only reported, so an unreadable one is no reason to refuse.
        kvp: root.number(tags::KVP).ok().flatten(),
        manufacturer: root.text(tags::MANUFACTURER)?,
        model: root.text(tags::MANUFACTURER_MODEL_NAME)?,
        slice_thickness_mm: root.number(tags::SLICE_THICKNESS).ok().flatten(),
    })
}

/// The SeriesInstanceUID that is meant; refuses where it is not clear.
fn chosen(
    folder: &Path,
    found: &BTreeMap<String, Vec<Slice>>,
    choice: &SeriesChoice,
    notes: &mut Vec<String>,
) -> Result<String, Error> {
    let way_out = "give the folder that holds the files of one CT series";
    if found.is_empty() {
        return Err(Error::Refused {
            path: folder.to_owned(),
            problem: "there is no CT slice".into(),
            way_out: way_out.into(),
        });
    }
    let candidates: Vec<Candidate> = found
        .iter()
        .map(|(uid, slices)| Candidate {
            uid,
            frame_uid: slices[0].facts.frame_of_reference_uid.as_deref(),
            described: format!("{uid} ({} slices)", slices.len()),
        })
        .collect();
    let uid = choice.of(folder, &candidates, "CT", way_out, notes)?;
    let asked = choice.frame_of_reference_uid.is_some() || !choice.series_uids.is_empty();
    let frame = &found[&uid][0].facts.frame_of_reference_uid;
    let in_frame = frame.is_some() && *frame == choice.frame_of_reference_uid;
    if asked && !in_frame && !choice.series_uids.contains(&uid) {
        notes.push("the only CT series is neither referenced nor in the frame of reference".into());
    }
    Ok(uid)
}

//! The series of a folder by the headers of its files, and the one that is meant.

use super::{ImageChoice, Modality};
use crate::Error;
use crate::dicom::geometry::Plane;
use crate::dicom::{DicomFile, tags, uids};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One slice of MR or PET, not yet decoded.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    /// The file without its pixels.
    pub file: DicomFile,
    pub plane: Plane,
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
    let (mut others, mut unwanted) = (0, 0);
    for path in files {
        let file = match DicomFile::open_header(path) {
            Ok(file) => file,
            Err(Error::NotDicom { .. }) => {
                others += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        let root = file.root();
        let text = |tag| Ok::<_, Error>(root.text(tag)?.unwrap_or_default());
        let Some((modality, is_unreadable)) = kind(&text(tags::SOP_CLASS_UID)?, &text(tags::MODALITY)?)
        else {
            others += 1;
            continue;
        };
        if choice.modality.is_some_and(|wanted| wanted != modality) {
            unwanted += 1;
            continue;
        }
        let uid = root.required_text(tags::SERIES_INSTANCE_UID)?;
        let frame_uid = root.text(tags::FRAME_OF_REFERENCE_UID)?;
        let series =
            found.entry(uid).or_insert(Series { modality, frame_uid, files: Vec::new(), is_unreadable });
        series.files.push(file);
    }
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
            let plane = Plane::read(&file.root())?;
            let frame_of_reference_uid = file.root().text(tags::FRAME_OF_REFERENCE_UID)?;
            Ok(Slice { plane, series_uid: uid.clone(), frame_of_reference_uid, file })
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
    let refused = |problem: String, way_out: &str| Error::Refused {
        path: folder.to_owned(),
        problem,
        way_out: way_out.into(),
    };
    let what = choice.modality.map_or("CT, MR or PET".into(), |modality| modality.to_string());
    if found.is_empty() {
        return Err(refused(
            format!("there is no {what} image in it"),
            "give the folder that holds the files of one series (not a folder above it)",
        ));
    }
    let mut took = |uid: &String, why: &str| {
        if found.len() > 1 {
            let modality = found[uid].modality;
            notes.push(format!("of {} image series the {modality} {uid} was taken, {why}", found.len()));
        }
        Ok(uid.clone())
    };
    if let Some(uid) = choice.series.series_uids.iter().find(|uid| found.contains_key(*uid)) {
        return took(uid, "which the regions are drawn on");
    }
    if found.len() == 1 {
        return Ok(found.keys().next().expect("there is one").clone());
    }
    let wanted = &choice.series.frame_of_reference_uid;
    let in_frame: Vec<&String> = found
        .iter()
        .filter(|(_, series)| wanted.is_some() && series.frame_uid == *wanted)
        .map(|(uid, _)| uid)
        .collect();
    if let [uid] = in_frame[..] {
        return took(uid, "the only one in the regions' frame of reference");
    }
    let list: Vec<String> = found
        .iter()
        .map(|(uid, series)| format!("{} {uid} ({} files)", series.modality, series.files.len()))
        .collect();
    Err(refused(
        format!("there are {} image series and none is clearly meant: {}", found.len(), list.join(", ")),
        "give a folder with the files of one series, or name the kind with --modality",
    ))
}

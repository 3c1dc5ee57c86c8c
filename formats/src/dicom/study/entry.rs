//! What the header of one file of a study says about where it belongs.

use crate::Error;
use crate::dicom::write::MANUFACTURER;
use crate::dicom::{DicomFile, Scope, tags, uids};
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plan,
    Structures,
    Dose,
    Ct,
    Localizer,
    Record,
    Image,
    Other,
}

impl Kind {
    pub fn why_left(self) -> &'static str {
        match self {
            Kind::Localizer => "is a localizer image",
            Kind::Record => "is a treatment record",
            Kind::Image => "is an image of another kind than CT",
            Kind::Plan | Kind::Structures | Kind::Dose | Kind::Ct | Kind::Other => {
                "is a DICOM object that is not needed"
            }
        }
    }
}

/// A file and its links.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub path: PathBuf,
    pub kind: Kind,
    pub uid: String,
    pub study: Option<String>,
    pub series: Option<String>,
    pub frame: Option<String>,
    /// UIDs that it refers to: a plan's structure sets, a structure set's series, a dose's plans.
    pub names: Vec<String>,
    /// Planes of an image.
    pub frames: usize,
    /// For doses: physical, in Gy, and of the whole plan.
    pub is_whole_plan: bool,
    /// For doses: written by this program.
    pub is_ours: bool,
}

impl Entry {
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = DicomFile::open_header(path)?;
        let root = file.root();
        let kind = kind(&root)?;
        let mut names = Vec::new();
        let mut frame = root.text(tags::FRAME_OF_REFERENCE_UID)?;
        match kind {
            Kind::Plan => {
                for set in root.sequence(tags::REFERENCED_STRUCTURE_SET_SEQUENCE)? {
                    names.extend(set.text(tags::REFERENCED_SOP_INSTANCE_UID)?);
                }
            }
            Kind::Dose => {
                for plan in root.sequence(tags::REFERENCED_RT_PLAN_SEQUENCE)? {
                    names.extend(plan.text(tags::REFERENCED_SOP_INSTANCE_UID)?);
                }
            }
            Kind::Structures => {
                for reference in root.sequence(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE)? {
                    frame = reference.text(tags::FRAME_OF_REFERENCE_UID)?.or(frame);
                    for study in reference.sequence(tags::RT_REFERENCED_STUDY_SEQUENCE)? {
                        for series in study.sequence(tags::RT_REFERENCED_SERIES_SEQUENCE)? {
                            names.extend(series.text(tags::SERIES_INSTANCE_UID)?);
                        }
                    }
                }
                if frame.is_none() {
                    for region in root.sequence(tags::STRUCTURE_SET_ROI_SEQUENCE)? {
                        frame = frame.or(region.text(tags::REFERENCED_FRAME_OF_REFERENCE_UID)?);
                    }
                }
            }
            _ => {}
        }
        let is = |tag, wanted| root.text(tag).map(|text| text.as_deref() == Some(wanted));
        Ok(Self {
            path: path.to_owned(),
            kind,
            uid: root.text(tags::SOP_INSTANCE_UID)?.unwrap_or_default(),
            study: root.text(tags::STUDY_INSTANCE_UID)?,
            series: root.text(tags::SERIES_INSTANCE_UID)?,
            frame,
            names,
            frames: root.integer(tags::NUMBER_OF_FRAMES).ok().flatten().map_or(1, |n| n.max(1) as usize),
            is_ours: is(tags::MANUFACTURER, MANUFACTURER)?,
            is_whole_plan: is(tags::DOSE_SUMMATION_TYPE, "PLAN")?
                && is(tags::DOSE_UNITS, "GY")?
                && is(tags::DOSE_TYPE, "PHYSICAL")?,
        })
    }
}

fn kind(root: &Scope) -> Result<Kind, Error> {
    let class = root.text(tags::SOP_CLASS_UID)?.unwrap_or_default();
    let modality = root.text(tags::MODALITY)?.unwrap_or_default();
    Ok(match (class.as_str(), modality.as_str()) {
        // Ethos writes its plans under a class of its own.
        (uids::RT_PLAN_STORAGE | uids::RT_ION_PLAN_STORAGE, _) | (_, "RTPLAN") => Kind::Plan,
        (uids::RT_STRUCTURE_SET_STORAGE, _) | ("", "RTSTRUCT") => Kind::Structures,
        (uids::RT_DOSE_STORAGE, _) | ("", "RTDOSE") => Kind::Dose,
        (
            uids::CT_IMAGE_STORAGE
            | uids::ENHANCED_CT_IMAGE_STORAGE
            | uids::LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE,
            _,
        )
        | ("", "CT") => {
            let kinds = root.text(tags::IMAGE_TYPE)?.unwrap_or_default();
            if kinds.split('\\').any(|kind| kind == "LOCALIZER") { Kind::Localizer } else { Kind::Ct }
        }
        (_, "RTRECORD") => Kind::Record,
        _ if root.has(tags::ROWS) => Kind::Image,
        _ => Kind::Other,
    })
}

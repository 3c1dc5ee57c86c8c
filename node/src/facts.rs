//! What a node has to know of an object: its kind, its patient and its links.

use formats::dicom::write::MANUFACTURER;
use formats::dicom::{DicomFile, Scope, tags, uids};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// RTPLAN.
    Plan,
    /// RTSTRUCT.
    Structures,
    /// A slice of a CT.
    Ct,
    /// RTDOSE.
    Dose,
    /// A report of ours, as an encapsulated PDF.
    Report,
}

/// An object's header, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What it is.
    pub kind: Kind,
    /// SOP Class UID.
    pub class: String,
    /// SOP Instance UID.
    pub uid: String,
    /// PatientID: objects of two patients are never put together.
    pub patient: String,
    /// Frame of reference; a structure set's is that of its images.
    pub frame: Option<String>,
    /// A plan's structure sets, a dose's plans.
    pub names: Vec<String>,
    /// The slices that a structure set was drawn on.
    pub slices: Vec<String>,
    /// Whether this program wrote it.
    pub is_ours: bool,
}

impl Facts {
    /// Reads a header.
    ///
    /// # Errors
    /// It is none of the kinds, has no UID, or a value that cannot be read.
    pub fn read(file: &DicomFile) -> Result<Self, formats::Error> {
        let root = file.root();
        let class = root.required_text(tags::SOP_CLASS_UID)?;
        let kind = match class.as_str() {
            uids::RT_PLAN_STORAGE => Kind::Plan,
            uids::RT_STRUCTURE_SET_STORAGE => Kind::Structures,
            uids::CT_IMAGE_STORAGE => Kind::Ct,
            uids::RT_DOSE_STORAGE => Kind::Dose,
            uids::ENCAPSULATED_PDF_STORAGE => Kind::Report,
            _ => return Err(root.error(tags::SOP_CLASS_UID, "is of no class that a node takes")),
        };
        let mut facts = Self {
            kind,
            class,
            uid: root.required_text(tags::SOP_INSTANCE_UID)?,
            patient: root.text(tags::PATIENT_ID)?.unwrap_or_default(),
            frame: root.text(tags::FRAME_OF_REFERENCE_UID)?,
            names: Vec::new(),
            slices: Vec::new(),
            is_ours: root.text(tags::MANUFACTURER)?.as_deref() == Some(MANUFACTURER),
        };
        match kind {
            Kind::Plan => facts.names = named(&root, tags::REFERENCED_STRUCTURE_SET_SEQUENCE)?,
            Kind::Dose => facts.names = named(&root, tags::REFERENCED_RT_PLAN_SEQUENCE)?,
            Kind::Structures => facts.images(&root)?,
            Kind::Ct | Kind::Report => {}
        }
        Ok(facts)
    }

    /// The frame and slices that a structure set was drawn on.
    fn images(&mut self, root: &Scope) -> Result<(), formats::Error> {
        for frame in root.sequence(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE)? {
            self.frame = frame.text(tags::FRAME_OF_REFERENCE_UID)?.or(self.frame.take());
            for study in frame.sequence(tags::RT_REFERENCED_STUDY_SEQUENCE)? {
                for series in study.sequence(tags::RT_REFERENCED_SERIES_SEQUENCE)? {
                    self.slices.extend(named(&series, tags::CONTOUR_IMAGE_SEQUENCE)?);
                }
            }
        }
        Ok(())
    }
}

/// The instances that the items of a sequence name.
fn named(scope: &Scope, sequence: dicom_core::Tag) -> Result<Vec<String>, formats::Error> {
    let items = scope.sequence(sequence)?;
    items.iter().filter_map(|item| item.text(tags::REFERENCED_SOP_INSTANCE_UID).transpose()).collect()
}

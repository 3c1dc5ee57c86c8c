//! Whose object it is: patient, study and frame of reference, and UIDs from content.

use super::DataSet;
use crate::Error;
use crate::dicom::{DicomFile, tags};
use dicom_core::Tag;
use dicom_encoding::text::{SpecificCharacterSet, TextCodec};
use sha2::{Digest, Sha256};
use std::fmt;

/// Elements that tie an object to its patient and study; type 2, so each is written even if it is empty.
const COPIED: [Tag; 8] = [
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_SEX,
    tags::STUDY_DATE,
    tags::STUDY_TIME,
    tags::STUDY_ID,
    tags::ACCESSION_NUMBER,
];
/// UTF-8.
pub(super) const UNICODE: &str = "ISO_IR 192";

/// The patient, study and frame of reference that an object belongs to.
///
/// A treatment planning system takes an object only if all of these are those of the plan, so they are copied. Debug
/// output names nobody.
#[derive(Clone, PartialEq)]
pub struct Identity {
    /// SpecificCharacterSet of the texts.
    character_set: String,
    copied: Vec<(Tag, String)>,
    /// StudyInstanceUID.
    pub study_uid: String,
    /// FrameOfReferenceUID.
    pub frame_of_reference_uid: String,
}

impl Identity {
    /// The identity of a file, usually the plan; a plan without a frame of reference gets the given one (that of the
    /// CT or structure set).
    pub fn of(file: &DicomFile, frame_of_reference_uid: Option<&str>) -> Result<Self, Error> {
        let root = file.root();
        let mut copied = Vec::with_capacity(COPIED.len());
        for tag in COPIED {
            copied.push((tag, root.text(tag)?.unwrap_or_default()));
        }
        let own_frame = root.text(tags::FRAME_OF_REFERENCE_UID)?;
        let frame_of_reference_uid = own_frame
            .or_else(|| frame_of_reference_uid.map(str::to_owned))
            .ok_or_else(|| root.missing(tags::FRAME_OF_REFERENCE_UID))?;
        // A character set is kept if it can write all texts; else they are written in UTF-8.
        let declared = root.text(tags::SPECIFIC_CHARACTER_SET)?.unwrap_or_else(|| "ISO_IR 100".into());
        let writes_all = SpecificCharacterSet::from_code(&declared)
            .is_some_and(|codec| copied.iter().all(|(_, text)| codec.encode(text).is_ok()));
        Ok(Self {
            character_set: if writes_all { declared } else { UNICODE.into() },
            copied,
            study_uid: root.required_text(tags::STUDY_INSTANCE_UID)?,
            frame_of_reference_uid,
        })
    }

    /// A made-up patient with a study of their own, for phantoms; the same label gives the same UIDs.
    pub fn of_phantom(label: &str, sex: &str) -> Self {
        let text = |tag| match tag {
            tags::PATIENT_NAME => format!("PHANTOM^{label}"),
            tags::PATIENT_ID => label.to_owned(),
            tags::PATIENT_SEX => sex.to_owned(),
            _ => String::new(),
        };
        Self {
            character_set: UNICODE.into(),
            copied: COPIED.iter().map(|&tag| (tag, text(tag))).collect(),
            study_uid: uid_of(&[b"study", label.as_bytes()]),
            frame_of_reference_uid: uid_of(&[b"frame of reference", label.as_bytes()]),
        }
    }

    /// The elements of the patient, study and frame of reference modules.
    pub fn elements(&self) -> DataSet {
        let start = DataSet::new().text(tags::SPECIFIC_CHARACTER_SET, &*self.character_set);
        self.copied
            .iter()
            .fold(start, |set, (tag, text)| set.text(*tag, &**text))
            .text(tags::REFERRING_PHYSICIAN_NAME, "")
            .text(tags::STUDY_INSTANCE_UID, &*self.study_uid)
            .text(tags::FRAME_OF_REFERENCE_UID, &*self.frame_of_reference_uid)
            .text(tags::POSITION_REFERENCE_INDICATOR, "")
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("study_uid", &self.study_uid).finish_non_exhaustive()
    }
}

/// A UID made from content: `2.25.` and the first 128 bits of a SHA-256 over the parts and their lengths.
///
/// DICOM PS3.5, B.2 (UUID derived UID). Equal parts give equal UIDs.
pub fn uid_of(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let first: [u8; 16] = *hash.finalize().first_chunk().expect("a SHA-256 has 32 bytes");
    format!("2.25.{}", u128::from_be_bytes(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_valid_and_hang_on_every_part() {
        let uid = uid_of(&[b"ab", b"c"]);
        assert_eq!(uid, uid_of(&[b"ab", b"c"]));
        assert_ne!(uid, uid_of(&[b"a", b"bc"]), "where one part ends matters");
        assert!(uid.len() <= 64 && uid.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
    }

    /// The identity of a plan whose patient has this name in this character set, and what a copy of it holds.
    fn copied(declared: &str, name: &[u8]) -> (String, String) {
        use dicom_core::{DataElement, PrimitiveValue, VR};
        let bytes = DataSet::new().text(tags::STUDY_INSTANCE_UID, "2.25.3").file("2.25.4", "2.25.5");
        let mut object = DicomFile::from_bytes("RP.dcm".as_ref(), &bytes).expect("readable").object;
        // As bytes, so that nothing on the way out can translate them.
        object.put(DataElement::new(tags::SPECIFIC_CHARACTER_SET, VR::CS, declared));
        object.put(DataElement::new(tags::PATIENT_NAME, VR::PN, PrimitiveValue::U8(name.into())));
        let plan = DataSet::from(object).file("2.25.4", "2.25.5");
        let plan = DicomFile::from_bytes("RP.dcm".as_ref(), &plan).expect("readable");
        let identity = Identity::of(&plan, Some("2.25.6")).expect("all is there");
        assert_eq!(identity.frame_of_reference_uid, "2.25.6");
        let copy = identity.elements().file("2.25.7", "2.25.8");
        let copy = DicomFile::from_bytes("RD.dcm".as_ref(), &copy).expect("readable");
        let text = |tag| copy.root().required_text(tag).expect("there");
        (text(tags::SPECIFIC_CHARACTER_SET), text(tags::PATIENT_NAME))
    }

    #[test]
    fn names_are_copied_in_their_character_set_or_in_utf_8() {
        let latin = copied("ISO_IR 100", b"M\xFCller^A");
        assert_eq!(latin, ("ISO_IR 100".into(), "Müller^A".into()));
        let unicode = copied("ISO_IR 192", "Ωmega^B".as_bytes());
        assert_eq!(unicode, ("ISO_IR 192".into(), "Ωmega^B".into()));
        // Several character sets at once cannot be written back.
        let several = copied("\\ISO 2022 IR 87", b"Yamada^Tarou");
        assert_eq!(several, ("ISO_IR 192".into(), "Yamada^Tarou".into()));
    }

    #[test]
    fn a_plan_without_any_frame_of_reference_is_refused() {
        let bytes = DataSet::new().text(tags::STUDY_INSTANCE_UID, "2.25.3").file("2.25.4", "2.25.5");
        let plan = DicomFile::from_bytes("RP.dcm".as_ref(), &bytes).expect("readable");
        let refusal = Identity::of(&plan, None).expect_err("nowhere to lie").to_string();
        assert!(refusal.contains("FrameOfReferenceUID (0020,0052) is missing"), "{refusal}");
    }

    #[test]
    fn debug_output_names_nobody() {
        let shown = format!("{:?}", Identity::of_phantom("CANARY", "F"));
        assert!(!shown.contains("CANARY"), "{shown}");
    }
}

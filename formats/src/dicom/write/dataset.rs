//! A data set that is put together element by element, and its bytes as a file.

use super::identity::{UNICODE, uid_of};
use crate::Error;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::header::Length;
use dicom_core::value::{DataSetSequence, Value};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use std::path::Path;

/// Most characters of a decimal string (DS).
const DECIMAL_CHARACTERS: usize = 16;

/// A data set or an item under construction.
///
/// ```
/// # use formats::dicom::{DicomFile, tags, write::DataSet};
/// let bytes = DataSet::new()
///     .text(tags::SERIES_DESCRIPTION, "research use only")
///     .items(tags::BEAM_SEQUENCE, [DataSet::new().numbers(tags::ISOCENTER_POSITION, &[0.1, 0.0, -12.5])])
///     .file("1.2.840.10008.5.1.4.1.1.481.5", "2.25.1");
/// let file = DicomFile::from_bytes("plan.dcm".as_ref(), &bytes)?;
/// let beam = &file.root().sequence(tags::BEAM_SEQUENCE)?[0];
/// assert_eq!(beam.numbers(tags::ISOCENTER_POSITION)?, [0.1, 0.0, -12.5]);
/// # Ok::<(), formats::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DataSet {
    object: InMemDicomObject,
}

impl Default for DataSet {
    fn default() -> Self {
        Self::new()
    }
}

impl From<InMemDicomObject> for DataSet {
    /// A data set that starts with the elements of a file.
    fn from(object: InMemDicomObject) -> Self {
        Self { object }
    }
}

impl DataSet {
    /// A data set without elements.
    pub fn new() -> Self {
        Self { object: InMemDicomObject::new_empty() }
    }

    /// Sets a text; several values are joined by `\`. An empty text makes an empty element.
    ///
    /// Codes, dates and numbers are ASCII in DICOM: other characters in them become `?`.
    pub fn text(self, tag: Tag, text: impl Into<String>) -> Self {
        let mut text: String = text.into();
        let vr = vr(tag);
        if !matches!(vr, VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT) {
            text = text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
        }
        let value = match text.split('\\').count() {
            _ if text.is_empty() => PrimitiveValue::Empty,
            1 => PrimitiveValue::Str(text),
            _ => PrimitiveValue::Strs(text.split('\\').map(str::to_owned).collect()),
        };
        self.put(tag, vr, value)
    }

    /// Sets numbers, as decimal strings or binary as the element wants.
    pub fn numbers(self, tag: Tag, numbers: &[f64]) -> Self {
        let vr = vr(tag);
        let value = match vr {
            VR::FL => PrimitiveValue::F32(numbers.iter().map(|&number| number as f32).collect()),
            VR::FD => PrimitiveValue::F64(numbers.iter().copied().collect()),
            _ => PrimitiveValue::Strs(numbers.iter().map(|&number| decimal(number)).collect()),
        };
        self.put(tag, vr, value)
    }

    /// Sets one number.
    pub fn number(self, tag: Tag, number: f64) -> Self {
        self.numbers(tag, &[number])
    }

    /// Sets a whole number, as an integer string or binary as the element wants.
    pub fn integer(self, tag: Tag, number: i32) -> Self {
        let vr = vr(tag);
        let value = match vr {
            VR::US => PrimitiveValue::from(number as u16),
            VR::SS => PrimitiveValue::from(number as i16),
            VR::UL => PrimitiveValue::from(number as u32),
            VR::SL => PrimitiveValue::from(number),
            _ => PrimitiveValue::from(number.to_string()),
        };
        self.put(tag, vr, value)
    }

    /// Sets an element that points at another one.
    pub fn pointer(self, tag: Tag, to: Tag) -> Self {
        self.put(tag, VR::AT, PrimitiveValue::Tags([to].into_iter().collect()))
    }

    /// Sets words of pixels, given as bytes with the lowest first.
    pub fn words(self, tag: Tag, mut bytes: Vec<u8>) -> Self {
        // Values have an even length.
        if bytes.len() % 2 == 1 {
            bytes.push(0);
        }
        self.put(tag, VR::OW, PrimitiveValue::U8(bytes.into()))
    }

    /// Sets bytes that are no pixels; their number has to be even.
    pub fn bytes(self, tag: Tag, bytes: Vec<u8>) -> Self {
        self.put(tag, VR::OB, PrimitiveValue::U8(bytes.into()))
    }

    /// Sets a sequence.
    pub fn items(mut self, tag: Tag, items: impl IntoIterator<Item = DataSet>) -> Self {
        let items: Vec<InMemDicomObject> = items.into_iter().map(|item| item.object).collect();
        let value = Value::Sequence(DataSetSequence::new(items, Length::UNDEFINED));
        self.object.put(DataElement::new(tag, VR::SQ, value));
        self
    }

    /// Adds the elements of another data set; its values win.
    pub fn with(mut self, other: DataSet) -> Self {
        for element in other.object {
            self.object.put(element);
        }
        self
    }

    /// A reference to an object: its class and UID.
    pub fn reference(class: &str, uid: &str) -> Self {
        Self::new().text(tags::REFERENCED_SOP_CLASS_UID, class).text(tags::REFERENCED_SOP_INSTANCE_UID, uid)
    }

    /// The bytes of a DICOM file (Explicit VR Little Endian) that holds this data set as an object of `class`.
    pub fn file(self, class: &str, uid: &str) -> Vec<u8> {
        let this = self.text(tags::SOP_CLASS_UID, class).text(tags::SOP_INSTANCE_UID, uid);
        let meta = FileMetaTableBuilder::new()
            .media_storage_sop_class_uid(class)
            .media_storage_sop_instance_uid(uid)
            .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
            .implementation_class_uid(uid_of(&[b"straydose"]))
            .implementation_version_name("STRAYDOSE")
            .build()
            .expect("the file meta group is complete");
        let written = |set: Self| -> Option<Vec<u8>> {
            let mut bytes = Vec::new();
            set.object.with_exact_meta(meta.clone()).write_all(&mut bytes).ok()?;
            Some(bytes)
        };
        written(this.clone()).unwrap_or_else(|| {
            // Some text is not of the character set: UTF-8 writes all.
            let unicode = this.text(tags::SPECIFIC_CHARACTER_SET, UNICODE);
            written(unicode).expect("UTF-8 in memory takes every text")
        })
    }

    fn put(mut self, tag: Tag, vr: VR, value: PrimitiveValue) -> Self {
        self.object.put(DataElement::new(tag, vr, value));
        self
    }
}

/// Writes a whole file; a file that cannot be finished is removed.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(|source| {
        let _ = std::fs::remove_file(path);
        Error::Create { path: path.to_owned(), source }
    })
}

/// A number in at most sixteen characters, as near as they allow.
///
/// ```
/// # use formats::dicom::write::dataset::decimal;
/// assert_eq!(decimal(-12.5), "-12.5");
/// assert_eq!(decimal(1.0 / 3.0), "0.33333333333333");
/// assert_eq!(decimal(-1.23456789012345e-11), "-1.23456789e-11");
/// ```
pub fn decimal(number: f64) -> String {
    let shortest = if number == 0.0 { "0".to_owned() } else { number.to_string() };
    if shortest.len() <= DECIMAL_CHARACTERS {
        return shortest;
    }
    let candidates = (0..DECIMAL_CHARACTERS)
        .flat_map(|digits| [format!("{number:.digits$}"), format!("{number:.digits$e}")])
        .filter(|text| text.len() <= DECIMAL_CHARACTERS);
    let error = |text: &String| (text.parse::<f64>().unwrap_or(f64::INFINITY) - number).abs();
    // The first of equally near ones is the shortest.
    candidates.min_by(|a, b| error(a).total_cmp(&error(b))).expect("an exponent always fits")
}

fn vr(tag: Tag) -> VR {
    StandardDataDictionary.by_tag(tag).map_or(VR::UN, |entry| entry.vr().relaxed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_decimal_fits_and_keeps_nine_digits(number in proptest::num::f64::NORMAL) {
            let text = decimal(number);
            prop_assert!(text.len() <= 16, "{}", text);
            let back: f64 = text.parse().expect("a number");
            prop_assert!((back - number).abs() <= 1e-8 * number.abs(), "{} is not {}", text, number);
        }
    }

    #[test]
    fn text_outside_the_character_set_makes_the_file_utf_8() {
        let set = DataSet::new()
            .text(tags::SPECIFIC_CHARACTER_SET, "ISO_IR 100")
            .text(tags::RTROI_INTERPRETED_TYPE, "Größe")
            .text(tags::ROI_NAME, "Ω肝");
        let bytes = set.file(uids::RT_STRUCTURE_SET_STORAGE, "2.25.7");
        let file = crate::dicom::DicomFile::from_bytes("x.dcm".as_ref(), &bytes).expect("readable");
        assert_eq!(file.root().required_text(tags::ROI_NAME).expect("text"), "Ω肝");
        assert_eq!(file.root().required_text(tags::RTROI_INTERPRETED_TYPE).expect("text"), "Gr??e");
    }

    #[test]
    fn everything_comes_back() {
        let bytes = DataSet::new()
            .text(tags::SPECIFIC_CHARACTER_SET, "ISO_IR 192")
            .text(tags::PATIENT_ID, "Größe")
            .text(tags::IMAGE_TYPE, "DERIVED\\SECONDARY")
            .text(tags::STUDY_DATE, "")
            .integer(tags::ROWS, 65_535)
            .integer(tags::INSTANCE_NUMBER, -7)
            .pointer(tags::FRAME_INCREMENT_POINTER, tags::GRID_FRAME_OFFSET_VECTOR)
            .words(tags::PIXEL_DATA, vec![1, 2, 3])
            .file(uids::RT_DOSE_STORAGE, "2.25.7");
        let file = crate::dicom::DicomFile::from_bytes("x.dcm".as_ref(), &bytes).expect("readable");
        let root = file.root();
        assert_eq!(root.required_text(tags::PATIENT_ID).expect("text"), "Größe");
        assert_eq!(root.required_text(tags::IMAGE_TYPE).expect("text"), "DERIVED\\SECONDARY");
        assert_eq!(root.text(tags::STUDY_DATE).expect("empty"), None);
        assert_eq!(root.required_integer(tags::ROWS).expect("binary"), 65_535);
        assert_eq!(root.required_integer(tags::INSTANCE_NUMBER).expect("text"), -7);
        assert_eq!(file.sop_instance_uid().expect("there"), "2.25.7");
        let pixels = file.object.get(tags::PIXEL_DATA).expect("there").to_bytes().expect("bytes").to_vec();
        assert_eq!(pixels, [1, 2, 3, 0]);
    }
}

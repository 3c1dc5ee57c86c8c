//! The elements of a data set or item, read by type, with errors that name file and element.

use crate::Error;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::value::Value;
use dicom_core::{PrimitiveValue, Tag};
use dicom_dictionary_std::StandardDataDictionary;
use dicom_object::InMemDicomObject;
use std::borrow::Cow;
use std::path::Path;

/// Keyword and tag of an element, as in `GantryAngle (300A,011E)`.
pub fn element_name(tag: Tag) -> String {
    match StandardDataDictionary.by_tag(tag) {
        Some(entry) => format!("{} {tag}", entry.alias()),
        None => tag.to_string(),
    }
}

/// The root of a data set or an item of a sequence, with the way that led there.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    path: &'a Path,
    object: &'a InMemDicomObject,
    /// `BeamSequence[2].ControlPointSequence[0].` or nothing at the root.
    trail: String,
}

impl<'a> Scope<'a> {
    /// The root of a file's data set.
    pub fn root(path: &'a Path, object: &'a InMemDicomObject) -> Self {
        Self { path, object, trail: String::new() }
    }

    /// The file that this is part of.
    pub fn path(&self) -> &'a Path {
        self.path
    }

    /// The data set as dicom-rs sees it.
    pub fn object(&self) -> &'a InMemDicomObject {
        self.object
    }

    /// The way from the root, keyword and tag: `BeamSequence[2].BeamName (300A,00C2)`.
    pub fn name_of(&self, tag: Tag) -> String {
        format!("{}{}", self.trail, element_name(tag))
    }

    /// An error about an element here; `problem` continues the sentence that the element's name starts.
    pub fn error(&self, tag: Tag, problem: impl Into<String>) -> Error {
        Error::Element { path: self.path.to_owned(), element: self.name_of(tag), problem: problem.into() }
    }

    /// The error that an element is absent or empty.
    pub fn missing(&self, tag: Tag) -> Error {
        Error::Missing { path: self.path.to_owned(), element: self.name_of(tag) }
    }

    /// Whether the element is there and not empty.
    pub fn has(&self, tag: Tag) -> bool {
        match self.object.get(tag).map(|element| element.value()) {
            None | Some(Value::Primitive(PrimitiveValue::Empty)) => false,
            Some(Value::Sequence(sequence)) => !sequence.items().is_empty(),
            Some(_) => true,
        }
    }

    /// The text of an element, without padding (several values stay joined by `\`); `None` if it is absent or empty.
    pub fn text(&self, tag: Tag) -> Result<Option<String>, Error> {
        let text = self.raw_text(tag)?.map(|text| text.trim_matches([' ', '\0']).to_owned());
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// The text of an element that must be there.
    pub fn required_text(&self, tag: Tag) -> Result<String, Error> {
        self.text(tag)?.ok_or_else(|| self.missing(tag))
    }

    /// All numbers of an element, text or binary; none if it is absent or empty.
    pub fn numbers(&self, tag: Tag) -> Result<Vec<f64>, Error> {
        if let Some(Value::Primitive(value)) = self.object.get(tag).map(|element| element.value()) {
            match value {
                PrimitiveValue::U16(values) => return Ok(values.iter().map(|&v| v.into()).collect()),
                PrimitiveValue::I16(values) => return Ok(values.iter().map(|&v| v.into()).collect()),
                PrimitiveValue::U32(values) => return Ok(values.iter().map(|&v| v.into()).collect()),
                PrimitiveValue::I32(values) => return Ok(values.iter().map(|&v| v.into()).collect()),
                PrimitiveValue::F32(values) => return self.finite(tag, values.iter().map(|&v| v.into())),
                PrimitiveValue::F64(values) => return self.finite(tag, values.iter().copied()),
                _ => {}
            }
        }
        let Some(text) = self.raw_text(tag)? else { return Ok(Vec::new()) };
        let text = text.trim_matches([' ', '\0']);
        if text.is_empty() {
            return Ok(Vec::new());
        }
        text.split('\\').map(|part| self.parsed(tag, part.trim_matches([' ', '\0']))).collect()
    }

    /// The one number of an element; `None` if it is absent or empty.
    pub fn number(&self, tag: Tag) -> Result<Option<f64>, Error> {
        match self.numbers(tag)?[..] {
            [] => Ok(None),
            [number] => Ok(Some(number)),
            ref many => Err(self.error(tag, format!("holds {} numbers where one belongs", many.len()))),
        }
    }

    /// The one number of an element that must be there.
    pub fn required_number(&self, tag: Tag) -> Result<f64, Error> {
        self.number(tag)?.ok_or_else(|| self.missing(tag))
    }

    /// Exactly `N` numbers; `None` if the element is absent or empty.
    pub fn array<const N: usize>(&self, tag: Tag) -> Result<Option<[f64; N]>, Error> {
        let numbers = self.numbers(tag)?;
        if numbers.is_empty() {
            return Ok(None);
        }
        let count = numbers.len();
        let array = numbers.try_into();
        array.map(Some).map_err(|_| self.error(tag, format!("holds {count} numbers where {N} belong")))
    }

    /// Exactly `N` numbers of an element that must be there.
    pub fn required_array<const N: usize>(&self, tag: Tag) -> Result<[f64; N], Error> {
        self.array(tag)?.ok_or_else(|| self.missing(tag))
    }

    /// The one whole number of an element; `None` if it is absent or empty.
    pub fn integer(&self, tag: Tag) -> Result<Option<i64>, Error> {
        let Some(number) = self.number(tag)? else { return Ok(None) };
        // Every whole number up to 2^53 is exact in f64.
        if number.fract() != 0.0 || number.abs() > 2.0_f64.powi(53) {
            return Err(self.error(tag, format!("holds {number} where a whole number belongs")));
        }
        Ok(Some(number as i64))
    }

    /// The one whole number of an element that must be there.
    pub fn required_integer(&self, tag: Tag) -> Result<i64, Error> {
        self.integer(tag)?.ok_or_else(|| self.missing(tag))
    }

    /// The items of a sequence; none if it is absent or empty.
    pub fn sequence(&self, tag: Tag) -> Result<Vec<Scope<'a>>, Error> {
        let Some(element) = self.object.get(tag) else { return Ok(Vec::new()) };
        match element.value() {
            Value::Sequence(sequence) => {
                let keyword = match StandardDataDictionary.by_tag(tag) {
                    Some(entry) => entry.alias().to_owned(),
                    None => tag.to_string(),
                };
                let scope = |(index, object)| Scope {
                    path: self.path,
                    object,
                    trail: format!("{}{keyword}[{index}].", self.trail),
                };
                Ok(sequence.items().iter().enumerate().map(scope).collect())
            }
            Value::Primitive(PrimitiveValue::Empty) => Ok(Vec::new()),
            _ => Err(self.error(tag, "holds a value where a sequence belongs; export the file again")),
        }
    }

    /// The items of a sequence that must have one.
    pub fn required_sequence(&self, tag: Tag) -> Result<Vec<Scope<'a>>, Error> {
        let items = self.sequence(tag)?;
        if items.is_empty() { Err(self.missing(tag)) } else { Ok(items) }
    }

    fn raw_text(&self, tag: Tag) -> Result<Option<Cow<'a, str>>, Error> {
        let Some(element) = self.object.get(tag) else { return Ok(None) };
        match element.value() {
            Value::Primitive(PrimitiveValue::Empty) => Ok(None),
            // Long texts are kept as bytes, and so are elements of unknown type.
            Value::Primitive(PrimitiveValue::U8(bytes)) => Ok(Some(String::from_utf8_lossy(bytes))),
            Value::Primitive(value) => Ok(Some(value.to_str())),
            _ => Err(self.error(tag, "holds a sequence where a value belongs; export the file again")),
        }
    }

    fn parsed(&self, tag: Tag, text: &str) -> Result<f64, Error> {
        // Rust also reads `nan` and `inf`, which DICOM does not have.
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| {
            let shown: String = text.chars().take(32).collect();
            let hint = if text.contains(',') { " (decimals are separated by a point)" } else { "" };
            self.error(tag, format!("holds {shown:?}, which is no number{hint}; export the file again"))
        })
    }

    fn finite(&self, tag: Tag, values: impl Iterator<Item = f64>) -> Result<Vec<f64>, Error> {
        let values: Vec<f64> = values.collect();
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(self.error(tag, "holds a number that is not finite; export the file again"))
        }
    }
}

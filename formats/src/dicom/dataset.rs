//! Bytes to data set, with bounds on everything that a file may claim.
//!
//! The token reader of dicom-rs believes lengths: a few bytes can ask for gigabytes. Here a length is compared with the
//! bytes that are left before anything is reserved, depth and number of elements have a limit, and long texts (contour
//! data) stay bytes until someone reads them.

mod values;

use super::encoding::{Syntax, plain};
use super::scope::element_name;
use crate::Error;
use dicom_core::header::Length;
use dicom_core::value::{C, DataSetSequence, PixelFragmentSequence, Value};
use dicom_core::{DataElement, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::text::SpecificCharacterSet;
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;
use dicom_parser::dataset::LazyDataToken;
use dicom_parser::dataset::lazy_read::LazyDataSetReader;
use dicom_parser::{DynStatefulDecoder, StatefulDecode};
use std::io::{Cursor, Read};
use std::path::Path;

/// Most elements and items of one file.
const MOST_ELEMENTS: usize = 4_000_000;
/// Deepest nesting of sequences.
const DEEPEST: usize = 32;

/// How far to read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// Up to the pixel data or contours.
    Header,
}

/// Where and why a data set could not be read on.
pub(super) struct Damage {
    at: String,
    problem: String,
}

impl Damage {
    pub(super) fn of(self, path: &Path) -> Error {
        Error::Damaged { path: path.to_owned(), at: self.at, problem: self.problem }
    }
}

/// Reads a data set of `total` bytes.
pub(super) fn read(
    source: &mut dyn Read,
    total: u64,
    syntax: &Syntax,
    extent: Extent,
) -> Result<InMemDicomObject, Damage> {
    let mut builder = Builder::new(source, total, syntax.headers, syntax.little_endian)?;
    builder.object(0, extent)
}

struct Builder<'a> {
    tokens: LazyDataSetReader<DynStatefulDecoder<&'a mut dyn Read>>,
    total: u64,
    little_endian: bool,
    characters: SpecificCharacterSet,
    elements: usize,
    /// The last element whose header was read, for messages.
    at: Tag,
}

/// A token without its value.
enum Mark {
    Element,
    Sequence(Tag),
    Pixels,
    SequenceEnd,
    Item,
    ItemEnd,
    End,
}

impl<'a> Builder<'a> {
    fn new(
        source: &'a mut dyn Read,
        total: u64,
        headers: &'static dicom_encoding::TransferSyntax,
        little_endian: bool,
    ) -> Result<Self, Damage> {
        let decoder = DynStatefulDecoder::new_with_ts(source, headers, 0)
            .map_err(|error| Damage { at: "the start".into(), problem: error.to_string() })?;
        Ok(Self {
            tokens: LazyDataSetReader::new(decoder),
            total,
            little_endian,
            characters: SpecificCharacterSet::default(),
            elements: 0,
            at: Tag(0, 0),
        })
    }

    fn damage(&self, problem: impl Into<String>) -> Damage {
        Damage { at: element_name(self.at), problem: problem.into() }
    }

    /// The next token; values are left to [`Builder::value`] and [`Builder::fragment`].
    fn mark(&mut self) -> Result<Mark, Damage> {
        self.elements += 1;
        if self.elements > MOST_ELEMENTS {
            return Err(self.damage(format!("it has more than {MOST_ELEMENTS} elements")));
        }
        let mark = match self.tokens.advance() {
            None => Ok(Mark::End),
            Some(Err(error)) => Err(error.to_string()),
            Some(Ok(LazyDataToken::ElementHeader(header))) => {
                self.at = header.tag;
                Ok(Mark::Element)
            }
            Some(Ok(LazyDataToken::SequenceStart { tag, .. })) => {
                self.at = tag;
                Ok(Mark::Sequence(tag))
            }
            Some(Ok(LazyDataToken::PixelSequenceStart)) => {
                self.at = tags::PIXEL_DATA;
                Ok(Mark::Pixels)
            }
            Some(Ok(LazyDataToken::SequenceEnd)) => Ok(Mark::SequenceEnd),
            Some(Ok(LazyDataToken::ItemStart { .. })) => Ok(Mark::Item),
            Some(Ok(LazyDataToken::ItemEnd)) => Ok(Mark::ItemEnd),
            Some(Ok(_)) => Err("a value stands where an element should start".to_owned()),
        };
        mark.map_err(|problem| self.damage(problem))
    }

    /// The elements of the root or of an item, to its end.
    fn object(&mut self, depth: usize, extent: Extent) -> Result<InMemDicomObject, Damage> {
        if depth > DEEPEST {
            return Err(self.damage(format!("sequences are nested more than {DEEPEST} deep")));
        }
        let mut object = InMemDicomObject::new_empty();
        loop {
            match self.mark()? {
                Mark::Element => {
                    let at_pixels = matches!(
                        self.at,
                        tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA
                    );
                    if depth == 0 && at_pixels && extent == Extent::Header {
                        return Ok(object);
                    }
                    // Some writers pad the file with zeros.
                    if depth == 0 && self.at.group() == 0 {
                        return Ok(object);
                    }
                    object.put(self.value(depth)?);
                }
                Mark::Sequence(tags::ROI_CONTOUR_SEQUENCE) if extent == Extent::Header && depth == 0 => {
                    return Ok(object);
                }
                Mark::Sequence(tag) => {
                    let items = self.sequence(depth)?;
                    object.put(sequence(tag, items));
                }
                Mark::Pixels if extent == Extent::Header && depth == 0 => return Ok(object),
                Mark::Pixels => {
                    let fragments = self.fragments()?;
                    object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, fragments));
                }
                Mark::ItemEnd if depth > 0 => return Ok(object),
                Mark::End if depth == 0 => return Ok(object),
                Mark::End => return Err(self.damage("the file ends inside a sequence")),
                Mark::SequenceEnd | Mark::Item | Mark::ItemEnd => {
                    return Err(self.damage("an item delimiter stands where an element should"));
                }
            }
        }
    }

    /// The items of a sequence, to its end.
    fn sequence(&mut self, depth: usize) -> Result<Vec<InMemDicomObject>, Damage> {
        let mut items = Vec::new();
        loop {
            match self.mark()? {
                Mark::Item => items.push(self.object(depth + 1, Extent::Whole)?),
                Mark::SequenceEnd => return Ok(items),
                Mark::End => return Err(self.damage("the file ends inside a sequence")),
                _ => return Err(self.damage("an element stands where an item should")),
            }
        }
    }

    /// Encapsulated pixel data: an offset table, then fragments.
    fn fragments(&mut self) -> Result<Value<InMemDicomObject, Vec<u8>>, Damage> {
        let mut items: Vec<Vec<u8>> = Vec::new();
        loop {
            match self.mark_or_fragment()? {
                Ok(Mark::Item) => items.push(Vec::new()),
                Ok(Mark::ItemEnd) => {}
                Ok(Mark::SequenceEnd | Mark::End) => break,
                Ok(_) => return Err(self.damage("an element stands between the fragments of PixelData")),
                Err(bytes) => match items.last_mut() {
                    Some(item) => *item = bytes,
                    None => return Err(self.damage("a fragment of PixelData has no item")),
                },
            }
        }
        let mut items = items.into_iter();
        let table = items.next().unwrap_or_default();
        let offsets: C<u32> = table
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes(word.try_into().expect("chunks of four bytes")))
            .collect();
        Ok(Value::PixelSequence(PixelFragmentSequence::new(offsets, items.collect::<C<_>>())))
    }

    /// The next token inside encapsulated pixel data: a mark, or the bytes of a fragment.
    fn mark_or_fragment(&mut self) -> Result<Result<Mark, Vec<u8>>, Damage> {
        self.elements += 1;
        let (total, elements) = (self.total, self.elements);
        let outcome = match self.tokens.advance() {
            _ if elements > MOST_ELEMENTS => Err(format!("it has more than {MOST_ELEMENTS} elements")),
            None => Ok(Ok(Mark::End)),
            Some(Err(error)) => Err(error.to_string()),
            Some(Ok(LazyDataToken::ItemStart { .. })) => Ok(Ok(Mark::Item)),
            Some(Ok(LazyDataToken::ItemEnd)) => Ok(Ok(Mark::ItemEnd)),
            Some(Ok(LazyDataToken::SequenceEnd)) => Ok(Ok(Mark::SequenceEnd)),
            Some(Ok(LazyDataToken::LazyItemValue { len, decoder })) => bytes(decoder, len, total).map(Err),
            Some(Ok(_)) => Ok(Ok(Mark::Element)),
        };
        outcome.map_err(|problem| self.damage(problem))
    }

    /// The element whose header was just read.
    fn value(&mut self, depth: usize) -> Result<InMemElement, Damage> {
        let total = self.total;
        let (header, bytes) = match self.tokens.advance() {
            Some(Ok(LazyDataToken::LazyValue { header, decoder })) => {
                match bytes(decoder, header.len.get().unwrap_or(u32::MAX), total) {
                    Ok(bytes) => (header, bytes),
                    Err(problem) => return Err(self.damage(problem)),
                }
            }
            Some(Err(error)) => {
                let problem = error.to_string();
                return Err(self.damage(problem));
            }
            _ => return Err(self.damage("the file ends before its value")),
        };
        let (vr, little_endian) = match header.vr {
            // Archives that do not know an element write it as UN, little endian whatever the file's byte order.
            VR::UN => (values::dictionary_vr(header.tag), true),
            vr => (vr, self.little_endian),
        };
        if vr == VR::SQ {
            return self.hidden_sequence(header.tag, &bytes, depth);
        }
        let value = values::interpret(vr, bytes, little_endian, &self.characters);
        if header.tag == tags::SPECIFIC_CHARACTER_SET {
            self.characters = values::character_set(&value);
        }
        Ok(DataElement::new(header.tag, vr, Value::from(value)))
    }

    /// A sequence that was written with VR UN: its items are implicit, little endian.
    fn hidden_sequence(&self, tag: Tag, bytes: &[u8], depth: usize) -> Result<InMemElement, Damage> {
        // The same bytes again, behind a header that says sequence.
        let mut whole = Vec::with_capacity(bytes.len() + 8);
        whole.extend(tag.group().to_le_bytes());
        whole.extend(tag.element().to_le_bytes());
        whole.extend((bytes.len() as u32).to_le_bytes());
        whole.extend(bytes);
        let total = whole.len() as u64;
        let mut source = Cursor::new(whole);
        let mut inner = Builder::new(&mut source, total, plain(uids::IMPLICIT_VR_LITTLE_ENDIAN), true)?;
        inner.characters = self.characters.clone();
        inner.elements = self.elements;
        match inner.mark()? {
            Mark::Sequence(_) => Ok(sequence(tag, inner.sequence(depth)?)),
            _ => Err(self.damage("it should be a sequence and is none")),
        }
    }
}

/// The value's bytes, or why they cannot be there.
fn bytes<D: StatefulDecode>(decoder: &mut D, length: u32, total: u64) -> Result<Vec<u8>, String> {
    let left = total.saturating_sub(decoder.position());
    if u64::from(length) > left {
        return Err(format!("its value claims {length} bytes where {left} are left"));
    }
    let mut bytes = Vec::with_capacity(length as usize);
    decoder.read_to_vec(length, &mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() != length as usize {
        return Err(format!("its value has {} bytes instead of {length}", bytes.len()));
    }
    Ok(bytes)
}

fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> InMemElement {
    DataElement::new(tag, VR::SQ, Value::Sequence(DataSetSequence::new(items, Length::UNDEFINED)))
}

//! The bytes of one value to text or numbers.

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{PrimitiveValue, Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;
use dicom_encoding::text::{SpecificCharacterSet, TextCodec};

/// Longer texts of several values are kept as bytes (bytes).
const LONG_TEXT_BYTES: usize = 1 << 12;

/// The value of an element; what is neither text nor a number stays bytes.
pub(super) fn interpret(
    vr: VR,
    bytes: Vec<u8>,
    little_endian: bool,
    characters: &SpecificCharacterSet,
) -> PrimitiveValue {
    macro_rules! binary {
        ($variant:ident, $type:ty) => {{
            let words = bytes.chunks_exact(size_of::<$type>()).map(|word| {
                let word = word.try_into().expect("chunks of the type's size");
                if little_endian { <$type>::from_le_bytes(word) } else { <$type>::from_be_bytes(word) }
            });
            PrimitiveValue::$variant(words.collect())
        }};
    }
    match vr {
        _ if bytes.is_empty() => PrimitiveValue::Empty,
        VR::US => binary!(U16, u16),
        VR::SS => binary!(I16, i16),
        VR::UL => binary!(U32, u32),
        VR::SL => binary!(I32, i32),
        VR::UV => binary!(U64, u64),
        VR::SV => binary!(I64, i64),
        VR::FL => binary!(F32, f32),
        VR::FD => binary!(F64, f64),
        VR::AT => {
            let word = |at: &[u8]| {
                let word = [at[0], at[1]];
                if little_endian { u16::from_le_bytes(word) } else { u16::from_be_bytes(word) }
            };
            PrimitiveValue::Tags(bytes.chunks_exact(4).map(|at| Tag(word(at), word(&at[2..]))).collect())
        }
        VR::LT | VR::ST | VR::UT | VR::UR => PrimitiveValue::Str(text(vr, &bytes, characters)),
        VR::AE | VR::AS | VR::CS | VR::DA | VR::DS | VR::DT | VR::IS | VR::LO => texts(vr, bytes, characters),
        VR::PN | VR::SH | VR::TM | VR::UC | VR::UI => texts(vr, bytes, characters),
        _ => PrimitiveValue::U8(bytes.into()),
    }
}

fn texts(vr: VR, bytes: Vec<u8>, characters: &SpecificCharacterSet) -> PrimitiveValue {
    if bytes.len() > LONG_TEXT_BYTES {
        return PrimitiveValue::U8(bytes.into());
    }
    let text = text(vr, &bytes, characters);
    if text.contains('\\') {
        PrimitiveValue::Strs(text.split('\\').map(|part| part.trim().to_owned()).collect())
    } else {
        PrimitiveValue::Str(text)
    }
}

/// Text without padding; bytes that are not of the character set are read as Latin-1.
fn text(vr: VR, bytes: &[u8], characters: &SpecificCharacterSet) -> String {
    let end = bytes.iter().rposition(|byte| !matches!(byte, 0 | b' ')).map_or(0, |last| last + 1);
    let bytes = &bytes[..end];
    let latin = || bytes.iter().map(|&byte| char::from(byte)).collect();
    match vr {
        VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT => {
            characters.decode(bytes).unwrap_or_else(|_| latin())
        }
        _ => latin(),
    }
}

/// The type that the dictionary gives an element; unknown if it does not list it.
pub(super) fn dictionary_vr(tag: Tag) -> VR {
    StandardDataDictionary.by_tag(tag).map_or(VR::UN, |entry| entry.vr().relaxed())
}

/// The first character set that is named and known; ASCII if there is none.
pub(super) fn character_set(value: &PrimitiveValue) -> SpecificCharacterSet {
    let text = value.to_str();
    text.split('\\')
        .filter_map(|code| SpecificCharacterSet::from_code(code.trim()))
        .next()
        .unwrap_or_default()
}

//! How a file is encoded: where its data set starts, with which byte order, and whether it is deflated.

use crate::Error;
use dicom_core::VR;
use dicom_dictionary_std::uids;
use dicom_encoding::transfer_syntax::{Codec, TransferSyntax, TransferSyntaxIndex};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use std::io::{Cursor, Read};
use std::path::Path;

/// Most bytes that a deflated file may inflate to.
const MOST_INFLATED_BYTES: u64 = 1 << 27;
/// Bytes before `DICM`.
const PREAMBLE_BYTES: usize = 128;
const MAGIC: &[u8] = b"DICM";
/// Retired from the standard, and still in use.
pub(super) const EXPLICIT_VR_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// How to read a data set.
pub(super) struct Syntax {
    /// The transfer syntax that is declared, or else the plain one that fits the bytes.
    pub uid: String,
    /// The transfer syntax whose element headers the bytes have.
    pub headers: &'static TransferSyntax,
    /// Whether binary values have their lowest byte first.
    pub little_endian: bool,
}

/// What the start of a file tells.
pub(super) struct Found {
    /// Where the data set starts (bytes).
    pub start: usize,
    pub syntax: Syntax,
    pub deflated: bool,
}

/// Finds out how a file is encoded from its first bytes.
pub(super) fn find(path: &Path, head: &[u8]) -> Result<Found, Error> {
    let not_dicom = || Error::NotDicom { path: path.to_owned() };
    let meta_start = if head.get(PREAMBLE_BYTES..PREAMBLE_BYTES + 4) == Some(MAGIC) {
        PREAMBLE_BYTES + 4
    } else if head.get(..4) == Some(MAGIC) {
        4
    } else {
        0
    };
    let (start, declared) = file_meta(head, meta_start);
    let data = head.get(start..).unwrap_or_default();
    if let Some(uid) = declared {
        let Some(declared) = TransferSyntaxRegistry.get(&uid) else {
            return Err(Error::TransferSyntax {
                path: path.to_owned(),
                name: "an unknown transfer syntax".into(),
                uid,
            });
        };
        if let Codec::Dataset(_) = declared.codec() {
            if uid != uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN {
                return Err(Error::TransferSyntax {
                    path: path.to_owned(),
                    name: declared.name().into(),
                    uid,
                });
            }
            let headers = plain(uids::EXPLICIT_VR_LITTLE_ENDIAN);
            let syntax = Syntax { uid, headers, little_endian: true };
            return Ok(Found { start, syntax, deflated: true });
        }
        // Some writers declare one encoding and use another: believe the bytes.
        let headers = plain(guess(data).unwrap_or(if uid == uids::IMPLICIT_VR_LITTLE_ENDIAN {
            uids::IMPLICIT_VR_LITTLE_ENDIAN
        } else if uid == EXPLICIT_VR_BIG_ENDIAN {
            EXPLICIT_VR_BIG_ENDIAN
        } else {
            uids::EXPLICIT_VR_LITTLE_ENDIAN
        }));
        let little_endian = headers.uid() != EXPLICIT_VR_BIG_ENDIAN;
        // A compressed syntax stays what it is; a plain one becomes the one that is used.
        let uid = if declared.is_codec_free() { headers.uid().to_owned() } else { uid };
        return Ok(Found { start, syntax: Syntax { uid, headers, little_endian }, deflated: false });
    }
    let headers = plain(guess(data).ok_or_else(not_dicom)?);
    let little_endian = headers.uid() != EXPLICIT_VR_BIG_ENDIAN;
    let syntax = Syntax { uid: headers.uid().to_owned(), headers, little_endian };
    Ok(Found { start, syntax, deflated: false })
}

/// One of the three uncompressed transfer syntaxes.
pub(super) fn plain(uid: &str) -> &'static TransferSyntax {
    TransferSyntaxRegistry.get(uid).expect("the plain transfer syntaxes are built in")
}

/// Inflates a deflated data set, up to a bound.
pub(super) fn inflate(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let Codec::Dataset(Some(adapter)) = plain(uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN).codec() else {
        unreachable!("the deflate adapter is compiled in");
    };
    let mut inflated = Vec::new();
    adapter
        .adapt_reader(Box::new(Cursor::new(bytes)))
        .take(MOST_INFLATED_BYTES + 1)
        .read_to_end(&mut inflated)
        .map_err(|error| Error::Damaged {
            path: path.to_owned(),
            at: "its deflated data set".into(),
            problem: error.to_string(),
        })?;
    if inflated.len() as u64 > MOST_INFLATED_BYTES {
        return Err(Error::Refused {
            path: path.to_owned(),
            problem: format!("the deflated file inflates beyond {MOST_INFLATED_BYTES} bytes"),
            way_out: "export it as Explicit VR Little Endian".into(),
        });
    }
    Ok(inflated)
}

/// Walks the file meta group (0002,xxxx; always explicit, little endian) and gives where it ends and the transfer
/// syntax that it declares.
fn file_meta(head: &[u8], start: usize) -> (usize, Option<String>) {
    let mut at = start;
    let mut declared = None;
    // Each step moves on by at least eight bytes.
    while let Some(header) = head.get(at..at + 8) {
        if header[..2] != [0x02, 0x00] {
            break;
        }
        let element = u16::from_le_bytes([header[2], header[3]]);
        let long = has_long_length(&header[4..6]);
        let (value_at, length) = if long {
            let Some(&[a, b, c, d]) = head.get(at + 8..at + 12) else { break };
            (at + 12, u32::from_le_bytes([a, b, c, d]) as usize)
        } else {
            (at + 8, u16::from_le_bytes([header[6], header[7]]) as usize)
        };
        let Some(value) = head.get(value_at..value_at.saturating_add(length)) else { break };
        if element == 0x0010 {
            let text = String::from_utf8_lossy(value);
            declared = Some(text.trim_end_matches(['\0', ' ']).trim_start().to_owned());
        }
        at = value_at + length;
    }
    (at, declared.filter(|uid| !uid.is_empty()))
}

/// Whether an explicit element header of this VR has a four-byte length.
fn has_long_length(vr: &[u8]) -> bool {
    matches!(
        vr,
        b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT" | b"UV"
    )
}

/// The plain transfer syntax that fits the first element; `None` if the bytes start with no element.
fn guess(data: &[u8]) -> Option<&'static str> {
    let &[a, b, c, d, e, f, g, h] = data.get(..8)?.first_chunk()?;
    let little_group = u16::from_le_bytes([a, b]);
    let big_group = u16::from_be_bytes([a, b]);
    let explicit = VR::from_binary([e, f]).is_some();
    // A data set starts with group 0008 in all that we read; private or retired groups before it do not occur.
    match (little_group, big_group, explicit) {
        (0x0004..=0x0010, _, true) => Some(uids::EXPLICIT_VR_LITTLE_ENDIAN),
        (_, 0x0004..=0x0010, true) => Some(EXPLICIT_VR_BIG_ENDIAN),
        (0x0008..=0x0010, _, false) => {
            let element = u16::from_le_bytes([c, d]);
            let length = u32::from_le_bytes([e, f, g, h]);
            // Sequences may be of undefined length; the first values of any other kind are short.
            let plausible = length == u32::MAX || length < 1 << 16;
            (plausible && element < 0x3000).then_some(uids::IMPLICIT_VR_LITTLE_ENDIAN)
        }
        _ => None,
    }
}

//! Compressed frames to whole numbers: RLE here, JPEG, JPEG-LS and JPEG 2000 by their libraries.

use super::pixels::{Layout, joined};
use super::{DicomFile, tags};
use crate::Error;
use dicom_encoding::transfer_syntax::TransferSyntaxIndex;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A frame that is smaller than this part of its pixels is not believed: no medical image compresses so well.
const MOST_COMPRESSION: usize = 2000;

/// What a transfer syntax compresses with.
enum Codec {
    Rle,
    Jpeg,
    JpegLs,
    Jpeg2000,
}

/// Decodes one compressed frame.
pub(super) fn decode(file: &DicomFile, layout: &Layout, bytes: &[u8]) -> Result<Vec<i64>, Error> {
    let uid = file.transfer_syntax.as_str();
    let codec = match uid.strip_prefix("1.2.840.10008.1.2.").unwrap_or_default() {
        "5" => Codec::Rle,
        "4.50" | "4.51" | "4.57" | "4.70" => Codec::Jpeg,
        "4.80" | "4.81" => Codec::JpegLs,
        "4.90" | "4.91" | "4.201" | "4.202" | "4.203" => Codec::Jpeg2000,
        _ => {
            let name = TransferSyntaxRegistry.get(uid).map_or("an unknown syntax", |syntax| syntax.name());
            return Err(Error::TransferSyntax {
                path: file.path.clone(),
                uid: uid.into(),
                name: name.into(),
            });
        }
    };
    let damaged = |problem: &str| {
        file.root()
            .error(tags::PIXEL_DATA, format!("cannot be decompressed ({problem}); export it uncompressed"))
    };
    if layout.frame_pixels() * layout.bytes > MOST_COMPRESSION * (bytes.len() + 64) {
        return Err(damaged("it is far too short for its rows and columns"));
    }
    // The image libraries are not ours, and what a damaged stream does to them is not known.
    let outcome = catch_unwind(AssertUnwindSafe(|| match codec {
        Codec::Rle => rle(layout, bytes),
        Codec::Jpeg => jpeg(layout, bytes),
        Codec::JpegLs => jpeg_ls(layout, bytes),
        Codec::Jpeg2000 => jpeg_2000(layout, bytes),
    }));
    match outcome {
        Ok(Ok(values)) if values.len() == layout.frame_pixels() => Ok(values),
        Ok(Ok(_)) => Err(damaged("it has other rows and columns than the file says")),
        Ok(Err(problem)) => Err(damaged(&problem)),
        Err(_) => Err(damaged("the decoder gave up")),
    }
}

/// RLE Lossless: a header of sixteen words, then one segment for each byte of a word, highest first.
///
/// DICOM PS3.5, Annex G (PackBits).
fn rle(layout: &Layout, bytes: &[u8]) -> Result<Vec<i64>, String> {
    let word = |index: usize| bytes.get(4 * index..4 * index + 4).map(|word| joined(word, false) as usize);
    if word(0) != Some(layout.bytes) {
        return Err("it has another number of segments than its words have bytes".into());
    }
    let mut words = vec![0_u32; layout.frame_pixels()];
    for segment in 0..layout.bytes {
        let start = word(1 + segment).ok_or("its header is cut off")?;
        let end = if segment + 1 < layout.bytes { word(2 + segment) } else { Some(bytes.len()) };
        let packed = end.and_then(|end| bytes.get(start..end)).ok_or("a segment lies outside the frame")?;
        let mut unpacked = 0;
        let mut push = |byte: u8| {
            if let Some(word) = words.get_mut(unpacked) {
                *word = *word << 8 | u32::from(byte);
            }
            unpacked += 1;
        };
        let mut packed = packed.iter();
        while let Some(&control) = packed.next() {
            match control {
                0..=127 => packed.by_ref().take(usize::from(control) + 1).for_each(|&byte| push(byte)),
                128 => {}
                129..=255 => {
                    let Some(&byte) = packed.next() else { break };
                    (0..257 - usize::from(control)).for_each(|_| push(byte));
                }
            }
        }
        // One pad byte may follow.
        if unpacked < layout.frame_pixels() {
            return Err("a segment is too short".into());
        }
    }
    Ok(words.into_iter().map(|word| layout.value(word)).collect())
}

fn jpeg(layout: &Layout, bytes: &[u8]) -> Result<Vec<i64>, String> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(layout.frame_pixels() * 2);
    decoder.read_info().map_err(|error| error.to_string())?;
    let info = decoder.info().ok_or("it has no header")?;
    if (usize::from(info.width), usize::from(info.height)) != (layout.columns, layout.rows) {
        return Err("it has other rows and columns than the file says".into());
    }
    let bytes_each = match info.pixel_format {
        jpeg_decoder::PixelFormat::L8 => 1,
        jpeg_decoder::PixelFormat::L16 => 2,
        _ => return Err("it is a colour image".into()),
    };
    let decoded = decoder.decode().map_err(|error| error.to_string())?;
    let word = |word: &[u8]| layout.value(joined(word, cfg!(target_endian = "big")));
    Ok(decoded.chunks_exact(bytes_each).map(word).collect())
}

/// The library compares rows and columns with the stream's before it reserves memory, and refuses colour.
fn jpeg_ls(layout: &Layout, bytes: &[u8]) -> Result<Vec<i64>, String> {
    let (samples, ..) = jpegls::decode(bytes, layout.columns as u32, layout.rows as u32)
        .map_err(|error| error.to_string())?;
    Ok(samples.into_iter().map(|sample| layout.value(u32::from(sample))).collect())
}

fn jpeg_2000(layout: &Layout, bytes: &[u8]) -> Result<Vec<i64>, String> {
    // The library reserves memory by the codestream's own sizes (SOC, then SIZ), so they are compared first.
    let long = |at: usize| bytes.get(at..at + 4).map(|word| joined(word, true) as usize);
    if bytes.get(..4) != Some(&[0xFF, 0x4F, 0xFF, 0x51]) {
        return Err("it is no JPEG 2000 codestream".into());
    }
    let sizes = [long(8), long(12), long(16), long(20)];
    let wanted = [Some(layout.columns), Some(layout.rows), Some(0), Some(0)];
    if sizes != wanted || bytes.get(40..42) != Some(&[0, 1]) {
        return Err("it has other rows and columns than the file says".into());
    }
    let tiles =
        |size: usize, tile: Option<usize>| tile.filter(|&tile| tile > 0).map(|tile| size.div_ceil(tile));
    match tiles(layout.columns, long(24)).zip(tiles(layout.rows, long(28))) {
        Some((across, down)) if across * down <= 1 << 16 => {}
        _ => return Err("it has too many tiles".into()),
    }
    let image = jpeg2k::Image::from_bytes(bytes).map_err(|error| error.to_string())?;
    let [component] = image.components() else { return Err("it is a colour image".into()) };
    if (component.width() as usize, component.height() as usize) != (layout.columns, layout.rows) {
        return Err("it has other rows and columns than the file says".into());
    }
    let value = |&sample: &i32| if sample < 0 { i64::from(sample) } else { layout.value(sample as u32) };
    Ok(component.data().iter().map(value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout =
        Layout { columns: 3, rows: 2, frames: 1, bytes: 4, bits: 32, lowest_bit: 0, signed: false };

    /// Four segments, highest byte first: runs, a literal, and a pad.
    fn packed() -> Vec<u8> {
        let segments: [&[u8]; 4] =
            [&[251, 0], &[251, 1], &[5, 10, 11, 12, 13, 14, 15], &[254, 7, 2, 1, 2, 3, 128]];
        let mut header = vec![4, 0, 0, 0];
        let mut at = 64_u32;
        for segment in segments {
            header.extend(at.to_le_bytes());
            at += segment.len() as u32;
        }
        header.resize(64, 0);
        [header, segments.concat()].concat()
    }

    #[test]
    fn rle_of_four_byte_words_is_unpacked() {
        let values = rle(&LAYOUT, &packed()).expect("sound");
        let high = 1 << 16;
        let expected = [(10, 7), (11, 7), (12, 7), (13, 1), (14, 2), (15, 3)];
        assert_eq!(values, expected.map(|(middle, low)| high + middle * 256 + low));
    }

    #[test]
    fn rle_that_is_cut_off_is_refused() {
        let whole = packed();
        for length in 0..whole.len() - 1 {
            assert!(rle(&LAYOUT, &whole[..length]).is_err(), "{length} bytes");
        }
    }
}

//! PixelData to whole numbers, one frame at a time, whatever their size, sign, byte order and compression.
//!
//! The ready-made decoder of dicom-rs does not read the 32-bit grids of RTDOSE, so the layout is undone here and only
//! the compressed image formats are left to their libraries ([`super::codec`]).

use super::{DicomFile, codec, tags};
use crate::Error;
use dicom_core::PrimitiveValue;
use dicom_core::value::Value;

/// Most pixels of one file.
const MOST_PIXELS: u64 = 1 << 29;

/// How the pixels of a file are stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    pub columns: usize,
    pub rows: usize,
    pub frames: usize,
    /// Bytes of one stored value.
    pub bytes: usize,
    /// Bits of it that count, and the place of the lowest one.
    pub bits: u32,
    pub lowest_bit: u32,
    pub signed: bool,
}

impl Layout {
    /// Reads the Image Pixel module.
    pub fn read(file: &DicomFile) -> Result<Self, Error> {
        let root = file.root();
        let count = |tag, most: i64| {
            let value = root.required_integer(tag)?;
            if (1..=most).contains(&value) {
                Ok(value as usize)
            } else {
                Err(root.error(tag, format!("is {value}, not between 1 and {most}; export the file again")))
            }
        };
        let (rows, columns) = (count(tags::ROWS, 65_535)?, count(tags::COLUMNS, 65_535)?);
        let frames =
            if root.has(tags::NUMBER_OF_FRAMES) { count(tags::NUMBER_OF_FRAMES, 1 << 20)? } else { 1 };
        if rows as u64 * columns as u64 * frames as u64 > MOST_PIXELS {
            return Err(root.error(
                tags::NUMBER_OF_FRAMES,
                format!("makes more than {MOST_PIXELS} pixels of {rows} rows and {columns} columns; export it in parts"),
            ));
        }
        if let Some(samples) = root.integer(tags::SAMPLES_PER_PIXEL)?.filter(|&samples| samples != 1) {
            return Err(root.error(
                tags::SAMPLES_PER_PIXEL,
                format!("is {samples}: a colour image holds neither HU nor dose; leave it out"),
            ));
        }
        let allocated = root.required_integer(tags::BITS_ALLOCATED)?;
        if ![8, 16, 32].contains(&allocated) {
            return Err(root.error(tags::BITS_ALLOCATED, format!("is {allocated}; 8, 16 or 32 can be read")));
        }
        let stored = root.integer(tags::BITS_STORED)?.unwrap_or(allocated);
        if !(1..=allocated).contains(&stored) {
            return Err(root.error(
                tags::BITS_STORED,
                format!("is {stored}, not between 1 and BitsAllocated {allocated}"),
            ));
        }
        let highest = root.integer(tags::HIGH_BIT)?.unwrap_or(stored - 1);
        if !(stored - 1..allocated).contains(&highest) {
            return Err(root.error(
                tags::HIGH_BIT,
                format!("is {highest}, which does not fit {stored} bits stored of {allocated}"),
            ));
        }
        let signed = match root.integer(tags::PIXEL_REPRESENTATION)?.unwrap_or(0) {
            0 => false,
            1 => true,
            other => {
                return Err(root.error(tags::PIXEL_REPRESENTATION, format!("is {other}, neither 0 nor 1")));
            }
        };
        Ok(Self {
            columns,
            rows,
            frames,
            bytes: allocated as usize / 8,
            bits: stored as u32,
            lowest_bit: (highest + 1 - stored) as u32,
            signed,
        })
    }

    /// Pixels of one frame.
    pub fn frame_pixels(&self) -> usize {
        self.columns * self.rows
    }

    /// The number that a stored word means.
    pub fn value(&self, word: u32) -> i64 {
        let mask = (1_u64 << self.bits) - 1;
        let value = (u64::from(word) >> self.lowest_bit & mask) as i64;
        let sign = 1_i64 << (self.bits - 1);
        if self.signed && value & sign != 0 { value - (sign << 1) } else { value }
    }
}

/// The frames of a file, decoded as they are asked for.
pub(super) struct Pixels<'a> {
    pub layout: Layout,
    file: &'a DicomFile,
    stored: Stored<'a>,
}

enum Stored<'a> {
    /// All frames one after the other.
    Native { bytes: &'a [u8], big_endian: bool },
    /// Compressed frames.
    Frames(Vec<Vec<&'a [u8]>>),
}

impl<'a> Pixels<'a> {
    /// Finds the pixel data and checks that they can be all there.
    pub fn read(file: &'a DicomFile) -> Result<Self, Error> {
        let root = file.root();
        let Some(element) = file.object.get(tags::PIXEL_DATA) else {
            return Err(root.missing(tags::PIXEL_DATA));
        };
        let layout = Layout::read(file)?;
        let stored = match element.value() {
            Value::Primitive(PrimitiveValue::U8(bytes)) => {
                let wanted = layout.frames * layout.frame_pixels() * layout.bytes;
                if bytes.len() < wanted {
                    return Err(root.error(
                        tags::PIXEL_DATA,
                        format!(
                            "has {} bytes where {} frames of {} x {} pixels need {wanted}; copy or export the file again",
                            bytes.len(),
                            layout.frames,
                            layout.columns,
                            layout.rows
                        ),
                    ));
                }
                Stored::Native { bytes, big_endian: file.is_big_endian() }
            }
            Value::PixelSequence(sequence) => {
                let fragments: Vec<&[u8]> = sequence.fragments().iter().map(Vec::as_slice).collect();
                let frames = frames(&fragments, sequence.offset_table(), layout.frames).ok_or_else(|| {
                    root.error(
                        tags::PIXEL_DATA,
                        format!(
                            "has {} fragments that cannot be told apart into {} frames; export it uncompressed",
                            fragments.len(),
                            layout.frames
                        ),
                    )
                })?;
                Stored::Frames(frames)
            }
            _ => return Err(root.missing(tags::PIXEL_DATA)),
        };
        Ok(Self { layout, file, stored })
    }

    /// The numbers of one frame, along rows.
    pub fn frame(&self, index: usize) -> Result<Vec<i64>, Error> {
        let layout = &self.layout;
        match &self.stored {
            Stored::Native { bytes, big_endian } => {
                let length = layout.frame_pixels() * layout.bytes;
                let words = bytes[index * length..][..length].chunks_exact(layout.bytes);
                Ok(words.map(|word| layout.value(joined(word, *big_endian))).collect())
            }
            Stored::Frames(frames) => codec::decode(self.file, layout, &frames[index].concat()),
        }
    }
}

/// The bytes of a word as one number.
pub(super) fn joined(word: &[u8], big_endian: bool) -> u32 {
    let push = |sum: u32, &byte: &u8| sum << 8 | u32::from(byte);
    if big_endian { word.iter().fold(0, push) } else { word.iter().rev().fold(0, push) }
}

/// The fragments of each frame: one each, or all of the only frame, or as the offset table says.
fn frames<'a>(fragments: &[&'a [u8]], offsets: &[u32], count: usize) -> Option<Vec<Vec<&'a [u8]>>> {
    if count == 1 && !fragments.is_empty() {
        return Some(vec![fragments.to_vec()]);
    }
    if fragments.len() == count {
        return Some(fragments.iter().map(|fragment| vec![*fragment]).collect());
    }
    if offsets.len() != count || fragments.len() < count {
        return None;
    }
    let mut frames = vec![Vec::new(); count];
    let mut at = 0_u64;
    let mut frame = 0;
    for fragment in fragments {
        if frame + 1 < count && at >= u64::from(offsets[frame + 1]) {
            frame += 1;
        }
        frames[frame].push(*fragment);
        at += fragment.len() as u64 + 8; // tag and length of the item
    }
    Some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_sign_and_place() {
        let layout =
            Layout { columns: 1, rows: 1, frames: 1, bytes: 2, bits: 12, lowest_bit: 0, signed: true };
        assert_eq!(layout.value(0x0FFF), -1);
        assert_eq!(layout.value(0xF800), -2048); // Bits above the stored ones do not count.
        assert_eq!(Layout { signed: false, ..layout }.value(0x0FFF), 4095);
        assert_eq!(Layout { lowest_bit: 4, ..layout }.value(0x7FF0), 2047);
        let wide = Layout { bytes: 4, bits: 32, signed: false, ..layout };
        assert_eq!(wide.value(u32::MAX), 4_294_967_295);
        assert_eq!(Layout { signed: true, ..wide }.value(u32::MAX), -1);
    }

    #[test]
    fn words_are_joined_in_their_byte_order() {
        assert_eq!(joined(&[1, 2, 3, 4], false), 0x0403_0201);
        assert_eq!(joined(&[1, 2, 3, 4], true), 0x0102_0304);
        assert_eq!(joined(&[1, 2], true), 0x0102);
    }

    #[test]
    fn fragments_are_joined_by_the_offset_table() {
        let fragments: [&[u8]; 3] = [&[1; 4], &[2; 6], &[3; 2]];
        let table = [0, 12, 0];
        assert_eq!(
            frames(&fragments, &table[..2], 2).expect("told apart"),
            [vec![&[1_u8; 4][..]], vec![&[2; 6], &[3; 2]]]
        );
        assert_eq!(frames(&fragments, &[], 2), None);
        assert_eq!(frames(&fragments, &[], 1).expect("one frame")[0].len(), 3);
    }
}

//! A NIfTI-1 file row by row, for those that need a part of it or its labels.

use super::read::{Encoding, GZIP, Layout, open};
use crate::Error;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use volume::{Image, OrientedGrid};

/// Bytes that are decompressed at a time.
const BLOCK_BYTES: usize = 1 << 17;

/// The rows of a file, in the order of the file.
///
/// Unlike [`super::read_bytes`] it does not mind values that are not finite numbers, nor damage behind the last row that is
/// asked for.
pub struct Rows<'a> {
    path: PathBuf,
    stream: Box<dyn Read + Send + 'a>,
    layout: Layout,
}

/// One row of voxels, not yet decoded.
pub struct Row<'a> {
    bytes: &'a [u8],
    encoding: &'a Encoding,
}

impl<'a> Rows<'a> {
    /// Reads the header of a file in memory; `path` is only used in messages.
    pub fn open(path: &Path, bytes: &'a [u8]) -> Result<Self, Error> {
        Self::of_stream(path, bytes)
    }

    /// Reads the header of a file, whose rows are then read from it as they are wanted.
    pub fn of_file(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Self::of_stream(path, BufReader::with_capacity(BLOCK_BYTES, file))
    }

    fn of_stream(path: &Path, mut bytes: impl BufRead + Send + 'a) -> Result<Self, Error> {
        let start = bytes.fill_buf().map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let mut stream: Box<dyn Read + Send + 'a> =
            if start.starts_with(&GZIP) { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) };
        let layout = open(path, &mut stream)?;
        if layout.grid.is_empty() {
            return Err(Error::Refused {
                path: path.to_owned(),
                problem: "it has no voxel".into(),
                way_out: "write the file again".into(),
            });
        }
        Ok(Self { path: path.to_owned(), stream, layout })
    }

    /// Where the voxels lie, in the order of the file.
    pub fn grid(&self) -> &OrientedGrid {
        &self.layout.grid
    }

    /// The same voxels with axes as near to x, y, z of the patient as they can lie, as [`super::read_bytes`] has them.
    pub fn canonical_grid(&self) -> OrientedGrid {
        let own = self.layout.grid;
        // The corners alone are turned; shape and spacing follow their axes.
        let corners = OrientedGrid {
            spacing_mm: std::array::from_fn(|a| own.spacing_mm[a] * (own.shape[a] - 1).max(1) as f64),
            shape: own.shape.map(|n| n.min(2)),
            ..own
        };
        let turned = Image { grid: corners, values: vec![(); corners.len()] }.canonical().grid;
        let dot = |a: [f64; 3], b: [f64; 3]| (0..3).map(|x| a[x] * b[x]).sum::<f64>().abs();
        let from = turned.axes.map(|axis| {
            (0..3).max_by(|&a, &b| dot(axis, own.axes[a]).total_cmp(&dot(axis, own.axes[b]))).unwrap_or(0)
        });
        OrientedGrid {
            spacing_mm: from.map(|a| own.spacing_mm[a]),
            shape: from.map(|a| own.shape[a]),
            ..turned
        }
    }

    /// Decompresses rows for later as long as it is told to go on, which it asks now and then; keeps what it read.
    ///
    /// For a reader that does not know yet which rows it wants. Damage is met where the rows are used.
    pub fn read_ahead(&mut self, go_on: impl Fn() -> bool) {
        let mut stream = std::mem::replace(&mut self.stream, Box::new(std::io::empty()));
        let mut ahead = Vec::new();
        let all = self.layout.grid.len() as u64 * self.layout.encoding.bytes() as u64;
        let mut broken = None;
        while (ahead.len() as u64) < all && go_on() && broken.is_none() {
            let before = ahead.len();
            let block = (&mut stream).take(BLOCK_BYTES as u64).read_to_end(&mut ahead);
            broken = block.err();
            if ahead.len() == before {
                break;
            }
        }
        let ahead = Cursor::new(ahead);
        self.stream = match broken {
            Some(error) => Box::new(ahead.chain(Broken(error))),
            None => Box::new(ahead.chain(stream)),
        };
    }

    /// Calls with the number and content of each row of some layers, and reads no further.
    pub fn each(mut self, layers: Range<usize>, mut row: impl FnMut(usize, Row)) -> Result<(), Error> {
        let [columns, rows, _] = self.layout.grid.shape;
        let length = columns * self.layout.encoding.bytes();
        let lines = (BLOCK_BYTES / length).max(1);
        let mut block = vec![0; lines * length];
        let (first, end) = (layers.start * rows, layers.end * rows);
        let mut line = 0;
        while line < end {
            let part = &mut block[..lines.min(end - line) * length];
            self.stream.read_exact(part).map_err(|error| Error::Damaged {
                path: self.path.clone(),
                at: "the NIfTI image".into(),
                problem: format!("it cannot be read beyond row {line} of {end} ({error})"),
            })?;
            for bytes in part.chunks_exact(length) {
                if line >= first {
                    row(line, Row { bytes, encoding: &self.layout.encoding });
                }
                line += 1;
            }
        }
        Ok(())
    }
}

/// A stream that cannot be read any further.
struct Broken(std::io::Error);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::new(self.0.kind(), self.0.to_string()))
    }
}

impl Row<'_> {
    /// Whether all voxels are 0, as far as that is seen without decoding.
    pub fn is_plainly_zero(&self) -> bool {
        let (words, rest) = self.bytes.as_chunks::<32>();
        self.encoding.keeps_zero()
            && words.iter().all(|word| word.iter().fold(0, |all, byte| all | byte) == 0)
            && rest.iter().all(|byte| *byte == 0)
    }

    /// Appends the values of some columns.
    pub fn append(&self, columns: Range<usize>, values: &mut Vec<f32>) {
        let bytes = self.encoding.bytes();
        self.encoding.append(&self.bytes[columns.start * bytes..columns.end * bytes], values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nifti::{read_bytes, write_image};
    use std::path::Path;

    /// An image whose file runs against the patient's axes, and its bytes.
    fn written() -> (Image<f32>, Vec<u8>) {
        let grid = OrientedGrid {
            origin_mm: [3.0, -4.0, 5.0],
            axes: [[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]],
            spacing_mm: [1.0, 2.0, 3.0],
            shape: [3, 4, 5],
        };
        let values = (0..60).map(|n| if n % 7 == 0 { 0.0 } else { n as f32 }).collect();
        let image = Image { grid, values };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("image.nii.gz");
        write_image(&path, &image).expect("written");
        let bytes = std::fs::read(path).expect("readable");
        (image, bytes)
    }

    #[test]
    fn the_whole_in_parts_is_the_whole() {
        let (_, bytes) = written();
        let whole = read_bytes(Path::new("a.nii.gz"), &bytes).expect("sound");
        let rows = Rows::open(Path::new("a.nii.gz"), &bytes).expect("sound");
        assert_eq!(rows.canonical_grid(), whole.grid);
        let end = rows.grid().shape.map(|n| n - 1);
        assert_eq!(rows.part([[0; 3], end]).expect("sound"), whole);
        let rows = Rows::open(Path::new("a.nii.gz"), &bytes).expect("sound");
        let part = rows.part([[1, 0, 1], [2, 2, 2]]).expect("sound");
        assert_eq!(part.values.len(), 12);
        for (place, value) in part.values.iter().enumerate() {
            let point = part.grid.centre_mm(part.grid.voxel(place));
            assert_eq!(whole.linear_at(point), Some(f64::from(*value)), "{point:?}");
        }
    }

    #[test]
    fn rows_read_ahead_are_the_same_and_damage_is_still_met() {
        let grid = OrientedGrid {
            origin_mm: [0.0; 3],
            axes: [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [1.0; 3],
            shape: [64, 64, 40],
        };
        // Noise, so that the file is cut long before its end.
        let values =
            (0..grid.len() as u32).map(|n| f32::from_bits(n.wrapping_mul(2_654_435_761) >> 9)).collect();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("image.nii.gz");
        write_image(&path, &Image { grid, values }).expect("written");
        let bytes = std::fs::read(&path).expect("readable");
        let part = |bytes: &[u8], blocks: usize| {
            let mut rows = Rows::open(&path, bytes).expect("sound");
            let left = std::cell::Cell::new(blocks);
            rows.read_ahead(|| left.replace(left.get().saturating_sub(1)) > 0);
            rows.part([[0, 0, 30], [63, 63, 38]])
        };
        let plain = part(&bytes, 0).expect("sound");
        for blocks in [1, 3, 4, 100] {
            assert_eq!(part(&bytes, blocks).expect("sound"), plain, "{blocks} blocks");
        }
        let short = &bytes[..bytes.len() / 2];
        let message = |blocks| part(short, blocks).expect_err("half a file").to_string();
        for blocks in [1, 3, 100] {
            assert_eq!(message(blocks), message(0), "{blocks} blocks");
        }
    }

    #[test]
    fn rows_without_a_voxel_are_known_and_a_short_file_is_damaged() {
        let (_, bytes) = written();
        let rows = Rows::open(Path::new("a.nii.gz"), &bytes).expect("sound");
        let layers = rows.grid().shape[2];
        rows.each(0..layers, |_, row| {
            let mut values = Vec::new();
            row.append(0..3, &mut values);
            assert_eq!(row.is_plainly_zero(), values.iter().all(|value| *value == 0.0));
        })
        .expect("sound");
        let short = &bytes[..bytes.len() - 40];
        let rows = Rows::open(Path::new("a.nii.gz"), short).expect("a whole header");
        assert!(matches!(rows.each(0..layers, |_, _| ()), Err(Error::Damaged { .. })));
    }
}

//! Boxes of a NIfTI image, each handed out as soon as it has been read.

use super::rows::{Row, Rows};
use crate::Error;
use std::cmp::Reverse;
use volume::{Image, OrientedGrid, VoxelIndex};

/// Most voxels for which memory is set aside before they are read: beyond, it grows with the rows that come, not with
/// those that the header promises.
const MOST_AHEAD: usize = 1 << 24;

impl Rows<'_> {
    /// Boxes of the image (lowest and highest voxel, both included; in the order of the file), each handed to `take` with
    /// its number as soon as its last row is there: an image of its own whose axes lie as near to x, y, z of the patient as
    /// they can. Boxes may overlap.
    ///
    /// Reads no further than the last row of them all.
    ///
    /// # Errors
    /// The file ends before, or is damaged; boxes that were whole well before may have been handed out.
    pub fn parts(
        self,
        boxes: &[[[usize; 3]; 2]],
        mut take: impl FnMut(usize, Image<f32>),
    ) -> Result<(), Error> {
        let whole = *self.grid();
        let first = boxes.iter().map(|[lower, _]| lower[2]).min().unwrap_or(0);
        let end = boxes.iter().map(|[_, upper]| upper[2] + 1).max().unwrap_or(0);
        // By the layer in which they begin, the last one first.
        let mut ahead: Vec<usize> = (0..boxes.len()).collect();
        ahead.sort_by_key(|&n| Reverse(boxes[n][0][2]));
        let mut open: Vec<Part> = Vec::new();
        self.each(first..end, |line, row| {
            let (j, k) = (line % whole.shape[1], line / whole.shape[1]);
            while let Some(number) = ahead.pop_if(|&mut n| boxes[n][0][2] <= k) {
                open.push(Part::new(number, boxes[number], &whole));
            }
            for part in &mut open {
                part.add(j, &row);
            }
            while let Some(done) = open.iter().position(|part| [part.upper[1], part.upper[2]] == [j, k]) {
                let part = open.swap_remove(done);
                take(part.number, Image { grid: part.grid, values: part.values }.canonical());
            }
        })
    }

    /// One box of the image, as [`Rows::parts`] hands it out.
    ///
    /// # Errors
    /// The file ends before its last row, or is damaged.
    pub fn part(self, ends: [[usize; 3]; 2]) -> Result<Image<f32>, Error> {
        let mut found = None;
        self.parts(&[ends], |_, image| found = Some(image))?;
        Ok(found.expect("without an error each box is handed out"))
    }
}

/// A box that is being filled.
struct Part {
    number: usize,
    lower: [usize; 3],
    upper: [usize; 3],
    grid: OrientedGrid,
    values: Vec<f32>,
}

impl Part {
    fn new(number: usize, [lower, upper]: [[usize; 3]; 2], whole: &OrientedGrid) -> Self {
        let grid = OrientedGrid {
            origin_mm: whole.centre_mm(VoxelIndex(lower)),
            shape: std::array::from_fn(|a| upper[a] - lower[a] + 1),
            ..*whole
        };
        Self { number, lower, upper, grid, values: Vec::with_capacity(grid.len().min(MOST_AHEAD)) }
    }

    /// Takes what it needs of a row of one of its layers.
    fn add(&mut self, j: usize, row: &Row) {
        if (self.lower[1]..=self.upper[1]).contains(&j) {
            row.append(self.lower[0]..self.upper[0] + 1, &mut self.values);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nifti::{read_bytes, write_image};
    use std::path::Path;

    /// A file whose axes run against the patient's.
    fn bytes(shape: [usize; 3]) -> Vec<u8> {
        let grid = OrientedGrid {
            origin_mm: [3.0, -4.0, 5.0],
            axes: [[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]],
            spacing_mm: [1.0, 2.0, 3.0],
            shape,
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("image.nii.gz");
        write_image(&path, &Image { grid, values: (0..grid.len()).map(|n| n as f32).collect() })
            .expect("written");
        std::fs::read(path).expect("readable")
    }

    #[test]
    fn boxes_that_overlap_come_as_soon_as_they_are_whole_and_lie_where_they_did() {
        let (bytes, path) = (bytes([3, 4, 5]), Path::new("a.nii.gz"));
        let whole = read_bytes(path, &bytes).expect("sound");
        let shape = Rows::open(path, &bytes).expect("sound").grid().shape;
        let [x, y, z] = shape.map(|n| n - 1);
        let boxes = [[[0; 3], [x, y, z]], [[1, 0, 0], [2, 1, 1]], [[0, 1, 0], [x, y, 0]], [[x, y, z]; 2]];
        let mut found = Vec::new();
        let rows = Rows::open(path, &bytes).expect("sound");
        rows.parts(&boxes, |number, image| found.push((number, image))).expect("sound");
        let order: Vec<usize> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(order[..2], [2, 1]); // that of one layer before that of two
        assert_eq!(
            {
                let mut all = order.clone();
                all.sort();
                all
            },
            [0, 1, 2, 3]
        );
        for (number, image) in found {
            let [lower, upper] = boxes[number];
            assert_eq!(image.values.len(), (0..3).map(|a| upper[a] - lower[a] + 1).product::<usize>());
            for (place, value) in image.values.iter().enumerate() {
                let point = image.grid.centre_mm(image.grid.voxel(place));
                assert_eq!(whole.linear_at(point), Some(f64::from(*value)), "box {number}, {point:?}");
            }
        }
    }

    #[test]
    fn boxes_before_the_damage_are_handed_out() {
        // Of several blocks, so that the first layers are there when the last ones are missed.
        let bytes = bytes([64, 64, 40]);
        let mut plain = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut plain).expect("sound");
        let short = &plain[..plain.len() - 4];
        let rows = Rows::open(Path::new("a.nii"), short).expect("a whole header");
        let end = rows.grid().shape.map(|n| n - 1);
        let mut found = Vec::new();
        let ended = rows.parts(&[[end; 2], [[0; 3]; 2]], |number, _| found.push(number));
        assert!(matches!(ended, Err(Error::Damaged { .. })));
        assert_eq!(found, [1]);
    }
}

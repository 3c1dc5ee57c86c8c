//! Slices that shift sideways against each other, as under a tilted gantry, laid on one upright grid.

use super::AIR_HU;
use super::headers::Slice;
use crate::Error;
use crate::dicom::geometry::dot;
use std::path::Path;

/// Largest sideways shift of slices against each other that is taken for rounding (mm).
const MOST_SHIFT_MM: f64 = 0.5;
/// Gantries tilt by 30 degrees at most; beyond this the positions are wrong.
const MOST_TILT_DEGREES: f64 = 45.0;

/// Where each slice lies in its plane, against the first (pixels along rows and columns).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tilt {
    shifts: Vec<[f64; 2]>,
    /// First pixel of the grid that holds them all, against the first slice's.
    lower: [f64; 2],
    /// Its pixels along a row and along a column.
    pub shape: [usize; 2],
    /// The tilt (degrees).
    pub degrees: f64,
}

impl Tilt {
    /// The shifts of slices whose positions along the normal rise; `None` where there are none but for rounding.
    pub fn of(folder: &Path, positions_mm: &[f64], slices: &[Slice]) -> Result<Option<Tilt>, Error> {
        let first = &slices[0];
        let plane = &first.plane;
        let shift_mm = |slice: &Slice| {
            let by: [f64; 3] = std::array::from_fn(|x| slice.plane.position_mm[x] - plane.position_mm[x]);
            [dot(by, plane.row), dot(by, plane.column)]
        };
        let shifts_mm: Vec<[f64; 2]> = slices.iter().map(shift_mm).collect();
        let length = |shift: [f64; 2]| shift[0].hypot(shift[1]);
        if shifts_mm.iter().all(|shift| length(*shift) <= MOST_SHIFT_MM) {
            return Ok(None);
        }
        let last = shifts_mm.len() - 1;
        let along_mm = positions_mm[last] - positions_mm[0];
        let total = shifts_mm[last];
        let degrees = (length(total) / along_mm).atan().to_degrees();
        let refused = |problem: String| Error::Refused {
            path: folder.to_owned(),
            problem,
            way_out: "export one scan at a time, or resample it to upright slices".into(),
        };
        for (at, shift) in positions_mm.iter().zip(&shifts_mm) {
            let part = (at - positions_mm[0]) / along_mm;
            let off = [0, 1].map(|a| shift[a] - part * total[a]);
            if length(off) > MOST_SHIFT_MM {
                return Err(refused(format!(
                    "a slice lies {:.1} mm beside the line of the others (a tilted gantry would shift all alike)",
                    length(off)
                )));
            }
        }
        if degrees > MOST_TILT_DEGREES {
            return Err(refused(format!(
                "the slices shift sideways by {:.1} mm over {along_mm:.1} mm, as under a gantry tilted by {degrees:.1} degrees",
                length(total)
            )));
        }
        let shifts: Vec<[f64; 2]> =
            shifts_mm.iter().map(|shift| [0, 1].map(|a| shift[a] / plane.spacing_mm[a])).collect();
        let bound = |a: usize, most: fn(f64, f64) -> f64| shifts.iter().map(|s| s[a]).fold(0.0, most);
        let lower = [0, 1].map(|a| bound(a, f64::min).floor());
        let upper = [0, 1].map(|a| bound(a, f64::max).ceil());
        let pixels = [first.columns, first.rows];
        let shape = [0, 1].map(|a| pixels[a] + (upper[a] - lower[a]) as usize);
        Ok(Some(Tilt { shifts, lower, shape, degrees }))
    }

    /// Centre of the grid's first pixel (mm).
    pub fn origin_mm(&self, first: &Slice) -> [f64; 3] {
        let plane = &first.plane;
        std::array::from_fn(|x| {
            plane.position_mm[x]
                + self.lower[0] * plane.spacing_mm[0] * plane.row[x]
                + self.lower[1] * plane.spacing_mm[1] * plane.column[x]
        })
    }

    /// A slice's HU on the grid: linear between its pixels, air around them.
    pub fn laid(&self, slice: usize, hu: &[f32], columns: usize) -> Vec<f32> {
        let rows = hu.len() / columns;
        let start = [0, 1].map(|a| self.lower[a] - self.shifts[slice][a]);
        // Along one axis the part between two pixels is the same for all.
        let axis = |start: f64, count: usize, pixels: usize| -> Vec<Option<(usize, f32)>> {
            let place = |n: usize| {
                let index = start + n as f64;
                let low = index.floor();
                (low >= -1.0 && low < pixels as f64).then_some(((low + 1.0) as usize, (index - low) as f32))
            };
            (0..count).map(place).collect()
        };
        let across = axis(start[0], self.shape[0], columns);
        let down = axis(start[1], self.shape[1], rows);
        // Numbered from 1, so that 0 and one beyond the last are the air around the slice.
        let pixel = |column: usize, row: usize| {
            let inside = (1..=columns).contains(&column) && (1..=rows).contains(&row);
            if inside { hu[column - 1 + columns * (row - 1)] } else { AIR_HU }
        };
        let mix = |a: f32, b: f32, part: f32| if part == 0.0 { a } else { a + part * (b - a) };
        let mut laid = Vec::with_capacity(self.shape[0] * self.shape[1]);
        for row in &down {
            laid.extend(across.iter().map(|column| match (column, row) {
                (Some((c, x)), Some((r, y))) => {
                    let line = |r: usize| mix(pixel(*c, r), pixel(c + 1, r), *x);
                    mix(line(*r), if *y == 0.0 { 0.0 } else { line(r + 1) }, *y)
                }
                _ => AIR_HU,
            }));
        }
        laid
    }
}

//! Where the pixels of one image plane lie in the patient.

use super::{Scope, tags};
use crate::Error;
use dicom_core::Tag;

/// Largest deviation of a direction's length from 1, and of two directions' product from 0, that is put right.
const DIRECTION_TOLERANCE: f64 = 1e-2;
/// Largest coordinate and spacing that is believed (mm).
const FARTHEST_MM: f64 = 1e5;

/// The plane of one image: pixel (i, j) lies at `position + i * spacing[0] * row + j * spacing[1] * column`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plane {
    /// Centre of the first pixel (mm).
    pub position_mm: [f64; 3],
    /// Unit vector along a row: where the column index rises.
    pub row: [f64; 3],
    /// Unit vector along a column: where the row index rises.
    pub column: [f64; 3],
    /// Distances along a row and along a column (mm).
    pub spacing_mm: [f64; 2],
}

impl Plane {
    /// Reads ImagePositionPatient, ImageOrientationPatient and PixelSpacing.
    pub fn read(scope: &Scope) -> Result<Self, Error> {
        Self::read_from(scope, scope, scope)
    }

    /// The same from three places, as an enhanced image's functional groups have them.
    pub fn read_from(position: &Scope, orientation: &Scope, measures: &Scope) -> Result<Self, Error> {
        let position_mm: [f64; 3] = position.required_array(tags::IMAGE_POSITION_PATIENT)?;
        if position_mm.iter().any(|x| x.abs() > FARTHEST_MM) {
            return Err(
                position.error(tags::IMAGE_POSITION_PATIENT, "is not believable; export the file again")
            );
        }
        let [a, b, c, d, e, f] = orientation.required_array(tags::IMAGE_ORIENTATION_PATIENT)?;
        let skew = || {
            orientation.error(
                tags::IMAGE_ORIENTATION_PATIENT,
                "holds directions that are not perpendicular unit vectors; export the file again",
            )
        };
        let row = unit([a, b, c]).ok_or_else(skew)?;
        let column = unit([d, e, f]).ok_or_else(skew)?;
        let lean = dot(row, column);
        if lean.abs() > DIRECTION_TOLERANCE {
            return Err(skew());
        }
        let column = normalised(std::array::from_fn(|x| column[x] - lean * row[x]));
        // PixelSpacing is the distance between rows, then between columns.
        let [between_rows, between_columns]: [f64; 2] = measures.required_array(tags::PIXEL_SPACING)?;
        let spacing_mm = [between_columns, between_rows];
        if spacing_mm.iter().any(|&s| !(s > 1e-3 && s < FARTHEST_MM)) {
            return Err(measures.error(tags::PIXEL_SPACING, "is not positive; export the file again"));
        }
        Ok(Self { position_mm, row, column, spacing_mm })
    }

    /// Unit vector across the plane, right-handed.
    pub fn normal(&self) -> [f64; 3] {
        cross(self.row, self.column)
    }

    /// Whether pixels of both have the same size and directions.
    pub fn is_parallel_to(&self, other: &Self) -> bool {
        let near = |a: &[f64], b: &[f64], by: f64| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= by);
        near(&self.row, &other.row, 1e-3)
            && near(&self.column, &other.column, 1e-3)
            && near(&self.spacing_mm, &other.spacing_mm, 1e-3 * self.spacing_mm[0])
    }
}

/// Columns or Rows.
pub(super) fn pixel_count(root: &Scope, tag: Tag) -> Result<usize, Error> {
    let value = root.required_integer(tag)?;
    if (1..=65_535).contains(&value) { Ok(value as usize) } else { Err(root.error(tag, "is not positive")) }
}

pub(super) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The unit vector along `v`, if `v` is one already but for rounding.
fn unit(v: [f64; 3]) -> Option<[f64; 3]> {
    ((dot(v, v).sqrt() - 1.0).abs() <= DIRECTION_TOLERANCE).then(|| normalised(v))
}

fn normalised(v: [f64; 3]) -> [f64; 3] {
    let length = dot(v, v).sqrt();
    v.map(|x| x / length)
}

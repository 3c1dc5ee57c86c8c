//! Slices of a series to one regular image: what CT, MR and PET have in common.

use super::geometry::Plane;
use super::stack::{Stack, Unstackable, WIDEST_GAP_MM, stack};
use crate::Error;
use std::path::Path;
use volume::{Image, OrientedGrid};

/// Slices nearer to each other than this lie at the same place (mm).
pub(super) const SAME_PLACE_MM: f64 = 0.01;
/// Most voxels of an image.
const MOST_VOXELS: usize = 1 << 29;

fn refused(folder: &Path, problem: String, way_out: &str) -> Error {
    Error::Refused { path: folder.to_owned(), problem, way_out: way_out.into() }
}

/// What all slices of a series must have in common.
pub(super) struct Face<'a> {
    pub path: &'a Path,
    pub plane: &'a Plane,
    /// Columns and rows.
    pub pixels: [usize; 2],
    pub frame_uid: Option<&'a str>,
}

/// All slices must have the same pixels and lie in the same frame.
pub(super) fn check_alike<'a>(mut slices: impl Iterator<Item = Face<'a>>) -> Result<(), Error> {
    let Some(first) = slices.next() else { return Ok(()) };
    for slice in slices {
        let differs = if slice.pixels != first.pixels {
            "number of pixels"
        } else if !slice.plane.is_parallel_to(first.plane) {
            "orientation or pixel spacing"
        } else if slice.frame_uid != first.frame_uid {
            "frame of reference"
        } else {
            continue;
        };
        return Err(refused(
            slice.path,
            format!("its {differs} differs from that of {:?} in the same series", first.path),
            "export one scan at a time (a localizer has slices in several directions)",
        ));
    }
    Ok(())
}

/// Lays out planes whose positions (mm) rise strictly at regular distances; notes what was filled in.
pub(super) fn regular(folder: &Path, positions_mm: &[f64], notes: &mut Vec<String>) -> Result<Stack, Error> {
    if positions_mm.len() < 2 {
        return Err(refused(
            folder,
            "the series has a single slice (its thickness in the body is unknown)".into(),
            "export the whole series",
        ));
    }
    let stack = stack(positions_mm).map_err(|reason| match reason {
        Unstackable::Gap([from, to]) => refused(
            folder,
            format!(
                "slices are missing between {from:.2} and {to:.2} mm along the normal (wider than the {WIDEST_GAP_MM} mm that are filled in)"
            ),
            "export the whole series",
        ),
        Unstackable::TooFine(step) => refused(
            folder,
            format!("two slices are only {step} mm apart while others are far apart"),
            "export one series at a time",
        ),
    })?;
    for [from, to] in &stack.gaps_mm {
        notes.push(format!(
            "slices are missing between {from:.2} and {to:.2} mm along the normal; the gap was filled linearly"
        ));
    }
    if let Some([smallest, largest]) = stack.unequal_mm {
        notes.push(format!(
            "slices lie {smallest:.3} to {largest:.3} mm apart; they were resampled linearly to {:.3} mm",
            stack.spacing_mm
        ));
    }
    Ok(stack)
}

/// The image of a stack; `origin` has the place and the directions of its first plane, `decoded` gives the values of a slice.
///
/// Slices are decoded in rising order, each once; at most two are kept besides the image.
pub(super) fn filled(
    folder: &Path,
    origin: Plane,
    [columns, rows]: [usize; 2],
    stack: &Stack,
    mut decoded: impl FnMut(usize) -> Result<Vec<f32>, Error>,
) -> Result<Image<f32>, Error> {
    let shape = [columns, rows, stack.planes.len()];
    if shape.iter().product::<usize>() > MOST_VOXELS {
        return Err(refused(
            folder,
            format!("the series makes {columns} x {rows} x {} voxels, more than {MOST_VOXELS}", shape[2]),
            "export it with fewer pixels or slices",
        ));
    }
    let [across, down] = origin.spacing_mm;
    let grid = OrientedGrid {
        origin_mm: origin.position_mm,
        axes: [origin.row, origin.column, origin.normal()],
        spacing_mm: [across, down, stack.spacing_mm],
        shape,
    };
    let mut values = Vec::with_capacity(grid.len());
    let mut low: Option<(usize, Vec<f32>)> = None;
    let mut high: Option<(usize, Vec<f32>)> = None;
    for &(below, part) in &stack.planes {
        if low.as_ref().is_none_or(|(index, _)| *index != below) {
            low = match high.take() {
                Some((index, plane)) if index == below => Some((index, plane)),
                _ => Some((below, decoded(below)?)),
            };
        }
        let (_, plane) = low.as_ref().expect("it was just decoded");
        if part == 0.0 {
            values.extend_from_slice(plane);
            continue;
        }
        if high.as_ref().is_none_or(|(index, _)| *index != below + 1) {
            high = Some((below + 1, decoded(below + 1)?));
        }
        let (_, above) = high.as_ref().expect("it was just decoded");
        let part = part as f32;
        values.extend(plane.iter().zip(above).map(|(a, b)| a + part * (b - a)));
    }
    Ok(Image { grid, values })
}

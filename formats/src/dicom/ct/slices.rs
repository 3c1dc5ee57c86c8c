//! Slices to one regular image: order, duplicates, gaps, HU.

use super::AIR_HU;
use super::headers::Slice;
use crate::Error;
use crate::dicom::geometry::{Plane, dot};
use crate::dicom::pixels::Pixels;
use crate::dicom::stack::{Stack, Unstackable, WIDEST_GAP_MM, stack};
use crate::dicom::{DicomFile, tags};
use std::path::Path;
use volume::{Image, OrientedGrid};

/// Slices nearer to each other than this are the same slice (mm).
const SAME_PLACE_MM: f64 = 0.01;
/// Largest sideways shift of slices against each other that is taken for rounding (mm).
const MOST_SHIFT_MM: f64 = 0.5;
/// Lowest HU that a scanner means; lower values mark pixels outside the field of view.
const LOWEST_HU: f32 = -1024.0;
/// Most voxels of an image.
const MOST_VOXELS: usize = 1 << 29;

/// Sorts, checks and decodes slices; gives those that were used, in order.
pub(super) fn assemble(
    folder: &Path,
    slices: Vec<Slice>,
    notes: &mut Vec<String>,
) -> Result<(Image<f32>, Vec<Slice>), Error> {
    let refused = |problem: String, way_out: &str| Error::Refused {
        path: folder.to_owned(),
        problem,
        way_out: way_out.into(),
    };
    check_alike(&slices)?;
    let normal = slices[0].plane.normal();
    let mut placed: Vec<(f64, Slice)> =
        slices.into_iter().map(|slice| (dot(slice.plane.position_mm, normal), slice)).collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.path.cmp(&b.1.path)));
    let placed = without_duplicates(placed, notes)?;
    if placed.len() < 2 {
        return Err(refused(
            "the CT series has a single slice (its thickness in the body is unknown)".into(),
            "export the whole series",
        ));
    }
    let (positions_mm, slices): (Vec<f64>, Vec<Slice>) = placed.into_iter().unzip();
    check_shift(folder, &positions_mm, &slices, normal)?;
    let stack = stack(&positions_mm).map_err(|reason| match reason {
        Unstackable::Gap([from, to]) => refused(
            format!(
                "slices are missing between {from:.2} and {to:.2} mm along the normal (wider than the {WIDEST_GAP_MM} mm that are filled in)"
            ),
            "export the whole series",
        ),
        Unstackable::TooFine(step) => refused(
            format!("two slices are only {step} mm apart while others are far apart"),
            "export one series at a time",
        ),
    })?;
    note_stack(&stack, notes);
    let first = &slices[0];
    let shape = [first.columns, first.rows, stack.planes.len()];
    if shape.iter().product::<usize>() > MOST_VOXELS {
        return Err(refused(
            format!(
                "the series makes {} x {} x {} voxels, more than {MOST_VOXELS}",
                shape[0], shape[1], shape[2]
            ),
            "export it with fewer pixels or slices",
        ));
    }
    let [across, down] = first.plane.spacing_mm;
    let grid = OrientedGrid {
        origin_mm: first.plane.position_mm,
        axes: [first.plane.row, first.plane.column, normal],
        spacing_mm: [across, down, stack.spacing_mm],
        shape,
    };
    let values = filled(&slices, &stack, &grid, notes)?;
    Ok((Image { grid, values }, slices))
}

/// All slices must have the same pixels and lie in the same frame.
fn check_alike(slices: &[Slice]) -> Result<(), Error> {
    let first = &slices[0];
    for slice in &slices[1..] {
        let differs = if (slice.columns, slice.rows) != (first.columns, first.rows) {
            "number of pixels"
        } else if !slice.plane.is_parallel_to(&first.plane) {
            "orientation or pixel spacing"
        } else if slice.facts.frame_of_reference_uid != first.facts.frame_of_reference_uid {
            "frame of reference"
        } else {
            continue;
        };
        return Err(Error::Refused {
            path: slice.path.clone(),
            problem: format!("its {differs} differs from that of {:?} in the same series", first.path),
            way_out: "export one scan at a time".into(),
        });
    }
    Ok(())
}

/// Slices at the same place: equal ones count once, unequal ones are refused.
fn without_duplicates(
    placed: Vec<(f64, Slice)>,
    notes: &mut Vec<String>,
) -> Result<Vec<(f64, Slice)>, Error> {
    let mut kept: Vec<(f64, Slice)> = Vec::with_capacity(placed.len());
    let mut dropped = 0;
    let mut ignored = Hints::default();
    for (at, slice) in placed {
        if let Some((_, before)) = kept.last().filter(|(before, _)| at - before < SAME_PLACE_MM) {
            if decoded(before, &mut ignored)? != decoded(&slice, &mut ignored)? {
                return Err(Error::Refused {
                    path: slice.path,
                    problem: format!("it lies where {:?} lies, and its values are different", before.path),
                    way_out: "leave one of the two out".into(),
                });
            }
            dropped += 1;
            continue;
        }
        kept.push((at, slice));
    }
    if dropped > 0 {
        notes.push(format!("{dropped} slices were there twice and were left out"));
    }
    Ok(kept)
}

/// Slices of a tilted gantry shift sideways from one to the next.
fn check_shift(folder: &Path, positions_mm: &[f64], slices: &[Slice], normal: [f64; 3]) -> Result<(), Error> {
    let first = slices[0].plane.position_mm;
    for (at, slice) in positions_mm.iter().zip(slices) {
        let along = at - positions_mm[0];
        let shift: [f64; 3] =
            std::array::from_fn(|x| slice.plane.position_mm[x] - first[x] - along * normal[x]);
        let shift_mm = dot(shift, shift).sqrt();
        if shift_mm > MOST_SHIFT_MM {
            let tilt_degrees = (shift_mm / along.max(1e-9)).atan().to_degrees();
            return Err(Error::Refused {
                path: folder.to_owned(),
                problem: format!(
                    "the slices shift sideways by {shift_mm:.1} mm over {along:.1} mm, as under a gantry tilted by {tilt_degrees:.1} degrees"
                ),
                way_out: "resample the scan to upright slices".into(),
            });
        }
    }
    Ok(())
}

fn note_stack(stack: &Stack, notes: &mut Vec<String>) {
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
}

/// Pixels and missing elements that were seen while decoding.
#[derive(Default)]
struct Hints {
    padding: usize,
    below: usize,
    unscaled: usize,
}

/// The voxels, plane by plane; at most two slices are decoded at a time besides them.
fn filled(
    slices: &[Slice],
    stack: &Stack,
    grid: &OrientedGrid,
    notes: &mut Vec<String>,
) -> Result<Vec<f32>, Error> {
    let mut values = Vec::with_capacity(grid.len());
    let mut hints = Hints::default();
    let mut low: Option<(usize, Vec<f32>)> = None;
    let mut high: Option<(usize, Vec<f32>)> = None;
    for &(below, part) in &stack.planes {
        if low.as_ref().is_none_or(|(index, _)| *index != below) {
            low = match high.take() {
                Some((index, plane)) if index == below => Some((index, plane)),
                _ => Some((below, decoded(&slices[below], &mut hints)?)),
            };
        }
        let (_, plane) = low.as_ref().expect("it was just decoded");
        if part == 0.0 {
            values.extend_from_slice(plane);
            continue;
        }
        if high.as_ref().is_none_or(|(index, _)| *index != below + 1) {
            high = Some((below + 1, decoded(&slices[below + 1], &mut hints)?));
        }
        let (_, above) = high.as_ref().expect("it was just decoded");
        let part = part as f32;
        values.extend(plane.iter().zip(above).map(|(a, b)| a + part * (b - a)));
    }
    let Hints { padding, below, unscaled } = hints;
    for (count, what) in [
        (padding, "pixels hold PixelPaddingValue and were taken as air"),
        (below, "pixels lie below -1024 HU and were taken as air"),
        (unscaled, "slices have no RescaleSlope or RescaleIntercept; their stored values were taken as HU"),
    ] {
        if count > 0 {
            notes.push(format!("{count} {what}"));
        }
    }
    Ok(values)
}

/// The HU of a slice.
fn decoded(slice: &Slice, hints: &mut Hints) -> Result<Vec<f32>, Error> {
    let file = DicomFile::open(&slice.path)?;
    let root = file.root();
    // The file may have changed since its header was read.
    let plane = Plane::read(&root)?;
    let pixels = Pixels::read(&file)?;
    let layout = pixels.layout;
    if plane != slice.plane || (layout.columns, layout.rows, layout.frames) != (slice.columns, slice.rows, 1)
    {
        return Err(Error::Refused {
            path: slice.path.clone(),
            problem: "it is no single slice with the pixels that its header gave".into(),
            way_out: "export the series as single-frame CT images".into(),
        });
    }
    let slope = root.number(tags::RESCALE_SLOPE)?;
    let intercept = root.number(tags::RESCALE_INTERCEPT)?;
    if slope.is_none() || intercept.is_none() {
        hints.unscaled += 1;
    }
    let (slope, intercept) = (slope.unwrap_or(1.0), intercept.unwrap_or(0.0));
    if slope == 0.0 {
        return Err(root.error(tags::RESCALE_SLOPE, "is zero; export the file again"));
    }
    let range = padding(&file, layout.signed, layout.bytes)?;
    let hu = |raw: i64| {
        if range.as_ref().is_some_and(|range| range.contains(&raw)) {
            hints.padding += 1;
            return AIR_HU;
        }
        let hu = (raw as f64 * slope + intercept) as f32;
        if hu < LOWEST_HU {
            hints.below += 1;
            return AIR_HU;
        }
        hu
    };
    Ok(pixels.frame(0)?.into_iter().map(hu).collect())
}

/// The stored values that mark pixels outside the field of view.
fn padding(
    file: &DicomFile,
    signed: bool,
    bytes: usize,
) -> Result<Option<std::ops::RangeInclusive<i64>>, Error> {
    let root = file.root();
    // Implicit files do not say whether these are signed: the pixels do.
    let as_pixel = |value: i64| match (signed, bytes) {
        (true, 2) => i64::from(value as u16 as i16),
        (false, 2) => i64::from(value as u16),
        _ => value,
    };
    let Some(value) = root.integer(tags::PIXEL_PADDING_VALUE)?.map(as_pixel) else { return Ok(None) };
    let limit = root.integer(tags::PIXEL_PADDING_RANGE_LIMIT)?.map_or(value, as_pixel);
    Ok(Some(value.min(limit)..=value.max(limit)))
}

//! Slices to one regular image: order, duplicates, gaps, HU.

use super::decoder::{Decoder, Hints};
use super::headers::Slice;
use super::tilt::Tilt;
use crate::Error;
use crate::dicom::geometry::dot;
use crate::dicom::stack::{Stack, Unstackable, WIDEST_GAP_MM, stack};
use std::path::Path;
use volume::{Image, OrientedGrid};

/// Slices nearer to each other than this are the same slice (mm).
const SAME_PLACE_MM: f64 = 0.01;
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
    let mut decoder = Decoder::default();
    let placed = without_duplicates(placed, &mut decoder, notes)?;
    if placed.len() < 2 {
        return Err(refused(
            "the CT series has a single slice (its thickness in the body is unknown)".into(),
            "export the whole series",
        ));
    }
    let (positions_mm, slices): (Vec<f64>, Vec<Slice>) = placed.into_iter().unzip();
    let tilt = Tilt::of(folder, &positions_mm, &slices)?;
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
    if let Some(tilt) = &tilt {
        notes.push(format!(
            "the gantry was tilted by {:.1} degrees; each slice was moved in its plane, linearly between pixels, to stand straight above the others",
            tilt.degrees
        ));
    }
    let first = &slices[0];
    let [columns, rows] = tilt.as_ref().map_or([first.columns, first.rows], |tilt| tilt.shape);
    let shape = [columns, rows, stack.planes.len()];
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
        origin_mm: tilt.as_ref().map_or(first.plane.position_mm, |tilt| tilt.origin_mm(first)),
        axes: [first.plane.row, first.plane.column, normal],
        spacing_mm: [across, down, stack.spacing_mm],
        shape,
    };
    let layers = Layers { slices: &slices, stack: &stack, tilt: tilt.as_ref() };
    let values = layers.filled(&grid, &mut decoder)?;
    notes.extend(decoder.hints.notes());
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
    decoder: &mut Decoder,
    notes: &mut Vec<String>,
) -> Result<Vec<(f64, Slice)>, Error> {
    let mut kept: Vec<(f64, Slice)> = Vec::with_capacity(placed.len());
    let mut dropped = 0;
    for (at, slice) in placed {
        if let Some((_, before)) = kept.last().filter(|(before, _)| at - before < SAME_PLACE_MM) {
            if decoder.hu(before)? != decoder.hu(&slice)? {
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
    decoder.hints = Hints::default();
    if dropped > 0 {
        notes.push(format!("{dropped} slices were there twice and were left out"));
    }
    Ok(kept)
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

/// How slices become the layers of the image.
struct Layers<'a> {
    slices: &'a [Slice],
    stack: &'a Stack,
    tilt: Option<&'a Tilt>,
}

impl Layers<'_> {
    /// The HU of one slice, laid on the image's grid.
    fn plane(&self, slice: usize, decoder: &mut Decoder) -> Result<Vec<f32>, Error> {
        let hu = decoder.hu(&self.slices[slice])?;
        Ok(match self.tilt {
            Some(tilt) => tilt.laid(slice, &hu, self.slices[slice].columns),
            None => hu,
        })
    }

    /// The voxels, plane by plane; at most two slices are decoded at a time besides them.
    fn filled(&self, grid: &OrientedGrid, decoder: &mut Decoder) -> Result<Vec<f32>, Error> {
        let mut values = Vec::with_capacity(grid.len());
        let mut low: Option<(usize, Vec<f32>)> = None;
        let mut high: Option<(usize, Vec<f32>)> = None;
        for &(below, part) in &self.stack.planes {
            if low.as_ref().is_none_or(|(index, _)| *index != below) {
                low = match high.take() {
                    Some((index, plane)) if index == below => Some((index, plane)),
                    _ => Some((below, self.plane(below, decoder)?)),
                };
            }
            let (_, plane) = low.as_ref().expect("it was just decoded");
            if part == 0.0 {
                values.extend_from_slice(plane);
                continue;
            }
            if high.as_ref().is_none_or(|(index, _)| *index != below + 1) {
                high = Some((below + 1, self.plane(below + 1, decoder)?));
            }
            let (_, above) = high.as_ref().expect("it was just decoded");
            let part = part as f32;
            values.extend(plane.iter().zip(above).map(|(a, b)| a + part * (b - a)));
        }
        Ok(values)
    }
}

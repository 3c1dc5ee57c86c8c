//! Slices to one regular image: order, duplicates, gaps, HU.

use super::decoder::{Decoder, Hints};
use super::headers::Slice;
use super::tilt::Tilt;
use crate::Error;
use crate::dicom::geometry::{Plane, dot};
use crate::dicom::layers::{Face, SAME_PLACE_MM, check_alike, filled, regular};
use std::path::Path;
use volume::Image;

/// Sorts, checks and decodes slices; gives those that were used, in order.
pub(super) fn assemble(
    folder: &Path,
    slices: Vec<Slice>,
    notes: &mut Vec<String>,
) -> Result<(Image<f32>, Vec<Slice>), Error> {
    check_alike(slices.iter().map(|slice| Face {
        path: &slice.path,
        plane: &slice.plane,
        pixels: [slice.columns, slice.rows],
        frame_uid: slice.facts.frame_of_reference_uid.as_deref(),
    }))?;
    let normal = slices[0].plane.normal();
    let mut placed: Vec<(f64, Slice)> =
        slices.into_iter().map(|slice| (dot(slice.plane.position_mm, normal), slice)).collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.path.cmp(&b.1.path)));
    let mut decoder = Decoder::default();
    let placed = without_duplicates(placed, &mut decoder, notes)?;
    let (positions_mm, slices): (Vec<f64>, Vec<Slice>) = placed.into_iter().unzip();
    let stack = regular(folder, &positions_mm, notes)?;
    let tilt = Tilt::of(folder, &positions_mm, &slices)?;
    if let Some(tilt) = &tilt {
        notes.push(format!(
            "the gantry was tilted by {:.1} degrees; each slice was moved in its plane, linearly between pixels, to stand straight above the others",
            tilt.degrees
        ));
    }
    let first = &slices[0];
    let pixels = tilt.as_ref().map_or([first.columns, first.rows], |tilt| tilt.shape);
    let position_mm = tilt.as_ref().map_or(first.plane.position_mm, |tilt| tilt.origin_mm(first));
    let image = filled(folder, Plane { position_mm, ..first.plane }, pixels, &stack, |slice| {
        let hu = decoder.hu(&slices[slice])?;
        Ok(match &tilt {
            Some(tilt) => tilt.laid(slice, &hu, slices[slice].columns),
            None => hu,
        })
    })?;
    notes.extend(decoder.hints.notes());
    Ok((image, slices))
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

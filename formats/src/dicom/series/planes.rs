//! Slices of MR or PET to one regular image: order, places, scaling.

use super::headers::Slice;
use crate::Error;
use crate::dicom::geometry::dot;
use crate::dicom::layers::{Face, SAME_PLACE_MM, check_alike, filled, regular};
use crate::dicom::pixels::Pixels;
use crate::dicom::{DicomFile, tags};
use std::path::Path;
use volume::Image;

/// Largest sideways shift of slices against each other that is taken for rounding (mm).
const MOST_SHIFT_MM: f64 = 0.5;

/// Sorts, checks and decodes slices, and multiplies their values; gives them in order.
pub(super) fn assemble(
    folder: &Path,
    mut slices: Vec<Slice>,
    factor: f64,
    notes: &mut Vec<String>,
) -> Result<(Image<f32>, Vec<Slice>), Error> {
    let refused = |problem: String, way_out: &str| Error::Refused {
        path: folder.to_owned(),
        problem,
        way_out: way_out.into(),
    };
    check_alike(slices.iter().map(|slice| Face {
        path: &slice.file.path,
        plane: &slice.plane,
        pixels: [slice.columns, slice.rows],
        frame_uid: slice.frame_of_reference_uid.as_deref(),
    }))?;
    let plane = slices[0].plane;
    let normal = plane.normal();
    let at = |slice: &Slice| dot(slice.plane.position_mm, normal);
    slices.sort_by(|a, b| at(a).total_cmp(&at(b)).then_with(|| a.file.path.cmp(&b.file.path)));
    let positions_mm: Vec<f64> = slices.iter().map(at).collect();
    let twice = positions_mm.windows(2).filter(|pair| pair[1] - pair[0] < SAME_PLACE_MM).count();
    if twice > 0 {
        return Err(refused(
            format!(
                "{twice} slices of the series lie where another one lies (several times, echoes, b-values or copies in one series)"
            ),
            "give a folder with one image of each place",
        ));
    }
    let stack = regular(folder, &positions_mm, notes)?;
    let first = slices[0].plane;
    for slice in &slices {
        let by: [f64; 3] = std::array::from_fn(|x| slice.plane.position_mm[x] - first.position_mm[x]);
        if dot(by, plane.row).hypot(dot(by, plane.column)) > MOST_SHIFT_MM {
            return Err(refused(
                "its slices shift sideways against each other".into(),
                "resample it to upright slices",
            ));
        }
    }
    let mut padding = 0;
    let pixels = [slices[0].columns, slices[0].rows];
    let image = filled(folder, first, pixels, &stack, |n| page(&slices[n], factor, &mut padding))?;
    if padding > 0 {
        notes.push(format!("{padding} pixels hold PixelPaddingValue and were taken as 0"));
    }
    Ok((image, slices))
}

/// The values of a slice after its own rescaling (which differs from slice to slice in PET).
fn page(slice: &Slice, factor: f64, padding: &mut usize) -> Result<Vec<f32>, Error> {
    let file = DicomFile::open(&slice.file.path)?;
    let root = file.root();
    let slope = root.number(tags::RESCALE_SLOPE)?.unwrap_or(1.0);
    let intercept = root.number(tags::RESCALE_INTERCEPT)?.unwrap_or(0.0);
    if slope == 0.0 {
        return Err(root.error(tags::RESCALE_SLOPE, "is zero; export the file again"));
    }
    let pixels = Pixels::read(&file)?;
    if [pixels.layout.columns, pixels.layout.rows] != [slice.columns, slice.rows] {
        return Err(root.error(tags::COLUMNS, "changed while the series was read; try again"));
    }
    let absent = root.integer(tags::PIXEL_PADDING_VALUE)?;
    let value = |raw: i64| {
        if absent == Some(raw) {
            *padding += 1;
            return 0.0;
        }
        ((raw as f64 * slope + intercept) * factor) as f32
    };
    Ok(pixels.frame(0)?.into_iter().map(value).collect())
}

//! Slices of MR or PET to one regular image: order, places, scaling.

use super::headers::Slice;
use crate::Error;
use crate::dicom::geometry::dot;
use crate::dicom::pixels::Pixels;
use crate::dicom::stack::{Unstackable, WIDEST_GAP_MM, stack};
use crate::dicom::{DicomFile, tags};
use std::path::Path;
use volume::{Image, OrientedGrid};

/// Slices nearer to each other than this lie at the same place (mm).
const SAME_PLACE_MM: f64 = 0.01;
/// Largest sideways shift of slices against each other that is taken for rounding (mm).
const MOST_SHIFT_MM: f64 = 0.5;
/// Most voxels of an image.
const MOST_VOXELS: usize = 1 << 29;

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
    let plane = slices[0].plane;
    let normal = plane.normal();
    if let Some(odd) = slices.iter().find(|slice| {
        !slice.plane.is_parallel_to(&plane)
            || slice.frame_of_reference_uid != slices[0].frame_of_reference_uid
    }) {
        return Err(Error::Refused {
            path: odd.file.path.clone(),
            problem: "its orientation, pixel spacing or frame of reference differs from that of other files of the series"
                .into(),
            way_out: "give a folder with one scan (a localizer has slices in several directions)".into(),
        });
    }
    slices.sort_by(|a, b| {
        let at = |slice: &Slice| dot(slice.plane.position_mm, normal);
        at(a).total_cmp(&at(b)).then_with(|| a.file.path.cmp(&b.file.path))
    });
    let positions_mm: Vec<f64> = slices.iter().map(|slice| dot(slice.plane.position_mm, normal)).collect();
    let twice = positions_mm.windows(2).filter(|pair| pair[1] - pair[0] < SAME_PLACE_MM).count();
    if twice > 0 {
        return Err(refused(
            format!(
                "{twice} slices of the series lie where another one lies (several times, echoes, b-values or copies in one series)"
            ),
            "give a folder with one image of each place",
        ));
    }
    if slices.len() < 2 {
        return Err(refused(
            "the series has a single slice (its thickness in the body is unknown)".into(),
            "export the whole series",
        ));
    }
    for slice in &slices {
        let by: [f64; 3] =
            std::array::from_fn(|x| slice.plane.position_mm[x] - slices[0].plane.position_mm[x]);
        if dot(by, plane.row).hypot(dot(by, plane.column)) > MOST_SHIFT_MM {
            return Err(refused(
                "its slices shift sideways against each other".into(),
                "resample it to upright slices",
            ));
        }
    }
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
    if !stack.gaps_mm.is_empty() || stack.unequal_mm.is_some() {
        notes.push(format!(
            "slices are missing or lie at unequal distances; they were resampled linearly to {:.3} mm",
            stack.spacing_mm
        ));
    }
    let mut pages = Vec::with_capacity(slices.len());
    let mut size = None;
    let mut padding = 0;
    for slice in &slices {
        let (values, columns) = page(&slice.file.path, factor, &mut padding)?;
        if *size.get_or_insert((values.len(), columns)) != (values.len(), columns) {
            return Err(Error::Refused {
                path: slice.file.path.clone(),
                problem: "its number of pixels differs from that of other slices of the series".into(),
                way_out: "give a folder with one scan".into(),
            });
        }
        pages.push(values);
    }
    if padding > 0 {
        notes.push(format!("{padding} pixels hold PixelPaddingValue and were taken as 0"));
    }
    let (pixels, columns) = size.expect("there are slices");
    let shape = [columns, pixels / columns, stack.planes.len()];
    if shape.iter().product::<usize>() > MOST_VOXELS {
        return Err(refused(
            format!("the series makes {shape:?} voxels, more than {MOST_VOXELS}"),
            "export it with fewer pixels or slices",
        ));
    }
    let mut values = Vec::with_capacity(shape.iter().product());
    for &(below, part) in &stack.planes {
        if part == 0.0 {
            values.extend_from_slice(&pages[below]);
        } else {
            let mix = |(a, b): (&f32, &f32)| a + part as f32 * (b - a);
            values.extend(pages[below].iter().zip(&pages[below + 1]).map(mix));
        }
    }
    let grid = OrientedGrid {
        origin_mm: slices[0].plane.position_mm,
        axes: [plane.row, plane.column, normal],
        spacing_mm: [plane.spacing_mm[0], plane.spacing_mm[1], stack.spacing_mm],
        shape,
    };
    Ok((Image { grid, values }, slices))
}

/// The values of a slice after its own rescaling (which differs from slice to slice in PET), and its columns.
fn page(path: &Path, factor: f64, padding: &mut usize) -> Result<(Vec<f32>, usize), Error> {
    let file = DicomFile::open(path)?;
    let root = file.root();
    let slope = root.number(tags::RESCALE_SLOPE)?.unwrap_or(1.0);
    let intercept = root.number(tags::RESCALE_INTERCEPT)?.unwrap_or(0.0);
    if slope == 0.0 {
        return Err(root.error(tags::RESCALE_SLOPE, "is zero; export the file again"));
    }
    let pixels = Pixels::read(&file)?;
    let absent = root.integer(tags::PIXEL_PADDING_VALUE)?;
    let value = |raw: i64| {
        if absent == Some(raw) {
            *padding += 1;
            return 0.0;
        }
        ((raw as f64 * slope + intercept) * factor) as f32
    };
    Ok((pixels.frame(0)?.into_iter().map(value).collect(), pixels.layout.columns))
}

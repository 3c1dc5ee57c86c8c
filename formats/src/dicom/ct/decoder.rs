//! Stored pixels of CT slices to HU, and what was noticed on the way.

use super::AIR_HU;
use super::headers::Slice;
use crate::Error;
use crate::dicom::geometry::Plane;
use crate::dicom::pixels::Pixels;
use crate::dicom::{DicomFile, tags};

/// Lowest HU that a scanner means; lower values mark pixels outside the field of view.
const LOWEST_HU: f32 = -1024.0;

/// Pixels and missing elements that were seen while decoding.
#[derive(Default)]
pub(super) struct Hints {
    padding: usize,
    below: usize,
    unscaled: usize,
}

impl Hints {
    /// As remarks.
    pub fn notes(&self) -> Vec<String> {
        let counted = [
            (self.padding, "pixels hold PixelPaddingValue and were taken as air"),
            (self.below, "pixels lie below -1024 HU and were taken as air"),
            (
                self.unscaled,
                "slices have no RescaleSlope or RescaleIntercept; their stored values were taken as HU",
            ),
        ];
        counted
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect()
    }
}

/// Decodes slices; keeps a multi-frame file open while its frames are asked for.
#[derive(Default)]
pub(super) struct Decoder {
    /// What was noticed.
    pub hints: Hints,
    multi_frame: Option<DicomFile>,
}

impl Decoder {
    /// The HU of a slice.
    pub fn hu(&mut self, slice: &Slice) -> Result<Vec<f32>, Error> {
        if slice.frame.is_none() {
            return hu(slice, &DicomFile::open(&slice.path)?, &mut self.hints);
        }
        let file = match self.multi_frame.take().filter(|file| file.path == slice.path) {
            Some(file) => file,
            None => DicomFile::open(&slice.path)?,
        };
        let decoded = hu(slice, &file, &mut self.hints);
        self.multi_frame = Some(file);
        decoded
    }
}

fn hu(slice: &Slice, file: &DicomFile, hints: &mut Hints) -> Result<Vec<f32>, Error> {
    let root = file.root();
    let pixels = Pixels::read(file)?;
    let layout = pixels.layout;
    let frames = slice.frame.map_or(1, |frame| frame.count);
    // The file may have changed since its header was read.
    let plane = if slice.frame.is_none() { Plane::read(&root)? } else { slice.plane };
    let expected = (slice.columns, slice.rows, frames);
    if plane != slice.plane || (layout.columns, layout.rows, layout.frames) != expected {
        return Err(Error::Refused {
            path: slice.path.clone(),
            problem: "it does not hold the slices with the pixels that its header gave".into(),
            way_out: "export the series as single-frame CT images".into(),
        });
    }
    let scale = match slice.frame {
        Some(frame) => frame.rescale,
        None => {
            root.number(tags::RESCALE_SLOPE)?.zip(root.number(tags::RESCALE_INTERCEPT)?).map(<[f64; 2]>::from)
        }
    };
    hints.unscaled += usize::from(scale.is_none());
    let [slope, intercept] = scale.unwrap_or([1.0, 0.0]);
    if slope == 0.0 {
        return Err(root.error(tags::RESCALE_SLOPE, "is zero; export the file again"));
    }
    let range = padding(file, layout.signed, layout.bytes)?;
    let to_hu = |raw: i64| {
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
    Ok(pixels.frame(slice.frame.map_or(0, |frame| frame.index))?.into_iter().map(to_hu).collect())
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

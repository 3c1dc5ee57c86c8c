//! The planes of an enhanced multi-frame CT, described frame by frame in functional groups (PS3.3, C.7.6.16).

use super::headers::{Facts, Slice, facts};
use crate::Error;
use crate::dicom::geometry::{Plane, pixel_count};
use crate::dicom::{DicomFile, Scope, tags};
use dicom_core::Tag;

/// Which frame of a file a slice is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    /// Its place among the frames.
    pub index: usize,
    /// Frames of the file.
    pub count: usize,
    /// RescaleSlope and RescaleIntercept, if it has both.
    pub rescale: Option<[f64; 2]>,
}

/// The frames of a file as slices; its localizer frames are left out.
pub(super) fn frames(file: &DicomFile) -> Result<Vec<Slice>, Error> {
    let root = file.root();
    let shared = root.sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)?.into_iter().next();
    let per_frame = root.required_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)?;
    let count = root.required_integer(tags::NUMBER_OF_FRAMES)?;
    if count != per_frame.len() as i64 {
        return Err(root.error(
            tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
            format!(
                "describes {} frames where NumberOfFrames is {count}; export the file again",
                per_frame.len()
            ),
        ));
    }
    let (columns, rows) = (pixel_count(&root, tags::COLUMNS)?, pixel_count(&root, tags::ROWS)?);
    let facts = facts(&root)?;
    let mut slices = Vec::with_capacity(per_frame.len());
    for (index, own) in per_frame.iter().enumerate() {
        let groups = Groups { own, shared: shared.as_ref() };
        if groups.is_localizer()? {
            continue;
        }
        let measures = groups.required(tags::PIXEL_MEASURES_SEQUENCE)?;
        let plane = Plane::read_from(
            &groups.required(tags::PLANE_POSITION_SEQUENCE)?,
            &groups.required(tags::PLANE_ORIENTATION_SEQUENCE)?,
            &measures,
        )?;
        let slice_thickness_mm = measures.number(tags::SLICE_THICKNESS).ok().flatten();
        slices.push(Slice {
            path: file.path.clone(),
            plane,
            columns,
            rows,
            facts: Facts { slice_thickness_mm, ..facts.clone() },
            frame: Some(Frame { index, count: per_frame.len(), rescale: groups.rescale()? }),
        });
    }
    Ok(slices)
}

/// The functional groups of one frame: its own, and those that all frames share.
struct Groups<'a> {
    own: &'a Scope<'a>,
    shared: Option<&'a Scope<'a>>,
}

impl<'a> Groups<'a> {
    fn find(&self, group: Tag) -> Result<Option<Scope<'a>>, Error> {
        let own = self.own.sequence(group)?.into_iter().next();
        match (own, self.shared) {
            (None, Some(shared)) => Ok(shared.sequence(group)?.into_iter().next()),
            (own, _) => Ok(own),
        }
    }

    fn required(&self, group: Tag) -> Result<Scope<'a>, Error> {
        self.find(group)?.ok_or_else(|| self.own.missing(group))
    }

    fn is_localizer(&self) -> Result<bool, Error> {
        let Some(kind) = self.find(tags::CT_IMAGE_FRAME_TYPE_SEQUENCE)? else { return Ok(false) };
        let kinds = kind.text(tags::FRAME_TYPE)?.unwrap_or_default();
        Ok(kinds.split('\\').any(|kind| kind == "LOCALIZER"))
    }

    /// Slope and intercept to HU; other quantities of spectral CT are refused.
    fn rescale(&self) -> Result<Option<[f64; 2]>, Error> {
        let Some(group) = self.find(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)? else { return Ok(None) };
        if let Some(kind) =
            group.text(tags::RESCALE_TYPE)?.filter(|kind| !kind.starts_with("HU") && kind != "US")
        {
            return Err(group.error(
                tags::RESCALE_TYPE,
                format!("is {kind:?}, so the values are no Hounsfield units; give the CT in HU"),
            ));
        }
        let slope = group.number(tags::RESCALE_SLOPE)?;
        Ok(slope.zip(group.number(tags::RESCALE_INTERCEPT)?).map(|(slope, intercept)| [slope, intercept]))
    }
}

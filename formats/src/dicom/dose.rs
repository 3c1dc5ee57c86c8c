//! RTDOSE to an image in Gy.

use super::geometry::Plane;
use super::pixels::Pixels;
use super::stack::{Stack, Unstackable, WIDEST_GAP_MM, stack};
use super::{DicomFile, Scope, tags, uids};
use crate::Error;
use std::path::Path;
use volume::{Image, OrientedGrid};

/// Difference of two plane positions that is taken for rounding (mm).
const SAME_PLACE_MM: f64 = 0.01;
/// Thickness of a plane whose file does not give one (mm).
const UNKNOWN_THICKNESS_MM: f64 = 1.0;

/// A dose distribution as its file has it.
#[derive(Clone, Debug)]
pub struct DoseGrid {
    /// Dose (Gy), axes as near to x, y, z of the patient as the planes lie.
    pub image: Image<f32>,
    /// SOPInstanceUID.
    pub uid: String,
    /// FrameOfReferenceUID, if there is one.
    pub frame_of_reference_uid: Option<String>,
    /// DoseType: `PHYSICAL`, `EFFECTIVE` or `ERROR`.
    pub dose_type: String,
    /// DoseSummationType: `PLAN`, `FRACTION`, `BEAM`, …
    pub summation_type: String,
    /// SOPInstanceUIDs of the plans that it belongs to.
    pub plan_uids: Vec<String>,
    /// What was resampled or is suspicious.
    pub notes: Vec<String>,
}

impl DoseGrid {
    /// Reads an RTDOSE file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::read(&DicomFile::open(path)?)
    }

    /// Reads an RTDOSE that is already opened.
    pub fn read(file: &DicomFile) -> Result<Self, Error> {
        let root = file.root();
        let class = root.text(tags::SOP_CLASS_UID)?.unwrap_or_default();
        if class != uids::RT_DOSE_STORAGE {
            return Err(root.error(
                tags::SOP_CLASS_UID,
                format!("is {class:?}, not that of an RT dose; give an RTDOSE file"),
            ));
        }
        let units = root.required_text(tags::DOSE_UNITS)?;
        if units != "GY" {
            return Err(root.error(
                tags::DOSE_UNITS,
                format!("is {units:?} (relative doses have no scale); export the dose in Gy"),
            ));
        }
        if !root.has(tags::PIXEL_DATA) {
            return Err(root.error(
                tags::PIXEL_DATA,
                "is missing or empty, so the file holds no dose; export the dose with its grid",
            ));
        }
        let mut notes = Vec::new();
        let image = image(file, &mut notes)?;
        let mut plan_uids = Vec::new();
        for plan in root.sequence(tags::REFERENCED_RT_PLAN_SEQUENCE)? {
            plan_uids.extend(plan.text(tags::REFERENCED_SOP_INSTANCE_UID)?);
        }
        Ok(Self {
            image: image.canonical(),
            uid: file.sop_instance_uid()?,
            frame_of_reference_uid: root.text(tags::FRAME_OF_REFERENCE_UID)?,
            dose_type: root.required_text(tags::DOSE_TYPE)?,
            summation_type: root.text(tags::DOSE_SUMMATION_TYPE)?.unwrap_or_default(),
            plan_uids,
            notes,
        })
    }
}

fn image(file: &DicomFile, notes: &mut Vec<String>) -> Result<Image<f32>, Error> {
    let root = file.root();
    let scaling = root.required_number(tags::DOSE_GRID_SCALING)?;
    if scaling <= 0.0 {
        return Err(
            root.error(tags::DOSE_GRID_SCALING, format!("is {scaling}, not positive; export the dose again"))
        );
    }
    let plane = Plane::read(&root)?;
    let pixels = Pixels::read(file)?;
    let frames = pixels.layout.frames;
    let mut placed: Vec<(f64, usize)> = offsets(&root, &plane, frames)?.into_iter().zip(0..).collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    if placed.windows(2).any(|pair| pair[1].0 - pair[0].0 < SAME_PLACE_MM) {
        return Err(root.error(
            tags::GRID_FRAME_OFFSET_VECTOR,
            "gives two frames the same place; export the dose again",
        ));
    }
    let positions_mm: Vec<f64> = placed.iter().map(|(at, _)| *at).collect();
    let stack = if frames > 1 {
        stack(&positions_mm).map_err(|reason| unstackable(&root, reason))?
    } else {
        let spacing_mm = root.number(tags::SLICE_THICKNESS)?.filter(|&t| t > 0.0).unwrap_or_else(|| {
            notes.push(format!(
                "a single plane without thickness was taken as {UNKNOWN_THICKNESS_MM} mm thick"
            ));
            UNKNOWN_THICKNESS_MM
        });
        Stack { spacing_mm, planes: vec![(0, 0.0)], gaps_mm: Vec::new(), unequal_mm: None }
    };
    if stack.planes.len() != frames {
        notes.push(format!(
            "{frames} unequally spaced planes were resampled linearly to {:.3} mm",
            stack.spacing_mm
        ));
    }
    let layout = pixels.layout;
    let frame = |position: usize| -> Result<Vec<f32>, Error> {
        let raw = pixels.frame(placed[position].1)?;
        Ok(raw.into_iter().map(|raw| (raw as f64 * scaling) as f32).collect())
    };
    let mut values = Vec::with_capacity(layout.frame_pixels() * stack.planes.len());
    for &(below, part) in &stack.planes {
        let low = frame(below)?;
        if part == 0.0 {
            values.extend(low);
        } else {
            let part = part as f32;
            values.extend(low.iter().zip(frame(below + 1)?).map(|(a, b)| a + part * (b - a)));
        }
    }
    let negative = values.iter().filter(|&&dose| dose < 0.0).count();
    if negative > 0 {
        notes.push(format!("{negative} voxels have a negative dose"));
    }
    let normal = plane.normal();
    let [across, down] = plane.spacing_mm;
    let grid = OrientedGrid {
        origin_mm: std::array::from_fn(|x| plane.position_mm[x] + positions_mm[0] * normal[x]),
        axes: [plane.row, plane.column, normal],
        spacing_mm: [across, down, stack.spacing_mm],
        shape: [layout.columns, layout.rows, stack.planes.len()],
    };
    Ok(Image { grid, values })
}

/// How far each frame lies from the first along the normal (mm).
///
/// GridFrameOffsetVector either starts with 0 and counts along the normal from ImagePositionPatient, or it starts with
/// that position's z and holds each frame's z. DICOM PS3.3, C.8.8.3.2.
fn offsets(root: &Scope, plane: &Plane, frames: usize) -> Result<Vec<f64>, Error> {
    let tag = tags::GRID_FRAME_OFFSET_VECTOR;
    if frames == 1 {
        return Ok(vec![0.0]);
    }
    let vector = root.numbers(tag)?;
    if vector.len() != frames {
        return Err(root.error(
            tag,
            format!("holds {} offsets for {frames} frames; export the dose again", vector.len()),
        ));
    }
    let first = vector[0];
    if first == 0.0 {
        return Ok(vector);
    }
    let up = plane.normal()[2];
    if (first - plane.position_mm[2]).abs() > SAME_PLACE_MM || up.abs() < 1.0 - 1e-6 {
        return Err(root.error(
            tag,
            format!(
                "starts with {first}, neither 0 nor the z of ImagePositionPatient in a transverse grid; export the dose again"
            ),
        ));
    }
    Ok(vector.into_iter().map(|z| (z - first) * up.signum()).collect())
}

fn unstackable(root: &Scope, reason: Unstackable) -> Error {
    let tag = tags::GRID_FRAME_OFFSET_VECTOR;
    match reason {
        Unstackable::Gap([from, to]) => root.error(
            tag,
            format!("leaves {:.1} mm empty between two frames, more than the {WIDEST_GAP_MM} mm that are filled in; export the dose again", to - from),
        ),
        Unstackable::TooFine(step) => {
            root.error(tag, format!("has two frames only {step} mm apart; export the dose on a regular grid"))
        }
    }
}

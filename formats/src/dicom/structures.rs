//! RTSTRUCT to structures: names, kinds and contours.

use super::{DicomFile, Scope, tags, uids};
use crate::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use volume::Structure;

/// A structure set as its file has it.
#[derive(Clone, Debug)]
pub struct StructureSet {
    /// SOPInstanceUID.
    pub uid: String,
    /// StudyInstanceUID, if there is one.
    pub study_uid: Option<String>,
    /// StructureSetLabel, if there is one.
    pub label: Option<String>,
    /// The frame of reference that the contours are drawn in, if the file says.
    pub frame_of_reference_uid: Option<String>,
    /// SeriesInstanceUIDs of the images that it is drawn on.
    pub series_uids: Vec<String>,
    /// The regions in the order of the file, empty ones too.
    pub structures: Vec<Structure>,
    /// What was left out or is suspicious.
    pub notes: Vec<String>,
}

impl StructureSet {
    /// Reads an RTSTRUCT file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::read(&DicomFile::open(path)?)
    }

    /// Reads an RTSTRUCT that is already opened.
    pub fn read(file: &DicomFile) -> Result<Self, Error> {
        let root = file.root();
        let class = root.text(tags::SOP_CLASS_UID)?.unwrap_or_default();
        if class != uids::RT_STRUCTURE_SET_STORAGE {
            return Err(root.error(
                tags::SOP_CLASS_UID,
                format!("is {class:?}, not that of an RT structure set; give an RTSTRUCT file"),
            ));
        }
        let mut notes = Vec::new();
        let (frame, series_uids) = references(&root)?;
        let mut regions = regions(&root, &mut notes)?;
        let frame = frame.or_else(|| regions.iter().find_map(|region| region.frame_uid.clone()));
        let frame = match frame {
            Some(frame) => Some(frame),
            None => root.text(tags::FRAME_OF_REFERENCE_UID)?,
        };
        regions.retain(|region| {
            let same = region.frame_uid.is_none() || region.frame_uid == frame;
            if !same {
                notes.push(format!(
                    "{:?} is drawn in another frame of reference and was left out",
                    region.structure.name
                ));
            }
            same
        });
        let mut structures: Vec<Structure> = regions.into_iter().map(|region| region.structure).collect();
        observations(&root, &mut structures)?;
        contours(&root, &mut structures, &mut notes)?;
        Ok(Self {
            uid: file.sop_instance_uid()?,
            study_uid: root.text(tags::STUDY_INSTANCE_UID)?,
            label: root.text(tags::STRUCTURE_SET_LABEL)?,
            frame_of_reference_uid: frame,
            series_uids,
            structures,
            notes,
        })
    }
}

/// The frame of reference and the image series that are named at the root.
fn references(root: &Scope) -> Result<(Option<String>, Vec<String>), Error> {
    let mut frame_uid = None;
    let mut series_uids = Vec::new();
    for frame in root.sequence(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE)? {
        if frame_uid.is_none() {
            frame_uid = frame.text(tags::FRAME_OF_REFERENCE_UID)?;
        }
        for study in frame.sequence(tags::RT_REFERENCED_STUDY_SEQUENCE)? {
            for series in study.sequence(tags::RT_REFERENCED_SERIES_SEQUENCE)? {
                series_uids.extend(series.text(tags::SERIES_INSTANCE_UID)?);
            }
        }
    }
    Ok((frame_uid, series_uids))
}

struct Region {
    structure: Structure,
    frame_uid: Option<String>,
}

/// The regions by StructureSetROISequence.
fn regions(root: &Scope, notes: &mut Vec<String>) -> Result<Vec<Region>, Error> {
    let mut regions = Vec::new();
    let (mut numbers, mut names) = (BTreeSet::new(), BTreeSet::new());
    for item in root.sequence(tags::STRUCTURE_SET_ROI_SEQUENCE)? {
        let number = roi_number(&item, tags::ROI_NUMBER)?;
        if !numbers.insert(number) {
            return Err(item.error(tags::ROI_NUMBER, format!("is {number}, as that of an earlier region")));
        }
        let name = item.text(tags::ROI_NAME)?.unwrap_or_else(|| {
            notes.push(format!("region {number} has no name (some anonymisers remove it)"));
            format!("ROI {number}")
        });
        if !names.insert(name.clone()) {
            notes.push(format!("several regions are named {name:?}"));
        }
        let structure = Structure {
            number,
            name,
            interpreted_type: String::new(),
            contours: Vec::new(),
            points: Vec::new(),
            density_override: None,
        };
        regions.push(Region { structure, frame_uid: item.text(tags::REFERENCED_FRAME_OF_REFERENCE_UID)? });
    }
    Ok(regions)
}

fn roi_number(item: &Scope, tag: dicom_core::Tag) -> Result<i32, Error> {
    let number = item.required_integer(tag)?;
    i32::try_from(number).map_err(|_| item.error(tag, format!("is {number}, which does not fit 32 bits")))
}

/// Kinds and densities by RTROIObservationsSequence.
fn observations(root: &Scope, structures: &mut [Structure]) -> Result<(), Error> {
    for item in root.sequence(tags::RTROI_OBSERVATIONS_SEQUENCE)? {
        // Some writers leave observations that belong to no region.
        if !item.has(tags::REFERENCED_ROI_NUMBER) {
            continue;
        }
        let number = roi_number(&item, tags::REFERENCED_ROI_NUMBER)?;
        let Some(structure) = structures.iter_mut().find(|structure| structure.number == number) else {
            continue;
        };
        if let Some(kind) = item.text(tags::RTROI_INTERPRETED_TYPE)? {
            structure.interpreted_type = kind;
        }
        for property in item.sequence(tags::ROI_PHYSICAL_PROPERTIES_SEQUENCE)? {
            let kind = property.text(tags::ROI_PHYSICAL_PROPERTY)?.unwrap_or_default();
            if kind == "REL_MASS_DENSITY" || kind == "REL_ELEC_DENSITY" {
                let density = property.number(tags::ROI_PHYSICAL_PROPERTY_VALUE)?;
                if density.is_some_and(|density| !(0.0..=30.0).contains(&density)) {
                    return Err(property.error(
                        tags::ROI_PHYSICAL_PROPERTY_VALUE,
                        "is no density relative to water (0 to 30); correct the override",
                    ));
                }
                structure.density_override = density.or(structure.density_override);
            }
        }
    }
    Ok(())
}

/// Contours and points by ROIContourSequence.
fn contours(root: &Scope, structures: &mut [Structure], notes: &mut Vec<String>) -> Result<(), Error> {
    for item in root.sequence(tags::ROI_CONTOUR_SEQUENCE)? {
        let number = roi_number(&item, tags::REFERENCED_ROI_NUMBER)?;
        let Some(structure) = structures.iter_mut().find(|structure| structure.number == number) else {
            notes.push(format!("contours of region {number}, which is not listed, were left out"));
            continue;
        };
        let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
        for contour in item.sequence(tags::CONTOUR_SEQUENCE)? {
            let points = points(&contour)?;
            if points.is_empty() {
                *left_out.entry("empty".into()).or_default() += 1;
                continue;
            }
            let stated = contour.integer(tags::NUMBER_OF_CONTOUR_POINTS)?;
            if stated.is_some_and(|stated| stated != points.len() as i64) {
                *left_out.entry("with another number of points than stated, kept,".into()).or_default() += 1;
            }
            let kind = contour.text(tags::CONTOUR_GEOMETRIC_TYPE)?.unwrap_or_default();
            match kind.as_str() {
                "POINT" => structure.points.extend(points),
                "CLOSED_PLANAR" | "CLOSEDPLANAR_XOR" | "" if points.len() >= 3 => {
                    structure.contours.push(points);
                }
                "CLOSED_PLANAR" | "CLOSEDPLANAR_XOR" | "" => {
                    *left_out.entry("of fewer than three points".into()).or_default() += 1;
                }
                other => *left_out.entry(format!("of type {other}")).or_default() += 1,
            }
        }
        for (kind, count) in left_out {
            notes.push(format!("{:?}: {count} contours {kind} were not used as areas", structure.name));
        }
    }
    Ok(())
}

fn points(contour: &Scope) -> Result<Vec<[f64; 3]>, Error> {
    let numbers = contour.numbers(tags::CONTOUR_DATA)?;
    if numbers.len() % 3 != 0 {
        return Err(contour.error(
            tags::CONTOUR_DATA,
            format!("holds {} numbers, which are no triples x, y, z; export the file again", numbers.len()),
        ));
    }
    Ok(numbers.chunks_exact(3).map(|point| [point[0], point[1], point[2]]).collect())
}

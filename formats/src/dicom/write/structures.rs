//! Structures to an RTSTRUCT file.

use super::ct::WrittenCt;
use super::dataset::save;
use super::{DataSet, Identity, MANUFACTURER, uid_of};
use crate::Error;
use crate::dicom::{tags, uids};
use std::path::Path;
use volume::Structure;

/// How far a contour may lie from its slice (mm).
const ON_SLICE_MM: f64 = 0.01;

/// A structure set to be written.
#[derive(Clone, Copy, Debug)]
pub struct StructureWriter<'a> {
    /// Whose structures they are.
    pub identity: &'a Identity,
    /// StructureSetLabel, at most 16 characters.
    pub label: &'a str,
    /// The regions.
    pub structures: &'a [Structure],
    /// The CT series that they are drawn on; its slices are transverse.
    pub ct: &'a WrittenCt,
}

impl StructureWriter<'_> {
    /// Writes the file and gives its SOPInstanceUID.
    pub fn save(&self, path: &Path) -> Result<String, Error> {
        let set = self
            .identity
            .elements()
            .text(tags::MODALITY, "RTSTRUCT")
            .text(tags::MANUFACTURER, MANUFACTURER)
            .text(tags::SERIES_DESCRIPTION, "synthetic, no patient")
            .integer(tags::SERIES_NUMBER, 2)
            .text(tags::OPERATORS_NAME, "")
            .text(tags::STRUCTURE_SET_LABEL, self.label)
            .text(tags::STRUCTURE_SET_DATE, "")
            .text(tags::STRUCTURE_SET_TIME, "")
            .integer(tags::INSTANCE_NUMBER, 1)
            .items(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE, [self.frame_reference()])
            .items(tags::STRUCTURE_SET_ROI_SEQUENCE, self.structures.iter().map(|s| self.region(s)))
            .items(tags::ROI_CONTOUR_SEQUENCE, self.structures.iter().map(|s| self.contours(s)))
            .items(tags::RTROI_OBSERVATIONS_SEQUENCE, self.structures.iter().map(observation));
        let uid = uid_of(&[b"RTSTRUCT", &set.clone().file(uids::RT_STRUCTURE_SET_STORAGE, "")]);
        let series_uid = uid_of(&[b"RTSTRUCT series", uid.as_bytes()]);
        let bytes =
            set.text(tags::SERIES_INSTANCE_UID, series_uid).file(uids::RT_STRUCTURE_SET_STORAGE, &uid);
        save(path, &bytes)?;
        Ok(uid)
    }

    fn frame_reference(&self) -> DataSet {
        let images = self.ct.slices.iter().map(|(uid, _)| DataSet::reference(uids::CT_IMAGE_STORAGE, uid));
        let series = DataSet::new()
            .text(tags::SERIES_INSTANCE_UID, &*self.ct.series_uid)
            .items(tags::CONTOUR_IMAGE_SEQUENCE, images);
        let study = DataSet::reference(DETACHED_STUDY, &self.identity.study_uid)
            .items(tags::RT_REFERENCED_SERIES_SEQUENCE, [series]);
        DataSet::new()
            .text(tags::FRAME_OF_REFERENCE_UID, &*self.identity.frame_of_reference_uid)
            .items(tags::RT_REFERENCED_STUDY_SEQUENCE, [study])
    }

    fn region(&self, structure: &Structure) -> DataSet {
        DataSet::new()
            .integer(tags::ROI_NUMBER, structure.number)
            .text(tags::REFERENCED_FRAME_OF_REFERENCE_UID, &*self.identity.frame_of_reference_uid)
            .text(tags::ROI_NAME, &*structure.name)
            .text(tags::ROI_GENERATION_ALGORITHM, "AUTOMATIC")
    }

    fn contours(&self, structure: &Structure) -> DataSet {
        let areas = structure.contours.iter().map(|points| {
            let on = |position_mm: &[f64; 3]| (position_mm[2] - points[0][2]).abs() <= ON_SLICE_MM;
            let contour = contour("CLOSED_PLANAR", points);
            match self.ct.slices.iter().find(|(_, position_mm)| !points.is_empty() && on(position_mm)) {
                Some((uid, _)) => contour
                    .items(tags::CONTOUR_IMAGE_SEQUENCE, [DataSet::reference(uids::CT_IMAGE_STORAGE, uid)]),
                None => contour,
            }
        });
        let points = structure.points.iter().map(|point| contour("POINT", &[*point]));
        DataSet::new()
            .integer(tags::REFERENCED_ROI_NUMBER, structure.number)
            .items(tags::CONTOUR_SEQUENCE, areas.chain(points))
    }
}

/// The study class that RTSTRUCT still names (retired from the standard).
const DETACHED_STUDY: &str = "1.2.840.10008.3.1.2.3.1";

fn contour(kind: &str, points: &[[f64; 3]]) -> DataSet {
    DataSet::new()
        .text(tags::CONTOUR_GEOMETRIC_TYPE, kind)
        .integer(tags::NUMBER_OF_CONTOUR_POINTS, points.len() as i32)
        .numbers(tags::CONTOUR_DATA, points.as_flattened())
}

fn observation(structure: &Structure) -> DataSet {
    let observation = DataSet::new()
        .integer(tags::OBSERVATION_NUMBER, structure.number)
        .integer(tags::REFERENCED_ROI_NUMBER, structure.number)
        .text(tags::RTROI_INTERPRETED_TYPE, &*structure.interpreted_type)
        .text(tags::ROI_INTERPRETER, "");
    match structure.density_override {
        Some(density) => observation.items(
            tags::ROI_PHYSICAL_PROPERTIES_SEQUENCE,
            [DataSet::new()
                .text(tags::ROI_PHYSICAL_PROPERTY, "REL_MASS_DENSITY")
                .number(tags::ROI_PHYSICAL_PROPERTY_VALUE, density)],
        ),
        None => observation,
    }
}

//! A CT series, of single images or in an enhanced multi-frame file, to an image in HU.

mod decoder;
mod frames;
mod headers;
mod slices;
mod tilt;

use super::SeriesChoice;
use super::patient::PatientFacts;
use crate::Error;
use headers::Slice;
use std::path::{Path, PathBuf};
use volume::Image;

/// HU of air, and of pixels that a scanner marks as outside its field of view.
pub const AIR_HU: f32 = -1000.0;

/// A CT scan and what its files say of it.
#[derive(Clone, Debug)]
pub struct CtSeries {
    /// HU, axes as near to x, y, z of the patient as the slices lie.
    pub image: Image<f32>,
    /// Axes of the files themselves (rows, columns, normal): `Image::along` brings a dose into their order.
    pub axes_of_files: [[f64; 3]; 3],
    /// SeriesInstanceUID.
    pub series_uid: String,
    /// StudyInstanceUID, if there is one.
    pub study_uid: Option<String>,
    /// FrameOfReferenceUID, if there is one.
    pub frame_of_reference_uid: Option<String>,
    /// PatientPosition (`HFS`, …), if the files give it; the image does not depend on it.
    pub patient_position: Option<String>,
    /// Sex, age, height and weight.
    pub patient: PatientFacts,
    /// Tube voltage (kV).
    pub kvp: Option<f64>,
    /// Maker of the scanner.
    pub manufacturer: Option<String>,
    /// Model of the scanner.
    pub model: Option<String>,
    /// The different values of SliceThickness (mm), rising.
    pub slice_thicknesses_mm: Vec<f64>,
    /// The files that were used, from the first plane to the last; a multi-frame file once.
    pub files: Vec<PathBuf>,
    /// What was dropped, filled in, resampled or suspicious.
    pub notes: Vec<String>,
}

impl CtSeries {
    /// Reads the CT series in a folder (not in its subfolders).
    ///
    /// Files that are no CT are passed over and noted.
    pub fn read_folder(folder: &Path, choice: &SeriesChoice) -> Result<Self, Error> {
        let files = super::files_in(folder)?;
        Self::read_files(folder, &files, choice)
    }

    /// Reads the CT series among some files; `folder` is only used in messages.
    pub fn read_files(folder: &Path, files: &[PathBuf], choice: &SeriesChoice) -> Result<Self, Error> {
        let mut notes = Vec::new();
        let slices = headers::series(folder, files, choice, &mut notes)?;
        Self::from_slices(folder, slices, notes)
    }

    fn from_slices(folder: &Path, slices: Vec<Slice>, mut notes: Vec<String>) -> Result<Self, Error> {
        let (image, slices) = slices::assemble(folder, slices, &mut notes)?;
        let first = &slices[0];
        let facts = first.facts.clone();
        let mut slice_thicknesses_mm: Vec<f64> =
            slices.iter().filter_map(|slice| slice.facts.slice_thickness_mm).collect();
        slice_thicknesses_mm.sort_by(f64::total_cmp);
        slice_thicknesses_mm.dedup();
        let mut files: Vec<PathBuf> = slices.iter().map(|slice| slice.path.clone()).collect();
        files.dedup();
        Ok(Self {
            axes_of_files: image.grid.axes,
            image: image.canonical(),
            series_uid: facts.series_uid,
            study_uid: facts.study_uid,
            frame_of_reference_uid: facts.frame_of_reference_uid,
            patient_position: facts.patient_position,
            patient: facts.patient,
            kvp: facts.kvp,
            manufacturer: facts.manufacturer,
            model: facts.model,
            slice_thicknesses_mm,
            files,
            notes,
        })
    }
}

//! An image in HU to the files of a CT series.

use super::dataset::save;
use super::{DataSet, Identity, MANUFACTURER, uid_of};
use crate::Error;
use crate::dicom::{tags, uids};
use std::path::Path;
use volume::{Image, VoxelIndex};

/// RescaleIntercept: stored values start at 0.
const INTERCEPT_HU: f32 = -1024.0;

/// A synthetic CT series to be written.
#[derive(Clone, Copy, Debug)]
pub struct CtWriter<'a> {
    /// Whose scan it is.
    pub identity: &'a Identity,
    /// HU; planes follow each other along k.
    pub image: &'a Image<f32>,
    /// PatientPosition, such as `HFS`.
    pub patient_position: &'a str,
    /// Age of the patient (years), if it is known.
    pub age_years: Option<f64>,
    /// Height of the patient (cm), if it is known.
    pub height_cm: Option<f64>,
    /// Weight of the patient (kg), if it is known.
    pub weight_kg: Option<f64>,
}

/// What was written, as a structure set or plan refers to it.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenCt {
    /// SeriesInstanceUID.
    pub series_uid: String,
    /// SOPInstanceUID of each slice, and the centre of its first pixel (mm).
    pub slices: Vec<(String, [f64; 3])>,
}

impl CtWriter<'_> {
    /// Writes one file for each plane, `ct_001.dcm` and on, into an existing folder.
    pub fn save(&self, folder: &Path) -> Result<WrittenCt, Error> {
        let grid = &self.image.grid;
        if self.image.values.len() != grid.len() || grid.is_empty() {
            return Err(Error::Length { values: self.image.values.len(), voxels: grid.len() });
        }
        let mut all = Vec::with_capacity(self.image.values.len() * 2);
        for &hu in &self.image.values {
            let stored = (hu - INTERCEPT_HU).round().clamp(0.0, f32::from(u16::MAX));
            all.extend((stored as u16).to_le_bytes());
        }
        let series_uid = uid_of(&[b"CT series", self.identity.study_uid.as_bytes(), &all]);
        let bytes_each = 2 * grid.shape[0] * grid.shape[1];
        let mut slices = Vec::with_capacity(grid.shape[2]);
        for (k, words) in all.chunks_exact(bytes_each).enumerate() {
            let position_mm = grid.centre_mm(VoxelIndex([0, 0, k]));
            let uid = uid_of(&[b"CT slice", series_uid.as_bytes(), &(k as u64).to_le_bytes()]);
            let bytes = self
                .slice(k, position_mm, words)
                .text(tags::SERIES_INSTANCE_UID, &*series_uid)
                .file(uids::CT_IMAGE_STORAGE, &uid);
            save(&folder.join(format!("ct_{:03}.dcm", k + 1)), &bytes)?;
            slices.push((uid, position_mm));
        }
        Ok(WrittenCt { series_uid, slices })
    }

    fn slice(&self, k: usize, position_mm: [f64; 3], words: &[u8]) -> DataSet {
        let grid = &self.image.grid;
        let [across, down, apart] = grid.spacing_mm;
        let set = self
            .identity
            .elements()
            .text(tags::MODALITY, "CT")
            .text(tags::MANUFACTURER, MANUFACTURER)
            .text(tags::SERIES_DESCRIPTION, "synthetic, no patient")
            .text(tags::PATIENT_POSITION, self.patient_position)
            .text(tags::LATERALITY, "")
            .text(tags::IMAGE_TYPE, "DERIVED\\SECONDARY\\AXIAL")
            .integer(tags::SERIES_NUMBER, 1)
            .text(tags::ACQUISITION_NUMBER, "")
            .integer(tags::INSTANCE_NUMBER, k as i32 + 1)
            .text(tags::KVP, "")
            .numbers(tags::IMAGE_POSITION_PATIENT, &position_mm)
            .numbers(tags::IMAGE_ORIENTATION_PATIENT, &[grid.axes[0], grid.axes[1]].concat())
            .numbers(tags::PIXEL_SPACING, &[down, across])
            .number(tags::SLICE_THICKNESS, apart)
            .integer(tags::SAMPLES_PER_PIXEL, 1)
            .text(tags::PHOTOMETRIC_INTERPRETATION, "MONOCHROME2")
            .integer(tags::ROWS, grid.shape[1] as i32)
            .integer(tags::COLUMNS, grid.shape[0] as i32)
            .integer(tags::BITS_ALLOCATED, 16)
            .integer(tags::BITS_STORED, 16)
            .integer(tags::HIGH_BIT, 15)
            .integer(tags::PIXEL_REPRESENTATION, 0)
            .number(tags::RESCALE_SLOPE, 1.0)
            .number(tags::RESCALE_INTERCEPT, f64::from(INTERCEPT_HU))
            .text(tags::RESCALE_TYPE, "HU")
            .words(tags::PIXEL_DATA, words.to_vec());
        let set = match self.age_years {
            // Whole years, or months below two years.
            Some(years) if years >= 2.0 => {
                set.text(tags::PATIENT_AGE, format!("{:03}Y", years.floor().min(999.0)))
            }
            Some(years) => {
                set.text(tags::PATIENT_AGE, format!("{:03}M", (years * 12.0).floor().clamp(0.0, 999.0)))
            }
            None => set,
        };
        let set = match self.height_cm {
            Some(height_cm) => set.number(tags::PATIENT_SIZE, height_cm / 100.0),
            None => set,
        };
        match self.weight_kg {
            Some(weight_kg) => set.number(tags::PATIENT_WEIGHT, weight_kg),
            None => set,
        }
    }
}

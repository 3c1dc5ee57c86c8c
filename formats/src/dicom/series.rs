//! A series of single-frame images of any kind that radiomics looks at: CT, MR or PET.

mod headers;
mod pet;
mod planes;

use super::{CtSeries, SeriesChoice};
use crate::Error;
use headers::{Found, scan};
use std::fmt;
use std::path::{Path, PathBuf};
use volume::Image;

/// What made an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Modality {
    /// Computed tomography, in HU.
    Ct,
    /// Magnetic resonance; its numbers have no unit.
    Mr,
    /// Positron emission tomography.
    Pet,
}

impl fmt::Display for Modality {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Ct => "CT",
            Self::Mr => "MR",
            Self::Pet => "PET",
        })
    }
}

/// What the numbers of a PET series become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PetValues {
    /// Standardised uptake values by body weight (g/mL).
    #[default]
    SuvBodyWeight,
    /// What the file holds after its rescaling (Units, such as Bq/mL).
    AsStored,
}

/// Which series of a folder, and how its values are read.
#[derive(Clone, Debug, Default)]
pub struct ImageChoice {
    /// The series or the frame of reference that the regions name.
    pub series: SeriesChoice,
    /// Only series of this kind.
    pub modality: Option<Modality>,
    /// What becomes of PET.
    pub pet: PetValues,
}

/// An image and what its files say of it.
#[derive(Clone, Debug)]
pub struct ImageSeries {
    /// Values, axes as near to x, y, z of the patient as the slices lie.
    pub image: Image<f32>,
    /// What made it.
    pub modality: Modality,
    /// Unit of the values: `HU`, `SUV`, the file's own word (`BQML`), or nothing.
    pub unit: String,
    /// SeriesInstanceUID.
    pub series_uid: String,
    /// FrameOfReferenceUID, if there is one.
    pub frame_of_reference_uid: Option<String>,
    /// The files that were used, from the first plane to the last.
    pub files: Vec<PathBuf>,
    /// What was dropped, filled in, converted or suspicious.
    pub notes: Vec<String>,
}

impl ImageSeries {
    /// Reads the one series in a folder (not in its subfolders) that is meant.
    ///
    /// Of several series that of the choice's UIDs is taken, or the only one in its frame of reference. CT is read as
    /// [`CtSeries`] does. MR and PET must be single-frame images.
    ///
    /// # Errors
    /// It is not clear which series is meant, its slices make no image, or a PET cannot be made SUV (the message says why).
    pub fn read_folder(folder: &Path, choice: &ImageChoice) -> Result<Self, Error> {
        let files = super::files_in(folder)?;
        let mut notes = Vec::new();
        match scan(folder, &files, choice, &mut notes)? {
            Found::Ct(files) => {
                let ct = CtSeries::read_files(folder, &files, &choice.series)?;
                notes.extend(ct.notes);
                Ok(Self {
                    image: ct.image,
                    modality: Modality::Ct,
                    unit: "HU".into(),
                    series_uid: ct.series_uid,
                    frame_of_reference_uid: ct.frame_of_reference_uid,
                    files: ct.files,
                    notes,
                })
            }
            Found::Slices(modality, slices) => {
                let scale = match modality {
                    Modality::Pet => pet::scale(&slices, choice.pet, &mut notes)?,
                    _ => pet::Scale { factor: 1.0, unit: String::new() },
                };
                let (image, slices) = planes::assemble(folder, slices, scale.factor, &mut notes)?;
                Ok(Self {
                    image: image.canonical(),
                    modality,
                    unit: scale.unit,
                    series_uid: slices[0].series_uid.clone(),
                    frame_of_reference_uid: slices[0].frame_of_reference_uid.clone(),
                    files: slices.into_iter().map(|slice| slice.file.path).collect(),
                    notes,
                })
            }
        }
    }
}

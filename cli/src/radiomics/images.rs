//! Files with an image: NIfTI, a folder with a DICOM series, RTDOSE.

use super::arguments::RadiomicsArguments;
use super::inputs::{bytes, hex, is_nifti, refused};
use crate::exit::Failure;
use crate::input_file::file_name;
use ::radiomics::Image;
use formats::dicom::{DicomFile, DoseGrid, ImageChoice, ImageSeries, SeriesChoice, tags, uids};
use formats::nifti::Rows;
use sha2::{Digest, Sha256};
use std::path::Path;
use volume::OrientedGrid;

/// The voxels of an image.
pub enum Voxels {
    /// Read, with the SHA-256 of the file (of a folder: of its files' bytes in the order of the slices).
    Read(Image<f32>, String),
    /// A NIfTI file that is still to be decompressed.
    Rows(Rows<'static>),
}

impl Voxels {
    /// Where they lie, with axes as near to x, y, z of the patient as they can.
    pub fn grid(&self) -> OrientedGrid {
        match self {
            Self::Read(image, _) => image.grid,
            Self::Rows(rows) => rows.canonical_grid(),
        }
    }
}

/// An image and what is known of it.
pub struct Found {
    pub voxels: Voxels,
    /// Unit of its values, where the files say.
    pub unit: String,
    pub frame_uid: Option<String>,
}

/// A NIfTI image whose rows are decompressed as long as it is told to go on; nothing of other images.
pub fn opened(path: &Path, go_on: impl Fn() -> bool) -> Result<Option<Rows<'static>>, Failure> {
    if path.is_dir() || !is_nifti(path) {
        return Ok(None);
    }
    let mut rows = Rows::of_file(path).map_err(|error| refused(&error, path))?;
    rows.read_ahead(go_on);
    Ok(Some(rows))
}

/// An image of any kind; of a folder the series that the regions belong to.
pub fn found(
    path: &Path,
    opened: Option<Rows<'static>>,
    belongs_to: &SeriesChoice,
    arguments: &RadiomicsArguments,
    notes: &mut Vec<String>,
) -> Result<Found, Failure> {
    match opened {
        _ if path.is_dir() => series(path, belongs_to, arguments, notes),
        Some(rows) => Ok(Found { voxels: Voxels::Rows(rows), unit: String::new(), frame_uid: None }),
        None => dose(path, notes),
    }
}

/// An RTDOSE.
fn dose(path: &Path, notes: &mut Vec<String>) -> Result<Found, Failure> {
    let refused = |error: formats::Error| refused(&error, path);
    let bytes = &bytes(path)?;
    let dicom = DicomFile::from_bytes(path, bytes).map_err(refused)?;
    let class = dicom.root().text(tags::SOP_CLASS_UID).ok().flatten().unwrap_or_default();
    if class != uids::RT_DOSE_STORAGE {
        return Err(Failure::refused(
            format!("it is a single DICOM file and no RTDOSE (its SOP class is {class:?})"),
            file_name(path),
            "the folder that holds the files of the series",
        ));
    }
    let dose = DoseGrid::read(&dicom).map_err(refused)?;
    notes.extend(dose.notes);
    Ok(Found {
        voxels: Voxels::Read(dose.image, hex(&Sha256::digest(bytes))),
        unit: "Gy".into(),
        frame_uid: dose.frame_of_reference_uid,
    })
}

/// A folder with a series.
fn series(
    path: &Path,
    belongs_to: &SeriesChoice,
    arguments: &RadiomicsArguments,
    notes: &mut Vec<String>,
) -> Result<Found, Failure> {
    let choice = ImageChoice {
        series: belongs_to.clone(),
        modality: arguments.modality.map(Into::into),
        pet: arguments.pet.into(),
    };
    let series = ImageSeries::read_folder(path, &choice).map_err(|error| refused(&error, path))?;
    let mut hasher = Sha256::new();
    for file in &series.files {
        hasher.update(bytes(file)?);
    }
    notes.extend(series.notes);
    Ok(Found {
        voxels: Voxels::Read(series.image, hex(&hasher.finalize())),
        unit: series.unit,
        frame_uid: series.frame_of_reference_uid,
    })
}

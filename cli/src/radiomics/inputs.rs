//! The image and its regions, on the same voxels.

use super::RadiomicsArguments;
use super::cases::Case;
use super::images::{self, Voxels};
use super::placed::{placed, same_frame};
use super::regions::Regions;
use crate::exit::{Failure, with_causes};
use crate::input_file::{file_name, hashed};
use ::radiomics::placement::place;
use ::radiomics::{Image, Mask, Recipe};
use formats::nifti::Rows;
use regex::Regex;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What a case names: its regions, and its image as far as it is read.
pub struct Opened {
    /// The patient.
    pub patient_id: String,
    /// The image's file or folder.
    pub path: PathBuf,
    pub voxels: Voxels,
    /// Unit of its values, where the files say.
    pub unit: String,
    /// Names and masks, on the voxels of the whole image.
    pub regions: Vec<(String, Mask)>,
    /// SHA-256 of the file with the regions (of a folder: of its files' bytes in the order of their names).
    pub mask_sha256: String,
    /// Remarks of the readers.
    pub notes: Vec<String>,
}

/// What was read.
pub struct Inputs {
    /// The patient.
    pub patient_id: String,
    /// Name of the image's file or folder.
    pub name: String,
    /// The image, or as much of it as the recipe needs.
    pub image: Image<f32>,
    /// Names and masks on its voxels.
    pub regions: Vec<(String, Mask)>,
    /// SHA-256 of the image (of a folder: of its files' bytes in the order of the slices).
    pub image_sha256: String,
    /// SHA-256 of the file with the regions (of a folder: of its files' bytes in the order of their names).
    pub mask_sha256: String,
    /// Remarks of the readers.
    pub notes: Vec<String>,
}

impl Opened {
    /// Reads the regions and opens the image.
    pub fn read(case: &Case, arguments: &RadiomicsArguments, recipe: &Recipe) -> Result<Self, Failure> {
        let filter = case.roi.as_deref().or(arguments.roi.as_deref()).map(whole_name).transpose()?;
        // A NIfTI image is decompressed only as far as the regions reach, and from the start while that is not known yet.
        let is_known = AtomicBool::new(false);
        let (regions, rows) = rayon::join(
            || {
                let regions = Regions::read(&case.mask, filter.as_ref());
                is_known.store(true, Relaxed);
                regions
            },
            || images::opened(&case.image, || !is_known.load(Relaxed)),
        );
        let Regions { found, belongs_to, sha256: mask_sha256, mut notes } = {
            let regions = regions?;
            if regions.is_empty() {
                let remedy =
                    if filter.is_some() { "another --roi" } else { "a mask with at least one voxel above 0" };
                return Err(Failure::refused("it holds no region", file_name(&case.mask), remedy));
            }
            regions
        };
        let images::Found { voxels, unit, frame_uid } =
            images::found(&case.image, rows?, &belongs_to, arguments, &mut notes)?;
        let of_regions = belongs_to.frame_of_reference_uid.as_ref();
        same_frame(frame_uid.as_ref(), of_regions, case, arguments.any_frame, &mut notes)?;
        let regions = placed(found, &voxels.grid(), &case.mask, &mut notes)?;
        if !recipe.intensity_unit.is_empty() && !unit.is_empty() && recipe.intensity_unit != unit {
            notes.push(format!(
                "the recipe calls the unit {:?}; by its files the image is in {unit:?}",
                recipe.intensity_unit
            ));
        }
        Ok(Self {
            patient_id: case.patient_id.clone(),
            path: case.image.clone(),
            voxels,
            unit,
            regions,
            mask_sha256,
            notes,
        })
    }

    /// Reads the image, or as much of it as the recipe needs.
    pub fn inputs(self, recipe: &Recipe) -> Result<Inputs, Failure> {
        let (image, image_sha256) = match self.voxels {
            Voxels::Read(image, sha256) => (image, sha256),
            Voxels::Rows(rows) => part(&self.path, rows, &self.regions, recipe)?,
        };
        Ok(Inputs {
            patient_id: self.patient_id,
            name: file_name(&self.path),
            regions: on(&image, self.regions),
            image,
            image_sha256,
            mask_sha256: self.mask_sha256,
            notes: self.notes,
        })
    }
}

/// The part of a NIfTI image that some regions need, and the file's hash.
pub fn part(
    path: &Path,
    rows: Rows,
    regions: &[(String, Mask)],
    recipe: &Recipe,
) -> Result<(Image<f32>, String), Failure> {
    let needed = recipe.reach(rows.grid(), regions.iter().map(|(_, mask)| mask));
    let (sha256, image) = rayon::join(|| hashed(path), || rows.part(needed));
    let image = image.map_err(|error| refused(&error, path))?;
    Ok((image, sha256.map_err(|error| unreadable(path, &error))?))
}

/// Masks of the whole image on a part of it that holds all of them.
pub fn on(part: &Image<f32>, regions: Vec<(String, Mask)>) -> Vec<(String, Mask)> {
    regions.into_iter().map(|(name, mask)| (name, place(&mask, &part.grid).0)).collect()
}

/// The expression, to be met by a whole name.
fn whole_name(pattern: &str) -> Result<Regex, Failure> {
    Regex::new(&format!("^(?:{pattern})$")).map_err(|error| {
        Failure::command_line(format!("--roi is no regular expression: {error}"), "such as 'GTV.*'")
    })
}

/// By the file's name.
pub fn is_nifti(path: &Path) -> bool {
    let name = file_name(path).to_lowercase();
    name.ends_with(".nii") || name.ends_with(".nii.gz")
}

/// A hash as text.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a reader refused.
pub fn refused(error: &formats::Error, path: &Path) -> Failure {
    Failure::refused(with_causes(error), file_name(path), "")
}

/// A file's bytes.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

/// A file that the system does not let us read.
pub fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::refused(format!("it cannot be read: {error}"), file_name(path), "a file that may be read")
}

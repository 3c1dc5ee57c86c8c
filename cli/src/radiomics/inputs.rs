//! The image and its regions, on the same voxels.

use super::RadiomicsArguments;
use super::cases::Case;
use super::regions::{Found, Regions};
use crate::exit::{Failure, with_causes};
use crate::input_file::{file_name, hashed};
use ::radiomics::placement::{Relation, covering, place, relation};
use ::radiomics::{Image, Mask, Recipe};
use formats::dicom::{DicomFile, DoseGrid, ImageChoice, ImageSeries, SeriesChoice, tags, uids};
use formats::nifti::Rows;
use regex::Regex;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use volume::{OrientedGrid, Structure};

/// What was read.
pub struct Inputs {
    /// The patient.
    pub patient_id: String,
    /// Name of the image's file or folder.
    pub name: String,
    /// The image, or as much of it as the recipe needs.
    pub image: Image<f32>,
    /// Unit of its values, where the files say.
    pub unit: String,
    /// Names and masks.
    pub regions: Vec<(String, Mask)>,
    /// SHA-256 of the image (of a folder: of its files' bytes in the order of the slices).
    pub image_sha256: String,
    /// SHA-256 of the file with the regions (of a folder: of its files' bytes in the order of their names).
    pub mask_sha256: String,
    /// Remarks of the readers.
    pub notes: Vec<String>,
}

/// An image and what is known of it.
struct Read {
    image: Image<f32>,
    /// All of its voxels, where it is a part.
    whole: OrientedGrid,
    unit: String,
    frame_uid: Option<String>,
    sha256: String,
}

impl Inputs {
    /// Reads what a case names.
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
            || opened(&case.image, || !is_known.load(Relaxed)),
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
        let needed = |grid: &OrientedGrid| match &found {
            Found::Voxels { regions, .. } => recipe.reach(grid, regions.iter().map(|(_, mask)| mask)),
            Found::Drawn(_) => [[0; 3], grid.shape.map(|n| n - 1)],
        };
        let read = match rows? {
            _ if case.image.is_dir() => series(&case.image, &belongs_to, arguments, &mut notes)?,
            Some(rows) => {
                let (sha256, image) =
                    rayon::join(|| hashed(&case.image), || nifti(&case.image, rows, needed));
                Read { sha256: sha256.map_err(|error| unreadable(&case.image, &error))?, ..image? }
            }
            None => dose(&case.image, &mut notes)?,
        };
        same_frame(&read, &belongs_to, case, arguments, &mut notes)?;
        let regions = match found {
            Found::Drawn(structures) => drawn(&structures, &read.image, &case.mask)?,
            Found::Voxels { regions, grid } => placed(regions, grid, &read, &case.mask, &mut notes)?,
        };
        if !recipe.intensity_unit.is_empty() && !read.unit.is_empty() && recipe.intensity_unit != read.unit {
            notes.push(format!(
                "the recipe calls the unit {:?}; by its files the image is in {:?}",
                recipe.intensity_unit, read.unit
            ));
        }
        Ok(Self {
            patient_id: case.patient_id.clone(),
            name: file_name(&case.image),
            image: read.image,
            unit: read.unit,
            regions,
            image_sha256: read.sha256,
            mask_sha256,
            notes,
        })
    }
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

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::refused(format!("it cannot be read: {error}"), file_name(path), "a file that may be read")
}

/// A NIfTI image whose rows are decompressed as long as it is told to go on; nothing of other images.
fn opened(path: &Path, go_on: impl Fn() -> bool) -> Result<Option<Rows<'static>>, Failure> {
    if path.is_dir() || !is_nifti(path) {
        return Ok(None);
    }
    let mut rows = Rows::of_file(path).map_err(|error| refused(&error, path))?;
    rows.read_ahead(go_on);
    Ok(Some(rows))
}

/// A NIfTI image, as far as it is needed; its hash is found elsewhere.
fn nifti(
    path: &Path,
    rows: Rows,
    needed: impl Fn(&OrientedGrid) -> [[usize; 3]; 2],
) -> Result<Read, Failure> {
    let (part, whole) = (needed(rows.grid()), rows.canonical_grid());
    let image = rows.part(part).map_err(|error| refused(&error, path))?;
    Ok(Read { image, whole, unit: String::new(), frame_uid: None, sha256: String::new() })
}

/// An RTDOSE.
fn dose(path: &Path, notes: &mut Vec<String>) -> Result<Read, Failure> {
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
    let whole = dose.image.grid;
    Ok(Read {
        image: dose.image,
        whole,
        unit: "Gy".into(),
        frame_uid: dose.frame_of_reference_uid,
        sha256: hex(&Sha256::digest(bytes)),
    })
}

/// A folder with a series.
fn series(
    path: &Path,
    belongs_to: &SeriesChoice,
    arguments: &RadiomicsArguments,
    notes: &mut Vec<String>,
) -> Result<Read, Failure> {
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
    Ok(Read {
        whole: series.image.grid,
        image: series.image,
        unit: series.unit,
        frame_uid: series.frame_of_reference_uid,
        sha256: hex(&hasher.finalize()),
    })
}

/// Regions of another frame of reference lie elsewhere in the patient.
fn same_frame(
    read: &Read,
    belongs_to: &SeriesChoice,
    case: &Case,
    arguments: &RadiomicsArguments,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
    let Some((of_image, of_regions)) =
        read.frame_uid.as_ref().zip(belongs_to.frame_of_reference_uid.as_ref())
    else {
        return Ok(());
    };
    if of_image == of_regions {
        return Ok(());
    }
    let problem = format!(
        "the regions' frame of reference ({of_regions}) is not that of the image {} ({of_image}), so they may lie elsewhere in the patient",
        file_name(&case.image)
    );
    if arguments.any_frame {
        notes.push(format!("{problem}; taken as they are, as --any-frame says"));
        return Ok(());
    }
    Err(Failure::refused(
        problem,
        file_name(&case.mask),
        "the image that they were drawn on, or --any-frame where you know that both frames are one",
    ))
}

/// Contours as masks on the image.
fn drawn(structures: &[Structure], image: &Image<f32>, path: &Path) -> Result<Vec<(String, Mask)>, Failure> {
    structures
        .iter()
        .map(|structure| {
            let mask = Mask::of(structure, &image.grid, None)
                .map_err(|error| Failure::refused(with_causes(&error), file_name(path), ""))?;
            Ok((structure.name.clone(), mask))
        })
        .collect()
}

/// Masks of any grid as masks on the image.
fn placed(
    regions: Vec<(String, Mask)>,
    grid: Option<OrientedGrid>,
    read: &Read,
    path: &Path,
    notes: &mut Vec<String>,
) -> Result<Vec<(String, Mask)>, Failure> {
    let whole = &read.whole;
    let own =
        grid.or_else(|| regions.iter().find(|(_, mask)| !mask.inside.is_empty()).map(|(_, mask)| mask.grid));
    if let Some(own) = own {
        match relation(whole, &own) {
            Relation::Same => {}
            Relation::Shifted(_) if grid.is_none() => {}
            Relation::Shifted(shift) => notes.push(format!(
                "the mask has {:?} voxels and the image {:?}, {shift:?} apart; the mask was renumbered",
                own.shape, whole.shape
            )),
            Relation::Other => notes.push(format!(
                "the mask lies on other voxels ({}) than the image ({}) and was resampled: linear, inside from a half on",
                described(&own),
                described(whole)
            )),
        }
    }
    let mut all = Vec::with_capacity(regions.len());
    for (name, mask) in regions {
        let (placed, lost) = place(&mask, &read.image.grid);
        let before = mask.inside.iter().filter(|inside| **inside).count();
        let [low, high] = covering(&mask, &read.image.grid, [0.0; 3]);
        if before > 0 && (lost == before || (0..3).any(|a| high[a] < low[a])) {
            return Err(Failure::refused(
                format!(
                    "region {name:?} lies outside the image (mask: {}; image: {})",
                    described(&mask.grid),
                    described(whole)
                ),
                file_name(path),
                "the image that it was drawn on, or --roi to leave it out",
            ));
        }
        if lost > 0 {
            notes.push(format!(
                "{lost} of {before} voxels of region {name:?} lie beyond the image and were left out"
            ));
        }
        all.push((name, placed));
    }
    Ok(all)
}

/// A grid in a few words.
fn described(grid: &OrientedGrid) -> String {
    let [x, y, z] = grid.spacing_mm;
    let [a, b, c] = grid.origin_mm;
    format!("{x:.3} x {y:.3} x {z:.3} mm from ({a:.1}, {b:.1}, {c:.1}) mm")
}

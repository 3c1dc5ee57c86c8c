//! Files with regions: NIfTI labels, folders of NIfTI masks, RTSTRUCT, DICOM SEG.

use super::inputs::{bytes, hex, is_nifti, refused};
use crate::exit::Failure;
use crate::input_file::file_name;
use ::radiomics::Mask;
use formats::dicom::{DicomFile, Segmentation, SeriesChoice, StructureSet, tags, uids};
use formats::nifti::labels;
use regex::Regex;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use volume::{OrientedGrid, Structure};

/// What a file with regions holds.
pub enum Found {
    /// Contours, to be filled on the image's voxels.
    Drawn(Vec<Structure>),
    /// Voxels, on grids of their own.
    Voxels {
        regions: Vec<(String, Mask)>,
        /// The whole grid of the file, where it has one.
        grid: Option<OrientedGrid>,
    },
}

/// Regions and what they name.
pub struct Regions {
    pub found: Found,
    /// The series and the frame of reference that they belong to.
    pub belongs_to: SeriesChoice,
    pub sha256: String,
    pub notes: Vec<String>,
}

impl Regions {
    /// Reads a file or folder; `filter` is met by the whole name of each region that is kept.
    pub fn read(path: &Path, filter: Option<&Regex>) -> Result<Self, Failure> {
        if path.is_dir() {
            return folder(path, filter);
        }
        let bytes = bytes(path)?;
        let sha256 = hex(&Sha256::digest(&bytes));
        if is_nifti(path) {
            let (grid, regions) = labels(path, &bytes).map_err(|error| refused(&error, path))?;
            let wanted = |name: &str| filter.is_none_or(|filter| filter.is_match(name));
            let named = regions.into_iter().map(|(label, mask)| (label.to_string(), mask));
            let regions = named.filter(|(name, _)| wanted(name)).collect();
            return Ok(Self {
                found: Found::Voxels { regions, grid: Some(grid) },
                belongs_to: SeriesChoice::default(),
                sha256,
                notes: Vec::new(),
            });
        }
        dicom(path, &bytes, sha256, filter)
    }

    /// Whether there is no region at all.
    pub fn is_empty(&self) -> bool {
        match &self.found {
            Found::Drawn(structures) => structures.is_empty(),
            Found::Voxels { regions, .. } => regions.is_empty(),
        }
    }
}

fn dicom(path: &Path, bytes: &[u8], sha256: String, filter: Option<&Regex>) -> Result<Regions, Failure> {
    let refused = |error: formats::Error| refused(&error, path);
    let wanted = |name: &str| filter.is_none_or(|filter| filter.is_match(name));
    let file = DicomFile::from_bytes(path, bytes).map_err(refused)?;
    let class = file.root().text(tags::SOP_CLASS_UID).ok().flatten().unwrap_or_default();
    if [uids::SEGMENTATION_STORAGE, uids::LABEL_MAP_SEGMENTATION_STORAGE].contains(&class.as_str()) {
        let segmentation = Segmentation::read(&file).map_err(refused)?;
        let segments = segmentation.segments.into_iter().filter(|segment| wanted(&segment.label));
        return Ok(Regions {
            found: Found::Voxels {
                regions: segments.map(|segment| (segment.label, segment.mask)).collect(),
                grid: None,
            },
            belongs_to: SeriesChoice {
                series_uids: segmentation.series_uids,
                frame_of_reference_uid: segmentation.frame_of_reference_uid,
            },
            sha256,
            notes: segmentation.notes,
        });
    }
    if class != uids::RT_STRUCTURE_SET_STORAGE {
        return Err(Failure::refused(
            format!("it is neither an RTSTRUCT nor a DICOM SEG (its SOP class is {class:?})"),
            file_name(path),
            "a file with regions: NIfTI labels, RTSTRUCT or DICOM SEG",
        ));
    }
    let set = StructureSet::read(&file).map_err(refused)?;
    let mut notes = set.notes;
    let mut structures = set.structures;
    structures.retain(|structure| wanted(&structure.name));
    structures.retain(|structure| {
        if structure.contours.is_empty() {
            notes.push(format!("{:?} has no contours and was left out", structure.name));
        }
        !structure.contours.is_empty()
    });
    Ok(Regions {
        found: Found::Drawn(structures),
        belongs_to: SeriesChoice {
            series_uids: set.series_uids,
            frame_of_reference_uid: set.frame_of_reference_uid,
        },
        sha256,
        notes,
    })
}

/// Each NIfTI file of a folder is a region, named by the file; with several labels, each of them is.
fn folder(path: &Path, filter: Option<&Regex>) -> Result<Regions, Failure> {
    let entries = std::fs::read_dir(path).map_err(|error| {
        Failure::refused(format!("it cannot be read: {error}"), file_name(path), "a folder that may be read")
    })?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_nifti(path)).collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::refused(
            "this folder holds no NIfTI mask",
            file_name(path),
            "a folder with one .nii.gz for each region, or a single file with regions",
        ));
    }
    let (mut all, mut grid, mut hasher) = (Vec::new(), None, Sha256::new());
    for file in &files {
        let name = file_name(file);
        let stem = name.trim_end_matches(".gz").trim_end_matches(".nii").to_owned();
        let bytes = bytes(file)?;
        hasher.update(&bytes);
        let (own, regions) = labels(file, &bytes).map_err(|error| refused(&error, file))?;
        grid.get_or_insert(own);
        let single = regions.len() == 1;
        for (label, mask) in regions {
            let name = if single { stem.clone() } else { format!("{stem}_{label}") };
            if filter.is_none_or(|filter| filter.is_match(&name)) {
                all.push((name, mask));
            }
        }
    }
    Ok(Regions {
        found: Found::Voxels { regions: all, grid },
        belongs_to: SeriesChoice::default(),
        sha256: hex(&hasher.finalize()),
        notes: Vec::new(),
    })
}

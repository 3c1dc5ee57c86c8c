//! Files with regions: NIfTI labels, folders of NIfTI masks, RTSTRUCT, DICOM SEG.

use super::inputs::{bytes, hex, is_nifti, refused};
use crate::exit::Failure;
use crate::input_file::file_name;
use ::radiomics::Mask;
use formats::dicom::{DicomFile, Segmentation, SeriesChoice, StructureSet, tags, uids};
use formats::nifti::Rows;
use regex::Regex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use volume::{Image, OrientedGrid, Structure, VoxelIndex};

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
            let (grid, regions) = labels(path, &bytes)?;
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
        let (own, regions) = labels(file, &bytes)?;
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

/// A run of one label in a row.
struct Run {
    start: usize,
    end: usize,
    line: usize,
}

/// The grid of a NIfTI file and each label above 0 as a mask on the box around it.
fn labels(path: &Path, bytes: &[u8]) -> Result<(OrientedGrid, BTreeMap<u32, Mask>), Failure> {
    let refused = |error: formats::Error| refused(&error, path);
    let rows = Rows::open(path, bytes).map_err(refused)?;
    let (grid, canonical) = (*rows.grid(), rows.canonical_grid());
    let (mut runs, mut wrong, mut values): (BTreeMap<u32, Vec<Run>>, Option<f32>, Vec<f32>) =
        Default::default();
    rows.each(0..grid.shape[2], |line, row| {
        if row.is_plainly_zero() {
            return;
        }
        values.clear();
        row.append(0..grid.shape[0], &mut values);
        let mut end = 0;
        for run in values.chunk_by(|a, b| a == b) {
            let (value, start) = (run[0], end);
            end += run.len();
            if value == 0.0 {
                continue;
            }
            if value > 0.0 && value.fract() == 0.0 && value <= 16_777_216.0 {
                runs.entry(value as u32).or_default().push(Run { start, end, line });
            } else {
                wrong.get_or_insert(value);
            }
        }
    })
    .map_err(refused)?;
    if let Some(value) = wrong {
        return Err(Failure::refused(
            format!("it holds the value {value}, which is no label"),
            file_name(path),
            "whole labels from 1 on, 0 outside every region",
        ));
    }
    Ok((canonical, runs.into_iter().map(|(label, runs)| (label, filled(&grid, &runs))).collect()))
}

/// Runs as a mask on the box around them.
fn filled(grid: &OrientedGrid, runs: &[Run]) -> Mask {
    let rows = grid.shape[1];
    let (mut lower, mut upper) = ([usize::MAX; 3], [0; 3]);
    for Run { start, end, line } in runs {
        let (first, last) = ([*start, line % rows, line / rows], [end - 1, line % rows, line / rows]);
        lower = std::array::from_fn(|a| lower[a].min(first[a]));
        upper = std::array::from_fn(|a| upper[a].max(last[a]));
    }
    let cut = OrientedGrid {
        origin_mm: grid.centre_mm(VoxelIndex(lower)),
        shape: std::array::from_fn(|a| upper[a] - lower[a] + 1),
        ..*grid
    };
    let mut values = vec![false; cut.len()];
    for Run { start, end, line } in runs {
        let first = VoxelIndex([start - lower[0], line % rows - lower[1], line / rows - lower[2]]);
        values[cut.offset(first)..][..end - start].fill(true);
    }
    let image = Image { grid: cut, values }.canonical();
    Mask { grid: image.grid, lower: [0; 3], shape: image.grid.shape, inside: image.values, notes: Vec::new() }
}

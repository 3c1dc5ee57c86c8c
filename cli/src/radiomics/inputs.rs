//! The image and its regions.

use super::RadiomicsArguments;
use crate::exit::{Failure, with_causes};
use crate::input_file::file_name;
use ::radiomics::{Image, Mask};
use formats::dicom::{CtSeries, DicomFile, DoseGrid, SeriesChoice, StructureSet, tags, uids};
use regex::Regex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// What was read.
pub struct Inputs {
    /// Name of the image's file or folder.
    pub name: String,
    /// The image.
    pub image: Image<f32>,
    /// Names and masks.
    pub regions: Vec<(String, Mask)>,
    /// SHA-256 of the image (of a folder: of its files' bytes in the order of the slices).
    pub image_sha256: String,
    /// SHA-256 of the file with the regions.
    pub mask_sha256: String,
    /// Remarks of the readers.
    pub notes: Vec<String>,
}

impl Inputs {
    /// Reads what the command line names.
    pub fn read(arguments: &RadiomicsArguments) -> Result<Self, Failure> {
        let mut notes = Vec::new();
        let filter = arguments.roi.as_deref().map(whole).transpose()?;
        let mask_bytes = bytes(&arguments.mask)?;
        let is_dicom = !is_nifti(&arguments.mask);
        let set = if is_dicom { Some(structures(&arguments.mask, &mask_bytes)?) } else { None };
        let choice = SeriesChoice {
            series_uids: set.iter().flat_map(|set| set.series_uids.clone()).collect(),
            frame_of_reference_uid: set.as_ref().and_then(|set| set.frame_of_reference_uid.clone()),
        };
        let (image, image_sha256) = read_image(&arguments.image, &choice, &mut notes)?;
        let regions = match set {
            Some(set) => {
                notes.extend(set.notes.iter().cloned());
                drawn(set, &image, filter.as_ref(), &arguments.mask, &mut notes)?
            }
            None => labels(&arguments.mask, &mask_bytes, filter.as_ref())?,
        };
        if regions.is_empty() {
            let remedy =
                if filter.is_some() { "another --roi" } else { "a mask with at least one voxel above 0" };
            return Err(Failure::refused("it holds no region", file_name(&arguments.mask), remedy));
        }
        Ok(Self {
            name: file_name(&arguments.image),
            image,
            regions,
            image_sha256,
            mask_sha256: hex(&Sha256::digest(&mask_bytes)),
            notes,
        })
    }
}

/// The expression, to be met by a whole name.
fn whole(pattern: &str) -> Result<Regex, Failure> {
    Regex::new(&format!("^(?:{pattern})$")).map_err(|error| {
        Failure::command_line(format!("--roi is no regular expression: {error}"), "such as 'GTV.*'")
    })
}

fn is_nifti(path: &Path) -> bool {
    let name = file_name(path).to_lowercase();
    name.ends_with(".nii") || name.ends_with(".nii.gz")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn refused(error: &formats::Error, path: &Path) -> Failure {
    Failure::refused(with_causes(error), file_name(path), "")
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        Failure::refused(format!("it cannot be read: {error}"), file_name(path), "a file that may be read")
    })
}

fn read_image(
    path: &Path,
    choice: &SeriesChoice,
    notes: &mut Vec<String>,
) -> Result<(Image<f32>, String), Failure> {
    if path.is_dir() {
        let series = CtSeries::read_folder(path, choice).map_err(|error| refused(&error, path))?;
        let mut hasher = Sha256::new();
        for file in &series.files {
            hasher.update(bytes(file)?);
        }
        notes.extend(series.notes);
        return Ok((series.image, hex(&hasher.finalize())));
    }
    let bytes = bytes(path)?;
    let image = if is_nifti(path) {
        formats::nifti::read_bytes(path, &bytes)
    } else {
        DicomFile::from_bytes(path, &bytes).and_then(|file| DoseGrid::read(&file)).map(|dose| {
            notes.extend(dose.notes);
            dose.image
        })
    };
    Ok((image.map_err(|error| refused(&error, path))?, hex(&Sha256::digest(&bytes))))
}

fn structures(path: &Path, bytes: &[u8]) -> Result<StructureSet, Failure> {
    let file = DicomFile::from_bytes(path, bytes).map_err(|error| refused(&error, path))?;
    let class = file.root().text(tags::SOP_CLASS_UID).ok().flatten().unwrap_or_default();
    if class == uids::SEGMENTATION_STORAGE {
        return Err(Failure::refused(
            "it is a DICOM segmentation, which cannot be read yet",
            file_name(path),
            "an RTSTRUCT, or the segmentation as NIfTI labels",
        ));
    }
    StructureSet::read(&file).map_err(|error| refused(&error, path))
}

/// The structures as masks on the image; one without contours is passed over and noted.
fn drawn(
    set: StructureSet,
    image: &Image<f32>,
    filter: Option<&Regex>,
    path: &Path,
    notes: &mut Vec<String>,
) -> Result<Vec<(String, Mask)>, Failure> {
    let mut regions = Vec::new();
    for structure in set.structures {
        if filter.is_some_and(|filter| !filter.is_match(&structure.name)) {
            continue;
        }
        if structure.contours.is_empty() {
            notes.push(format!("{:?} has no contours and was left out", structure.name));
            continue;
        }
        let mask = Mask::of(&structure, &image.grid, None)
            .map_err(|error| Failure::refused(with_causes(&error), file_name(path), ""))?;
        regions.push((structure.name, mask));
    }
    Ok(regions)
}

/// Each label above 0 as a mask in its own box, in two passes over the image.
fn labels(path: &Path, bytes: &[u8], filter: Option<&Regex>) -> Result<Vec<(String, Mask)>, Failure> {
    let image = formats::nifti::read_bytes(path, bytes).map_err(|error| refused(&error, path))?;
    let grid = image.grid;
    let [nx, ny, _] = grid.shape;
    let mut boxes: BTreeMap<u32, [[usize; 3]; 2]> = BTreeMap::new();
    for (line, row) in image.values.chunks_exact(nx).enumerate() {
        let (j, k) = (line % ny, line / ny);
        let mut start = 0;
        for run in row.chunk_by(|a, b| a == b) {
            let (value, first) = (run[0], start);
            start += run.len();
            if value == 0.0 {
                continue;
            }
            if value < 0.0 || value.fract() != 0.0 || value > 16_777_216.0 {
                return Err(Failure::refused(
                    format!("it holds the value {value}, which is no label"),
                    file_name(path),
                    "whole labels from 1 on, 0 outside every region",
                ));
            }
            let [lower, upper] = boxes.entry(value as u32).or_insert([[usize::MAX; 3], [0; 3]]);
            *lower = [lower[0].min(first), lower[1].min(j), lower[2].min(k)];
            *upper = [upper[0].max(start - 1), upper[1].max(j), upper[2].max(k)];
        }
    }
    let mut regions = Vec::new();
    for (label, [lower, upper]) in boxes {
        let name = label.to_string();
        if filter.is_some_and(|filter| !filter.is_match(&name)) {
            continue;
        }
        let shape: [usize; 3] = std::array::from_fn(|a| upper[a] - lower[a] + 1);
        let mut inside = Vec::with_capacity(shape.iter().product());
        for k in lower[2]..=upper[2] {
            for j in lower[1]..=upper[1] {
                let start = lower[0] + nx * (j + ny * k);
                inside
                    .extend(image.values[start..start + shape[0]].iter().map(|&value| value == label as f32));
            }
        }
        regions.push((name, Mask { grid, lower, shape, inside, notes: Vec::new() }));
    }
    Ok(regions)
}

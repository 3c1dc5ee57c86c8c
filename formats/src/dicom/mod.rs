//! DICOM files: plans, images, structures and doses of radiotherapy.
//!
//! [`DicomFile::open`] turns any DICOM file into a data set; [`Scope`] reads its elements with errors that name file,
//! element and way out. Lengths are millimetres, positions are in DICOM patient space (x to the patient's left, y to the
//! back, z to the head).

mod choice;
mod codec;
pub mod ct;
mod dataset;
pub mod dose;
mod encoding;
pub mod file;
mod geometry;
mod layers;
pub mod patient;
mod pixels;
pub mod plan;
mod plan_beam;
mod plan_points;
pub mod scope;
pub mod segmentation;
pub mod series;
mod stack;
pub mod structures;
pub mod study;
pub mod write;

pub use choice::SeriesChoice;
pub use ct::CtSeries;
pub use dicom_dictionary_std::{tags, uids};
pub use dose::DoseGrid;
pub use file::DicomFile;
pub use patient::{PatientFacts, Sex};
pub use scope::Scope;
pub use segmentation::Segmentation;
pub use series::{ImageChoice, ImageSeries, Modality, PetValues};
pub use structures::StructureSet;
pub use study::Study;

use crate::Error;
use std::path::{Path, PathBuf};

/// The files in a folder, not in its subfolders, by name.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read_error = |source| Error::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(read_error)? {
        let path = entry.map_err(read_error)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

//! Every reader on any bytes: each says whether it accepted them. The fuzz targets and `formats/tests/fuzz.rs` call these.

use formats::dicom::{
    CtSeries, DicomFile, DoseGrid, Segmentation, SeriesChoice, StructureSet, plan::read_plan,
};
use std::path::Path;
use treatment::machine::Machine;

/// Stands in messages for the file's name.
const NAME: &str = "fuzz.dcm";

fn open(bytes: &[u8]) -> Result<DicomFile, formats::Error> {
    DicomFile::from_bytes(Path::new(NAME), bytes)
}

/// A CT series of this file alone (an enhanced one has several slices), and beside a sound slice.
pub fn ct_slice(bytes: &[u8]) -> bool {
    thread_local! {
        static FOLDER: tempfile::TempDir = tempfile::tempdir().expect("a temporary folder");
    }
    FOLDER.with(|folder| {
        let any = folder.path().join("any.dcm");
        let sound = folder.path().join("sound.dcm");
        if !sound.exists() {
            std::fs::write(&sound, include_bytes!("../formats/tests/data/ct_plain_2.dcm")).expect("writable");
        }
        std::fs::write(&any, bytes).expect("writable");
        let choice = SeriesChoice::default();
        let alone = CtSeries::read_files(folder.path(), std::slice::from_ref(&any), &choice).is_ok();
        CtSeries::read_files(folder.path(), &[any, sound], &choice).is_ok() || alone
    })
}

/// An RTPLAN.
pub fn plan(bytes: &[u8]) -> bool {
    open(bytes).and_then(|file| read_plan(&file)).is_ok()
}

/// An RTSTRUCT.
pub fn structures(bytes: &[u8]) -> bool {
    open(bytes).and_then(|file| StructureSet::read(&file)).is_ok()
}

/// A DICOM SEG.
pub fn segmentation(bytes: &[u8]) -> bool {
    open(bytes).and_then(|file| Segmentation::read(&file)).is_ok()
}

/// An RTDOSE.
pub fn dose(bytes: &[u8]) -> bool {
    open(bytes).and_then(|file| DoseGrid::read(&file)).is_ok()
}

/// A NIfTI image, compressed or not, also as labels and in part.
pub fn nifti(bytes: &[u8]) -> bool {
    let path = Path::new(NAME);
    let whole = formats::nifti::read_bytes(path, bytes).is_ok();
    let labels = formats::nifti::labels(path, bytes).is_ok();
    let part = formats::nifti::Rows::open(path, bytes).and_then(|rows| {
        let end = rows.grid().shape.map(|n| n / 2);
        rows.part([[0; 3], end.map(|n| n.saturating_sub(1))])
    });
    whole || labels || part.is_ok()
}

/// A machine file.
pub fn machine(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Machine::from_toml(NAME, text).is_ok())
}

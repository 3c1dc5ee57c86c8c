//! Which series of a folder is meant.

use super::DicomFile;
use crate::Error;
use std::path::{Path, PathBuf};

/// Which series to take where there are several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesChoice {
    /// The series with one of these SeriesInstanceUIDs, if there is one.
    pub series_uids: Vec<String>,
    /// Else the only one with this FrameOfReferenceUID.
    pub frame_of_reference_uid: Option<String>,
}

/// A series that was found.
pub(super) struct Candidate<'a> {
    /// SeriesInstanceUID.
    pub uid: &'a str,
    /// FrameOfReferenceUID.
    pub frame_uid: Option<&'a str>,
    /// In messages.
    pub described: String,
}

impl SeriesChoice {
    /// The SeriesInstanceUID that is meant: one that is named, or the only one in the frame of reference, or the only one.
    ///
    /// `what` names such series in messages; how one of several was found is noted.
    ///
    /// # Errors
    /// It is not clear which one is meant.
    pub(super) fn of(
        &self,
        folder: &Path,
        found: &[Candidate],
        what: &str,
        way_out: &str,
        notes: &mut Vec<String>,
    ) -> Result<String, Error> {
        let mut took = |series: &Candidate, why: &str| {
            if found.len() > 1 {
                notes.push(format!("of {} {what} series {} was taken, {why}", found.len(), series.described));
            }
            Ok(series.uid.to_owned())
        };
        // The order of the names counts.
        let named = |uid: &String| found.iter().find(|series| series.uid == uid);
        if let Some(series) = self.series_uids.iter().find_map(named) {
            return took(series, "which the regions or the plan name");
        }
        if let [only] = found {
            return took(only, "");
        }
        let frame = self.frame_of_reference_uid.as_deref();
        let mut in_frame = found.iter().filter(|series| frame.is_some() && series.frame_uid == frame);
        if let (Some(series), None) = (in_frame.next(), in_frame.next()) {
            return took(series, "the only one in the frame of reference");
        }
        let list: Vec<&str> = found.iter().map(|series| series.described.as_str()).collect();
        Err(Error::Refused {
            path: folder.to_owned(),
            problem: format!(
                "there are {} {what} series and none is clearly meant: {}",
                found.len(),
                list.join(", ")
            ),
            way_out: way_out.into(),
        })
    }
}

/// Calls with the header of each file that is DICOM; gives the number of those that are not.
pub(super) fn each_header(
    files: &[PathBuf],
    mut header: impl FnMut(DicomFile) -> Result<(), Error>,
) -> Result<usize, Error> {
    let mut others = 0;
    for path in files {
        match DicomFile::open_header(path) {
            Ok(file) => header(file)?,
            Err(Error::NotDicom { .. }) => others += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(others)
}

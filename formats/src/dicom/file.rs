//! One DICOM file, opened whatever its encoding.

use super::{Scope, dataset, encoding, tags};
use crate::Error;
use dicom_object::InMemDicomObject;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Largest file that is read into memory (bytes).
pub const MOST_BYTES: u64 = 4 << 30;
/// How much of a file is looked at to find out how it is encoded (bytes).
const HEAD_BYTES: u64 = 1 << 16;

/// A DICOM file in memory.
///
/// Opens files with or without preamble and file meta group, of either byte order, explicit or implicit, deflated or
/// not. Text is decoded by the file's character set, without padding; values of binary elements (PixelData among them)
/// stay bytes in the file's byte order.
#[derive(Clone, Debug)]
pub struct DicomFile {
    /// Where it came from; only used in messages.
    pub path: PathBuf,
    /// UID of its transfer syntax, declared or found out.
    pub transfer_syntax: String,
    /// Its data set.
    pub object: InMemDicomObject,
}

impl DicomFile {
    /// Opens a file as a whole.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read_error = |source| Error::Read { path: path.to_owned(), source };
        let (mut file, length) = regular(path)?;
        if length > MOST_BYTES {
            return Err(Error::Refused {
                path: path.to_owned(),
                problem: format!("the file has {length} bytes, more than the {MOST_BYTES} that are read"),
                way_out: "is it a DICOM-RT file? export it in parts".into(),
            });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(read_error)?;
        Self::from_bytes(path, &bytes)
    }

    /// Opens a file without its pixel data or contours, reading no further than where they start.
    pub fn open_header(path: &Path) -> Result<Self, Error> {
        let read_error = |source| Error::Read { path: path.to_owned(), source };
        let (file, length) = regular(path)?;
        let mut file = BufReader::new(file);
        let mut head = Vec::new();
        (&mut file).take(HEAD_BYTES).read_to_end(&mut head).map_err(read_error)?;
        let found = encoding::find(path, &head)?;
        if found.deflated {
            return Self::open(path); // Where the pixel data start is known only after inflating.
        }
        file.seek(SeekFrom::Start(found.start as u64)).map_err(read_error)?;
        let object =
            dataset::read(&mut file, length - found.start as u64, &found.syntax, dataset::Extent::Header)
                .map_err(|damage| damage.of(path))?;
        Ok(Self { path: path.to_owned(), transfer_syntax: found.syntax.uid, object })
    }

    /// Opens a file that is already in memory; `path` is only used in messages.
    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let head = &bytes[..bytes.len().min(HEAD_BYTES as usize)];
        let found = encoding::find(path, head)?;
        let inflated;
        let data = if found.deflated {
            inflated = encoding::inflate(path, &bytes[found.start..])?;
            &inflated[..]
        } else {
            &bytes[found.start..]
        };
        let object =
            dataset::read(&mut Cursor::new(data), data.len() as u64, &found.syntax, dataset::Extent::Whole)
                .map_err(|damage| damage.of(path))?;
        Ok(Self { path: path.to_owned(), transfer_syntax: found.syntax.uid, object })
    }

    /// The data set's root, where every reader starts.
    pub fn root(&self) -> Scope<'_> {
        Scope::root(&self.path, &self.object)
    }

    /// Whether the bytes of binary values have their highest byte first.
    pub(super) fn is_big_endian(&self) -> bool {
        self.transfer_syntax == encoding::EXPLICIT_VR_BIG_ENDIAN
    }

    /// SOPClassUID: what kind of object this is.
    pub fn sop_class(&self) -> Result<String, Error> {
        self.root().required_text(tags::SOP_CLASS_UID)
    }

    /// SOPInstanceUID: which object this is.
    pub fn sop_instance_uid(&self) -> Result<String, Error> {
        self.root().required_text(tags::SOP_INSTANCE_UID)
    }
}

/// Opens a file that has an end, and gives its length (bytes): a pipe or a device has none.
fn regular(path: &Path) -> Result<(File, u64), Error> {
    let read_error = |source| Error::Read { path: path.to_owned(), source };
    let about = std::fs::metadata(path).map_err(read_error)?;
    if !about.is_file() {
        return Err(Error::Refused {
            path: path.to_owned(),
            problem: "this is no regular file".into(),
            way_out: "give a DICOM file".into(),
        });
    }
    Ok((File::open(path).map_err(read_error)?, about.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_missing_files_are_refused_by_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for open in [DicomFile::open, DicomFile::open_header] {
            let refusal = open(folder.path()).expect_err("a folder").to_string();
            assert!(refusal.contains("no regular file"), "{refusal}");
            let missing = open(&folder.path().join("none.dcm")).expect_err("nothing").to_string();
            assert!(missing.contains("none.dcm") && missing.contains("could not be read"), "{missing}");
        }
    }
}

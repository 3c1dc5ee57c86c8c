//! A PDF as a DICOM object of the plan's study (Encapsulated PDF Storage), so that a PACS keeps and shows it.

use super::dataset::save;
use super::{DataSet, Identity, MANUFACTURER, uid_of};
use crate::Error;
use crate::dicom::{tags, uids};
use std::path::Path;

/// A document to be written (DICOM PS3.3, A.45.1).
#[derive(Clone, Copy, Debug)]
pub struct PdfWriter<'a> {
    /// Whose it is.
    pub identity: &'a Identity,
    /// SOP Class UID of the plan that it is about.
    pub plan_class: &'a str,
    /// SOP Instance UID of that plan.
    pub plan_uid: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// The PDF. It names nobody: BurnedInAnnotation says so.
    pub pdf: &'a [u8],
}

impl PdfWriter<'_> {
    /// Writes the file and gives its SOPInstanceUID.
    pub fn save(&self, path: &Path) -> Result<String, Error> {
        let (uid, bytes) = self.bytes();
        save(path, &bytes)?;
        Ok(uid)
    }

    /// The SOPInstanceUID and the bytes of the file. There is no date in it: the same content gives the same bytes.
    pub fn bytes(&self) -> (String, Vec<u8>) {
        let mut pdf = self.pdf.to_vec();
        if pdf.len() % 2 == 1 {
            pdf.push(0);
        }
        let set = self
            .identity
            .elements()
            .text(tags::MODALITY, "DOC")
            .text(tags::MANUFACTURER, MANUFACTURER)
            .text(tags::MANUFACTURER_MODEL_NAME, MANUFACTURER)
            .text(tags::CONVERSION_TYPE, "WSD")
            .text(tags::SERIES_DESCRIPTION, "straydose report, research only")
            .integer(tags::SERIES_NUMBER, 5)
            .integer(tags::INSTANCE_NUMBER, 1)
            .text(tags::CONTENT_DATE, "")
            .text(tags::CONTENT_TIME, "")
            .text(tags::ACQUISITION_DATE_TIME, "")
            .text(tags::BURNED_IN_ANNOTATION, "NO")
            .items(tags::SOURCE_INSTANCE_SEQUENCE, [DataSet::reference(self.plan_class, self.plan_uid)])
            .text(tags::DOCUMENT_TITLE, self.title)
            .items(tags::CONCEPT_NAME_CODE_SEQUENCE, [])
            .text(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT, "application/pdf")
            .bytes(tags::ENCAPSULATED_DOCUMENT, pdf);
        let uid = uid_of(&[b"report", &set.clone().file(uids::ENCAPSULATED_PDF_STORAGE, "")]);
        let series_uid = uid_of(&[b"report series", uid.as_bytes()]);
        let set = set.text(tags::SERIES_INSTANCE_UID, series_uid);
        (uid.clone(), set.file(uids::ENCAPSULATED_PDF_STORAGE, &uid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dicom::DicomFile;

    #[test]
    fn a_pdf_comes_back_byte_for_byte_in_its_plans_study() {
        let identity = Identity::of_phantom("PDF", "F");
        let pdf = b"%PDF-1.7 odd";
        let writer = PdfWriter {
            identity: &identity,
            plan_class: uids::RT_PLAN_STORAGE,
            plan_uid: "1.2.3",
            title: "t",
            pdf: &pdf[..11],
        };
        let (uid, bytes) = writer.bytes();
        assert_eq!(writer.bytes().0, uid);
        let file = DicomFile::from_bytes("r.dcm".as_ref(), &bytes).expect("readable");
        let root = file.root();
        assert_eq!(root.required_text(tags::SOP_CLASS_UID).unwrap(), uids::ENCAPSULATED_PDF_STORAGE);
        assert_eq!(root.required_text(tags::STUDY_INSTANCE_UID).unwrap(), identity.study_uid);
        let source = &root.sequence(tags::SOURCE_INSTANCE_SEQUENCE).unwrap()[0];
        assert_eq!(source.required_text(tags::REFERENCED_SOP_INSTANCE_UID).unwrap(), "1.2.3");
        let document =
            file.object.element(tags::ENCAPSULATED_DOCUMENT).expect("there").to_bytes().expect("bytes");
        assert_eq!(&*document, b"%PDF-1.7 od\0", "padded to an even length");
    }
}

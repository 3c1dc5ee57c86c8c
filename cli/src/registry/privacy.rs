//! Whether a file still says who the patient is.

use formats::dicom::{Scope, tags};

/// Names that our own made-up patients have.
const MADE_UP: &str = "PHANTOM^";

/// What in a data set identifies its patient.
///
/// Nothing does where PatientIdentityRemoved says YES (DICOM PS3.15, E.1). A name that is the PatientID is a pseudonym.
pub fn identifying(root: &Scope) -> Option<&'static str> {
    let text = |tag| root.text(tag).ok().flatten().unwrap_or_default();
    if text(tags::PATIENT_IDENTITY_REMOVED) == "YES" {
        return None;
    }
    let by_themselves = [
        (tags::PATIENT_BIRTH_DATE, "a birth date (PatientBirthDate)"),
        (tags::OTHER_PATIENT_NAMES, "other names (OtherPatientNames)"),
        (tags::PATIENT_BIRTH_NAME, "a birth name (PatientBirthName)"),
        (tags::PATIENT_ADDRESS, "an address (PatientAddress)"),
        (tags::PATIENT_TELEPHONE_NUMBERS, "telephone numbers (PatientTelephoneNumbers)"),
    ];
    if let Some((_, what)) = by_themselves.into_iter().find(|(tag, _)| !text(*tag).is_empty()) {
        return Some(what);
    }
    let name = text(tags::PATIENT_NAME);
    let is_pseudonym = name.is_empty() || name == text(tags::PATIENT_ID) || name.starts_with(MADE_UP);
    (!is_pseudonym).then_some("a name (PatientName)")
}

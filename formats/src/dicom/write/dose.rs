//! An image in Gy to RTDOSE, as planning systems accept it.
//!
//! Each rule here is a rejection that someone met: the frame of reference, study and patient are the plan's;
//! ReferencedRTPlanSequence holds the plan's own UID; GridFrameOffsetVector starts with 0, rises, and
//! FrameIncrementPointer points at it; SliceThickness is there though empty; PixelSpacing is row, then column; the values
//! are quantised with DoseGridScaling as its sixteen characters read.

use super::dataset::{decimal, save};
use super::{DataSet, Identity, MANUFACTURER, uid_of};
use crate::Error;
use crate::dicom::{tags, uids};
use std::path::Path;
use volume::Image;

/// Size of a stored dose value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// For old readers; resolves 1/65535 of the maximum.
    Sixteen,
    /// Resolves 1/4294967295 of the maximum.
    ThirtyTwo,
}

impl Bits {
    fn count(self) -> i32 {
        match self {
            Self::Sixteen => 16,
            Self::ThirtyTwo => 32,
        }
    }

    fn largest(self) -> f64 {
        match self {
            Self::Sixteen => f64::from(u16::MAX),
            Self::ThirtyTwo => f64::from(u32::MAX),
        }
    }
}

/// A dose to be written: physical, of the whole plan, in Gy.
#[derive(Clone, Copy, Debug)]
pub struct DoseWriter<'a> {
    /// The plan's patient, study and frame of reference.
    pub identity: &'a Identity,
    /// SOPClassUID of the plan.
    pub plan_class: &'a str,
    /// SOPInstanceUID of the plan.
    pub plan_uid: &'a str,
    /// Dose (Gy), none of it negative.
    pub image: &'a Image<f32>,
    /// What the dose is, in a few words; `research use only` is added.
    pub comment: &'a str,
    /// Size of a stored value.
    pub bits: Bits,
}

impl DoseWriter<'_> {
    /// Writes the file.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        save(path, &self.bytes(path)?)
    }

    /// The bytes of the file; `path` is only used in messages.
    pub fn bytes(&self, path: &Path) -> Result<Vec<u8>, Error> {
        let refused = |problem: String, way_out: &str| Error::Refused {
            path: path.to_owned(),
            problem,
            way_out: way_out.into(),
        };
        let turned;
        let image = if self.image.grid.is_right_handed() {
            self.image
        } else {
            // Planes rise along the normal of rows and columns, which a left-handed grid does not.
            turned = self.image.clone().canonical();
            &turned
        };
        let grid = &image.grid;
        if image.values.len() != grid.len() || grid.is_empty() {
            return Err(Error::Length { values: image.values.len(), voxels: grid.len() });
        }
        if grid.shape[0] > 65_535 || grid.shape[1] > 65_535 {
            return Err(refused(
                format!("{} x {} pixels do not fit RTDOSE", grid.shape[0], grid.shape[1]),
                "use larger voxels",
            ));
        }
        if let Some(wrong) = image.values.iter().find(|dose| !(dose.is_finite() && **dose >= 0.0)) {
            return Err(refused(format!("a dose of {wrong} Gy cannot be stored"), "report this as a bug"));
        }
        let maximum = image.values.iter().fold(0.0_f32, |a, &b| a.max(b));
        let (scaling, scaling_text) = scaling(f64::from(maximum), self.bits);
        let pixels = quantised(&image.values, scaling, self.bits);
        let offsets: Vec<f64> = (0..grid.shape[2]).map(|k| k as f64 * grid.spacing_mm[2]).collect();
        let [across, down, _] = grid.spacing_mm;
        let orientation = [grid.axes[0], grid.axes[1]].concat();
        let set = self
            .identity
            .elements()
            .text(tags::MODALITY, "RTDOSE")
            .text(tags::MANUFACTURER, MANUFACTURER)
            .text(tags::MANUFACTURER_MODEL_NAME, MANUFACTURER)
            .text(tags::SOFTWARE_VERSIONS, env!("CARGO_PKG_VERSION"))
            .text(tags::SERIES_DESCRIPTION, "straydose: research use only")
            .integer(tags::SERIES_NUMBER, 1)
            .text(tags::OPERATORS_NAME, "")
            .integer(tags::INSTANCE_NUMBER, 1)
            .text(tags::CONTENT_DATE, "")
            .text(tags::CONTENT_TIME, "")
            .numbers(tags::IMAGE_POSITION_PATIENT, &grid.origin_mm)
            .numbers(tags::IMAGE_ORIENTATION_PATIENT, &orientation)
            .numbers(tags::PIXEL_SPACING, &[down, across])
            .text(tags::SLICE_THICKNESS, "")
            .integer(tags::SAMPLES_PER_PIXEL, 1)
            .text(tags::PHOTOMETRIC_INTERPRETATION, "MONOCHROME2")
            .text(tags::NUMBER_OF_FRAMES, grid.shape[2].to_string())
            .pointer(tags::FRAME_INCREMENT_POINTER, tags::GRID_FRAME_OFFSET_VECTOR)
            .integer(tags::ROWS, grid.shape[1] as i32)
            .integer(tags::COLUMNS, grid.shape[0] as i32)
            .integer(tags::BITS_ALLOCATED, self.bits.count())
            .integer(tags::BITS_STORED, self.bits.count())
            .integer(tags::HIGH_BIT, self.bits.count() - 1)
            .integer(tags::PIXEL_REPRESENTATION, 0)
            .text(tags::DOSE_UNITS, "GY")
            .text(tags::DOSE_TYPE, "PHYSICAL")
            .text(tags::DOSE_COMMENT, comment(self.comment))
            .text(tags::DOSE_SUMMATION_TYPE, "PLAN")
            .numbers(tags::GRID_FRAME_OFFSET_VECTOR, &offsets)
            .text(tags::DOSE_GRID_SCALING, &*scaling_text)
            .items(tags::REFERENCED_RT_PLAN_SEQUENCE, [DataSet::reference(self.plan_class, self.plan_uid)]);
        // The object's UID stands for all that it holds: everything above and the pixels.
        let uid = uid_of(&[b"RTDOSE", &set.clone().file(uids::RT_DOSE_STORAGE, ""), &pixels]);
        let series_uid = uid_of(&[b"RTDOSE series", uid.as_bytes()]);
        Ok(set
            .text(tags::SERIES_INSTANCE_UID, series_uid)
            .words(tags::PIXEL_DATA, pixels)
            .file(uids::RT_DOSE_STORAGE, &uid))
    }
}

/// At most 64 characters that say what the dose is for.
fn comment(what: &str) -> String {
    let suffix = "research use only";
    // A backslash would make two values of it.
    let what: String =
        what.chars().filter(|&c| c != '\\' && !c.is_control()).take(64 - suffix.len() - 2).collect();
    if what.is_empty() { suffix.into() } else { format!("{what}; {suffix}") }
}

/// DoseGridScaling (Gy) as it reads back from its text: the largest dose still fits.
fn scaling(maximum_gy: f64, bits: Bits) -> (f64, String) {
    if maximum_gy == 0.0 {
        return (1.0, "1".into());
    }
    let mut wanted = maximum_gy / bits.largest();
    loop {
        let text = decimal(wanted);
        let read: f64 = text.parse().expect("it was just written");
        if read * bits.largest() >= maximum_gy {
            return (read, text);
        }
        // The text was rounded down: ask for a little more than its last digit.
        wanted *= 1.0 + 1e-9;
    }
}

/// The stored words, lowest byte first.
fn quantised(values_gy: &[f32], scaling_gy: f64, bits: Bits) -> Vec<u8> {
    let word = |&dose: &f32| (f64::from(dose) / scaling_gy).round().min(bits.largest()) as u32;
    match bits {
        Bits::Sixteen => values_gy.iter().flat_map(|dose| (word(dose) as u16).to_le_bytes()).collect(),
        Bits::ThirtyTwo => values_gy.iter().flat_map(|dose| word(dose).to_le_bytes()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn scaling_fits_its_text_and_the_maximum(maximum in 1e-30_f32..1e6) {
            for bits in [Bits::Sixteen, Bits::ThirtyTwo] {
                let (scaling, text) = scaling(f64::from(maximum), bits);
                prop_assert!(text.len() <= 16);
                prop_assert_eq!(text.parse::<f64>().expect("a number"), scaling, "readers see another number");
                prop_assert!(scaling * bits.largest() >= f64::from(maximum));
                prop_assert!(scaling * bits.largest() <= f64::from(maximum) * (1.0 + 1e-7));
            }
        }
    }

    #[test]
    fn comments_fit_and_say_research() {
        assert_eq!(comment("stray dose, whole course"), "stray dose, whole course; research use only");
        let long = comment(&"long\\".repeat(40));
        assert!(long.chars().count() == 64 && long.ends_with("; research use only") && !long.contains('\\'));
        assert_eq!(comment(""), "research use only");
    }
}

//! What was found odd or decided on the way from scan to patient, for the report.

use std::fmt;
use volume::contours::ContourNote;

/// A remark that a reader of the results should see.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// The outline came from a structure.
    OutlineFrom {
        /// Its name.
        structure: String,
    },
    /// No usable structure gave the outline; it was found by threshold.
    OutlineByThreshold {
        /// The threshold (HU).
        threshold_hu: f32,
    },
    /// Matter outside the outline became air: couch, immobilisation, other objects.
    RemovedOutside {
        /// Its volume above the threshold (cm³).
        volume_cm3: f64,
        /// Its mass by the calibration (g).
        mass_g: f64,
    },
    /// The outline of the patient included a couch or board, which was taken out of it.
    SupportInOutline {
        /// The structure that says so; none where it was found as a piece far from the body.
        structure: Option<String>,
        /// Its volume inside the outline (cm³).
        volume_cm3: f64,
    },
    /// A structure of a support holds the patient, so it was not taken out of the patient.
    SupportAroundPatient {
        /// Its name.
        structure: String,
    },
    /// A support that was kept.
    SupportKept {
        /// Name of the structure.
        structure: String,
    },
    /// Voxels whose density a planner set.
    DensityOverride {
        /// Name of the structure.
        structure: String,
        /// Density relative to water.
        relative_density: f64,
        /// How many scan voxels got it.
        voxels: usize,
    },
    /// The body reaches the edge of what the scanner reconstructed: some of it is missing.
    BodyCutOff {
        /// Share of the body's slices in which it does.
        share_of_slices: f64,
    },
    /// Voxels at the top of the scanner's scale inside the body: metal, with streaks around it.
    Metal {
        /// Their volume (cm³).
        volume_cm3: f64,
        /// Share of the body's slices with metal.
        share_of_slices: f64,
    },
    /// Air is not where Hounsfield's scale has it.
    AirNotAtMinus1000 {
        /// Median of the air around the body (HU).
        median_hu: f64,
    },
    /// Nothing in the scan looks like air: is it in Hounsfield units?
    NoAir {
        /// Smallest value of the scan.
        lowest_hu: f64,
    },
    /// The body as a whole is not where soft tissue should be.
    TissueNotNearZero {
        /// Median of the body (HU).
        median_hu: f64,
    },
    /// Voxels that hold no number; they became air.
    NotANumber {
        /// How many.
        voxels: usize,
    },
    /// The scan is turned against the patient's axes; the grid follows the scan.
    Oblique {
        /// The largest angle between an axis and the patient's (degrees).
        angle_deg: f64,
    },
    /// A structure that could not be used.
    LeftOut {
        /// Its name.
        structure: String,
        /// Why.
        why: String,
    },
    /// Something about a structure's contours.
    Contours {
        /// Name of the structure.
        structure: String,
        /// What.
        note: ContourNote,
    },
}

impl Note {
    /// Whether a reader must know it before trusting the numbers; else it only tells what was decided.
    pub fn limits_trust(&self) -> bool {
        !matches!(
            self,
            Self::OutlineFrom { .. }
                | Self::RemovedOutside { .. }
                | Self::SupportKept { .. }
                | Self::DensityOverride { .. }
                | Self::Oblique { .. }
                | Self::Contours { .. }
        )
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutlineFrom { structure } => write!(f, "body outline from structure {structure:?}"),
            Self::OutlineByThreshold { threshold_hu } => {
                write!(
                    f,
                    "no EXTERNAL structure: body outline by threshold at {threshold_hu} HU; check it on the images"
                )
            }
            Self::RemovedOutside { volume_cm3, mass_g } => write!(
                f,
                "{volume_cm3:.0} cm³ ({mass_g:.0} g) outside the body became air (couch, immobilisation, other objects)"
            ),
            Self::SupportInOutline { structure: Some(structure), volume_cm3 } => write!(
                f,
                "the body's outline includes {volume_cm3:.0} cm³ of support {structure:?}, which were taken out of the body"
            ),
            Self::SupportInOutline { structure: None, volume_cm3 } => write!(
                f,
                "the body's outline includes {volume_cm3:.0} cm³ that look like a couch or board: they stay as scanned and are no part of the body; check it on the images"
            ),
            Self::SupportAroundPatient { structure } => {
                write!(
                    f,
                    "support {structure:?} is drawn around the patient; what it holds was left in the body"
                )
            }
            Self::SupportKept { structure } => write!(f, "support {structure:?} kept as scanned"),
            Self::DensityOverride { structure, relative_density, voxels } => {
                write!(f, "density {relative_density} of structure {structure:?} set in {voxels} scan voxels")
            }
            Self::BodyCutOff { share_of_slices } => write!(
                f,
                "the body reaches the edge of the field of view in {:.0} % of its slices: what lies beyond is missing",
                100.0 * share_of_slices
            ),
            Self::Metal { volume_cm3, share_of_slices } => write!(
                f,
                "{volume_cm3:.2} cm³ of metal in {:.0} % of the slices, taken for titanium; streaks around it distort the tissue",
                100.0 * share_of_slices
            ),
            Self::AirNotAtMinus1000 { median_hu } => {
                write!(
                    f,
                    "air around the body is at {median_hu:.0} HU, not near -1000; is the CT in Hounsfield units?"
                )
            }
            Self::NoAir { lowest_hu } => {
                write!(
                    f,
                    "no air in the CT (lowest value {lowest_hu:.0}); is the rescale to Hounsfield units missing?"
                )
            }
            Self::TissueNotNearZero { median_hu } => {
                write!(
                    f,
                    "the body's median is {median_hu:.0} HU, not near 0; is the CT in Hounsfield units?"
                )
            }
            Self::NotANumber { voxels } => {
                write!(f, "{voxels} voxels of the CT hold no number and became air")
            }
            Self::Oblique { angle_deg } => {
                write!(
                    f,
                    "the CT is turned by {angle_deg:.1} degrees against the patient's axes; the dose grid follows it"
                )
            }
            Self::LeftOut { structure, why } => write!(f, "structure {structure:?} left out: {why}"),
            Self::Contours { structure, note } => write!(f, "structure {structure:?}: {note}"),
        }
    }
}

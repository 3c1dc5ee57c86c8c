//! What a reader must know of a model before its numbers.

use serde::{Deserialize, Serialize};

/// Classes of AI biomarkers in oncology (EBAI: M. Aldea et al., Ann. Oncol. (2025), doi 10.1016/j.annonc.2025.11.009,
/// abstract).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Class {
    /// Quantifies an established biomarker.
    A,
    /// Measures a known biomarker indirectly.
    B,
    /// A new biomarker of prognosis.
    C1,
    /// A new biomarker of the effect of a treatment.
    C2,
}

impl Class {
    /// What evidence the class asks for, in words.
    pub fn asks_for(self) -> &'static str {
        match self {
            Class::A => "concordance with the established measurement, in studies of its own",
            Class::B => "analytical validation against the biomarker; for pre-screening, not in place of it",
            Class::C1 => "high-quality retrospective data or trial data on prognosis",
            Class::C2 => {
                "evidence of prognosis and, for a new treatment, clinical validation in prospective trials"
            }
        }
    }
}

/// What a model speaks about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Cancers, in words.
    pub cancers: Vec<String>,
    /// DICOM modalities, such as CT.
    pub modalities: Vec<String>,
    /// Whether contrast was given; `None` if both were in training.
    pub contrast: Option<bool>,
    /// Acquisition variables (column of the table, least, greatest).
    pub ranges: Vec<Range>,
    /// Columns of words and those that were in training; others get no answer.
    pub words: Vec<Words>,
}

/// What a column of words may say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Column of the table, such as `site`.
    pub column: String,
    /// The words of training.
    pub known: Vec<String>,
}

/// What an acquisition variable may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Column of the table, such as `kvp` or `slice_thickness_mm`.
    pub column: String,
    /// Least value.
    pub least: f64,
    /// Greatest value.
    pub greatest: f64,
}

/// Where a model comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Program and version that wrote it.
    pub program: String,
    /// SHA-256 of the table that it was trained on.
    pub table_sha256: String,
    /// Patients in training.
    pub patients: usize,
    /// Rows in training.
    pub rows: usize,
    /// Events in training (rows of the rarer class, events seen, or all rows of a number).
    pub events: usize,
    /// Seed of its folds.
    pub seed: u64,
    /// Who made it and from what, in words.
    pub note: String,
    /// Whether the data were made up.
    pub is_synthetic: bool,
}

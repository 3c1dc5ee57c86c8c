//! A model as a file: numbers and words, no code.
//!
//! JSON; the schema is docs/formats/model.md. The hash of everything else in the file stands in the file: it shows
//! tampering and damage, not who wrote it.

mod build;
mod card;
mod evidence;
mod harmonise;
mod score;

pub use build::{Card, Meaning, Origin, range_of};
pub use card::{Class, Provenance, Range, Scope, Words};
pub use evidence::{Comparator, Described, Evidence};
pub use harmonise::{Harmonisation, Site};
pub use score::{Answer, Contribution, Given, Score, Scorer};

use crate::distance::Neighbourhood;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Name and version of the schema.
pub const SCHEMA: &str = "straydose-model/1";

/// What kind of outcome a model predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A number.
    Linear,
    /// The probability of a yes.
    Logistic,
    /// The logarithm of a relative hazard.
    Cox,
}

/// The model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// [`SCHEMA`].
    pub schema: String,
    /// A short name.
    pub name: String,
    /// What it is meant for, in a sentence.
    pub intended_use: String,
    /// Class of evidence that its use would need (EBAI); `None` if nobody has stated it.
    pub class: Option<Class>,
    /// Patients and scans that it speaks about.
    pub scope: Scope,
    /// What is predicted, in words with its unit.
    pub target: String,
    /// The kind of outcome.
    pub kind: Kind,
    /// Recipe of the features, whole, and its SHA-256: features of another recipe are refused.
    pub recipe: String,
    /// SHA-256 of the recipe.
    pub recipe_sha256: String,
    /// Prediction where every variable is at its mean.
    pub intercept: f64,
    /// The variables, in the order of every table in this file.
    pub variables: Vec<Variable>,
    /// Covariance of the coefficients (of standardised variables), row by row, by bootstrap over patients; empty if unknown.
    pub coefficient_covariance: Vec<Vec<f64>>,
    /// Mean and covariance of the standardised variables in training.
    pub training: Neighbourhood,
    /// Effects of the sites of training on the variables, taken out before anything else.
    pub harmonisation: Option<Harmonisation>,
    /// What is done about a variable that a row lacks.
    pub missing: Missing,
    /// Lesions below this volume (mm³) are flagged.
    pub least_volume_mm3: f64,
    /// Cut-offs of the score; the first is the one that verdicts go by.
    pub cut_offs: Vec<CutOff>,
    /// Slope and intercept that the linear predictor is corrected by before it becomes a probability.
    pub calibration: Option<[f64; 2]>,
    /// Of a number: how far from the score the truth lies at most, with the share of patients that it holds for.
    pub conformal: Option<Conformal>,
    /// Least and greatest score in training, for the entropy over lesions.
    pub score_range: [f64; 2],
    /// What training found.
    pub evidence: Evidence,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Licence of the model.
    pub licence: String,
    /// What is known of patents on its use.
    pub patent_note: String,
    /// Publications.
    pub references: Vec<String>,
    /// SHA-256 of the file's other content, as [`Model::hash`] makes it.
    pub sha256: String,
}

/// A variable of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Column of the table of features.
    pub column: String,
    /// Code of the IBSI; empty for what is no feature of an image.
    pub ibsi_id: String,
    /// How the feature was gathered; empty where there is nothing to gather.
    pub aggregation: String,
    /// The filter whose response it describes; empty for what is no feature of an image.
    pub filter: String,
    /// Region that it describes: `lesion`, or the name of a ring; empty for what describes none.
    pub region: String,
    /// Mean in training.
    pub mean: f64,
    /// Standard deviation in training.
    pub deviation: f64,
    /// Least and greatest value in training.
    pub range: [f64; 2],
    /// Change of the linear predictor by one standard deviation.
    pub coefficient: f64,
    /// In how many of the outer folds it was used.
    pub used_in_folds: usize,
}

/// What is done about a variable that a row lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// No answer.
    Refuse,
    /// The mean of training, and a flag.
    Mean,
}

/// A cut-off of the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutOff {
    /// Below it.
    pub below: String,
    /// From it on.
    pub above: String,
    /// The value.
    pub value: f64,
    /// How it was chosen.
    pub origin: String,
}

/// A bound on the error of a number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conformal {
    /// Share of new patients that it holds for.
    pub share: f64,
    /// The bound, in units of the target.
    pub residual: f64,
}

/// Why a file is no model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No JSON of this schema.
    #[error("it does not follow the schema {SCHEMA} ({0}); docs/formats/model.md has every field")]
    Schema(#[from] serde_json::Error),
    /// Another version.
    #[error("its schema is {0:?} and this program reads {SCHEMA:?}")]
    Version(String),
    /// Changed after it was written.
    #[error(
        "its content does not match its hash ({stated} is stated, {found} found): it was changed or damaged; get the file anew from who made it"
    )]
    Hash {
        /// In the file.
        stated: String,
        /// Of the content.
        found: String,
    },
    /// Numbers that contradict each other.
    #[error("{0}")]
    Inconsistent(String),
}

impl Model {
    /// Reads a model and checks all that can be checked without data.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn from_json(text: &str) -> Result<Model, ModelError> {
        let model: Model = serde_json::from_str(text)?;
        if model.schema != SCHEMA {
            return Err(ModelError::Version(model.schema));
        }
        let found = model.hash();
        if model.sha256 != found {
            return Err(ModelError::Hash { stated: model.sha256, found });
        }
        model.consistent()?;
        Ok(model)
    }

    /// The file's text, with its hash.
    pub fn to_json(&self) -> String {
        let sealed = Model { sha256: self.hash(), ..self.clone() };
        let mut text = serde_json::to_string_pretty(&sealed).expect("numbers and words");
        text.push('\n');
        text
    }

    /// SHA-256 of the compact JSON of everything but the hash, fields in the order of the schema.
    pub fn hash(&self) -> String {
        let bare = Model { sha256: String::new(), ..self.clone() };
        let text = serde_json::to_string(&bare).expect("numbers and words");
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn consistent(&self) -> Result<(), ModelError> {
        let wrong = |what: String| Err(ModelError::Inconsistent(what));
        let k = self.variables.len();
        let square = |table: &[Vec<f64>]| table.len() == k && table.iter().all(|row| row.len() == k);
        if !self.coefficient_covariance.is_empty() && !square(&self.coefficient_covariance) {
            return wrong(format!("coefficient_covariance is not of {k} by {k} numbers"));
        }
        if self.training.mean.len() != k || !square(&self.training.covariance) {
            return wrong(format!("training does not have the {k} variables of the model"));
        }
        let of_sites = |h: &Harmonisation| {
            let lists = h.sites.iter().flat_map(|site| [&site.shift, &site.stretch]);
            lists.chain([&h.mean, &h.deviation]).all(|list| list.len() == k)
        };
        if self.harmonisation.as_ref().is_some_and(|harmonisation| !of_sites(harmonisation)) {
            return wrong(format!("harmonisation does not have the {k} variables of the model"));
        }
        if let Some(bad) = self.variables.iter().find(|v| v.deviation.is_nan() || v.deviation <= 0.0) {
            return wrong(format!(
                "the deviation of {} is {}; it must be positive",
                bad.column, bad.deviation
            ));
        }
        if Sha256::digest(self.recipe.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
            != self.recipe_sha256
        {
            return wrong("recipe_sha256 is not that of the recipe".into());
        }
        Ok(())
    }
}

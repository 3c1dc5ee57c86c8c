//! What training found: how good the model is, on whom, and what was tried.

use crate::performance::Performance;
use serde::{Deserialize, Serialize};

/// The log of training that travels with a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Variables that were offered.
    pub candidates: usize,
    /// Outer and inner folds.
    pub folds: [usize; 2],
    /// Draws of patients for optimism and for the coefficients' covariance.
    pub bootstraps: usize,
    /// Patients with the event that were asked for.
    pub least_events: usize,
    /// Shares of L1 that were tried.
    pub shares: Vec<f64>,
    /// Share and strength that were chosen.
    pub penalty: [f64; 2],
    /// Correlation beyond which one of two variables was left out.
    pub most_correlation: f64,
    /// Agreement of a repeated measurement below which a variable was left out, where there was one.
    pub least_agreement: Option<f64>,
    /// Of rows that were not learnt from.
    pub performance: Performance,
    /// The same for each comparator.
    pub comparators: Vec<Comparator>,
    /// Discrimination on the rows that were learnt from.
    pub apparent: f64,
    /// What of that is optimism, by bootstrap.
    pub optimism: Option<f64>,
    /// Least, median and greatest number of rows of a patient.
    pub rows_per_patient: [usize; 3],
    /// Who was in training, a line a column.
    pub population: Vec<Described>,
    /// What limits the trust.
    pub warnings: Vec<String>,
}

/// A simpler model on the same folds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparator {
    /// What it knows.
    pub name: String,
    /// Of rows that were not learnt from.
    pub performance: Performance,
}

/// A column of the table of training, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// Its name.
    pub column: String,
    /// Median and range, or counts.
    pub values: String,
}

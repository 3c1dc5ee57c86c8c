//! How a case ended.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a case ended, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It has a result.
    Ok,
    /// Its data are bad or outside what the models are valid for; running it again would not help.
    Refused,
    /// It broke down; the next run tries it again.
    Failed,
}

/// status.json of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// As in the manifest.
    pub case_id: String,
    /// The name of the folder.
    pub key: String,
    /// How it ended.
    pub status: Outcome,
    /// Exit status of the run; 128 and the signal's number where one ended it.
    pub code: i32,
    /// What was wrong; empty where nothing was.
    pub message: String,
    /// The program's version and build.
    pub version: String,
    /// Seed of the random numbers.
    pub seed: u64,
    /// What the manifest says of the patient and the run, by the manifest's columns.
    pub given: BTreeMap<String, String>,
    /// Pseudonyms of UIDs by what they are of ([`crate::cohort::UIDS`]), where the project has a secret.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uid_hashes: BTreeMap<String, String>,
    /// The most memory of the run (MiB), where the system says; not in the tables either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_memory_mib: Option<u64>,
    /// Wall seconds of each stage; not in the cohort's tables, since they differ from run to run.
    #[serde(default)]
    pub seconds: BTreeMap<String, f64>,
}

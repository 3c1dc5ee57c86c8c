//! `Table + Outcome -> Folds -> Pipeline -> Model -> Score -> Patient`: predictors on features of lesions or of doses.
//!
//! A row is a lesion, a group is a patient. Everything that learns from data (standardisation, filters, harmonisation,
//! the choice of the penalty) is learnt inside the fold that it is judged on. No file, clock or terminal here.

pub mod combat;
pub mod conformal;
pub mod distance;
pub mod elastic_net;
mod error;
pub mod example;
pub mod filter;
pub mod folds;
pub mod loss;
pub mod metrics;
pub mod model;
pub mod nested;
mod outcome;
pub mod patient;
pub mod performance;
pub mod pipeline;
pub mod resample;
mod standardise;
mod table;
pub mod training;

pub use error::Error;
pub use outcome::Outcome;
pub use standardise::Standardisation;
pub use table::Table;

//! A registry: thousands of cases, each worked on by itself, and one table of them all.
//!
//! ```text
//! Manifest -> Case -> Key -> Store (a folder a case, with its Status) -> Cohort (tables, dictionary, page)
//! ```
//! Nothing here computes a dose: whoever runs a case leaves the files of `straydose estimate` in its folder. A case's key is
//! made of what its result depends on, so that a run that was killed goes on where it stopped, on any number of machines.

pub mod cohort;
mod error;
mod key;
mod manifest;
mod parquet_file;
mod salt;
mod shard;
mod status;
mod store;

pub use error::Error;
pub use key::{Key, KeyParts};
pub use manifest::{Case, Manifest, OPTIONS, PATHS};
pub use salt::Salt;
pub use shard::Shard;
pub use status::{Outcome, Status};
pub use store::{STATUS, Store, Work};

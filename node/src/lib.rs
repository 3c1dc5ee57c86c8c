//! A DICOM node: objects of a plan come in by C-STORE, the dose of the whole body goes back.
//!
//! ```text
//! wire -> pdu -> association -> inbox -> queue -> index: sets -> worker: jobs -> sender -> peer
//! ```
//! An association is data in, answers out, over anything that reads and writes, so that tests and fuzzers need no network.
//! What was answered with success lies on the disk. The dose itself is computed by a [`Runner`], in a process of its own.

pub mod association;
pub mod command;
mod error;
pub mod facts;
pub mod inbox;
pub mod index;
pub mod jobs;
mod negotiation;
mod node;
pub mod pdu;
mod peer;
pub mod queue;
mod receive;
mod room;
mod sender;
pub mod settings;
mod waiting;
pub mod wire;
mod worker;

pub use error::Error;
pub use jobs::{PLAN, REPORT};
pub use node::{Node, Ran, Runner};
pub use settings::Settings;

use sha2::{Digest, Sha256};

/// SHA-256 of a text, hexadecimal: what names files and sets, so that no UID or name is in a path or a log.
pub(crate) fn hash(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

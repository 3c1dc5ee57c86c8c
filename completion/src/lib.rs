//! A whole patient from a part of one: the scan as it is, and a model of the body beyond it.
//!
//! [`complete`] takes the anatomy of a scan and what is known of the [`Patient`], finds where on the body the scan lies
//! ([`align`]), bends a [`Model`] until its outline meets the patient's ([`warp`]), and fills a larger grid with it
//! (`fill.rs`). Every scanned voxel stays as it is. `docs/methods/completion.md` says how, and how well.

pub mod align;
mod choose;
mod complete;
mod error;
mod fill;
pub mod labels;
mod lobes;
pub mod model;
pub mod names;
mod organs;
mod person;
pub mod slices;
pub mod uncertainty;
pub mod warp;
mod whole;

pub use complete::{Completed, End, Wish, complete};
pub use error::Error;
pub use model::Model;
pub use person::Patient;

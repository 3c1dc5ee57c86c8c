//! Writing DICOM files: the dose, and whole synthetic studies.
//!
//! The same content gives the same bytes: there is no date, and UIDs are derived from what an object holds.

pub mod ct;
pub mod dataset;
pub mod dose;
pub mod encapsulated;
pub mod identity;
pub mod plan;
pub mod structures;

pub use ct::CtWriter;
pub use dataset::DataSet;
pub use dose::{Bits, DoseWriter};
pub use encapsulated::PdfWriter;
pub use identity::{Identity, uid_of};
pub use plan::{Derived, PlanWriter};
pub use structures::StructureWriter;

/// What our files say of who made them; a dose of this maker is no planning system's.
pub const MANUFACTURER: &str = "straydose";

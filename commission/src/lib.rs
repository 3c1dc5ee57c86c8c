//! From a user's measurements to the numbers of a machine file: `Measurements + Machine -> Responses -> Fit -> Machine`.
//!
//! [`measurement`] reads the table; [`field`] puts the machine's jaws and leaves where a measurement had them; [`tank`]
//! lays out water or air and a detector for each point; [`responses`] runs the engine, component by component;
//! [`model`] says what the detectors read for any value of the machine's parameters; [`fit`] finds the values that the
//! measurements ask for, and which they do not determine; [`machine_file`] writes them down. No files here: text in, text out.

mod descent;
pub mod error;
pub mod field;
pub mod fit;
pub mod machine_file;
pub mod measurement;
pub mod model;
pub mod responses;
pub mod tank;

pub use error::Error;

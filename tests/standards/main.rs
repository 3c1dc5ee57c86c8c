//! The engine beside independent results (EGSnrc): every miss is listed, not only the first.
//!
//! The reference is read from the folder that `STRAYDOSE_SHARED` names; without it these tests say that they are
//! skipped. The long runs are in `docs/validation.md`, written by the program `validate` of this package.

#![allow(clippy::print_stdout)]

mod clinical;
mod in_field;
mod jaws;
mod measured_profiles;
mod out_of_field;
mod pencils;
mod scatter_fractions;
mod water_tank;

//! The extension module of the Python package `straydose`: what the command line does, on objects in memory.
//!
//! Python's side (`python/straydose`) turns what it is given into files and keyword arguments; this side runs the steps of the
//! library `straydose` on a thread of its own, without the interpreter's lock, and shows the results as numpy views.

mod arguments;
mod case;
mod dose;
mod failure;
mod follow;
mod grid;
mod phantom;
mod predict;
mod radiomics;

use pyo3::prelude::*;

/// Dose outside the treatment field, by photon Monte Carlo.
#[pymodule]
mod _straydose {
    use super::*;

    #[pymodule_export]
    use super::case::{Anatomy, Case, Plan, demo_case};
    #[pymodule_export]
    use super::dose::Dose;
    #[pymodule_export]
    use super::phantom::{Phantom, phantom};
    #[pymodule_export]
    use super::predict::{example_cohort, predict, train};
    #[pymodule_export]
    use super::radiomics::radiomics;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

//! Failures of the library as Python's exceptions.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use straydose::exit::{Failure, Status};

/// The exceptions' module, once it is imported.
static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// The exception of a failure, with the command line's message.
pub fn raised(py: Python<'_>, failure: Failure) -> PyErr {
    let name = match failure.status {
        Status::CommandLine => "Misused",
        Status::Refused => "Refused",
        Status::Failed => "Failed",
        Status::Environment => "MissingEnvironment",
        Status::Interrupted => "Cancelled",
    };
    let errors = ERRORS.get_or_try_init(py, || Ok(py.import("straydose._errors")?.unbind()));
    let made = errors.and_then(|errors: &Py<PyModule>| {
        errors.bind(py).getattr(name)?.call1((failure.problem, failure.place, failure.remedy))
    });
    made.map_or_else(|error| error, PyErr::from_value)
}

//! Why a machine cannot be commissioned.

/// Errors of commissioning.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The table of measurements cannot be used.
    #[error("{file:?}{}: {why}; {remedy}", line.map_or(String::new(), |n| format!(", line {n}")))]
    Measurements {
        /// Its name.
        file: String,
        /// Where the fault stands, counted from 1.
        line: Option<u64>,
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// The machine cannot give these fields.
    #[error("machine {machine}: {why}; {remedy}")]
    Machine {
        /// Its name.
        machine: String,
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// The fit came to no end.
    #[error(
        "the fit does not settle ({why}); look for points that contradict each other, or raise their uncertainties"
    )]
    Fit {
        /// What happened.
        why: String,
    },
    /// Jaws and leaves do not fit the machine.
    #[error(transparent)]
    Estimate(#[from] estimate::Error),
    /// The machine file cannot be read or written.
    #[error(transparent)]
    Treatment(#[from] treatment::Error),
    /// The engine refuses the case or failed.
    #[error(transparent)]
    Engine(#[from] dose_core::Error),
}

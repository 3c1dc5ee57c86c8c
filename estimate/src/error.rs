//! Why no dose can be estimated.

/// Errors of an estimate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The plan or its machine cannot be transported.
    #[error(transparent)]
    Treatment(#[from] treatment::Error),
    /// The patient cannot be used.
    #[error(transparent)]
    Anatomy(#[from] anatomy::Error),
    /// The engine refuses the case or failed.
    #[error(transparent)]
    Engine(#[from] dose_core::error::Error),
    /// A second metal wedge is in the beam.
    #[error(
        "beam {number} {beam:?}: metal wedge {wedge:?} is in the beam together with another (one at a time is understood); leave the beam out or replan with one wedge"
    )]
    Wedge {
        /// Beam Number.
        number: i32,
        /// Beam Name.
        beam: String,
        /// Wedge ID.
        wedge: String,
    },
    /// The machine file is not complete enough.
    #[error(
        "machine {machine} cannot be used: {why}; correct the machine file or choose another with --machine"
    )]
    Machine {
        /// Its name.
        machine: String,
        /// What is missing.
        why: String,
    },
    /// A material too many.
    #[error(
        "patient and treatment head have {count} materials and the engine takes 255; use a coarser calibration"
    )]
    Materials {
        /// How many there are.
        count: usize,
    },
    /// No part of the plan gives anything.
    #[error(
        "the plan gives no monitor units in any fraction; export it with fractions and MU, or use --fractions"
    )]
    NothingDelivered,
    /// A monitor unit could not be calibrated.
    #[error(
        "the reference field of machine {machine} gives no dose at its reference point; are its jaws and leaves described for this beam?"
    )]
    NoReferenceDose {
        /// Its name.
        machine: String,
    },
}

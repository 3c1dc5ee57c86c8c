//! Why a scan cannot be completed.

/// Errors of completion.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Too little is known.
    #[error(
        "neither the age nor the height of the patient is known; give --age, or --height-cm, in years and cm"
    )]
    Unknown,
    /// A person whom nobody has seen.
    #[error(transparent)]
    Person(#[from] phantoms::Error),
    /// The scan shows something else.
    #[error("the scan looks like no part of the body that was asked for: {why}")]
    NoFit {
        /// What does not fit, and a way out.
        why: String,
    },
    /// There is nothing in the scan.
    #[error("no slice of the scan holds a body; is the image in Hounsfield units?")]
    Empty,
    /// A table of a phantom that cannot be used.
    #[error("the table of the phantom, {place}: {why}")]
    Table {
        /// Line and column.
        place: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// A grid without end.
    #[error(transparent)]
    Anatomy(#[from] anatomy::Error),
}

//! Bodies that nobody has.

/// Errors of phantoms.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An age that is none.
    #[error("an age of {years} years is none; give 0 (newborn) to 120")]
    Age {
        /// The age (years).
        years: f64,
    },
    /// A height that nobody of that age has.
    #[error(
        "nobody of {years} years is {height_cm} cm tall as far as this family goes; give {least_cm:.0} to {most_cm:.0} cm"
    )]
    Height {
        /// Age (years).
        years: f64,
        /// Height (cm).
        height_cm: f64,
        /// The shortest at that age (cm).
        least_cm: f64,
        /// The tallest at that age (cm).
        most_cm: f64,
    },
    /// A weight that does not go with the height.
    #[error(
        "{weight_kg} kg do not go with {height_cm:.0} cm at {years} years; give {least_kg:.1} to {most_kg:.1} kg"
    )]
    Weight {
        /// Age (years).
        years: f64,
        /// Height (cm).
        height_cm: f64,
        /// Weight (kg).
        weight_kg: f64,
        /// The least that goes with that height (kg).
        least_kg: f64,
        /// The most (kg).
        most_kg: f64,
    },
}

//! What can be wrong with a table or an outcome.

/// Why something cannot be fitted or scored.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum Error {
    /// Table and outcome have different rows.
    #[error("the table has {table} rows and the outcome {outcome}; give one outcome a row")]
    Rows {
        /// Rows of the table.
        table: usize,
        /// Rows of the outcome.
        outcome: usize,
    },
    /// A value is missing or infinite.
    #[error("{what} of row {row} is {value}; leave the row out or state how missing values are filled")]
    NotFinite {
        /// Which column.
        what: String,
        /// Row, from 1.
        row: usize,
        /// The value.
        value: f64,
    },
    /// The outcome does not vary.
    #[error("the outcome is the same in every row (or has no event), so nothing can be learnt from it")]
    ConstantOutcome,
    /// A penalty that is none.
    #[error("the penalty's {what} is {value}; {bounds}")]
    Penalty {
        /// Which parameter.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        bounds: &'static str,
    },
    /// Too few patients with an event.
    #[error(
        "{events} patients have the event (or are in the rarer class), and {least} are needed; a model from fewer would be chance"
    )]
    Events {
        /// How many there are.
        events: usize,
        /// How many are asked for.
        least: usize,
    },
    /// A variable that is the outcome.
    #[error(
        "{variable} orders the rows as the outcome does: it seems to be the outcome itself; leave it out"
    )]
    Leak {
        /// The variable.
        variable: String,
    },
    /// Too few patients for so many folds.
    #[error(
        "{patients} patients with {rarest} in the rarest class are too few for {folds} folds; use fewer folds or more patients"
    )]
    Folds {
        /// How many patients.
        patients: usize,
        /// Patients of the rarest class.
        rarest: usize,
        /// How many folds were asked for.
        folds: usize,
    },
    /// A site of which too little is known.
    #[error(
        "site {site} has {rows} rows and harmonisation needs {least}; leave the site out or harmonise nothing"
    )]
    Site {
        /// The site.
        site: usize,
        /// Its rows.
        rows: usize,
        /// How many are needed.
        least: usize,
    },
    /// A row from a site that was not learnt.
    #[error("row {row} is of site {site}, of which nothing was learnt; it cannot be harmonised")]
    UnknownSite {
        /// The site.
        site: usize,
        /// Row, from 1.
        row: usize,
    },
    /// Covariates that say no more than the sites do.
    #[error("the covariates to be preserved are determined by the sites (or by each other); leave one out")]
    Covariates,
    /// The coordinates did not settle.
    #[error(
        "the fit did not settle after {passes} passes; use a larger penalty, or leave out variables that are copies of each other"
    )]
    NotSettled {
        /// Passes over the variables that were made.
        passes: usize,
    },
}

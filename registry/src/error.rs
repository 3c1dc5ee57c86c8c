//! What can be wrong with a manifest, a folder of results or a mapping.

use std::path::PathBuf;

/// Why something of a registry cannot be read or written. Messages name files by their last part only.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A table cannot be read as one.
    #[error("{file} cannot be read: {problem}; give {way_out}")]
    Table {
        /// The file's name.
        file: String,
        /// What is wrong.
        problem: String,
        /// What would do.
        way_out: &'static str,
    },
    /// A row or a column of a table is wrong.
    #[error("{file}, {place}: {problem}; {way_out}")]
    Row {
        /// The file's name.
        file: String,
        /// Line or column.
        place: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        way_out: String,
    },
    /// Results that do not belong together.
    #[error("{problem}; {way_out}")]
    Mixed {
        /// What is wrong.
        problem: String,
        /// What to do.
        way_out: &'static str,
    },
    /// A shard that is none.
    #[error("{text:?} is no shard; give i/n with i from 1 to n, such as 2/7")]
    Shard {
        /// As it was given.
        text: String,
    },
    /// A file or folder of results cannot be read or written.
    #[error("{what} cannot be {done}: {source}")]
    File {
        /// Which, without its folder.
        what: String,
        /// `read` or `written`.
        done: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A table of the cohort cannot be written.
    #[error("{what} cannot be made: {problem}")]
    Write {
        /// Which.
        what: String,
        /// Why.
        problem: String,
    },
}

/// The last part of a path: what may stand in a message.
pub(crate) fn name(path: &std::path::Path) -> String {
    let last = PathBuf::from(path);
    last.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

impl Error {
    pub(crate) fn reading(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let what = name(path);
        move |source| Self::File { what, done: "read", source }
    }

    pub(crate) fn writing(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let what = name(path);
        move |source| Self::File { what, done: "written", source }
    }
}

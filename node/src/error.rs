//! What can be wrong with a node's settings, its queue or its peer.

use std::path::Path;

/// Why a node cannot start, keep its queue, or reach its peer. Messages name files by their last part only.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The settings are no TOML, or a value in them is wrong.
    #[error("{file}: {problem}; {way_out}")]
    Settings {
        /// The file's name.
        file: String,
        /// What is wrong, and where.
        problem: String,
        /// What to do.
        way_out: &'static str,
    },
    /// The address cannot be listened at.
    #[error(
        "{address} cannot be listened at: {source}; is another node running, or does the port need rights?"
    )]
    Listen {
        /// From the settings.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file or folder of the queue cannot be read or written.
    #[error(
        "{what} in the queue cannot be {done}: {source}; give the node a folder that it may read and write"
    )]
    Queue {
        /// Which, without its folder.
        what: String,
        /// `read` or `written`.
        done: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// Two nodes on one queue would run everything twice.
    #[error("another node works on this queue; stop it, or give this one a queue of its own")]
    Locked,
    /// The peer does not do what was asked.
    #[error("the peer {peer} did not take it: {problem}")]
    Peer {
        /// AE title and address.
        peer: String,
        /// What happened.
        problem: String,
    },
}

impl Error {
    pub(crate) fn reading(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let what = name(path);
        move |source| Self::Queue { what, done: "read", source }
    }

    pub(crate) fn writing(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let what = name(path);
        move |source| Self::Queue { what, done: "written", source }
    }
}

/// The last part of a path: what may stand in a message.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

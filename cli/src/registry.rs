//! Many cases: `straydose manifest`, `batch` and `gather`.

mod arguments;
mod batch;
mod case;
pub mod child;
mod gather;
mod manifest;
mod privacy;
pub mod staging;

pub use arguments::{BatchArguments, GatherArguments, ManifestArguments};
pub use batch::run as batch;
pub use gather::run as gather;
pub use manifest::run as manifest;

use crate::exit::{Failure, with_causes};

/// What the registry refused or could not do.
fn failure(error: &::registry::Error) -> Failure {
    use ::registry::Error;
    let said = with_causes(error);
    match error {
        Error::Table { .. } | Error::Row { .. } | Error::Mixed { .. } => Failure::refused(said, "", ""),
        Error::Shard { .. } => Failure::command_line(said, ""),
        Error::File { .. } | Error::Write { .. } => {
            Failure::failed(said, "a folder that exists and that you may read and write")
        }
    }
}

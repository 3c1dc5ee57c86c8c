//! `straydose gather`: the tables of a cohort.

use super::arguments::GatherArguments;
use super::failure;
use crate::args::Common;
use crate::console;
use crate::exit::Failure;
use ::registry::cohort::{Gathered, Options, gather, names::Names};
use std::path::Path;

/// Runs the command.
pub fn run(arguments: &GatherArguments, common: &Common) -> Result<(), Failure> {
    let names = arguments.names.as_deref().map(Names::read).transpose().map_err(|error| failure(&error))?;
    let options = Options {
        mix_versions: arguments.mix_versions,
        names: names.unwrap_or_default(),
        is_known: |name| anatomy::names::tg263(name).is_some(),
        marrow_sites: phantoms::Skeleton::sites().collect(),
        page: crate::page::page,
    };
    let gathered = into(&arguments.out, |aside| gather(&arguments.folder, aside, &options))?;
    if !common.quiet {
        let Gathered { ok, refused, failed, organs, unmapped } = gathered;
        console::result(&format!(
            "{ok} cases with a result, {refused} refused, {failed} failed; {organs} rows of organs"
        ));
        if unmapped > 0 {
            console::note(&format!(
                "{unmapped} structure names are on no list: unmapped.csv has them, --names can name them"
            ));
        }
        console::result(&format!("open {}", arguments.out.join("cohort.html").display()));
    }
    Ok(())
}

/// Writes into a folder beside the one that is wanted, and moves the files there when all are complete.
fn into(
    out: &Path,
    write: impl FnOnce(&Path) -> Result<Gathered, ::registry::Error>,
) -> Result<Gathered, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::failed(
            format!("the tables cannot be written to {}: {error}", out.display()),
            "another --out, in a folder that you may write to",
        )
    };
    std::fs::create_dir_all(out).map_err(cannot)?;
    let aside = tempfile::Builder::new().prefix(".gather-").tempdir_in(out).map_err(cannot)?;
    let gathered = write(aside.path()).map_err(|error| failure(&error))?;
    for entry in std::fs::read_dir(aside.path()).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        std::fs::rename(entry.path(), out.join(entry.file_name())).map_err(cannot)?;
    }
    Ok(gathered)
}

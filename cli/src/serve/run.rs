//! A set's estimate, in a process of its own as `batch` runs its cases.

use super::report;
use crate::args::Common;
use crate::exit::Failure;
use crate::registry::child;
use node::{PLAN, Ran, Runner, Settings};
use std::io;
use std::path::{Path, PathBuf};

/// Runs `straydose estimate` on a set.
pub struct Estimate {
    program: PathBuf,
    /// The command line.
    pub arguments: Vec<String>,
    /// Whether a report is made for the peer.
    makes_report: bool,
}

impl Estimate {
    /// With the settings' options and those of the node's own command line.
    pub fn new(settings: &Settings, common: &Common, program: Option<&Path>) -> Result<Self, Failure> {
        let program = program.map_or_else(std::env::current_exe, std::path::absolute);
        let program = program
            .map_err(|error| Failure::failed(format!("the program does not find itself: {error}"), ""))?;
        let mut arguments: Vec<String> =
            ["estimate", "--study", "in", "--plan", PLAN, "--out", "out", "--quiet"]
                .map(str::to_owned)
                .to_vec();
        arguments.extend(child::common_options(common, common.threads));
        arguments.extend(settings.estimate.arguments.iter().cloned());
        let makes_report = settings.peer.as_ref().is_some_and(|peer| peer.report);
        Ok(Self { program, arguments, makes_report })
    }
}

impl Runner for Estimate {
    fn run(&self, folder: &Path) -> io::Result<Option<Ran>> {
        let Some(ended) = child::run(&self.program, &self.arguments, folder)? else { return Ok(None) };
        let mut message = ended.message;
        if self.makes_report && ended.code == 0 {
            // The dose is worth more than its report.
            if let Err(failure) = report::write(&folder.join("out"), &folder.join(PLAN)) {
                message = format!("no report for the peer: {}", failure.problem);
            }
        }
        Ok(Some(Ran { code: ended.code, message }))
    }
}

//! Estimates of the variants, each in a process of its own.

use super::arguments::{ExploreArguments, whole};
use super::given::{Given, SLICES};
use crate::args::Common;
use crate::exit::{Failure, Status};
use crate::registry::{child, staging};
use formats::dicom::write::{Derived, PlanWriter};
use std::path::{Path, PathBuf};
use treatment::Plan;

/// The plan of a variant, beside the results of its run.
pub const PLAN: &str = "plan.dcm";
/// Longest label of a plan that a DICOM file holds.
const LABEL: usize = 16;

/// Runs estimates in a folder of its own.
pub struct Runs<'a> {
    program: PathBuf,
    folder: PathBuf,
    common: &'a Common,
    given: &'a Given,
    of_every_run: Vec<String>,
}

/// How an estimate is run.
pub struct Effort {
    /// Seed of its photons.
    pub seed: u64,
    /// Options.
    pub options: Vec<String>,
}

impl<'a> Runs<'a> {
    /// In this folder, which is made.
    pub fn new(
        arguments: &ExploreArguments,
        common: &'a Common,
        given: &'a Given,
        folder: PathBuf,
    ) -> Result<Self, Failure> {
        let cannot = |error: std::io::Error| {
            Failure::failed(format!("the runs cannot be laid out: {error}"), "another --out, with more space")
        };
        let program = arguments.program.as_ref().map_or_else(std::env::current_exe, std::path::absolute);
        let program = program.map_err(cannot)?;
        let slices = folder.join(SLICES);
        std::fs::create_dir_all(&slices).map_err(cannot)?;
        for (n, slice) in given.slices.iter().enumerate() {
            let slice = std::path::absolute(slice).map_err(cannot)?;
            staging::link(&slice, &slices.join(format!("{n:05}.dcm"))).map_err(cannot)?;
        }
        let mut of_every_run = arguments.of_every_run()?;
        of_every_run.extend(given.images.iter().cloned());
        if !given.slices.is_empty() {
            of_every_run.extend(["--ct".to_owned(), whole(&slices)?]);
        }
        Ok(Self { program, folder, common, given, of_every_run })
    }

    /// Writes a variant's plan; gives its SOP Instance UID.
    pub fn write_plan(&self, plan: &Plan, what: &str, to: &Path) -> Result<String, Failure> {
        let label = format!("SD {what}").chars().take(LABEL).collect();
        let plan = Plan { label, ..plan.clone() };
        let description = format!(
            "straydose explore: {what}. Derived for research, not for treatment; nobody checked that it can be delivered."
        );
        let from = Derived {
            class_uid: &self.given.plan.class_uid,
            uid: &self.given.plan.uid,
            description: &description,
        };
        let (uid, bytes) = PlanWriter { identity: &self.given.identity, plan: &plan }.bytes_derived(&from);
        std::fs::write(to, bytes).map_err(|error| {
            Failure::failed(format!("{PLAN} cannot be written: {error}"), "another --out, with more space")
        })?;
        Ok(uid)
    }

    /// Estimates a plan into a new folder. That the plan is refused or fails is told in the inner result.
    pub fn estimate(
        &self,
        plan: &Path,
        effort: &Effort,
        to: &Path,
    ) -> Result<Result<(), (i32, String)>, Failure> {
        let mut arguments = vec!["estimate".to_owned(), "--plan".into(), whole(plan)?];
        arguments.extend(["--out".to_owned(), whole(to)?, "--quiet".into()]);
        arguments.extend(self.of_every_run.iter().cloned());
        arguments.extend(effort.options.iter().cloned());
        let unit_seed = self.common.seed.unwrap_or(1);
        arguments.extend(["--unit-seed".to_owned(), unit_seed.to_string()]);
        let mut common = child::common_options(self.common, self.common.threads);
        if let Some(at) = common.iter().position(|option| option == "--seed") {
            common[at + 1] = effort.seed.to_string();
        }
        arguments.extend(common);
        let ended = child::run(&self.program, &arguments, &self.folder)
            .map_err(|error| Failure::failed(format!("an estimate cannot be run: {error}"), ""))?;
        let Some(ended) = ended else { return Err(Failure::interrupted()) };
        Ok(if ended.code == 0 { Ok(()) } else { Err((ended.code, ended.message)) })
    }
}

/// What a child said, as our own end.
pub fn failure((code, message): (i32, String)) -> Failure {
    let status = match code {
        2 => Status::CommandLine,
        3 => Status::Refused,
        5 => Status::Environment,
        _ => Status::Failed,
    };
    let message = message.trim_start_matches("straydose: ").to_owned();
    let problem = format!("the given plan: {message}");
    Failure { status, problem, place: String::new(), remedy: String::new() }
}

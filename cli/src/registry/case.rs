//! One case: from its row to its folder.

use super::arguments::{BatchArguments, Keep};
use super::child::{self, Ended};
use super::failure;
use super::staging::Staged;
use crate::args::Common;
use crate::exit::{Failure, Status as Exit};
use ::registry::{Case, Key, KeyParts, Outcome, Salt, Status, Store};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of a case that tables are made of.
const TABLES: [&str; 4] = ["organs.csv", "dvh.csv", "anatomy.csv", "run.json"];
/// One that only completed bodies have.
const MARROW: &str = "marrow.csv";
/// The program that makes the results: its version and a hash of its sources.
const PROGRAM: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("STRAYDOSE_SOURCES"));
/// Where a run reads and writes, in the case's folder.
const IN: &str = "in";
const OUT: &str = "out";

/// What all cases of a run have in common.
pub struct Batch<'a> {
    pub arguments: &'a BatchArguments,
    pub common: &'a Common,
    pub store: &'a Store,
    pub salt: Option<&'a Salt>,
    pub program: PathBuf,
    /// The file whose lock is a run's turn on the device.
    pub turn: Option<PathBuf>,
    pub threads: usize,
    /// Results that are there, by case.
    pub there: BTreeMap<String, Vec<String>>,
}

/// How a case stands after its turn.
pub struct Done {
    pub outcome: Outcome,
    pub message: String,
    /// Whether its result was there already.
    pub was_there: bool,
}

impl Batch<'_> {
    /// Runs a case unless its result is there; `None` if the user stops it.
    ///
    /// # Errors
    /// Something that is not the case's: the results cannot be written, or the environment lacks what was asked for.
    pub fn run(&self, row: &Case) -> Result<Option<Done>, Failure> {
        let case = self.with_defaults(row);
        let mut parts = KeyParts {
            case_id: case.case_id.clone(),
            version: PROGRAM.into(),
            seed: self.common.seed.unwrap_or(1),
            options: case.options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            inputs: Vec::new(),
        };
        let staged = match Staged::of(&case) {
            Ok(staged) => staged,
            Err(refusal) => {
                parts.options.push(("refused".into(), refusal.problem.clone()));
                return self.without_run(&case, &parts, &refusal, None);
            }
        };
        parts.inputs.clone_from(&staged.inputs);
        // The file's content counts, which is among the inputs, not its place.
        parts.options.retain(|(name, value)| !(name == "machine" && value.ends_with(".toml")));
        if let Some(what) = staged.identifying.filter(|_| !self.arguments.allow_identified) {
            let refusal = Failure::refused(
                format!("the files hold {what}"),
                "",
                "pseudonymising them first (docs/registry.md), or --allow-identified",
            );
            parts.options.push(("refused".into(), "identified".into()));
            return self.without_run(&case, &parts, &refusal, Some(&staged));
        }
        let key = parts.key();
        if let Some(done) = self.found(&case, &key)? {
            return Ok(Some(done));
        }
        self.calculate(&case, &parts, &key, &staged)
    }

    fn with_defaults(&self, row: &Case) -> Case {
        let mut case = row.clone();
        let mm = self.arguments.voxel_mm.map(|mm| mm.to_string());
        for (column, value) in [("voxel_mm", mm), ("histories", self.arguments.histories.clone())] {
            if let Some(value) = value {
                case.options.entry(column).or_insert(value);
            }
        }
        case
    }

    /// The result of an earlier run.
    fn found(&self, case: &Case, key: &Key) -> Result<Option<Done>, Failure> {
        if self.store.is_missing(key).map_err(|error| failure(&error))? {
            return Ok(None);
        }
        self.supersede(case, key)?;
        let status = self.store.status(key).map_err(|error| failure(&error))?;
        Ok(status.map(|status| Done { outcome: status.status, message: status.message, was_there: true }))
    }

    fn supersede(&self, case: &Case, key: &Key) -> Result<(), Failure> {
        let old = self.there.get(&case.case_id).map_or(&[][..], Vec::as_slice);
        self.store.supersede(old, key).map_err(|error| failure(&error))
    }

    /// A case that is refused before it is run.
    fn without_run(
        &self,
        case: &Case,
        parts: &KeyParts,
        refusal: &Failure,
        staged: Option<&Staged>,
    ) -> Result<Option<Done>, Failure> {
        let key = parts.key();
        if let Some(done) = self.found(case, &key)? {
            return Ok(Some(done));
        }
        let work = self.store.begin(&key).map_err(|error| failure(&error))?;
        let ended = Ended { code: Exit::Refused as i32, message: refusal.to_string(), peak_memory_mib: None };
        let status = self.status(case, parts, &key, staged, ended, BTreeMap::new());
        work.finish(&status).map_err(|error| failure(&error))?;
        self.supersede(case, &key)?;
        Ok(Some(Done { outcome: status.status, message: status.message, was_there: false }))
    }

    fn calculate(
        &self,
        case: &Case,
        parts: &KeyParts,
        key: &Key,
        staged: &Staged,
    ) -> Result<Option<Done>, Failure> {
        let work = self.store.begin(key).map_err(|error| failure(&error))?;
        let cannot = |error: std::io::Error| {
            Failure::failed(format!("a case cannot be run: {error}"), "another --out, with more space")
        };
        staged.link(work.folder()).map_err(cannot)?;
        let arguments = self.of_estimate(staged);
        let Some(mut ended) = child::run(&self.program, &arguments, work.folder()).map_err(cannot)? else {
            return Ok(None);
        };
        if ended.code == Exit::Environment as i32 {
            return Err(Failure {
                status: Exit::Environment,
                problem: ended.message,
                place: String::new(),
                remedy: String::new(),
            });
        }
        let mut seconds = BTreeMap::new();
        if ended.code == 0 {
            match self.keep(work.folder()) {
                Ok(found) => seconds = found,
                Err(why) => ended = Ended { code: Exit::Failed as i32, message: why, ..ended },
            }
        }
        if ended.code > 128 && ended.message.is_empty() {
            let signal = ended.code - 128;
            ended.message = format!(
                "ended by signal {signal}{}",
                if signal == 9 { " (memory may have run out)" } else { "" }
            );
        }
        for folder in [IN, OUT] {
            let _ = std::fs::remove_dir_all(work.folder().join(folder));
        }
        let status = self.status(case, parts, key, Some(staged), ended, seconds);
        work.finish(&status).map_err(|error| failure(&error))?;
        self.supersede(case, key)?;
        Ok(Some(Done { outcome: status.status, message: status.message, was_there: false }))
    }

    /// The command line of a case.
    fn of_estimate(&self, staged: &Staged) -> Vec<String> {
        let mut line = vec!["estimate".to_owned()];
        line.extend(staged.arguments.iter().cloned());
        if let Some(turn) = &self.turn {
            line.extend(["--turn".to_owned(), turn.to_string_lossy().into_owned()]);
        }
        line.extend(["--out", OUT, "--quiet"].map(str::to_owned));
        line.extend(child::common_options(self.common, Some(self.threads)));
        line
    }

    /// Moves what is kept into the case's folder; gives the wall seconds of each stage.
    fn keep(&self, folder: &Path) -> Result<BTreeMap<String, f64>, String> {
        let out = folder.join(OUT);
        let said =
            |name: &str, error: &dyn std::fmt::Display| format!("the run ended well without {name}: {error}");
        let text = std::fs::read(out.join("run.json")).map_err(|error| said("run.json", &error))?;
        let run: serde_json::Value =
            serde_json::from_slice(&text).map_err(|error| said("a sound run.json", &error))?;
        let mut names: Vec<String> = TABLES.map(str::to_owned).to_vec();
        if self.arguments.keep == Keep::All {
            let entries = std::fs::read_dir(&out).map_err(|error| said("results", &error))?;
            names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        }
        if !names.iter().any(|name| name == MARROW) && out.join(MARROW).exists() {
            names.push(MARROW.into());
        }
        for name in names {
            std::fs::rename(out.join(&name), folder.join(&name)).map_err(|error| said(&name, &error))?;
        }
        let stages = run["stage_seconds"].as_object();
        Ok(stages.into_iter().flatten().filter_map(|(name, s)| Some((name.clone(), s.as_f64()?))).collect())
    }

    fn status(
        &self,
        case: &Case,
        parts: &KeyParts,
        key: &Key,
        staged: Option<&Staged>,
        ended: Ended,
        seconds: BTreeMap<String, f64>,
    ) -> Status {
        let is_refused = [Exit::Refused as i32, Exit::CommandLine as i32].contains(&ended.code);
        let uids = staged.into_iter().flat_map(Staged::only_uids);
        let hash = |(of, uid): (&str, &str)| Some((of.to_owned(), self.salt?.pseudonym(uid)));
        Status {
            case_id: case.case_id.clone(),
            key: key.to_string(),
            status: match ended.code {
                0 => Outcome::Ok,
                _ if is_refused => Outcome::Refused,
                _ => Outcome::Failed,
            },
            code: ended.code,
            message: if ended.code == 0 { String::new() } else { ended.message },
            version: parts.version.clone(),
            seed: parts.seed,
            given: case
                .options
                .iter()
                .filter(|(name, _)| **name != "machine")
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            uid_hashes: uids.filter_map(hash).collect(),
            peak_memory_mib: ended.peak_memory_mib,
            seconds,
        }
    }
}

#[cfg(test)]
#[path = "../../build/sources.rs"]
mod sources;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_names_the_sources_that_it_was_built_from() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let hash = sources::hash(&root).expect("readable");
        assert_eq!(PROGRAM, format!("{}+{hash}", env!("CARGO_PKG_VERSION")));
    }
}

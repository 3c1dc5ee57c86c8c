//! What became of sets: a folder each, there as a whole or not at all.
//!
//! ```text
//! jobs/.work/PID-KEY/              a set being worked on; cleared away at the start
//! jobs/KEY/end.json                how it ended; KEY is the set's, so the same set is never run twice
//! jobs/KEY/out/                    what `straydose estimate` wrote
//! jobs/KEY/sent.json               the dose is at the peer
//! jobs/KEY/report_sent.json        so is the report, or the peer does not want it
//! ```

use crate::Error;
use crate::index::Set;
use crate::queue::{LINKS, clear, sync_folder};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Results of a job.
pub const OUT: &str = "out";
/// The report for the peer, among the results, where the runner makes one.
pub const REPORT: &str = "report.dcm";
const WORK: &str = ".work";
const END: &str = "end.json";
const SENT: &str = "sent.json";
const REPORT_SENT: &str = "report_sent.json";

/// What goes to the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sending {
    /// The RTDOSE.
    Dose,
    /// The report, after the dose.
    Report,
}

impl Sending {
    /// In the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dose => "dose",
            Self::Report => "report",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Dose => "dose.dcm",
            Self::Report => REPORT,
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Dose => SENT,
            Self::Report => REPORT_SENT,
        }
    }
}

/// How a set ended.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct End {
    /// The set's short name in the log.
    pub set: String,
    /// Exit status of `straydose estimate`: 0 done, 3 refused.
    pub code: i32,
    /// What it said.
    pub message: String,
    /// SOP Instance UIDs of the set.
    pub objects: Vec<String>,
}

/// The folder of jobs.
#[derive(Clone, Debug)]
pub struct Jobs {
    root: PathBuf,
}

/// A job that is over.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its folder.
    pub folder: PathBuf,
    /// How it ended.
    pub end: End,
}

/// A set being worked on. Dropped before [`Work::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Work {
    folder: PathBuf,
    target: PathBuf,
    is_kept: bool,
}

impl Jobs {
    /// Opens the folder and clears away what a killed node was working on.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn open(root: PathBuf) -> Result<Self, Error> {
        let work = root.join(WORK);
        fs::create_dir_all(&work).map_err(Error::writing(&work))?;
        clear(&work)?;
        Ok(Self { root })
    }

    /// Whether a set is over, well or not.
    pub fn is_over(&self, key: &str) -> bool {
        self.root.join(key).join(END).exists()
    }

    /// A folder to work in, with links to the set's objects.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn begin(&self, set: &Set) -> io::Result<Work> {
        // With this process's number: what a killed node started may still be writing to its own folder.
        let folder = self.root.join(WORK).join(format!("{}-{}", std::process::id(), set.key));
        let _ = fs::remove_dir_all(&folder);
        let work = Work { folder, target: self.root.join(&set.key), is_kept: false };
        let links = work.folder.join(LINKS);
        fs::create_dir_all(&links)?;
        for (n, object) in set.members.iter().enumerate() {
            fs::hard_link(&object.path, links.join(link_name(n)))?;
        }
        Ok(work)
    }

    /// All jobs that are over.
    pub fn over(&self) -> Vec<Job> {
        let Ok(entries) = fs::read_dir(&self.root) else { return Vec::new() };
        let mut jobs: Vec<Job> = entries.flatten().filter_map(|entry| Job::read(entry.path())).collect();
        jobs.sort_by(|a, b| a.folder.cmp(&b.folder));
        jobs
    }
}

/// The plan is the set's first object.
pub const PLAN: &str = "in/00000.dcm";

fn link_name(n: usize) -> String {
    format!("{n:05}.dcm")
}

impl Work {
    /// Where to work.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Brings the result to the disk and moves it to its place.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self, end: &End) -> io::Result<()> {
        fs::remove_dir_all(self.folder.join(LINKS))?;
        let out = self.folder.join(OUT);
        if end.code == 0 {
            for entry in fs::read_dir(&out)? {
                File::open(entry?.path())?.sync_all()?;
            }
            sync_folder(&out)?;
        }
        write_whole(&self.folder.join(END), end)?;
        sync_folder(&self.folder)?;
        fs::rename(&self.folder, &self.target)?;
        self.is_kept = true;
        sync_folder(self.target.parent().unwrap_or(&self.target))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

impl Job {
    fn read(folder: PathBuf) -> Option<Self> {
        let end = serde_json::from_slice(&fs::read(folder.join(END)).ok()?).ok()?;
        Some(Self { folder, end })
    }

    /// What is to be sent next, and its file: the dose, then the report if the peer gets it.
    pub fn unsent(&self, gets_report: bool) -> Option<(Sending, PathBuf)> {
        let all = [Some(Sending::Dose), Some(Sending::Report).filter(|_| gets_report)];
        let file = |what: Sending| (what, self.folder.join(OUT).join(what.file()));
        let mut open = all.into_iter().flatten().map(file).filter(|(what, file)| {
            self.end.code == 0 && !self.folder.join(what.mark()).exists() && file.exists()
        });
        open.next()
    }

    /// Notes what became of a sending: the peer that has it, or why it is given up.
    ///
    /// # Errors
    /// It cannot be written: it will be sent again.
    pub fn is_over_with(&self, what: Sending, peer: &str, given_up: Option<&str>) -> io::Result<()> {
        let note = serde_json::json!({ "peer": peer, "given_up": given_up });
        write_whole(&self.folder.join(what.mark()), &note)?;
        sync_folder(&self.folder)
    }

    /// Whether nothing of it is needed after so long; `is_sent` says that there is a peer to get the dose, and
    /// `gets_report` that it gets the report too.
    pub fn is_stale(&self, after: Duration, is_sent: bool, gets_report: bool) -> bool {
        if is_sent && self.unsent(gets_report).is_some() {
            return false;
        }
        let last = if self.end.code == 0 && is_sent { SENT } else { END };
        let age = fs::metadata(self.folder.join(last)).and_then(|about| about.modified()).ok();
        self.folder.join(OUT).exists() | (self.end.code != 0)
            && age.and_then(|time| time.elapsed().ok()).is_some_and(|age| age >= after)
    }

    /// Removes the result; how it ended stays, so that the same set is not run again.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn clear(&self) -> io::Result<()> {
        match fs::remove_dir_all(self.folder.join(OUT)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Writes a file aside, brings it to the disk and renames it.
fn write_whole(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let aside = path.with_extension("part");
    let mut file = File::create(&aside)?;
    file.write_all(&serde_json::to_vec_pretty(value).map_err(io::Error::other)?)?;
    file.sync_all()?;
    fs::rename(&aside, path)
}

//! A folder of results: one folder a case, named by its key, there as a whole or not at all.
//!
//! A case is worked on in `.work/` and its folder renamed into place when it is complete, so that whatever kills a run leaves
//! nothing half-written where results are looked for.

use crate::{Error, Key, Outcome, Shard, Status};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The file that says how a case ended.
pub const STATUS: &str = "status.json";
/// The folder of what is being worked on.
const WORK: &str = ".work";

/// A folder of results.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
    work: PathBuf,
}

/// A case that is being worked on. Dropped before [`Work::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Work {
    folder: PathBuf,
    target: PathBuf,
    is_kept: bool,
}

impl Store {
    /// Opens the folder for a shard and removes what a killed run of the same shard left; a shard is run once at a time.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(root: &Path, shard: Shard) -> Result<Self, Error> {
        let of_shard = root.join(WORK).join(shard.to_string());
        match fs::remove_dir_all(&of_shard) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::writing(&of_shard)(error));
            }
            _ => {}
        }
        // A folder that no process has worked in: one that was started by a killed run may still be writing to its own.
        let work = of_shard.join(std::process::id().to_string());
        fs::create_dir_all(&work).map_err(Error::writing(root))?;
        Ok(Self { root: root.to_owned(), work })
    }

    /// How a case ended, if it did.
    ///
    /// # Errors
    /// Its status.json is there and cannot be read: it was changed by hand.
    pub fn status(&self, key: &Key) -> Result<Option<Status>, Error> {
        read_status(&self.root.join(key.to_string()))
    }

    /// Whether a case is to be run: it has no status, or failed.
    ///
    /// # Errors
    /// As [`Store::status`].
    pub fn is_missing(&self, key: &Key) -> Result<bool, Error> {
        Ok(self.status(key)?.is_none_or(|status| status.status == Outcome::Failed))
    }

    /// The keys of all results, by case_id.
    ///
    /// # Errors
    /// The folder cannot be read, or a status.json in it.
    pub fn keys_by_case(&self) -> Result<BTreeMap<String, Vec<String>>, Error> {
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        each(&self.root, |status, key| keys.entry(status.case_id).or_default().push(key))?;
        // A folder lists what it has in no order.
        keys.values_mut().for_each(|keys| keys.sort());
        Ok(keys)
    }

    /// Removes results of a case that another one has taken the place of: its files, options or the program changed.
    ///
    /// # Errors
    /// They cannot be removed.
    pub fn supersede(&self, old: &[String], by: &Key) -> Result<(), Error> {
        for key in old.iter().filter(|key| **key != by.to_string()) {
            // Out of sight in one step, so that no half of it is found.
            let (from, to) = (self.root.join(key), self.work.join(format!("{key}.old")));
            match fs::rename(&from, &to) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                moved => moved.and_then(|()| fs::remove_dir_all(&to)).map_err(Error::writing(&from))?,
            }
        }
        Ok(())
    }

    /// A folder to work on a case in.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn begin(&self, key: &Key) -> Result<Work, Error> {
        let folder = self.work.join(key.to_string());
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(Error::writing(&folder))?;
        Ok(Work { folder, target: self.root.join(key.to_string()), is_kept: false })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Only empty folders go.
        for folder in self.work.ancestors().take(3) {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Goes through every status of a folder of results and the name of its folder, in no order and one at a time.
pub(crate) fn each(root: &Path, mut take: impl FnMut(Status, String)) -> Result<(), Error> {
    for entry in fs::read_dir(root).map_err(Error::reading(root))? {
        let folder = entry.map_err(Error::reading(root))?.path();
        let name = crate::error::name(&folder);
        if !name.starts_with('.')
            && let Some(status) = read_status(&folder)?
        {
            take(status, name);
        }
    }
    Ok(())
}

/// The status in a case's folder; none if it is no folder or has none.
pub(crate) fn read_status(folder: &Path) -> Result<Option<Status>, Error> {
    let path = folder.join(STATUS);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| Error::Table {
            file: format!("{}/{STATUS}", crate::error::name(folder)),
            problem: error.to_string(),
            way_out: "the folder as it was written, or remove it: the case is then run again",
        }),
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => Ok(None),
        Err(error) => Err(Error::reading(&path)(error)),
    }
}

impl Work {
    /// The folder that will be the case's.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes the status and moves the folder to its place, in the stead of one that failed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self, status: &Status) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(status).expect("a status has string keys only");
        let path = self.folder.join(STATUS);
        fs::write(&path, text + "\n").map_err(Error::writing(&path))?;
        if self.target.exists() {
            let mut old = self.folder.clone().into_os_string();
            old.push(".old");
            let old = PathBuf::from(old);
            let _ = fs::remove_dir_all(&old);
            fs::rename(&self.target, &old).map_err(Error::writing(&self.target))?;
            let moved = fs::rename(&self.folder, &self.target).map_err(Error::writing(&self.target));
            let _ = fs::remove_dir_all(&old);
            moved?;
        } else {
            fs::rename(&self.folder, &self.target).map_err(Error::writing(&self.target))?;
        }
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyParts;

    fn status(key: &Key, outcome: Outcome) -> Status {
        Status {
            case_id: "C1".into(),
            key: key.to_string(),
            status: outcome,
            code: 0,
            message: String::new(),
            version: "0.1.0".into(),
            seed: 1,
            given: BTreeMap::new(),
            uid_hashes: BTreeMap::new(),
            peak_memory_mib: None,
            seconds: BTreeMap::new(),
        }
    }

    #[test]
    fn a_case_is_there_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("out");
        let key = KeyParts::default().key();
        let store = Store::open(&root, Shard::WHOLE).expect("made");
        let work = store.begin(&key).expect("made");
        fs::write(work.folder().join("organs.csv"), "half").expect("written");
        assert!(store.is_missing(&key).expect("readable"));
        // A killed run: nothing is dropped, and the next run of the shard clears it away.
        std::mem::forget(work);
        std::mem::forget(store);
        let store = Store::open(&root, Shard::WHOLE).expect("made");
        assert!(store.is_missing(&key).expect("readable"));
        let work = store.begin(&key).expect("made");
        assert!(!work.folder().join("organs.csv").exists());
        work.finish(&status(&key, Outcome::Ok)).expect("written");
        assert!(!store.is_missing(&key).expect("readable"));
        drop(store);
        let left: Vec<_> = fs::read_dir(&root).expect("readable").collect();
        assert_eq!(left.len(), 1, "only the case is left");
    }

    #[test]
    fn a_result_of_other_files_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), Shard::WHOLE).expect("made");
        let [old, new] = [1, 2].map(|seed| KeyParts { seed, ..KeyParts::default() }.key());
        for key in [&old, &new] {
            store.begin(key).expect("made").finish(&status(key, Outcome::Ok)).expect("written");
        }
        let keys = store.keys_by_case().expect("readable");
        assert_eq!(keys["C1"].len(), 2);
        store.supersede(&keys["C1"], &new).expect("removed");
        assert_eq!(store.keys_by_case().expect("readable")["C1"], [new.to_string()]);
    }

    #[test]
    fn what_failed_is_run_again_and_what_was_refused_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), Shard::WHOLE).expect("made");
        let key = KeyParts::default().key();
        for (outcome, again) in [(Outcome::Failed, true), (Outcome::Refused, false), (Outcome::Ok, false)] {
            store.begin(&key).expect("made").finish(&status(&key, outcome)).expect("written");
            assert_eq!(store.status(&key).expect("readable").map(|status| status.status), Some(outcome));
            assert_eq!(store.is_missing(&key).expect("readable"), again);
        }
    }
}

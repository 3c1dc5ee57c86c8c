//! The queue on disk: what was received and answered with success is there, whatever happens to the node.
//!
//! ```text
//! incoming/N.part                  an object on its way; cleared away at the start
//! objects/INSTANCE-CONTENT.dcm     an object, named by hashes of its UID and of its bytes
//! jobs/KEY/                        what became of a set (jobs.rs)
//! ```
//! An object is written aside, brought to the disk, then renamed; the same object twice is one file.

use crate::Error;
use crate::command::Status;
use crate::facts::Facts;
use crate::inbox::{Arriving, Inbox, Incoming};
use crate::index::{Index, Object};
use crate::receive::Receiving;
use crate::room::{Room, bytes_in};
use crate::settings::Limits;
use formats::dicom::DicomFile;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Folder of a job that links to its objects.
pub const LINKS: &str = "in";

/// The queue.
#[derive(Debug)]
pub struct Queue {
    root: PathBuf,
    pub(crate) room: Room,
    pub(crate) object_bytes: u64,
    next: AtomicU64,
    index: Mutex<Index>,
    /// Held as long as the queue is open.
    _lock: File,
}

impl Queue {
    /// Opens a queue, which is made if it is not there, and clears away what a killed node left half-done.
    ///
    /// Gives also the files in it that cannot be read; they stay where they are.
    ///
    /// # Errors
    /// It cannot be read or written, or another node has it.
    pub fn open(root: &Path, limits: &Limits) -> Result<(Self, Vec<String>), Error> {
        for folder in ["incoming", "objects", "jobs"] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).map_err(Error::writing(&folder))?;
        }
        keep_private(root).map_err(Error::writing(root))?;
        let lock = lock(root)?;
        clear(&root.join("incoming"))?;
        let mut index = Index::default();
        let mut unreadable = Vec::new();
        let objects = root.join("objects");
        for entry in fs::read_dir(&objects).map_err(Error::reading(&objects))? {
            let path = entry.map_err(Error::reading(&objects))?.path();
            let bytes = fs::metadata(&path).map_or(0, |about| about.len());
            match DicomFile::open_header(&path).and_then(|file| Facts::read(&file)) {
                Ok(facts) => {
                    index.insert(Object { path, facts, bytes, arrived: Instant::now() });
                }
                Err(_) => unreadable.push(crate::error::name(&path)),
            }
        }
        let queue = Self {
            root: root.to_owned(),
            room: Room::new(bytes_in(root, LINKS), limits.disk_bytes()),
            object_bytes: limits.object_bytes(),
            next: AtomicU64::new(0),
            index: Mutex::new(index),
            _lock: lock,
        };
        Ok((queue, unreadable))
    }

    /// What is there. A panic elsewhere leaves it as sound as it was.
    pub fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Folder of what became of sets.
    pub fn jobs(&self) -> PathBuf {
        self.root.join("jobs")
    }

    /// Bytes in use.
    pub fn used(&self) -> u64 {
        self.room.used()
    }

    /// Where an object is written aside.
    pub(crate) fn aside(&self) -> PathBuf {
        self.root.join("incoming").join(format!("{}.part", self.next.fetch_add(1, Relaxed)))
    }

    /// Takes a received file into the objects; an older one of the same instance goes.
    pub(crate) fn take_in(
        &self,
        aside: &Path,
        facts: Facts,
        content: &str,
        bytes: u64,
    ) -> Result<(), Status> {
        let objects = self.root.join("objects");
        let path = objects.join(format!("{}-{}.dcm", &crate::hash(&facts.uid)[..24], &content[..24]));
        let mut index = self.index();
        if index.get(&facts.uid).is_some_and(|object| object.path == path) {
            let _ = fs::remove_file(aside);
            self.room.give(bytes);
            return Ok(());
        }
        let moved = fs::rename(aside, &path).and_then(|()| sync_folder(&objects));
        moved.map_err(|_| Status::OutOfResources)?;
        if let Some(older) = index.insert(Object { path, facts, bytes, arrived: Instant::now() }) {
            let _ = fs::remove_file(&older.path);
            self.room.give(older.bytes);
        }
        Ok(())
    }

    /// Lets objects go whose set is over.
    pub fn forget(&self, uids: &[String]) {
        self.forget_in(&mut self.index(), uids);
    }

    /// The same, for somebody who holds the index.
    pub(crate) fn forget_in(&self, index: &mut Index, uids: &[String]) {
        for object in uids.iter().filter_map(|uid| index.remove(uid)) {
            let _ = fs::remove_file(&object.path);
            self.room.give(object.bytes);
        }
    }
}

impl Inbox for Queue {
    fn begin(&self, arriving: &Arriving) -> Result<Box<dyn Incoming + '_>, Status> {
        Ok(Box::new(Receiving::new(self, arriving)?))
    }
}

/// Brings a folder's entries to the disk.
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Removes all that lies in a folder.
pub(crate) fn clear(folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::reading(folder))? {
        let path = entry.map_err(Error::reading(folder))?.path();
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::writing(&path)(error)),
            _ => {}
        }
    }
    Ok(())
}

/// Objects carry names: nobody else on the machine reads them.
#[cfg(unix)]
fn keep_private(root: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(root, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn keep_private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A lock that goes with the process, however it ends.
fn lock(root: &Path) -> Result<File, Error> {
    let path = root.join("lock");
    let file = File::create(&path).map_err(Error::writing(&path))?;
    #[cfg(unix)]
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| Error::Locked)?;
    Ok(file)
}

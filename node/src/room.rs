//! How much of the disk a node may have, and how much it has.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// Bytes in use and their limit.
#[derive(Debug)]
pub struct Room {
    used: AtomicU64,
    most: u64,
}

impl Room {
    /// With so much in use already.
    pub fn new(used: u64, most: u64) -> Self {
        Self { used: AtomicU64::new(used), most }
    }

    /// Takes room for bytes; whether there was any.
    pub fn take(&self, bytes: u64) -> bool {
        let after = |used: u64| used.checked_add(bytes).filter(|after| *after <= self.most);
        self.used.fetch_update(SeqCst, SeqCst, after).is_ok()
    }

    /// Counts bytes that are there, whether or not there was room for them: results are never thrown away for it.
    pub fn count(&self, bytes: u64) {
        self.used.fetch_add(bytes, SeqCst);
    }

    /// Gives bytes back.
    pub fn give(&self, bytes: u64) {
        let _ = self.used.fetch_update(SeqCst, SeqCst, |used| Some(used.saturating_sub(bytes)));
    }

    /// Bytes in use.
    pub fn used(&self) -> u64 {
        self.used.load(SeqCst)
    }
}

/// Bytes of all files in a folder; links to the objects (in folders of this name) are not counted twice.
pub fn bytes_in(folder: &Path, links: &str) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let mut sum = 0;
    for entry in entries.flatten() {
        match entry.metadata() {
            Ok(about) if about.is_file() => sum += about.len(),
            Ok(about) if about.is_dir() && entry.file_name() != links => {
                sum += bytes_in(&entry.path(), links)
            }
            _ => {}
        }
    }
    sum
}

//! Ctrl-C: the run stops within a second and leaves nothing half-written.
//!
//! The handler raises a flag that the transport's progress looks at. What does not look in time (a shader compiling,
//! a large grid being built) is ended by the handler itself. The lock makes sure that this never falls into the middle
//! of publishing a result.

use crate::console;
use crate::exit::{Failure, Status};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the run may take to stop by itself.
const PATIENCE: Duration = Duration::from_millis(800);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// From here on Ctrl-C (and SIGTERM) is handled. Where that is not possible, the system's own way of ending stays.
pub fn watch() {
    let _ = ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        std::thread::sleep(PATIENCE);
        let temporary = temporary();
        remove(&temporary);
        console::note(&Failure::interrupted().to_string());
        std::process::exit(Status::Interrupted as i32);
    });
}

/// Whether the user wants to stop.
pub fn requested() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// The folders to remove if the run ends early, the innermost first. Holding the lock keeps the handler from ending
/// the program.
pub fn temporary() -> MutexGuard<'static, Vec<PathBuf>> {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the first folder with all it holds, and the folders made around it where nothing else is in them.
pub fn remove(folders: &[PathBuf]) {
    if let Some((first, around)) = folders.split_first() {
        let _ = std::fs::remove_dir_all(first);
        remove_empty(around);
    }
}

/// Removes folders, the innermost first, as far as nothing is in them.
pub fn remove_empty(folders: &[PathBuf]) {
    for folder in folders {
        let _ = std::fs::remove_dir(folder);
    }
}

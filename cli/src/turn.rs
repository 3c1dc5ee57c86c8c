//! Whose turn on the device it is: of several runs side by side one transports, while others load and write.

use crate::args::Common;
use crate::exit::Failure;
use crate::follow::Follow;
use std::fs::{File, TryLockError};
use std::time::Duration;

/// How often it is asked for.
const EVERY: Duration = Duration::from_millis(5);

/// The turn, until it is dropped. It is a file's lock, which the system gives back however a process ends.
pub struct Turn(#[expect(dead_code, reason = "the lock is held as long as the file is open")] Option<File>);

impl Turn {
    /// Waits for the turn, where the command line names a file for it.
    pub fn wait(common: &Common, follower: &dyn Follow) -> Result<Self, Failure> {
        let Some(path) = &common.turn else { return Ok(Self(None)) };
        let cannot = |error: std::io::Error| {
            Failure::failed(
                format!("the device cannot be waited for: {error}"),
                "one case at a time (--jobs 1)",
            )
        };
        let file = File::open(path).map_err(cannot)?;
        follower.note("waiting for the device");
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(Some(file))),
                Err(TryLockError::WouldBlock) if follower.stops() => return Err(Failure::interrupted()),
                Err(TryLockError::WouldBlock) => std::thread::sleep(EVERY),
                Err(TryLockError::Error(error)) => return Err(cannot(error)),
            }
        }
    }
}

//! The node: somebody who answers calls, somebody who works, somebody who sends.

use crate::Error;
use crate::association::{Association, Ended};
use crate::jobs::Jobs;
use crate::queue::Queue;
use crate::settings::Settings;
use crate::wire::Tcp;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

/// How often it is looked for a new connection.
const LOOK: Duration = Duration::from_millis(20);
/// Connections that wait to be told that there are too many, for each association that there may be; more are closed.
const WAITING: usize = 4;

/// Runs `straydose estimate`, or a stub.
pub trait Runner: Sync {
    /// Works in a folder: objects are in `in/`, the plan is [`crate::PLAN`], results go to `out/`; `None` if the node stops.
    ///
    /// # Errors
    /// It cannot be run at all.
    fn run(&self, folder: &Path) -> io::Result<Option<Ran>>;
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Exit status.
    pub code: i32,
    /// What was said on stderr.
    pub message: String,
}

/// A node.
pub struct Node<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) queue: Queue,
    pub(crate) jobs: Jobs,
    pub(crate) runner: &'a dyn Runner,
    pub(crate) log: &'a (dyn Fn(&str) + Sync),
    pub(crate) stop: &'a (dyn Fn() -> bool + Sync),
    /// Waits between tries are divided by this: tests have no half-minutes.
    pub(crate) haste: u32,
}

impl<'a> Node<'a> {
    /// Opens the queue; `log` gets a line for whatever happens, `stop` is asked often.
    ///
    /// # Errors
    /// The queue cannot be opened.
    pub fn open(
        settings: &'a Settings,
        runner: &'a dyn Runner,
        log: &'a (dyn Fn(&str) + Sync),
        stop: &'a (dyn Fn() -> bool + Sync),
    ) -> Result<Self, Error> {
        let (queue, unreadable) = Queue::open(&settings.queue, &settings.limits)?;
        for file in &unreadable {
            log(&format!("{file} in the queue cannot be read and is left alone"));
        }
        let jobs = Jobs::open(queue.jobs())?;
        let mebibytes = queue.used() >> 20;
        log(&format!(
            "queue: {} objects, {mebibytes} MiB, {} sets over",
            queue.index().len(),
            jobs.over().len()
        ));
        Ok(Self { settings, queue, jobs, runner, log, stop, haste: 1 })
    }

    /// Divides the waits between tries.
    #[must_use]
    pub fn in_haste(mut self, haste: u32) -> Self {
        self.haste = haste.max(1);
        self
    }

    pub(crate) fn retry(&self, wait: Duration) -> Duration {
        wait / self.haste
    }

    /// Listens at the settings' address.
    ///
    /// # Errors
    /// It is taken, or not this machine's.
    pub fn listen(&self) -> Result<TcpListener, Error> {
        let listen = || {
            let listener = TcpListener::bind(self.settings.listen)?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        };
        listen().map_err(|source| Error::Listen { address: self.settings.listen.to_string(), source })
    }

    /// Serves until it is to stop.
    pub fn serve(&self, listener: &TcpListener) {
        let (open, most) = (AtomicUsize::new(0), self.settings.limits.associations);
        std::thread::scope(|scope| {
            scope.spawn(|| self.work());
            scope.spawn(|| self.send_doses());
            while !(self.stop)() {
                match listener.accept() {
                    Ok((stream, from)) => {
                        let number = open.fetch_add(1, SeqCst);
                        if number >= most * (1 + WAITING) {
                            open.fetch_sub(1, SeqCst);
                            (self.log)(&format!("{}: closed, too many connections", from.ip()));
                            continue;
                        }
                        let open = &open;
                        scope.spawn(move || {
                            self.answer(stream, from, number >= most);
                            open.fetch_sub(1, SeqCst);
                        });
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(LOOK),
                    Err(error) => {
                        // A caller that left again, or no file handles for the moment.
                        (self.log)(&format!("a connection could not be taken: {error}"));
                        std::thread::sleep(LOOK);
                    }
                }
            }
        });
    }

    /// One connection, whose worst end is a line in the log.
    fn answer(&self, stream: TcpStream, from: SocketAddr, busy: bool) {
        let longest = Duration::from_secs_f64(self.settings.limits.association_s);
        let said = catch_unwind(AssertUnwindSafe(|| {
            let mut wire = Tcp::new(stream, longest, self.stop)?;
            let association =
                Association { settings: self.settings, from: Some(from.ip()), busy, inbox: &self.queue };
            Ok::<_, io::Error>(association.run(&mut wire))
        }));
        match said {
            Ok(Ok(ended)) => (self.log)(&line(from, &ended)),
            Ok(Err(error)) => (self.log)(&format!("{}: {error}", from.ip())),
            Err(_) => {
                (self.log)(&format!("{}: an error in the node itself ended its association", from.ip()))
            }
        }
    }
}

/// Who called whom and what came of it. Titles are shown escaped: they are whatever the caller sent.
fn line(from: SocketAddr, ended: &Ended) -> String {
    let mut text = format!("{}: {:?} called {:?}", from.ip(), ended.calling, ended.called);
    if ended.echoes > 0 {
        text.push_str(&format!(", {} echoes", ended.echoes));
    }
    for (class, count) in &ended.stored {
        let name = match class.as_str() {
            formats::dicom::uids::CT_IMAGE_STORAGE => "CT",
            formats::dicom::uids::RT_STRUCTURE_SET_STORAGE => "RTSTRUCT",
            formats::dicom::uids::RT_PLAN_STORAGE => "RTPLAN",
            formats::dicom::uids::RT_DOSE_STORAGE => "RTDOSE",
            _ => "PDF",
        };
        text.push_str(&format!(", {count} {name} stored"));
    }
    if ended.turned_down > 0 {
        text.push_str(&format!(", {} objects turned down", ended.turned_down));
    }
    match &ended.problem {
        Some(problem) => text + "; " + problem,
        None => text + "; released",
    }
}

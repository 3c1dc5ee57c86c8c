//! A run on a thread of its own: Python is told how far it is, and may stop it.

use crate::failure::raised;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use straydose::exit::Failure;
use straydose::follow::Follow;

/// How often Python's signals are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Least time between two messages of the transport.
const TELL_EVERY: Duration = Duration::from_millis(200);
/// How long a run may take to stop by itself. After that it is left alone: it ends at its next step, and writes nothing.
const PATIENCE: Duration = Duration::from_millis(800);
/// Stack of the thread: what a program's main thread has.
const STACK_BYTES: usize = 8 << 20;

/// What a run tells: the objects of the command line's `--progress json`.
enum Message {
    Note(String),
    Stage { stage: String, seconds: f64 },
    Transport { done: u64, total: u64, seconds: f64 },
}

/// Passes on what is told.
struct Messenger {
    sender: Sender<Message>,
    stop: Arc<AtomicBool>,
    began: Instant,
    told: Instant,
    told_done: u64,
}

impl Follow for Messenger {
    fn note(&self, text: &str) {
        self.tell(Message::Note(text.to_owned()));
    }

    fn stage_done(&self, stage: &str, seconds: f64) {
        self.tell(Message::Stage { stage: stage.to_owned(), seconds });
    }

    fn transport_begins(&mut self, _total: u64) {
        self.began = Instant::now();
        self.told = self.began;
        self.told_done = 0;
    }

    fn transport(&mut self, done: u64, total: u64) {
        let is_over = done >= total && self.told_done < total;
        if is_over || self.told.elapsed() >= TELL_EVERY {
            (self.told, self.told_done) = (Instant::now(), done);
            self.tell(Message::Transport { done, total, seconds: self.began.elapsed().as_secs_f64() });
        }
    }

    fn transport_ends(&mut self) {}

    fn stops(&self) -> bool {
        self.stop.load(Relaxed)
    }
}

impl Messenger {
    /// Nobody listens any more where the run was left alone.
    fn tell(&self, message: Message) {
        let _ = self.sender.send(message);
    }
}

/// Runs `work` on a thread of its own. `progress` is called with a dict, on this thread; where it returns `False` or raises, or
/// Ctrl-C is pressed, the run stops.
pub fn followed<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&mut dyn Follow) -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    let (sender, messages) = channel();
    let (give, result) = channel();
    let stop = Arc::new(AtomicBool::new(false));
    let now = Instant::now();
    let mut messenger = Messenger { sender, stop: stop.clone(), began: now, told: now, told_done: 0 };
    std::thread::Builder::new().name("straydose".into()).stack_size(STACK_BYTES).spawn(move || {
        let ended = catch_unwind(AssertUnwindSafe(|| work(&mut messenger))).unwrap_or_else(broken);
        // The result comes before the messages end.
        let _ = give.send(ended);
        drop(messenger);
    })?;
    let messages = Mutex::new(messages);
    let interrupted = match listen(py, &messages, progress) {
        Ok(true) => return result.recv().unwrap_or_else(|_| broken(Box::new(()))).map_err(|f| raised(py, f)),
        Ok(false) => raised(py, Failure::interrupted()),
        Err(error) => error,
    };
    stop.store(true, Relaxed);
    let result = Mutex::new(result);
    py.detach(|| {
        let result = result.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = result.recv_timeout(PATIENCE);
    });
    Err(interrupted)
}

/// Listens until the run is over (`true`) or is to stop.
fn listen(
    py: Python<'_>,
    messages: &Mutex<Receiver<Message>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<bool> {
    loop {
        let next =
            py.detach(|| messages.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(LOOK_EVERY));
        py.check_signals()?;
        match next {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(true),
            Ok(message) => {
                if let Some(progress) = progress
                    && progress.call1((dict(py, message)?,))?.is(PyBool::new(py, false))
                {
                    return Ok(false);
                }
            }
        }
    }
}

fn dict(py: Python<'_>, message: Message) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    match message {
        Message::Note(text) => {
            dict.set_item("stage", "note")?;
            dict.set_item("message", text)?;
        }
        Message::Stage { stage, seconds } => {
            dict.set_item("stage", stage)?;
            dict.set_item("done", 1)?;
            dict.set_item("total", 1)?;
            dict.set_item("seconds", seconds)?;
        }
        Message::Transport { done, total, seconds } => {
            dict.set_item("stage", "transport")?;
            dict.set_item("done", done)?;
            dict.set_item("total", total)?;
            dict.set_item("seconds", seconds)?;
        }
    }
    Ok(dict)
}

/// What the command line says of a panic.
fn broken<T>(_: Box<dyn Any + Send>) -> Result<T, Failure> {
    Err(Failure::failed(
        "an error in the program itself, described above; nothing was written",
        "reporting it with the case file and this text",
    ))
}

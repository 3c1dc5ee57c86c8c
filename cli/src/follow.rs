//! Who follows a run: a terminal, or a program that called this library.

use crate::interrupt;
use crate::progress::Progress;
use std::ops::ControlFlow;

/// Is told how far a run is, and may stop it. The engine asks from any of its threads.
pub trait Follow: Send {
    /// Something that should be known before the end.
    fn note(&self, text: &str);
    /// A short stage is over.
    fn stage_done(&self, stage: &str, seconds: f64);
    /// The transport of some photons begins.
    fn transport_begins(&mut self, total: u64);
    /// It has come this far.
    fn transport(&mut self, done: u64, total: u64);
    /// It is over, or given up.
    fn transport_ends(&mut self);
    /// Whether the run is to stop; asked again and again.
    fn stops(&self) -> bool;

    /// [`Follow::stops`] as the engine asks for it.
    fn goes_on(&self) -> ControlFlow<()> {
        if self.stops() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// The terminal: Ctrl-C stops.
impl Follow for Progress {
    fn note(&self, text: &str) {
        self.note(text);
    }

    fn stage_done(&self, stage: &str, seconds: f64) {
        self.stage_done(stage, seconds);
    }

    fn transport_begins(&mut self, total: u64) {
        self.transport_begins(total);
    }

    fn transport(&mut self, done: u64, total: u64) {
        self.transport(done, total);
    }

    fn transport_ends(&mut self) {
        self.transport_ends();
    }

    fn stops(&self) -> bool {
        interrupt::requested()
    }
}

//! How a run tells how far it is: on stderr a bar, plain lines, JSON lines or nothing; on stdout tags for 3D Slicer.

use crate::args::{Common, ProgressChoice};
use crate::console;
use crate::interrupt;
use crate::slicer::tags;
use dose_core::run::Progress as Run;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Least time between two JSON lines, or two tags.
const JSON_EVERY: Duration = Duration::from_millis(200);
/// Plain lines come after this long …
const PLAIN_EVERY: Duration = Duration::from_secs(2);
/// … or after a tenth of the histories, but not faster than this.
const PLAIN_AT_LEAST: Duration = Duration::from_millis(500);

/// Where progress goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Bar,
    Plain,
    Json,
    Slicer,
    Silent,
}

/// Tells how far the run is.
pub struct Progress {
    style: Style,
    bar: Option<ProgressBar>,
    transport_started: Instant,
    told_at: Instant,
    told_done: u64,
}

impl Progress {
    /// As the command line asks.
    pub fn new(common: &Common) -> Progress {
        let style = match (common.quiet, common.progress) {
            (true, _) => Style::Silent,
            (_, ProgressChoice::Bar) => Style::Bar,
            (_, ProgressChoice::Plain) => Style::Plain,
            (_, ProgressChoice::Json) => Style::Json,
            (_, ProgressChoice::Slicer) => Style::Slicer,
            (_, ProgressChoice::Auto) if std::io::stderr().is_terminal() => Style::Bar,
            (_, ProgressChoice::Auto) => Style::Plain,
        };
        if style == Style::Slicer {
            console::result(&tags::start());
        }
        let now = Instant::now();
        Progress { style, bar: None, transport_started: now, told_at: now, told_done: 0 }
    }

    /// Something the user should know before the end.
    pub fn note(&self, text: &str) {
        match self.style {
            Style::Silent => {}
            Style::Json => console::note(&json!({ "stage": "note", "message": text }).to_string()),
            Style::Slicer => console::result(&tags::comment(text)),
            Style::Bar | Style::Plain => console::note(text),
        }
    }

    /// A short stage is over.
    pub fn stage_done(&self, stage: &str, seconds: f64) {
        if self.style == Style::Json {
            console::note(&json!({ "stage": stage, "done": 1, "total": 1, "seconds": seconds }).to_string());
        }
    }

    /// The transport begins.
    pub fn transport_begins(&mut self, total: u64) {
        self.transport_started = Instant::now();
        self.told_at = self.transport_started;
        self.told_done = 0;
        if self.style == Style::Bar {
            let style = ProgressStyle::with_template(
                "transport {bar:40} {percent:>3} %  {human_pos} of {human_len} histories, {rate}, {eta} left",
            )
            .expect("the template is well formed")
            .with_key("rate", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{:.2e} a second", state.per_sec());
            });
            self.bar = Some(ProgressBar::new(total).with_style(style));
        }
    }

    /// The transport has come this far.
    pub fn transport(&mut self, done: u64, total: u64) {
        let seconds = self.transport_started.elapsed().as_secs_f64();
        let since = self.told_at.elapsed();
        let over = done >= total && self.told_done < total;
        match self.style {
            Style::Silent => return,
            Style::Bar => {
                if let Some(bar) = &self.bar {
                    bar.set_position(done);
                }
                return;
            }
            Style::Json if over || since >= JSON_EVERY => {
                let line = json!({ "stage": "transport", "done": done, "total": total, "seconds": seconds });
                console::note(&line.to_string());
            }
            Style::Plain
                if over
                    || since >= PLAIN_EVERY
                    || (since >= PLAIN_AT_LEAST && (done - self.told_done.min(done)) >= total / 10) =>
            {
                let percent = 100.0 * done as f64 / total.max(1) as f64;
                console::note(&format!(
                    "transport: {done} of {total} histories ({percent:.0} %), {seconds:.1} s"
                ));
            }
            Style::Slicer if over || since >= JSON_EVERY => {
                console::result(&tags::progress(done, total));
            }
            Style::Json | Style::Plain | Style::Slicer => return,
        }
        self.told_at = Instant::now();
        self.told_done = done;
    }

    /// Is told how far runs are that begin with their first report; Ctrl-C breaks them off.
    pub fn watch(&mut self) -> impl FnMut(Run) -> ControlFlow<()> + Send {
        let mut has_begun = false;
        move |now| {
            if !has_begun {
                has_begun = true;
                self.transport_begins(now.histories_total);
            }
            self.transport(now.histories_done, now.histories_total);
            if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }

    /// The transport is over, or given up.
    pub fn transport_ends(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.style == Style::Slicer {
            console::result(&tags::end());
        }
    }
}

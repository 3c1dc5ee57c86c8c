//! A node in a temporary folder, studies to send, somebody who sends them, and a PACS that takes doses.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod caller;
pub mod pacs;
pub mod studies;

use node::{Node, Ran, Runner, Settings};
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// Longest wait for anything: generous, since the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something is so.
#[track_caller]
pub fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Settings of a quick node on a port that the system chooses.
pub fn settings(queue: &Path, peer: Option<SocketAddr>, more: &str) -> Settings {
    let peer = peer
        .map_or(String::new(), |address| format!("[peer]\nae_title = \"PACS\"\naddress = \"{address}\"\n"));
    let text = format!(
        "listen = \"127.0.0.1:0\"\nqueue = \"{}\"\nquiet_s = 0.3\n{more}\n[[caller]]\nae_title = \"SENDER\"\n{peer}",
        queue.display()
    );
    Settings::from_toml("test.toml", &text).expect("sound settings")
}

/// Stands for `straydose estimate`: a dose of the plan's own identity.
#[derive(Default)]
pub struct Stub {
    pub runs: AtomicUsize,
    /// How many ran at once at most.
    pub at_once: AtomicUsize,
    pub most: AtomicUsize,
    /// How long each takes.
    pub slow: Duration,
    /// Exit status of each.
    pub code: i32,
    /// A report beside the dose.
    pub report: bool,
}

impl Stub {
    pub fn most_at_once(&self) -> usize {
        self.most.load(SeqCst)
    }
}

impl Runner for Stub {
    fn run(&self, folder: &Path) -> io::Result<Option<Ran>> {
        let now = self.at_once.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(now, SeqCst);
        std::thread::sleep(self.slow);
        if self.code == 0 {
            studies::write_dose(&folder.join(node::PLAN), &folder.join("out"));
            if self.report {
                studies::write_report(&folder.join(node::PLAN), &folder.join("out"));
            }
        }
        self.runs.fetch_add(1, SeqCst);
        self.at_once.fetch_sub(1, SeqCst);
        Ok(Some(Ran { code: self.code, message: "the stub".into() }))
    }
}

/// What a running node is asked about.
pub struct Running<'a> {
    pub address: SocketAddr,
    pub log: &'a Mutex<Vec<String>>,
    pub queue: PathBuf,
}

impl Running<'_> {
    pub fn logged(&self, text: &str) -> bool {
        self.log.lock().expect("sound").iter().any(|line| line.contains(text))
    }

    #[track_caller]
    pub fn wait_for_log(&self, text: &str) {
        let began = Instant::now();
        while !self.logged(text) {
            assert!(began.elapsed() < PATIENCE, "{text:?} is not in {:#?}", self.log.lock());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Names in a folder of the queue.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.queue.join(folder)).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }
}

/// Runs a node as long as `during` lasts.
pub fn with_node<T>(settings: &Settings, stub: &dyn Runner, during: impl FnOnce(&Running) -> T) -> T {
    let log = Mutex::new(Vec::new());
    let stop = AtomicBool::new(false);
    let write = |line: &str| log.lock().expect("sound").push(line.to_owned());
    let stops = || stop.load(SeqCst);
    let node = Node::open(settings, stub, &write, &stops).expect("a queue").in_haste(100);
    let listener = node.listen().expect("a port");
    let running =
        Running { address: listener.local_addr().expect("bound"), log: &log, queue: settings.queue.clone() };
    /// Stops the node also when `during` panics: the scope would wait for ever.
    struct Stop<'a>(&'a AtomicBool);
    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.store(true, SeqCst);
        }
    }
    std::thread::scope(|scope| {
        scope.spawn(|| node.serve(&listener));
        let _stop = Stop(&stop);
        during(&running)
    })
}

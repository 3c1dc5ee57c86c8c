//! A folder for one test, with a case file that runs in a moment.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A case that is right in every way; tests change one thing in it.
pub const CASE: &str = r#"
[grid]
min_cm = [-4.0, 0.0, -5.0]
voxel_cm = [2.0, 1.0, 2.5]
shape = [4, 6, 4]
material = "water"
density_g_cm3 = 1.0

[[grid.box]]
min_cm = [-4.0, 2.0, -5.0]
max_cm = [4.0, 4.0, 5.0]
material = "lung"
density_g_cm3 = 0.26

[source]
kind = "point"
position_cm = [0.0, -90.0, 0.0]
direction = [0.0, 1.0, 0.0]
field_cm = [4.0, 4.0]
field_distance_cm = 100.0
spectrum = { name = "mohan-6mv" }

[[collimator]]
min_cm = [2.0, -60.0, -5.0]
max_cm = [6.0, -55.0, 5.0]
material = "tungsten-alloy"
density_g_cm3 = 18.0

[material.gel]
density_g_cm3 = 1.05
mass_fractions = { H = 0.11, O = 0.89 }

[run]
histories = 20_000
quantity = "kerma"
"#;

/// A folder that goes away with the test.
pub struct Workplace {
    folder: tempfile::TempDir,
    /// What the program keeps for its next run.
    cache: tempfile::TempDir,
}

/// How a run of the program ended.
pub struct Ended {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Workplace {
    /// With nothing in it.
    pub fn empty() -> Workplace {
        Workplace {
            folder: tempfile::tempdir().expect("a temporary folder"),
            cache: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// With this text in `case.toml`.
    pub fn new(case: impl AsRef<[u8]>) -> Workplace {
        let place = Workplace::empty();
        place.write("case.toml", case);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).expect("the test's folder can be written");
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names in a folder of the workplace, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        names(&self.path(folder))
    }

    /// Names of the monitor units that are kept for the next run.
    pub fn kept_units(&self) -> Vec<String> {
        names(&self.cache.path().join("monitor-units"))
    }

    /// The program, in this folder.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_straydose"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("STRAYDOSE_CACHE", self.cache.path());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.program(arguments).output().expect("the program starts").into()
    }

    /// `straydose transport case.toml --out out` on the CPU.
    pub fn transport(&self, more: &[&str]) -> Ended {
        let mut arguments = vec!["transport", "case.toml", "--out", "out", "--backend", "cpu"];
        arguments.extend(more);
        self.run(&arguments)
    }

    /// Starts a run that would take very long, waits until photons move, ends it with a signal, and gives the status
    /// and how long the program took to go.
    #[cfg(unix)]
    pub fn killed(&self, arguments: &[&str], signal: &str) -> (Option<i32>, Duration) {
        let mut program = self.program(arguments);
        program.args(["--progress", "json"]).stderr(Stdio::piped());
        let mut program = program.spawn().expect("the program starts");
        let stderr = program.stderr.take().expect("it was piped");
        let mut lines = std::io::BufReader::new(stderr).lines();
        let moving = lines.by_ref().any(|line| line.expect("UTF-8").contains("\"stage\":\"transport\""));
        assert!(moving, "the transport never began");
        let sent = Instant::now();
        let kill = Command::new("kill").args([signal, &program.id().to_string()]).status();
        assert!(kill.expect("kill is there").success());
        let status = program.wait().expect("it ends");
        (status.code(), sent.elapsed())
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Ended {
        Ended {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Ended {
    /// The exit status, with all that was said if it is another.
    #[track_caller]
    pub fn assert_status(&self, status: i32) -> &Ended {
        assert_eq!(
            self.status,
            Some(status),
            "exit status; stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Each text is in the message.
    #[track_caller]
    pub fn assert_says(&self, texts: &[&str]) -> &Ended {
        for text in texts {
            assert!(self.stderr.contains(text), "{text:?} is not in:\n{}", self.stderr);
        }
        self
    }
}

/// Names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

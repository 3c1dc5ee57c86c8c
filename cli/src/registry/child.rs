//! One case in a process of its own: a panic, a lack of memory or a kill ends that case and no other.

use crate::args::Common;
use crate::exit::Status;
use crate::interrupt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// How often a run is asked whether it is over.
const EVERY: Duration = Duration::from_millis(20);
/// The longest message that is kept (bytes).
const LONGEST: u64 = 8192;
/// Where its messages go, in the case's folder.
const SAID: &str = "said.txt";

/// The options of all commands, handed on to a child; `threads` are its part of the threads.
pub fn common_options(common: &Common, threads: Option<usize>) -> Vec<String> {
    let seed = common.seed.unwrap_or(1).to_string();
    let backend = clap::ValueEnum::to_possible_value(&common.backend);
    let backend = backend.map_or("auto".into(), |value| value.get_name().to_owned());
    let mut options = ["--seed", &seed, "--backend", &backend].map(str::to_owned).to_vec();
    for (name, value) in [("--threads", threads), ("--device", common.device)] {
        options.extend(value.into_iter().flat_map(|value| [name.to_owned(), value.to_string()]));
    }
    options
}

/// How a process ended.
pub struct Ended {
    /// Its exit status; 128 and the signal's number where one ended it.
    pub code: i32,
    /// What it said on stderr.
    pub message: String,
    /// The most memory that it had (MiB), where the system says.
    pub peak_memory_mib: Option<u64>,
}

/// Runs a program in a folder; `None` if the user stops it.
pub fn run(program: &Path, arguments: &[String], folder: &Path) -> io::Result<Option<Ended>> {
    let said = folder.join(SAID);
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&said)?)
        .spawn()?;
    let mut peak_memory_mib = None;
    let status = loop {
        peak_memory_mib = peak_mib(child.id()).max(peak_memory_mib);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if interrupt::requested() {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(EVERY);
    };
    let code = code(status);
    if interrupt::requested() || code == Status::Interrupted as i32 {
        return Ok(None);
    }
    let mut text = Vec::new();
    File::open(&said)?.take(LONGEST).read_to_end(&mut text)?;
    std::fs::remove_file(&said)?;
    let text = String::from_utf8_lossy(&text);
    // Its folder's place is nobody's business.
    let message = text.replace(&*folder.to_string_lossy(), "").trim().to_owned();
    Ok(Some(Ended { code, message, peak_memory_mib }))
}

/// The most memory that a process had until now, where the system says (Linux).
fn peak_mib(process: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? / 1024)
}

#[cfg(unix)]
fn code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(Status::Failed as i32)
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(Status::Failed as i32)
}

//! The only place that writes to the terminal: results to stdout, everything else to stderr.

use std::io::Write;

/// A line of results. A closed pipe (`straydose … | head`) is no error.
pub fn result(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// A line about the run: progress, notes, errors.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

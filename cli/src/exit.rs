//! How a run ends: the exit status and the one message on stderr.

use std::fmt;
use std::process::ExitCode;

/// Exit statuses other than 0; scripts depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The command line is wrong.
    CommandLine = 2,
    /// The input is refused: bad, inconsistent, or outside what the models are valid for.
    Refused = 3,
    /// It failed while running.
    Failed = 4,
    /// The environment lacks something that was asked for.
    Environment = 5,
    /// Ctrl-C, as a shell reports it (128 + SIGINT).
    Interrupted = 130,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status as u8)
    }
}

/// Why a run ended without a result.
///
/// ```text
/// straydose: the density -1 is negative
///   in case.toml, [grid] density_g_cm3
///   try: a density in g/cm³ (water is 1.0), or 0 for vacuum
/// ```
#[derive(Debug)]
pub struct Failure {
    /// What the shell sees.
    pub status: Status,
    /// What is wrong, and why.
    pub problem: String,
    /// The file and the element in it; empty where there is none.
    pub place: String,
    /// A way out; empty where there is none.
    pub remedy: String,
}

impl Failure {
    /// The input is refused.
    pub fn refused(
        problem: impl Into<String>,
        place: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Failure {
        Failure {
            status: Status::Refused,
            problem: problem.into(),
            place: place.into(),
            remedy: remedy.into(),
        }
    }

    /// The command line is wrong.
    pub fn command_line(problem: impl Into<String>, remedy: impl Into<String>) -> Failure {
        Failure {
            status: Status::CommandLine,
            problem: problem.into(),
            place: String::new(),
            remedy: remedy.into(),
        }
    }

    /// It failed while running.
    pub fn failed(problem: impl Into<String>, remedy: impl Into<String>) -> Failure {
        Failure {
            status: Status::Failed,
            problem: problem.into(),
            place: String::new(),
            remedy: remedy.into(),
        }
    }

    /// The user stopped it.
    pub fn interrupted() -> Failure {
        Failure {
            status: Status::Interrupted,
            problem: "interrupted; nothing was written".into(),
            place: String::new(),
            remedy: String::new(),
        }
    }

    /// What the engine said, with the file that it spoke of.
    pub fn from_engine(error: dose_core::Error, file: &str) -> Failure {
        use dose_core::Error;
        match error {
            Error::Refused { what, why, remedy } => Failure::refused(why, format!("{file}, {what}"), remedy),
            Error::Cancelled => Failure::interrupted(),
            Error::NoGpu { why } => Failure {
                status: Status::Environment,
                problem: format!("there is no usable GPU: {why}"),
                place: String::new(),
                remedy: "--backend cpu, or --backend auto; `straydose devices` lists what can be used".into(),
            },
            Error::Gpu { .. } => {
                Failure::failed(with_causes(&error), "running it again, a smaller grid, or --backend cpu")
            }
            other => Failure::failed(with_causes(&other), ""),
        }
    }
}

/// An error and what caused it, on one line.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "straydose: {}", self.problem)?;
        if !self.place.is_empty() {
            write!(f, "\n  in {}", self.place)?;
        }
        if !self.remedy.is_empty() {
            write!(f, "\n  try: {}", self.remedy)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_what_where_and_what_to_do() {
        let failure =
            Failure::refused("the density -1 is negative", "case.toml, [grid] density_g_cm3", "1.0");
        assert_eq!(
            failure.to_string(),
            "straydose: the density -1 is negative\n  in case.toml, [grid] density_g_cm3\n  try: 1.0"
        );
    }

    #[test]
    fn an_interruption_is_one_line() {
        assert_eq!(Failure::interrupted().to_string(), "straydose: interrupted; nothing was written");
    }
}

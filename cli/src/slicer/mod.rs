//! straydose as a command-line module of 3D Slicer: `straydose --xml` describes `estimate` to it, and a call with the
//! flags of that description is an `estimate`.

mod descriptor;
pub mod tags;

use crate::args::{Arguments, Command, Common, EstimateArguments, ProgressChoice};
use crate::exit::Failure;
use clap::{CommandFactory, FromArgMatches, Parser};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What 3D Slicer asks of the program.
pub enum Asked {
    /// The descriptor: this XML.
    Descriptor(String),
    /// An estimate.
    Estimate {
        /// As if `straydose estimate` had been typed.
        arguments: Box<Arguments>,
        /// Where Slicer expects the dose as an image.
        dose_image: Option<PathBuf>,
    },
    /// Nothing: somebody else calls.
    Nothing,
}

/// A call of Slicer's.
#[derive(Debug, Parser)]
#[command(name = "straydose")]
struct ModuleCall {
    #[command(flatten)]
    estimate: EstimateArguments,
    #[command(flatten)]
    common: Common,
    /// A volume of the scene that receives the dose.
    #[arg(long, value_name = "VOLUME.nii.gz")]
    dose_image: Option<PathBuf>,
    /// Called by 3D Slicer.
    #[arg(long)]
    slicer: bool,
}

impl Asked {
    /// What a command line asks; the program's name comes first in it. A wrong one of Slicer's ends the program as
    /// any wrong command line does.
    pub fn of(line: impl IntoIterator<Item = OsString>) -> Asked {
        let line: Vec<OsString> = line.into_iter().collect();
        let given = line.get(1..).unwrap_or_default();
        if given == ["--xml"] {
            return Asked::Descriptor(descriptor::of(command().get_arguments()));
        }
        let mark = format!("--{}", descriptor::MARK);
        if !given.iter().any(|argument| *argument == *mark) {
            return Asked::Nothing;
        }
        match parse(&line) {
            Ok(call) => call.into_estimate(),
            Err(error) => error.exit(),
        }
    }
}

impl ModuleCall {
    fn into_estimate(self) -> Asked {
        let common = Common { progress: ProgressChoice::Slicer, ..self.common };
        let command = Command::Estimate(Box::new(self.estimate));
        let arguments = Box::new(Arguments { command, common });
        Asked::Estimate { arguments, dose_image: self.dose_image }
    }
}

/// The arguments of a call, each also by the flag that the descriptor may give it.
fn command() -> clap::Command {
    ModuleCall::command().mut_args(|argument| match argument.get_long() {
        Some(long) if long.contains('-') => {
            let flag = descriptor::flag(long);
            argument.alias(flag)
        }
        _ => argument,
    })
}

fn parse(line: &[OsString]) -> Result<ModuleCall, clap::Error> {
    ModuleCall::from_arg_matches(&command().try_get_matches_from(line)?)
}

/// Puts the dose of a finished estimate where Slicer takes its volume from.
pub fn hand_over(out: &Path, dose_image: Option<&Path>) -> Result<(), Failure> {
    let Some(image) = dose_image else { return Ok(()) };
    match std::fs::copy(out.join("dose.nii.gz"), image) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::failed(
            format!("the dose cannot be copied to {}: {error}", image.display()),
            "loading dose.nii.gz from the folder of the results",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    /// Every argument with a value that differs from its default, as Slicer and as a user would give it.
    fn both(argument: &clap::Arg) -> (Vec<OsString>, Vec<OsString>) {
        let long = argument.get_long().expect("every argument has a long flag");
        let value = match argument.get_id().as_str() {
            "backend" => "gpu",
            "sex" => "F",
            _ => "7",
        };
        let mut slicer = line(&["straydose", "--slicer", "--out", "o"]);
        let mut user = line(&["straydose", "estimate", "--out", "o"]);
        if long == "out" {
            slicer.truncate(2);
            user.truncate(2);
        }
        for (words, flag) in [(&mut slicer, descriptor::flag(long)), (&mut user, long.to_owned())] {
            words.push(format!("--{flag}").into());
            if argument.get_action().takes_values() {
                words.push(value.into());
            }
            // They go in pairs.
            match long {
                "phantom" => words.extend(line(&["--phantom-table", "t"])),
                "phantom-table" => words.extend(line(&["--phantom", "p"])),
                _ => {}
            }
        }
        (slicer, user)
    }

    #[test]
    fn slicers_flags_mean_what_the_users_mean() {
        let command = command();
        let xml = descriptor::of(command.get_arguments());
        let own = ["dose_image", "slicer", "help"];
        let mut compared = 0;
        for argument in command.get_arguments() {
            let name = argument.get_id().as_str();
            if descriptor::NOT_SHOWN.contains(&name) || own.contains(&name) {
                continue;
            }
            let (slicer, user) = both(argument);
            let flag = descriptor::flag(argument.get_long().unwrap_or_default());
            assert!(xml.contains(&format!("<longflag>{flag}</longflag>")), "{name} is not in the descriptor");
            let user = Arguments::try_parse_from(user).unwrap_or_else(|error| panic!("{name}: {error}"));
            let Command::Estimate(by_user) = user.command else {
                panic!("{name} is no argument of estimate")
            };
            let by_slicer = parse(&slicer).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(format!("{:?}", by_slicer.estimate), format!("{by_user:?}"), "{name}");
            assert_eq!(format!("{:?}", by_slicer.common), format!("{:?}", user.common), "{name}");
            compared += 1;
        }
        assert!(compared >= 20, "only {compared} arguments were compared");
    }

    #[test]
    fn only_slicer_is_taken_for_slicer() {
        assert!(matches!(Asked::of(line(&["straydose", "--xml"])), Asked::Descriptor(_)));
        for others in [&["straydose"][..], &["straydose", "estimate", "--xml"], &["straydose", "--out", "x"]]
        {
            assert!(matches!(Asked::of(line(others)), Asked::Nothing), "{others:?}");
        }
        let asked = Asked::of(line(&["straydose", "--out", "o", "--slicer", "--dose_image", "d.nii.gz"]));
        let Asked::Estimate { arguments, dose_image } = asked else { panic!("not taken for Slicer") };
        assert_eq!(arguments.common.progress, ProgressChoice::Slicer);
        assert_eq!(dose_image.as_deref(), Some(Path::new("d.nii.gz")));
    }

    #[test]
    fn the_command_line_of_slicer_is_consistent() {
        command().debug_assert();
    }
}

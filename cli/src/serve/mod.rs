//! `straydose serve`: a DICOM node that has doses estimated and sends them back.

mod log;
mod report;
mod run;

use crate::args::{Arguments, Command, Common};
use crate::console;
use crate::exit::{Failure, Status, with_causes};
use crate::interrupt;
use clap::{Args, Parser};
use node::{Error, Node, Settings};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Arguments of `straydose serve`.
#[derive(Args, Debug)]
pub struct ServeArguments {
    /// The settings: AE titles, callers, peer, queue, limits (docs/node.md).
    #[arg(value_name = "NODE.toml")]
    pub settings: PathBuf,

    /// Another address to listen at than the settings'.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,

    /// Another folder for the queue than the settings'.
    #[arg(long, value_name = "DIR")]
    pub queue: Option<PathBuf>,

    /// Only ask the peer whether it is there (C-ECHO), and end.
    #[arg(long)]
    pub check_peer: bool,

    /// Another program than this one, for tests.
    #[arg(long, value_name = "FILE", hide = true)]
    pub program: Option<PathBuf>,
}

/// Runs the command until Ctrl-C or SIGTERM, which is how a node ends well.
pub fn run(arguments: &ServeArguments, common: &Common) -> Result<(), Failure> {
    crate::backend::check(common)?;
    let mut settings = Settings::read(&arguments.settings).map_err(|error| failure(&error))?;
    settings.listen = arguments.listen.unwrap_or(settings.listen);
    settings.queue = arguments.queue.clone().unwrap_or(settings.queue);
    settings.queue = std::path::absolute(&settings.queue).unwrap_or(settings.queue);
    if arguments.check_peer {
        return check_peer(&settings, common);
    }
    let runner = run::Estimate::new(&settings, common, arguments.program.as_deref())?;
    check_estimate(&runner)?;
    interrupt::watch();
    let log = log::Log { is_quiet: common.quiet };
    let log = |text: &str| log.line(text);
    let node =
        Node::open(&settings, &runner, &log, &interrupt::requested).map_err(|error| failure(&error))?;
    let listener = node.listen().map_err(|error| failure(&error))?;
    let address = listener.local_addr().map_or(settings.listen, |address| address);
    log(&format!("{:?} listens at {address}", settings.ae_title));
    if !address.ip().is_loopback() {
        log(
            "DICOM is neither encrypted nor authenticated: only in a network that you trust (docs/security.md)",
        );
    }
    node.serve(&listener);
    log("stopped");
    Ok(())
}

fn check_peer(settings: &Settings, common: &Common) -> Result<(), Failure> {
    let Some(peer) = &settings.peer else {
        return Err(Failure::refused("there is no peer to ask", "the settings", "a table [peer]"));
    };
    peer.echo(&settings.ae_title).map_err(|error| failure(&error))?;
    if !common.quiet {
        console::result(&format!("{:?} at {} answers {:?}", peer.ae_title, peer.address, settings.ae_title));
    }
    Ok(())
}

/// A wrong option is told at the start, not with the first patient.
fn check_estimate(runner: &run::Estimate) -> Result<(), Failure> {
    let line = std::iter::once("straydose".to_owned()).chain(runner.arguments.iter().cloned());
    let parsed = Arguments::try_parse_from(line);
    let problem = match &parsed {
        Ok(Arguments { command: Command::Estimate(_), .. }) => return Ok(()),
        Ok(_) => "it is no estimate".to_owned(),
        Err(error) => error.to_string(),
    };
    let first = problem.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let place = "the settings, [estimate] arguments";
    Err(Failure::refused(
        first,
        place,
        "options of `straydose estimate` other than those of input and output",
    ))
}

fn failure(error: &Error) -> Failure {
    let said = with_causes(error);
    match error {
        Error::Settings { .. } => Failure::refused(said, "", ""),
        Error::Listen { .. } | Error::Locked => Failure {
            status: Status::Environment,
            problem: said,
            place: String::new(),
            remedy: String::new(),
        },
        Error::Queue { .. } => Failure::failed(said, ""),
        Error::Peer { .. } => Failure::failed(
            said,
            "its address in [peer]; there, this node's AE title and address must be known, and its own title be the one in [peer]",
        ),
    }
}

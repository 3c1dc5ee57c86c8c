//! `straydose demo`: a case from nothing, a run, a report.

use crate::args::{Common, DemoArguments, TransportArguments};
use crate::case_file::DEMO;
use crate::console;
use crate::exit::Failure;
use crate::report;
use crate::transport;

/// Runs the command.
pub fn run(arguments: &DemoArguments, common: &Common) -> Result<(), Failure> {
    let input = arguments.out.join("input");
    let case = input.join("case.toml");
    let unwritable = |what: &str, error: std::io::Error| {
        Failure::failed(
            format!("{what} cannot be written: {error}"),
            "another --out, one that you may write to",
        )
    };
    std::fs::create_dir_all(&input).map_err(|error| unwritable("the folder of the demo", error))?;
    std::fs::write(&case, DEMO).map_err(|error| unwritable("input/case.toml", error))?;

    let finished =
        transport::calculate(&TransportArguments { case, out: arguments.out.join("result") }, common)?;
    let page = report::page(&finished).map_err(|why| Failure::failed(why, "reporting it"))?;
    let report = arguments.out.join("report.html");
    let partial = arguments.out.join("report.html.partial");
    std::fs::write(&partial, page)
        .and_then(|()| std::fs::rename(&partial, &report))
        .map_err(|error| unwritable("report.html", error))?;
    if !common.quiet {
        console::result(&format!("open {}", report.display()));
    }
    Ok(())
}

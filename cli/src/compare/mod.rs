//! `straydose compare`: finished runs side by side, organ by organ, component by component.

pub mod finished;
pub mod page;
pub mod table;

use crate::args::{Common, INTENDED_USE};
use crate::console;
use crate::exit::Failure;
use crate::interrupt;
use crate::output_folder::{OutputFolder, PROGRAM, RECORD};
use crate::predict::write;
use clap::Args;
use finished::{Finished, Organ};
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `straydose compare`.
#[derive(Args, Debug)]
pub struct CompareArguments {
    /// Folders that `straydose estimate` wrote: plans of one patient. The first is what the others are compared with.
    #[arg(value_name = "DIR", num_args = 2..=10, required = true)]
    pub folders: Vec<PathBuf>,

    /// Folder for differences.csv, report.html and run.json; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// An organ that all runs have.
pub struct Row<'a> {
    /// In each run, in their order.
    pub organs: Vec<&'a Organ>,
}

/// Runs the command.
pub fn run(arguments: &CompareArguments, common: &Common) -> Result<(), Failure> {
    interrupt::watch();
    let letters = ('A'..='J').map(String::from);
    let runs: Vec<Finished> = arguments
        .folders
        .iter()
        .zip(letters)
        .map(|(folder, letter)| Finished::read(folder, &letter))
        .collect::<Result<_, _>>()?;
    let rows = rows(&runs)?;
    let warnings = warnings(&runs, &rows);
    let output = OutputFolder::prepare(&arguments.out)?;
    table::write(&output, table::FILE, &runs, &rows)?;
    write::text(&output, "report.html", &page::page(&runs, &rows, &warnings))?;
    let folders = runs.iter().map(|run| run.letter.clone());
    let command: Vec<String> = ["straydose".into(), "compare".into()]
        .into_iter()
        .chain(folders)
        .chain(["--out".into(), "DIR".into()])
        .collect();
    let hashes: serde_json::Map<String, serde_json::Value> = runs
        .iter()
        .flat_map(|run| run.sha256.iter().map(|(name, hash)| (name.clone(), json!(hash))))
        .collect();
    let record = json!({
        "program": PROGRAM,
        "version": env!("CARGO_PKG_VERSION"),
        "intended_use": INTENDED_USE,
        "command": command,
        "unit": "Gy, all fractions",
        "inputs_sha256": hashes,
        "warnings": warnings,
    });
    let text = serde_json::to_string_pretty(&record).expect("the record has string keys only");
    write::text(&output, RECORD, &(text + "\n"))?;
    output.publish()?;
    if !common.quiet {
        warnings.iter().for_each(|warning| console::note(&format!("warning: {warning}")));
        console::result(&summary(&runs, &rows));
        console::result(&format!("open {}", arguments.out.join("report.html").display()));
    }
    Ok(())
}

/// The organs that all runs have, in the order of the first.
pub fn rows(runs: &[Finished]) -> Result<Vec<Row<'_>>, Failure> {
    let rows: Vec<Row> = runs[0]
        .organs
        .iter()
        .filter_map(|organ| {
            let same = |run: &'_ Finished| run.organs.iter().position(|other| other.is_same(organ));
            let at: Vec<usize> = runs.iter().map(same).collect::<Option<_>>()?;
            Some(Row { organs: runs.iter().zip(at).map(|(run, at)| &run.organs[at]).collect() })
        })
        .collect();
    if rows.is_empty() {
        return Err(Failure::refused(
            "the runs have no organ in common",
            "organs.csv",
            "runs on one patient, with the same structures or an age for the model",
        ));
    }
    Ok(rows)
}

/// What limits the trust in a comparison.
fn warnings(runs: &[Finished], rows: &[Row]) -> Vec<String> {
    let first = &runs[0];
    let mut warnings = Vec::new();
    for run in &runs[1..] {
        let pair = format!("A and {}", run.letter);
        let mut say = |is: bool, what: &str| {
            if is {
                warnings.push(format!("{pair}: {what}"));
            }
        };
        say(
            run.run.seed == first.run.seed,
            "both ran with one seed; errors are added as if they were independent, which overstates them where plans are alike",
        );
        say(
            run.run.machines != first.run.machines,
            "the machines differ; what is not known of them is taken as independent, which makes wide intervals",
        );
        say(run.voxel_mm != first.voxel_mm, "the voxels differ; means of small organs differ for that alone");
        say(
            run.is_completed != first.is_completed,
            "the body was completed beyond the scan in one of them only",
        );
        say(
            run.has_planned || first.has_planned,
            "in the field the dose is the planning system's, whose error is not known and not in the intervals",
        );
    }
    let moved = |row: &&Row| {
        row.organs.iter().any(|organ| (organ.volume_cm3 / row.organs[0].volume_cm3 - 1.0).abs() > 0.01)
    };
    let moved: Vec<&str> = rows.iter().filter(moved).map(|row| row.organs[0].name.as_str()).collect();
    if !moved.is_empty() {
        warnings.push(format!("volumes differ by more than 1 %, is it one patient? {}", moved.join(", ")));
    }
    warnings
}

/// How many organs are told apart.
fn summary(runs: &[Finished], rows: &[Row]) -> String {
    let lines = runs[1..].iter().enumerate().map(|(n, run)| {
        let totals = rows.iter().map(|row| row.difference(runs, n + 1).0);
        let (more, less) =
            totals.filter(|total| total.is_told_apart()).fold((0, 0), |(more, less), total| {
                if total.gy > 0.0 { (more + 1, less) } else { (more, less + 1) }
            });
        let letter = &run.letter;
        format!(
            "{letter} against A, {} organs: {more} get more, {less} get less, the others are not told apart",
            rows.len()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

impl Row<'_> {
    /// The difference between a run and the first.
    pub fn difference(
        &self,
        runs: &[Finished],
        other: usize,
    ) -> (::estimate::difference::Difference, [::estimate::difference::Difference; 4]) {
        let of = |at: usize| (&runs[at].run, &self.organs[at].mean);
        ::estimate::difference::difference(of(0), of(other))
    }
}

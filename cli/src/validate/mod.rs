//! `straydose validate`: published figures of machines beside those of the machine files.

mod checks;

use crate::args::{Common, ValidateArguments};
use crate::backend;
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::interrupt;
use crate::progress::Progress;
use ::commission::field;
use ::commission::model::Model;
use ::commission::responses::{Effort, Responses, Varies};
use checks::{Check, GROUPS, table};
use std::fmt::Write;
use treatment::beam::Fluence;
use treatment::machine::{Machine, built_in};

/// Photons of the open beam for each field, in a short and in a long run.
const HISTORIES: [u64; 2] = [2_000_000, 20_000_000];

/// Ours beside a published figure.
struct Found {
    check: Check,
    ours: f64,
    sigma: f64,
}

impl Found {
    /// Inside, outside, or not known where the error of the run is larger than what is allowed.
    fn verdict(&self) -> &'static str {
        let off = (self.ours / self.check.published - 1.0).abs();
        let sigma = self.sigma / self.ours;
        if off > self.check.allowed + 3.0 * sigma {
            "**outside**"
        } else if sigma > self.check.allowed {
            "run too short to tell"
        } else if off <= self.check.allowed {
            "inside"
        } else if off <= self.check.allowed + 2.0 * sigma {
            "inside with 2 σ"
        } else {
            "**outside**"
        }
    }
}

/// Runs the command.
pub fn run(arguments: &ValidateArguments, common: &Common) -> Result<(), Failure> {
    backend::check(common)?;
    interrupt::watch();
    let mut progress = Progress::new(common);
    let mut chosen = backend::start(common)?;
    crate::transport::tell_backend(&chosen, &progress);
    let machines = built_in();
    let histories = HISTORIES[usize::from(arguments.long)];
    let effort = Effort { histories, seed: common.seed.unwrap_or(1), varies: Varies::Nothing };
    let mut text = String::from(
        "| machine | figure | published | ours | ratio | allowed | verdict | source |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for group in &GROUPS {
        let machine = machines.iter().find(|machine| machine.name == group.machine);
        let machine = machine.expect("a machine of the program");
        let free = if group.fluence == Fluence::FilterFree { " FFF" } else { "" };
        let name = format!("{}, {} MV{free}", group.machine, group.nominal_mv);
        progress.note(&name);
        let refused = |error: ::commission::Error| match error {
            ::commission::Error::Engine(error) => Failure::from_engine(error, &name),
            other => Failure::refused(with_causes(&other), name.clone(), ""),
        };
        let quality =
            field::quality(machine, Some(group.nominal_mv), Some(group.fluence)).map_err(refused)?;
        let found = found(
            machine,
            quality,
            (group.checks)(&machine.beams[quality]),
            effort,
            &mut chosen,
            &mut progress,
        );
        progress.transport_ends();
        for found in found.map_err(refused)? {
            let Check { name: figure, published, allowed, source, .. } = &found.check;
            writeln!(
                text,
                "| {name} | {figure} | {published} | {:.4} ± {:.4} | {:.3} | {:.1} % | {} | {source} |",
                found.ours,
                found.sigma,
                found.ours / published,
                100.0 * allowed,
                found.verdict()
            )
            .expect("a string takes all");
        }
    }
    console::result(text.trim_end());
    Ok(())
}

fn found(
    machine: &Machine,
    quality: usize,
    checks: Vec<Check>,
    effort: Effort,
    chosen: &mut backend::ChosenBackend,
    progress: &mut Progress,
) -> Result<Vec<Found>, ::commission::Error> {
    let (table, places) = table(&checks);
    let backend = &mut chosen.backend;
    let responses = Responses::run(machine, quality, &table, effort, backend, &mut progress.watch())?;
    let model = Model::new(machine, quality, &table, &responses);
    let readings = model.readings(&vec![0.0; model.parameters.len()]);
    let found = checks.into_iter().zip(places).map(|(check, [over, under])| {
        let ([a, sigma_a], [b, sigma_b]) = (readings[over].into(), readings[under].into());
        Found { check, ours: a / b, sigma: (a / b) * (sigma_a / a).hypot(sigma_b / b) }
    });
    Ok(found.collect())
}

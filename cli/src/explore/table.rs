//! variants.csv: a row for each run, in the order that they were made, and for each variant that could not be.

use super::{Found, Outcome, Verdict};
use crate::exit::Failure;
use crate::output_folder::OutputFolder;
use crate::predict::write::{self, number};

const HEADER: [&str; 21] = [
    "variant",
    "verdict",
    "rank",
    "reason",
    "folder",
    "plan_uid",
    "mu",
    "mu_factor",
    "aperture_differs_percent",
    "in_field_voxels",
    "in_field_mean_ratio",
    "in_field_gamma_percent",
    "outside_gy",
    "difference_gy",
    "lower_gy",
    "upper_gy",
    "stat_gy",
    "model_gy",
    "organs_with_more",
    "organs_with_less",
    "what",
];

/// Writes the table.
pub fn write(output: &OutputFolder, found: &Found) -> Result<(), Failure> {
    let runs = found.outcomes.iter().zip(found.runs).map(|(outcome, run)| line(outcome, run.mu));
    let impossible = found.impossible.iter().map(|variant| {
        let mut line = vec![String::new(); HEADER.len()];
        line[0].clone_from(&variant.name);
        line[1] = "impossible".into();
        line[3].clone_from(&variant.why);
        line
    });
    write::table(output, "variants.csv", &HEADER.map(str::to_owned), runs.chain(impossible))
}

fn line(outcome: &Outcome, mu: f64) -> Vec<String> {
    let (verdict, rank, reason) = match &outcome.verdict {
        Verdict::Given => ("given", String::new(), String::new()),
        Verdict::Again => ("again", String::new(), String::new()),
        Verdict::Ranked(rank) => ("ranked", rank.to_string(), String::new()),
        Verdict::Apart(why) => ("apart", String::new(), why.clone()),
    };
    let (gy, difference) = &outcome.criterion;
    let [lower, upper] = difference.interval_gy();
    let field = &outcome.field;
    vec![
        outcome.name.clone(),
        verdict.to_owned(),
        rank,
        reason,
        outcome.folder.clone(),
        outcome.plan_uid.clone(),
        number(mu),
        number(outcome.mu_factor),
        number(outcome.area_differs.map(|share| 100.0 * share)),
        if outcome.verdict == Verdict::Given { String::new() } else { field.voxels.to_string() },
        number(field.mean_ratio),
        number(100.0 * field.gamma_pass_share),
        number(*gy),
        number(difference.gy),
        number(lower),
        number(upper),
        number(difference.stat_gy),
        number(difference.model_gy),
        outcome.told_apart[0].to_string(),
        outcome.told_apart[1].to_string(),
        outcome.facts.join("; "),
    ]
}

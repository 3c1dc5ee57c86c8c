//! The page of a comparison: one table, a row an organ, with the difference as a line of its interval.

use super::{Finished, Row};
use crate::args::INTENDED_USE;
use crate::estimate::report::numbers::{dose, error, percent, signed, significant, thousands};
use ::estimate::difference::Difference;
use maud::{Markup, html};

/// Classes of the style sheet for the components, and their names.
const COMPONENTS: [(&str, &str); 4] = [
    ("in-field", "open field"),
    ("head", "head scatter"),
    ("collimator", "jaws and leaves"),
    ("leakage", "leakage"),
];
/// Width and height of the drawing of an interval.
const WIDTH: f64 = 220.0;
const HEIGHT: f64 = 18.0;
/// The drawing reaches so far to each side that four fifths of the intervals fit in, but at least and at most this (%).
const LEAST_PERCENT: f64 = 5.0;
const MOST_PERCENT: f64 = 100.0;

/// The page.
pub fn page(runs: &[Finished], rows: &[Row], warnings: &[String]) -> String {
    let body = html! {
        header {
            h1 { "Plans compared" }
            p.note { "Mean doses of organs, all fractions, of " (runs.len()) " finished estimates; each is compared with A." }
        }
        p.use {
            b { "What this is not for: " } (INTENDED_USE) ". Do not change, approve or withhold a treatment because of a number on this page."
        }
        @if !warnings.is_empty() { div.warnings { h2 { "Read this first" } ul { @for warning in warnings { li { (warning) } } } } }
        (facts(runs))
        @for other in 1..runs.len() { (pair(runs, rows, other)) }
        (rules())
    };
    crate::page::page("straydose: plans compared", &body)
}

fn facts(runs: &[Finished]) -> Markup {
    html! { section { h2 { "The runs" } table.facts {
        thead { tr { th { "run" } th.text { "machine" } th.text { "beams, MU of a fraction" } th.text { "seed, histories" } th.text { "voxel" } th.text { "body" } } }
        tbody { @for run in runs { tr {
            th scope="row" { (run.letter) }
            td { (run.run.machines) }
            td { (run.beams) ", " (significant(run.mu, 4)) " MU" }
            td { (run.run.seed) ", " (thousands(run.histories)) }
            td { (significant(run.voxel_mm.iter().copied().fold(0.0, f64::max), 3)) " mm" }
            td { (if run.is_completed { "completed beyond the scan" } else { "as scanned" }) }
        } } }
    } } }
}

fn pair(runs: &[Finished], rows: &[Row], other: usize) -> Markup {
    let letter = &runs[other].letter;
    let mut order: Vec<&Row> = rows.iter().collect();
    order.sort_by(|a, b| b.organs[0].mean.total.0.total_cmp(&a.organs[0].mean.total.0));
    let all: Vec<_> = order.iter().map(|row| (row, row.difference(runs, other))).collect();
    let reach = all.iter().filter_map(|(row, (total, _))| {
        let a = row.organs[0].mean.total.0;
        (a > 0.0).then(|| 100.0 * total.interval_gy().map(f64::abs).into_iter().fold(0.0, f64::max) / a)
    });
    let mut reach: Vec<f64> = reach.collect();
    reach.sort_by(f64::total_cmp);
    // A few organs of hardly any dose would press all others together.
    let most = reach.get(reach.len() * 4 / 5).copied().unwrap_or(LEAST_PERCENT);
    let reach = most.clamp(LEAST_PERCENT, MOST_PERCENT);
    let apart = all.iter().filter(|(_, (total, _))| total.is_told_apart()).count();
    html! { section {
        h2 { (letter) " against A" }
        p.note { (apart) " of " (rows.len()) " organs are told apart. The line is the 95 % interval of the difference in per cent of A, from "
            (signed(-reach, 0)) " to +" (significant(reach, 2)) " %; what goes beyond is cut." }
        div.wide { table {
            thead { tr { th { "organ" } th { "A" } th { (letter) } th { (letter) " less A" br; "95 % interval" } th { "in per cent of A" }
                th { "σ: statistics" br; "model" } th.text { "where it comes from" } } }
            tbody { @for (row, (total, parts)) in &all { (line(row, other, total, parts, reach)) } }
        } }
    } }
}

fn line(row: &Row, other: usize, total: &Difference, parts: &[Difference; 4], reach: f64) -> Markup {
    let (a, b) = (&row.organs[0].mean, &row.organs[other].mean);
    let [lower, upper] = total.interval_gy();
    let share = |gy: f64| if a.total.0 > 0.0 { 100.0 * gy / a.total.0 } else { f64::NAN };
    html! { tr {
        th scope="row" { (row.organs[0].name) @if row.organs[0].from != "ct" { br; span.note { (if row.organs[0].from == "both" { "scan and model" } else { "model" }) } } }
        td { (dose(a.total.0)) br; span.note { "± " (error(100.0 * a.total.1)) } }
        td { (dose(b.total.0)) br; span.note { "± " (error(100.0 * b.total.1)) } }
        td { @if total.is_told_apart() { b { (change(total.gy)) } } @else { (change(total.gy)) } br; span.note { (change(lower)) " … " (change(upper)) } }
        td { (interval(share(total.gy), share(lower), share(upper), reach, total.is_told_apart())) }
        td { (percent(total.stat_gy / a.total.0)) br; span.note { (percent(total.model_gy / a.total.0)) } }
        td.text { @for ((class, name), part) in COMPONENTS.iter().zip(parts) { @if part.gy != 0.0 && (part.gy / a.total.0).abs() >= 5e-4 {
            i class={ "chip " (class) } {} @if part.is_told_apart() { b { (change(part.gy)) } } @else { (change(part.gy)) }
            " " span.note { "± " (dose(part.sigma_gy())) " " (name) } br;
        } } }
    } }
}

/// A dose with its sign.
pub fn change(gy: f64) -> String {
    let sign = if gy < 0.0 { "\u{2212}" } else { "+" };
    format!("{sign}{}", dose(gy.abs()))
}

/// A point in its interval, in per cent, on an axis with nought in the middle.
pub fn interval(at: f64, lower: f64, upper: f64, reach: f64, is_told_apart: bool) -> Markup {
    if !at.is_finite() {
        return html! { "–" };
    }
    let x = |percent: f64| (0.5 + 0.5 * (percent / reach).clamp(-1.0, 1.0)) * (WIDTH - 8.0) + 4.0;
    let middle = HEIGHT / 2.0;
    let colour = if is_told_apart { "var(--ours)" } else { "var(--quiet)" };
    let words = format!("{} %, 95 % interval {} to {} %", signed(at, 1), signed(lower, 1), signed(upper, 1));
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) width=(WIDTH) height=(HEIGHT) role="img" aria-label=(words) style="display:inline-block" {
            title { (words) }
            path.rules d=(format!("M{:.1} 0V{HEIGHT}", x(0.0))) {}
            path d=(format!("M{:.1} {middle}H{:.1}", x(lower), x(upper))) style=(format!("stroke:{colour};stroke-width:2.5")) {}
            circle cx=(format!("{:.1}", x(at))) cy=(middle) r="4" style=(format!("fill:{colour}")) {}
        }
        br; span.note { (signed(at, 1)) " %" }
    }
}

fn rules() -> Markup {
    html! { section {
        h2 { "How to read this" }
        p.note {
            "A difference in bold has a 95 % interval that leaves out nought. Its error is that of the statistics of both runs and of what is not \
             known of the machine: what is wrong with a component of a machine is wrong in both plans, so only its part of the difference counts; \
             differential errors, such as of leaves whose tips were never measured, are not in it. If the errors of the two runs had nothing to do with \
             each other, intervals would be as wide as differences.csv says under model_if_independent_gy. With "
             (COMPONENTS.len()) " components and many organs, one interval in twenty is wrong by chance."
        }
    } }
}

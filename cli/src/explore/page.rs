//! The page of an exploration: the ranking, what was set apart, what cannot be made, and the organs.

use super::ranking::OUTSIDE;
use super::{Found, Outcome, Verdict};
use crate::args::INTENDED_USE;
use crate::compare::page::{change, interval};
use crate::estimate::report::numbers::{dose, signed, significant};
use maud::{Markup, html};

/// The drawing of intervals reaches at least and at most so far (%).
const LEAST_PERCENT: f64 = 5.0;
const MOST_PERCENT: f64 = 100.0;

/// The page.
pub fn page(found: &Found) -> String {
    let body = html! {
        header {
            h1 { "Variants of a plan" }
            p.note { "The dose outside the field of " (found.outcomes.len() - 2) " variants beside that of the given plan, all fractions." }
        }
        p.use {
            b { "What this is not for: " } (INTENDED_USE) ". No variant here was optimised or checked; do not change a treatment because of a number on this page."
        }
        div.warnings { h2 { "Read this first" } ul { @for warning in found.warnings { li { (warning) } } } }
        (ranking(found))
        (apart(found))
        @if !found.impossible.is_empty() { section {
            h2 { "Not made" }
            table.facts { tbody { @for variant in found.impossible { tr { th scope="row" { (variant.name) } td { (variant.why) } } } } }
        } }
        (organs(found))
        (rules(found))
    };
    crate::page::page("straydose: variants of a plan", &body)
}

fn share(found: &Found, gy: f64) -> f64 {
    100.0 * gy / found.outcomes[0].criterion.0
}

fn reach(found: &Found) -> f64 {
    let ends = found.outcomes.iter().flat_map(|outcome| outcome.criterion.1.interval_gy());
    ends.map(|gy| share(found, gy).abs()).fold(0.0, f64::max).clamp(LEAST_PERCENT, MOST_PERCENT)
}

fn ranking(found: &Found) -> Markup {
    let mut ranked: Vec<&Outcome> = found.outcomes.iter().collect();
    ranked.retain(|outcome| !matches!(outcome.verdict, Verdict::Apart(_)));
    ranked.sort_by_key(|outcome| match outcome.verdict {
        Verdict::Given => (0, 0),
        Verdict::Again => (1, 0),
        Verdict::Ranked(place) => (2, place),
        Verdict::Apart(_) => (3, 0),
    });
    html! { section {
        h2 { "Ranking" }
        p.note {
            (of_what(found)) ". The line is the 95 % interval of the difference to the given plan in per cent, from "
            (signed(-reach(found), 0)) " to +" (significant(reach(found), 2)) " %. «again» is the given plan with another seed: what it shows is statistics."
        }
        div.wide { table { (head()) tbody { @for outcome in ranked { (line(found, outcome)) } } } }
    } }
}

fn apart(found: &Found) -> Markup {
    let apart: Vec<&Outcome> =
        found.outcomes.iter().filter(|outcome| matches!(outcome.verdict, Verdict::Apart(_))).collect();
    html! { @if !apart.is_empty() { section {
        h2 { "Not ranked" }
        p.note { "These change the dose in the field by more than " (significant(found.limits[0], 2)) " % in its mean, pass gamma in less than "
            (significant(found.limits[1], 3)) " % of what the given plan does with another seed, or give what is not in the dose." }
        div.wide { table { (head()) tbody { @for outcome in apart { (line(found, outcome)) } } } }
    } } }
}

fn head() -> Markup {
    html! { thead { tr { th { "variant" } th.text { "what changed" } th { "in the field:" br; "mean, gamma" } th { "outside" }
    th { "less the given" br; "95 % interval" } th { "in per cent" } th { "organs told apart" br; "more, less" } } } }
}

fn line(found: &Found, outcome: &Outcome) -> Markup {
    let (gy, difference) = &outcome.criterion;
    let [lower, upper] = difference.interval_gy();
    let is_given = outcome.verdict == Verdict::Given;
    html! { tr {
        th scope="row" {
            @if let Verdict::Ranked(place) = outcome.verdict { (place) ". " }
            a href=(format!("{}/report.html", outcome.folder)) { (outcome.name) }
        }
        td.text style="white-space:normal;min-width:15rem" {
            @for fact in &outcome.facts { (fact) br; }
            @if let Verdict::Apart(why) = &outcome.verdict { b { (why) } }
        }
        @if is_given {
            td { "–" } td { (dose(*gy)) } td { "–" } td { "–" } td { "–" }
        } @else {
            td { (signed(100.0 * (outcome.field.mean_ratio - 1.0), 1)) " %" br; span.note { (significant(100.0 * outcome.field.gamma_pass_share, 3)) " % pass" } }
            td { (dose(*gy)) }
            td { @if difference.is_told_apart() { b { (change(difference.gy)) } } @else { (change(difference.gy)) } br; span.note { (change(lower)) " … " (change(upper)) } }
            td { (interval(share(found, difference.gy), share(found, lower), share(found, upper), reach(found), difference.is_told_apart())) }
            td { (outcome.told_apart[0]) ", " (outcome.told_apart[1]) " of " (found.criterion.rows.len()) }
        }
    } }
}

fn organs(found: &Found) -> Markup {
    html! { section {
        h2 { "Organs" }
        p.note { "Differences to the given plan in per cent of its dose; bold where the 95 % interval leaves out nought. Organs that count in the ranking only; organs.csv has all, with the parts of the dose." }
        div.wide { table {
            thead { tr { th { "organ" } th { "given" } @for outcome in &found.outcomes[1..] { th { (outcome.name) } } } }
            tbody { @for &row in &found.criterion.rows {
                @let row = &found.rows[row];
                @let given = row.organs[0].mean.total.0;
                tr {
                    th scope="row" { (row.organs[0].name) }
                    td { (dose(given)) }
                    @for at in 1..found.runs.len() {
                        @let total = row.difference(found.runs, at).0;
                        td { @if given > 0.0 {
                            @if total.is_told_apart() { b { (signed(100.0 * total.gy / given, 1)) } } @else { (signed(100.0 * total.gy / given, 1)) }
                        } @else { "–" } }
                    }
                }
            } }
        } }
    } }
}

fn of_what(found: &Found) -> String {
    let count = found.criterion.rows.len();
    let kilograms = significant(found.criterion.mass_g() / 1000.0, 3);
    if found.is_by_name {
        format!("Mean dose by mass of {count} organs that were named ({kilograms} kg)")
    } else {
        format!(
            "Mean dose by mass of the {count} organs outside the {:.0} % isodose of the given plan ({kilograms} kg)",
            100.0 * OUTSIDE
        )
    }
}

fn rules(found: &Found) -> Markup {
    html! { section {
        h2 { "How to read this" }
        p.note {
            "All doses are computed here, those in the field too; a planning system's dose is not used. The field is the given plan's 50 % isodose; gamma is that of "
            "3 % of its highest dose and 3 mm, and noise counts against it. Monitor units are changed only where the energy or the filter is, all by one factor, so that the mean dose in the field stays. "
            "Intervals hold the statistics of both runs, and what is not known of the machine as far as it does not leave the difference: with one machine and energy most of it does, between two energies nothing. "
            "An organ counts if its hottest fiftieth has less than " (significant(100.0 * OUTSIDE, 2)) " % of the reference dose; organs that overlap count twice. "
            "The statistical error of the ranking's number is the sum of the organs' errors, which is too large rather than too small. Of "
            (found.outcomes.len() - 2) " intervals one in twenty is wrong by chance, and the best of many looks better than it is."
        }
    } }
}

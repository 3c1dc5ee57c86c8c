//! What stands on cohort.html.

use super::Gathered;
use super::summary::{Spread, Summary, years};
use maud::{Markup, html};

/// Most outliers that are listed.
const MOST_OUTLIERS: usize = 200;
/// Width of a chart of doses (its own units), and the doses at its ends (decades of Gy).
const WIDTH: f64 = 240.0;
const ENDS: [f64; 2] = [-5.0, 2.0];

/// The page without its head.
pub(super) fn body(gathered: &Gathered, summary: &Summary, versions: &str) -> Markup {
    let outliers = summary.outliers();
    html! {
        h1 { "A cohort of " (gathered.cases()) " cases" }
        p { "Research software, not a medical device. straydose " (versions) "." }
        table {
            thead { tr { th { "with a result" } th { "refused" } th { "failed" } th { "rows of organs" } th { "structure names nobody knew" } } }
            tbody { tr { td { (gathered.ok) } td { (gathered.refused) } td { (gathered.failed) } td { (gathered.organs) } td { (gathered.unmapped) } } }
        }
        @if gathered.failed > 0 { p { "Failed cases are run again by the next " code { "straydose batch" } "." } }
        @if !summary.reasons.is_empty() {
            h2 { "Without a result" }
            table {
                thead { tr { th { "outcome" } th { "why" } th { "cases" } } }
                tbody { @for ((outcome, why), cases) in &summary.reasons { tr { td.text { (outcome) } td.text { (why) } td { (cases) } } } }
            }
        }
        h2 { "Who they are" }
        table {
            thead { tr { th { "age (years)" } th { "girls" } th { "boys" } th { "sex not given" } } }
            tbody { @for (group, [girls, boys, unknown]) in &summary.ages { tr { td.text { (years(*group)) } td { (girls) } td { (boys) } td { (unknown) } } } }
        }
        h2 { "Mean doses of organs (Gy, whole course)" }
        p.note { "The line runs from the least to the greatest, the bar over the middle half, from " (format!("{:.0e}", 10f64.powf(ENDS[0]))) " to " (10f64.powf(ENDS[1])) " Gy, a tick a decade. Ages unfold." }
        table {
            thead { tr { th { "organ" } th { "cases" } th { "least" } th { "median" } th { "greatest" } th { } } }
            tbody { @for (organ, all, by_age) in summary.spreads() {
                (row(organ, &all))
                @if by_age.len() > 1 { tr { td colspan="6" { details { summary { "by age" } table { tbody {
                    @for (group, spread) in &by_age { (row(&years(*group), spread)) }
                } } } } } }
            } }
        }
        h2 { "Doses to look at" }
        @if outliers.is_empty() { p { "None lies far from the others (3.5 robust deviations of the logarithm; organs of at least eight cases)." } }
        @else {
            p { (outliers.len()) " doses lie more than 3.5 robust deviations from their organ's median (of logarithms)." @if outliers.len() > MOST_OUTLIERS { " The first " (MOST_OUTLIERS) " are listed." } }
            table {
                thead { tr { th { "case" } th { "organ" } th { "mean (Gy)" } th { "median of all (Gy)" } th { "deviations" } } }
                tbody { @for outlier in outliers.iter().take(MOST_OUTLIERS) { tr {
                    td.text { (outlier.case_id) } td.text { (outlier.organ) } td { (short(outlier.gy)) } td { (short(outlier.median_gy)) } td { (format!("{:+.1}", outlier.deviations)) }
                } } }
            }
        }
    }
}

fn row(name: &str, spread: &Spread) -> Markup {
    let [least, _, median, _, greatest] = spread.gy;
    html! { tr {
        td.text { (name) } td { (spread.cases) } td { (short(least)) } td { (short(median)) } td { (short(greatest)) }
        td { (chart(spread)) }
    } }
}

fn chart(spread: &Spread) -> Markup {
    let x = |gy: f64| (gy.log10().clamp(ENDS[0], ENDS[1]) - ENDS[0]) / (ENDS[1] - ENDS[0]) * WIDTH;
    let [least, lower, median, _, greatest] = spread.gy.map(x).map(|x| format!("{x:.1}"));
    let width = format!("{:.1}", x(spread.gy[3]) - x(spread.gy[1]));
    let decades = (ENDS[1] - ENDS[0]) as usize;
    let ticks: String =
        (0..=decades).map(|n| format!("M{:.1} 0v14", WIDTH * n as f64 / decades as f64)).collect();
    html! {
        svg width=(WIDTH) height="14" viewBox=(format!("0 0 {WIDTH} 14")) role="img" aria-label="doses" {
            path d=(ticks) stroke="currentColor" stroke-opacity="0.2" {}
            line x1=(least) x2=(greatest) y1="7" y2="7" stroke="currentColor" {}
            rect x=(lower) y="3" width=(width) height="8" fill="var(--ours)" fill-opacity="0.65" {}
            line x1=(median) x2=(median) y1="1" y2="13" stroke="currentColor" stroke-width="2" {}
        }
    }
}

/// Three significant digits.
fn short(gy: f64) -> String {
    match gy {
        gy if gy >= 100.0 => format!("{gy:.0}"),
        gy if gy >= 10.0 => format!("{gy:.1}"),
        gy if gy >= 1.0 => format!("{gy:.2}"),
        gy if gy >= 0.001 => format!("{:.*}", (2.0 - gy.log10().floor()) as usize, gy),
        gy => format!("{gy:.2e}"),
    }
}

//! Parts of the pages of a model.

use super::notice::{RESEARCH, SYNTHETIC};
use super::plots;
use crate::args::INTENDED_USE;
use ::predict::model::{Kind, Model};
use ::predict::performance::Performance;
use maud::{Markup, html};

/// A page about a model.
pub fn page(model: &Model, title: &str, body: &Markup) -> String {
    let body = html! {
        header { h1 { (title) } p.note { (kind(model.kind)) ", " (model.target) } }
        @if model.provenance.is_synthetic { p.use { b { (SYNTHETIC) } } }
        p.use { b { "What this is for: " } (RESEARCH) "; " (INTENDED_USE) "." }
        (body)
    };
    crate::page::page(&format!("straydose: {title}"), &body)
}

/// A kind in words.
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Linear => "a number, linear elastic net",
        Kind::Logistic => "yes or no, logistic elastic net",
        Kind::Cox => "time to an event, Cox elastic net",
    }
}

/// Patients, rows and events of training.
pub fn counts(model: &Model) -> String {
    let of = &model.provenance;
    let events = match model.kind {
        Kind::Linear => String::new(),
        Kind::Logistic => format!(", {} patients in the rarer class", of.events),
        Kind::Cox => format!(", {} patients with the event", of.events),
    };
    format!("{} patients, {} rows{events}", of.patients, of.rows)
}

/// Two digits, or a dash.
pub fn two(value: impl Into<Option<f64>>) -> String {
    value.into().filter(|value| value.is_finite()).map_or_else(|| "–".into(), |value| format!("{value:.2}"))
}

fn interval(performance: &Performance) -> String {
    performance.interval.map_or_else(|| "–".into(), |[low, high]| format!("{low:.2} to {high:.2}"))
}

/// What limits the trust.
pub fn warnings(model: &Model) -> Markup {
    html! { @if !model.evidence.warnings.is_empty() {
        div.warnings {
            h2 { "Read this first" }
            ul { @for warning in &model.evidence.warnings { li { (warning) } } }
        }
    } }
}

/// How good it is, beside what simpler models do.
pub fn performance(model: &Model) -> Markup {
    let evidence = &model.evidence;
    let own = &evidence.performance;
    let row = |name: &str, of: &Performance| {
        html! { tr {
            th { (name) } td { (two(of.value)) } td { (interval(of)) }
            td { (two(of.calibration.map(|c| c.slope))) }
            td { @if model.kind == Kind::Cox { "–" } @else { (two(of.calibration.map(|c| c.intercept))) } }
            td { @match of.brier { Some(brier) => (format!("{brier:.3}")), None => "–" } }
        } }
    };
    html! { section {
        h2 { "How good it is on patients it had not seen" }
        p.note {
            (counts(model)) "; " (evidence.folds[0]) " folds by patient; everything that learns was learnt inside each fold. 95 % intervals by drawing patients anew."
        }
        div.wide { table {
            thead { tr { th {} th { (own.measure) } th { "95 %" } th { "calibration slope" } th { "intercept" } th { "Brier" } } }
            tbody {
                (row("this model", own))
                @for comparator in &evidence.comparators { (row(&format!("{} alone", comparator.name), &comparator.performance)) }
                @if let Some(share) = own.brier_of_share {
                    tr { th { "the same for everybody" } td { "0.50" } td { "–" } td { "–" } td { "–" } td { (format!("{share:.3}")) } }
                }
            }
        } }
        p {
            "On the rows that it learnt from the " (own.measure) " is " (two(evidence.apparent))
            @if let Some(optimism) = evidence.optimism { ", of which " (two(optimism)) " is optimism (bootstrap, " (evidence.bootstraps) " draws, penalty kept)" }
            ". A slope below 1 means predictions that are too extreme, above 1 too mild."
        }
        div.slices style="grid-template-columns:repeat(auto-fill,minmax(22rem,1fr))" {
            @if let Some(plot) = plots::calibration(own) { div {
                h3 { "Calibration" } (plot)
                p.note { "Dots: rows in eight groups of rising prediction. Dashed: perfect." }
            } }
            @if let Some(plot) = plots::decisions(own) { div {
                h3 { "Decision curve" } (plot)
                p.note { "Line: acting by the model. Coloured dashes: acting on everybody. Grey dashes: on nobody." }
            } }
        }
    } }
}

/// The variables with their coefficients.
pub fn coefficients(model: &Model) -> Markup {
    html! { section {
        h2 { "What it looks at" }
        @if model.variables.is_empty() { p { "No variable: it predicts the same for everybody." } } @else {
            p.note { "Blue raises the prediction, red lowers it; lines are twice the bootstrap error." }
            (plots::coefficients(model))
            details { summary { "as a table" } div.wide { table {
                thead { tr { th { "variable" } th.text { "IBSI" } th.text { "region" } th.text { "filter" } th.text { "aggregation" } th { "coefficient" } th { "mean" } th { "SD" } th { "training range" } th { "used in folds" } } }
                tbody { @for variable in &model.variables { tr {
                    th { (variable.column) } td.text { (variable.ibsi_id) } td.text { (variable.region) } td.text { (variable.filter) } td.text { (variable.aggregation) }
                    td { (format!("{:.4}", variable.coefficient)) } td { (super::write::number(variable.mean)) } td { (super::write::number(variable.deviation)) }
                    td { (super::write::number(variable.range[0])) " to " (super::write::number(variable.range[1])) }
                    td { (variable.used_in_folds) " of " (model.evidence.folds[0]) }
                } } }
            } } }
        }
    } }
}

/// Who was in training.
pub fn population(model: &Model) -> Markup {
    let [least, median, most] = model.evidence.rows_per_patient;
    html! { section {
        h2 { "Who was in training" }
        table.facts { tbody {
            tr { th { "rows of a patient" } td { "median " (median) ", " (least) " to " (most) } }
            @for line in &model.evidence.population { tr { th { (line.column) } td { (line.values) } } }
        } }
    } }
}

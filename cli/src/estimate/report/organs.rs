//! Dose-volume histograms and the table of organs.

use super::numbers::{dose, error, percent, significant};
use crate::estimate::Finished;
use crate::estimate::pictures::dvh::dvh;
use crate::estimate::pictures::organs::Shown;
use anatomy::OrganDose;
use maud::{Markup, html};

/// Classes of the style sheet for the components, and their names.
const COMPONENTS: [(&str, &str); 4] = [
    ("in-field", "open field and what it scatters in the body"),
    ("head", "scatter of the head"),
    ("collimator", "through and from jaws and leaves"),
    ("leakage", "leakage of the housing"),
];

/// The section.
pub fn organs(finished: &Finished, organs: &[Shown]) -> Markup {
    let planned = finished.comparison.is_some();
    html! { section {
        h2 { "Organs" }
        @if organs.is_empty() {
            p { "No structures were given, so there is no dose of an organ." }
        } @else {
            (dvh(organs))
            div.wide { table {
                thead { tr {
                    th { "organ" } th { "volume" br; "mass" } th { "mean" br; "± 1 σ, model" } th { "least" br; "greatest" }
                    th { "D98" } th { "D50" } th { "D2" } th { "components of our dose" } th { "to 50 %" }
                    @if planned { th { "planned" br; "mean" } }
                } }
                tbody { @for shown in in_order(organs) { (row(shown, planned)) } }
            } }
            (remarks(finished))
        }
    } }
}

/// The outline, the targets, then the others; the highest mean dose first in each.
fn in_order<'a, 'b>(organs: &'b [Shown<'a>]) -> Vec<&'b Shown<'a>> {
    let mut sorted: Vec<&Shown> = organs.iter().collect();
    sorted.sort_by(|a, b| {
        let place = |shown: &Shown| (!shown.is_outline(), !shown.is_target());
        place(a).cmp(&place(b)).then(b.row.doses.mean_gy.total_cmp(&a.row.doses.mean_gy))
    });
    sorted
}

fn row(shown: &Shown, planned: bool) -> Markup {
    let row = shown.row;
    let doses = &row.doses;
    html! { tr {
        th scope="row" { (shown.chip()) (row.name)
            @if row.from != "ct" { br; span.note { (if row.from == "both" { "scan, continued by the model" } else { "model" }) } }
            @if row.original_name != row.name { br; span.note { (row.original_name) } } }
        td { (significant(doses.volume_cm3, 3)) " cm³" br; span.note { (significant(doses.mass_g, 3)) " g" } }
        td { b { (dose(doses.mean_gy)) } br; span.note { "± " (row.stat_percent.map_or("–".into(), error)) @if let Some(model) = row.model_percent { ", " (error(model)) } } }
        td { (dose(doses.min_gy)) br; (dose(doses.max_gy)) }
        td { (dose(doses.d98_gy)) } td { (dose(doses.d50_gy)) } td { (dose(doses.d2_gy)) }
        td { (components(doses.components_gy)) (electrons(doses)) }
        td { (doses.distance_cm.map_or("–".into(), |cm| if cm == 0.0 { "inside".into() } else { format!("{cm:.1} cm") })) }
        @if planned { td { (row.planned_mean_gy.map_or("–".into(), dose)) } }
    } }
}

/// Shares of the components as a bar and in per cent.
fn components(components_gy: Option<[f64; 4]>) -> Markup {
    let Some(components) = components_gy.filter(|c| c.iter().sum::<f64>() > 0.0) else {
        return html! { "–" };
    };
    let total: f64 = components.iter().sum();
    let shares = || {
        COMPONENTS
            .iter()
            .zip(components)
            .map(|((class, what), gy)| (class, what, gy / total))
            .filter(|s| s.2 > 0.0)
    };
    html! {
        div.shares { @for (class, what, share) in shares() {
            i class=(class) style=(format!("width:{:.1}%", 100.0 * share)) title=(what) {}
        } }
        span.note { (shares().map(|(_, _, share)| percent(share)).collect::<Vec<_>>().join(" · ")) }
    }
}

/// What of it is electrons of the head, where that is a hundredth or more.
fn electrons(doses: &OrganDose) -> Markup {
    let share = doses.electrons_gy.map(|gy| gy / doses.components_gy.map_or(0.0, |parts| parts.iter().sum()));
    html! { @if let Some(share) = share.filter(|share| *share >= 0.01) { br; span.note { "of it electrons " (percent(share)) } } }
}

fn remarks(finished: &Finished) -> Markup {
    html! {
        ul.key {
            @for ((class, what), _) in COMPONENTS.iter().zip(&finished.ours.components_gy).filter(|(_, gy)| gy.iter().any(|gy| *gy > 0.0)) {
                li { i class={ "chip " (class) } {} (what) }
            }
        }
        p.note {
            @if finished.ours.electrons.is_some() {
                "Scatter of the head holds a surface term for its contaminating electrons, which are not followed. "
            }
            "Mean: energy by mass. D98, D50, D2: least dose of the hottest 98, 50, 2 % of the volume. ± 1 σ: first the \
             statistics of the Monte Carlo run, then what is not known of the machine (its components as uncertain as its file says) \
             and, for an organ that is modelled beyond the scan, of where it lies. To 50 %: from the organ's centre to the nearest \
             point that gets half of the highest dose (" (dose(finished.reference.gy)) ", the mean of the hottest cube of "
            (format!("{:.0} mm", finished.reference.cube_mm[0])) "). "
            @if finished.comparison.is_some() {
                "Doses are the planning system's where it gives more than about 5 % of its maximum and ours elsewhere; components and σ \
                 are always of ours."
            }
        }
    }
}

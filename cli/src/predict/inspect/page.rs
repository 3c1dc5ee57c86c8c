//! The card as a page.

use super::super::pages;
use super::checklists::{Item, metrics, tripod};
use super::evidence_class::{class, lacks};
use super::text::scope;
use ::predict::model::Model;
use maud::{Markup, html};

/// The page.
pub fn page(model: &Model) -> String {
    let body = html! {
        (pages::warnings(model))
        section {
            h2 { "What it is for" }
            table.facts { tbody {
                tr { th { "intended use" } td { (model.intended_use) } }
                tr { th { "scope" } td { (scope(model)) } }
                tr { th { "class of evidence (EBAI)" } td { (class(model)) } }
                tr { th { "what the class still lacks" } td { ul { @for lack in lacks(model) { li { (lack) } } } } }
                @for cut in &model.cut_offs { tr { th { "cut-off" } td { (super::super::write::number(cut.value)) ": below it " (cut.below) ", from it on " (cut.above) " (" (cut.origin) ")" } } }
                tr { th { "licence" } td { (model.licence) } }
                tr { th { "patents" } td { (model.patent_note) } }
                @for reference in &model.references { tr { th { "reference" } td { (reference) } } }
                tr { th { "made by" } td { (model.provenance.program) ", seed " (model.provenance.seed) @if !model.provenance.note.is_empty() { "; " (model.provenance.note) } } }
                tr { th { "SHA-256" } td { code { (model.sha256) } } }
            } }
        }
        (pages::performance(model))
        (pages::coefficients(model))
        (pages::population(model))
        (checklist("TRIPOD+AI", "G. S. Collins et al., BMJ 385, e078378 (2024); the items in short, the statement has them in full. Empty cells are for what only a person knows.", &tripod(model)))
        (checklist("METRICS", "B. Kocak et al., Insights Imaging 15, 8 (2024), Table 1: items and weights. Whether an item is met is for a person to say; the log tells what it can.", &metrics(model)))
    };
    pages::page(model, &format!("card of the model {}", model.name), &body)
}

fn checklist(name: &str, source: &str, items: &[Item]) -> Markup {
    let has_weights = items.iter().any(|item| item.weight.is_some());
    html! { section {
        h2 { (name) }
        p.note { (source) }
        div { table {
            thead { tr { th { "item" } th.text { "topic" } @if has_weights { th { "weight" } } th.text { "from the log" } } }
            tbody { @for item in items { tr {
                th { (item.number) } td.text { (item.topic) }
                @if let Some(weight) = item.weight { td { (format!("{weight:.4}")) } }
                td.text { (item.found) }
            } } }
        } }
    } }
}

//! The page of a training.

use super::super::pages::{self, two};
use super::{Finished, rows_of_folds};
use ::predict::Outcome;
use ::predict::performance::discrimination;
use maud::{Markup, html};

/// The page.
pub fn page(finished: &Finished) -> String {
    let model = finished.model;
    pages::page(
        model,
        &format!("a model of {}", model.target),
        &html! {
            (pages::warnings(model))
            (pages::performance(model))
            (folds(finished))
            (pages::coefficients(model))
            (pages::population(model))
            (how(finished))
        },
    )
}

/// Each fold on its own: one that differs much from the others shows how little is known.
fn folds(finished: &Finished) -> Markup {
    let Finished { trained, outcome, rows, .. } = finished;
    let mut lines = vec![(Vec::new(), Vec::new()); trained.folds.len()];
    for (row, fold, predictor) in rows_of_folds(trained) {
        lines[fold].0.push(row);
        lines[fold].1.push(predictor);
    }
    let patients = |places: &[usize]| {
        places.iter().map(|&row| &rows.patients[row]).collect::<std::collections::BTreeSet<_>>().len()
    };
    let yes = |places: &[usize]| match outcome {
        Outcome::Continuous(_) => None,
        Outcome::Binary(yes) | Outcome::Survival { event: yes, .. } => {
            Some(places.iter().filter(|&&row| yes[row]).count())
        }
    };
    html! { section {
        h2 { "Fold by fold" }
        div.wide { table {
            thead { tr { th { "fold" } th { "patients" } th { "rows" } @if yes(&[]).is_some() { th { "rows with yes" } } th { (trained.performance.measure) } } }
            tbody { @for (n, (places, predictor)) in lines.iter().enumerate() { tr {
                th { (n + 1) } td { (patients(places)) } td { (places.len()) }
                @if let Some(yes) = yes(places) { td { (yes) } }
                td { (two(discrimination(predictor, &outcome.take(places)))) }
            } } }
        } }
        p.note { "folds.csv holds every row with the prediction of the model that had not seen its patient." }
    } }
}

fn how(finished: &Finished) -> Markup {
    let Finished { model, rows, plan, .. } = finished;
    let evidence = &model.evidence;
    html! { section {
        h2 { "How it was made" }
        table.facts { tbody {
            tr { th { "variables" } td { (evidence.candidates) " offered, " (model.variables.len()) " used" } }
            tr { th { "penalty" } td { "share of L1 " (evidence.penalty[0]) ", strength " (super::super::write::number(evidence.penalty[1])) ", chosen by " (evidence.folds[1]) " inner folds" } }
            tr { th { "filters inside the folds" } td { "correlation above " (evidence.most_correlation)
                @if let Some(least) = evidence.least_agreement { ", agreement of the repeated measurement below " (least) }
                @if model.harmonisation.is_some() { "; sites harmonised (ComBat)" } } }
            tr { th { "seed" } td { (plan.recipe.seed) } }
            tr { th { "recipe" } td { @if model.recipe.is_empty() { "none: no feature of an image" } @else { code { (model.recipe_sha256) } } } }
            @for (name, hash) in &rows.files { tr { th { (name) } td { code { (hash) } } } }
            tr { th { "model" } td { code { (model.sha256) } } }
        } }
        @for note in &rows.notes { p.note { (note) } }
    } }
}

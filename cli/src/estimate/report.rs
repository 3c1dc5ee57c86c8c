//! The page of an estimate: one file, no network, no script.

mod comparison;
mod headline;
pub mod numbers;
mod organs;
mod plan;
mod record;
#[cfg(test)]
mod tests;
mod views;

use super::Finished;
use super::pictures::organs::shown;
use super::pictures::scale::DoseScale;
use super::pictures::slices::centre;
use super::tables::OrganRow;
use maud::html;
use serde_json::Value;

/// The page; `record` is run.json's value.
///
/// # Errors
/// A picture cannot be made; the text says why.
pub fn page(finished: &Finished, rows: &[OrganRow], record: &Value) -> Result<String, String> {
    let organs = shown(finished, rows);
    let scale = DoseScale::below(finished.reference.gy);
    let (centre, what_centre) = centre(finished);
    let body = html! {
        (headline::headline(finished, &organs))
        (views::slices(finished, &organs, scale, centre, what_centre)?)
        (views::whole_body(finished, scale)?)
        (organs::organs(finished, &organs))
        (comparison::comparison(finished, &organs, centre, what_centre))
        (plan::plan(finished, record)?)
        (record::record(finished, record))
    };
    let title = format!("straydose: dose of the whole body, plan {}", finished.inputs.plan.label);
    Ok(crate::page::page(&title, &body))
}

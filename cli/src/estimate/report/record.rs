//! What is needed to repeat the run.

use super::numbers::thousands;
use crate::estimate::Finished;
use maud::{Markup, html};
use serde_json::Value;

/// The section.
pub fn record(finished: &Finished, record: &Value) -> Markup {
    let text = |key: &str| record[key].as_str().unwrap_or("–").to_owned();
    let backend = |key: &str| record["backend"][key].as_str().unwrap_or("").to_owned();
    let command = record["command"]
        .as_array()
        .map_or(String::new(), |words| words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "));
    let stages = record["stage_seconds"].as_object().into_iter().flatten();
    let stages: Vec<String> =
        stages.filter_map(|(stage, seconds)| Some(format!("{stage} {:.1} s", seconds.as_f64()?))).collect();
    let hashes: Vec<(&String, &str)> = record["inputs_sha256"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, hash)| Some((name, hash.as_str()?)))
        .collect();
    let inputs = finished.inputs;
    html! { section.record {
        h2 { "To repeat this" }
        table.facts {
            tr { th { "program" } td { (text("program")) " " (text("version")) } }
            tr { th { "command" } td { code { (command) } } }
            tr { th { "seed" } td { (record["seed"].as_u64().map_or("–".into(), |seed| seed.to_string())) } }
            tr { th { "histories" } td { (record["histories"].as_u64().map_or("–".into(), thousands)) } }
            tr { th { "device" } td { (backend("device")) " (" (backend("name")) ") " span.note { (backend("driver")) } } }
            tr { th { "time" } td { (stages.join(", ")) } }
            tr { th { "plan, scan" } td { (inputs.plan_name) ", " (inputs.ct_name) } }
        }
        @if !inputs.took.is_empty() { details { summary { "What was taken from the study" } ul { @for line in &inputs.took { li { (line) } } } } }
        @if !inputs.left.is_empty() {
            details { summary { "What was left there (" (inputs.left.len()) ")" } ul {
                @for (file, why) in &inputs.left { li { (file) ": " (why) } }
            } }
        }
        @if !hashes.is_empty() {
            details { summary { "SHA-256 of " (hashes.len()) " input files" } table.hashes {
                @for (name, hash) in &hashes { tr { td { (name) } td { code { (hash) } } } }
            } }
        }
        p.note { "dose.dcm and the NIfTI images beside this page hold every voxel, organs.csv and dvh.csv the numbers above with all \
            their digits, run.json this box for programs." }
    } }
}

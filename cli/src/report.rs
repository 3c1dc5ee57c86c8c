//! The demo's page: one file, no network, no script.

use crate::args::INTENDED_USE;
use crate::pictures;
use crate::transport::Finished;
use maud::{DOCTYPE, PreEscaped, html};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:66rem;margin:2rem auto;padding:0 1rem;color:#1b2733}\
 h1{font-size:1.6rem;margin-bottom:.2rem} .note{color:#5a6875} .row{display:flex;gap:1.5rem;align-items:flex-start} .row>div{min-width:0} figure{margin:0;flex:0 0 18rem}\
 table{border-collapse:collapse} td,th{padding:.25rem .9rem .25rem 0;text-align:right;border-bottom:1px solid #dde3e8}\
 th{font-weight:600} td:first-child,th:first-child{text-align:left} .use{background:#fff4e0;padding:.6rem 1rem;border-radius:.4rem}\
 svg{max-width:100%;height:auto}";

/// The report of a finished demo.
///
/// # Errors
/// A picture cannot be drawn; the text says why.
pub fn page(finished: &Finished) -> Result<String, String> {
    let along = pictures::along_the_body(finished);
    let record = &finished.record;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "straydose demo" } style { (PreEscaped(STYLE)) } }
            body {
                h1 { "The dose outside the field, head to feet" }
                p.note { "A body of boxes about the size of a five-year-old, a 6 MV field of 8 × 8 cm on the head." }
                p.use { (INTENDED_USE) ". This demo shows the transport engine on a made-up body: no anatomy, no treatment \
                    head, no leakage." }
                div.row {
                    figure { (PreEscaped(pictures::coronal(finished)?)) figcaption.note { "Coronal section at the \
                        depth of the field's centre; the scale is logarithmic." } }
                    div {
                        (PreEscaped(pictures::profile(&along)?))
                        table {
                            tr { th { "height above the feet" } th { "dose / dose in the field" } th { "1 σ, voxels taken as independent" } }
                            @for point in along.iter().rev().step_by(10) {
                                tr {
                                    td { (format!("{:.0} cm", point.height_cm)) }
                                    td { (format!("{:.2e}", point.relative)) }
                                    td { (format!("{:.1} %", 100.0 * point.sigma)) }
                                }
                            }
                        }
                    }
                }
                h2 { "The run" }
                table {
                    tr { td { "program" } td { (record.program) " " (record.version) } }
                    tr { td { "histories, seed" } td { (record.histories) ", " (record.seed) } }
                    tr { td { "device" } td { (record.backend.device) " (" (record.backend.kind) ")" } }
                    tr { td { "transport" } td { (format!("{:.1} s", record.transport_seconds)) } }
                    tr { td { "spectrum" } td { (record.spectrum.source) } }
                    @for (name, hash) in &record.inputs_sha256 { tr { td { "SHA-256 of " (name) } td { code { (hash[..16]) "…" } } } }
                }
                p.note { "The case is in input/case.toml, dose and uncertainty as NIfTI and the full record in result/." }
            }
        }
    };
    Ok(page.into_string())
}

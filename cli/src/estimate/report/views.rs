//! The pictures of the page and how they stand beside each other.

use super::numbers::{dose, signed};
use crate::estimate::Finished;
use crate::estimate::pictures::along::{WIDTH_PX, along};
use crate::estimate::pictures::isodoses::dashes;
use crate::estimate::pictures::organs::Shown;
use crate::estimate::pictures::projection::projection;
use crate::estimate::pictures::scale::{DoseScale, ISODOSES};
use crate::estimate::pictures::slices::slice;
use crate::estimate::pictures::view::View;
use maud::{Markup, html};
use volume::VoxelIndex;

/// Width of the pictures side by side (px).
const PAGE_PX: f64 = 1100.0;
/// Between two pictures (px).
const GAP_PX: f64 = 16.0;
/// Most height of a picture of the whole body (px).
const HEIGHT_PX: f64 = 720.0;

/// The three slices, with switches for their layers.
///
/// # Errors
/// A picture cannot be made.
pub fn slices(
    finished: &Finished,
    organs: &[Shown],
    scale: DoseScale,
    centre: VoxelIndex,
    what: &str,
) -> Result<Markup, String> {
    let grid = &finished.anatomy.grid;
    let [wide, deep, high] = [0, 1, 2].map(|a| grid.shape[a] as f64 * grid.spacing_mm[a]);
    // All slices at one scale: axial above coronal and sagittal beside it, or in one row for a long patient.
    let in_a_row = high > 1.4 * wide;
    let columns = if in_a_row { vec![wide, deep, wide] } else { vec![wide, deep] };
    let px_per_mm = PAGE_PX / columns.iter().sum::<f64>();
    let widths: Vec<String> = columns.iter().map(|mm| format!("minmax(0,{mm:.0}fr)")).collect();
    let picture = |view| slice(finished, organs, scale, view, centre, px_per_mm);
    let panel = panel(organs, scale, grid.centre_mm(centre).map(|mm| signed(mm, 0)));
    Ok(html! { section {
        h2 { "Three slices through the " (what) }
        div.viewer {
            div.slices style={ "grid-template-columns:" (widths.join(" ")) } {
                @if in_a_row { (picture(View::Coronal)?) (picture(View::Sagittal)?) }
                @if in_a_row { div { (picture(View::Axial)?) (panel) } }
                @else { (picture(View::Axial)?) (panel) (picture(View::Coronal)?) (picture(View::Sagittal)?) }
            }
            (scale.bar("scale-of-slices"))
        }
    } })
}

/// Beside the slices: where they lie, switches for their layers, what the lines are.
fn panel(organs: &[Shown], scale: DoseScale, [x, y, z]: [String; 3]) -> Markup {
    html! { div.panel {
        p.note { "Scan in grey under the dose in colour, on a logarithmic scale down to a millionth of the highest dose. Marks at the edges \
            show where the other slices run: x " (x) ", y " (y) ", z " (z) " mm (left, back, head). Isodoses are those of the dose smoothed over neighbouring voxels; tissue without a \
            colour got no score." }
        p.switches { @for (id, what) in [("layer-dose", "dose"), ("layer-isodoses", "isodoses"), ("layer-organs", "organs")] {
            label { input type="checkbox" id=(id) checked; " " (what) }
        } }
        ul.key { @for (share, name) in ISODOSES { li {
            svg.isodose viewBox="0 0 40 10" { path.casing d="M1 5H39" {} path d="M1 5H39" stroke-dasharray=(dashes(share)) {} } (name)
        } } li.note { "of the highest dose, " (dose(scale.top_gy)) } }
        (legend(organs))
    } }
}

/// The organs' colours and mean doses, the highest first.
fn legend(organs: &[Shown]) -> Markup {
    let mut sorted: Vec<&Shown> = organs.iter().collect();
    sorted.sort_by(|a, b| b.row.doses.mean_gy.total_cmp(&a.row.doses.mean_gy));
    html! { ul.legend { @for shown in sorted { li {
        span { (shown.chip()) (shown.row.name) } span { (dose(shown.row.doses.mean_gy)) }
    } } } }
}

/// The whole body from the front, and the dose of each slice beside it.
///
/// # Errors
/// A picture cannot be made.
pub fn whole_body(finished: &Finished, scale: DoseScale) -> Result<Markup, String> {
    let grid = &finished.anatomy.grid;
    let [wide, high] = [0, 2].map(|a| grid.shape[a] as f64 * grid.spacing_mm[a]);
    let px_per_mm = (HEIGHT_PX / high).min((PAGE_PX - WIDTH_PX - GAP_PX) / wide);
    let picture = projection(finished, scale, px_per_mm)?;
    Ok(html! { section {
        h2 { "The whole body from the front" }
        p.note { "Left: the scan as a radiograph, coloured by the mean dose along each line of sight. Right: the dose of each slice \
            across the body, at the same height." }
        div.viewer.whole {
            div style=(format!("width:{:.0}px;height:{:.0}px", wide * px_per_mm, high * px_per_mm)) { (picture) }
            div style=(format!("width:{WIDTH_PX:.0}px")) { (along(finished, high * px_per_mm + 46.0)) (key(&ALONG)) }
        }
        (scale.bar("scale-of-body"))
    } })
}

/// The lines of the chart along the body.
const ALONG: [(&str, &str); 6] = [
    ("ours", "mean"),
    ("highest", "2 % of the slice get more"),
    ("in-field", "ours, from the open field"),
    ("head", "ours, scattered in the head"),
    ("collimator", "ours, through and from jaws and leaves"),
    ("leakage", "ours, leakage"),
];

/// What the lines of a chart are.
pub fn key(lines: &[(&str, &str)]) -> Markup {
    html! { ul.key { @for (class, what) in lines { li {
        svg viewBox="0 0 26 10" { path class={ "series " (class) } d="M1 5H25" {} } (what)
    } } } }
}

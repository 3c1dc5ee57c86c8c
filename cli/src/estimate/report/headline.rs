//! The top of the page: what this is, what it is not for, the numbers to take away, the warnings.

use super::numbers::{dose, error, percent, round_dose, significant};
use crate::args::INTENDED_USE;
use crate::estimate::Finished;
use crate::estimate::pictures::organs::Shown;
use maud::{Markup, html};

/// Warnings longer than this are folded up (characters).
const LONG: usize = 220;

/// A voxel is in the field from this share of the reference dose.
const HIGH: f64 = 0.5;

/// A number to take away.
struct Tile {
    title: String,
    value: String,
    remark: String,
}

/// The top of the page.
pub fn headline(finished: &Finished, organs: &[Shown]) -> Markup {
    let plan = &finished.inputs.plan;
    html! {
        header {
            h1 { @if finished.made.is_some() { "Dose of the whole body" } @else { "Dose of the whole scanned body" } }
            p.note { "Plan " b { (plan.label) } " on " (finished.inputs.ct_name) ": all fractions, photons followed by Monte Carlo into \
                every voxel, in the beam and far from it." @if let Some(made) = finished.made { " Beyond the scan (dashed red lines in \
                the pictures) the body is modelled after " (made.who) "." } }
        }
        p.use {
            b { "What this is not for: " } (INTENDED_USE) ". Do not change, approve or withhold a treatment because of a number on this page."
        }
        div.tiles { @for tile in tiles(finished, organs) {
            div { span.note { (tile.title) } strong { (tile.value) } span.note { (tile.remark) } }
        } }
        (warnings(&finished.warnings, &finished.remarks))
    }
}

fn tiles(finished: &Finished, organs: &[Shown]) -> Vec<Tile> {
    let reference = finished.reference;
    let tile = |title: &str, value: String, remark: String| Tile { title: title.into(), value, remark };
    let sigma = |shown: &Shown| shown.row.stat_percent.map_or("–".into(), error);
    let mean = |shown: &Shown| shown.row.doses.mean_gy;
    let cube = format!("mean of a cube of {:.0} mm; isodoses are parts of it", reference.cube_mm[0]);
    let mut tiles = vec![tile("highest dose", dose(reference.gy), cube)];
    if let Some(target) = organs.iter().filter(|s| s.is_target()).max_by(|a, b| mean(a).total_cmp(&mean(b))) {
        let remark = finished.inputs.plan.prescriptions.first().map_or(String::new(), |prescription| {
            format!(", prescribed {}", round_dose(prescription.dose_gy))
        });
        let title = format!("mean of {}", target.row.name);
        tiles.push(tile(&title, dose(mean(target)), format!("± {}{remark}", sigma(target))));
    }
    if let Some(body) = organs.iter().find(|shown| shown.is_outline()) {
        let joule = body.row.doses.mean_gy * body.row.doses.mass_g / 1000.0;
        tiles.push(tile("mean of the body", dose(mean(body)), format!("{} J in all", significant(joule, 3))));
    }
    if let Some(least) =
        organs.iter().filter(|s| !s.is_outline() && mean(s) > 0.0).min_by(|a, b| mean(a).total_cmp(&mean(b)))
    {
        let remark = format!("± {}, {}", sigma(least), least.row.name);
        tiles.push(tile("organ with the least dose", dose(mean(least)), remark));
    }
    let mut errors: Vec<_> =
        organs.iter().filter_map(|shown| Some((shown.row.stat_percent?, &shown.row.name))).collect();
    errors.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (middle, remark) = match (errors.get(errors.len() / 2), errors.last()) {
        (Some((middle, _)), Some((worst, name))) => {
            (*middle, format!("1 σ of an organ's mean, median; at most {} ({name})", error(*worst)))
        }
        _ => (
            100.0 * error_of_voxels(finished, (HIGH * reference.gy) as f32),
            "1 σ of a voxel in the field, median".into(),
        ),
    };
    tiles.push(tile("statistical error", error(middle), remark));
    if let Some(comparison) = finished.comparison {
        let pass = comparison.gamma_pass_share.map_or("–".into(), percent);
        let remark = format!("planned = {:.3} × ours above 50 %", comparison.factor);
        tiles.push(tile("gamma 3 % / 3 mm passes", pass, remark));
    }
    tiles
}

/// Median of the relative statistical errors of the voxels above a dose (Gy).
fn error_of_voxels(finished: &Finished, above_gy: f32) -> f64 {
    let voxels = finished.ours.sigma_relative.iter().zip(&finished.dose_gy.values);
    let mut errors: Vec<f32> = voxels.filter(|(_, gy)| **gy > above_gy).map(|(sigma, _)| *sigma).collect();
    errors.sort_by(f32::total_cmp);
    errors.get(errors.len() / 2).copied().map_or(f64::NAN, f64::from)
}

fn warnings(warnings: &[String], remarks: &[String]) -> Markup {
    html! { @if !(warnings.is_empty() && remarks.is_empty()) {
        section.warnings {
            h2 { "Know before you read on" }
            ul { @for warning in warnings { li { (folded(warning)) } } }
            @if !remarks.is_empty() {
                details { summary { "What was decided on the way (" (remarks.len()) ")" }
                    ul { @for remark in remarks { li { (folded(remark)) } } } }
            }
        }
    } }
}

/// A text, folded up where it is long.
fn folded(text: &str) -> Markup {
    html! { @match text.char_indices().nth(LONG) {
        Some((end, _)) => details { summary { (text[..end].trim_end()) " …" } (text) },
        None => (text),
    } }
}

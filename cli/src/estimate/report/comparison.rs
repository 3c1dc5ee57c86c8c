//! Our dose beside the planning system's.

use super::numbers::{self, dose, percent};
use super::views::key;
use crate::estimate::Finished;
use crate::estimate::pictures::dvh::beside;
use crate::estimate::pictures::organs::Shown;
use crate::estimate::pictures::profiles::profiles;
use ::estimate::Comparison;
use anatomy::Organ;
use maud::{Markup, html};
use volume::VoxelIndex;

/// Histograms of more structures cannot be told from each other.
const MOST_COMPARED: usize = 12;

/// The section: profiles always, numbers where a planned dose was given.
pub fn comparison(finished: &Finished, organs: &[Shown], centre: VoxelIndex, what: &str) -> Markup {
    let mut lines = vec![("ours", "ours, with ± 1 σ of each voxel")];
    if finished.comparison.is_some() {
        lines.push(("planned", "planned"));
    }
    html! { section {
        @if let Some(comparison) = finished.comparison {
            h2 { "Beside the planning system" }
            (facts(comparison))
            (histograms(finished, organs, comparison))
            (table(finished, comparison))
        } @else {
            h2 { "Profiles" }
        }
        h3 { "Along three lines through the " (what) }
        div.profiles { @for (name, chart) in profiles(finished, centre) { figure { figcaption { (name) } (chart) } } }
        (key(&lines))
    } }
}

fn facts(comparison: &Comparison) -> Markup {
    let share = |share: Option<f64>| share.map_or("–".into(), percent);
    html! { table.facts {
        tr { th { "planned dose / our dose" } td { (format!("{:.4}", comparison.factor)) " "
            span.note { "ratio of the means over the voxels above 50 % of the planned maximum" } } }
        tr { th { "gamma 3 % / 3 mm, after this factor" } td { (share(comparison.gamma_pass_share)) " "
            span.note { "of the points above 10 % pass; 3 % of the maximum" } } }
        tr { th { "the same without the factor" } td { (share(comparison.gamma_pass_share_unscaled)) } }
        tr { th { "greatest planned dose" } td { (dose(comparison.planned_max_gy)) } }
    } }
}

/// Histograms of both doses, of the organs with the highest planned doses.
fn histograms(finished: &Finished, organs: &[Shown], comparison: &Comparison) -> Markup {
    let planned = |shown: &Shown| shown.row.planned_mean_gy.unwrap_or(0.0);
    let mut compared: Vec<&Shown> =
        organs.iter().filter(|shown| !shown.is_outline() && planned(shown) > 0.0).collect();
    compared.sort_by(|a, b| planned(b).total_cmp(&planned(a)));
    let left = compared.len().saturating_sub(MOST_COMPARED);
    compared.truncate(MOST_COMPARED);
    html! { @if !compared.is_empty() {
        h3 { "Dose-volume histograms" }
        (beside(&compared, &finished.ours.dose_gy, comparison))
        ul.key {
            @for shown in &compared { li { i.chip style={ "--c:" (shown.colour) } {} (shown.row.name) } }
        }
        p.note { "Lines: ours × factor, nothing blended. Dashes: planned. Only the part of each structure that has a planned dose."
            @if left > 0 { " The " (left) " structures with lower doses are in the table alone." } }
    } }
}

/// Means over the part of an organ that has a planned dose.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Means {
    /// Ours (Gy).
    ours: f64,
    /// Planned (Gy).
    planned: f64,
    /// Share of the organ that has a planned dose.
    share: f64,
}

/// Both means by volume; `None` where nothing of the organ has a planned dose.
fn means(organ: &Organ, ours_gy: &[f32], planned_gy: &[f32]) -> Option<Means> {
    let (mut ours, mut planned, mut both, mut all) = (0.0, 0.0, 0.0, 0.0);
    for (voxel, share) in organ.coverage.voxels() {
        let share = f64::from(share);
        all += share;
        if planned_gy[voxel].is_finite() {
            both += share;
            ours += share * f64::from(ours_gy[voxel]);
            planned += share * f64::from(planned_gy[voxel]);
        }
    }
    (both > 0.0).then(|| Means { ours: ours / both, planned: planned / both, share: both / all })
}

fn table(finished: &Finished, comparison: &Comparison) -> Markup {
    let rows = finished.anatomy.organs.iter().filter_map(|organ| {
        Some((organ, means(organ, &finished.ours.dose_gy.values, &comparison.planned_gy)?))
    });
    html! {
        div.wide { table {
            thead { tr {
                th { "structure" } th { "planned mean" } th { "our mean" } th { "ours × factor" }
                th { "difference" } th { "of the maximum" } th { "in the planned grid" }
            } }
            tbody { @for (organ, means) in rows {
                @let scaled = means.ours * comparison.factor;
                tr {
                    th scope="row" { (organ.name) }
                    td { (dose(means.planned)) } td { (dose(means.ours)) } td { (dose(scaled)) }
                    td { (difference(scaled / means.planned - 1.0)) }
                    td { (difference((scaled - means.planned) / comparison.planned_max_gy)) }
                    td { (percent(means.share)) }
                }
            } }
        } }
        p.note { "Means by volume of our own dose, nothing blended, over the part of each structure that has a planned dose. Differences \
            are of ours × factor from the planned mean, in per cent of that mean and of the planned maximum." }
    }
}

/// A difference in per cent, with its sign.
fn difference(share: f64) -> String {
    let plus = if share > 0.0 { "+" } else { "" };
    if share.is_finite() { format!("{plus}{} %", numbers::signed(100.0 * share, 1)) } else { "–".into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anatomy::region::Role;
    use volume::{Coverage, OrientedGrid};

    #[test]
    fn only_what_has_a_planned_dose_is_compared() {
        let grid = OrientedGrid {
            origin_mm: [0.0; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [10.0; 3],
            shape: [4, 1, 1],
        };
        let fractions = vec![1.0, 0.5, 0.5, 0.0];
        let coverage = Coverage { grid, lower: [0; 3], shape: grid.shape, fractions, notes: vec![] };
        let (name, original_name) = ("x".to_owned(), "x".to_owned());
        let organ = Organ {
            name,
            original_name,
            role: Role::Organ,
            coverage,
            from: anatomy::Origin::Ct,
            volume_cm3: 2.0,
            mass_g: 2.0,
        };
        let found = means(&organ, &[3.0, 6.0, 50.0, 50.0], &[2.0, 5.0, f32::NAN, 9.0]);
        assert_eq!(found, Some(Means { ours: 4.0, planned: 3.0, share: 0.75 }));
        assert_eq!(means(&organ, &[1.0; 4], &[f32::NAN; 4]), None);
        assert_eq!([0.0213, -0.108].map(difference), ["+2.1 %", "\u{2212}10.8 %"]);
    }
}

//! Organs that the end of the scan cuts: the model's is moved so that what is drawn and what is modelled make a whole.

use crate::model::Model;
use crate::names::{can_move, stands_for};
use crate::slices::along;
use crate::warp::Warp;
use anatomy::{Anatomy, Organ};
use volume::VoxelIndex;

/// The furthest that a model's organ is moved along the body and across it (mm).
const FURTHEST_MM: [f64; 2] = [60.0, 50.0];
/// A drawn organ that is as large as the reference already goes on by this share of it.
const LEAST: f64 = 0.03;
/// Area in the last slice from which an organ counts as cut (cm²).
const CUT_CM2: f64 = 0.1;

/// A drawn organ that reaches an end of the scan.
pub(crate) struct Cut {
    /// Its place among the scan's organs.
    pub organ: usize,
    /// Which parts of the model it stands for.
    pub members: Vec<bool>,
    /// Added to a point of the model beyond the lower and the upper end, to look there for the organ (mm).
    pub moved_mm: [Option<[f64; 3]>; 2],
    /// A box of the model that holds the organ (mm).
    pub bounds_mm: [[f64; 2]; 3],
}

/// All that are cut at ends that are open.
pub(crate) fn cut_organs(
    scan: &Anatomy,
    model: &Model,
    warp: &Warp,
    ends_mm: [f64; 2],
    open: [bool; 2],
    size: f64,
) -> Vec<Cut> {
    let names = model.organs();
    let found = scan.organs.iter().enumerate().filter_map(|(n, organ)| {
        let stands = stands_for(&organ.name, &names);
        let sections = [0, 1].map(|end| open[end].then(|| section(scan, organ, end, ends_mm[end])).flatten());
        if stands.is_empty() || sections.iter().all(Option::is_none) {
            return None;
        }
        let points: Vec<[f64; 3]> = (stands.iter())
            .filter_map(|name| model.slices().organs.get(*name))
            .flat_map(|extent| extent.points_mm.iter().copied())
            .collect();
        let members: Vec<bool> =
            model.parts().iter().map(|part| stands.contains(&part.organ.as_str())).collect();
        let moves = can_move(&organ.name);
        let both_ends = sections.iter().all(Option::is_some);
        let whole_cm3: f64 =
            model.parts().iter().zip(&members).filter(|(_, is)| **is).map(|(part, _)| part.volume_cm3).sum();
        let rest = 1.0 - organ.volume_cm3 / (whole_cm3 * size.powi(3));
        let moved_mm = [0, 1].map(|end| {
            let [x, y] = sections[end].filter(|_| moves)?;
            let at = warp.model_point([x, y, ends_mm[end]]);
            let along_mm = if both_ends { 0.0 } else { shift(&points, end, rest.max(LEAST), at[2]) };
            Some(onto(&points, at, along_mm))
        });
        let bounds_mm = bounds(&points, model.slices().step_mm);
        Some(Cut { organ: n, members, moved_mm, bounds_mm })
    });
    found.collect()
}

/// The middle of an organ in the last whole slice before an end (mm); none if it does not reach there.
fn section(scan: &Anatomy, organ: &Organ, end: usize, end_mm: f64) -> Option<[f64; 2]> {
    let grid = &scan.grid;
    let step_mm = grid.spacing_mm[2];
    let inwards = if end == 0 { 0.75 } else { -0.75 };
    let first_mm = along(scan, [0; 3])[2];
    let k = ((end_mm + inwards * step_mm - first_mm) / step_mm).round();
    if k < 0.0 || k >= grid.shape[2] as f64 {
        return None;
    }
    let k = k as usize;
    let (mut sum, mut weight) = ([0.0; 2], 0.0);
    for j in organ.coverage.lower[1]..organ.coverage.lower[1] + organ.coverage.shape[1] {
        for i in organ.coverage.lower[0]..organ.coverage.lower[0] + organ.coverage.shape[0] {
            let share = f64::from(organ.coverage.fraction(VoxelIndex([i, j, k])));
            let p = along(scan, [i, j, k]);
            sum = [sum[0] + share * p[0], sum[1] + share * p[1]];
            weight += share;
        }
    }
    let cm2 = weight * grid.spacing_mm[0] * grid.spacing_mm[1] / 100.0;
    (cm2 > CUT_CM2).then(|| sum.map(|s| s / weight))
}

/// From the height on the model where the scan ends to that beyond which a share of the organ lies (mm).
fn shift(points: &[[f64; 3]], end: usize, rest: f64, at_mm: f64) -> f64 {
    let mut heights: Vec<f64> = points.iter().map(|p| p[2]).collect();
    heights.sort_by(f64::total_cmp);
    let share = if end == 0 { rest } else { 1.0 - rest };
    let n = (share * heights.len() as f64) as usize;
    let Some(height) = heights.get(n.min(heights.len().saturating_sub(1))) else { return 0.0 };
    (height - at_mm).clamp(-FURTHEST_MM[0], FURTHEST_MM[0])
}

/// What brings the drawn cross-section onto the model's at its height.
fn onto(points: &[[f64; 3]], at: [f64; 3], along_mm: f64) -> [f64; 3] {
    let height = at[2] + along_mm;
    let near: Vec<&[f64; 3]> = points.iter().filter(|p| (p[2] - height).abs() < 8.0).collect();
    let across = |a: usize| {
        if near.is_empty() {
            return 0.0;
        }
        let middle = near.iter().map(|p| p[a]).sum::<f64>() / near.len() as f64;
        (middle - at[a]).clamp(-FURTHEST_MM[1], FURTHEST_MM[1])
    };
    [across(0), across(1), along_mm]
}

fn bounds(points: &[[f64; 3]], margin_mm: f64) -> [[f64; 2]; 3] {
    std::array::from_fn(|a| {
        let low = points.iter().map(|p| p[a]).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(|p| p[a]).fold(f64::NEG_INFINITY, f64::max);
        [low - margin_mm, high + margin_mm]
    })
}

//! Evenly spread points: boxes, and the inside of an outline.

use crate::outline::Outline;
use rayon::prelude::*;

/// The point of a number in a box: the additive recurrence of M. Roberts (2018) with the root of x⁴ = x + 1. A regular
/// lattice would beat with ribs.
pub(crate) fn point_in(bounds: &[[f64; 2]; 3], n: u32, shift: f64) -> [f64; 3] {
    const ROOT: f64 = 1.220_744_084_605_759_5;
    const STEPS: [f64; 3] = [1.0 / ROOT, 1.0 / (ROOT * ROOT), 1.0 / (ROOT * ROOT * ROOT)];
    std::array::from_fn(|a| {
        let [low, high] = bounds[a];
        let at = 0.5 + shift + f64::from(n) * STEPS[a];
        // `fract` is a call where the processor may be an old one.
        low + (high - low) * (at - (at as i64) as f64)
    })
}

/// Volume of a box (cm³).
pub(crate) fn box_cm3(bounds: &[[f64; 2]; 3]) -> f64 {
    bounds.iter().map(|[low, high]| (high - low).max(0.0)).product()
}

/// A point in an outline.
#[derive(Clone, Copy)]
pub(crate) struct Point {
    pub p: [f64; 3],
    /// How deep below the skin (cm).
    pub depth: f64,
    /// The volume that it stands for (cm³).
    pub cm3: f64,
}

/// Cells at the skin have so many times more points: skin is thin.
const MORE: u32 = 5;

/// The middle and the corners of a cell, in parts of it: no point of a cube is further than 0.6 widths from one of them.
pub(crate) fn looks() -> impl Iterator<Item = [f64; 3]> {
    let corners = (0u8..8).map(|n| [n & 1, n >> 1 & 1, n >> 2].map(f64::from));
    corners.chain([[0.5; 3]])
}

/// Where all looks at a cell lie further outside than this many widths, nothing of the body is in it: depths far out are
/// right to first order only.
pub(crate) const FAR_WIDTHS: f64 = -0.8;

/// Points in an outline: cells of a width (cm) that lie near it or in it have as many each.
pub(crate) fn points_inside(outline: &Outline, cell_cm: f64, points_per_cell: u32) -> Vec<Point> {
    let bounds = outline.bounds_cm();
    let counts = bounds.map(|[low, high]| ((high - low) / cell_cm).ceil().max(1.0) as usize);
    let size: [f64; 3] = std::array::from_fn(|a| (bounds[a][1] - bounds[a][0]) / counts[a] as f64);
    (0..counts.iter().product::<usize>())
        .into_par_iter()
        .flat_map_iter(|cell| {
            let index = [cell % counts[0], cell / counts[0] % counts[1], cell / counts[0] / counts[1]];
            let corner: [f64; 3] = std::array::from_fn(|a| bounds[a][0] + size[a] * index[a] as f64);
            let within: [[f64; 2]; 3] = std::array::from_fn(|a| [corner[a], corner[a] + size[a]]);
            let looks =
                looks().map(|steps| outline.depth(std::array::from_fn(|a| corner[a] + steps[a] * size[a])));
            let [low, high] =
                looks.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], d| [low.min(d), high.max(d)]);
            let count = match () {
                () if high < FAR_WIDTHS * cell_cm => 0,
                () if low < 0.3 * cell_cm => MORE * points_per_cell,
                () => points_per_cell,
            };
            let cm3 = size.iter().product::<f64>() / f64::from(count.max(1));
            // Each cell goes on in the sequence where the one before stopped.
            let start = (cell as u32 % 4096) * MORE * points_per_cell;
            (0..count).filter_map(move |n| {
                let p = point_in(&within, start + n, 0.0);
                let depth = outline.depth(p);
                (depth > 0.0).then_some(Point { p, depth, cm3 })
            })
        })
        .collect()
}

//! Arms and legs that lie beside the trunk, told from boards, rails and cushions.

use super::components::Components;
use volume::Image;

/// Mean CT number of a limb, bone and fat with it (HU).
const MEAN_HU: [f32; 2] = [-150.0, 400.0];
/// Least volume once thinned (cm³) and length along the scan (mm); a shorter scan may hold less of it.
const LEAST_CM3: f64 = 5.0;
const LEAST_MM: f64 = 40.0;
/// A limb is round where a board is flat: its box in a slice is at most so much longer than wide (at the median), and so much of the box is filled.
const LONGER: f64 = 2.5;
const FILLED: f64 = 0.5;

/// The voxels of limbs among the pieces with fewer voxels than `fewer_than`.
pub fn limbs(components: &Components, fewer_than: usize, ct: &Image<f32>) -> Vec<usize> {
    let least = (1000.0 * LEAST_CM3 / ct.grid.voxel_volume_mm3()).ceil() as usize;
    let pieces = components.pieces(least..fewer_than.max(least));
    pieces.into_iter().filter(|piece| is_limb(piece, ct)).flatten().collect()
}

/// `piece` is in the order of the voxels.
fn is_limb(piece: &[usize], ct: &Image<f32>) -> bool {
    let [columns, rows, slices] = ct.grid.shape;
    let mean_hu = piece.iter().map(|at| ct.values[*at]).sum::<f32>() / piece.len() as f32;
    if !(MEAN_HU[0]..=MEAN_HU[1]).contains(&mean_hu) {
        return false;
    }
    let (mut longer, mut filled) = (Vec::new(), Vec::new());
    for slice in piece.chunk_by(|a, b| a / (columns * rows) == b / (columns * rows)) {
        let range = |of: &dyn Fn(usize) -> usize| {
            let places = slice.iter().map(|at| of(*at));
            let [low, high] = [places.clone().min().unwrap_or(0), places.max().unwrap_or(0)];
            high - low + 1
        };
        let sides = [range(&|at| at % columns), range(&|at| at / columns % rows)];
        let [wide, deep] = [0, 1].map(|a| sides[a] as f64 * ct.grid.spacing_mm[a]);
        longer.push(wide.max(deep) / wide.min(deep));
        filled.push(slice.len() as f64 / (sides[0] * sides[1]) as f64);
    }
    let long_mm = longer.len() as f64 * ct.grid.spacing_mm[2];
    let is_long = long_mm >= LEAST_MM || longer.len() == slices;
    is_long && median(longer) <= LONGER && median(filled) >= FILLED
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

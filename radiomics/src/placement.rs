//! Masks of other grids on the voxels of an image.

use crate::process::TOLERANCE;
use volume::{Mask, OrientedGrid, VoxelIndex};

/// How the grid of a mask lies to that of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same voxels.
    Same,
    /// Voxels of the same size and direction, whole voxels apart: index on the image = index on the mask + this.
    Shifted([i64; 3]),
    /// Other voxels.
    Other,
}

/// How two grids lie to each other, to a thousandth of a millimetre at the origin and of a voxel over the whole mask.
pub fn relation(image: &OrientedGrid, mask: &OrientedGrid) -> Relation {
    let off = |a: &[f64; 3], b: &[f64; 3], by: f64| (0..3).any(|x| (a[x] - b[x]).abs() > by);
    let turned = (0..3).any(|a| off(&image.axes[a], &mask.axes[a], TOLERANCE));
    if turned || off(&image.spacing_mm, &mask.spacing_mm, TOLERANCE) {
        return Relation::Other;
    }
    let first = image.index_of(mask.origin_mm);
    let apart: [f64; 3] = std::array::from_fn(|a| {
        let rounding = (first[a] - first[a].round()).abs() * image.spacing_mm[a];
        rounding + (mask.spacing_mm[a] - image.spacing_mm[a]).abs() * mask.shape[a] as f64
    });
    if apart.iter().any(|&mm| mm > 10.0 * TOLERANCE) {
        return Relation::Other;
    }
    let shift = first.map(|x| x.round() as i64);
    if shift == [0; 3] && image.shape == mask.shape { Relation::Same } else { Relation::Shifted(shift) }
}

/// A mask on the voxels of an image, and how many of its own voxels lie beyond the image.
///
/// Where the grids are whole voxels apart, voxels are only renumbered. Else a voxel of the image belongs if the linear
/// interpolation of the mask (1 inside, 0 outside) at its centre is at least a half.
pub fn place(mask: &Mask, image: &OrientedGrid) -> (Mask, usize) {
    match relation(image, &mask.grid) {
        Relation::Same => (Mask { grid: *image, ..mask.clone() }, 0),
        Relation::Shifted(shift) => shifted(mask, image, shift),
        Relation::Other => (resampled(mask, image), 0),
    }
}

fn shifted(mask: &Mask, image: &OrientedGrid, shift: [i64; 3]) -> (Mask, usize) {
    let first: [i64; 3] = std::array::from_fn(|a| mask.lower[a] as i64 + shift[a]);
    let lower: [i64; 3] = first.map(|x| x.max(0));
    let end: [i64; 3] = std::array::from_fn(|a| (first[a] + mask.shape[a] as i64).min(image.shape[a] as i64));
    let shape: [usize; 3] = std::array::from_fn(|a| (end[a] - lower[a]).max(0) as usize);
    let whole = shape == mask.shape;
    let mut placed = Mask {
        grid: *image,
        lower: lower.map(|x| x as usize),
        shape,
        inside: Vec::new(),
        notes: mask.notes.clone(),
    };
    if whole {
        placed.inside.clone_from(&mask.inside);
        return (placed, 0);
    }
    if shape.contains(&0) {
        placed = Mask { lower: [0; 3], shape: [0; 3], ..placed };
        return (placed, mask.count());
    }
    let from: [usize; 3] = std::array::from_fn(|a| (lower[a] - first[a]) as usize);
    for k in from[2]..from[2] + shape[2] {
        for j in from[1]..from[1] + shape[1] {
            let start = from[0] + mask.shape[0] * (j + mask.shape[1] * k);
            placed.inside.extend_from_slice(&mask.inside[start..start + shape[0]]);
        }
    }
    let lost = mask.count() - placed.count();
    (placed, lost)
}

fn resampled(mask: &Mask, image: &OrientedGrid) -> Mask {
    let [lower, upper] = covering(mask, image, [1.0; 3]);
    if (0..3).any(|a| upper[a] < lower[a]) {
        let inside = Vec::new();
        return Mask { grid: *image, lower: [0; 3], shape: [0; 3], inside, notes: mask.notes.clone() };
    }
    let shape: [usize; 3] = std::array::from_fn(|a| upper[a] - lower[a] + 1);
    let mut inside = Vec::with_capacity(shape.iter().product());
    for k in lower[2]..=upper[2] {
        for j in lower[1]..=upper[1] {
            for i in lower[0]..=upper[0] {
                // A part that is a half but for rounding counts.
                let part = part_at(mask, mask.grid.index_of(image.centre_mm(VoxelIndex([i, j, k]))));
                inside.push(part >= 0.5 - 1e-9);
            }
        }
    }
    Mask { grid: *image, lower, shape, inside, notes: mask.notes.clone() }
}

/// The voxels of an image that the box of a mask reaches, with a margin in voxels of the mask; the upper below the lower
/// where it reaches none.
pub fn covering(mask: &Mask, image: &OrientedGrid, margin: [f64; 3]) -> [[usize; 3]; 2] {
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for corner in 0..8 {
        let index = std::array::from_fn(|a| {
            if corner >> a & 1 == 0 {
                mask.lower[a] as f64 - margin[a]
            } else {
                (mask.lower[a] + mask.shape[a]) as f64 - 1.0 + margin[a]
            }
        });
        let there = image.index_of(mask.grid.point_mm(index));
        low = std::array::from_fn(|a| low[a].min(there[a]));
        high = std::array::from_fn(|a| high[a].max(there[a]));
    }
    let end = image.shape.map(|n| n as f64 - 1.0);
    // A little wider, so that rounding loses nothing.
    let lower = std::array::from_fn(|a| (low[a] - 1e-6).floor().clamp(0.0, end[a] + 1.0) as usize);
    let upper: [f64; 3] = std::array::from_fn(|a| (high[a] + 1e-6).ceil().min(end[a]));
    if upper.iter().any(|x| *x < 0.0) {
        return [[1; 3], [0; 3]];
    }
    [lower, upper.map(|x| x as usize)]
}

/// The mask at an index of its grid that may lie between voxels, linear between centres, nothing beyond them.
fn part_at(mask: &Mask, index: [f64; 3]) -> f64 {
    let base = index.map(f64::floor);
    let mut sum = 0.0;
    for corner in 0..8 {
        let (mut weight, mut place, mut stride, mut within) = (1.0, 0, 1, true);
        for a in 0..3 {
            let part = index[a] - base[a];
            let up = corner >> a & 1 == 1;
            weight *= if up { part } else { 1.0 - part };
            let at = base[a] as i64 + i64::from(up) - mask.lower[a] as i64;
            within &= at >= 0 && at < mask.shape[a] as i64;
            place += stride * at.max(0) as usize;
            stride *= mask.shape[a];
        }
        if within && weight > 0.0 && mask.inside[place] {
            sum += weight;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(origin_mm: [f64; 3], spacing_mm: f64, shape: [usize; 3]) -> OrientedGrid {
        let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        OrientedGrid { origin_mm, axes, spacing_mm: [spacing_mm; 3], shape }
    }

    fn block(grid: OrientedGrid) -> Mask {
        Mask { grid, lower: [0; 3], shape: grid.shape, inside: vec![true; grid.len()], notes: Vec::new() }
    }

    #[test]
    fn a_cropped_mask_is_renumbered_and_what_lies_beyond_the_image_is_counted() {
        let image = grid([0.0; 3], 2.0, [5, 5, 5]);
        let (placed, lost) = place(&block(grid([2.0, 4.0, 6.0], 2.0, [2, 2, 2])), &image);
        assert_eq!((placed.lower, placed.shape, lost), ([1, 2, 3], [2, 2, 2], 0));
        let (placed, lost) = place(&block(grid([-2.0, 8.0, 6.0], 2.0, [2, 2, 2])), &image);
        assert_eq!((placed.lower, placed.shape, placed.count(), lost), ([0, 4, 3], [1, 1, 2], 2, 6));
        let (placed, lost) = place(&block(grid([100.0, 0.0, 0.0], 2.0, [2, 2, 2])), &image);
        assert_eq!((placed.count(), lost), (0, 8));
    }

    #[test]
    fn a_finer_mask_is_interpolated_and_covers_the_same_millimetres() {
        // 8 mm of 1 mm voxels, from -0.5 to 7.5 mm; the image's voxels end at -1, 1, 3, 5, 7, 9 mm.
        let fine = block(grid([0.0; 3], 1.0, [8, 8, 8]));
        assert_eq!(relation(&grid([0.0; 3], 2.0, [9, 9, 9]), &fine.grid), Relation::Other);
        let (placed, _) = place(&fine, &grid([0.0; 3], 2.0, [9, 9, 9]));
        // Centres at 0, 2, 4, 6 mm are in; 8 mm lies beyond 7.5 mm.
        assert_eq!(placed.count(), 64);
        // Half a fine voxel outside its outermost centres the part is a half: the surface.
        let (placed, _) = place(&fine, &grid([-0.5, 0.0, 0.0], 2.0, [9, 9, 9]));
        assert_eq!(placed.count(), 80);
        let (placed, _) = place(&fine, &grid([-0.51, 0.0, 0.0], 2.0, [9, 9, 9]));
        assert_eq!(placed.count(), 64);
    }

    #[test]
    fn a_turned_grid_is_another_grid() {
        let mut turned = grid([0.0; 3], 2.0, [3, 3, 3]);
        (turned.axes[0], turned.axes[1]) = ([0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]);
        assert_eq!(relation(&grid([0.0; 3], 2.0, [3, 3, 3]), &turned), Relation::Other);
        let mut wide = grid([0.0; 3], 2.0, [3, 3, 3]);
        wide.spacing_mm[2] = 2.5;
        assert_eq!(relation(&grid([0.0; 3], 2.0, [3, 3, 3]), &wide), Relation::Other);
    }
}

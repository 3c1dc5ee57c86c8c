//! Masks moved in or out by a part of a voxel, and recipes with other bins.

use ::radiomics::{Discretise, Mask, Recipe, Ring};
use volume::OrientedGrid;

/// Edge of the small voxels that a surface is moved on (mm).
const FINE_MM: f64 = 0.5;

/// The mask with its surface `by_mm` farther out (in, if negative): on voxels of half a millimetre or less, then back; a voxel
/// changes if at least half of it does.
pub fn moved(mask: &Mask, by_mm: f64) -> Mask {
    if mask.inside.is_empty() {
        return mask.clone();
    }
    let grid = &mask.grid;
    let factor: [usize; 3] = grid.spacing_mm.map(|spacing| (spacing / FINE_MM).ceil().max(1.0) as usize);
    let fine_mm: [f64; 3] = std::array::from_fn(|a| grid.spacing_mm[a] / factor[a] as f64);
    // Room for the surface to move into, and one voxel that stays outside.
    let margin = grid.spacing_mm.map(|spacing| (by_mm.abs() / spacing).ceil() as usize + 1);
    let lower: [usize; 3] = std::array::from_fn(|a| mask.lower[a].saturating_sub(margin[a]));
    let upper: [usize; 3] =
        std::array::from_fn(|a| (mask.lower[a] + mask.shape[a] + margin[a]).min(grid.shape[a]));
    let shape: [usize; 3] = std::array::from_fn(|a| upper[a] - lower[a]);
    let fine_shape: [usize; 3] = std::array::from_fn(|a| shape[a] * factor[a]);
    let mut fine = vec![false; fine_shape.iter().product()];
    let place = |[i, j, k]: [usize; 3], shape: [usize; 3]| i + shape[0] * (j + shape[1] * k);
    let each = |shape: [usize; 3], visit: &mut dyn FnMut([usize; 3])| {
        for k in 0..shape[2] {
            for j in 0..shape[1] {
                for i in 0..shape[0] {
                    visit([i, j, k]);
                }
            }
        }
    };
    each(fine_shape, &mut |at| {
        let voxel: [usize; 3] = std::array::from_fn(|a| lower[a] + at[a] / factor[a]);
        fine[place(at, fine_shape)] = is_inside(mask, voxel);
    });
    let ring = Ring {
        name: String::new(),
        inside_mm: (-by_mm).max(0.0),
        outside_mm: by_mm.max(0.0),
        air_below: None,
        avoid_regions: false,
    };
    let changed = ring.of(fine_shape, &fine, fine_mm);
    let mut counts = vec![0usize; shape.iter().product()];
    each(fine_shape, &mut |at| {
        if changed[place(at, fine_shape)] {
            counts[place(std::array::from_fn(|a| at[a] / factor[a]), shape)] += 1;
        }
    });
    let half = factor.iter().product::<usize>();
    let mut inside = vec![false; counts.len()];
    each(shape, &mut |at| {
        let was = is_inside(mask, std::array::from_fn(|a| lower[a] + at[a]));
        let flips = 2 * counts[place(at, shape)] >= half;
        inside[place(at, shape)] = was != flips;
    });
    Mask { grid: OrientedGrid { ..*grid }, lower, shape, inside, notes: mask.notes.clone() }
}

fn is_inside(mask: &Mask, voxel: [usize; 3]) -> bool {
    let within = (0..3).all(|a| voxel[a] >= mask.lower[a] && voxel[a] < mask.lower[a] + mask.shape[a]);
    within && {
        let [i, j, k]: [usize; 3] = std::array::from_fn(|a| voxel[a] - mask.lower[a]);
        mask.inside[i + mask.shape[0] * (j + mask.shape[1] * k)]
    }
}

/// The recipe with bins wider by a factor; `None` where it has none.
pub fn with_bins(recipe: &Recipe, wider: f64) -> Option<Recipe> {
    let mut other = recipe.clone();
    match &mut other.discretise {
        Discretise::FixedBinSize { width, .. } => *width *= wider,
        Discretise::FixedBinNumber { bins } => *bins = ((f64::from(*bins) / wider).round() as u32).max(2),
        Discretise::None => return None,
    }
    Some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cube(spacing_mm: [f64; 3]) -> Mask {
        let grid = OrientedGrid {
            origin_mm: [0.0; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm,
            shape: [20; 3],
        };
        Mask { grid, lower: [6; 3], shape: [8; 3], inside: vec![true; 512], notes: vec![] }
    }

    fn count(mask: &Mask) -> usize {
        mask.inside.iter().filter(|inside| **inside).count()
    }

    #[test]
    fn a_surface_moves_by_a_voxel_of_a_millimetre_and_not_through_slices_of_three() {
        assert_eq!(count(&moved(&cube([1.0; 3]), -1.0)), 6 * 6 * 6);
        let grown = count(&moved(&cube([1.0; 3]), 1.0));
        // The faces; edges are rounded, so that not all of their voxels are half covered.
        assert!((8 * 8 * 8 + 6 * 64..=1000).contains(&grown), "{grown}");
        assert_eq!(count(&moved(&cube([1.0, 1.0, 3.0]), -1.0)), 6 * 6 * 8);
        assert_eq!(count(&moved(&cube([4.0; 3]), 1.0)), 512, "a quarter of a voxel is no voxel");
    }

    #[test]
    fn a_mask_at_the_edge_of_the_image_stays_in_it() {
        let mask = Mask { lower: [0; 3], shape: [20; 3], inside: vec![true; 8000], ..cube([1.0; 3]) };
        assert_eq!(count(&moved(&mask, 1.0)), 8000);
    }
}

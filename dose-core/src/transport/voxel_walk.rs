//! A ray through voxels one by one, where the attenuation varies too much for a block's bounds.
//!
//! J. Amanatides and A. Woo, "A fast voxel traversal algorithm for ray tracing", Eurographics (1987). Each voxel scores
//! the expected track in it, (1 − e^(−µl))/µ, which is exact also where a voxel is many mean free paths thick.
//! Twin: `voxel_walk.wgsl`.

use super::grid_walk::{cell_of, is_outside, next_face, step_of};
use super::ray::Ray;
use super::tally::{DITHER_STEP, Tally, quanta};
use crate::deck::{Deck, voxel_density_g_cm3, voxel_material};
use crate::physics::functions::{exp_minus, greatest, least};

/// Walks the ray from `from_mm` to `to_mm`, both inside the grid.
#[inline(always)]
pub fn walk_voxels(deck: &Deck, ray: &mut Ray, from_mm: f32, to_mm: f32, tally: &mut Tally) {
    let h = &deck.header;
    let start = ray.at(from_mm);
    let edge = h.spacing_mm;
    let mut at = [
        cell_of(start.x, edge[0], h.shape[0]),
        cell_of(start.y, edge[1], h.shape[1]),
        cell_of(start.z, edge[2], h.shape[2]),
    ];
    let (d, o, per) = (ray.direction, ray.origin, ray.per_direction);
    let (mut next_x, step_x) = next_face(at[0], edge[0], d.x, o.x, per.x);
    let (mut next_y, step_y) = next_face(at[1], edge[1], d.y, o.y, per.y);
    let (mut next_z, step_z) = next_face(at[2], edge[2], d.z, o.z, per.z);
    let crossings = h.shape[0] + h.shape[1] + h.shape[2];
    let mut a_mm = from_mm;
    let mut crossing = 0;
    while crossing < crossings {
        crossing += 1;
        let b_mm = greatest(least(least(next_x, next_y), least(next_z, to_mm)), a_mm);
        let voxel = (at[0] + h.shape[0] as i32 * (at[1] + h.shape[1] as i32 * at[2])) as usize;
        let word = deck.voxels[voxel];
        let material = voxel_material(word);
        let attenuation_per_mm = voxel_density_g_cm3(word) * ray.coefficient(deck, material, 0);
        let depth = attenuation_per_mm * (b_mm - a_mm);
        let track_cm = ray.transmission * mean_track(depth) * (b_mm - a_mm) * 0.1;
        tally.add(voxel, quanta(track_cm * ray.coefficient(deck, material, 1), ray.dither));
        ray.dither = ray.dither.wrapping_add(DITHER_STEP);
        if ray.pass(a_mm, depth, attenuation_per_mm)
            && let Some(site) = &mut ray.site
        {
            site.material = material;
        }
        if b_mm >= to_mm || (ray.site.is_some() && ray.transmission <= 0.0) {
            return;
        }
        // Not an equality: rounding may leave a face behind the point that is reached.
        if next_x <= b_mm {
            at[0] += step_of(d.x);
            next_x += step_x;
        } else if next_y <= b_mm {
            at[1] += step_of(d.y);
            next_y += step_y;
        } else {
            at[2] += step_of(d.z);
            next_z += step_z;
        }
        if is_outside(at, h.shape) {
            return;
        }
        a_mm = b_mm;
    }
}

/// Mean of e^(−x) over a stretch of optical depth `depth`: (1 − e^(−depth))/depth.
#[inline(always)]
fn mean_track(depth: f32) -> f32 {
    if depth < 0.05 {
        return 1.0 - depth * (0.5 - depth * (0.166_666_67 - depth * 0.041_666_668));
    }
    (1.0 - exp_minus(depth)) / depth
}

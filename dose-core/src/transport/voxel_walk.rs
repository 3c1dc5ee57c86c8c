//! A ray through voxels one by one, where the attenuation varies too much for a block's bounds.
//!
//! J. Amanatides and A. Woo, "A fast voxel traversal algorithm for ray tracing", Eurographics (1987). Each voxel scores
//! the expected track in it, (1 − e^(−µl))/µ, which is exact also where a voxel is many mean free paths thick.
//! Twin: `voxel_walk.wgsl`.

use super::grid_walk::{cell_of, is_outside, next_face, step_of, voxel_of};
use super::ray::Ray;
use super::tally::{DITHER_STEP, Tally, quanta};
use crate::deck::{Deck, voxel_density_g_cm3, voxel_material};
use crate::physics::functions::{exp_minus, greatest, least};

/// The voxel that a ray is in, and what it takes to go on.
struct Steps {
    at: [i32; 3],
    next_mm: [f32; 3],
    between_mm: [f32; 3],
    left: u32,
}

impl Steps {
    /// Begins at a place of the ray.
    #[inline(always)]
    fn new(deck: &Deck, ray: &Ray, from_mm: f32) -> Steps {
        let h = &deck.header;
        let start = ray.at(from_mm);
        let edge = h.spacing_mm;
        let at = [
            cell_of(start.x, edge[0], h.shape[0]),
            cell_of(start.y, edge[1], h.shape[1]),
            cell_of(start.z, edge[2], h.shape[2]),
        ];
        let (d, o, per) = (ray.direction, ray.origin, ray.per_direction);
        let x = next_face(at[0], edge[0], d.x, o.x, per.x);
        let y = next_face(at[1], edge[1], d.y, o.y, per.y);
        let z = next_face(at[2], edge[2], d.z, o.z, per.z);
        let left = h.shape[0] + h.shape[1] + h.shape[2];
        Steps { at, next_mm: [x.0, y.0, z.0], between_mm: [x.1, y.1, z.1], left }
    }

    /// Place of the voxel.
    #[inline(always)]
    fn voxel(&self, deck: &Deck) -> usize {
        let h = &deck.header;
        (self.at[0] + h.shape[0] as i32 * (self.at[1] + h.shape[1] as i32 * self.at[2])) as usize
    }

    /// Where the ray leaves it, at most `to_mm` and at least `from_mm`.
    #[inline(always)]
    fn leave_mm(&self, from_mm: f32, to_mm: f32) -> f32 {
        let [x, y, z] = self.next_mm;
        greatest(least(least(x, y), least(z, to_mm)), from_mm)
    }

    /// Goes on to the next voxel; says whether there is one.
    #[inline(always)]
    fn advance(&mut self, deck: &Deck, ray: &Ray, reached_mm: f32) -> bool {
        // Not an equality: rounding may leave a face behind the point that is reached.
        if self.next_mm[0] <= reached_mm {
            self.at[0] += step_of(ray.direction.x);
            self.next_mm[0] += self.between_mm[0];
        } else if self.next_mm[1] <= reached_mm {
            self.at[1] += step_of(ray.direction.y);
            self.next_mm[1] += self.between_mm[1];
        } else {
            self.at[2] += step_of(ray.direction.z);
            self.next_mm[2] += self.between_mm[2];
        }
        self.left -= 1;
        self.left > 0 && !is_outside(self.at, deck.header.shape)
    }
}

/// Finds where on a stretch the ray's first energy is left, if it is there.
#[inline(always)]
pub fn carry_through_voxels(deck: &Deck, ray: &mut Ray, from_mm: f32, to_mm: f32) {
    let mut steps = Steps::new(deck, ray, from_mm);
    let mut a_mm = from_mm;
    loop {
        let b_mm = steps.leave_mm(a_mm, to_mm);
        ray.carry_through(voxel_density_g_cm3(deck.voxels[steps.voxel(deck)]), a_mm, b_mm);
        if ray.to_left <= 0.0 || b_mm >= to_mm || !steps.advance(deck, ray, b_mm) {
            return;
        }
        a_mm = b_mm;
    }
}

/// Walks the ray from `from_mm` to `to_mm`, both inside the grid.
#[inline(always)]
pub fn walk_voxels(deck: &Deck, ray: &mut Ray, from_mm: f32, to_mm: f32, tally: &mut Tally) {
    let mut steps = Steps::new(deck, ray, from_mm);
    let mut a_mm = from_mm;
    loop {
        let b_mm = steps.leave_mm(a_mm, to_mm);
        let voxel = steps.voxel(deck);
        let word = deck.voxels[voxel];
        let material = voxel_material(word);
        let attenuation_per_mm = voxel_density_g_cm3(word) * ray.coefficient(deck, material, 0);
        score_voxel(deck, ray, voxel, attenuation_per_mm, a_mm, b_mm, tally);
        if ray.pass(a_mm, attenuation_per_mm * (b_mm - a_mm), attenuation_per_mm)
            && let Some(site) = &mut ray.site
        {
            site.material = material;
        }
        let is_done = ray.site.is_some() && ray.transmission <= 0.0;
        if b_mm >= to_mm || is_done || !steps.advance(deck, ray, b_mm) {
            return;
        }
        a_mm = b_mm;
    }
}

/// Scores the expected track in a voxel, where its electrons leave the energy.
#[inline(always)]
fn score_voxel(
    deck: &Deck,
    ray: &mut Ray,
    voxel: usize,
    attenuation_per_mm: f32,
    a_mm: f32,
    b_mm: f32,
    tally: &mut Tally,
) {
    let from_mm = greatest(a_mm, ray.left_from_mm);
    if from_mm >= b_mm {
        return;
    }
    let word = deck.voxels[voxel];
    let before = exp_minus(attenuation_per_mm * (from_mm - a_mm));
    let track_mm = before * mean_track(attenuation_per_mm * (b_mm - from_mm)) * (b_mm - from_mm);
    let per_track = ray.coefficient(deck, voxel_material(word), 1);
    let score = ray.transmission * ray.lift * (0.1 * track_mm) * per_track;
    let scored = if deck.header.choices[2] != 0 {
        let middle_mm = 0.5 * (from_mm + b_mm);
        voxel_of(deck, ray.origin_left(voxel_density_g_cm3(word)) + ray.direction * middle_mm)
    } else {
        voxel
    };
    tally.add(scored, quanta(score, ray.dither));
    ray.dither = ray.dither.wrapping_add(DITHER_STEP);
}

/// Mean of e^(−x) over a stretch of optical depth `depth`: (1 − e^(−depth))/depth.
#[inline(always)]
fn mean_track(depth: f32) -> f32 {
    if depth < 0.05 {
        return 1.0 - depth * (0.5 - depth * (0.166_666_67 - depth * 0.041_666_668));
    }
    (1.0 - exp_minus(depth)) / depth
}

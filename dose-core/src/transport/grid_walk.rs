//! A ray through the grid, block by block.
//!
//! In a block whose attenuation hardly varies, the least attenuation (the control) is known along the whole chord. What
//! voxels have above it is met at random events of a bounding rate, where the ray is thinned by the share
//! (attenuation − control) / bound: residual ratio tracking, unbiased whatever the voxels
//! (J. Novák et al., ACM Trans. Graph. 33(6), 179 (2014)). Scores go to points at even steps with one random offset a
//! ray (the comb), which is unbiased for any grid. A block with strong contrast (metal, or bone at low energy) is
//! walked voxel by voxel instead. Twin: `grid_walk.wgsl`.

use super::ray::{Ray, Site, coefficient};
use super::tally::{DITHER_STEP, Tally, quanta};
use super::voxel_walk::{carry_through_voxels, walk_voxels};
use crate::deck::{Block, Deck, HARD_EVENTS, voxel_density_g_cm3, voxel_material};
use crate::physics::functions::{exp_minus, greatest, least, ln};
use crate::physics::lattice::mix;
use crate::physics::random::uniform;
use crate::physics::vector::Vec3;

const FLOATS_PER_BLOCK: usize = 4;
/// Scoring points that are worked on together.
const LANES: usize = 8;
/// Points from which that pays.
const FEW: i32 = 4;

/// Walks the ray from `enter_mm` to `leave_mm`, both on the grid's faces or inside.
#[inline(always)]
pub fn walk_grid(deck: &Deck, ray: &mut Ray, enter_mm: f32, leave_mm: f32, tally: &mut Tally) {
    let h = &deck.header;
    if h.block_shape[3] == 1 {
        walk_block(deck, ray, 0, enter_mm, leave_mm, tally);
        return;
    }
    let start = ray.at(enter_mm);
    let edge = h.block_mm;
    let mut at = [
        cell_of(start.x, edge[0], h.block_shape[0]),
        cell_of(start.y, edge[1], h.block_shape[1]),
        cell_of(start.z, edge[2], h.block_shape[2]),
    ];
    let (d, o, per) = (ray.direction, ray.origin, ray.per_direction);
    let (mut next_x, step_x) = next_face(at[0], edge[0], d.x, o.x, per.x);
    let (mut next_y, step_y) = next_face(at[1], edge[1], d.y, o.y, per.y);
    let (mut next_z, step_z) = next_face(at[2], edge[2], d.z, o.z, per.z);
    let crossings = h.block_shape[0] + h.block_shape[1] + h.block_shape[2];
    let mut index = block_index(at, h.block_shape);
    let mut from_mm = enter_mm;
    let mut to_mm = enter_mm;
    let mut crossing = 0;
    while crossing < crossings {
        crossing += 1;
        to_mm = greatest(least(least(next_x, next_y), least(next_z, leave_mm)), to_mm);
        if to_mm >= leave_mm {
            break;
        }
        // Not an equality: rounding may leave a face behind the point that is reached.
        if next_x <= to_mm {
            at[0] += step_of(d.x);
            next_x += step_x;
        } else if next_y <= to_mm {
            at[1] += step_of(d.y);
            next_y += step_y;
        } else {
            at[2] += step_of(d.z);
            next_z += step_z;
        }
        if is_outside(at, h.block_shape) {
            break;
        }
        let next_index = block_index(at, h.block_shape);
        // Blocks that are one and the same material throughout are walked as one.
        if !continues(deck, index, next_index) {
            walk_block(deck, ray, index, from_mm, to_mm, tally);
            if !ray.goes_on(deck, to_mm) {
                return;
            }
            from_mm = to_mm;
        }
        index = next_index;
    }
    walk_block(deck, ray, index, from_mm, to_mm, tally);
}

/// Place of a block in its table.
#[inline(always)]
fn block_index(at: [i32; 3], shape: [u32; 4]) -> usize {
    (at[0] + shape[0] as i32 * (at[1] + shape[1] as i32 * at[2])) as usize
}

/// Whether the next block goes on with the one material and density of this one.
#[inline(always)]
fn continues(deck: &Deck, index: usize, next_index: usize) -> bool {
    let (here, next) = (block(deck, index), block(deck, next_index));
    is_uniform(here) && is_uniform(next) && here.density_max == next.density_max && here.kind == next.kind
}

/// Whether all voxels of a block are the same.
#[inline(always)]
fn is_uniform(block: Block) -> bool {
    block.density_min == block.density_max && block.only_material >= 0.0
}

/// One block: by its bounds if its attenuation hardly varies at this energy, else voxel by voxel.
#[inline(always)]
fn walk_block(deck: &Deck, ray: &mut Ray, index: usize, from_mm: f32, to_mm: f32, tally: &mut Tally) {
    let block = block(deck, index);
    let (least, most) = kind_bounds(deck, ray, block.kind as usize);
    let control_per_mm = block.density_min * least;
    let is_uniform = is_uniform(block);
    if ray.to_left > 0.0 {
        if is_uniform {
            ray.carry_through(block.density_min, from_mm, to_mm);
        } else {
            carry_through_voxels(deck, ray, from_mm, to_mm);
        }
    }
    let residual_per_mm = greatest(block.density_max * most - control_per_mm, 0.0);
    let is_hard = residual_per_mm * (to_mm - from_mm) > HARD_EVENTS;
    if is_hard || deck.header.choices[3] != 0 {
        walk_voxels(deck, ray, from_mm, to_mm, tally);
        return;
    }
    let mut a_mm = from_mm;
    loop {
        let has_event = ray.to_residual < residual_per_mm * (to_mm - a_mm);
        let b_mm = if has_event { a_mm + ray.to_residual / residual_per_mm } else { to_mm };
        if block.only_material >= 0.0 {
            score_one_material(deck, ray, block, control_per_mm, a_mm, b_mm, tally);
        } else {
            score_materials(deck, ray, block, control_per_mm, a_mm, b_mm, tally);
        }
        if ray.pass(a_mm, control_per_mm * (b_mm - a_mm), control_per_mm) {
            set_material(deck, ray, block.only_material);
        }
        if !has_event {
            ray.to_residual -= residual_per_mm * (to_mm - a_mm);
            return;
        }
        meet_residual(deck, ray, control_per_mm, residual_per_mm, b_mm);
        if ray.transmission <= 0.0 && ray.site.is_some() {
            return;
        }
        a_mm = b_mm;
    }
}

/// A residual event: the photon collides there with the share that the voxel has of the bound, and the ray is thinned
/// by the same share.
#[inline(always)]
fn meet_residual(deck: &Deck, ray: &mut Ray, control_per_mm: f32, residual_per_mm: f32, at_mm: f32) {
    let words = ray.next_words();
    ray.to_residual = -ln(uniform(words[0]));
    let word = deck.voxels[voxel_of(deck, ray.at(at_mm))];
    let material = voxel_material(word);
    let attenuation_per_mm = voxel_density_g_cm3(word) * ray.coefficient(deck, material, 0);
    let share = greatest(least((attenuation_per_mm - control_per_mm) / residual_per_mm, 1.0), 0.0);
    if ray.site.is_none() && uniform(words[1]) < share {
        ray.site = Some(Site { distance_mm: at_mm, material, in_grid: true });
    }
    ray.transmission *= 1.0 - share;
}

/// The comb on a stretch of one material: what a point scores hangs on no density.
#[inline(always)]
fn score_one_material(
    deck: &Deck,
    ray: &mut Ray,
    block: Block,
    attenuation_per_mm: f32,
    a_mm: f32,
    b_mm: f32,
    tally: &mut Tally,
) {
    let from_mm = greatest(a_mm, ray.left_from_mm);
    if from_mm >= b_mm {
        return;
    }
    let step_mm = deck.header.block_mm[3];
    let material = block.only_material as usize;
    let score = ray.transmission * ray.lift * ray.coefficient(deck, material, 1) * (0.1 * step_mm);
    let comb = Comb::new(score, attenuation_per_mm, ray.to_point, step_mm, a_mm, [from_mm, b_mm]);
    ray.to_point += comb.points as f32 - (b_mm - from_mm) / step_mm;
    comb.score(deck, ray.origin_left(block.density_max), ray.direction, ray.dither, tally);
    ray.dither = ray.dither.wrapping_add(DITHER_STEP.wrapping_mul(comb.dithers()));
}

/// Scoring points at even steps on a stretch of one material and density.
#[derive(Clone, Copy)]
pub struct Comb {
    /// Distance of the first from the ray's start (mm).
    pub first_mm: f32,
    /// How many.
    pub points: i32,
    /// Score at the first.
    pub height: f32,
    /// Factor from each point to the next.
    pub per_step: f32,
}

impl Comb {
    /// The points of a stretch, of which the first comes after `to_point` steps; `score` is that of a point at `a_mm`.
    #[inline(always)]
    pub fn new(
        score: f32,
        attenuation_per_mm: f32,
        to_point: f32,
        step_mm: f32,
        a_mm: f32,
        [from_mm, to_mm]: [f32; 2],
    ) -> Comb {
        let first_mm = from_mm + to_point * step_mm;
        let left = (to_mm - from_mm) / step_mm - to_point;
        // SAFETY: not negative, and at most the steps across the grid. A point that falls on the very end counts for
        // the next stretch or for none.
        let whole: i32 = unsafe { greatest(left, 0.0).to_int_unchecked() };
        Comb {
            first_mm,
            points: if left > 0.0 { whole + 1 } else { 0 },
            height: score * exp_minus(attenuation_per_mm * (first_mm - a_mm)),
            per_step: exp_minus(attenuation_per_mm * step_mm),
        }
    }

    /// How many dithers the points use up.
    #[inline(always)]
    pub fn dithers(self) -> u32 {
        (self.points as u32).next_multiple_of(LANES as u32)
    }

    /// Scores the points where materials differ; `energy` is the cell of the coefficients and the place in it.
    #[inline(always)]
    pub fn score_mixed(
        self,
        deck: &Deck,
        origin: Vec3,
        direction: Vec3,
        energy: (usize, f32),
        dither: u32,
        tally: &mut Tally,
    ) {
        let step_mm = deck.header.block_mm[3];
        let mut height = self.height;
        let mut point = 0;
        while point < self.points {
            let voxel = voxel_of(deck, origin + direction * (self.first_mm + point as f32 * step_mm));
            let material = voxel_material(deck.voxels[voxel]);
            let score = height * coefficient(deck, energy, material, 1) * (0.1 * step_mm);
            tally.add(voxel, quanta(score, dither.wrapping_add(DITHER_STEP.wrapping_mul(point as u32))));
            height *= self.per_step;
            point += 1;
        }
    }

    /// Scores the points, eight at a time.
    #[inline(always)]
    pub fn score(self, deck: &Deck, origin: Vec3, direction: Vec3, dither: u32, tally: &mut Tally) {
        let step_mm = deck.header.block_mm[3];
        let Comb { first_mm, points: mut left, mut height, per_step } = self;
        let mut dither = dither;
        if left < FEW {
            let mut power = 1.0;
            let mut lane = 0;
            while lane < left {
                let voxel = voxel_of(deck, origin + direction * (first_mm + lane as f32 * step_mm));
                let dither = dither.wrapping_add(DITHER_STEP.wrapping_mul(lane as u32));
                tally.add(voxel, quanta(height * power, dither));
                power *= per_step;
                lane += 1;
            }
            return;
        }
        let square = per_step * per_step;
        let fourth = square * square;
        let powers = [
            1.0,
            per_step,
            square,
            square * per_step,
            fourth,
            fourth * per_step,
            fourth * square,
            fourth * square * per_step,
        ];
        let mut s_mm = first_mm;
        while left > 0 {
            let mut voxels = [0i32; LANES];
            let mut counts = [0i32; LANES];
            let mut lane = 0;
            while lane < LANES {
                voxels[lane] = voxel_of(deck, origin + direction * (s_mm + lane as f32 * step_mm)) as i32;
                let dither = dither.wrapping_add(DITHER_STEP.wrapping_mul(lane as u32));
                // Points beyond the end count nothing; to leave them out by a branch costs more than to add zero.
                let is_used = -i32::from((lane as i32) < left);
                counts[lane] = quanta(height * powers[lane], dither) & is_used;
                lane += 1;
            }
            let mut lane = 0;
            while lane < LANES {
                tally.add(voxels[lane] as usize, counts[lane]);
                lane += 1;
            }
            dither = dither.wrapping_add(DITHER_STEP.wrapping_mul(LANES as u32));
            height *= fourth * fourth;
            s_mm += LANES as f32 * step_mm;
            left -= LANES as i32;
        }
    }
}

/// The comb on a stretch of several materials: that of each point is looked up.
#[inline(always)]
fn score_materials(
    deck: &Deck,
    ray: &mut Ray,
    block: Block,
    control_per_mm: f32,
    a_mm: f32,
    b_mm: f32,
    tally: &mut Tally,
) {
    let from_mm = greatest(a_mm, ray.left_from_mm);
    if from_mm >= b_mm {
        return;
    }
    let step_mm = deck.header.block_mm[3];
    let score = ray.transmission * ray.lift;
    let comb = Comb::new(score, control_per_mm, ray.to_point, step_mm, a_mm, [from_mm, b_mm]);
    ray.to_point += comb.points as f32 - (b_mm - from_mm) / step_mm;
    let origin = ray.origin_left(block.density_max);
    comb.score_mixed(deck, origin, ray.direction, (ray.cell, ray.between), ray.dither, tally);
    ray.dither = ray.dither.wrapping_add(DITHER_STEP.wrapping_mul(comb.points as u32));
}

/// The collision just found takes the material of its voxel, which need not be looked up where all have the same.
#[inline(always)]
fn set_material(deck: &Deck, ray: &mut Ray, only_material: f32) {
    if let Some(site) = ray.site {
        let material = if only_material >= 0.0 {
            only_material as usize
        } else {
            voxel_material(deck.voxels[voxel_of(deck, ray.at(site.distance_mm))])
        };
        ray.site = Some(Site { material, ..site });
    }
}

#[inline(always)]
fn block(deck: &Deck, index: usize) -> Block {
    let at = deck.header.places_c[3] as usize + FLOATS_PER_BLOCK * index;
    let t = &deck.tables[at..at + FLOATS_PER_BLOCK];
    Block { density_min: t[0], density_max: t[1], kind: t[2], only_material: t[3] }
}

/// Least and greatest mass attenuation of a kind at the ray's energy (1/mm per g/cm³).
#[inline(always)]
fn kind_bounds(deck: &Deck, ray: &Ray, kind: usize) -> (f32, f32) {
    let kinds = deck.header.counts[1] as usize;
    let at = deck.header.places_a[2] as usize + 2 * (ray.cell * kinds + kind);
    let t = &deck.tables;
    (mix(t[at], t[at + 2 * kinds], ray.between), mix(t[at + 1], t[at + 2 * kinds + 1], ray.between))
}

/// Material, density (g/cm³) and kind of block of a grid that is one and the same throughout, without collimators.
pub fn uniform_material(deck: &Deck) -> Option<(usize, f32, usize)> {
    let h = &deck.header;
    let block = block(deck, 0);
    let is_plain = h.block_shape[3] == 1 && h.counts[2] == 0 && h.choices[3] == 0;
    (is_plain && is_uniform(block)).then_some((
        block.only_material as usize,
        block.density_min,
        block.kind as usize,
    ))
}

/// Place of the voxel that holds a point, or of the nearest one.
#[inline(always)]
pub fn voxel_of(deck: &Deck, point: Vec3) -> usize {
    let h = &deck.header;
    let i = index_of(point.x * h.per_spacing[0], h.shape[0]);
    let j = index_of(point.y * h.per_spacing[1], h.shape[1]);
    let k = index_of(point.z * h.per_spacing[2], h.shape[2]);
    (i + h.shape[0] as i32 * (j + h.shape[1] as i32 * k)) as usize
}

#[inline(always)]
fn index_of(place: f32, count: u32) -> i32 {
    let inside = least(greatest(place, 0.0), (count as i32 - 1) as f32);
    // SAFETY: between 0 and count − 1 (a NaN becomes 0 in the maximum), below 2³¹.
    unsafe { inside.to_int_unchecked() }
}

/// Cell of a coordinate on an axis of `count` cells of `edge`, clamped to the axis.
#[inline(always)]
pub fn cell_of(coordinate: f32, edge: f32, count: u32) -> i32 {
    index_of(coordinate / edge, count)
}

/// Distance to the next face along an axis, and between faces.
#[inline(always)]
pub fn next_face(cell: i32, edge: f32, direction: f32, origin: f32, per_direction: f32) -> (f32, f32) {
    let face = if direction >= 0.0 { cell + 1 } else { cell } as f32 * edge;
    ((face - origin) * per_direction, edge * per_direction.abs())
}

/// Whether a cell lies outside a grid of cells.
#[inline(always)]
pub fn is_outside(at: [i32; 3], shape: [u32; 4]) -> bool {
    // A negative index is a huge unsigned one.
    at[0] as u32 >= shape[0] || at[1] as u32 >= shape[1] || at[2] as u32 >= shape[2]
}

/// Step of the cell's index along an axis.
#[inline(always)]
pub fn step_of(direction: f32) -> i32 {
    if direction >= 0.0 { 1 } else { -1 }
}

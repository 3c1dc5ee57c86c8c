//! Importance: how much weight a photon should have, where it collides and where it is heading.
//!
//! A photon is split before it collides, into as many copies as the most important direction it may take deserves. Each
//! photon that leaves the collision then looks ahead along its new direction, and plays roulette if the place that it
//! heads for asks for more weight than it has. So the many that turn back to the field are thinned, and the few that
//! head away from it are kept. Twin: `importance.wgsl`.

use super::grid_walk::cell_of;
use super::leg::{DRAW_ROULETTE, Leg, Stream};
use super::ray::Site;
use super::tally::{Account, Tally};
use crate::deck::{Deck, Header, ImportanceCell};
use crate::physics::functions::least;
use crate::physics::random::uniform;
use crate::physics::vector::Vec3;

const FLOATS_PER_CELL: usize = size_of::<ImportanceCell>() / size_of::<f32>();
/// Most copies that one photon is split into at once.
pub const MOST_COPIES: f32 = 8.0;
/// Weight over the wished weight from which a photon is split.
pub const SPLIT_ABOVE: f32 = 1.5;
/// Weight over the wished weight below which a photon plays roulette.
pub const ROULETTE_BELOW: f32 = 0.6;

/// Splits a photon that is about to collide; says how many copies do, 0 if it lost at roulette.
#[inline(always)]
pub fn adjust_weight(deck: &Deck, leg: &mut Leg, site: Site, stream: Stream, tally: &mut Tally) -> u32 {
    if !site.in_grid {
        return 1;
    }
    let split = cell(&deck.header, &deck.tables, leg.position_mm).split;
    copies_at(leg, split, stream, tally)
}

/// The same where the weight is known already that copies should have.
#[inline(always)]
pub fn copies_at(leg: &mut Leg, split: f32, stream: Stream, tally: &mut Tally) -> u32 {
    let ratio = leg.weight / split;
    if ratio >= SPLIT_ABOVE {
        // SAFETY: from 1.5 to MOST_COPIES + 0.5.
        let copies: i32 = unsafe { least(ratio + 0.5, MOST_COPIES).to_int_unchecked() };
        leg.weight /= copies as f32;
        return copies as u32;
    }
    if leg.weight < ROULETTE_BELOW * split {
        let word = stream.rare_words(leg.branch, DRAW_ROULETTE)[0];
        let after = roulette(leg.weight, split, uniform(word));
        tally.book(Account::Roulette, (leg.weight - after) * leg.energy_mev);
        leg.weight = after;
        return u32::from(after > 0.0);
    }
    1
}

/// Weight of a photon that leaves a collision, after it has looked ahead; 0 if it lost at roulette.
#[inline(always)]
pub fn weight_ahead(
    h: &Header,
    tables: &[f32],
    position_mm: Vec3,
    direction: Vec3,
    weight: f32,
    luck: f32,
) -> f32 {
    let ahead_mm = cell(h, tables, position_mm).ahead_mm;
    let wished = cell(h, tables, position_mm + direction * ahead_mm).wished;
    if weight < ROULETTE_BELOW * wished { roulette(weight, wished, luck) } else { weight }
}

/// The wished weight with probability weight/wished, else 0.
#[inline(always)]
fn roulette(weight: f32, wished: f32, luck: f32) -> f32 {
    if luck * wished < weight { wished } else { 0.0 }
}

/// What the cell at a place in the grid asks, or the nearest one.
#[inline(always)]
pub fn cell(h: &Header, tables: &[f32], position_mm: Vec3) -> ImportanceCell {
    let i = cell_of(position_mm.x, h.importance_mm[0], h.importance_shape[0]);
    let j = cell_of(position_mm.y, h.importance_mm[1], h.importance_shape[1]);
    let k = cell_of(position_mm.z, h.importance_mm[2], h.importance_shape[2]);
    let cell = i + h.importance_shape[0] as i32 * (j + h.importance_shape[1] as i32 * k);
    let at = h.choices[0] as usize + FLOATS_PER_CELL * cell as usize;
    debug_assert!(at + FLOATS_PER_CELL <= tables.len());
    // SAFETY: the cell's indices are clamped to the shape whose cells the deck holds from that place on.
    let [wished, split, ahead_mm] = unsafe { *tables.as_ptr().add(at).cast::<[f32; FLOATS_PER_CELL]>() };
    ImportanceCell { wished, split, ahead_mm }
}

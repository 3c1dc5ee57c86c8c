//! A history: a source photon and all that comes of it.
//!
//! Before a collision a photon far from the field is split, and one that came back into the field with little weight
//! plays roulette, so that weights follow the importance of the place. Twin: `history.wgsl`, which works on queues.

use super::collide::collide;
use super::leg::{DRAW_ROULETTE, Leg, Stream};
use super::ray::{Site, walk};
use super::source::emit;
use super::tally::{Account, Tally};
use crate::deck::Deck;
use crate::physics::random::uniform;
use crate::physics::vector::Vec3;

/// Most copies that one photon is split into at once.
pub const MOST_COPIES: u32 = 8;

/// Follows one history to its end. `waiting` is scratch space for the legs that are still to fly.
#[inline(always)]
pub fn follow(deck: &Deck, stream: Stream, waiting: &mut Vec<Leg>, tally: &mut Tally) {
    let source = emit(deck, stream, tally);
    tally.book(Account::Emitted, source.energy_mev);
    if source.energy_mev < deck.header.cutoff_mev() {
        tally.book(Account::Escaped, source.energy_mev);
        return;
    }
    waiting.push(source);
    while let Some(mut leg) = waiting.pop() {
        let Some(site) = walk(deck, &leg, stream, tally) else {
            tally.book(Account::Escaped, leg.weight * leg.energy_mev);
            continue;
        };
        leg.position_mm = leg.position_mm + leg.direction * site.distance_mm;
        let copies = adjust_weight(deck, &mut leg, site, stream, tally);
        for copy in 0..copies {
            let after = collide(deck, leg, site.material, stream, copy, tally);
            tally.count(Account::Collisions);
            tally.book(if site.in_grid { Account::Deposited } else { Account::Collimated }, after.deposited_mev);
            waiting.extend_from_slice(&after.photons[..after.count]);
        }
    }
}

/// Splits a photon, or lets it play roulette, by the importance of where it collides; says how many copies collide.
#[inline(always)]
pub fn adjust_weight(deck: &Deck, leg: &mut Leg, site: Site, stream: Stream, tally: &mut Tally) -> u32 {
    if !site.in_grid {
        return 1;
    }
    let ratio = leg.weight / wished_weight(deck, leg.position_mm);
    if ratio >= 1.5 {
        let copies = (ratio + 0.5).floor().min(MOST_COPIES as f32);
        leg.weight /= copies;
        return copies as u32;
    }
    if ratio < 0.5 {
        let word = stream.rare_words(leg.branch, DRAW_ROULETTE)[0];
        let survives = uniform(word) < ratio;
        let after = if survives { leg.weight / ratio } else { 0.0 };
        tally.book(Account::Roulette, (leg.weight - after) * leg.energy_mev);
        leg.weight = after;
        return u32::from(survives);
    }
    1
}

/// The weight that a photon should have at a place in the grid.
#[inline(always)]
fn wished_weight(deck: &Deck, position_mm: Vec3) -> f32 {
    let h = &deck.header;
    let i = super::grid_walk::cell_of(position_mm.x, h.importance_mm[0], h.importance_shape[0]);
    let j = super::grid_walk::cell_of(position_mm.y, h.importance_mm[1], h.importance_shape[1]);
    let k = super::grid_walk::cell_of(position_mm.z, h.importance_mm[2], h.importance_shape[2]);
    let cell = i + h.importance_shape[0] as i32 * (j + h.importance_shape[1] as i32 * k);
    deck.tables[h.choices[0] as usize + cell as usize]
}

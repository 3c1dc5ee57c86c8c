//! A history: a source photon and all that comes of it.
//!
//! Twin: `history.wgsl`, which works on queues.

use super::importance::adjust_weight;
use super::leg::{Leg, Stream};
use super::ray::Site;
use super::source::emit;
use super::tally::{Account, Tally};
use crate::deck::Deck;

/// The two long steps of a history, compiled for the instructions that the processor has.
///
/// They are functions of their own: one loop with everything in it is larger than the processor's instruction cache and
/// keeps its numbers on the stack.
pub trait Steps {
    /// [`super::ray::walk`].
    fn walk(deck: &Deck, leg: &Leg, stream: Stream, tally: &mut Tally) -> Option<Site>;
    /// [`super::collide::collide`].
    fn collide(
        deck: &Deck,
        leg: &Leg,
        site: Site,
        stream: Stream,
        copies: u32,
        waiting: &mut Vec<Leg>,
        tally: &mut Tally,
    );
}

/// Follows one history to its end. `waiting` is scratch space for the legs that are still to fly.
pub fn follow<S: Steps>(deck: &Deck, stream: Stream, waiting: &mut Vec<Leg>, tally: &mut Tally) {
    let source = emit(deck, stream, tally);
    tally.book(Account::Emitted, source.energy_mev);
    if source.energy_mev < deck.header.cutoff_mev() {
        tally.book(Account::Escaped, source.energy_mev);
        return;
    }
    waiting.push(source);
    while let Some(mut leg) = waiting.pop() {
        let Some(site) = S::walk(deck, &leg, stream, tally) else {
            tally.book(Account::Escaped, leg.weight * leg.energy_mev);
            continue;
        };
        leg.position_mm = leg.position_mm + leg.direction * site.distance_mm;
        let copies = adjust_weight(deck, &mut leg, site, stream, tally);
        S::collide(deck, &leg, site, stream, copies, waiting, tally);
    }
}

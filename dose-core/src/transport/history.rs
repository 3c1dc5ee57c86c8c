//! A history: a source photon and all that comes of it, one leg after the other.
//!
//! This is the plain reading of the transport. The CPU path does the same for many legs at once (`events`), the GPU on
//! queues (`history.wgsl`, its twin); tests hold both against this one.

use super::collide::collide;
use super::importance::adjust_weight;
use super::leg::{Leg, Stream};
use super::ray::{Site, walk};
use super::source::emit;
use super::tally::{Account, Tally};
use crate::deck::Deck;

/// The two long steps of a history, so that a test can watch them.
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

/// The steps as they are.
pub struct Plain;

impl Steps for Plain {
    fn walk(deck: &Deck, leg: &Leg, stream: Stream, tally: &mut Tally) -> Option<Site> {
        walk(deck, leg, stream, tally)
    }

    fn collide(
        deck: &Deck,
        leg: &Leg,
        site: Site,
        stream: Stream,
        copies: u32,
        waiting: &mut Vec<Leg>,
        tally: &mut Tally,
    ) {
        collide(deck, leg, site, stream, copies, waiting, tally);
    }
}

/// Follows one history to its end. `waiting` is scratch space for the legs that are still to fly.
pub fn follow<S: Steps>(deck: &Deck, stream: Stream, waiting: &mut Vec<Leg>, tally: &mut Tally) {
    let source = emit(deck, stream, tally);
    tally.book(Account::Emitted, source.weight * source.energy_mev);
    if source.weight <= 0.0 || source.energy_mev < deck.header.cutoff_mev() {
        tally.book(Account::Escaped, source.weight * source.energy_mev);
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

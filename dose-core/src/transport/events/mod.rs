//! Many legs side by side: each step of a history is done for a whole group before the next step, in loops that the
//! compiler turns into vector instructions.
//!
//! One photon at a time is a chain in which each number waits for the one before. Here the legs of many histories lie
//! field by field, and what a history draws does not depend on its neighbours ([`super::leg::Stream`]), so the tally is the
//! same to the byte as [`super::history::follow`]'s. What is rare (a rejection's second try, a pair, a metal's K line)
//! goes the way of that function, photon by photon.

mod flight;
mod legs;
mod scatter;

use super::leg::{Leg, Stream};
use super::source::emit;
use super::tally::{Account, Tally};
use crate::deck::Deck;
use flight::Flight;
use legs::{GROUP, Legs};
use scatter::Scatter;
use std::ops::Range;

/// The legs of a thread that wait, and those that are worked on.
#[derive(Default)]
pub struct Events {
    waiting: Legs,
    flight: Box<Flight>,
    scatter: Box<Scatter>,
    released: Vec<Leg>,
}

impl Events {
    /// Follows histories until fewer than a group of legs wait.
    pub fn follow(&mut self, deck: &Deck, key: [u32; 2], histories: Range<u64>, tally: &mut Tally) {
        let mut next = histories.start;
        while next < histories.end || self.waiting.len() >= GROUP {
            while next < histories.end && self.waiting.len() < GROUP {
                self.emit(deck, Stream { key, history: next }, tally);
                next += 1;
            }
            self.step(deck, key, tally);
        }
    }

    /// Follows what is left to the end.
    pub fn finish(&mut self, deck: &Deck, key: [u32; 2], tally: &mut Tally) {
        while self.waiting.len() > 0 {
            self.step(deck, key, tally);
        }
    }

    /// Puts a source photon on the pile.
    fn emit(&mut self, deck: &Deck, stream: Stream, tally: &mut Tally) {
        let source = emit(deck, stream, tally);
        tally.book(Account::Emitted, source.weight * source.energy_mev);
        if source.weight <= 0.0 || source.energy_mev < deck.header.cutoff_mev() {
            tally.book(Account::Escaped, source.weight * source.energy_mev);
            return;
        }
        self.waiting.push(&source, stream.history as u32, (stream.history >> 32) as u32);
    }

    /// Flies one group of legs and lets their photons collide.
    fn step(&mut self, deck: &Deck, key: [u32; 2], tally: &mut Tally) {
        self.flight.fly(deck, key, &mut self.waiting, tally);
        let mut arrived = 0;
        while arrived < self.flight.count {
            arrived = self.scatter.gather(deck, key, &self.flight, arrived, tally);
            self.scatter.collide(deck, key, &mut self.waiting, &mut self.released, tally);
        }
    }
}

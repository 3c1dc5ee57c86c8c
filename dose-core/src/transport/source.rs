//! A source photon: where it starts, where it heads, its energy. Twin: `source.wgsl`.

use super::head::emit_head;
use super::leg::{DRAW_ENERGY, DRAW_RAY, DRAW_SOURCE, Leg, Stream};
use super::tally::{Account, Tally};
use crate::deck::{Deck, EMISSION_HEAD, EMISSION_POINT};
use crate::physics::lattice::mix;
use crate::physics::random::uniform;
use crate::physics::vector::{Vec3, vec3};

/// Tries of a direction before the last candidate is taken; a 40 by 40 cm field at 100 cm keeps 9 in 10.
pub const TRIES: u32 = 64;
/// Branch of a source photon.
pub const SOURCE_BRANCH: u32 = 0;

/// The source photon of a history.
#[inline(always)]
pub fn emit(deck: &Deck, stream: Stream, tally: &mut Tally) -> Leg {
    let h = &deck.header;
    if h.choices[1] == EMISSION_HEAD {
        return emit_head(deck, stream);
    }
    let four = |v: [f32; 4]| vec3(v[0], v[1], v[2]);
    let (centre, axis) = (four(h.source_position), four(h.source_axis));
    let (first, second) = (four(h.source_first), four(h.source_second));
    let energy_mev = energy(deck, stream);
    let leg = |position_mm: Vec3, direction: Vec3| Leg {
        position_mm,
        direction,
        energy_mev,
        weight: 1.0,
        branch: SOURCE_BRANCH,
        words: stream.words(SOURCE_BRANCH, DRAW_RAY),
    };
    if h.choices[1] != EMISSION_POINT {
        let words = stream.words(SOURCE_BRANCH, DRAW_SOURCE);
        let on_plane = first * (2.0 * uniform(words[0]) - 1.0) + second * (2.0 * uniform(words[1]) - 1.0);
        return leg(centre + on_plane, axis);
    }
    // Uniform on the plane at unit distance, kept with cos³: that is uniform in solid angle.
    let mut words = stream.words(SOURCE_BRANCH, DRAW_SOURCE);
    for attempt in 1..=TRIES {
        let ray = axis + first * (2.0 * uniform(words[0]) - 1.0) + second * (2.0 * uniform(words[1]) - 1.0);
        let squared = ray.dot(ray);
        let per_length = 1.0 / squared.sqrt();
        if uniform(words[2]) <= per_length * per_length * per_length {
            return leg(centre, ray * per_length);
        }
        words = stream.rare_words(SOURCE_BRANCH, DRAW_SOURCE + attempt);
    }
    tally.count(Account::GivenUp);
    leg(centre, axis)
}

/// An energy from the rectangle's spectrum (MeV).
#[inline(always)]
fn energy(deck: &Deck, stream: Stream) -> f32 {
    let place = deck.header.places_c[1] as usize;
    spectrum_energy(deck, place, deck.header.counts[3] as usize, stream, DRAW_ENERGY)
}

/// An energy from a spectrum: the bin by its cumulative weight, uniform inside (MeV).
#[inline(always)]
pub fn spectrum_energy(deck: &Deck, place: usize, bins: usize, stream: Stream, draw: u32) -> f32 {
    let words = stream.words(SOURCE_BRANCH, draw);
    let pick = uniform(words[0]);
    let (mut lo, mut hi) = (0, bins - 1);
    while lo < hi {
        let middle = (lo + hi) / 2;
        if deck.tables[place + 4 * middle] < pick {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    mix(deck.tables[place + 4 * lo + 1], deck.tables[place + 4 * lo + 2], uniform(words[1]))
}

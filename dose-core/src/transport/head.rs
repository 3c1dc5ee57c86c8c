//! A photon of a treatment head, with the weight that the head leaves it: the component that a run follows, its piece of
//! the plan, and the way from the beam limiting device system into the grid.
//!
//! Components: [`focal`], [`extra_focal`], [`scattered`], [`leakage`]; what they share is in [`aim`] and [`metal`].
//! Twin: `head.wgsl`.

pub mod aim;
pub mod extra_focal;
pub mod focal;
pub mod leakage;
pub mod metal;
pub mod scattered;

use super::collimation::{Moment, Ray};
use super::leg::{DRAW_RAY, DRAW_SOURCE, Leg, Stream};
use super::ray::{reciprocal, span};
use super::source::SOURCE_BRANCH;
use crate::deck::Deck;
use crate::deck::head::{CANDIDATES, EXTRA_FOCAL, HEAD_FLOATS, LEAKAGE, LEVEL, PIECE_FLOATS, SCATTERED};
use crate::physics::random::uniform;
use crate::physics::vector::{Vec3, vec3};

/// Draw number of where a head's photon is aimed.
pub const DRAW_AIM: u32 = DRAW_SOURCE + 1;
/// Draw number of its place on the focal spot or the disc, and of the roulette behind metal.
pub const DRAW_SPOT: u32 = DRAW_SOURCE + 2;

/// Draw number of the choice among candidates.
pub const DRAW_CHOICE: u32 = DRAW_SOURCE + 3;

/// What a history gives: where its piece, aperture and beam stand in the tables, and the moment within the piece.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    /// Place of the head.
    pub head: usize,
    /// Place of the piece.
    pub piece: usize,
    /// Place of the aperture.
    pub aperture: usize,
    /// Place of the beam.
    pub beam: usize,
    /// The moment.
    pub moment: Moment,
    /// Chooses between the opening's box and the whole beam; uniform in (0, 1).
    pub choice: f32,
}

/// A photon in the beam limiting device system.
#[derive(Clone, Copy, Debug)]
pub struct HeadPhoton {
    /// Where it starts and where it heads.
    pub ray: Ray,
    /// Its energy (MeV).
    pub energy_mev: f32,
    /// Its weight.
    pub weight: f32,
    /// A number for its roulette; uniform in (0, 1).
    pub luck: f32,
}

/// The photon of a history; weight 0 if metal, roulette or the run's component took it.
///
/// Of some candidates that meet the grid one is followed, chosen by weight, with the mean weight of all: where most photons
/// come to nothing and few are heavy, each that is followed has about the same weight (J. F. Talbot et al., Importance
/// resampling for global illumination, EGSR 2005).
pub fn emit_head(deck: &Deck, stream: Stream) -> Leg {
    let t = &deck.tables;
    let head = deck.header.places_c[1] as usize;
    let candidates = t[head + CANDIDATES] as u32;
    let (mut photon, mut at) = candidate(deck, stream);
    if candidates > 1 {
        let mut total = 0.0;
        for number in 0..candidates {
            let own = Stream { key: [stream.key[0], stream.key[1] ^ number], ..stream };
            let (next, next_at) = if number == 0 { (photon, at) } else { candidate(deck, own) };
            if next.weight <= 0.0 || !meets_grid(deck, next_at, next.ray) {
                continue;
            }
            total += next.weight;
            if uniform(own.words(SOURCE_BRANCH, DRAW_CHOICE)[0]) * total < next.weight {
                (photon, at) = (next, next_at);
            }
        }
        photon.weight = total * (t[head + LEVEL] / candidates as f32);
    }
    Leg {
        position_mm: point_in_grid(t, at, photon.ray.origin_mm),
        direction: direction_in_grid(t, at, photon.ray.direction),
        energy_mev: photon.energy_mev,
        weight: photon.weight,
        branch: SOURCE_BRANCH,
        words: stream.words(SOURCE_BRANCH, DRAW_RAY),
    }
}

/// One photon of the run's component.
fn candidate(deck: &Deck, stream: Stream) -> (HeadPhoton, Delivery) {
    let t = &deck.tables;
    let head = deck.header.places_c[1] as usize;
    let words = stream.words(SOURCE_BRANCH, DRAW_SOURCE);
    let piece = piece_at(t, head, uniform(words[0]));
    let at = Delivery {
        head,
        piece,
        aperture: t[piece + 21] as usize,
        beam: t[piece + 22] as usize,
        moment: Moment { pose: t[piece + 2] as u32, part: t[piece + 3] + t[piece + 4] * uniform(words[1]) },
        choice: uniform(words[2]),
    };
    let component = t[head + 1];
    if component == LEAKAGE {
        return (leakage::leakage_photon(deck, stream, at), at);
    }
    let photon = if component == EXTRA_FOCAL {
        extra_focal::extra_focal_photon(deck, stream, at)
    } else {
        focal::focal_photon(deck, stream, at)
    };
    if component == SCATTERED {
        return (scattered::scattered_in_metal(deck, stream, at, photon), at);
    }
    (metal::behind_metal(deck, at, photon), at)
}

/// Whether a ray meets the grid.
fn meets_grid(deck: &Deck, at: Delivery, ray: Ray) -> bool {
    let [x, y, z, _] = deck.header.upper_mm;
    let along = direction_in_grid(&deck.tables, at, ray.direction);
    let per = vec3(reciprocal(along.x), reciprocal(along.y), reciprocal(along.z));
    let from = point_in_grid(&deck.tables, at, ray.origin_mm);
    let (enter, leave) = span(from, per, vec3(0.0, 0.0, 0.0), vec3(x, y, z));
    enter < leave
}

/// Place of the piece whose share of the cumulative probability holds `pick`.
fn piece_at(t: &[f32], head: usize, pick: f32) -> usize {
    let pieces = t[head] as usize;
    let first = head + HEAD_FLOATS;
    let (mut lo, mut hi) = (0, pieces - 1);
    while lo < hi {
        let middle = (lo + hi) / 2;
        if t[first + PIECE_FLOATS * middle] < pick {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    first + PIECE_FLOATS * lo
}

/// A point of the beam limiting device system from the grid's lower corner (mm).
pub fn point_in_grid(t: &[f32], at: Delivery, [x, y, z]: [f32; 3]) -> Vec3 {
    let p = &t[at.piece..at.piece + PIECE_FLOATS];
    let below_source = z - t[at.aperture + super::collimation::head::SAD];
    vec3(p[5], p[6], p[7])
        + vec3(p[8], p[9], p[10]) * x
        + vec3(p[11], p[12], p[13]) * y
        + vec3(p[14], p[15], p[16]) * below_source
}

/// A direction of the beam limiting device system along the grid's axes.
pub fn direction_in_grid(t: &[f32], at: Delivery, [x, y, z]: [f32; 3]) -> Vec3 {
    let p = &t[at.piece..at.piece + PIECE_FLOATS];
    vec3(p[8], p[9], p[10]) * x + vec3(p[11], p[12], p[13]) * y + vec3(p[14], p[15], p[16]) * z
}

/// A direction of the grid in the beam limiting device system.
pub fn direction_from_grid(t: &[f32], at: Delivery, direction: Vec3) -> [f32; 3] {
    let p = &t[at.piece..at.piece + PIECE_FLOATS];
    [
        direction.dot(vec3(p[8], p[9], p[10])),
        direction.dot(vec3(p[11], p[12], p[13])),
        direction.dot(vec3(p[14], p[15], p[16])),
    ]
}

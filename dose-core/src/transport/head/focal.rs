//! A photon of the focal spot. Twin: `head_focal.wgsl`.

use super::super::collimation::{self, Ray};
use super::super::leg::{DRAW_ENERGY, Stream};
use super::super::source::{SOURCE_BRANCH, spectrum_energy};
use super::aim::aim_in_plane;
use super::{DRAW_SPOT, Delivery, HeadPhoton};
use crate::deck::Deck;
use crate::deck::head::BEAM_FLOATS;
use crate::physics::functions::{cos_sin_turn, least, ln};
use crate::physics::lattice::mix;
use crate::physics::random::uniform;

/// A focal photon before it meets jaws and leaves.
pub fn focal_photon(deck: &Deck, stream: Stream, at: Delivery) -> HeadPhoton {
    let t = &deck.tables;
    let spot = stream.words(SOURCE_BRANCH, DRAW_SPOT);
    // Where it is aimed, in the plane at unit distance.
    let aim = aim_in_plane(deck, stream, at);
    let (x, y) = (aim.x, aim.y);
    let squared = 1.0 + x * x + y * y;
    let cos = 1.0 / squared.sqrt();
    let (fluence, softer) = profile(t, at.beam, (x * x + y * y).sqrt());
    let bins = t[at.beam] as usize;
    let energy_mev = softer * spectrum_energy(deck, at.beam + BEAM_FLOATS, bins, stream, DRAW_ENERGY);
    let weight = t[at.piece + 1] * fluence * cos * cos * cos / aim.density;

    // From the focal spot to the point in the isocentre plane.
    let sad_mm = t[at.aperture + collimation::head::SAD];
    let radius_mm = t[at.beam + 1] * (-2.0 * ln(uniform(spot[0]))).sqrt();
    let (cos_spot, sin_spot) = cos_sin_turn(uniform(spot[1]));
    let (spot_x, spot_y) = (radius_mm * cos_spot, radius_mm * sin_spot);
    let (dx, dy) = (x * sad_mm - spot_x, y * sad_mm - spot_y);
    let per_length = 1.0 / (dx * dx + dy * dy + sad_mm * sad_mm).sqrt();
    let direction = [dx * per_length, dy * per_length, -sad_mm * per_length];
    let ray = Ray { origin_mm: [spot_x, spot_y, sad_mm], direction };
    HeadPhoton { ray, energy_mev, weight, luck: uniform(spot[2]) }
}

/// Relative fluence and relative energy at the tangent of an angle off the axis; beyond the last node, the last.
fn profile(t: &[f32], beam: usize, tangent: f32) -> (f32, f32) {
    let nodes = t[beam + 2] as usize;
    let first = beam + BEAM_FLOATS + 4 * t[beam] as usize;
    let place = least(tangent * t[beam + 3], (nodes - 1) as f32 - 1e-3);
    let node = place as usize;
    let within = place - node as f32;
    let at = first + 2 * node;
    (mix(t[at], t[at + 2], within), mix(t[at + 1], t[at + 3], within))
}

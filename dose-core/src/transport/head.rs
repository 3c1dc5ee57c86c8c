//! A photon of a treatment head: from the focal spot through jaws and leaves, with the weight that they leave it.
//!
//! Twin: `head.wgsl`.

use super::collimation::{MAX_BANKS, Moment, Ray, path_length_mm};
use super::leg::{DRAW_ENERGY, DRAW_RAY, DRAW_SOURCE, Leg, Stream};
use super::ray::coefficient;
use super::source::{SOURCE_BRANCH, spectrum_energy};
use crate::deck::Deck;
use crate::deck::head::{BEAM_FLOATS, HEAD_FLOATS, OPEN_ONLY, PIECE_FLOATS, TRANSMITTED_ONLY};
use crate::physics::functions::{cos_sin_turn, exp_minus, greatest, least, ln};
use crate::physics::lattice::{ENERGY, mix};
use crate::physics::random::uniform;
use crate::physics::vector::vec3;

/// Draw number of where a head's photon is aimed.
pub const DRAW_AIM: u32 = DRAW_SOURCE + 1;
/// Draw number of its place on the focal spot, and of the roulette behind metal.
pub const DRAW_SPOT: u32 = DRAW_SOURCE + 2;
/// Weight below which a photon that crossed metal leaves only by roulette.
pub const FAINT_WEIGHT: f32 = 0.1;

/// The photon of a history; weight 0 if metal, roulette or the run's component took it.
pub fn emit_head(deck: &Deck, stream: Stream) -> Leg {
    let t = &deck.tables;
    let head = deck.header.places_c[1] as usize;
    let words = stream.words(SOURCE_BRANCH, DRAW_SOURCE);
    let aim = stream.words(SOURCE_BRANCH, DRAW_AIM);
    let spot = stream.words(SOURCE_BRANCH, DRAW_SPOT);
    let piece = piece_at(t, head, uniform(words[0]));
    let p = &t[piece..piece + PIECE_FLOATS];
    let (aperture, beam) = (p[21] as usize, p[22] as usize);

    // Where it is aimed, in the plane at unit distance.
    let (aimed_share, half_width) = (t[head + 2], t[head + 3]);
    let is_aimed = uniform(words[2]) < aimed_share;
    let [x0, x1, y0, y1] = if is_aimed {
        [p[17], p[18], p[19], p[20]]
    } else {
        [-half_width, half_width, -half_width, half_width]
    };
    let (x, y) = (mix(x0, x1, uniform(aim[0])), mix(y0, y1, uniform(aim[1])));
    let is_inside = x >= p[17] && x <= p[18] && y >= p[19] && y <= p[20];
    let whole_share = (1.0 - aimed_share) / (4.0 * half_width * half_width);
    let density = if is_inside { aimed_share * p[1] + whole_share } else { whole_share };
    let squared = 1.0 + x * x + y * y;
    let cos = 1.0 / squared.sqrt();
    let (fluence, softer) = profile(t, beam, (x * x + y * y).sqrt());
    let energy_mev =
        softer * spectrum_energy(deck, beam + BEAM_FLOATS, t[beam] as usize, stream, DRAW_ENERGY);
    let open_weight = p[1] * fluence * cos * cos * cos / density;

    // From the focal spot to the point in the isocentre plane.
    let sad_mm = t[aperture + super::collimation::head::SAD];
    let radius_mm = t[beam + 1] * (-2.0 * ln(uniform(spot[0]))).sqrt();
    let (cos_spot, sin_spot) = cos_sin_turn(uniform(spot[1]));
    let (spot_x, spot_y) = (radius_mm * cos_spot, radius_mm * sin_spot);
    let (dx, dy) = (x * sad_mm - spot_x, y * sad_mm - spot_y);
    let per_length = 1.0 / (dx * dx + dy * dy + sad_mm * sad_mm).sqrt();
    let along = [dx * per_length, dy * per_length, -sad_mm * per_length];
    let moment = Moment { pose: p[2] as u32, part: p[3] + p[4] * uniform(words[1]) };
    let ray = Ray { origin_mm: [spot_x, spot_y, sad_mm], direction: along };
    let (metal_mm, depth) = cross_banks(deck, &t[aperture..], beam, energy_mev, moment, ray);

    let component = t[head + 1];
    let is_left_out =
        (component == OPEN_ONLY && metal_mm > 0.0) || (component == TRANSMITTED_ONLY && metal_mm <= 0.0);
    let weight = if is_left_out { 0.0 } else { open_weight * exp_minus(depth) };
    let weight = if metal_mm > 0.0 && weight < FAINT_WEIGHT && weight > 0.0 {
        if uniform(spot[2]) * FAINT_WEIGHT < weight { FAINT_WEIGHT } else { 0.0 }
    } else {
        weight
    };
    let (first, second, third) =
        (vec3(p[8], p[9], p[10]), vec3(p[11], p[12], p[13]), vec3(p[14], p[15], p[16]));
    Leg {
        position_mm: vec3(p[5], p[6], p[7]) + first * spot_x + second * spot_y,
        direction: first * along[0] + second * along[1] + third * along[2],
        energy_mev,
        weight,
        branch: SOURCE_BRANCH,
        words: stream.words(SOURCE_BRANCH, DRAW_RAY),
    }
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

/// Millimetres of metal on a ray, and their optical depth at an energy.
fn cross_banks(
    deck: &Deck,
    aperture: &[f32],
    beam: usize,
    energy_mev: f32,
    moment: Moment,
    ray: Ray,
) -> (f32, f32) {
    let banks = least(aperture[super::collimation::head::BANKS], MAX_BANKS as f32) as usize;
    let energy = ENERGY.locate(energy_mev);
    let (mut metal_mm, mut depth) = (0.0, 0.0);
    for bank in 0..banks {
        let length_mm = greatest(path_length_mm(aperture, bank, moment, ray), 0.0);
        let material = deck.tables[beam + 4 + 2 * bank] as usize;
        let density_g_cm3 = deck.tables[beam + 5 + 2 * bank];
        metal_mm += length_mm;
        depth += length_mm * density_g_cm3 * coefficient(deck, energy, material, 0);
    }
    (metal_mm, depth)
}

//! A focal photon that scattered in jaws and leaves, once or more often.
//!
//! Each ray through metal is made to collide there. The optical depth of the first collision is drawn half by its own law,
//! half evenly, since what comes out below may come from any depth. Absorption only thins the weight. From each collision one photon
//! leaves, thinned by the metal that is left on its way, and one goes on to the next collision. Of all that leave one is kept,
//! chosen by weight, with the weight of all. On leaving, part of the directions is aimed at the grid; weights hold the
//! ratio of the true density to the one drawn from.
//!
//! Left out: the fluorescence of the metal (below 70 keV, stopped by tenths of a millimetre), bremsstrahlung of electrons
//! in the metal, and collisions beyond the tenth. What goes up ends in the head. Twin: `head_scattered.wgsl`.

use super::super::collide::TRIES;
use super::super::collimation::Ray;
use super::super::leg::Stream;
use super::super::ray::coefficient;
use super::super::source::SOURCE_BRANCH;
use super::aim::{aim_at_grid, grid_density};
use super::extra_focal::klein_nishina;
use super::metal::{cross_banks, place_at_depth, wedge_depth};
use super::{Delivery, HeadPhoton, meets_grid};
use crate::deck::Deck;
use crate::deck::head::BANK_FLOATS;
use crate::physics::functions::{cos_sin_turn, exp_minus, greatest, least, ln};
use crate::physics::lattice::{ENERGY, MOMENTUM, mix};
use crate::physics::random::uniform;
use crate::physics::vector::{Vec3, deflected, vec3};
use crate::physics::{ELECTRON_REST_MEV, compton, pair, rayleigh};

/// Draw number of the first collision in metal; the others follow.
pub const DRAW_METAL: u32 = 0x6000_0000;
/// Draw numbers between two collisions.
pub const DRAWS_PER_ORDER: u32 = 0x100;
/// Draw number within a collision of the roulette behind it.
pub const DRAW_FAINT_PART: u32 = DRAWS_PER_ORDER - 1;
/// Draw number within a collision of the first try of a direction.
pub const DRAW_DIRECTION: u32 = 2;
/// Collisions in metal that are followed.
pub const MOST_ORDERS: u32 = 10;
/// Part of its first weight below which a photon goes on to the next collision only by roulette.
pub const FAINT_PART: f32 = 0.02;
/// Chance that it does.
pub const FAINT_GOES_ON: f32 = 0.25;
/// Share of the directions on leaving that are aimed at the grid.
pub const AIMED_AT_GRID: f32 = 0.25;
/// Share of the first collisions whose optical depth is drawn evenly.
pub const EVENLY: f32 = 0.5;
/// Metal that is too thin to collide in (optical depth).
pub const LEAST_DEPTH: f32 = 1e-4;
/// 1/(4π): density of an isotropic direction (1/sr).
pub const PER_SPHERE: f32 = 0.079_577_47;

/// What scatters of a photon that meets jaws and leaves.
pub fn scattered_in_metal(deck: &Deck, stream: Stream, at: Delivery, focal: HeadPhoton) -> HeadPhoton {
    let mut photon = focal;
    let faint = FAINT_PART * photon.weight;
    let mut leaving = photon;
    let mut total = 0.0;
    for order in 0..MOST_ORDERS {
        let draw = DRAW_METAL + DRAWS_PER_ORDER * order;
        let words = stream.words(SOURCE_BRANCH, draw);
        let crossing = cross_banks(deck, at, photon.energy_mev, photon.ray);
        if crossing.depth < LEAST_DEPTH || photon.energy_mev < deck.header.cutoff_mev() {
            break;
        }
        let tail = 1.0 - exp_minus(crossing.depth);
        let pick = uniform(words[0]);
        let evenly = if order == 0 { EVENLY } else { 0.0 };
        let depth = if uniform(words[1]) < evenly { pick * crossing.depth } else { -ln(1.0 - pick * tail) };
        let law = exp_minus(depth);
        photon.weight *= law / ((1.0 - evenly) * law / tail + evenly / crossing.depth);
        let (bank, distance_mm) = place_at_depth(deck, at, photon.energy_mev, photon.ray, crossing, depth);
        let Ray { origin_mm: o, direction: d } = photon.ray;
        photon.ray.origin_mm =
            [o[0] + distance_mm * d[0], o[1] + distance_mm * d[1], o[2] + distance_mm * d[2]];

        let mut out = scatter(deck, stream, at, &mut photon, bank, draw, uniform(words[2]));
        if out.ray.direction[2] < 0.0 && meets_grid(deck, at, out.ray) {
            let metal = cross_banks(deck, at, out.energy_mev, out.ray).depth;
            out.weight *= exp_minus(metal + wedge_depth(deck, at, out.energy_mev, out.ray));
            total += out.weight;
            if uniform(words[3]) * total < out.weight {
                leaving = out;
            }
        }
        if photon.weight < faint {
            if uniform(stream.words(SOURCE_BRANCH, draw + DRAW_FAINT_PART)[0]) > FAINT_GOES_ON {
                break;
            }
            photon.weight *= 1.0 / FAINT_GOES_ON;
        }
    }
    HeadPhoton { weight: total, ..leaving }
}

/// Scatters a photon in a bank's metal; `choice` says how. It goes on by the law of its interaction; the one that is returned
/// leaves from here, and part of its directions is aimed at the grid.
fn scatter(
    deck: &Deck,
    stream: Stream,
    at: Delivery,
    photon: &mut HeadPhoton,
    bank: usize,
    draw: u32,
    choice: f32,
) -> HeadPhoton {
    let before = *photon;
    let material = deck.tables[at.beam + 4 + BANK_FLOATS * bank] as usize;
    let energy = ENERGY.locate(before.energy_mev);
    let incoherent = coefficient(deck, energy, material, 2);
    let scattered = coefficient(deck, energy, material, 3);
    let pairs = if before.energy_mev > 2.0 * ELECTRON_REST_MEV {
        1.0 - photoelectric(deck, energy, material)
    } else {
        0.0
    };
    let left = scattered + pairs;
    photon.weight *= left;
    let pick = choice * left;
    let is_compton = pick < incoherent;
    if !is_compton && pick < scattered {
        photon.ray.direction = rayleigh_direction(deck, stream, photon, material, draw);
        return *photon;
    }
    let mut v = 0.0;
    if is_compton {
        (v, photon.ray.direction) = compton_direction(deck, stream, photon, material, draw);
        photon.energy_mev = compton::scattered_energy_mev(before.energy_mev, v);
    } else {
        let words = stream.words(SOURCE_BRANCH, draw + DRAW_DIRECTION);
        let Vec3 { x, y, z } = pair::isotropic(uniform(words[0]), uniform(words[1]));
        photon.ray.direction = [x, y, z];
        photon.energy_mev = ELECTRON_REST_MEV;
        // One of the two photons stands for both.
        photon.weight *= 2.0;
    }
    let mut out = *photon;
    let aim = stream.words(SOURCE_BRANCH, draw + 1);
    if uniform(aim[3]) < AIMED_AT_GRID {
        out.ray.direction = aim_at_grid(deck, at, before.ray.origin_mm, aim);
        if is_compton {
            let (d, to) = (before.ray.direction, out.ray.direction);
            let cos = d[0] * to[0] + d[1] * to[1] + d[2] * to[2];
            v = least(greatest(1.0 - cos, 0.0), 2.0);
            out.energy_mev = compton::scattered_energy_mev(before.energy_mev, v);
        }
    }
    let mut density = PER_SPHERE;
    if is_compton {
        // Cross section of this direction over that of all.
        let binding = deck.header.places_b[0] as usize + MOMENTUM.nodes() * material;
        let ahead = deck.tables[at.beam + 6 + BANK_FLOATS * bank];
        density = ahead
            * klein_nishina(before.energy_mev, v)
            * compton::binding(&deck.tables[binding..], before.energy_mev, v)
            / (incoherent * coefficient(deck, energy, material, 0));
    }
    let at_grid = grid_density(deck, at, before.ray.origin_mm, out.ray.direction);
    out.weight *= density / greatest((1.0 - AIMED_AT_GRID) * density + AIMED_AT_GRID * at_grid, 1e-30);
    out
}

/// Cumulative fraction of all interactions up to photoelectric absorption: the rest are pairs.
fn photoelectric(deck: &Deck, (cell, between): (usize, f32), material: usize) -> f32 {
    let materials = deck.header.counts[0] as usize;
    let at = deck.header.places_a[1] as usize + cell * materials + material;
    mix(deck.tables[at], deck.tables[at + materials], between)
}

/// 1 − cos θ and direction of a Compton scattering.
fn compton_direction(
    deck: &Deck,
    stream: Stream,
    photon: &HeadPhoton,
    material: usize,
    draw: u32,
) -> (f32, [f32; 3]) {
    let inverse = deck.header.places_a[3] as usize;
    let binding = deck.header.places_b[0] as usize + MOMENTUM.nodes() * material;
    let (mut v, mut azimuth) = (0.0, 0.0);
    for attempt in 0..TRIES {
        let words = stream.words(SOURCE_BRANCH, draw + DRAW_DIRECTION + attempt);
        v = compton::one_minus_cos(&deck.tables[inverse..], photon.energy_mev, uniform(words[0]));
        azimuth = uniform(words[1]);
        if uniform(words[2]) < compton::binding(&deck.tables[binding..], photon.energy_mev, v) {
            break;
        }
    }
    (v, turned(photon.ray.direction, v, azimuth))
}

fn rayleigh_direction(
    deck: &Deck,
    stream: Stream,
    photon: &HeadPhoton,
    material: usize,
    draw: u32,
) -> [f32; 3] {
    let table = deck.header.places_b[1] as usize + MOMENTUM.nodes() * material;
    let (mut v, mut azimuth) = (0.0, 0.0);
    for attempt in 0..TRIES {
        let words = stream.words(SOURCE_BRANCH, draw + DRAW_DIRECTION + attempt);
        v = rayleigh::candidate_one_minus_cos(&deck.tables[table..], photon.energy_mev, uniform(words[0]));
        azimuth = uniform(words[1]);
        if uniform(words[2]) < rayleigh::acceptance(v) {
            break;
        }
    }
    turned(photon.ray.direction, v, azimuth)
}

fn turned([x, y, z]: [f32; 3], one_minus_cos: f32, azimuth: f32) -> [f32; 3] {
    let (cos, sin) = cos_sin_turn(azimuth);
    let Vec3 { x, y, z } = deflected(vec3(x, y, z), one_minus_cos, cos, sin);
    [x, y, z]
}

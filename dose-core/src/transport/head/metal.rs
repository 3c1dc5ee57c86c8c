//! Metal on a photon's way: jaws, leaves and wedges, and where in jaws and leaves it collides. Twin: `head_metal.wgsl`.

use super::super::collimation::{self, MAX_BANKS, Moment, Ray, distance_at_mm, path_length_mm};
use super::super::ray::coefficient;
use super::{Delivery, HeadPhoton};
use crate::deck::Deck;
use crate::deck::head::{BANK_FLOATS, OPEN_ONLY, TRANSMITTED_ONLY};
use crate::physics::functions::{exp_minus, greatest, least};
use crate::physics::lattice::ENERGY;

/// Weight below which a photon that crossed metal leaves only by roulette.
pub const FAINT_WEIGHT: f32 = 0.1;

/// Metal of jaws and leaves on a ray.
#[derive(Clone, Copy, Debug)]
pub struct Crossing {
    /// Its length (mm).
    pub metal_mm: f32,
    /// Its optical depth.
    pub depth: f32,
    /// The optical depth of each bank.
    pub bank_depths: [f32; MAX_BANKS],
}

/// Millimetres of metal on a ray, and their optical depth at an energy.
pub fn cross_banks(deck: &Deck, at: Delivery, energy_mev: f32, ray: Ray) -> Crossing {
    let aperture = &deck.tables[at.aperture..];
    let banks = least(aperture[collimation::head::BANKS], MAX_BANKS as f32) as usize;
    let energy = ENERGY.locate(energy_mev);
    let mut crossing = Crossing { metal_mm: 0.0, depth: 0.0, bank_depths: [0.0; MAX_BANKS] };
    for bank in 0..banks {
        let length_mm = greatest(path_length_mm(aperture, bank, at.moment, ray), 0.0);
        let material = deck.tables[at.beam + 4 + BANK_FLOATS * bank] as usize;
        let density_g_cm3 = deck.tables[at.beam + 5 + BANK_FLOATS * bank];
        let depth = length_mm * density_g_cm3 * coefficient(deck, energy, material, 0);
        crossing.metal_mm += length_mm;
        crossing.depth += depth;
        crossing.bank_depths[bank] = depth;
    }
    crossing
}

/// The bank in which a ray has this optical depth behind it, and the distance from its origin (mm). Banks are met in their
/// order on the way down, in the reverse on the way up.
pub fn place_at_depth(
    deck: &Deck,
    at: Delivery,
    energy_mev: f32,
    ray: Ray,
    crossing: Crossing,
    depth: f32,
) -> (usize, f32) {
    let aperture = &deck.tables[at.aperture..];
    let banks = least(aperture[collimation::head::BANKS], MAX_BANKS as f32) as usize;
    let goes_down = ray.direction[2] < 0.0;
    let mut left = depth;
    let mut found = 0;
    for step in 0..banks {
        let bank = if goes_down { step } else { banks - 1 - step };
        if crossing.bank_depths[bank] > 0.0 {
            found = bank;
            if left <= crossing.bank_depths[bank] {
                break;
            }
            left -= crossing.bank_depths[bank];
        }
    }
    let material = deck.tables[at.beam + 4 + BANK_FLOATS * found] as usize;
    let per_mm = deck.tables[at.beam + 5 + BANK_FLOATS * found]
        * coefficient(deck, ENERGY.locate(energy_mev), material, 0);
    let moment: Moment = at.moment;
    (found, distance_at_mm(aperture, found, moment, ray, left / per_mm))
}

/// Optical depth of the wedge in the beam, where there is one and the ray goes down.
pub fn wedge_depth(deck: &Deck, at: Delivery, energy_mev: f32, ray: Ray) -> f32 {
    let t = &deck.tables;
    let wedge = t[at.piece + 23] as usize;
    if wedge == 0 || ray.direction[2] > -1e-6 {
        return 0.0;
    }
    let to_plane_mm = -ray.origin_mm[2] / ray.direction[2];
    let x_mm = ray.origin_mm[0] + to_plane_mm * ray.direction[0];
    let y_mm = ray.origin_mm[1] + to_plane_mm * ray.direction[1];
    let thickness_mm = t[wedge + 2] + t[wedge + 3] * x_mm + t[wedge + 4] * y_mm;
    let thickness_mm = greatest(least(thickness_mm, t[wedge + 6]), t[wedge + 5]);
    thickness_mm * t[wedge + 1] * coefficient(deck, ENERGY.locate(energy_mev), t[wedge] as usize, 0)
}

/// What jaws, leaves and wedge leave of a photon; nothing where the run's component leaves it out.
pub fn behind_metal(deck: &Deck, at: Delivery, photon: HeadPhoton) -> HeadPhoton {
    let crossing = cross_banks(deck, at, photon.energy_mev, photon.ray);
    let depth = crossing.depth + wedge_depth(deck, at, photon.energy_mev, photon.ray);
    let component = deck.tables[at.head + 1];
    let is_left_out = (component == OPEN_ONLY && crossing.metal_mm > 0.0)
        || (component == TRANSMITTED_ONLY && crossing.metal_mm <= 0.0);
    let weight = if is_left_out { 0.0 } else { photon.weight * exp_minus(depth) };
    let weight = if crossing.metal_mm > 0.0 { roulette(weight, photon.luck) } else { weight };
    HeadPhoton { weight, ..photon }
}

/// The weight after roulette: a faint one has [`FAINT_WEIGHT`] or 0.
pub fn roulette(weight: f32, luck: f32) -> f32 {
    if weight >= FAINT_WEIGHT || weight <= 0.0 {
        return weight;
    }
    if luck * FAINT_WEIGHT < weight { FAINT_WEIGHT } else { 0.0 }
}

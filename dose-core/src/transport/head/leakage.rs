//! A photon that leaks through the housing: from the target, aimed at the grid. Twin: `head_leakage.wgsl`.

use super::super::collimation::{self, Ray};
use super::super::leg::{DRAW_ENERGY, Stream};
use super::super::source::{SOURCE_BRANCH, spectrum_energy};
use super::aim::{aim_at_grid, grid_density};
use super::{DRAW_AIM, Delivery, HeadPhoton};
use crate::deck::Deck;
use crate::deck::head::{DISC, LEAKAGE_FLOATS};
use crate::physics::functions::{greatest, least};
use crate::physics::lattice::mix;

/// A photon through the housing.
pub fn leakage_photon(deck: &Deck, stream: Stream, at: Delivery) -> HeadPhoton {
    let t = &deck.tables;
    let origin_mm = [0.0, 0.0, t[at.aperture + collimation::head::SAD]];
    let direction = aim_at_grid(deck, at, origin_mm, stream.words(SOURCE_BRANCH, DRAW_AIM));
    let density = grid_density(deck, at, origin_mm, direction);
    let leakage = t[at.beam + DISC + 3] as usize;
    let bins = t[leakage] as usize;
    let energy_mev = spectrum_energy(deck, leakage + LEAKAGE_FLOATS, bins, stream, DRAW_ENERGY);
    let per_sr = t[leakage + 2] * by_cosine(t, leakage, -direction[2]);
    let weight = if density > 0.0 { t[at.piece + 1] * per_sr / density } else { 0.0 };
    HeadPhoton { ray: Ray { origin_mm, direction }, energy_mev, weight, luck: 0.5 }
}

/// The leakage at the cosine of the angle to the beam's axis, relative.
fn by_cosine(t: &[f32], leakage: usize, cos: f32) -> f32 {
    let nodes = t[leakage + 1];
    let first = leakage + LEAKAGE_FLOATS + 4 * t[leakage] as usize;
    let place = greatest(least(0.5 * (cos + 1.0) * (nodes - 1.0), nodes - 1.0 - 1e-3), 0.0);
    let node = place as usize;
    mix(t[first + node], t[first + node + 1], place - node as f32)
}

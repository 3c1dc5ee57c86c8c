//! A photon that flattening filter or primary collimator scattered: it comes from a disc, with the energy and in the
//! number that Klein-Nishina gives for the angle between its way to the disc and its way on.
//!
//! The form is that of virtual energy fluence models (M. Fippel et al., Med Phys 30, 301 (2003)): a Gaussian disc, energies
//! by Compton's formula. Twin: `head_extra_focal.wgsl`.

use super::super::collimation::{self, Ray};
use super::super::leg::{DRAW_ENERGY, Stream};
use super::super::source::{SOURCE_BRANCH, spectrum_energy};
use super::aim::aim_in_plane;
use super::{DRAW_SPOT, Delivery, HeadPhoton};
use crate::deck::Deck;
use crate::deck::head::{BEAM_FLOATS, DISC, DISC_SHARE};
use crate::physics::ELECTRON_REST_MEV;
use crate::physics::compton::scattered_energy_mev;
use crate::physics::functions::{cos_sin_turn, greatest, ln};
use crate::physics::random::uniform;

/// A photon of the disc before it meets jaws and leaves.
pub fn extra_focal_photon(deck: &Deck, stream: Stream, at: Delivery) -> HeadPhoton {
    let t = &deck.tables;
    let spot = stream.words(SOURCE_BRANCH, DRAW_SPOT);
    let (distance_mm, sigma_mm, per_sr) = (t[at.beam + DISC], t[at.beam + DISC + 1], t[at.beam + DISC + 2]);
    let sad_mm = t[at.aperture + collimation::head::SAD];
    let radius_mm = sigma_mm * (-2.0 * ln(1.0 - DISC_SHARE * uniform(spot[0]))).sqrt();
    let (cos_disc, sin_disc) = cos_sin_turn(uniform(spot[1]));
    let origin_mm = [radius_mm * cos_disc, radius_mm * sin_disc, sad_mm - distance_mm];

    let aim = aim_in_plane(deck, stream, at);
    let (dx, dy) = (aim.x * sad_mm - origin_mm[0], aim.y * sad_mm - origin_mm[1]);
    let per_length = 1.0 / (dx * dx + dy * dy + origin_mm[2] * origin_mm[2]).sqrt();
    let direction = [dx * per_length, dy * per_length, -origin_mm[2] * per_length];
    // The angle between the way from the target and the way on.
    let to_disc = 1.0 / (radius_mm * radius_mm + distance_mm * distance_mm).sqrt();
    let cos =
        (origin_mm[0] * direction[0] + origin_mm[1] * direction[1] - distance_mm * direction[2]) * to_disc;
    let v = greatest(1.0 - cos, 0.0);
    let bins = t[at.beam] as usize;
    let focal_mev = spectrum_energy(deck, at.beam + BEAM_FLOATS, bins, stream, DRAW_ENERGY);
    let energy_mev = scattered_energy_mev(focal_mev, v);
    // Photons a unit of area in the isocentre plane, whose unit of tangents is the square of the distance to it.
    let in_plane = klein_nishina(focal_mev, v) * -direction[2] * per_length * per_length * sad_mm * sad_mm;
    let weight = t[at.piece + 1] * per_sr * in_plane / aim.density;

    HeadPhoton { ray: Ray { origin_mm, direction }, energy_mev, weight, luck: uniform(spot[2]) }
}

/// Klein-Nishina cross section at 1 − cos θ over that straight ahead.
///
/// ```text
/// (E'/E)² (E'/E + E/E' − sin²θ)/2
/// ```
/// O. Klein and Y. Nishina, Z. Phys. 52, 853 (1929).
pub fn klein_nishina(energy_mev: f32, one_minus_cos: f32) -> f32 {
    let inverse = 1.0 + energy_mev / ELECTRON_REST_MEV * one_minus_cos;
    let kept = 1.0 / inverse;
    0.5 * kept * kept * (kept + inverse - one_minus_cos * (2.0 - one_minus_cos))
}

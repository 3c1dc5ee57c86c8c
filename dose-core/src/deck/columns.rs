//! What one material contributes to the tables of a deck.
//!
//! It takes a tenth of a second a material, and the runs of one patient, and patients after one another, have the same
//! materials: what was computed is kept.

use super::header::MAX_FLUORESCING;
use crate::case::Quantity;
use crate::coefficients;
use crate::material::Material;
use crate::physics::bremsstrahlung_spectrum::{ThickTarget, thick_target};
use crate::physics::lattice::{ENERGY, MOMENTUM};
use crate::physics::{bremsstrahlung, rayleigh};
use crate::spectrum::{CUTOFF_MEV, MAX_MEV};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Materials that are kept at most: all of a body and of some machines.
const MOST_KEPT: usize = 128;

/// All that the columns of a material depend on: its elements with the bits of their shares, those of its density (on
/// which the density effect hangs), and the quantity.
type Key = (Vec<(u8, u64)>, u64, bool);

static KEPT: LazyLock<Mutex<HashMap<Key, Arc<Columns>>>> = LazyLock::new(Mutex::default);

/// What one material contributes, node by node.
pub(super) struct Columns {
    /// Attenuation (1/mm per g/cm³), score per track (MeV cm²/g), cumulative fractions: incoherent, + coherent.
    pub(super) coefficients: Vec<[f32; 4]>,
    /// Cumulative fraction: + photoelectric.
    pub(super) photoelectric: Vec<f32>,
    /// Cumulative probability that a photoelectric event emits a K line of the first, second, … element.
    pub(super) fluorescence: Vec<[f32; MAX_FLUORESCING]>,
    /// Energy and cumulative probability of the four K lines of each element.
    pub(super) lines: [[f32; 8]; MAX_FLUORESCING],
    pub(super) binding: Vec<f32>,
    pub(super) rayleigh: Vec<f32>,
    pub(super) bremsstrahlung: Vec<f32>,
}

/// The columns of a material, computed at its first use.
pub(super) fn known_columns(material: &Material, quantity: Quantity) -> Arc<Columns> {
    let shares = material.mass_fractions.iter().map(|&(z, share)| (z, share.to_bits())).collect();
    let key = (shares, material.density_g_cm3.to_bits(), quantity == Quantity::Dose);
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept().get(&key) {
        return known.clone();
    }
    // Not under the lock: other materials are computed meanwhile.
    let computed = Arc::new(columns(material, quantity));
    let mut kept = kept();
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    kept.insert(key, computed.clone());
    computed
}

fn columns(material: &Material, quantity: Quantity) -> Columns {
    let target = match quantity {
        Quantity::Kerma => None,
        Quantity::Dose => Some(thick_target(material, CUTOFF_MEV, MAX_MEV)),
    };
    let elements = coefficients::fluorescing_elements(material, CUTOFF_MEV);
    let elements = &elements[..elements.len().min(MAX_FLUORESCING)];

    let mut lines = [[0.0; 8]; MAX_FLUORESCING];
    for (slot, element) in lines.iter_mut().zip(elements) {
        for (pair, (energy_mev, cumulative)) in slot.chunks_mut(2).zip(element.lines) {
            pair.copy_from_slice(&[energy_mev as f32, cumulative as f32]);
        }
    }
    let mut columns = Columns {
        coefficients: Vec::new(),
        photoelectric: Vec::new(),
        fluorescence: Vec::new(),
        lines,
        binding: nodes(MOMENTUM).map(|x| coefficients::incoherent_function(material, x) as f32).collect(),
        rayleigh: rayleigh::cumulative_table(|x| coefficients::form_factor_squared(material, x)),
        bremsstrahlung: target.as_ref().map_or(Vec::new(), bremsstrahlung::flat_table),
    };
    for energy_mev in nodes(ENERGY) {
        // The lattice's ends lie beyond the data; what is asked there is never used.
        let energy_mev = energy_mev.clamp(0.001, MAX_MEV);
        let mu = coefficients::attenuation(material, energy_mev);
        let total = mu.total();
        let score = deposited_mev_cm2_g(material, energy_mev, target.as_ref());
        let incoherent = mu.incoherent / total;
        let coherent = incoherent + mu.coherent / total;
        let cm2_g_to_per_mm = 0.1;
        columns.coefficients.push([
            (total * cm2_g_to_per_mm) as f32,
            score as f32,
            incoherent as f32,
            coherent as f32,
        ]);
        columns.photoelectric.push((coherent + mu.photoelectric / total) as f32);
        let mut below = 0.0;
        columns.fluorescence.push(std::array::from_fn(|slot| {
            if let Some(element) = elements.get(slot) {
                below += coefficients::k_emission_probability(material, element.z, energy_mev);
            }
            below as f32
        }));
    }
    columns
}

/// Energy deposited per track of a photon: transferred to electrons, less what they radiate where that is transported.
fn deposited_mev_cm2_g(material: &Material, energy_mev: f64, target: Option<&ThickTarget>) -> f64 {
    let transferred = energy_mev * coefficients::energy_transfer(material, energy_mev, CUTOFF_MEV);
    let radiated = target
        .map_or(0.0, |target| coefficients::mean_emitted_bremsstrahlung_mev(material, energy_mev, target));
    transferred - radiated
}

fn nodes(lattice: crate::physics::lattice::Lattice) -> impl Iterator<Item = f64> {
    (0..lattice.nodes()).map(move |node| lattice.node_value(node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_columns_are_those_of_the_material_its_density_and_the_quantity() {
        let dense = Material::new("a", 1.0, &[(1, 0.112), (8, 0.888)]).expect("valid");
        let thin = Material { density_g_cm3: 0.5, ..dense.clone() };
        let other = Material::new("b", 1.0, &[(1, 0.112), (7, 0.888)]).expect("valid");
        for material in [&dense, &thin, &other] {
            for quantity in [Quantity::Kerma, Quantity::Dose] {
                let computed = columns(material, quantity);
                for _ in 0..2 {
                    let kept = known_columns(material, quantity);
                    assert_eq!(kept.coefficients, computed.coefficients);
                    assert_eq!(kept.bremsstrahlung, computed.bremsstrahlung);
                }
            }
        }
        assert!(Arc::ptr_eq(&known_columns(&dense, Quantity::Dose), &known_columns(&dense, Quantity::Dose)));
    }
}

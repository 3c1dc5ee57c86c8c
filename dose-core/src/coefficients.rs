//! Interaction coefficients of materials, in cm²/g and MeV, as pure functions.
//!
//! Mixtures are sums over elements by mass (independent atoms): no chemical binding, no molecular interference.

mod density_effect;
mod fluorescence;
mod losses;
mod quadrature;
mod scattering;
mod stopping;
mod transfer;

pub use density_effect::mean_excitation_ev;
pub use fluorescence::{
    KFluorescence, fluorescing_elements, k_emission_probability, k_photon_energy_mev, photoelectron_average,
};
pub use losses::{energy_absorption, energy_absorption_with, mean_emitted_bremsstrahlung_mev};
pub(crate) use quadrature::{integrate, nodes};
pub use scattering::{compton_average, compton_transfer_fraction, form_factor_squared, incoherent_function};
pub use stopping::{StoppingPower, radiative_yield};
pub use transfer::energy_transfer;

use crate::data::{CrossSections, ELECTRON_REST_MEV, ENERGY_MAX_MEV, ENERGY_MIN_MEV, element};
use crate::material::Material;

/// Mass attenuation coefficients by interaction (cm²/g).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Channels {
    /// Photoelectric absorption.
    pub photoelectric: f64,
    /// Incoherent (Compton) scattering on bound electrons.
    pub incoherent: f64,
    /// Coherent (Rayleigh) scattering.
    pub coherent: f64,
    /// Pair production in the field of the nucleus.
    pub pair: f64,
    /// Pair production in the field of an electron.
    pub triplet: f64,
}

impl Channels {
    /// Sum of all channels (cm²/g).
    pub fn total(&self) -> f64 {
        self.photoelectric + self.incoherent + self.coherent + self.pair + self.triplet
    }

    fn add(&mut self, mass_fraction: f64, other: Self) {
        self.photoelectric += mass_fraction * other.photoelectric;
        self.incoherent += mass_fraction * other.incoherent;
        self.coherent += mass_fraction * other.coherent;
        self.pair += mass_fraction * other.pair;
        self.triplet += mass_fraction * other.triplet;
    }
}

/// Mass attenuation coefficients of a material.
///
/// ```text
/// (μ/ρ)(E) = Σ wᵢ (μ/ρ)ᵢ(E)
/// ```
/// Elements: XCOM (Berger, Hubbell et al., NIST SRD 8), interpolated as [`CrossSections`] says. Energies outside
/// [`ENERGY_MIN_MEV`] to [`ENERGY_MAX_MEV`] take the value at the nearer end. An absorption edge is the step of
/// XCOM's own grid, 0.1 eV wide.
///
/// ```
/// # use dose_core::{coefficients::attenuation, material::Material};
/// let water = Material::named("water").unwrap();
/// assert!((attenuation(&water, 1.0).total() / 0.07072 - 1.0).abs() < 1e-3); // NIST: 7.072e-2 cm2/g
/// assert_eq!(attenuation(&water, 1.0).pair, 0.0); // below 1.022 MeV
/// ```
pub fn attenuation(material: &Material, energy_mev: f64) -> Channels {
    let mut sum = Channels::default();
    for &(z, mass_fraction) in &material.mass_fractions {
        sum.add(mass_fraction, element_attenuation(z, energy_mev));
    }
    sum
}

/// Mass attenuation coefficients of a pure element (cm²/g); see [`attenuation`].
pub fn element_attenuation(z: u8, energy_mev: f64) -> Channels {
    let sections = &element(z).cross_sections;
    let energy_mev = energy_mev.clamp(ENERGY_MIN_MEV, ENERGY_MAX_MEV);
    let (interval, fraction) = locate(sections, energy_mev.ln());
    let value = |table: &[f64]| (table[interval] + fraction * (table[interval + 1] - table[interval])).exp();
    let [photoelectric, incoherent, coherent] = &sections.ln_smooth;
    let [pair, triplet] = &sections.ln_pair_shape;
    let above = |threshold_mev: f64| (1.0 - threshold_mev / energy_mev).max(0.0).powi(3);
    Channels {
        photoelectric: value(photoelectric),
        incoherent: value(incoherent),
        coherent: value(coherent),
        pair: above(2.0 * ELECTRON_REST_MEV) * value(pair),
        triplet: above(4.0 * ELECTRON_REST_MEV) * value(triplet),
    }
}

/// Interval of the grid that holds an energy, and the place in it (0 to 1).
fn locate(sections: &CrossSections, ln_energy: f64) -> (usize, f64) {
    let grid = &sections.ln_energy;
    let interval = grid.partition_point(|node| *node <= ln_energy).clamp(1, grid.len() - 1) - 1;
    let fraction = (ln_energy - grid[interval]) / (grid[interval + 1] - grid[interval]);
    (interval, fraction.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Z_MAX, atomic_number, symbol};

    /// EGSnrc's XCOM tables, log-log interpolation, cm²/g: element, MeV, photoelectric, incoherent, coherent, pair +
    /// triplet (0: closed). Read on 2026-11-21. Its incoherent column is up to 0.3 % below XCOM's.
    #[rustfmt::skip]
    const SPOT: [(&str, f64, f64, f64, f64, f64); 28] = [
        ("H", 0.01, 0.002723, 0.3579, 0.02462, 0.0), ("H", 0.1, 9.822e-07, 0.2935, 0.000276, 0.0),
        ("H", 1.0, 1.172e-09, 0.126, 2.763e-06, 0.0), ("H", 10.0, 5.08e-11, 0.03054, 2.763e-08, 0.001976),
        ("C", 0.01, 2.076, 0.1352, 0.162, 0.0), ("C", 0.1, 0.001031, 0.1463, 0.003719, 0.0),
        ("C", 1.0, 1.333e-06, 0.06347, 3.852e-05, 0.0), ("C", 10.0, 5.059e-08, 0.01537, 3.853e-07, 0.004206),
        ("O", 0.01, 5.567, 0.1293, 0.2565, 0.0), ("O", 0.1, 0.003111, 0.1457, 0.005989, 0.0),
        ("O", 1.0, 4.144e-06, 0.06352, 6.301e-05, 0.0), ("O", 10.0, 1.561e-07, 0.01539, 6.305e-07, 0.005483),
        ("Ca", 0.01, 92.41, 0.1023, 0.8954, 0.0), ("Ca", 0.1, 0.08931, 0.1408, 0.02673, 0.0),
        ("Ca", 1.0, 0.0001417, 0.06331, 0.0003022, 0.0), ("Ca", 10.0, 4.974e-06, 0.01536, 3.029e-06, 0.01301),
        ("I", 0.01, 159.7, 0.05951, 2.798, 0.0), ("I", 0.1, 1.725, 0.1097, 0.1073, 0.0),
        ("I", 1.0, 0.00412, 0.05278, 0.001379, 0.0), ("I", 10.0, 0.0001262, 0.01285, 1.395e-05, 0.02702),
        ("W", 0.01, 92.41, 0.0479, 4.448, 0.0), ("W", 0.1, 4.154, 0.1018, 0.1815, 0.0),
        ("W", 1.0, 0.01283, 0.05076, 0.002477, 0.0), ("W", 10.0, 0.0003747, 0.01239, 2.533e-05, 0.03467),
        ("Pb", 0.01, 125.6, 0.04536, 4.982, 0.0), ("Pb", 0.1, 5.237, 0.09871, 0.2128, 0.0),
        ("Pb", 1.0, 0.0181, 0.04984, 0.002991, 0.0), ("Pb", 10.0, 0.0005203, 0.01218, 3.078e-05, 0.03698),
    ];

    #[test]
    fn cross_sections_are_those_of_the_spot_table() {
        let mut misses = Vec::new();
        for (name, energy_mev, photoelectric, incoherent, coherent, pairs) in SPOT {
            let ours = element_attenuation(atomic_number(name).expect("a symbol"), energy_mev);
            let mut check = |channel: &str, ours: f64, theirs: f64, tolerance: f64| {
                if (ours - theirs).abs() > tolerance * theirs {
                    misses.push(format!("{name} {energy_mev} MeV {channel}: {ours} against {theirs}"));
                }
            };
            // 4 digits are printed: half a unit of the last is up to 5e-4.
            check("photoelectric", ours.photoelectric, photoelectric, 6e-4);
            check("coherent", ours.coherent, coherent, 6e-4);
            check("incoherent", ours.incoherent, incoherent, 3.5e-3);
            check("pair + triplet", ours.pair + ours.triplet, pairs, 6e-4);
        }
        assert!(misses.is_empty(), "{misses:#?}");
    }

    #[test]
    fn photoelectric_absorption_jumps_up_at_the_k_edge_and_nowhere_else_nearby() {
        for (z, jump) in [(82, 4.5), (74, 5.0), (53, 6.0), (20, 8.0)] {
            let edge = element(z).k_shell.edge_mev;
            let at = |energy_mev| element_attenuation(z, energy_mev).photoelectric;
            assert!(at(edge + 1e-6) / at(edge - 1e-6) > 0.9 * jump, "{}", symbol(z));
            assert!((at(edge - 1e-6) / at(edge - 2e-6) - 1.0).abs() < 1e-3);
            assert!((at(edge + 2e-6) / at(edge + 1e-6) - 1.0).abs() < 1e-3);
        }
    }

    #[test]
    fn a_mixture_is_the_sum_of_its_elements_by_mass() {
        let alloy = Material::named("tungsten-alloy").expect("named");
        for energy_mev in [0.002, 0.05, 0.0696, 1.5, 20.0] {
            let sum: f64 = alloy
                .mass_fractions
                .iter()
                .map(|&(z, w)| w * element_attenuation(z, energy_mev).total())
                .sum();
            assert!((attenuation(&alloy, energy_mev).total() / sum - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn every_element_is_finite_and_positive_from_1_kev_to_25_mev() {
        for z in 1..=Z_MAX {
            for step in 0..=400 {
                let energy_mev = 1e-3 * 25e3_f64.powf(f64::from(step) / 400.0);
                let c = element_attenuation(z, energy_mev);
                for (value, threshold) in [
                    (c.photoelectric, 0.0),
                    (c.incoherent, 0.0),
                    (c.coherent, 0.0),
                    (c.pair, 2.0 * ELECTRON_REST_MEV),
                    (c.triplet, 4.0 * ELECTRON_REST_MEV),
                ] {
                    assert!(
                        value.is_finite() && (value > 0.0) == (energy_mev > threshold),
                        "{z} {energy_mev} {c:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn pair_production_grows_smoothly_from_its_threshold() {
        let pair = |energy_mev| element_attenuation(82, energy_mev).pair;
        let mut last = pair(1.0221);
        for step in 1..=200 {
            let next = pair(1.0221 * 1.005_f64.powi(step));
            assert!(next > last, "step {step}");
            last = next;
        }
    }
}

//! Energy transferred to electrons, radiative part included.

use super::{
    Channels, attenuation, compton_transfer_fraction, fluorescing_elements, k_emission_probability,
    k_photon_energy_mev,
};
use crate::data::ELECTRON_REST_MEV;
use crate::material::Material;

/// Mass energy-transfer coefficient μ_tr/ρ (cm²/g).
///
/// ```text
/// μ_tr = τ (1 − Ē_K/E) + σ_incoh T̄/E + (κ_pair + κ_triplet) (1 − 2 mₑc²/E)
/// ```
/// τ photoelectric with Ē_K the mean energy of K photons above the cutoff per photoelectric event; T̄/E of
/// [`compton_transfer_fraction`]; the recoil electron of triplet production counts as rest energy of the pair only.
/// Photons below `cutoff_mev` (and all L lines) count as transferred where they are born.
///
/// ```
/// # use dose_core::{coefficients::energy_transfer, material::Material};
/// let water = Material::named("water").unwrap();
/// assert!((energy_transfer(&water, 0.1, 0.01) / 0.02546 - 1.0).abs() < 5e-3); // NIST mu_en, no radiation here
/// ```
pub fn energy_transfer(material: &Material, energy_mev: f64, cutoff_mev: f64) -> f64 {
    let Channels { photoelectric, incoherent, pair, triplet, .. } = attenuation(material, energy_mev);
    let fluorescence_mev = mean_fluorescence_mev(material, energy_mev, cutoff_mev);
    let kinetic_fraction = (1.0 - 2.0 * ELECTRON_REST_MEV / energy_mev).max(0.0);
    photoelectric * (1.0 - fluorescence_mev / energy_mev)
        + incoherent * compton_transfer_fraction(material, energy_mev)
        + (pair + triplet) * kinetic_fraction
}

/// Mean energy of K photons above a cutoff per photoelectric event (MeV).
fn mean_fluorescence_mev(material: &Material, energy_mev: f64, cutoff_mev: f64) -> f64 {
    let elements = fluorescing_elements(material, cutoff_mev);
    let emitted = |z| k_emission_probability(material, z, energy_mev) * k_photon_energy_mev(z, cutoff_mev);
    elements.iter().map(|fluorescence| emitted(fluorescence.z)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Z_MAX;

    #[test]
    fn fluorescence_above_the_cutoff_leaves_and_below_it_stays() {
        let lead = Material::named("lead").expect("named");
        let (with, without) = (energy_transfer(&lead, 0.1, 0.01), energy_transfer(&lead, 0.1, 0.09));
        assert!(with < 0.6 * without, "{with} {without}");
        assert_eq!(energy_transfer(&lead, 0.08, 0.01), energy_transfer(&lead, 0.08, 0.09)); // below the edge
    }

    #[test]
    fn every_element_transfers_a_positive_part_of_its_attenuation() {
        for z in 1..=Z_MAX {
            let material = Material::new("pure", 1.0, &[(z, 1.0)]).expect("valid");
            for step in 0..=60 {
                let energy_mev = 1e-3 * 25e3_f64.powf(f64::from(step) / 60.0);
                let transfer = energy_transfer(&material, energy_mev, 0.001);
                assert!(
                    transfer > 0.0 && transfer < attenuation(&material, energy_mev).total(),
                    "{z} {energy_mev}"
                );
            }
        }
    }
}

//! What the electrons set free by photons radiate: mass energy absorption and the bremsstrahlung of dose mode.

use super::stopping::StoppingPower;
use super::{Channels, attenuation, compton_average, energy_transfer, integrate, photoelectron_average};
use crate::data::{ELECTRON_REST_MEV, ENERGY_MIN_MEV};
use crate::material::Material;
use crate::physics::bremsstrahlung_spectrum::ThickTarget;

/// Mass energy-absorption coefficient μ_en/ρ (cm²/g).
///
/// ```text
/// E μ_en = E μ_tr − Σ channels μ ⟨T Y(T)⟩
/// ```
/// Y: [`StoppingPower::radiative_yield`], for positrons [`StoppingPower::positron_yield`], averaged over the
/// electrons of each channel as in [`mean_emitted_bremsstrahlung_mev`]; all K photons above 1 keV leave. L
/// fluorescence is left out: the result is high in heavy elements where photoelectric absorption rules (tungsten: 6
/// % at 0.1 MeV). Builds stopping powers at each call: see [`energy_absorption_with`].
///
/// ```
/// # use dose_core::{coefficients::energy_absorption, material::Material};
/// let water = Material::named("water").unwrap();
/// assert!((energy_absorption(&water, 10.0) / 0.01566 - 1.0).abs() < 0.01); // NIST SRD 126
/// ```
pub fn energy_absorption(material: &Material, energy_mev: f64) -> f64 {
    energy_absorption_with(material, energy_mev, &StoppingPower::new(material))
}

/// As [`energy_absorption`], with the stopping powers of the material at hand.
pub fn energy_absorption_with(material: &Material, energy_mev: f64, stopping: &StoppingPower) -> f64 {
    let cutoff_mev = ENERGY_MIN_MEV;
    let electron = |kinetic_mev: f64| kinetic_mev * stopping.radiative_yield(kinetic_mev);
    let positron = |kinetic_mev: f64| kinetic_mev * stopping.positron_yield(kinetic_mev);
    energy_transfer(material, energy_mev, cutoff_mev)
        - mean_radiated(material, energy_mev, cutoff_mev, electron, positron) / energy_mev
}

/// Energy that the electrons set free radiate as photons above the table's cutoff, per track length (MeV cm²/g).
///
/// ```text
/// Σ channels (μ/ρ) ⟨E_rad(T)⟩
/// ```
/// E_rad: [`ThickTarget::mean_energy_mev`]. Compton electrons: T = E − E' of Klein-Nishina × S. Photoelectrons:
/// [`photoelectron_average`]. Pair and triplet: E − 2 mₑc² shared between electron and positron, the fraction
/// uniform. With E μ_tr of the same cutoff, the energy deposited locally in dose mode is the difference, and energy
/// is conserved on average.
pub fn mean_emitted_bremsstrahlung_mev(material: &Material, energy_mev: f64, target: &ThickTarget) -> f64 {
    let radiated = |kinetic_mev: f64| target.mean_energy_mev(kinetic_mev);
    mean_radiated(material, energy_mev, target.cutoff_mev, radiated, radiated)
}

/// Σ channels (μ/ρ) ⟨radiated(T)⟩ (MeV cm²/g) over the electrons of each channel.
fn mean_radiated(
    material: &Material,
    energy_mev: f64,
    cutoff_mev: f64,
    electron_mev: impl Fn(f64) -> f64,
    positron_mev: impl Fn(f64) -> f64,
) -> f64 {
    let Channels { photoelectric, incoherent, pair, triplet, .. } = attenuation(material, energy_mev);
    let shared_mev = energy_mev - 2.0 * ELECTRON_REST_MEV;
    let of_pair = if shared_mev > 0.0 {
        let pair_mev = |kinetic_mev: f64| electron_mev(kinetic_mev) + positron_mev(kinetic_mev);
        integrate(0.0, 1.0, 6, |fraction| pair_mev(fraction * shared_mev))
    } else {
        0.0
    };
    photoelectric * photoelectron_average(material, energy_mev, cutoff_mev, &electron_mev)
        + incoherent * compton_average(material, energy_mev, &electron_mev)
        + (pair + triplet) * of_pair
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Z_MAX, element};
    use crate::physics::bremsstrahlung_spectrum::thick_target;

    /// Hubbell & Seltzer, NIST SRD 126 (NISTIR 5632, 2004): MeV and μ_en/ρ (cm²/g), from copies of the tables in a
    /// public repository, read on 2026-11-21.
    const WATER: [(f64, f64); 14] = [
        (0.01, 4.944),
        (0.02, 0.5503),
        (0.03, 0.1557),
        (0.05, 0.04223),
        (0.1, 0.02546),
        (0.3, 0.03192),
        (0.6, 0.03284),
        (1.0, 0.03103),
        (2.0, 0.02608),
        (4.0, 0.02066),
        (6.0, 0.01806),
        (10.0, 0.01566),
        (15.0, 0.01441),
        (20.0, 0.01382),
    ];
    const AIR: [(f64, f64); 7] = [
        (0.01, 4.742),
        (0.05, 0.04098),
        (0.1, 0.02325),
        (1.0, 0.02789),
        (6.0, 0.01647),
        (10.0, 0.01450),
        (20.0, 0.01311),
    ];
    const TUNGSTEN: [(f64, f64); 6] =
        [(0.06, 3.070), (0.1, 2.100), (0.2, 0.4913), (1.0, 0.03276), (6.0, 0.02649), (10.0, 0.03072)];

    fn misses(name: &str, table: &[(f64, f64)], tolerance: f64) -> Vec<String> {
        let material = Material::named(name).expect("named");
        let stopping = StoppingPower::new(&material);
        let deviation = |&(energy_mev, theirs): &(f64, f64)| {
            energy_absorption_with(&material, energy_mev, &stopping) / theirs - 1.0
        };
        let far = table.iter().filter(|row| deviation(row).abs() > tolerance);
        far.map(|row| format!("{name} {} MeV: {:+.2} %", row.0, 100.0 * deviation(row))).collect()
    }

    #[test]
    fn energy_absorption_is_that_of_nist() {
        let all =
            [misses("water", &WATER, 4e-3), misses("air", &AIR, 4e-3), misses("tungsten", &TUNGSTEN, 0.06)];
        assert!(all.concat().is_empty(), "{all:#?}");
    }

    #[test]
    fn carbon_and_oxygen_are_right_where_a_widespread_table_is_not() {
        let pure =
            |z: u8| Material::new("pure", element(z).electrons.density_g_cm3, &[(z, 1.0)]).expect("valid");
        assert!((energy_absorption(&pure(6), 0.01) / 2.06 - 1.0).abs() < 0.015);
        // 0.0154 is the coefficient for transfer; water above fixes the one for absorption.
        assert!((energy_transfer(&pure(8), 10.0, 0.01) / 0.0154 - 1.0).abs() < 0.015);
    }

    #[test]
    fn bremsstrahlung_of_dose_mode_is_what_stopping_powers_say_less_the_part_below_the_cutoff() {
        for name in ["water", "cortical-bone", "tungsten-alloy"] {
            let material = Material::named(name).expect("named");
            let target = thick_target(&material, 0.01, 25.0);
            let stopping = StoppingPower::new(&material);
            let all = |kinetic_mev: f64| kinetic_mev * stopping.radiative_yield(kinetic_mev);
            for (energy_mev, least) in [(1.0, 0.88), (6.0, 0.97), (18.0, 0.99)] {
                let emitted = mean_emitted_bremsstrahlung_mev(&material, energy_mev, &target);
                let share = emitted / mean_radiated(&material, energy_mev, target.cutoff_mev, all, all);
                assert!(share > least && share < 1.002, "{name}, {energy_mev} MeV: {share}");
            }
        }
    }

    #[test]
    fn every_element_absorbs_a_positive_part_of_what_it_transfers() {
        for z in 1..=Z_MAX {
            let material =
                Material::new("pure", element(z).electrons.density_g_cm3, &[(z, 1.0)]).expect("valid");
            let stopping = StoppingPower::new(&material);
            for step in 0..=60 {
                let energy_mev = 1e-3 * 25e3_f64.powf(f64::from(step) / 60.0);
                let absorbed = energy_absorption_with(&material, energy_mev, &stopping);
                let transferred = energy_transfer(&material, energy_mev, ENERGY_MIN_MEV);
                assert!(
                    absorbed > 0.0 && absorbed < transferred,
                    "{z} {energy_mev}: {absorbed} {transferred}"
                );
            }
        }
    }
}

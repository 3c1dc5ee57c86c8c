//! Bremsstrahlung cross section differential in photon energy.

use crate::coefficients::nodes;
use crate::data::{ELECTRON_REST_MEV, electron_energies_mev, element};
use crate::material::Material;

const FINE_STRUCTURE: f64 = 7.297_352_569_3e-3;

/// k dσ/dk of a material at one electron energy, scaled to ESTAR's radiative stopping power (cm²/g).
pub(super) struct RadiatedEnergySpectrum {
    kinetic_mev: f64,
    /// Atomic number and scale of each element.
    elements: Vec<(f64, f64)>,
}

impl RadiatedEnergySpectrum {
    /// Finds the scales: ∫ k dσ/dk dk = Σ wᵢ S_rad,ᵢ(T), element by element.
    pub(super) fn new(material: &Material, kinetic_mev: f64) -> Self {
        let scaled = |&(z, mass_fraction): &(u8, f64)| {
            let atomic_number = f64::from(z);
            let integral: f64 = nodes(0.0, 1.0, 4)
                .map(|(share, weight)| {
                    weight * kinetic_mev * shape(atomic_number, kinetic_mev, share * kinetic_mev)
                })
                .sum();
            (atomic_number, mass_fraction * radiative_mev_cm2_g(z, kinetic_mev) / integral)
        };
        Self { kinetic_mev, elements: material.mass_fractions.iter().map(scaled).collect() }
    }

    /// k dσ/dk (cm²/g) at a photon energy, per mass of the material.
    pub(super) fn value(&self, photon_mev: f64) -> f64 {
        self.elements.iter().map(|&(z, scale)| scale * shape(z, self.kinetic_mev, photon_mev)).sum()
    }
}

/// ESTAR radiative stopping power of an element, straight lines in ln-ln (MeV cm²/g).
fn radiative_mev_cm2_g(z: u8, kinetic_mev: f64) -> f64 {
    let grid = electron_energies_mev();
    let table = &element(z).electrons.radiative_mev_cm2_g;
    let i = grid.partition_point(|t| *t <= kinetic_mev).clamp(1, grid.len() - 1);
    let fraction = (kinetic_mev / grid[i - 1]).ln() / (grid[i] / grid[i - 1]).ln();
    table[i - 1] * (table[i] / table[i - 1]).powf(fraction)
}

/// Shape of k dσ/dk; only ratios at one electron energy mean anything.
///
/// ```text
/// k dσ/dk ∝ f_E f_Z (1 + f_e) { 3BN + 4 (E₀/p₀)² [(1 + (E/E₀)²) Δ₁ − ⅔ (E/E₀) Δ₂] }
/// 3BN = (p/p₀) { 4/3 − 2E₀E (p² + p₀²)/(p₀²p²) + ε₀E/p₀³ + εE₀/p³ − εε₀/(p₀p)
///       + L [8E₀E/(3p₀p) + k²(E₀²E² + p₀²p²)/(p₀³p³)
///            + k/(2p₀p) ((E₀E + p₀²)ε₀/p₀³ − (E₀E + p²)ε/p³ + 2kE₀E/(p²p₀²))] }
/// L = 2 ln[(E₀E + p₀p − 1)/k],  ε₀ = 2 ln(E₀ + p₀),  ε = 2 ln(E + p)      (energies in mₑc², total)
/// ```
/// H. W. Koch, J. W. Motz, Rev. Mod. Phys. 31, 920 (1959), formula 3BN: Born approximation, bare nucleus; compared
/// term by term with a published program. It needs help at both ends:
///
/// - f_E = β₀ (1 − e^(−2παZ/β₀)) / (β (1 − e^(−2παZ/β))), Elwert's factor, makes it finite at the tip.
/// - Δ₁ and Δ₂ take screening off the soft end: the high-energy formula in an exponentially screened field less the
///   same in a bare one (L. I. Schiff, Phys. Rev. 83, 252 (1951), form as in PENELOPE's pair production, from
///   memory), with b = R q and R = 111 Z^(−1/3); the least momentum transfer q = p₀ − p − k and the factor (E₀/p₀)²
///   carry it to low energies.
/// - f_e = (1/Z) T/E₀ (1 − k/k_e) for the electrons of the atom, k_e the hardest photon a free electron lets
///   through, and f_Z = exp[1.5 (αZ)² (k/T)/(1 + 0.08 T/mₑc²)] for the Coulomb field of heavy nuclei are fits to
///   the tables of Seltzer & Berger, from which the result is up to 8 % for oxygen and tungsten, 0.1 to 6 MeV (test
///   below).
///
/// ```text
/// Δ₁ = 1 + ln b − ½ ln(1 + b²) − b arctan(1/b)
/// Δ₂ = 13/12 + ln b − ½ ln(1 + b²) − (3/2) b arctan(1/b) − b² [1 − b arctan(1/b) − ¾ ln(1 + 1/b²)]
/// ```
fn shape(atomic_number: f64, kinetic_mev: f64, photon_mev: f64) -> f64 {
    // At the very tip the terms cancel to nothing; the limit is reached well before.
    let k = photon_mev.min(0.999 * kinetic_mev) / ELECTRON_REST_MEV;
    let tau = kinetic_mev / ELECTRON_REST_MEV;
    let (e0, e) = (tau + 1.0, tau + 1.0 - k);
    let (p0, p) = ((tau * (tau + 2.0)).sqrt(), ((tau - k) * (tau - k + 2.0)).sqrt());
    let (epsilon0, epsilon) = (2.0 * (e0 + p0).ln(), 2.0 * (e + p).ln());
    let l = 2.0 * ((e0 * e + p0 * p - 1.0) / k).ln();
    let bracket = 8.0 * e0 * e / (3.0 * p0 * p)
        + k * k * (e0 * e0 * e * e + p0 * p0 * p * p) / (p0 * p).powi(3)
        + k / (2.0 * p0 * p)
            * ((e0 * e + p0 * p0) / p0.powi(3) * epsilon0 - (e0 * e + p * p) / p.powi(3) * epsilon
                + 2.0 * k * e0 * e / (p * p * p0 * p0));
    let unscreened = p / p0
        * (4.0 / 3.0 - 2.0 * e0 * e * (p * p + p0 * p0) / (p0 * p0 * p * p)
            + epsilon0 * e / p0.powi(3)
            + epsilon * e0 / p.powi(3)
            - epsilon * epsilon0 / (p0 * p)
            + l * bracket);

    let least_transfer = p0 - p - k;
    let b = 111.0 / atomic_number.cbrt() * least_transfer;
    let screening = if b < 30.0 {
        let arc = b * (1.0 / b).atan();
        let common = b.ln() - 0.5 * (b * b).ln_1p();
        let delta1 = 1.0 + common - arc;
        let delta2 = 13.0 / 12.0 + common - 1.5 * arc - b * b * (1.0 - arc - 0.75 * (1.0 / (b * b)).ln_1p());
        4.0 * (e0 / p0).powi(2) * ((1.0 + (e / e0).powi(2)) * delta1 - 2.0 / 3.0 * e / e0 * delta2)
    } else {
        0.0
    };

    // Electrons of the atom: Z more scatterers, which cannot take a hard photon's recoil.
    let hardest = tau / (tau + 2.0 - p0);
    let on_electrons = tau / (tau + 1.0) * (1.0 - k / hardest).max(0.0) / atomic_number;

    let ln_heavy = 1.5 * (FINE_STRUCTURE * atomic_number).powi(2) / (1.0 + 0.08 * tau) * k / tau;

    let coulomb = std::f64::consts::TAU * FINE_STRUCTURE * atomic_number;
    let (beta0, beta) = (p0 / e0, p / e);
    let elwert = beta0 / beta * (coulomb / -beta0).exp_m1() / (coulomb / -beta).exp_m1();
    ln_heavy.exp() * elwert * (1.0 + on_electrons) * (unscreened + screening).max(0.05 * unscreened)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scaled cross sections β² k dσ/dk / Z² (mb): Z, T (MeV), then the values at k/T = 0.05, 0.1, 0.2 ... 0.9.
    ///
    /// S. M. Seltzer & M. J. Berger, At. Data Nucl. Data Tables 35, 345 (1986), as in a public copy of Seltzer's
    /// file of 5 Sep 1984, read on 2026-11-21.
    #[rustfmt::skip]
    const SELTZER_BERGER: [(f64, f64, [f64; 10]); 6] = [
        (8.0, 0.1, [10.9271, 9.95706, 8.33505, 7.0357, 5.98476, 5.1456, 4.42958, 3.77958, 3.17414, 2.57247]),
        (8.0, 1.0, [12.5126, 10.6876, 8.05984, 6.36098, 5.1194, 4.10598, 3.24557, 2.48648, 1.8086, 1.19775]),
        (8.0, 6.0, [14.6813, 13.0343, 10.6378, 8.80967, 7.35419, 6.16855, 5.16083, 4.23965, 3.32085, 2.19458]),
        (74.0, 0.1, [8.8157, 8.59365, 7.9943, 7.43315, 6.96312, 6.57379, 6.24333, 5.95839, 5.71472, 5.50342]),
        (74.0, 1.0, [10.8209, 9.84616, 8.22606, 6.95797, 5.9362, 5.09054, 4.3769, 3.7533, 3.19541, 2.68008]),
        (74.0, 6.0, [10.6774, 9.86225, 8.48133, 7.34396, 6.40219, 5.6155, 4.9335, 4.29588, 3.6476, 2.81129]),
    ];
    const SHARES: [f64; 10] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    #[test]
    fn shape_is_that_of_seltzer_and_berger_to_some_per_cent() {
        let mut misses = Vec::new();
        for (z, kinetic_mev, theirs) in SELTZER_BERGER {
            let ours = SHARES.map(|share| shape(z, kinetic_mev, share * kinetic_mev));
            let scale = theirs.iter().sum::<f64>() / ours.iter().sum::<f64>();
            for (i, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                let deviation = ours * scale / theirs - 1.0;
                if deviation.abs() > 0.08 {
                    misses.push(format!(
                        "Z = {z}, {kinetic_mev} MeV, k/T = {}: {:+.1} %",
                        SHARES[i],
                        100.0 * deviation
                    ));
                }
            }
        }
        assert!(misses.is_empty(), "{misses:#?}");
    }

    #[test]
    fn shape_is_positive_and_finite_everywhere() {
        for z in [1.0, 8.0, 29.0, 74.0, 92.0] {
            for step in 0..=80 {
                let kinetic_mev = 1e-3 * 50e3_f64.powf(f64::from(step) / 80.0);
                for share in [1e-6, 1e-3, 0.1, 0.5, 0.9, 0.99, 0.9999, 1.0] {
                    let value = shape(z, kinetic_mev, share * kinetic_mev);
                    assert!(
                        value.is_finite() && value > 0.0,
                        "Z = {z}, {kinetic_mev} MeV, k/T = {share}: {value}"
                    );
                }
            }
        }
    }
}

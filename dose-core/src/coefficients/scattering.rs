//! Scattering on bound electrons: incoherent function, form factor and Klein-Nishina averages.

use super::quadrature::nodes;
use crate::data::{ELECTRON_REST_MEV, element, momentum_transfers_per_angstrom};
use crate::material::Material;

/// hc (MeV Å), CODATA 2018.
pub const PLANCK_C_MEV_ANGSTROM: f64 = 0.012_398_419_843;

/// Incoherent scattering function of a mixture per electron, 0 to 1.
///
/// ```text
/// S(x) = Σ (wᵢ/Aᵢ) Sᵢ(x) / Σ (wᵢ/Aᵢ) Zᵢ,   x = sin(θ/2) / λ
/// ```
/// Atoms: Hubbell et al., J. Phys. Chem. Ref. Data 4, 471 (1975), through xraylib. Below 0.005 1/Å as x², above
/// 200 1/Å the last value.
///
/// ```
/// # use dose_core::{coefficients::incoherent_function, material::Material};
/// let water = Material::named("water").unwrap();
/// assert_eq!(incoherent_function(&water, 0.0), 0.0);
/// assert!(incoherent_function(&water, 50.0) > 0.999);
/// ```
pub fn incoherent_function(material: &Material, x_per_angstrom: f64) -> f64 {
    let place = Place::of(x_per_angstrom);
    let (mut bound, mut free) = (0.0, 0.0);
    for &(z, mass_fraction) in &material.mass_fractions {
        let element = element(z);
        let moles = mass_fraction / element.atomic_mass;
        bound += moles * place.value(&element.ln_incoherent_function, 2.0, 0.0);
        free += moles * f64::from(z);
    }
    (bound / free).min(1.0)
}

/// Squared form factor of a mixture, Σ (wᵢ/Aᵢ) Fᵢ(x)² (mol/g): not normalised, only its shape samples the angle.
///
/// Atoms: Hubbell et al. (1975) through xraylib, as for [`incoherent_function`]. Below 0.005 1/Å constant, above
/// 200 1/Å along the last power law.
pub fn form_factor_squared(material: &Material, x_per_angstrom: f64) -> f64 {
    let place = Place::of(x_per_angstrom);
    let squared = |&(z, mass_fraction): &(u8, f64)| {
        let element = element(z);
        mass_fraction / element.atomic_mass * place.value(&element.ln_form_factor, 0.0, -4.0).powi(2)
    };
    material.mass_fractions.iter().map(squared).sum()
}

/// Where a momentum transfer lies on the common grid.
struct Place {
    interval: usize,
    fraction: f64,
    /// ln(x/first) where x is below the grid, else 0.
    ln_below: f64,
    /// ln(x/last) where x is above the grid, else 0.
    ln_above: f64,
}

impl Place {
    fn of(x_per_angstrom: f64) -> Self {
        let grid = momentum_transfers_per_angstrom();
        let (first, last) = (grid[0].ln(), grid[grid.len() - 1].ln());
        let ln_x = x_per_angstrom.max(0.0).ln(); // -inf at 0: S is 0 there
        let steps = (ln_x.clamp(first, last) - first) / (last - first) * (grid.len() - 1) as f64;
        let interval = (steps as usize).min(grid.len() - 2);
        let fraction = steps - interval as f64;
        Self { interval, fraction, ln_below: (ln_x - first).min(0.0), ln_above: (ln_x - last).max(0.0) }
    }

    /// exp of the table at this place; outside the grid along power laws.
    fn value(&self, ln_table: &[f64], power_below: f64, power_above: f64) -> f64 {
        let (low, high) = (ln_table[self.interval], ln_table[self.interval + 1]);
        let below = if power_below == 0.0 { 0.0 } else { power_below * self.ln_below };
        (low + self.fraction * (high - low) + below + power_above * self.ln_above).exp()
    }
}

/// Mean of a function of the electron's energy T = E − E' over Compton scatterings.
///
/// ```text
/// p(r) dr ∝ (r + 1/r − sin²θ) S(x(θ)) dr,   r = E'/E,   cos θ = 1 + (1 − 1/r)/κ,   κ = E/mₑc²
/// ```
/// Klein-Nishina times the incoherent function (binding energies and Doppler broadening left out). Quadrature in
/// u with ln(1/r) = ln(1 + 2κ) u³, which crowds nodes to small angles where S rises: 1e-5 relative.
pub fn compton_average(material: &Material, energy_mev: f64, mut of_electron: impl FnMut(f64) -> f64) -> f64 {
    let kappa = energy_mev / ELECTRON_REST_MEV;
    let widest = (2.0 * kappa).ln_1p();
    let (mut weighted, mut total) = (0.0, 0.0);
    for (u, node_weight) in nodes(0.0, 1.0, 16) {
        let loss = widest * u.powi(3); // ln(1/r)
        let r = (-loss).exp();
        let one_minus_cos = loss.exp_m1() / kappa;
        let sin_squared = one_minus_cos * (2.0 - one_minus_cos);
        let x_per_angstrom = energy_mev / PLANCK_C_MEV_ANGSTROM * (0.5 * one_minus_cos).sqrt();
        let klein_nishina = r + 1.0 / r - sin_squared;
        let weight = node_weight * u * u * r * klein_nishina * incoherent_function(material, x_per_angstrom);
        weighted += weight * of_electron(energy_mev * -(-loss).exp_m1());
        total += weight;
    }
    weighted / total
}

/// Mean fraction of the photon energy that a Compton scattering gives to the electron; see [`compton_average`].
///
/// ```
/// # use dose_core::{coefficients::compton_transfer_fraction, material::Material};
/// let water = Material::named("water").unwrap();
/// assert!((compton_transfer_fraction(&water, 1.25) - 0.4706).abs() < 5e-4); // free electron: 1 - 0.6618/1.25
/// ```
pub fn compton_transfer_fraction(material: &Material, energy_mev: f64) -> f64 {
    compton_average(material, energy_mev, |electron_mev| electron_mev) / energy_mev
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean fraction for free electrons from the closed forms of Klein-Nishina: 1 − σ_s/σ.
    fn free_fraction(energy_mev: f64) -> f64 {
        let k = energy_mev / ELECTRON_REST_MEV;
        let q = 1.0 + 2.0 * k;
        let total = 2.0
            * ((1.0 + k) / (k * k) * (2.0 * (1.0 + k) / q - q.ln() / k) + q.ln() / (2.0 * k)
                - (1.0 + 3.0 * k) / (q * q));
        let scattered = q.ln() / k.powi(3)
            + 2.0 * (1.0 + k) * (2.0 * k * k - 2.0 * k - 1.0) / (k * k * q * q)
            + 8.0 * k * k / (3.0 * q.powi(3));
        1.0 - scattered / total
    }

    #[test]
    fn hydrogen_at_high_energy_transfers_as_free_electrons_do() {
        let hydrogen = Material::new("H", 1.0, &[(1, 1.0)]).expect("valid");
        for energy_mev in [1.0, 5.0, 25.0] {
            let ratio = compton_transfer_fraction(&hydrogen, energy_mev) / free_fraction(energy_mev);
            assert!((ratio - 1.0).abs() < 1e-4, "{energy_mev}: {ratio}");
        }
    }

    #[test]
    fn quadrature_of_the_transfer_fraction_has_converged_to_1e_5() {
        let lead = Material::named("lead").expect("named");
        for energy_mev in [0.001, 0.01, 0.1, 1.0, 25.0] {
            let ours = compton_transfer_fraction(&lead, energy_mev);
            let kappa = energy_mev / ELECTRON_REST_MEV;
            let (mut weighted, mut total) = (0.0, 0.0);
            for (cos_half_turn, node_weight) in nodes(0.0, 1.0, 3000) {
                let one_minus_cos = 2.0 * cos_half_turn.powi(4);
                let r = 1.0 / (1.0 + kappa * one_minus_cos);
                let x = energy_mev / PLANCK_C_MEV_ANGSTROM * (0.5 * one_minus_cos).sqrt();
                let shape = r * r * (r + 1.0 / r - one_minus_cos * (2.0 - one_minus_cos));
                let weight = node_weight * cos_half_turn.powi(3) * shape * incoherent_function(&lead, x);
                weighted += weight * (1.0 - r);
                total += weight;
            }
            assert!(
                (ours * total / weighted - 1.0).abs() < 1e-5,
                "{energy_mev}: {}",
                ours * total / weighted - 1.0
            );
        }
    }

    #[test]
    fn binding_moves_incoherent_scattering_to_larger_angles_in_heavy_elements() {
        let lead = Material::named("lead").expect("named");
        assert!(compton_transfer_fraction(&lead, 0.1) > 1.05 * free_fraction(0.1));
    }

    #[test]
    fn scattering_functions_are_monotonic_and_meet_their_limits() {
        for name in Material::names() {
            let material = Material::named(name).expect("named");
            let mut last = (0.0, f64::INFINITY);
            for step in 0..600 {
                let x = 1e-4 * 1e8_f64.powf(f64::from(step) / 599.0);
                let next = (incoherent_function(&material, x), form_factor_squared(&material, x));
                assert!(next.0 >= last.0 * (1.0 - 1e-6) && next.1 <= last.1 * (1.0 + 1e-6), "{name} {x}");
                last = next;
            }
            assert!((last.0 - 1.0).abs() < 1e-3, "{name}: S ends at {}", last.0);
        }
    }
}

//! Mean direction of bremsstrahlung relative to the electron's first direction.

use crate::coefficients::StoppingPower;
use crate::data::{ELECTRON_REST_MEV, element};
use crate::material::Material;

/// Mean cosines along the slowing down of an electron, at given energies.
pub(super) struct Deflection {
    /// e^Λ with Λ the integral of 1/(S λ₁) from the lowest energy: the mean cosine between the directions at T' and
    /// at T is alignment(T') / alignment(T).
    pub(super) alignment: Vec<f64>,
    /// Mean cosine between a photon and the electron that emits it.
    pub(super) emission_cosine: Vec<f64>,
}

impl Deflection {
    /// Multiple scattering of a material.
    ///
    /// ```text
    /// ⟨cos⟩(T → T') = exp(−∫_{T'}^{T} dT''/(S λ₁))
    /// ```
    /// H. W. Lewis, Phys. Rev. 78, 526 (1950): exact for continuous slowing down. λ₁: [`transport_cm2_g`].
    pub(super) fn new(material: &Material, stopping: &StoppingPower, energy_mev: &[f64]) -> Self {
        let rate = |kinetic_mev: f64| {
            transport_cm2_g(material, kinetic_mev) * kinetic_mev / stopping.total(kinetic_mev)
        };
        let mut lambda = 0.0;
        let mut alignment = vec![1.0];
        for pair in energy_mev.windows(2) {
            lambda += 0.5 * (pair[1] / pair[0]).ln() * (rate(pair[0]) + rate(pair[1]));
            alignment.push(lambda.exp());
        }
        Self { alignment, emission_cosine: energy_mev.iter().map(|t| emission_cosine(*t)).collect() }
    }
}

/// First transport cross section of elastic scattering per mass, N σ₁ = 1/λ₁ (cm²/g).
///
/// ```text
/// Σ (wᵢ N_A/Aᵢ) 2π r₀² Z(Z+1)/(p²β²) [ln(1 + 1/η) − 1/(1 + η)]
/// η = ¼ (α Z^(1/3)/(0.885 p))² [1.13 + 3.76 (αZ/β)²]        (p in mₑc)
/// ```
/// Screened Rutherford with Molière's screening (G. Molière, Z. Naturforsch. 2a, 133 (1947)); Z + 1 for scattering
/// on electrons; spin left out.
fn transport_cm2_g(material: &Material, kinetic_mev: f64) -> f64 {
    const FINE_STRUCTURE: f64 = 7.297_352_569_3e-3;
    const CLASSICAL_RADIUS_CM: f64 = 2.817_940_326e-13;
    const AVOGADRO: f64 = 6.022_140_76e23;
    let tau = kinetic_mev / ELECTRON_REST_MEV;
    let p_squared = tau * (tau + 2.0);
    let beta_squared = p_squared / (tau + 1.0).powi(2);
    let per_gram = |&(number, mass_fraction): &(u8, f64)| {
        let z = f64::from(number);
        let radius = FINE_STRUCTURE * z.cbrt() / 0.885;
        let coulomb = 1.13 + 3.76 * (FINE_STRUCTURE * z).powi(2) / beta_squared;
        let eta = 0.25 * radius * radius / p_squared * coulomb;
        let logarithm = (1.0 / eta).ln_1p() - 1.0 / (1.0 + eta);
        mass_fraction / element(number).atomic_mass * z * (z + 1.0) * logarithm
    };
    let sum: f64 = material.mass_fractions.iter().map(per_gram).sum();
    AVOGADRO * std::f64::consts::TAU * CLASSICAL_RADIUS_CM.powi(2) / (p_squared * beta_squared) * sum
}

/// Mean cosine between a photon and the electron that emits it.
///
/// ```text
/// p(cos θ) = ⅜ (1 + c²) (1 − β²)/(1 − β cos θ)²,   c = (cos θ − β)/(1 − β cos θ)
/// ⟨cos θ⟩ = 1/β − (1 − β²)/β · ⅜ (L/β + L/β³ − 2/β²),   L = ln((1 + β)/(1 − β))
/// ```
/// A classical dipole across the path in the rest frame of the electron, boosted (L. Kissel, C. A. Quarles, R. H.
/// Pratt, At. Data Nucl. Data Tables 28, 381 (1983), use the form; unverified). No dependence on the photon energy.
fn emission_cosine(kinetic_mev: f64) -> f64 {
    let tau = kinetic_mev / ELECTRON_REST_MEV;
    let beta = (tau * (tau + 2.0)).sqrt() / (tau + 1.0);
    let l = 2.0 * beta.atanh();
    1.0 / beta - (1.0 - beta * beta) / beta * 0.375 * (l / beta + l / beta.powi(3) - 2.0 / (beta * beta))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coefficients::integrate;

    #[test]
    fn emission_cosine_is_the_mean_of_its_distribution() {
        for kinetic_mev in [0.001, 0.1, 1.0, 10.0] {
            let tau: f64 = kinetic_mev / ELECTRON_REST_MEV;
            let beta = (tau * (tau + 2.0)).sqrt() / (tau + 1.0);
            let density = |cos: f64| {
                let c = (cos - beta) / (1.0 - beta * cos);
                0.375 * (1.0 + c * c) * (1.0 - beta * beta) / (1.0 - beta * cos).powi(2)
            };
            // cos = 1 − 2u⁴ crowds nodes forward.
            let moment = |power: i32| {
                integrate(0.0, 1.0, 200, |u| {
                    let cos = 1.0 - 2.0 * u.powi(4);
                    8.0 * u.powi(3) * density(cos) * cos.powi(power)
                })
            };
            assert!((moment(0) - 1.0).abs() < 1e-6);
            assert!((moment(1) - emission_cosine(kinetic_mev)).abs() < 1e-6, "{kinetic_mev}");
        }
    }

    #[test]
    fn transport_cross_section_is_the_integral_of_screened_rutherford_scattering() {
        // Hydrogen at 1 MeV: N_A/A · Z(Z+1) r₀²/(p²β²) ∫ (1 − μ) 2π/(1 − μ + 2η)² dμ, with 1 − μ = 2η e^y as
        // variable.
        let tau: f64 = 1.0 / ELECTRON_REST_MEV;
        let (p_squared, beta_squared) = (tau * (tau + 2.0), tau * (tau + 2.0) / (tau + 1.0).powi(2));
        let eta = 0.25 * (7.297_352_569_3e-3_f64 / 0.885).powi(2) / p_squared
            * (1.13 + 3.76 * 7.297_352_569_3e-3_f64.powi(2) / beta_squared);
        let integral = integrate(-30.0, (1.0 / eta).ln(), 200, |y| (2.0 * y).exp() / (y.exp() + 1.0).powi(2));
        let expected = 6.022_140_76e23 / 1.008 * 2.0 * 2.817_940_326e-13_f64.powi(2)
            / (p_squared * beta_squared)
            * std::f64::consts::TAU
            * integral;
        let hydrogen = Material::new("H", 1.0, &[(1, 1.0)]).expect("valid");
        assert!((transport_cm2_g(&hydrogen, 1.0) / expected - 1.0).abs() < 1e-4);
    }
}

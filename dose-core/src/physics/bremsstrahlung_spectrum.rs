//! Thick-target bremsstrahlung: what an electron radiates while it stops in a material.
//!
//! Everything here is built once per material in f64; `physics::bremsstrahlung` samples it.

mod cross_section;
mod direction;

use crate::coefficients::{StoppingPower, nodes};
use crate::material::Material;
use cross_section::RadiatedEnergySpectrum;
use direction::Deflection;

/// Number of electron energies of a table, equal steps in the logarithm from the cutoff to the maximum.
pub const ENERGIES: usize = 64;
/// Number of quantiles of a table, both ends included.
pub const QUANTILES: usize = 65;
/// Steps of the integrals over energy for one step of the table.
const REFINEMENT: usize = 4;
/// Nodes of the mean energy for one step of the table.
const ENERGY_REFINEMENT: usize = 8;

/// Photons above a cutoff that an electron emits while it stops in a material (continuous slowing down).
///
/// Rows are electron energies `cutoff (max/cutoff)^(i/63)`. Columns are quantiles at the probabilities
/// [`probability_at`], crowded towards hard photons, which are few but carry the energy. Between nodes everything
/// is linear in ln T and in the place `64 (1 − √(1 − q))`. (65 equally probable quantiles joined by straight lines
/// radiate 3.7 % too much in water at 6 MeV.)
#[derive(Clone, Debug)]
pub struct ThickTarget {
    /// Lowest energy of the photons counted, and of the electrons (MeV).
    pub cutoff_mev: f64,
    /// Highest energy of the electrons (MeV).
    pub max_mev: f64,
    /// Mean number of photons above the cutoff for each row.
    pub number: Vec<f32>,
    /// ln(k/cutoff) / ln(T/cutoff) at each quantile, row after row, [`QUANTILES`] each; 0 to 1.
    pub log_energy_shares: Vec<f32>,
    /// Mean cosine between the photon and the first direction of the electron, as `log_energy_shares`.
    pub mean_cosines: Vec<f32>,
    /// Mean energy radiated above the cutoff (MeV) at `ENERGY_REFINEMENT` nodes a row.
    energy_mev: Vec<f64>,
}

/// Probability of a photon softer than quantile `i`: `1 − (1 − i/64)²`.
pub fn probability_at(i: usize) -> f64 {
    1.0 - (1.0 - i as f64 / (QUANTILES - 1) as f64).powi(2)
}

/// Builds the table of a material.
///
/// ```text
/// dN/dk (T, k) = ∫ₖᵀ (N_A/A) dσ/dk(T', k) / S(T') dT'
/// ```
/// The shape of dσ/dk: formula 3BN of Koch & Motz with terms for screening, the electrons of the atom and heavy
/// nuclei (see `cross_section`; up to 8 % from the tables of Seltzer & Berger), scaled at each T' and for each
/// element so that it radiates ESTAR's radiative stopping power. S: [`StoppingPower`]. Positrons are taken for
/// electrons. The number is scaled (by less than 0.05 % from 20 keV on) so that the tabulated quantiles,
/// interpolated linearly, give the mean energy of the integral.
///
/// ```
/// # use dose_core::{material::Material, physics::bremsstrahlung_spectrum::thick_target};
/// let water = Material::named("water").unwrap();
/// let target = thick_target(&water, 0.01, 25.0);
/// let share = target.mean_energy_mev(6.0) / 6.0; // nearly the radiation yield, 0.0234
/// assert!(share > 0.0228 && share < 0.0234, "{share}");
/// ```
pub fn thick_target(material: &Material, cutoff_mev: f64, max_mev: f64) -> ThickTarget {
    let stopping = StoppingPower::new(material);
    let fine = (ENERGIES - 1) * REFINEMENT + 1;
    let ln_step = (max_mev / cutoff_mev).ln() / (fine - 1) as f64;
    let energy_mev: Vec<f64> = (0..fine).map(|i| cutoff_mev * (ln_step * i as f64).exp()).collect();
    let deflection = Deflection::new(material, &stopping, &energy_mev);

    let mut target = ThickTarget {
        cutoff_mev,
        max_mev,
        number: vec![0.0],
        log_energy_shares: (0..QUANTILES).map(|i| i as f32 / (QUANTILES - 1) as f32).collect(),
        mean_cosines: vec![deflection.emission_cosine[0] as f32; QUANTILES],
        energy_mev: Vec::new(),
    };
    let spectra: Vec<RadiatedEnergySpectrum> =
        energy_mev.iter().map(|kinetic_mev| RadiatedEnergySpectrum::new(material, *kinetic_mev)).collect();
    // Integrals over T' from k = energy_mev[j] up to the current row: number per ln k, and the same weighted with
    // the mean cosine relative to a direction at the reference energy of `deflection`.
    let mut per_ln_k = vec![0.0; fine];
    let mut cosine_weighted = vec![0.0; fine];
    let mut below = vec![(0.0, 0.0); fine];
    for i in 0..fine {
        let slowing = energy_mev[i] / stopping.total(energy_mev[i]);
        for j in 0..=i {
            let weight = spectra[i].value(energy_mev[j]) * slowing;
            let here = (weight, weight * deflection.alignment[i] * deflection.emission_cosine[i]);
            if j < i {
                per_ln_k[j] += 0.5 * ln_step * (below[j].0 + here.0);
                cosine_weighted[j] += 0.5 * ln_step * (below[j].1 + here.1);
            }
            below[j] = here;
        }
        if i > 0 && i % REFINEMENT == 0 {
            let mut cosine: Vec<f64> =
                (0..i).map(|j| cosine_weighted[j] / per_ln_k[j] / deflection.alignment[i]).collect();
            cosine.push(deflection.emission_cosine[i]); // a photon of all the energy leaves at once
            target.push_row(&per_ln_k[..=i], &cosine, &energy_mev[..=i], ln_step);
        }
    }
    target.tabulate_energy();
    target
}

impl ThickTarget {
    /// Adds one electron energy: number per ln k and mean cosine at the photon energies up to it.
    fn push_row(&mut self, per_ln_k: &[f64], cosine: &[f64], energy_mev: &[f64], ln_step: f64) {
        let mut cumulative = vec![0.0];
        let mut radiated_mev = 0.0;
        for (n, k) in per_ln_k.windows(2).zip(energy_mev.windows(2)) {
            cumulative.push(cumulative[cumulative.len() - 1] + 0.5 * ln_step * (n[0] + n[1]));
            radiated_mev += 0.5 * ln_step * (n[0] * k[0] + n[1] * k[1]);
        }
        let total = cumulative[cumulative.len() - 1];
        let last = cumulative.len() - 1;
        for quantile in 0..QUANTILES {
            let sought = probability_at(quantile) * total;
            let interval = cumulative.partition_point(|c| *c <= sought).clamp(1, last) - 1;
            let place = interval as f64
                + place_in(
                    per_ln_k[interval],
                    per_ln_k[interval + 1],
                    (sought - cumulative[interval]) / ln_step,
                );
            let (low, fraction) =
                ((place as usize).min(last - 1), place - (place as usize).min(last - 1) as f64);
            self.log_energy_shares.push((place / last as f64) as f32);
            self.mean_cosines.push((cosine[low] + fraction * (cosine[low + 1] - cosine[low])) as f32);
        }
        let kinetic_mev = energy_mev[last];
        let row = self.number.len();
        self.number.push(0.0);
        self.number[row] = (radiated_mev / self.mean_photon_mev(row, 0.0, kinetic_mev)) as f32;
    }

    /// Mean energy of a photon (MeV) from the tabulated quantiles, `fraction` of the way from a row to the next.
    fn mean_photon_mev(&self, row: usize, fraction: f64, kinetic_mev: f64) -> f64 {
        let ln_range = (kinetic_mev / self.cutoff_mev).ln();
        let share = |i: usize| self.mixed(&self.log_energy_shares, row, fraction, i) * ln_range;
        let mut mean = 0.0;
        for i in 0..QUANTILES - 1 {
            let (low, high) = (share(i), share(i + 1));
            // Probability is quadratic in the place: dq = 2 (1 − place/64) / 64.
            let last = (QUANTILES - 1) as f64;
            mean += nodes(0.0, 1.0, 1)
                .map(|(t, w)| w * 2.0 / last * (1.0 - (i as f64 + t) / last) * (low + t * (high - low)).exp())
                .sum::<f64>();
        }
        self.cutoff_mev * mean
    }

    fn tabulate_energy(&mut self) {
        let count = (ENERGIES - 1) * ENERGY_REFINEMENT + 1;
        let energy = |i: usize| {
            let place = i as f64 / ENERGY_REFINEMENT as f64;
            let kinetic_mev =
                self.cutoff_mev * (self.max_mev / self.cutoff_mev).powf(place / (ENERGIES - 1) as f64);
            let (row, fraction) = split(place);
            let number = mix(&self.number, row, fraction);
            number * self.mean_photon_mev(row, fraction, kinetic_mev)
        };
        self.energy_mev = (0..count).map(energy).collect();
    }

    /// Mean number of photons above the cutoff from an electron of a kinetic energy.
    pub fn mean_number(&self, kinetic_mev: f64) -> f64 {
        let (row, fraction) = split(self.place(kinetic_mev));
        mix(&self.number, row, fraction)
    }

    /// Mean energy radiated above the cutoff by an electron (MeV): that of the tabulated quantiles and numbers,
    /// interpolated as the type says (to 1e-4).
    pub fn mean_energy_mev(&self, kinetic_mev: f64) -> f64 {
        let place = self.place(kinetic_mev) * ENERGY_REFINEMENT as f64;
        let i = (place as usize).min(self.energy_mev.len() - 2);
        self.energy_mev[i] + (place - i as f64) * (self.energy_mev[i + 1] - self.energy_mev[i])
    }

    /// ln(k/cutoff) / ln(T/cutoff) of the photon energy k that a share `probability` of the photons is below.
    pub fn log_energy_share(&self, kinetic_mev: f64, probability: f64) -> f64 {
        self.at_quantile(&self.log_energy_shares, kinetic_mev, probability)
    }

    /// Mean cosine between the photon and the first direction of the electron, at a quantile of the photon energy.
    pub fn mean_cosine(&self, kinetic_mev: f64, probability: f64) -> f64 {
        self.at_quantile(&self.mean_cosines, kinetic_mev, probability)
    }

    fn at_quantile(&self, table: &[f32], kinetic_mev: f64, probability: f64) -> f64 {
        let (row, fraction) = split(self.place(kinetic_mev));
        let place = (QUANTILES - 1) as f64 * (1.0 - (1.0 - probability.clamp(0.0, 1.0)).sqrt());
        let i = (place as usize).min(QUANTILES - 2);
        let (low, high) = (self.mixed(table, row, fraction, i), self.mixed(table, row, fraction, i + 1));
        low + (place - i as f64) * (high - low)
    }

    fn mixed(&self, table: &[f32], row: usize, fraction: f64, quantile: usize) -> f64 {
        let low = f64::from(table[row * QUANTILES + quantile]);
        if fraction == 0.0 {
            return low; // also while the next row does not exist yet
        }
        low + fraction * (f64::from(table[(row + 1) * QUANTILES + quantile]) - low)
    }

    /// Row of an electron energy as a real number, 0 to 63.
    fn place(&self, kinetic_mev: f64) -> f64 {
        let share =
            (kinetic_mev.max(self.cutoff_mev) / self.cutoff_mev).ln() / (self.max_mev / self.cutoff_mev).ln();
        share.min(1.0) * (ENERGIES - 1) as f64
    }
}

/// Place 0 to 1 in a step where a density falls linearly from `low` to `high` and the area before it is `area`.
fn place_in(low: f64, high: f64, area: f64) -> f64 {
    let root = (low * low + 2.0 * area * (high - low)).max(0.0).sqrt();
    if low + root > 0.0 { (2.0 * area / (low + root)).clamp(0.0, 1.0) } else { 0.0 }
}

fn split(place: f64) -> (usize, f64) {
    let row = (place as usize).min(ENERGIES - 2);
    (row, place - row as f64)
}

fn mix(table: &[f32], row: usize, fraction: f64) -> f64 {
    f64::from(table[row]) + fraction * (f64::from(table[row + 1]) - f64::from(table[row]))
}

#[cfg(test)]
mod tests;

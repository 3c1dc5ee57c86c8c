//! Bremsstrahlung of the electrons set free, as photons from where each electron is born (thick target).
//!
//! A table holds, for an electron that stops in the material, the mean number of photons above the cutoff and the
//! quantiles of their energies with the mean cosine to the electron's first direction. At most one photon is emitted an
//! electron; where the mean number exceeds one, the photon carries it as weight. Twin: `bremsstrahlung.wgsl`.

use super::bremsstrahlung_spectrum::{ThickTarget, probability_at};
use super::functions::{exp_minus, greatest, least, ln};
use super::lattice::{ELECTRON, mix};

/// Quantiles of the photon energy at one electron energy.
pub const QUANTILES: usize = 65;
/// Floats of one node: mean number, energies, cosines.
pub const FLOATS_PER_NODE: usize = 1 + 2 * QUANTILES;

/// Mean number of photons above the cutoff from an electron of a kinetic energy.
#[inline(always)]
pub fn mean_number(table: &[f32], kinetic_mev: f32) -> f32 {
    assert!(table.len() >= ELECTRON.nodes() * FLOATS_PER_NODE);
    let (cell, between) = ELECTRON.locate(kinetic_mev);
    // SAFETY: a cell is at most two less than the nodes.
    let node = |cell: usize| unsafe { *table.get_unchecked(cell * FLOATS_PER_NODE) };
    mix(node(cell), node(cell + 1), between)
}

/// Energy (MeV) of a photon and its mean cosine to the electron's first direction, at a quantile.
///
/// The table holds ln(k/cutoff) / ln(T/cutoff).
#[inline(always)]
pub fn photon(table: &[f32], kinetic_mev: f32, cutoff_mev: f32, quantile: f32) -> (f32, f32) {
    let (cell, between) = ELECTRON.locate(kinetic_mev);
    // Quantiles lie denser towards the top of the spectrum: q = 1 - (1 - i/64)^2 (`probability_at`).
    let place = (1.0 - greatest(1.0 - quantile, 0.0).sqrt()) * (QUANTILES - 1) as f32;
    let step = place as usize;
    let within = place - step as f32;
    let at = cell * FLOATS_PER_NODE + 1 + step;
    let value = |at: usize| {
        let lower = mix(table[at], table[at + 1], within);
        let upper = mix(table[at + FLOATS_PER_NODE], table[at + FLOATS_PER_NODE + 1], within);
        mix(lower, upper, between)
    };
    let share = value(at);
    let energy_mev = cutoff_mev / exp_minus(share * greatest(ln(kinetic_mev / cutoff_mev), 0.0));
    (least(energy_mev, kinetic_mev), value(at + QUANTILES))
}

/// 1 − cos of an angle whose cosine has a given mean, from p(cos) ∝ e^(a cos), the least committed distribution.
///
/// a by the approximation a = m (3 − m²)/(1 − m²) to the inverse Langevin function: A. Cohen, Rheol. Acta 30, 270
/// (1991), within 5 %.
#[inline(always)]
pub fn one_minus_cos(mean_cos: f32, quantile: f32) -> f32 {
    let m = greatest(least(mean_cos, 0.999), 0.01);
    let a = m * (3.0 - m * m) / (1.0 - m * m);
    let floor = exp_minus(2.0 * a);
    greatest(least(-ln(quantile + (1.0 - quantile) * floor) / a, 2.0), 0.0)
}

/// The table that [`mean_number`] and [`photon`] read.
pub fn flat_table(target: &ThickTarget) -> Vec<f32> {
    let mut table = Vec::with_capacity(ELECTRON.nodes() * FLOATS_PER_NODE);
    for node in 0..ELECTRON.nodes() {
        let kinetic_mev = ELECTRON.node_value(node);
        table.push(target.mean_number(kinetic_mev) as f32);
        let quantiles = || (0..QUANTILES).map(probability_at);
        table.extend(quantiles().map(|q| target.log_energy_share(kinetic_mev, q) as f32));
        table.extend(quantiles().map(|q| target.mean_cosine(kinetic_mev, q) as f32));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampled_angles_have_the_mean_cosine_asked_for() {
        for mean in [0.05f32, 0.3, 0.6, 0.9, 0.98] {
            let n = 100_000;
            let sum: f64 =
                (0..n).map(|i| 1.0 - f64::from(one_minus_cos(mean, (i as f32 + 0.5) / n as f32))).sum();
            let found = sum / f64::from(n);
            assert!((found - f64::from(mean)).abs() < 0.02, "{mean}: {found}");
        }
    }
}

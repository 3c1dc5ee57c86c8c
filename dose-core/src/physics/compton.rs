//! Compton scattering: Klein-Nishina by an inverse table, electron binding by rejection.
//!
//! Twin: `compton.wgsl`.

use super::ELECTRON_REST_MEV;
use super::functions::{greatest, least};
use super::lattice::{KLEIN_NISHINA, MOMENTUM, mix};

/// Quantiles of the inverse table at one energy.
pub const QUANTILES: usize = 129;

/// Momentum transfer of a scattering straight back, divided by the photon's energy (1/(Å MeV)): 1/(2hc), with
/// hc = 0.012 398 419 84 MeV Å (CODATA 2018), times 2 because sin(θ/2) is taken from 1 − cos θ below.
pub const MOMENTUM_PER_MEV: f32 = 80.655_44;

/// Photon energy after Compton scattering through an angle.
///
/// ```text
/// E' = E / (1 + (E / mₑc²) (1 − cos θ))
/// ```
/// A. H. Compton, Phys. Rev. 21, 483 (1923). Free electron at rest.
///
/// ```
/// # use dose_core::physics::compton::scattered_energy_mev;
/// assert_eq!(scattered_energy_mev(1.25, 0.0), 1.25); // straight ahead: nothing lost
/// assert!(scattered_energy_mev(1e6, 2.0) < 0.256); // straight back: at most mₑc²/2
/// ```
#[inline(always)]
pub fn scattered_energy_mev(energy_mev: f32, one_minus_cos: f32) -> f32 {
    energy_mev / (1.0 + energy_mev / ELECTRON_REST_MEV * one_minus_cos)
}

/// 1 − cos θ at a quantile of the Klein-Nishina distribution.
///
/// The table holds E/E' − 1 = k (1 − cos θ), k = E/mₑc², which is smooth in the quantile and nearly a power of the energy.
/// `table` has [`QUANTILES`] values at each node of [`KLEIN_NISHINA`].
#[inline(always)]
pub fn one_minus_cos(table: &[f32], energy_mev: f32, quantile: f32) -> f32 {
    let (cell, between) = KLEIN_NISHINA.locate(energy_mev);
    let place = quantile * (QUANTILES - 1) as f32;
    assert!(table.len() >= QUANTILES * KLEIN_NISHINA.nodes());
    debug_assert!(quantile > 0.0 && quantile < 1.0);
    // SAFETY: the bounds keep the step within the table, for a quantile that is not in (0, 1) too.
    let step: i32 = unsafe { least(greatest(place, 0.0), (QUANTILES - 2) as f32 + 0.5).to_int_unchecked() };
    let within = place - step as f32;
    let at = cell * QUANTILES + step as usize;
    // SAFETY: a cell is at most two less than the nodes, a step at most two less than the quantiles.
    let node = |place: usize| unsafe { *table.get_unchecked(place) };
    let lower = mix(node(at), node(at + 1), within);
    let upper = mix(node(at + QUANTILES), node(at + QUANTILES + 1), within);
    least(mix(lower, upper, between) * (ELECTRON_REST_MEV / energy_mev), 2.0)
}

/// Probability that a bound electron takes part in a scattering that a free one would: S(x)/Z of the mixture.
///
/// J. H. Hubbell et al., J. Phys. Chem. Ref. Data 4, 471 (1975). `table` holds S/Z at the nodes of [`MOMENTUM`].
#[inline(always)]
pub fn binding(table: &[f32], energy_mev: f32, one_minus_cos: f32) -> f32 {
    assert!(table.len() >= MOMENTUM.nodes());
    let (cell, fraction) = MOMENTUM.locate(energy_mev * MOMENTUM_PER_MEV * (0.5 * one_minus_cos).sqrt());
    // SAFETY: a cell is at most two less than the nodes.
    unsafe { mix(*table.get_unchecked(cell), *table.get_unchecked(cell + 1), fraction) }
}

/// The inverse table that [`one_minus_cos`] reads, in f64 and rounded once.
///
/// Differential cross section in t = ln(E/E'), from O. Klein and Y. Nishina, Z. Phys. 52, 853 (1929):
/// dσ/dt ∝ (ε + 1/ε − sin²θ) ε, ε = E'/E.
pub fn inverse_table() -> Vec<f32> {
    const STEPS: usize = 8192;
    let mut table = Vec::with_capacity(KLEIN_NISHINA.nodes() * QUANTILES);
    for node in 0..KLEIN_NISHINA.nodes() {
        let k = KLEIN_NISHINA.node_value(node) / f64::from(ELECTRON_REST_MEV);
        let full = (1.0 + 2.0 * k).ln();
        let density = |share: f64| {
            let inverse = (share * full).exp();
            let v = (inverse - 1.0) / k;
            (1.0 / inverse + inverse - v * (2.0 - v)) / inverse
        };
        // Simpson's rule in each step: exact enough that the rounding to f32 is what remains.
        let mut cumulative = vec![0.0; STEPS + 1];
        for i in 0..STEPS {
            let (a, b) = (i as f64 / STEPS as f64, (i + 1) as f64 / STEPS as f64);
            cumulative[i + 1] =
                cumulative[i] + (b - a) / 6.0 * (density(a) + 4.0 * density(0.5 * (a + b)) + density(b));
        }
        let total = cumulative[STEPS];
        let mut step = 0;
        for quantile in 0..QUANTILES {
            let target = total * quantile as f64 / (QUANTILES - 1) as f64;
            while step < STEPS - 1 && cumulative[step + 1] < target {
                step += 1;
            }
            let within = (target - cumulative[step]) / (cumulative[step + 1] - cumulative[step]);
            let share = (step as f64 + within) / STEPS as f64;
            table.push(((share * full).exp() - 1.0) as f32);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean energy fraction kept by the photon, by quadrature of Klein-Nishina over ε.
    fn mean_kept(k: f64) -> f64 {
        let lo = 1.0 / (1.0 + 2.0 * k);
        let n = 200_000;
        let (mut weight, mut kept) = (0.0, 0.0);
        for i in 0..n {
            let e = lo + (1.0 - lo) * (f64::from(i) + 0.5) / f64::from(n);
            let v = (1.0 / e - 1.0) / k;
            let f = e + 1.0 / e - v * (2.0 - v);
            weight += f;
            kept += f * e;
        }
        kept / weight
    }

    #[test]
    fn the_inverse_table_keeps_the_mean_energy_of_klein_nishina() {
        let table = inverse_table();
        for energy_mev in [0.0103f32, 0.0331, 0.06, 0.2, 0.511, 0.777, 1.25, 1.9, 3.3, 6.0, 10.7, 24.9] {
            let n = 100_000;
            let mut sum = 0.0;
            for i in 0..n {
                let v = one_minus_cos(&table, energy_mev, (i as f32 + 0.5) / n as f32);
                assert!((0.0..=2.0).contains(&v));
                sum += f64::from(scattered_energy_mev(energy_mev, v) / energy_mev);
            }
            let (ours, exact) =
                (sum / f64::from(n), mean_kept(f64::from(energy_mev) / f64::from(ELECTRON_REST_MEV)));
            let off = (1.0 - ours) / (1.0 - exact) - 1.0;
            assert!(off.abs() < 3e-4, "{energy_mev} MeV: mean transfer off by {off:e}");
        }
    }

    #[test]
    fn quantiles_of_the_table_are_quantiles_of_klein_nishina_between_the_nodes() {
        let table = inverse_table();
        for energy_mev in [0.0213f32, 0.143, 0.66, 2.05, 7.3, 17.0] {
            let k = f64::from(energy_mev) / f64::from(ELECTRON_REST_MEV);
            let n = 400_000;
            let cumulative = |limit: f64| {
                let f = |v: f64| {
                    let e = 1.0 / (1.0 + k * v);
                    e * e * (e + 1.0 / e - v * (2.0 - v))
                };
                (0..n).map(|i| f(limit * (f64::from(i) + 0.5) / f64::from(n))).sum::<f64>() * limit
            };
            let total = cumulative(2.0);
            for quantile in [0.003, 0.05, 0.31, 0.6, 0.93, 0.997] {
                let v = one_minus_cos(&table, energy_mev, quantile);
                let found = cumulative(f64::from(v)) / total;
                assert!(
                    (found - f64::from(quantile)).abs() < 3e-4,
                    "{energy_mev} MeV: {quantile} is {found}"
                );
            }
        }
    }

    #[test]
    fn the_scattered_energy_of_a_right_angle_is_the_textbook_one() {
        assert!((scattered_energy_mev(0.511, 1.0) - 0.2555).abs() < 1e-4);
    }
}

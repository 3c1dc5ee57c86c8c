//! Rayleigh scattering: the squared form factor of independent atoms times the Thomson cross section.
//!
//! dσ/dΩ ∝ (1 + cos² θ) F(x)², x = sin(θ/2)/λ. J. H. Hubbell et al., J. Phys. Chem. Ref. Data 4, 471 (1975).
//! x² is drawn from the cumulative of F², then accepted with (1 + cos² θ)/2. Twin: `rayleigh.wgsl`.

use super::compton::MOMENTUM_PER_MEV;
use super::functions::{greatest, least};
use super::lattice::{MOMENTUM, mix};

/// 1 − cos θ of a candidate, drawn from F² up to the largest momentum transfer at this energy.
///
/// `table` holds ∫₀^{x²} F² dx² at the nodes of [`MOMENTUM`] in any unit; below the first node it is a straight line.
#[inline(always)]
pub fn candidate_one_minus_cos(table: &[f32], energy_mev: f32, quantile: f32) -> f32 {
    let x_max = energy_mev * MOMENTUM_PER_MEV;
    let (last, fraction) = MOMENTUM.locate(x_max);
    let target = quantile * mix(table[last], table[last + 1], fraction);
    // The cell whose lower node is the last not above the target; bisection, at most ten halvings.
    let (mut lo, mut hi) = (0, last + 1);
    while hi - lo > 1 {
        let middle = (lo + hi) / 2;
        if table[middle] <= target {
            lo = middle;
        } else {
            hi = middle;
        }
    }
    let squared = |node: usize| {
        let x = node_value(node);
        x * x
    };
    let (a, b, below) =
        if target < table[0] { (0.0, squared(0), 0.0) } else { (squared(lo), squared(lo + 1), table[lo]) };
    let above = if target < table[0] { table[0] } else { table[lo + 1] };
    let within = if above > below { (target - below) / (above - below) } else { 0.5 };
    greatest(least(2.0 * mix(a, b, within) / (x_max * x_max), 2.0), 0.0)
}

/// Probability that a candidate is kept.
#[inline(always)]
pub fn acceptance(one_minus_cos: f32) -> f32 {
    let cos = 1.0 - one_minus_cos;
    0.5 * (1.0 + cos * cos)
}

#[inline(always)]
fn node_value(node: usize) -> f32 {
    let bits = (((127 + MOMENTUM.min_exponent) as u32) << 23) + ((node as u32) << (23 - MOMENTUM.bits));
    f32::from_bits(bits)
}

/// The table that [`candidate_one_minus_cos`] reads, from a function that gives F² at x (1/Å).
pub fn cumulative_table(form_factor_squared: impl Fn(f64) -> f64) -> Vec<f32> {
    const STEPS: usize = 32;
    let first = MOMENTUM.node_value(0);
    let mut sum = form_factor_squared(0.5 * first) * first * first;
    let mut table = vec![sum];
    for cell in 0..MOMENTUM.nodes() - 1 {
        let (a, b) = (MOMENTUM.node_value(cell), MOMENTUM.node_value(cell + 1));
        for step in 0..STEPS {
            let x = a + (b - a) * (step as f64 + 0.5) / STEPS as f64;
            sum += form_factor_squared(x) * 2.0 * x * (b - a) / STEPS as f64;
        }
        table.push(sum);
    }
    table.iter().map(|value| (value / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_form_factor_gives_uniform_cosines_before_the_thomson_weight() {
        let table = cumulative_table(|_| 1.0);
        for energy_mev in [0.011f32, 0.06, 0.3] {
            for i in 1..100 {
                let quantile = i as f32 / 100.0;
                let v = candidate_one_minus_cos(&table, energy_mev, quantile);
                // The table is normalised to its far end, so f32 leaves few digits near the origin at low energy.
                assert!((v - 2.0 * quantile).abs() < 2e-3, "{energy_mev} MeV, {quantile}: {v}");
            }
        }
    }

    #[test]
    fn a_falling_form_factor_pushes_forward_as_its_integral_says() {
        // F² = 1/(1 + x²)²: ∫₀^{X} = X/(1 + X), X = x².
        let table = cumulative_table(|x| (1.0 + x * x).powi(-2));
        let energy_mev = 0.06f32;
        let x_max_squared = (energy_mev * MOMENTUM_PER_MEV).powi(2);
        for i in 1..100 {
            let quantile = i as f32 / 100.0;
            let y = quantile * x_max_squared / (1.0 + x_max_squared);
            let expected = 2.0 * y / (1.0 - y) / x_max_squared;
            let v = candidate_one_minus_cos(&table, energy_mev, quantile);
            assert!((v / expected - 1.0).abs() < 5e-3, "{quantile}: {v} is not {expected}");
        }
    }

    #[test]
    fn angles_in_water_have_the_mean_of_their_form_factor() {
        let water = crate::material::Material::named("water").expect("a material of the library");
        let squared = |x: f64| crate::coefficients::form_factor_squared(&water, x);
        let table = cumulative_table(squared);
        for energy_mev in [0.015f32, 0.03, 0.06, 0.2, 1.0] {
            // Both means weighted with the Thomson factor: the candidates', and the integral's over 1 − cos θ.
            let n = 200_000;
            let (mut sampled, mut sampled_weight, mut exact, mut exact_weight) = (0.0, 0.0, 0.0, 0.0);
            for i in 0..n {
                let u = (i as f32 + 0.5) / n as f32;
                let v = candidate_one_minus_cos(&table, energy_mev, u);
                sampled += f64::from(acceptance(v) * v);
                sampled_weight += f64::from(acceptance(v));
                // Substituted v = 2 t³, which puts the points where the form factor is.
                let t = f64::from(u);
                let v = 2.0 * t.powi(3);
                let x = f64::from(energy_mev * MOMENTUM_PER_MEV) * (0.5 * v).sqrt();
                let weight = squared(x) * f64::from(acceptance(v as f32)) * t * t;
                exact += weight * v;
                exact_weight += weight;
            }
            let (sampled, exact) = (sampled / sampled_weight, exact / exact_weight);
            assert!(
                (sampled / exact - 1.0).abs() < 2e-3,
                "{energy_mev} MeV: mean 1 - cos {sampled}, not {exact}"
            );
        }
    }
}

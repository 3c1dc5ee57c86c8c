//! Tests of the thick-target tables.

use super::*;
use crate::coefficients::radiative_yield;
use crate::data::element;

fn pure(z: u8) -> Material {
    Material::new("pure", element(z).electrons.density_g_cm3, &[(z, 1.0)]).expect("valid")
}

/// Integrals of ESTAR's stopping powers, as in the tests of `coefficients::stopping`: Z, MeV, radiation yield.
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
fn with_a_low_cutoff_the_table_radiates_the_yield_of_estar() {
    let mut misses = Vec::new();
    for (z, kinetic_mev, expected) in YIELDS {
        let share = thick_target(&pure(z), 1e-3, 25.0).mean_energy_mev(kinetic_mev) / kinetic_mev;
        // What is radiated below the cutoff of 1 keV is missing: 0.6 % at 1 MeV.
        if !(-0.008..0.004).contains(&(share / expected - 1.0)) {
            misses.push(format!("Z = {z}, {kinetic_mev} MeV: {share} against {expected}"));
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn sampled_photons_carry_the_mean_energy_and_stay_between_cutoff_and_electron() {
    let target = thick_target(&Material::named("water").expect("named"), 0.01, 25.0);
    for kinetic_mev in [0.011, 0.03, 0.2, 1.0, 4.3, 6.0, 20.0, 25.0] {
        let samples = 200_000;
        let ln_range = (kinetic_mev / target.cutoff_mev).ln();
        let photon = |i: u32| {
            let share = target.log_energy_share(kinetic_mev, (f64::from(i) + 0.5) / f64::from(samples));
            assert!((0.0..=1.0).contains(&share));
            target.cutoff_mev * (share * ln_range).exp()
        };
        let mean = (0..samples).map(photon).sum::<f64>() / f64::from(samples);
        let ratio = target.mean_number(kinetic_mev) * mean / target.mean_energy_mev(kinetic_mev);
        assert!((ratio - 1.0).abs() < 3e-4, "{kinetic_mev}: {ratio}");
    }
}

#[test]
fn the_part_below_the_cutoff_is_what_is_missing_from_the_yield() {
    let water = Material::named("water").expect("named");
    let target = thick_target(&water, 0.01, 25.0);
    let mut last = 0.0;
    for kinetic_mev in [0.05, 0.2, 1.0, 6.0, 20.0] {
        let share = target.mean_energy_mev(kinetic_mev) / kinetic_mev / radiative_yield(&water, kinetic_mev);
        assert!(share > last && share < 1.0, "{kinetic_mev}: {share}");
        last = share;
    }
    assert!(last > 0.99);
}

#[test]
fn hard_photons_go_forward_and_soft_ones_are_spread() {
    let target = thick_target(&Material::named("water").expect("named"), 0.01, 25.0);
    let cosines: Vec<f64> = [0.0, 0.5, 0.9, 0.99, 1.0].map(|q| target.mean_cosine(6.0, q)).to_vec();
    assert!(cosines.is_sorted() && cosines[0] > 0.3 && cosines[4] < 1.0, "{cosines:?}");
}

#[test]
fn everything_is_finite_for_every_named_material() {
    for name in Material::names() {
        let target = thick_target(&Material::named(name).expect("named"), 0.01, 25.0);
        assert_eq!(target.number.len(), ENERGIES);
        assert_eq!(target.log_energy_shares.len(), ENERGIES * QUANTILES);
        assert_eq!(target.mean_cosines.len(), ENERGIES * QUANTILES);
        assert!(target.number.is_sorted() && target.number.iter().all(|n| n.is_finite()), "{name}");
        assert!(target.mean_cosines.iter().all(|c| (-1.0..=1.0).contains(c)), "{name}");
        for row in target.log_energy_shares.chunks(QUANTILES) {
            assert!(row.is_sorted() && row[0] == 0.0 && row[QUANTILES - 1] == 1.0, "{name} {row:?}");
        }
    }
}

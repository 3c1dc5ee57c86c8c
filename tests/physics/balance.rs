//! Energy: what leaves the source stays somewhere or escapes, and the scores tell of the same energy.

use dose_core::case::{Case, Collimator, MaterialId, Quantity};
use dose_core::deck::Deck;
use dose_core::material::Material;
use dose_core::run::{EnergyBalance, Settings, VarianceReduction};
use dose_core::transport::tally::BALANCE_QUANTA;
use phantoms::tanks;
use straydose_tests::cases::{electrons_stay, noisy_body, run_deck, scored_mev};
use straydose_tests::statistics::assert_mean;

fn unaccounted(energy: &EnergyBalance) -> f64 {
    let EnergyBalance { emitted_mev, deposited_mev, collimator_mev, escaped_mev, roulette_mev, .. } = *energy;
    (emitted_mev - deposited_mev - collimator_mev - escaped_mev - roulette_mev) / emitted_mev
}

fn jaws(case: &mut Case) {
    let metal = MaterialId(case.materials.len() as u8);
    case.materials.push(Material::named("tungsten-alloy").expect("of the library"));
    for side in [-1.0, 1.0] {
        let (near, far) = (side * 18.0, side * 218.0);
        case.collimators.push(Collimator {
            min_mm: [-200.0, -300.0, f64::min(near, far)],
            max_mm: [200.0, -220.0, f64::max(near, far)],
            material: metal,
            density_g_cm3: 18.0,
        });
    }
}

fn cases() -> Vec<(&'static str, Case)> {
    let mut with_jaws = tanks::w1(20.0, Quantity::Dose);
    jaws(&mut with_jaws);
    let six_mv = || dose_core::spectrum::Spectrum::named("mohan-6mv").expect("of the library");
    vec![
        ("tank, kerma", tanks::w1(20.0, Quantity::Kerma)),
        ("tank, dose", tanks::w1(20.0, Quantity::Dose)),
        ("slabs, kerma", tanks::w1_with_slabs(10.0, Quantity::Kerma, tanks::CHEST_SLABS)),
        ("jaws, dose", with_jaws),
        ("noisy body, dose", noisy_body(six_mv(), Quantity::Dose)),
        ("pencil of 10 MeV, dose", tanks::w4(10.0, Quantity::Dose)),
        ("pencil of 60 keV, kerma", tanks::w4(0.06, Quantity::Kerma)),
    ]
}

/// Histories of the balance.
const HISTORIES: u64 = 10_000;

#[test]
fn every_mev_is_accounted_for_with_and_without_splitting() {
    for (name, case) in cases() {
        for reduction in [VarianceReduction::Auto, VarianceReduction::Off] {
            let deck = Deck::new(&case, reduction).expect("a good case");
            let settings = Settings { histories: HISTORIES, seed: 5, batches: 2, regions: Vec::new() };
            let energy = run_deck(&deck, &settings, None).energy;
            let lost = unaccounted(&energy);
            // The balance counts in quanta; a source of one energy is rounded the same way in every history.
            let rounding = 0.5 / f64::from(BALANCE_QUANTA) * HISTORIES as f64 / energy.emitted_mev;
            assert!(
                lost.abs() < 1e-6 + rounding,
                "{name}, {reduction:?}: {lost:e} of the energy is nowhere: {energy:?}"
            );
            assert_eq!(energy.collimator_mev > 0.0, !case.collimators.is_empty(), "{name}");
        }
    }
}

/// The scores of a dose case leave out the bremsstrahlung, which deposits where its photons go. Electrons stay where they
/// are set free here: what they carry out of the grid is in no account.
#[test]
fn the_scores_tell_of_the_energy_that_collisions_leave() {
    for (name, case) in cases() {
        let mut deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
        electrons_stay(&mut deck);
        let ratios: Vec<f64> = (0..24)
            .map(|seed| {
                let settings = Settings { histories: 20_000, seed, batches: 2, regions: Vec::new() };
                let outcome = run_deck(&deck, &settings, None);
                scored_mev(&case, &outcome) * outcome.histories as f64 / outcome.energy.deposited_mev
            })
            .collect();
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        if std::env::var_os("STRAYDOSE_SHOW_FIGURES").is_some() {
            let variance = ratios.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / 23.0 / 24.0;
            let text = format!("{name}: scored over deposited {mean:.5} ± {:.5}\n", variance.sqrt());
            let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
        }
        assert_mean(&ratios, 1.0, /* resolves */ 0.02);
    }
}

#[test]
fn the_roulette_takes_nothing_on_average() {
    let case = tanks::w1(20.0, Quantity::Kerma);
    let deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
    let shares: Vec<f64> = (0..24)
        .map(|seed| {
            let settings = Settings { histories: 20_000, seed, batches: 2, regions: Vec::new() };
            let energy = run_deck(&deck, &settings, None).energy;
            energy.roulette_mev / energy.emitted_mev
        })
        .collect();
    assert_mean(&shares, 0.0, /* resolves */ 0.01);
}

//! The same seed gives the same bytes, whatever the threads and the batches; another seed does not.

use dose_core::case::Quantity;
use dose_core::deck::Deck;
use dose_core::run::{Outcome, Region, Settings, VarianceReduction};
use dose_core::spectrum::Spectrum;
use straydose_tests::cases::{noisy_body, run_deck};

const HISTORIES: u64 = 30_001;

fn run(deck: &Deck, seed: u64, batches: u32, threads: usize) -> Outcome {
    let regions = vec![(0..1000).collect()];
    run_deck(
        deck,
        &Settings { histories: HISTORIES, seed, batches, regions: Region::alike(regions) },
        Some(threads),
    )
}

fn dose_bytes(outcome: &Outcome) -> Vec<u8> {
    outcome.dose_gy_per_photon.iter().flat_map(|dose| dose.to_le_bytes()).collect()
}

fn all_bytes(outcome: &Outcome) -> Vec<u8> {
    let mut bytes = dose_bytes(outcome);
    bytes.extend(outcome.sigma_relative.iter().flat_map(|sigma| sigma.to_le_bytes()));
    bytes.extend(
        outcome.regions.iter().flat_map(|r| [r.mean.to_le_bytes(), r.sigma_relative.to_le_bytes()].concat()),
    );
    bytes.extend(format!("{:?}", outcome.energy).bytes());
    bytes
}

#[test]
fn one_two_and_three_threads_write_identical_bytes() {
    for quantity in [Quantity::Kerma, Quantity::Dose] {
        let case = noisy_body(Spectrum::named("mohan-6mv").expect("of the library"), quantity);
        let deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
        let one = run(&deck, 7, 20, 1);
        for threads in [2, 3] {
            let more = run(&deck, 7, 20, threads);
            assert!(all_bytes(&one) == all_bytes(&more), "{quantity:?}, {threads} threads");
        }
    }
}

/// Batches are the pieces that threads and devices work on; only the statistics may depend on them.
#[test]
fn the_dose_does_not_depend_on_the_batches() {
    let case = noisy_body(Spectrum::named("mohan-6mv").expect("of the library"), Quantity::Dose);
    let deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
    let few = run(&deck, 7, 2, 2);
    for batches in [3, 41, 128] {
        let more = run(&deck, 7, batches, 2);
        assert!(dose_bytes(&few) == dose_bytes(&more), "{batches} batches");
        assert_eq!(format!("{:?}", few.energy), format!("{:?}", more.energy), "{batches} batches");
    }
}

#[test]
fn another_seed_gives_another_dose_also_where_only_its_upper_half_differs() {
    let case = noisy_body(Spectrum::named("mohan-6mv").expect("of the library"), Quantity::Kerma);
    let deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
    let first = dose_bytes(&run(&deck, 7, 2, 2));
    for seed in [8, 7 + (1 << 32)] {
        assert!(first != dose_bytes(&run(&deck, seed, 2, 2)), "seed {seed}");
    }
}

//! The long form of `honesty.rs`: 200 cohorts of noise, split by patient and by lesion, coefficients, coverage.
//!
//! `cargo test --release -p predict --test noise -- --ignored --nocapture`; its figures are in docs/predict.md.

#![allow(clippy::print_stdout)]

#[path = "honesty/cohorts.rs"]
mod cohorts;

use cohorts::{area, cohort, mean, normal, plan, recipe};
use predict::pipeline::Pipeline;
use predict::training::{Plan, train};
use predict::{Outcome, Table};
use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

#[test]
#[ignore = "takes some minutes; honesty.rs has the short form"]
fn two_hundred_cohorts_of_noise() {
    let pairs: Vec<(f64, f64)> = (0..200u64)
        .into_par_iter()
        .map(|seed| {
            let (table, outcome) = cohort(seed, 80, 0.5, &[]);
            let split = Table { groups: (0..table.rows()).collect(), ..table.clone() };
            (area(&table, &outcome), area(&split, &outcome))
        })
        .collect();
    let (grouped, split): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let ((honest, error), (feigned, feigned_error)) = (mean(&grouped), mean(&split));
    println!("by patient {honest:.4} ± {error:.4}; by lesion {feigned:.4} ± {feigned_error:.4}");
    assert!(error < 0.008, "{error}");
    assert!((honest - 0.5).abs() < 3.0 * error, "{honest} +- {error}");
    assert!(feigned > 0.8, "{feigned}");
}

#[test]
#[ignore = "takes some minutes; honesty.rs has the short form"]
fn planted_coefficients_over_forty_cohorts() {
    let signal = [2.5, -2.5, 2.0];
    let found: Vec<(usize, usize, [f64; 3])> = (0..40u64)
        .into_par_iter()
        .map(|seed| {
            let (table, outcome) = cohort(5000 + seed, 200, 0.9, &signal);
            let used = Pipeline::learnt(&table, &outcome, &recipe()).expect("fits").used();
            let coefficient = |j: usize| used.iter().find(|(at, _)| *at == j).map_or(0.0, |(_, b)| *b);
            let planted = [coefficient(0), coefficient(1), coefficient(2)];
            let signs = (0..3).filter(|&j| planted[j] * signal[j] > 0.0).count();
            let mut strongest = used.clone();
            strongest.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
            let first = strongest.iter().take(3).filter(|(at, _)| *at < 3).count();
            (signs, first, planted)
        })
        .collect();
    let signs: usize = found.iter().map(|one| one.0).sum();
    let first: usize = found.iter().map(|one| one.1).sum();
    let means: Vec<f64> = (0..3).map(|j| found.iter().map(|one| one.2[j]).sum::<f64>() / 40.0).collect();
    println!(
        "signs right {signs} of 120; among the three strongest {first} of 120; mean coefficients {means:.2?} of {signal:?}"
    );
    assert!(signs >= 118 && first >= 114, "{signs} {first}");
}

#[test]
#[ignore = "takes some minutes; honesty.rs has the short form"]
fn coverage_over_sixty_cohorts() {
    let numbers = |seed: u64| {
        let (table, _) = cohort(seed, 90, 0.5, &[]);
        let mut random = ChaCha12Rng::seed_from_u64(seed + 1000);
        let noise: Vec<f64> = (0..90).map(|_| normal(&mut random)).collect();
        let value = |row: usize| 2.0 * table.values[[0, row]] + noise[row / 3] + 0.3 * normal(&mut random);
        let values = (0..table.rows()).map(value).collect();
        (table, Outcome::Continuous(values))
    };
    let shares: Vec<f64> = (0..60u64)
        .into_par_iter()
        .map(|seed| {
            let (table, outcome) = numbers(10_000 + seed);
            let trained = train(&table, &outcome, &Plan { bootstraps: 0, ..plan(vec![]) }).expect("fits");
            let bound = trained.conformal.expect("enough patients");
            let (new, truth) = numbers(50_000 + seed);
            let Outcome::Continuous(truth) = truth else { unreachable!("numbers") };
            let predicted = trained.pipeline.predict(&new).expect("no sites");
            let within = predicted.iter().zip(&truth).filter(|(eta, y)| (*eta - *y).abs() <= bound).count();
            within as f64 / truth.len() as f64
        })
        .collect();
    let (share, error) = mean(&shares);
    println!("within the bound {share:.4} ± {error:.4}");
    assert!((share - 0.9).abs() < 3.0 * error.max(0.004), "{share} +- {error}");
}

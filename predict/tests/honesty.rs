//! On noise the validation says that nothing was learnt; on a planted signal it finds it.

#[path = "honesty/cohorts.rs"]
mod cohorts;

use cohorts::{LESIONS, area, cohort, judged, mean, normal, plan, recipe};
use predict::performance::performance;
use predict::pipeline::Pipeline;
use predict::training::{Plan, train};
use predict::{Error, Outcome, Table};
use rand::SeedableRng;
use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

#[test]
fn on_noise_nothing_is_found_and_lesions_split_from_their_patients_feign_a_success() {
    let pairs: Vec<(f64, f64)> = (0..24u64)
        .into_par_iter()
        .map(|seed| {
            let (table, outcome) = cohort(seed, 80, 0.5, &[]);
            let split = Table { groups: (0..table.rows()).collect(), ..table.clone() };
            (area(&table, &outcome), area(&split, &outcome))
        })
        .collect();
    let (grouped, split): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let ((honest, error), (feigned, _)) = (mean(&grouped), mean(&split));
    assert!(error < 0.02, "{error}: too few cohorts to see a bias of 0.06");
    assert!((honest - 0.5).abs() < 3.0 * error, "{honest} +- {error}");
    assert!(feigned > 0.8, "{feigned}");
}

#[test]
fn a_planted_signal_is_found_with_its_signs() {
    let signal = [2.5, -2.5, 2.0];
    let (table, outcome) = cohort(99, 200, 0.9, &signal);
    let found = performance(&table, &outcome, &judged(&table, &outcome), 1).expect("measures");
    let pipeline = Pipeline::learnt(&table, &outcome, &recipe()).expect("fits");
    let mut used = pipeline.used();
    used.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let [lower, upper] = found.interval.expect("enough draws");
    assert!(found.value > 0.75 && lower > 0.6 && lower < found.value && found.value < upper, "{found:?}");
    assert!(found.brier < found.brier_of_share, "{found:?}");
    let at_a_half = found.decision_curve.iter().find(|point| point[0] == 0.5).expect("a point at a half");
    assert!(
        at_a_half[1] > 0.0 && at_a_half[1] > at_a_half[2],
        "better than to treat nobody or all: {at_a_half:?}"
    );
    // Shrunk coefficients: predictions are too mild rather than too extreme.
    assert!(found.calibration.expect("a slope").slope > 1.0, "{found:?}");
    for (j, planted) in signal.iter().enumerate() {
        let found = used.iter().find(|(at, _)| *at == j).map_or(0.0, |(_, coefficient)| *coefficient);
        assert!(found * planted > 0.0, "variable {j}: {found} for {planted}");
    }
    assert!(
        used[..3].iter().all(|(at, _)| *at < 3),
        "the strongest are the planted ones: {:?}",
        &used[..5.min(used.len())]
    );
}

#[test]
fn what_was_learnt_from_flatters_and_the_optimism_says_by_how_much() {
    let (table, outcome) = cohort(4, 120, 0.5, &[1.5, -1.5]);
    let noise = ("clinical only".to_owned(), table.select(&[10, 11, 12]));
    let trained = train(&table, &outcome, &plan(vec![noise])).expect("enough events");
    let optimism = trained.optimism.expect("draws");
    assert!(
        optimism > 0.02 && trained.apparent > trained.performance.value,
        "{optimism} {}",
        trained.apparent
    );
    assert!(trained.comparators[0].1.value < trained.performance.value, "{:?}", trained.comparators);
    assert!(
        trained.warnings.iter().any(|warning| warning.contains("does not travel")),
        "{:?}",
        trained.warnings
    );
    let used = trained.pipeline.used();
    assert_eq!(trained.covariance.len(), used.len());
    assert!(trained.covariance.iter().enumerate().all(|(i, row)| row[i] >= 0.0));
}

#[test]
fn too_few_events_and_the_outcome_among_the_variables_are_refused() {
    let (mut table, outcome) = cohort(5, 30, 0.5, &[]);
    let few = Plan { least_events: 40, ..plan(vec![]) };
    assert!(matches!(train(&table, &outcome, &few).unwrap_err(), Error::Events { least: 40, .. }));
    let Outcome::Binary(yes) = &outcome else { unreachable!("cohorts are yes or no") };
    yes.iter().enumerate().for_each(|(row, &yes)| table.values[[7, row]] = 3.0 - f64::from(u8::from(yes)));
    let leaking = Plan { least_events: 5, ..plan(vec![]) };
    assert_eq!(train(&table, &outcome, &leaking).unwrap_err(), Error::Leak { variable: "x7".into() });
}

#[test]
fn bounds_of_a_number_hold_for_nine_in_ten_new_patients() {
    let numbers = |seed: u64| {
        let (table, _) = cohort(seed, 90, 0.5, &[]);
        let mut random = ChaCha12Rng::seed_from_u64(seed + 1000);
        let noise: Vec<f64> = (0..90).map(|_| normal(&mut random)).collect();
        let value =
            |row: usize| 2.0 * table.values[[0, row]] + noise[row / LESIONS] + 0.3 * normal(&mut random);
        let values = (0..table.rows()).map(value).collect();
        (table, Outcome::Continuous(values))
    };
    let (mut within, mut all) = (0.0, 0.0);
    for seed in 0..6 {
        let (table, outcome) = numbers(seed);
        let trained = train(&table, &outcome, &Plan { bootstraps: 0, ..plan(vec![]) }).expect("fits");
        let bound = trained.conformal.expect("enough patients");
        let (new, truth) = numbers(seed + 500);
        let Outcome::Continuous(truth) = truth else { unreachable!("numbers") };
        let predicted = trained.pipeline.predict(&new).expect("no sites");
        within += predicted.iter().zip(&truth).filter(|(eta, y)| (*eta - *y).abs() <= bound).count() as f64;
        all += truth.len() as f64;
    }
    let share: f64 = within / all;
    // 540 new patients, and a bound from 90 in each of 6 rounds: standard error about 0.018.
    assert!((share - 0.9).abs() < 0.054, "{share}");
}

#[test]
fn planted_coefficients_of_a_number_come_back() {
    let planted = [1.0, -0.8, 0.5];
    let (table, _) = cohort(31, 400, 0.5, &[]);
    let table = table.select(&(0..60).collect::<Vec<_>>());
    let mut random = ChaCha12Rng::seed_from_u64(32);
    let value = |row: usize| {
        planted.iter().enumerate().map(|(j, b)| b * table.values[[j, row]]).sum::<f64>()
            + 0.5 * normal(&mut random)
    };
    let outcome = Outcome::Continuous((0..table.rows()).map(value).collect());
    let pipeline = Pipeline::learnt(&table, &outcome, &recipe()).expect("fits");
    let used = pipeline.used();
    for (j, planted) in planted.into_iter().enumerate() {
        let place = pipeline.kept.iter().position(|&at| at == j).expect("kept");
        let found = used.iter().find(|(at, _)| *at == j).map_or(0.0, |(_, b)| *b)
            / pipeline.standardisation.deviation[place];
        // 1200 rows: standard error 0.015; the penalty shrinks by some hundredths.
        assert!((found - planted).abs() < 0.08, "variable {j}: {found} for {planted}");
    }
    assert!(used.iter().filter(|(at, _)| *at > 2).all(|(_, b)| b.abs() < 0.05), "{used:?}");
}

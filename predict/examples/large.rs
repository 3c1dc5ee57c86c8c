//! Time of training on a table as a registry would have it: patients, lesions of each, variables.
//!
//! `cargo run --release -p predict --example large -- 10000 5 500`

#![allow(clippy::print_stdout)]

use ndarray::Array2;
use predict::pipeline::Recipe;
use predict::training::{Plan, train};
use predict::{Outcome, Table};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::time::Instant;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse::<usize>().expect("a whole number"));
    let [patients, lesions, variables] = [10_000, 5, 500].map(|usual| numbers.next().unwrap_or(usual));
    let mut random = ChaCha12Rng::seed_from_u64(1);
    let rows = patients * lesions;
    let common = Array2::from_shape_simple_fn((20, rows), || random.random::<f64>() - 0.5);
    let values =
        Array2::from_shape_fn((variables, rows), |(j, row)| random.random::<f64>() + common[[j % 20, row]]);
    let yes = (0..patients)
        .map(|patient| {
            let eta = 4.0 * (values[[0, patient * lesions]] - values[[3, patient * lesions]]);
            random.random::<f64>() < 1.0 / (1.0 + (-eta).exp())
        })
        .collect::<Vec<_>>();
    let table = Table {
        names: (0..variables).map(|j| format!("x{j}")).collect(),
        values,
        groups: (0..rows).map(|row| row / lesions).collect(),
        sites: None,
    };
    let outcome = Outcome::Binary((0..rows).map(|row| yes[row / lesions]).collect());
    let plan = Plan {
        folds: 5,
        recipe: Recipe::default(),
        bootstraps: 100,
        least_events: 20,
        comparators: Vec::new(),
    };
    let start = Instant::now();
    let trained = train(&table, &outcome, &plan).expect("enough events");
    println!(
        "{rows} rows, {variables} variables: {:.1} s; {} {:.3}, {} variables used, optimism {:.4}",
        start.elapsed().as_secs_f64(),
        trained.performance.measure,
        trained.performance.value,
        trained.pipeline.used().len(),
        trained.optimism.unwrap_or(f64::NAN)
    );
}

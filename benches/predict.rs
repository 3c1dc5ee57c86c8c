//! Training on a table as a registry would have it, and applying: `cargo bench --bench predict [-- PATIENTS LESIONS VARIABLES]`.
//!
//! 10,000 patients with 5 lesions and 500 variables by default. Wall and processor seconds: the latter are what a busy machine
//! stretches least. One run, no repeats: it takes minutes.
#![allow(clippy::print_stdout)]

use ndarray::Array2;
use predict::model::{Card, Given, Meaning, Missing, Model, Origin, Provenance, Scope};
use predict::pipeline::Recipe;
use predict::training::{Plan, train};
use predict::{Outcome, Table};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::time::Instant;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let [patients, lesions, variables] = [10_000, 5, 500].map(|usual| numbers.next().unwrap_or(usual));
    let mut random = ChaCha12Rng::seed_from_u64(1);
    let rows = patients * lesions;
    let common = Array2::from_shape_simple_fn((20, rows), || random.random::<f64>() - 0.5);
    let values =
        Array2::from_shape_fn((variables, rows), |(j, row)| random.random::<f64>() + common[[j % 20, row]]);
    let groups: Vec<usize> = (0..rows).map(|row| row / lesions).collect();
    let table = Table {
        names: (0..variables).map(|j| format!("x{j}")).collect(),
        values,
        groups: groups.clone(),
        sites: None,
        repeat: None,
    };
    let drive: Vec<f64> = (0..patients)
        .map(|patient| 4.0 * (table.values[[0, patient * lesions]] - table.values[[3, patient * lesions]]))
        .collect();
    let yes: Vec<bool> =
        drive.iter().map(|eta| random.random::<f64>() < 1.0 / (1.0 + (-eta).exp())).collect();
    let volume = Table {
        names: vec!["volume".into()],
        values: Array2::from_shape_simple_fn((1, rows), || random.random::<f64>()),
        ..table.clone()
    };
    let times: Vec<f64> =
        drive.iter().map(|eta| -(1.0 - random.random::<f64>()).ln() * (-eta).exp() + 1e-6).collect();
    let outcomes = [
        (
            "linear",
            Outcome::Continuous(groups.iter().map(|&at| drive[at] + f64::from(u8::from(yes[at]))).collect()),
        ),
        ("logistic", Outcome::Binary(groups.iter().map(|&at| yes[at]).collect())),
        (
            "Cox",
            Outcome::Survival {
                time: groups.iter().map(|&at| times[at]).collect(),
                event: groups.iter().map(|&at| yes[at]).collect(),
            },
        ),
    ];
    println!(
        "{rows} rows of {patients} patients, {variables} variables, {} threads",
        rayon::current_num_threads()
    );
    for (kind, outcome) in outcomes {
        let plan = Plan {
            folds: 5,
            recipe: Recipe::default(),
            bootstraps: 200,
            least_events: 20,
            comparators: vec![("lesion volume".into(), volume.clone())],
        };
        let (wall, processor) = (Instant::now(), processor_seconds());
        let trained = train(&table, &outcome, &plan).expect("enough events");
        println!(
            "{kind}: training {:.1} s wall, {} s of processors; {} {:.3}, {} variables used",
            wall.elapsed().as_secs_f64(),
            since(processor),
            trained.performance.measure,
            trained.performance.value,
            trained.pipeline.used().len()
        );
        let model = Model::of(&trained, &table, &outcome, &plan, card(), origin()).expect("a model");
        let (wall, processor) = (Instant::now(), processor_seconds());
        let (mut answers, scorer) = (0, model.scorer());
        for row in 0..rows {
            let value = |name: &str| Some(table.values[[name.get(1..)?.parse::<usize>().ok()?, row]]);
            let answer = scorer.score(&Given {
                value: &value,
                word: &|_| None,
                recipe_sha256: &model.recipe_sha256,
                modality: None,
                cancer: None,
                contrast: None,
                site: None,
                volume_mm3: None,
            });
            answers += usize::from(matches!(answer, predict::model::Answer::Score(_)));
        }
        println!(
            "{kind}: applying to {rows} rows {:.2} s wall, {} s of processors; {answers} answers",
            wall.elapsed().as_secs_f64(),
            since(processor)
        );
    }
}

fn card() -> Card {
    Card {
        name: "bench".into(),
        intended_use: "timing".into(),
        class: None,
        scope: Scope::default(),
        target: "made up".into(),
        missing: Missing::Refuse,
        least_volume_mm3: 0.0,
        cut_offs: Vec::new(),
        licence: String::new(),
        patent_note: String::new(),
        references: Vec::new(),
    }
}

fn origin<'a>() -> Origin<'a> {
    Origin {
        recipe: String::new(),
        meaning: &|_| Meaning::default(),
        sites: None,
        recalibrate: false,
        population: Vec::new(),
        provenance: Provenance { is_synthetic: true, ..Provenance::default() },
    }
}

fn since(before: Option<f64>) -> String {
    match (before, processor_seconds()) {
        (Some(before), Some(now)) => format!("{:.1}", now - before),
        _ => "unknown".into(),
    }
}

/// User and system seconds of this process, where the system says them (Linux counts hundredths).
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut words = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: f64 = words.next()?.parse::<f64>().ok()? + words.next()?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

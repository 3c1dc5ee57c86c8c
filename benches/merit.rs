//! Figures of merit 1/(σ² T) on one thread: `cargo bench --bench merit [-- HISTORIES]`.
//!
//! σ is the relative standard error of a bin from 400 batches (itself known to 4 %), T the processor time of the
//! transport, which a busy machine stretches less than wall time. Batches cost a fine grid time of their own: with fewer
//! histories its figures are lower.
#![allow(clippy::print_stdout)]

use dose_core::case::{Case, Quantity};
use dose_core::deck::Deck;
use dose_core::run::{Backend, Region, Settings, VarianceReduction, transport};
use formats::dicom::{CtSeries, SeriesChoice};
use phantoms::tanks;
use std::ops::ControlFlow;
use std::path::PathBuf;
use straydose_benches::{OFF_AXIS_MM, bins, ct};

/// Depth of the tanks' bins (mm).
const DEPTH_MM: f64 = 100.0;

fn main() {
    let histories = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(8_000_000);
    let slabs = tanks::CHEST_SLABS;
    measure("W1 kerma, 1 cm", &tanks::w1(10.0, Quantity::Kerma), DEPTH_MM, histories);
    measure("W1 dose, 1 cm", &tanks::w1(10.0, Quantity::Dose), DEPTH_MM, histories);
    measure("W1 kerma, 4 mm", &tanks::w1(4.0, Quantity::Kerma), DEPTH_MM, histories);
    measure("chest slabs, 1 cm", &tanks::w1_with_slabs(10.0, Quantity::Kerma, slabs), DEPTH_MM, histories);
    measure("chest slabs, 4 mm", &tanks::w1_with_slabs(4.0, Quantity::Kerma, slabs), DEPTH_MM, histories);
    match std::env::var_os("STRAYDOSE_SHARED") {
        Some(shared) => {
            let folder = PathBuf::from(shared).join("data/oesophagus-imrt-hd120/CT");
            let scan = CtSeries::read_folder(&folder, &SeriesChoice::default()).expect("a readable CT").image;
            // The field at the lower end of the scan, the bins at half its depth.
            for (name, together) in [("1 cm", [8, 8, 2]), ("4 mm", [3, 3, 1])] {
                let case = ct(&scan, together, 60.0, Quantity::Kerma);
                let middle_mm = 0.5 * case.grid.spacing_mm[1] * case.grid.shape[1] as f64;
                measure(&format!("CT (oesophagus), {name}"), &case, middle_mm, histories);
            }
        }
        None => println!("CT (oesophagus): skipped, STRAYDOSE_SHARED is not set"),
    }
}

fn measure(name: &str, case: &Case, depth_mm: f64, histories: u64) {
    let deck = Deck::new(case, VarianceReduction::Auto).expect("a good case");
    let settings =
        Settings { histories, seed: 1, batches: 400, regions: Region::alike(bins(case, depth_mm)) };
    let mut backend = Backend::cpu(Some(1)).expect("one thread");
    let start = processor_seconds();
    let outcome =
        transport(&deck, &settings, &mut backend, &mut |_| ControlFlow::Continue(())).expect("a run");
    let seconds = processor_seconds() - start;
    println!(
        "{name}: {:.3e} histories/s, {:.1} collisions a history",
        histories as f64 / seconds,
        outcome.energy.collisions as f64 / histories as f64
    );
    for (off_axis_mm, bin) in OFF_AXIS_MM.iter().zip(&outcome.regions) {
        if bin.mean > 0.0 {
            let per_second = 1.0 / (bin.sigma_relative.powi(2) * seconds);
            println!(
                "  {:>4.0} cm off axis: {:.3e} Gy ± {:.2} %, figure of merit {per_second:.0} /s",
                off_axis_mm / 10.0,
                bin.mean,
                100.0 * bin.sigma_relative
            );
        }
    }
}

/// Processor time of this process so far (s); wall time where the system does not tell.
fn processor_seconds() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let wall = START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64();
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    // Fields 14 and 15 of proc(5), in ticks of 10 ms.
    ticks(11).zip(ticks(12)).map_or(wall, |(user, system)| (user + system) / 100.0)
}

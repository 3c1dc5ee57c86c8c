//! How far the middles of modelled organs lie from the true ones: parts of real scans, and slabs of phantoms.
//!
//! `cargo run --release -p completion --example places -- TABLE.csv`; real scans need STRAYDOSE_SHARED. The standard errors
//! of `completion/src/uncertainty.rs` are from here.

#![allow(clippy::print_stdout)]

#[path = "../cases/mod.rs"]
mod cases;

use anatomy::{Anatomy, Organ, Origin};
use cases::{Case, PARTS, Part, SLABS, cut, is_cut, later};
use completion::{Completed, complete};
use std::io::Write;

/// More cuts of the same scans than a dose is compared for.
const MORE: [Part; 8] = [
    Part { name: "alderson_lower_third", from_to: [0.0, 0.35], bare: false },
    Part { name: "alderson_upper_third", from_to: [0.65, 1.0], bare: false },
    Part { name: "oesophagus_lower_third", from_to: [0.0, 0.35], bare: false },
    Part { name: "oesophagus_upper_third", from_to: [0.65, 1.0], bare: false },
    Part { name: "alderson_bare", from_to: [0.0, 1.0], bare: true },
    Part { name: "oesophagus_bare", from_to: [0.0, 1.0], bare: true },
    Part { name: "alderson_upper_bare", from_to: [0.5, 1.0], bare: true },
    Part { name: "oesophagus_lower_bare", from_to: [0.0, 0.5], bare: true },
];

/// One organ of one case.
struct Row {
    is_real: bool,
    case: String,
    organ: String,
    from: Origin,
    /// From the nearest end of the scan to the true middle, beyond it positive (mm).
    beyond_mm: f64,
    /// Ours less the true middle (mm): across, front to back, along.
    off_mm: [f64; 3],
}

fn main() {
    let path = std::env::args().nth(1).expect("a table to write");
    let mut rows = Vec::new();
    for case in later(&PARTS).chain(later(&MORE)) {
        rows.extend(compared(case(), true));
    }
    for slab in &SLABS {
        rows.extend(compared(cut(slab), false));
    }
    let mut table = std::fs::File::create(path).expect("a file");
    writeln!(table, "case,organ,from,beyond_mm,across_mm,front_to_back_mm,along_mm").expect("written");
    for Row { case, organ, from, beyond_mm, off_mm: [x, y, z], .. } in &rows {
        writeln!(table, "{case},{organ},{},{beyond_mm:.0},{x:.1},{y:.1},{z:.1}", from.as_str())
            .expect("written");
    }
    for (what, is_real) in [("real scans", true), ("slabs of phantoms", false)] {
        for (place, range) in [
            ("in the scan, not drawn", [-1e3, 0.0]),
            ("to 5 cm", [0.0, 50.0]),
            ("5 to 15 cm", [50.0, 150.0]),
            ("beyond", [150.0, 1e4]),
        ] {
            let within = |row: &&Row| row.is_real == is_real && (range[0]..range[1]).contains(&row.beyond_mm);
            summary(&format!("{what}, {place}"), &rows.iter().filter(within).collect::<Vec<_>>());
        }
    }
}

fn summary(what: &str, rows: &[&Row]) {
    let rms =
        |a: usize| (rows.iter().map(|row| row.off_mm[a].powi(2)).sum::<f64>() / rows.len() as f64).sqrt();
    if !rows.is_empty() {
        println!(
            "{what}: {} organs, rms {:.0} mm across, {:.0} front to back, {:.0} along",
            rows.len(),
            rms(0),
            rms(1),
            rms(2)
        );
    }
}

fn compared(case: Case, is_real: bool) -> Vec<Row> {
    let truth = case.truth.expect("every case has its whole");
    let done = match complete(&case.scan, case.wish) {
        Ok(done) => done,
        Err(error) => {
            println!("{}: refused: {error}", case.name);
            return Vec::new();
        }
    };
    let rows = done.anatomy.organs.iter().filter_map(|ours| {
        let theirs = truth.organs.iter().find(|other| other.name == ours.name)?;
        let is_layer = ["External", "Skin", "Muscle", "Adipose"].contains(&ours.name.as_str());
        if ours.from != Origin::Model || is_layer || is_cut(&truth, theirs) {
            return None;
        }
        let (here, there) = (middle_mm(&done.anatomy, ours), middle_mm(&truth, theirs));
        Some(Row {
            is_real,
            case: case.name.clone(),
            organ: ours.name.clone(),
            from: ours.from,
            beyond_mm: beyond_mm(&done, there[2]),
            off_mm: std::array::from_fn(|a| here[a] - there[a]),
        })
    });
    rows.collect()
}

fn beyond_mm(done: &Completed, z_mm: f64) -> f64 {
    let ends = done.ends.iter().map(|end| if end.is_upper { z_mm - end.at_mm } else { end.at_mm - z_mm });
    ends.fold(f64::NEG_INFINITY, f64::max)
}

fn middle_mm(anatomy: &Anatomy, organ: &Organ) -> [f64; 3] {
    let mut sum = [0.0; 4];
    for (voxel, share) in organ.coverage.voxels() {
        let centre = anatomy.grid.centre_mm(anatomy.grid.voxel(voxel));
        (0..3).for_each(|a| sum[a] += centre[a] * f64::from(share));
        sum[3] += f64::from(share);
    }
    std::array::from_fn(|a| sum[a] / sum[3])
}

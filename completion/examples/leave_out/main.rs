//! Leave-out test: parts of bodies completed without knowing the rest, a plan run on truth and completion.
//!
//! `cargo run --release -p completion --example leave_out -- TABLE.csv [HISTORIES [CASE]]`; real scans need STRAYDOSE_SHARED.
//! Writes organ, distance from the scan, doses, errors; prints the summary of `docs/methods/completion.md`.

#![allow(clippy::print_stdout)]

#[path = "../cases/mod.rs"]
mod cases;
mod dosed;
mod sections;

use anatomy::{Anatomy, Origin};
use cases::{Case, all, is_cut};
use completion::uncertainty::relative_error;
use completion::{Completed, complete};
use dosed::{Dosed, Kept, dosed, middle};
use std::io::Write;

/// One organ of one case.
struct Row {
    case: String,
    organ: String,
    from: Origin,
    /// From the seam to the middle of the organ, beyond the scan positive (cm).
    beyond_cm: f64,
    truth_gy: f64,
    ours_gy: f64,
    /// Standard error of the ratio, from statistics.
    sigma: f64,
    /// The relative error that is claimed for not knowing the body.
    claimed: f64,
    volume_ratio: f64,
    shift_cm: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments.first().expect("a table to write");
    let histories: u64 = arguments.get(1).map_or(2_000_000, |n| n.parse().expect("a number"));
    let (mut rows, mut kept) = (Vec::new(), Kept::default());
    let mut table = std::fs::File::create(path).expect("a file");
    writeln!(
        table,
        "case,organ,from,beyond_cm,truth_gy,completed_gy,ratio,stat_of_ratio,claimed,volume_ratio,shift_cm"
    )
    .expect("written");
    for later in all().into_iter().filter(|case| arguments.get(2).is_none_or(|word| case.name.contains(word)))
    {
        let Case { name, scan, wish, truth } = later();
        let truth = truth.expect("every case has its whole");
        let done = match complete(&scan, wish) {
            Ok(done) => done,
            Err(error) => {
                println!("{name}: refused: {error}");
                continue;
            }
        };
        println!(
            "{name}: {:?} misfit {:.2}",
            done.person.map(|p| (p.height_cm(), p.weight_kg())),
            done.placement.misfit
        );
        if done.ends.is_empty() {
            continue;
        }
        sections::shapes(&name, &truth, &done);
        let target_mm = middle(&scan);
        let [theirs, ours] =
            [&truth, &done.anatomy].map(|anatomy| dosed(anatomy, target_mm, histories, &mut kept));
        sections::doses(&name, &truth, &theirs, &done, &ours);
        sections::steps(&name, &truth, &theirs, &done, &ours);
        let new = compared(&name, &truth, &theirs, &done, &ours);
        for row in &new {
            let Row {
                case,
                organ,
                from,
                beyond_cm,
                truth_gy,
                ours_gy,
                sigma,
                claimed,
                volume_ratio,
                shift_cm,
            } = row;
            writeln!(
                table,
                "{case},{organ},{},{beyond_cm:.2},{truth_gy:.6e},{ours_gy:.6e},{:.4},{sigma:.4},{claimed:.4},{volume_ratio:.3},{shift_cm:.2}",
                from.as_str(),
                ours_gy / truth_gy
            )
            .expect("written");
        }
        summary(&name, &new);
        rows.extend(new);
    }
    summary("all", &rows);
    for (what, near, far) in [
        ("to 5 cm", -99.0, 5.0),
        ("5 to 15 cm", 5.0, 15.0),
        ("15 to 30 cm", 15.0, 30.0),
        ("beyond 30 cm", 30.0, 999.0),
    ] {
        let within = |row: &&Row| row.beyond_cm >= near && row.beyond_cm < far;
        summary(what, &rows.iter().filter(within).map(copy).collect::<Vec<_>>());
    }
    for from in [Origin::Both, Origin::Model] {
        summary(from.as_str(), &rows.iter().filter(|row| row.from == from).map(copy).collect::<Vec<_>>());
    }
}

fn copy(row: &Row) -> Row {
    Row { case: row.case.clone(), organ: row.organ.clone(), ..*row }
}

/// Errors of mean doses: median, 90th percentile, how many within 25 %; the statistics of the runs are in them.
fn summary(what: &str, rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    let mut errors: Vec<f64> = rows.iter().map(|row| (row.ours_gy / row.truth_gy - 1.0).abs()).collect();
    errors.sort_by(f64::total_cmp);
    let rms = |value: &dyn Fn(&Row) -> f64| {
        (rows.iter().map(|row| value(row).powi(2)).sum::<f64>() / rows.len() as f64).sqrt()
    };
    let bias = rows.iter().map(|row| (row.ours_gy / row.truth_gy).ln()).sum::<f64>() / rows.len() as f64;
    let within = errors.iter().filter(|error| **error <= 0.25).count();
    // The logarithm over the error that is claimed for it, statistics included.
    let over = |row: &Row| (row.ours_gy / row.truth_gy).ln() / row.claimed.hypot(row.sigma);
    let covered = rows.iter().filter(|row| over(row).abs() < 1.96).count();
    println!(
        "{what}: {} organs, median {:.1} %, 90 % up to {:.1} %, {:.0} % within 25 %, rms {:.1} %, bias {:+.1} %; statistics rms {:.1} %; middles off by {:.1} cm rms; claimed {:.1} % rms, found over claimed {:.2} rms, {:.0} % within 1.96 of it",
        rows.len(),
        100.0 * errors[errors.len() / 2],
        100.0 * errors[(0.9 * (errors.len() - 1) as f64) as usize],
        100.0 * within as f64 / rows.len() as f64,
        100.0 * rms(&|row| (row.ours_gy / row.truth_gy).ln()),
        100.0 * bias,
        100.0 * rms(&|row| row.sigma),
        rms(&|row| row.shift_cm),
        100.0 * rms(&|row| row.claimed),
        rms(&over),
        100.0 * covered as f64 / rows.len() as f64,
    );
}

/// Organs that are modelled, wholly or in part, beside the true ones.
fn compared(name: &str, truth: &Anatomy, theirs: &Dosed, done: &Completed, ours: &Dosed) -> Vec<Row> {
    let mean = |anatomy: &Anatomy, dose: &Dosed, n: usize| {
        let (mut energy, mut mass, mut place, mut volume) = (0.0, 0.0, [0.0; 3], 0.0);
        for (voxel, share) in anatomy.organs[n].coverage.voxels() {
            let grams = f64::from(share * anatomy.voxel_density_g_cm3[voxel]);
            energy += grams * dose.mean_gy[voxel];
            mass += grams;
            let centre = anatomy.grid.centre_mm(anatomy.grid.voxel(voxel));
            place = std::array::from_fn(|a| place[a] + f64::from(share) * centre[a]);
            volume += f64::from(share);
        }
        (energy / mass, place.map(|sum: f64| sum / volume))
    };
    let mean_gy: Vec<f32> = ours.mean_gy.iter().map(|gy| *gy as f32).collect();
    let found = done.anatomy.organs.iter().enumerate().filter_map(|(n, organ)| {
        let true_n = truth.organs.iter().position(|other| other.name == organ.name)?;
        // What the whole of a real scan cuts too is not known.
        if organ.from == Origin::Ct
            || is_cut(truth, &truth.organs[true_n])
            || ["External", "Skin", "Muscle", "Adipose"].contains(&organ.name.as_str())
        {
            return None;
        }
        let (truth_gy, there) = mean(truth, theirs, true_n);
        let (ours_gy, here) = mean(&done.anatomy, ours, n);
        let beyond = done
            .ends
            .iter()
            .map(|end| if end.is_upper { there[2] - end.at_mm } else { end.at_mm - there[2] });
        let beyond_cm = beyond.fold(f64::NEG_INFINITY, f64::max) / 10.0;
        let sigma = theirs.organ_sigma[true_n].unwrap_or(1.0).hypot(ours.organ_sigma[n].unwrap_or(1.0));
        let off: f64 = (0..3).map(|a| (here[a] - there[a]).powi(2)).sum();
        Some(Row {
            case: name.into(),
            organ: organ.name.clone(),
            from: organ.from,
            beyond_cm,
            truth_gy,
            ours_gy,
            sigma,
            claimed: relative_error(organ, &done.anatomy, &mean_gy, &done.ends),
            volume_ratio: organ.volume_cm3 / truth.organs[true_n].volume_cm3,
            shift_cm: off.sqrt() / 10.0,
        })
    });
    // A mean that a hundred histories made says nothing of where the organ lies.
    found.filter(|row| row.truth_gy > 0.0 && row.ours_gy > 0.0 && row.sigma < 0.25).collect()
}

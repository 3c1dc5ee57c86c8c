//! Leave-out test: parts of bodies completed without knowing the rest, a plan run on truth and completion.
//!
//! `cargo run --release -p completion --example leave_out -- TABLE.csv [HISTORIES [CASE]]`; real scans need STRAYDOSE_SHARED.
//! Writes organ, distance from the scan, doses, errors; prints the summary of `docs/methods/completion.md`.

#![allow(clippy::print_stdout)]

mod cases;

use anatomy::{Anatomy, Origin};
use cases::{Case, all};
use completion::{Completed, complete};
use dose_core::run::Backend;
use estimate::{BodyDose, Effort, KnownUnits, MonitorUnit, body_dose, calibrate};
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use treatment::iec61217::PatientPosition;
use treatment::machine::{built_in::built_in, choose};
use treatment::synthetic::{Identity, Target, arc};
use volume::VoxelIndex;

/// Monitor units of the cases before: all have one machine.
#[derive(Default)]
struct Kept(BTreeMap<String, MonitorUnit>);

impl KnownUnits for Kept {
    fn find(&mut self, key: &str) -> Option<MonitorUnit> {
        self.0.get(key).copied()
    }

    fn keep(&mut self, key: &str, unit: MonitorUnit) {
        self.0.insert(key.to_owned(), unit);
    }
}

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
        "case,organ,from,beyond_cm,truth_gy,completed_gy,ratio,stat_of_ratio,volume_ratio,shift_cm"
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
        slices(&name, &truth, &done);
        let target_mm = middle(&scan);
        let [theirs, ours] =
            [&truth, &done.anatomy].map(|anatomy| dose(anatomy, target_mm, histories, &mut kept));
        beyond(&name, &truth, &theirs, &done, &ours);
        steps(&name, &done, &ours);
        let new = compared(&name, &truth, &theirs, &done, &ours);
        for row in &new {
            let Row { case, organ, from, beyond_cm, truth_gy, ours_gy, sigma, volume_ratio, shift_cm } = row;
            writeln!(
                table,
                "{case},{organ},{},{beyond_cm:.2},{truth_gy:.6e},{ours_gy:.6e},{:.4},{sigma:.4},{volume_ratio:.3},{shift_cm:.2}",
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
    println!(
        "{what}: {} organs, median {:.1} %, 90 % up to {:.1} %, {:.0} % within 25 %, rms {:.1} %, bias {:+.1} %; statistics rms {:.1} %; middles off by {:.1} cm rms",
        rows.len(),
        100.0 * errors[errors.len() / 2],
        100.0 * errors[(0.9 * (errors.len() - 1) as f64) as usize],
        100.0 * within as f64 / rows.len() as f64,
        100.0 * rms(&|row| (row.ours_gy / row.truth_gy).ln()),
        100.0 * bias,
        100.0 * rms(&|row| row.sigma),
        rms(&|row| row.shift_cm),
    );
}

/// The middle of the scanned body (mm).
fn middle(scan: &Anatomy) -> [f64; 3] {
    let (mut sum, mut weight) = ([0.0; 3], 0.0);
    for (at, share) in scan.body.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let centre = scan.grid.centre_mm(scan.grid.voxel(at));
        sum = std::array::from_fn(|a| sum[a] + centre[a] * f64::from(*share));
        weight += f64::from(*share);
    }
    sum.map(|s| s / weight)
}

fn dose(anatomy: &Anatomy, target_mm: [f64; 3], histories: u64, kept: &mut Kept) -> BodyDose {
    let target = Target {
        centre_mm: target_mm,
        radius_mm: 25.0,
        position: PatientPosition::Hfs,
        dose_gy: 54.0,
        fractions: 30,
        mu: 240.0,
    };
    let identity =
        Identity { uid: "1.2.3".into(), frame_of_reference_uid: "1.2".into(), structure_set_uid: None };
    let plan = arc(&target, &identity);
    let machines = built_in();
    let choices: Vec<_> =
        plan.deliveries().map(|d| choose(&machines, d.beam, None).expect("a machine")).collect();
    let mut backend = Backend::cpu(None).expect("threads");
    let go = &mut |_| ControlFlow::Continue(());
    let calibrated = calibrate(&plan, &choices, 1, kept, &mut backend, go).expect("monitor units");
    let effort = Effort { histories, seed: 1, batches: 50 };
    let go = &mut |_, _| ControlFlow::Continue(());
    body_dose(&plan, &calibrated, anatomy, None, effort, &mut backend, go).expect("a dose")
}

/// Organs that are modelled, wholly or in part, beside the true ones.
fn compared(name: &str, truth: &Anatomy, theirs: &BodyDose, done: &Completed, ours: &BodyDose) -> Vec<Row> {
    let mean = |anatomy: &Anatomy, dose: &BodyDose, n: usize| {
        let (mut energy, mut mass, mut place, mut volume) = (0.0, 0.0, [0.0; 3], 0.0);
        for (voxel, share) in anatomy.organs[n].coverage.voxels() {
            let grams = f64::from(share * anatomy.voxel_density_g_cm3[voxel]);
            energy += grams * f64::from(dose.dose_gy.values[voxel]);
            mass += grams;
            let centre = anatomy.grid.centre_mm(anatomy.grid.voxel(voxel));
            place = std::array::from_fn(|a| place[a] + f64::from(share) * centre[a]);
            volume += f64::from(share);
        }
        (energy / mass, place.map(|sum: f64| sum / volume))
    };
    let found = done.anatomy.organs.iter().enumerate().filter_map(|(n, organ)| {
        let true_n = truth.organs.iter().position(|other| other.name == organ.name)?;
        if organ.from == Origin::Ct
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
            volume_ratio: organ.volume_cm3 / truth.organs[true_n].volume_cm3,
            shift_cm: off.sqrt() / 10.0,
        })
    });
    // A mean that a hundred histories made says nothing of where the organ lies.
    found.filter(|row| row.truth_gy > 0.0 && row.ours_gy > 0.0 && row.sigma < 0.25).collect()
}

/// Area, mass and dose of a slice of the body at a height; none beyond the grid.
fn section(anatomy: &Anatomy, dose: Option<&BodyDose>, z_mm: f64) -> Option<[f64; 3]> {
    let grid = &anatomy.grid;
    let k = ((z_mm - grid.origin_mm[2]) / grid.spacing_mm[2]).round();
    if k < 0.0 || k >= grid.shape[2] as f64 {
        return None;
    }
    let layer = grid.shape[0] * grid.shape[1];
    let first = grid.offset(VoxelIndex([0, 0, k as usize]));
    let [mut area, mut mass, mut energy] = [0.0; 3];
    for at in first..first + layer {
        let share = f64::from(anatomy.body[at]);
        let grams = share * f64::from(anatomy.voxel_density_g_cm3[at]);
        area += share;
        mass += grams;
        energy += grams * dose.map_or(0.0, |dose| f64::from(dose.dose_gy.values[at]));
    }
    let cm2 = grid.spacing_mm[0] * grid.spacing_mm[1] / 100.0;
    (area > 0.0).then(|| [area * cm2, mass * cm2, energy / mass.max(1e-9)])
}

/// Errors of area and mass a slice in the part that was cut off, as far as the truth goes.
fn slices(name: &str, truth: &Anatomy, done: &Completed) {
    let errors = removed(truth, done).filter_map(|z| {
        let [area, mass, _] = section(truth, None, z)?;
        let ours = section(&done.anatomy, None, z).unwrap_or([0.0; 3]);
        Some([ours[0] / area - 1.0, ours[1] / mass - 1.0])
    });
    tell(name, ["area a slice", "mass a slice"], errors.collect());
}

/// Errors of the mean dose of slices there.
fn beyond(name: &str, truth: &Anatomy, theirs: &BodyDose, done: &Completed, ours: &BodyDose) {
    let errors = removed(truth, done).filter_map(|z| {
        let [.., gy] = section(truth, Some(theirs), z)?;
        let [.., found] = section(&done.anatomy, Some(ours), z)?;
        (gy > 0.0).then(|| [found / gy - 1.0; 2])
    });
    tell(name, ["dose a slice", "(again)"], errors.collect());
}

fn tell(name: &str, what: [&str; 2], errors: Vec<[f64; 2]>) {
    for (n, what) in what.iter().enumerate().filter(|(_, what)| !what.starts_with('(') && !errors.is_empty())
    {
        let mut sizes: Vec<f64> = errors.iter().map(|error| error[n].abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let mean = errors.iter().map(|error| error[n]).sum::<f64>() / errors.len() as f64;
        println!(
            "  {name}: {what} of {} slices: median error {:.1} %, 90 % up to {:.1} %, mean {:+.1} %",
            errors.len(),
            100.0 * sizes[sizes.len() / 2],
            100.0 * sizes[(0.9 * (sizes.len() - 1) as f64) as usize],
            100.0 * mean
        );
    }
}

/// Heights (mm) of the truth's slices beyond the scan, but for the outermost ones.
fn removed<'a>(truth: &'a Anatomy, done: &'a Completed) -> impl Iterator<Item = f64> + 'a {
    let grid = &truth.grid;
    let z = move |k: usize| grid.origin_mm[2] + grid.spacing_mm[2] * k as f64;
    let is_beyond = move |z: &f64| {
        done.ends.iter().any(|end| if end.is_upper { *z > end.at_mm + 2.0 } else { *z < end.at_mm - 2.0 })
    };
    (4..grid.shape[2].saturating_sub(4)).map(z).filter(is_beyond)
}

/// The dose of slices on both sides of each seam, as a step beside the slope, with its statistical error.
fn steps(name: &str, done: &Completed, ours: &BodyDose) {
    for end in &done.ends {
        let outwards = if end.is_upper { 1.0 } else { -1.0 };
        let at = |mm: f64| section(&done.anatomy, Some(ours), end.at_mm + outwards * mm).map(|s| s[2].ln());
        let fit = |offsets: [f64; 4]| -> Option<f64> {
            // A line through four slices, read off at the seam.
            let values: Option<Vec<f64>> = offsets.iter().map(|mm| at(*mm)).collect();
            let values = values?;
            let mean = [offsets.iter().sum::<f64>() / 4.0, values.iter().sum::<f64>() / 4.0];
            let slope = offsets.iter().zip(&values).map(|(x, y)| (x - mean[0]) * (y - mean[1])).sum::<f64>()
                / offsets.iter().map(|x| (x - mean[0]).powi(2)).sum::<f64>();
            Some(mean[1] - slope * mean[0])
        };
        if let (Some(inside), Some(outside)) = (fit([-4.0, -8.0, -12.0, -16.0]), fit([4.0, 8.0, 12.0, 16.0]))
        {
            println!("  {name}: step of the dose at the seam {:+.1} %", 100.0 * (outside - inside));
        }
    }
}

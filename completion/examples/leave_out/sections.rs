//! Cross-sections of truth and completion: area, mass, dose, and the step of the dose at a seam.

use crate::dosed::Dosed;
use anatomy::Anatomy;
use completion::{Completed, End};
use volume::VoxelIndex;

/// Boxes across the body (mm): a real truth ends where its scan ends, also at the sides.
type Across = [[f64; 2]; 2];

fn across(truth: &Anatomy) -> Across {
    let grid = &truth.grid;
    std::array::from_fn(|a| {
        let low = grid.origin_mm[a] - 0.5 * grid.spacing_mm[a];
        [low, low + grid.spacing_mm[a] * grid.shape[a] as f64]
    })
}

/// Area (cm²), mass (g) and, where a dose is given (Gy), mean dose of a slice of the body at a height; none beyond the grid.
fn section<D: Copy + Into<f64>>(
    anatomy: &Anatomy,
    dose_gy: Option<&[D]>,
    z_mm: f64,
    across_mm: Across,
) -> Option<[f64; 3]> {
    let grid = &anatomy.grid;
    let k = ((z_mm - grid.origin_mm[2]) / grid.spacing_mm[2]).round();
    if k < 0.0 || k >= grid.shape[2] as f64 {
        return None;
    }
    let layer = grid.shape[0] * grid.shape[1];
    let first = grid.offset(VoxelIndex([0, 0, k as usize]));
    let [mut area, mut mass, mut energy] = [0.0; 3];
    for at in first..first + layer {
        let centre = grid.centre_mm(grid.voxel(at));
        if (0..2).any(|a| !(across_mm[a][0]..across_mm[a][1]).contains(&centre[a])) {
            continue;
        }
        let share = f64::from(anatomy.body[at]);
        let grams = share * f64::from(anatomy.voxel_density_g_cm3[at]);
        area += share;
        mass += grams;
        energy += grams * dose_gy.map_or(0.0, |dose| dose[at].into());
    }
    let cm2 = grid.spacing_mm[0] * grid.spacing_mm[1] / 100.0;
    (area > 0.0).then(|| [area * cm2, mass * cm2 * grid.spacing_mm[2] / 10.0, energy / mass.max(1e-9)])
}

/// Errors of area and mass a slice in the part that was cut off, as far as the truth goes.
pub fn shapes(name: &str, truth: &Anatomy, done: &Completed) {
    let across = across(truth);
    let of = |anatomy, z| section::<f64>(anatomy, None, z, across);
    let errors = removed(truth, done).filter_map(|z| {
        let [area, mass, _] = of(truth, z)?;
        let ours = of(&done.anatomy, z).unwrap_or([0.0; 3]);
        Some([ours[0] / area - 1.0, ours[1] / mass - 1.0])
    });
    let errors: Vec<[f64; 2]> = errors.collect();
    tell(name, "area a slice", errors.iter().map(|error| error[0]).collect());
    tell(name, "mass a slice", errors.iter().map(|error| error[1]).collect());
}

/// Errors of the mean dose of slices there.
pub fn doses(name: &str, truth: &Anatomy, theirs: &Dosed, done: &Completed, ours: &Dosed) {
    let across = across(truth);
    let errors = removed(truth, done).filter_map(|z| {
        let [.., gy] = section(truth, Some(&theirs.mean_gy), z, across)?;
        let [.., found] = section(&done.anatomy, Some(&ours.mean_gy), z, across)?;
        (gy > 0.0).then(|| found / gy - 1.0)
    });
    tell(name, "dose a slice", errors.collect());
}

fn tell(name: &str, what: &str, errors: Vec<f64>) {
    if errors.is_empty() {
        return;
    }
    let mut sizes: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    println!(
        "  {name}: {what} of {} slices: median error {:.1} %, 90 % up to {:.1} %, mean {:+.1} %",
        errors.len(),
        100.0 * sizes[sizes.len() / 2],
        100.0 * sizes[(0.9 * (sizes.len() - 1) as f64) as usize],
        100.0 * errors.iter().sum::<f64>() / errors.len() as f64
    );
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

/// The dose of slices on both sides of each seam, as a step beside the slope: completed, true, and their difference.
pub fn steps(name: &str, truth: &Anatomy, theirs: &Dosed, done: &Completed, ours: &Dosed) {
    for end in &done.ends {
        let of = |anatomy: &Anatomy, runs: &Dosed| -> Option<Vec<f64>> {
            runs.runs_gy.iter().map(|run| step(anatomy, run, end, across(truth))).collect()
        };
        let (Some(found), Some(there)) = (of(&done.anatomy, ours), of(truth, theirs)) else { continue };
        let more: Vec<f64> = found.iter().zip(&there).map(|(found, there)| found - there).collect();
        let [found, there, more] = [found, there, more].map(|steps| {
            let mean = steps.iter().sum::<f64>() / steps.len() as f64;
            let square = steps.iter().map(|step| (step - mean).powi(2)).sum::<f64>();
            let error = (square / (steps.len() * (steps.len() - 1)) as f64).sqrt();
            format!("{:+.1} +- {:.1} %", 100.0 * mean, 100.0 * error)
        });
        println!(
            "  {name}: step of the dose at {:.0} mm {found}, of the truth {there}, more {more}",
            end.at_mm
        );
    }
}

/// ln of the dose just beyond a seam over that just inside: lines through four slices on each side, read off at the seam.
fn step(anatomy: &Anatomy, dose_gy: &[f32], end: &End, across: Across) -> Option<f64> {
    let outwards = if end.is_upper { 1.0 } else { -1.0 };
    let at = |mm: f64| Some(section(anatomy, Some(dose_gy), end.at_mm + outwards * mm, across)?[2].ln());
    let fit = |offsets: [f64; 4]| -> Option<f64> {
        let values: Option<Vec<f64>> = offsets.iter().map(|mm| at(*mm)).collect();
        let values = values?;
        let mean = [offsets.iter().sum::<f64>() / 4.0, values.iter().sum::<f64>() / 4.0];
        let slope = offsets.iter().zip(&values).map(|(x, y)| (x - mean[0]) * (y - mean[1])).sum::<f64>()
            / offsets.iter().map(|x| (x - mean[0]).powi(2)).sum::<f64>();
        Some(mean[1] - slope * mean[0])
    };
    Some(fit([4.0, 8.0, 12.0, 16.0])? - fit([-4.0, -8.0, -12.0, -16.0])?)
}

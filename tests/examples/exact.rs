//! Organ doses with splitting and roulette beside those without, component by component, in a whole child.
//!
//! `cargo run --release -p straydose-tests --example exact -- [HISTORIES [SEED]]`: so many photons with and as many without. The table of
//! `docs/validation.md` is from here.

#![allow(clippy::print_stdout)]

use anatomy::{Anatomy, Options, Region};
use dose_core::run::{Backend, VarianceReduction};
use estimate::{BodyDose, Calibrated, Effort, MonitorUnit, body_dose};
use phantoms::{Body, Person, Sex};
use std::ops::ControlFlow;
use treatment::iec61217::PatientPosition;
use treatment::machine::{built_in::built_in, choose};
use treatment::synthetic::{Identity, Target, arc};

/// Edge of a voxel (mm): walking without shortcuts costs by voxels.
const VOXEL_MM: f64 = 8.0;
/// What a mean may be off by beside two standard errors.
const ALLOWED: f64 = 0.03;
/// Means with a larger error say nothing.
const KNOWN: f64 = 0.25;
/// Components in the contract's order, and all together.
const NAMES: [&str; 5] = ["in-field", "head scatter", "jaws and leaves", "leakage", "all"];

fn main() {
    let arguments: Vec<u64> = std::env::args().skip(1).map(|word| word.parse().expect("a number")).collect();
    let histories = arguments.first().copied().unwrap_or(4_000_000);
    let seed = arguments.get(1).copied().unwrap_or(1);
    let child = child();
    let [with, without] = [(VarianceReduction::Auto, seed), (VarianceReduction::Off, seed + 1)]
        .map(|(how, seed)| dose(&child, Effort { histories, seed, batches: 100, variance_reduction: how }));
    println!(
        "| component | organs | beyond 3 % and two sigma | mean of with / without | sigma of a ratio, median | chi-squared a ratio |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    for (part, name) in NAMES.iter().enumerate() {
        let mut ratios: Vec<(f64, f64, &str)> = Vec::new();
        for (n, organ) in child.organs.iter().enumerate() {
            let of = |dose: &BodyDose| mean(&child, dose, n, part);
            if let (Some((a, sa)), Some((b, sb))) = (of(&with), of(&without)) {
                ratios.push((a / b, sa.hypot(sb), &organ.name));
            }
        }
        ratios.retain(|(_, sigma, _)| *sigma < KNOWN);
        if ratios.is_empty() {
            continue;
        }
        let beyond: Vec<_> =
            ratios.iter().filter(|(ratio, sigma, _)| (ratio - 1.0).abs() > ALLOWED + 2.0 * sigma).collect();
        let weight = |sigma: f64| 1.0 / (sigma * sigma);
        let all: f64 = ratios.iter().map(|(_, sigma, _)| weight(*sigma)).sum();
        let middle = ratios.iter().map(|(ratio, sigma, _)| weight(*sigma) * ratio).sum::<f64>() / all;
        let chi: f64 = ratios.iter().map(|(ratio, sigma, _)| ((ratio - 1.0) / sigma).powi(2)).sum::<f64>()
            / ratios.len() as f64;
        let mut sigmas: Vec<f64> = ratios.iter().map(|(_, sigma, _)| *sigma).collect();
        sigmas.sort_by(f64::total_cmp);
        println!(
            "| {name} | {} | {} | {middle:.4} | {:.1} % | {chi:.2} |",
            ratios.len(),
            beyond.len(),
            100.0 * sigmas[sigmas.len() / 2]
        );
        beyond.iter().for_each(|(ratio, sigma, organ)| println!("  {organ}: {ratio:.3} ± {sigma:.3}"));
    }
}

fn child() -> Anatomy {
    let body = Body::new(&Person::reference(5.0, Sex::Female).expect("a child"));
    let voxels = body.voxels(&body.grid([4.0; 3], 20.0));
    let regions: Vec<Region> = body.structures(&voxels).into_iter().map(Region::Contours).collect();
    Anatomy::build(&voxels.hu, &regions, &Options::with_voxels(VOXEL_MM)).expect("a body")
}

/// An arc of 6 MV on the brain.
fn dose(child: &Anatomy, effort: Effort) -> BodyDose {
    let brain = child.organs.iter().find(|organ| organ.name == "Brain").expect("a brain");
    let (mut centre_mm, mut weight) = ([0.0; 3], 0.0);
    for (voxel, share) in brain.coverage.voxels() {
        let place = child.grid.centre_mm(child.grid.voxel(voxel));
        centre_mm = std::array::from_fn(|a| centre_mm[a] + f64::from(share) * place[a]);
        weight += f64::from(share);
    }
    let target = Target {
        centre_mm: centre_mm.map(|sum| sum / weight),
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
    // What a monitor unit is worth does not matter to a ratio.
    let unit = MonitorUnit { gy_per_unit: 1e-12, sigma_relative: 0.0 };
    let calibrated: Vec<_> = choices.iter().map(|choice| Calibrated { choice, unit }).collect();
    let mut backend = Backend::cpu(None).expect("threads");
    let go = &mut |_, _| ControlFlow::Continue(());
    let start = std::time::Instant::now();
    let dose = body_dose(&plan, &calibrated, child, None, effort, &mut backend, go).expect("a dose");
    println!("{:?}: {:.0} s", effort.variance_reduction, start.elapsed().as_secs_f64());
    dose
}

/// Mean by mass and its relative error.
fn mean(child: &Anatomy, dose: &BodyDose, organ: usize, part: usize) -> Option<(f64, f64)> {
    let values = dose.components_gy.get(part).unwrap_or(&dose.dose_gy.values);
    let sigma = if part < 4 { dose.organ_component_sigma[organ][part] } else { dose.organ_sigma[organ] };
    let (mut sum, mut mass) = (0.0, 0.0);
    for (voxel, share) in child.organs[organ].coverage.voxels() {
        let grams = f64::from(share * child.voxel_density_g_cm3[voxel]);
        sum += grams * f64::from(values[voxel]);
        mass += grams;
    }
    (sum > 0.0).then_some((sum / mass, sigma?))
}

//! Profiles of two measured 6 MV fields from the axis through the penumbra: the built-in Agility on fine voxels.
//!
//! The diode's own width is in the measured penumbra, and the measuring software has smoothed it.

use commission::field;
use commission::measurement::{Collimation, Medium, Setup};
use dose_core::case::{Case, Component, MaterialId, Quantity, Source};
use dose_core::deck::Deck;
use dose_core::material::Material;
use dose_core::run::{Backend, Region, Settings, VarianceReduction, transport};
use estimate::electrons::{in_water, open_kerma_gy};
use estimate::head::{fixed, half_width, head_beam};
use std::ops::ControlFlow;
use straydose_tests::measured::{DEPTHS_MM, SSD_MM, profile};
use straydose_tests::reference::shared;
use treatment::beam::Fluence;
use treatment::machine::Machine;
use treatment::machine::built_in::FILES;
use treatment::opening::rectangles;
use volume::Grid;

/// Source photons: of the open beam, and of the disc.
const RUNS: [(Component, u64); 2] = [(Component::Open, 6_000_000), (Component::ExtraFocal, 1_000_000)];
/// Voxels along a profile (mm), and how far they reach.
const STEP_MM: f64 = 2.0;
const REACH_MM: f64 = 90.0;
/// Half the width of a profile's strip, across and in depth (mm).
const STRIP_MM: f64 = 10.0;
/// What may differ: the widths of penumbra (80 to 20 %) and field (50 %), and the dose at four fifths of the way to the edge.
const WIDTH_MM: f64 = 2.0;
const INSIDE: f64 = 0.02;

/// Where a profile that starts at 1 falls below a share of that (mm), between its points.
fn falls_below(points: &[(f64, f64)], share: f64) -> f64 {
    let at = points.windows(2).find(|pair| pair[0].1 >= share && pair[1].1 < share).expect("it falls");
    let [(from, high), (to, low)] = [at[0], at[1]];
    from + (to - from) * (high - share) / (high - low)
}

fn between(points: &[(f64, f64)], mm: f64) -> f64 {
    let at = points.windows(2).find(|pair| pair[0].0 <= mm && pair[1].0 > mm).expect("it holds the place");
    at[0].1 + (at[1].1 - at[0].1) * (mm - at[0].0) / (at[1].0 - at[0].0)
}

#[test]
fn profiles_of_two_measured_fields_agree_inside_and_in_the_penumbra() {
    let Some(shared) = shared() else { return };
    let (name, text) = FILES.iter().find(|(name, _)| *name == "elekta-agility").expect("built in");
    let machine = Machine::from_toml(name, text).expect("sound");
    let quality = field::quality(&machine, Some(6.0), Some(Fluence::Flattened)).expect("6 MV");
    let mut misses = vec![];
    println!(
        "| field, depth, axis | 80 to 20 %, measured / ours (mm) | 50 % (mm) | dose at 0.8 of the half width |"
    );
    println!("| --- | --- | --- | --- |");
    for field_mm in [50.0, 100.0] {
        let ours = doses(&machine, quality, field_mm);
        for (depth, depth_mm) in DEPTHS_MM.into_iter().enumerate() {
            for (along_leaves, axis) in [(false, "jaws"), (true, "leaves")] {
                let measured = profile(&shared, field_mm, depth_mm, along_leaves);
                let ours = &ours[depth][usize::from(along_leaves)];
                let of = |points: &[(f64, f64)]| {
                    let at = 0.4 * field_mm * (SSD_MM + depth_mm) / 1000.0;
                    let penumbra = falls_below(points, 0.2) - falls_below(points, 0.8);
                    [penumbra, falls_below(points, 0.5), between(points, at)]
                };
                let ([a, b, c], [x, y, z]) = (of(&measured), of(ours));
                let name = format!("{field_mm} mm, {depth_mm} mm, {axis}");
                println!("| {name} | {a:.1} / {x:.1} | {b:.1} / {y:.1} | {c:.3} / {z:.3} |");
                if (a - x).abs() > WIDTH_MM || (b - y).abs() > WIDTH_MM || (c - z).abs() > INSIDE {
                    misses.push(name);
                }
            }
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

/// For each depth, along y (across the jaws) and along x (along the leaves): distance from the axis and dose over that on it.
fn doses(machine: &Machine, quality: usize, field_mm: f64) -> Vec<[Vec<(f64, f64)>; 2]> {
    let setup = Setup {
        field_mm: [field_mm; 2],
        collimation: Collimation::Open,
        medium: Medium::Water,
        ssd_mm: SSD_MM,
    };
    let described = &machine.beams[quality];
    let beam = field::beam(machine, described, &setup).expect("a field");
    let across = 2 * (160.0 / STEP_MM) as usize;
    let edge_mm = 0.5 * STEP_MM * across as f64;
    let grid = Grid {
        corner_mm: [-edge_mm, 0.0, -edge_mm],
        spacing_mm: [STEP_MM, 10.0, STEP_MM],
        shape: [across, 30, across],
    };
    let bins = (REACH_MM / STEP_MM) as usize;
    let mut regions = vec![Vec::new(); DEPTHS_MM.len() * 2 * bins];
    for voxel in 0..grid.len() {
        let [x, depth, z] = grid.centre_mm(grid.voxel(voxel));
        for (at, depth_mm) in DEPTHS_MM.into_iter().enumerate() {
            if (depth - depth_mm).abs() > STRIP_MM / 2.0 + 0.1 {
                continue;
            }
            for (axis, (along, aside)) in [(z, x), (x, z)].into_iter().enumerate() {
                let bin = (along.abs() / STEP_MM) as usize;
                if aside.abs() < STRIP_MM && bin < bins {
                    regions[(2 * at + axis) * bins + bin].push(voxel as u32);
                }
            }
        }
    }
    let mut sums = vec![0.0; regions.len()];
    for (component, histories) in RUNS {
        let mut materials = vec![Material::named("water").expect("a material of the library")];
        let head_beam = head_beam(machine, described, &beam, &mut materials).expect("a beam");
        let head =
            fixed(head_beam, setup.field_mm, beam.sad_mm, setup.ssd_mm, component, half_width(machine));
        let fluence = head.fluence();
        let case = Case {
            grid,
            materials,
            voxel_material: vec![MaterialId(0); grid.len()],
            voxel_density_g_cm3: vec![1.0; grid.len()],
            collimators: vec![],
            source: Source::Head(head),
            quantity: Quantity::Dose,
        };
        let deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
        let settings = Settings { histories, seed: 1, batches: 10, regions: Region::alike(regions.clone()) };
        let mut backend = Backend::cpu(None).expect("threads");
        let outcome = transport(&deck, &settings, &mut backend, &mut |_| ControlFlow::Continue(()))
            .expect("a run to its end");
        sums.iter_mut().zip(&outcome.regions).for_each(|(sum, region)| *sum += region.mean * fluence);
    }
    let open = rectangles(&beam.devices, &beam.control_points[0].pose.openings);
    let term = described.electrons.as_ref().expect("electrons");
    let kerma_gy = term.level * open_kerma_gy(described, beam.sad_mm).expect("a spectrum");
    let depth = |at: usize| {
        [0, 1].map(|axis| {
            let place = |bin: usize| STEP_MM * (bin as f64 + 0.5);
            let dose = |bin: usize| {
                let mut position_mm = [0.0, 0.0, DEPTHS_MM[at]];
                position_mm[1 - axis] = place(bin);
                let electrons = in_water(term, &open, position_mm, beam.sad_mm, SSD_MM);
                sums[(2 * at + axis) * bins + bin] + kerma_gy * electrons
            };
            // On the axis: the mean of the innermost centimetre.
            let on_axis = (0..5).map(dose).sum::<f64>() / 5.0;
            (0..bins).map(|bin| (place(bin), dose(bin) / on_axis)).collect()
        })
    };
    (0..DEPTHS_MM.len()).map(depth).collect()
}

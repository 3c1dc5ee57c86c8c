//! However the work and the memory are cut on the device, the tally has the same bytes.

use super::adapter::gpu;
use dose_core::case::{Case, Quantity};
use dose_core::deck::Deck;
use dose_core::error::Error;
use dose_core::gpu::Tuning;
use dose_core::run::VarianceReduction;
use dose_core::transport::tally::Balance;
use phantoms::tanks;
use volume::Grid;

const HISTORIES: u64 = 3000;

fn tally(deck: &Deck, tuning: Tuning) -> Option<(Vec<u64>, Balance)> {
    let mut gpu = gpu()?.tuned(tuning);
    let mut image = vec![0; deck.voxels.len()];
    let balance = gpu.batch(deck, [5, 0], 0..HISTORIES, &mut image, &|_| true).expect("the device works");
    Some((image, balance))
}

#[test]
fn wave_steps_and_segments_do_not_change_a_byte() {
    let case = tanks::w1_with_slabs(20.0, Quantity::Dose, tanks::CHEST_SLABS);
    let deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
    let Some(expected) = tally(&deck, Tuning::default()) else { return };
    assert!(expected.0.iter().any(|&quanta| quanta > 0));
    let voxels = 4 * deck.voxels.len() as u64;
    for tuning in [
        Tuning { wave: Some(64), steps: Some(3), ..Tuning::default() },
        Tuning { wave: Some(1 << 14), steps: Some(40), ..Tuning::default() },
        Tuning { binding_bytes: Some(voxels), ..Tuning::default() },
        Tuning { binding_bytes: Some(voxels / 2 + 16), ..Tuning::default() },
        Tuning { binding_bytes: Some(2 * voxels / 3 + 16), ..Tuning::default() },
    ] {
        let found = tally(&deck, tuning).expect("there was a device");
        assert!(found == expected, "{tuning:?} changes the tally");
    }
}

/// A queue far too small for the wave: the batch is void, and done again with fewer photons in flight.
#[test]
fn an_overflowing_queue_is_noticed_and_the_batch_done_again() {
    let deck = Deck::new(&tanks::w1(20.0, Quantity::Dose), VarianceReduction::Auto).expect("a good case");
    let Some(expected) = tally(&deck, Tuning::default()) else { return };
    let found = tally(&deck, Tuning { wave: Some(2048), queue: Some(2048), ..Tuning::default() });
    assert!(found.expect("there was a device") == expected, "an overflow changes the tally");
}

#[test]
fn a_grid_that_needs_more_bindings_than_there_are_is_refused_with_a_way_out() {
    let deck = Deck::new(&tanks::w1(20.0, Quantity::Kerma), VarianceReduction::Auto).expect("a good case");
    let Some(gpu) = gpu() else { return };
    let mut gpu = gpu.tuned(Tuning { binding_bytes: Some(1024), ..Tuning::default() });
    let Err(Error::Refused { what, why, remedy }) = gpu.load(&deck) else { panic!("it was not refused") };
    assert_eq!(what, "grid.shape");
    assert!(why.contains("GiB") && remedy.contains("--backend cpu"), "{why}; {remedy}");
}

/// 40.5 million voxels: 162 MB of words and 324 MB of tally, more than one binding of 128 MiB holds.
#[test]
fn a_whole_body_grid_runs_where_one_binding_cannot_hold_it() {
    let Some(mut gpu) = gpu() else { return };
    let tank = tanks::w1(20.0, Quantity::Kerma);
    let grid = Grid { corner_mm: [-300.0, 0.0, -450.0], spacing_mm: [2.0; 3], shape: [300, 300, 450] };
    let case = Case {
        grid,
        voxel_material: vec![tank.voxel_material[0]; grid.len()],
        voxel_density_g_cm3: vec![1.0; grid.len()],
        ..tank
    };
    let deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
    let mut image = vec![0; deck.voxels.len()];
    let balance = gpu.batch(&deck, [5, 0], 0..2000, &mut image, &|_| true).expect("the device works");
    let scored = |from: usize, to: usize| image[from..to].iter().filter(|&&quanta| quanta > 0).count();
    let third = image.len() / 3;
    let thirds = [0, 1, 2].map(|i| scored(i * third, (i + 1) * third));
    println!(
        "whole body: {} bytes on the device, voxels scored in each third {thirds:?}",
        dose_core::gpu::Gpu::device_bytes(&deck)
    );
    assert!(thirds.iter().all(|&voxels| voxels > 1000), "a segment was not scored: {thirds:?}");
    let mut cpu_image = vec![0; deck.voxels.len()];
    let mut cpu = dose_core::transport::cpu::Cpu::new(Some(1)).expect("a thread");
    let cpu_balance = cpu.batch(&deck, [5, 0], 0..2000, &mut cpu_image, &|_| true);
    let sum = |image: &[u64]| image.iter().map(|&quanta| quanta as f64).sum::<f64>();
    assert!((sum(&image) / sum(&cpu_image) - 1.0).abs() < 1e-3);
    assert!((balance[1] - cpu_balance[1]).abs() as f64 <= 1e-4 * cpu_balance[1] as f64);
}

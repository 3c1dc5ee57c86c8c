//! A whole run gives the same dose on both.

use super::adapter::gpu;
use dose_core::case::Quantity;
use dose_core::deck::Deck;
use dose_core::run::{Backend, Outcome, Region, Settings, VarianceReduction, transport};
use phantoms::tanks;
use std::ops::ControlFlow;

#[test]
fn the_dose_of_w1_is_the_same_on_both() {
    let Some(gpu) = gpu() else { return };
    let case = tanks::w1(10.0, Quantity::Kerma);
    let deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
    let bands = [[-20.0, 20.0], [-70.0, 70.0], [70.0, 130.0], [130.0, 210.0], [210.0, 370.0], [370.0, 600.0]];
    let regions =
        bands.map(|[lo, hi]| tanks::voxels_in(&case, [-200.0, 0.0, lo], [200.0, 300.0, hi])).to_vec();
    let settings = Settings {
        histories: if cfg!(debug_assertions) { 10_000 } else { 50_000 },
        batches: 2,
        regions: Region::alike(regions),
        ..Settings::default()
    };
    let run = |mut backend: Backend| -> Outcome {
        let mut done = 0;
        let out = transport(&deck, &settings, &mut backend, &mut |progress| {
            assert!(progress.histories_done >= done, "progress goes back");
            done = progress.histories_done;
            ControlFlow::Continue(())
        });
        assert_eq!(done, settings.histories, "progress ends at the end");
        out.expect("a run")
    };
    let on_cpu = run(Backend::cpu(Some(1)).expect("a thread"));
    let on_gpu = run(Backend::Gpu(Box::new(gpu)));
    for (band, (cpu, gpu)) in bands.iter().zip(on_cpu.regions.iter().zip(&on_gpu.regions)) {
        println!("z {band:?} mm: GPU/CPU {:.7}", gpu.mean / cpu.mean);
        assert!((gpu.mean / cpu.mean - 1.0).abs() < 1e-3, "z {band:?}: {} is not {}", gpu.mean, cpu.mean);
    }
    // The same seed: a voxel differs by the few histories that took another path, far less than its statistics allow.
    let pairs = on_cpu.dose_gy_per_photon.iter().zip(&on_gpu.dose_gy_per_photon).zip(&on_cpu.sigma_relative);
    let far = pairs
        .filter(|((cpu, gpu), sigma)| (*cpu - *gpu).abs() > 3.0 * f64::from(**sigma) * **cpu + 1e-25)
        .count();
    assert!(
        far * 1000 <= on_cpu.dose_gy_per_photon.len(),
        "{far} voxels differ by more than their statistics"
    );
    let (a, b) = (on_cpu.energy, on_gpu.energy);
    for (cpu, gpu) in [
        (a.emitted_mev, b.emitted_mev),
        (a.deposited_mev, b.deposited_mev),
        (a.escaped_mev, b.escaped_mev),
        (a.collisions as f64, b.collisions as f64),
    ] {
        assert!((gpu / cpu - 1.0).abs() < 1e-5, "{a:?} is not {b:?}");
    }
}

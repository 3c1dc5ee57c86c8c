//! Cases that tests of the physics share: noisy voxels, small tanks, random densities.

use dose_core::case::{Case, Emission, MaterialId, Quantity, Rectangle, Source};
use dose_core::deck::Deck;
use dose_core::material::Material;
use dose_core::physics::electron_carry;
use dose_core::physics::random::{philox, uniform};
use dose_core::run::{Backend, Outcome, Settings, VarianceReduction, transport};
use dose_core::spectrum::Spectrum;
use dose_core::transport::cpu::Cpu;
use phantoms::tanks;
use std::ops::ControlFlow;
use volume::Grid;

/// A run on the CPU.
///
/// # Panics
/// The engine refuses the deck.
pub fn run_deck(deck: &Deck, settings: &Settings, threads: Option<usize>) -> Outcome {
    let mut backend = Backend::Cpu(Cpu::new(threads).expect("threads"));
    transport(deck, settings, &mut backend, &mut |_| ControlFlow::Continue(())).expect("a run to its end")
}

/// Electrons of a deck leave their energy where they are set free, though they radiate as before.
pub fn electrons_stay(deck: &mut Deck) {
    let place = deck.header.choices[2] as usize;
    if place > 0 {
        let floats = electron_carry::table().len();
        for displacement in deck.tables[place..place + floats].chunks_mut(electron_carry::FLOATS) {
            displacement.copy_from_slice(&[0.0, 0.0, 1.0, 0.0]);
        }
    }
}

/// A deck without splitting and roulette, every block walked voxel by voxel: slow, and without the shortcuts that need
/// a proof of their own.
///
/// # Panics
/// The engine refuses the case.
pub fn plain_deck(case: &Case) -> Deck {
    let mut deck = Deck::new(case, VarianceReduction::Off).expect("a good case");
    deck.header.choices[3] = 1;
    deck
}

/// Energy in the grid by the scores: sum of dose, density and volume (MeV per photon).
pub fn scored_mev(case: &Case, outcome: &Outcome) -> f64 {
    let voxel_g = case.grid.voxel_volume_mm3() / 1000.0;
    let gy_g: f64 = outcome
        .dose_gy_per_photon
        .iter()
        .zip(&case.voxel_density_g_cm3)
        .map(|(d, &rho)| d * f64::from(rho))
        .sum();
    gy_g * voxel_g / 1.602_176_634e-10
}

/// A body such as a CT gives: a block of 16 × 24 × 40 cm in voxels of 5 mm, water with densities of 0.9 to 1.1, a lung,
/// a slab of bone with noise, and spots of titanium; a beam of 5 × 5 cm comes from the side.
///
/// # Panics
/// The library lost a material.
pub fn noisy_body(spectrum: Spectrum, quantity: Quantity) -> Case {
    let grid = Grid { corner_mm: [-80.0, 0.0, -200.0], spacing_mm: [5.0; 3], shape: [32, 48, 80] };
    let named = |name: &str| Material::named(name).expect("a material of the library");
    let materials = vec![named("water"), named("lung"), named("cortical-bone"), named("titanium")];
    let (mut voxel_material, mut voxel_density_g_cm3) = (Vec::new(), Vec::new());
    for offset in 0..grid.len() {
        let [x, y, z] = grid.centre_mm(grid.voxel(offset));
        let words = philox([offset as u32, 0, 0, 0], [20, 26]);
        let noise = 0.9 + 0.2 * uniform(words[0]);
        let in_lung = (x / 60.0).powi(2) + ((y - 130.0) / 60.0).powi(2) + ((z - 30.0) / 90.0).powi(2) < 1.0;
        let in_bone = (30.0..45.0).contains(&y);
        let is_spot = uniform(words[1]) < 0.002;
        let (material, density) = match (is_spot, in_lung, in_bone) {
            (true, ..) => (3, 4.54),
            (_, true, _) => (1, 0.26 * noise),
            (_, _, true) => (2, 1.7 * noise),
            _ => (0, noise),
        };
        voxel_material.push(MaterialId(material));
        voxel_density_g_cm3.push(density);
    }
    let source = Rectangle {
        position_mm: [0.0, -500.0, -40.0],
        direction: [0.0, 1.0, 0.0],
        field_mm: [50.0, 50.0],
        emission: Emission::Point { field_distance_mm: 500.0 },
        spectrum,
    };
    Case {
        grid,
        materials,
        voxel_material,
        voxel_density_g_cm3,
        collimators: Vec::new(),
        source: Source::Rectangle(source),
        quantity,
    }
}

/// Regions of the chest slabs, each with the mirror image: before, in and behind the slabs, on and off the axis.
pub fn slab_regions(case: &Case) -> Vec<(String, Vec<u32>)> {
    let mut regions = Vec::new();
    for (slab, lo, hi) in [
        ("water before", 0.0, 30.0),
        ("bone", 30.0, 40.0),
        ("lung", 40.0, 120.0),
        ("metal", 160.0, 170.0),
        ("water behind", 240.0, 300.0),
    ] {
        let on_axis = tanks::voxels_in(case, [-40.0, lo, -40.0], [40.0, hi, 40.0]);
        regions.push((format!("{slab}, on the axis"), on_axis));
        for (place, z_lo, z_hi) in [("8-13 cm off", 80.0, 130.0), ("20-32 cm off", 200.0, 320.0)] {
            let mut voxels = tanks::voxels_in(case, [-100.0, lo, z_lo], [100.0, hi, z_hi]);
            voxels.extend(tanks::voxels_in(case, [-100.0, lo, -z_hi], [100.0, hi, -z_lo]));
            regions.push((format!("{slab}, {place}"), voxels));
        }
    }
    regions
}

//! Histories take the same path on both: a signature of each, the wrapping sum of a hash over its collisions.

use super::adapter::gpu;
use super::leaves;
use dose_core::case::{Case, Component, Quantity};
use dose_core::deck::Deck;
use dose_core::physics::random::philox;
use dose_core::run::VarianceReduction;
use dose_core::transport::collide::collide;
use dose_core::transport::grid_walk::voxel_of;
use dose_core::transport::history::{Steps, follow};
use dose_core::transport::leg::{Leg, Stream};
use dose_core::transport::ray::{Site, walk};
use dose_core::transport::tally::{ACCOUNTS, Balance, Image, Tally};
use phantoms::tanks;
use std::cell::Cell;

const KEY: [u32; 2] = [3, 0];
/// Histories that differ, of a million. A last bit may move a collision across a voxel's face.
const MOST_DIFFERENT_PPM: f64 = 100.0;

thread_local! {
    static SIGNATURE: Cell<u32> = const { Cell::new(0) };
}

/// The steps of a history, signed. Twin: `signature.wgsl`.
struct Signed;

impl Steps for Signed {
    fn walk(deck: &Deck, leg: &Leg, stream: Stream, tally: &mut Tally) -> Option<Site> {
        walk(deck, leg, stream, tally)
    }

    fn collide(
        deck: &Deck,
        leg: &Leg,
        site: Site,
        stream: Stream,
        copies: u32,
        waiting: &mut Vec<Leg>,
        tally: &mut Tally,
    ) {
        let voxel = if site.in_grid { voxel_of(deck, leg.position_mm) as u32 } else { 0 };
        for copy in 0..copies {
            let words = philox([leg.branch, copy, voxel, site.material as u32], [u32::from(site.in_grid), 0]);
            SIGNATURE.set(SIGNATURE.get().wrapping_add(words[0]));
        }
        collide(deck, leg, site, stream, copies, waiting, tally);
    }
}

fn on_cpu(deck: &Deck, histories: u64) -> (Vec<u64>, Balance, Vec<u32>) {
    let mut quanta = Image::new(deck.voxels.len());
    let mut tally = Tally { image: &mut quanta, balance: [0; ACCOUNTS] };
    let mut waiting = Vec::new();
    let signatures = (0..histories)
        .map(|history| {
            SIGNATURE.set(0);
            follow::<Signed>(deck, Stream { key: KEY, history }, &mut waiting, &mut tally);
            SIGNATURE.get()
        })
        .collect();
    let balance = tally.balance;
    let mut image = vec![0; deck.voxels.len()];
    quanta.drain_into(&mut image);
    (image, balance, signatures)
}

fn assert_same_paths(name: &str, case: &Case, histories: u64) {
    let Some(mut gpu) = gpu() else { return };
    let deck = Deck::new(case, VarianceReduction::Auto).expect("a good case");
    let (image, balance, signatures) = on_cpu(&deck, histories);
    let mut gpu_image = vec![0; deck.voxels.len()];
    let (gpu_balance, gpu_signatures) =
        gpu.signatures(&deck, KEY, 0..histories, &mut gpu_image).expect("the device works");

    assert_eq!(gpu_signatures.len(), signatures.len());
    assert!(
        // Of the photons that scatter in jaws less than one in a hundred collides in the tank.
        signatures.iter().filter(|&&s| s != 0).count() as u64 > histories / 1000,
        "the signatures say nothing"
    );
    let different = signatures.iter().zip(&gpu_signatures).filter(|(a, b)| a != b).count();
    let ppm = 1e6 * different as f64 / histories as f64;
    let sum = |image: &[u64]| image.iter().map(|&quanta| quanta as f64).sum::<f64>();
    let ratio = sum(&gpu_image) / sum(&image);
    println!("{name}: {different} of {histories} paths differ ({ppm:.0} ppm), scores {ratio:.9}");
    println!("{name}: balance {balance:?}, on the GPU {gpu_balance:?}");
    assert!(ppm <= MOST_DIFFERENT_PPM, "{name}: {different} of {histories} paths differ");
    assert!((ratio - 1.0).abs() < 1e-5, "{name}: scores {ratio}");
    for (account, (cpu, gpu)) in balance.iter().zip(&gpu_balance).enumerate() {
        assert!(
            (cpu - gpu).abs() as f64 <= 1e-5 * balance[0] as f64,
            "{name}: account {account}: {cpu}, not {gpu}"
        );
    }
}

#[test]
fn histories_in_water_take_the_same_path() {
    assert_same_paths("w1", &tanks::w1(10.0, Quantity::Kerma), HISTORIES);
}

#[test]
fn histories_in_slabs_with_bremsstrahlung_take_the_same_path() {
    assert_same_paths("slabs", &tanks::w1_with_slabs(10.0, Quantity::Dose, tanks::CHEST_SLABS), HISTORIES);
}

#[test]
fn histories_through_a_collimator_take_the_same_path() {
    let mut case = tanks::w1_with_slabs(20.0, Quantity::Dose, tanks::CHEST_SLABS);
    let tungsten = dose_core::material::Material::named("tungsten-alloy").expect("a material of the library");
    let material = dose_core::case::MaterialId(case.materials.len() as u8);
    case.materials.push(tungsten);
    for (min_mm, max_mm) in
        [([-200.0, -620.0, 10.0], [200.0, -540.0, 200.0]), ([-200.0, -520.0, -200.0], [-5.0, -440.0, 200.0])]
    {
        case.collimators.push(dose_core::case::Collimator { min_mm, max_mm, material, density_g_cm3: 18.0 });
    }
    assert_same_paths("collimator", &case, HISTORIES / 4);
}

#[test]
fn photons_of_a_treatment_head_take_the_same_path() {
    for component in
        [Component::Scattered, Component::Leakage, Component::ExtraFocal, Component::All, Component::Open]
    {
        let case = leaves::arc_on_slabs(component);
        assert_same_paths(&format!("head, {component:?}"), &case, HISTORIES / 4);
    }
}

/// Histories of one comparison: fewer where nothing is optimised, since both sides are slow there.
const HISTORIES: u64 = if cfg!(debug_assertions) { 20_000 } else { 200_000 };

//! Functions of each shader module against their Rust twins, on lists of inputs.

use super::adapter::gpu;
use dose_core::case::Quantity;
use dose_core::deck::Deck;
use dose_core::gpu::probe;
use dose_core::physics::functions::{cos_sin_turn, exp_minus, ln};
use dose_core::physics::lattice::{ENERGY, MOMENTUM};
use dose_core::physics::random::{child_branch, philox, uniform};
use dose_core::physics::vector::deflected;
use dose_core::physics::{bremsstrahlung, compton, electron_carry, pair, rayleigh};
use dose_core::run::VarianceReduction;
use phantoms::tanks;
use shaders::Kernel;
use shaders::kernels::probes;

const INPUTS: u32 = 20_000;
/// Largest relative deviation of a function; GPUs may fuse a product with a sum and divide to 2.5 units.
const TOLERANCE: f32 = 1e-5;

fn deck() -> Deck {
    Deck::new(&tanks::w1(50.0, Quantity::Dose), VarianceReduction::Auto).expect("a good case")
}

/// Four uniform numbers of an input.
fn four(index: u32) -> [f32; 4] {
    philox([index, 0, 0, 0], [7, 11]).map(uniform)
}

/// A number between two bounds, even in its logarithm.
fn between(lo: f32, hi: f32, u: f32) -> f32 {
    lo * (hi / lo).powf(u)
}

/// Runs a probe and compares each output with what Rust finds; says how many are equal to the last bit.
fn assert_twins(
    name: &str,
    kernel: &Kernel,
    input: fn(u32) -> [f32; 4],
    rust: impl Fn(&Deck, [f32; 4]) -> [f32; 4],
) {
    if gpu().is_none() {
        return;
    }
    let deck = deck();
    let inputs: Vec<[f32; 4]> = (0..INPUTS).map(input).collect();
    let words: Vec<[u32; 4]> = inputs.iter().map(|four| four.map(f32::to_bits)).collect();
    let outputs = probe(kernel, &deck, &words).expect("the device works");
    let (mut equal, mut worst, mut worst_at) = (0, 0.0f32, String::new());
    for (input, output) in inputs.iter().zip(&outputs) {
        let (found, expected) = (output.map(f32::from_bits), rust(&deck, *input));
        for slot in 0..4 {
            equal += u32::from(found[slot].to_bits() == expected[slot].to_bits());
            // Below 1e-3 the deviation is taken as absolute: near a zero no digits are left to compare.
            let deviation = (found[slot] - expected[slot]).abs() / expected[slot].abs().max(1e-3);
            if deviation.is_nan() || deviation > worst {
                worst = if deviation.is_nan() { f32::INFINITY } else { deviation };
                worst_at = format!("{input:?} gives {found:?}, not {expected:?}");
            }
        }
    }
    println!(
        "{name}: {:.3} % bit-equal, worst deviation {worst:.1e}",
        100.0 * f64::from(equal) / f64::from(4 * INPUTS)
    );
    assert!(worst <= TOLERANCE, "{name}: {worst_at}");
}

#[test]
fn random_words_are_identical() {
    if gpu().is_none() {
        return;
    }
    let inputs: Vec<[u32; 4]> = (0..INPUTS).map(|i| philox([i, 1, 2, 3], [4, 5])).collect();
    let outputs = probe(&probes::RANDOM, &deck(), &inputs).expect("the device works");
    for (input, output) in inputs.iter().zip(&outputs) {
        let words = philox(*input, [input[3], input[0]]);
        let child = child_branch(input[0], input[1]);
        assert_eq!(*output, [words[0], words[1] ^ words[3], uniform(words[2]).to_bits(), child], "{input:?}");
    }
}

#[test]
fn functions_are_twins() {
    let input = |i| {
        let u = four(i);
        [u[0], 90.0 * u[1] * u[2], 0.0, 0.0]
    };
    assert_twins("functions", &probes::FUNCTIONS, input, |_, x| {
        let (cos, sin) = cos_sin_turn(x[0]);
        [ln(x[0]), exp_minus(x[1]), cos, sin]
    });
}

#[test]
fn rotations_are_twins() {
    let input = |i| {
        let u = four(i);
        [u[0], u[1], 2.0 * u[2], u[3]]
    };
    assert_twins("vector", &probes::VECTOR, input, |_, x| {
        let start = pair::isotropic(x[0], x[1]);
        let (cos, sin) = cos_sin_turn(x[3]);
        let end = deflected(start, x[2], cos, sin);
        [end.x, end.y, end.z, start.z]
    });
}

#[test]
fn cells_are_identical() {
    if gpu().is_none() {
        return;
    }
    let inputs: Vec<[f32; 4]> = (0..INPUTS)
        .map(|i| [between(0.001, 100.0, four(i)[0]), between(0.001, 5000.0, four(i)[1]), 0.0, 0.0])
        .collect();
    let words: Vec<[u32; 4]> = inputs.iter().map(|four| four.map(f32::to_bits)).collect();
    let outputs = probe(&probes::LATTICE, &deck(), &words).expect("the device works");
    for (input, output) in inputs.iter().zip(&outputs) {
        let (energy, momentum) = (ENERGY.locate(input[0]), MOMENTUM.locate(input[1]));
        let expected = [energy.0 as u32, energy.1.to_bits(), momentum.0 as u32, momentum.1.to_bits()];
        assert_eq!(*output, expected, "{input:?}");
    }
}

#[test]
fn compton_scattering_is_a_twin() {
    let input = |i| {
        let u = four(i);
        [between(0.01, 24.0, u[0]), u[1], 2.0 * u[2], 0.0]
    };
    assert_twins("compton", &probes::COMPTON, input, |deck, x| {
        let (inverse, binding) = (deck.header.places_a[3] as usize, deck.header.places_b[0] as usize);
        let v = compton::one_minus_cos(&deck.tables[inverse..], x[0], x[1]);
        let bound = compton::binding(&deck.tables[binding..], x[0], x[2]);
        [v, compton::scattered_energy_mev(x[0], v), bound, 0.0]
    });
}

#[test]
fn rayleigh_scattering_is_a_twin() {
    let input = |i| {
        let u = four(i);
        [between(0.01, 1.0, u[0]), u[1], 2.0 * u[2], 0.0]
    };
    assert_twins("rayleigh", &probes::RAYLEIGH, input, |deck, x| {
        let table = &deck.tables[deck.header.places_b[1] as usize..];
        [rayleigh::candidate_one_minus_cos(table, x[0], x[1]), rayleigh::acceptance(x[2]), 0.0, 0.0]
    });
}

#[test]
fn bremsstrahlung_is_a_twin() {
    let input = |i| {
        let u = four(i);
        [between(0.02, 20.0, u[0]), u[1], u[2], 0.0]
    };
    assert_twins("bremsstrahlung", &probes::BREMSSTRAHLUNG, input, |deck, x| {
        let table = &deck.tables[deck.header.places_c[0] as usize..];
        let (energy_mev, mean_cos) = bremsstrahlung::photon(table, x[0], deck.header.cutoff_mev(), x[1]);
        let v = bremsstrahlung::one_minus_cos(x[2], x[1]);
        [bremsstrahlung::mean_number(table, x[0]), energy_mev, mean_cos, v]
    });
}

#[test]
fn what_electrons_carry_is_a_twin() {
    let input = |i| {
        let u = four(i);
        [between(0.01, 24.0, u[0]), (u[1] * 1000.0).floor(), 0.0, 0.0]
    };
    assert_twins("electron carry", &probes::ELECTRON_CARRY, input, |deck, x| {
        let table = &deck.tables[deck.header.choices[2] as usize..];
        let found = electron_carry::carry(table, x[0], x[1] as u32);
        [found.along, found.aside, found.lift, 0.0]
    });
}

//! The kernels, each a list of parts.

use crate::{Kernel, Part, part};

/// Parts of physics: pure functions of state, tables and random words.
const PHYSICS: [Part; 11] = [
    part!("constants.wgsl"),
    part!("deck.wgsl"),
    part!("random.wgsl"),
    part!("functions.wgsl"),
    part!("vector.wgsl"),
    part!("lattice.wgsl"),
    part!("compton.wgsl"),
    part!("rayleigh.wgsl"),
    part!("pair.wgsl"),
    part!("bremsstrahlung.wgsl"),
    part!("electron_carry.wgsl"),
];

/// Parts of a plain source.
const PLAIN_SOURCE: [Part; 1] = [part!("source.wgsl")];

/// Parts of a treatment head.
const HEAD: [Part; 8] = [
    part!("collimation.wgsl"),
    part!("head.wgsl"),
    part!("head_aim.wgsl"),
    part!("head_metal.wgsl"),
    part!("head_focal.wgsl"),
    part!("head_extra_focal.wgsl"),
    part!("head_scattered.wgsl"),
    part!("head_leakage.wgsl"),
];

/// Parts of transport: what a step of a history does.
const STEP: [Part; 13] = [
    part!("batch.wgsl"),
    part!("leg.wgsl"),
    part!("tally.wgsl"),
    part!("spectrum.wgsl"),
    part!("ray.wgsl"),
    part!("grid_walk.wgsl"),
    part!("voxel_walk.wgsl"),
    part!("importance.wgsl"),
    part!("collide.wgsl"),
    part!("history.wgsl"),
    part!("counters.wgsl"),
    part!("queue.wgsl"),
    part!("transport.wgsl"),
];

/// Signing of paths, and the absence of it.
const SIGNATURE: [Part; 1] = [part!("signature.wgsl")];
const NO_SIGNATURE: [Part; 1] = [part!("no_signature.wgsl")];

/// What emits the photons that a step begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emission {
    /// A rectangle of a plain source.
    Plain,
    /// A treatment head.
    Head,
}

/// A step of the transport, which also signs each history's path where a test asks for it. Needs the grid's accessors
/// (`Segments::source`). Drivers take minutes over a kernel that can do everything, so each emission has its own.
pub const fn transport(emission: Emission, is_signed: bool) -> &'static Kernel {
    const fn step(parts: &'static [Part]) -> Kernel {
        Kernel { entry: "transport", parts }
    }
    const PLAIN: Kernel = step(&join::<26>(&[&PHYSICS, &PLAIN_SOURCE, &STEP, &NO_SIGNATURE]));
    const SIGNED_PLAIN: Kernel = step(&join::<26>(&[&PHYSICS, &PLAIN_SOURCE, &STEP, &SIGNATURE]));
    const OF_HEAD: Kernel = step(&join::<33>(&[&PHYSICS, &HEAD, &STEP, &NO_SIGNATURE]));
    const SIGNED_OF_HEAD: Kernel = step(&join::<33>(&[&PHYSICS, &HEAD, &STEP, &SIGNATURE]));
    match (emission, is_signed) {
        (Emission::Plain, false) => &PLAIN,
        (Emission::Plain, true) => &SIGNED_PLAIN,
        (Emission::Head, false) => &OF_HEAD,
        (Emission::Head, true) => &SIGNED_OF_HEAD,
    }
}

/// What happens between two steps.
pub const PLAN: Kernel = Kernel {
    entry: "plan",
    parts: &[part!("constants.wgsl"), part!("batch.wgsl"), part!("counters.wgsl"), part!("plan.wgsl")],
};

/// Probes: kernels that run the functions of one module on a list of inputs; for tests.
pub mod probes {
    use super::{Kernel, PHYSICS, join, part};

    /// Random words of counters.
    pub const RANDOM: Kernel =
        probe(&join::<13>(&[&PHYSICS, &[part!("probes/probe.wgsl"), part!("probes/random.wgsl")]]));
    /// Logarithm, exponential, sine and cosine.
    pub const FUNCTIONS: Kernel =
        probe(&join::<13>(&[&PHYSICS, &[part!("probes/probe.wgsl"), part!("probes/functions.wgsl")]]));
    /// Deflections and isotropic directions.
    pub const VECTOR: Kernel =
        probe(&join::<13>(&[&PHYSICS, &[part!("probes/probe.wgsl"), part!("probes/vector.wgsl")]]));
    /// Cells and fractions.
    pub const LATTICE: Kernel =
        probe(&join::<13>(&[&PHYSICS, &[part!("probes/probe.wgsl"), part!("probes/lattice.wgsl")]]));
    /// Compton scattering of the first material.
    pub const COMPTON: Kernel =
        probe(&join::<13>(&[&PHYSICS, &[part!("probes/probe.wgsl"), part!("probes/compton.wgsl")]]));
    /// Rayleigh scattering of the first material.
    pub const RAYLEIGH: Kernel =
        probe(&join::<13>(&[&PHYSICS, &[part!("probes/probe.wgsl"), part!("probes/rayleigh.wgsl")]]));
    /// Bremsstrahlung of the first material.
    pub const BREMSSTRAHLUNG: Kernel =
        probe(&join::<13>(&[&PHYSICS, &[part!("probes/probe.wgsl"), part!("probes/bremsstrahlung.wgsl")]]));
    /// Displacements of a ray's energy.
    pub const ELECTRON_CARRY: Kernel =
        probe(&join::<13>(&[&PHYSICS, &[part!("probes/probe.wgsl"), part!("probes/electron_carry.wgsl")]]));

    /// All of them, with their names.
    pub const ALL: [(&str, Kernel); 8] = [
        ("random", RANDOM),
        ("functions", FUNCTIONS),
        ("vector", VECTOR),
        ("lattice", LATTICE),
        ("compton", COMPTON),
        ("rayleigh", RAYLEIGH),
        ("bremsstrahlung", BREMSSTRAHLUNG),
        ("electron carry", ELECTRON_CARRY),
    ];

    const fn probe(parts: &'static [super::Part]) -> Kernel {
        Kernel { entry: "probe", parts }
    }
}

/// Lists of parts one after the other.
const fn join<const N: usize>(lists: &[&[Part]]) -> [Part; N] {
    let mut all = [Part { name: "", text: "" }; N];
    let (mut list, mut at) = (0, 0);
    while list < lists.len() {
        let mut i = 0;
        while i < lists[list].len() {
            all[at] = lists[list][i];
            at += 1;
            i += 1;
        }
        list += 1;
    }
    assert!(at == N, "the stated length is not the sum of the lists");
    all
}

// Numbers that Rust and WGSL share; `tests/twins` reads them back and compares.

// Rest energy of the electron [MeV], CODATA 2018. Twin: `physics::ELECTRON_REST_MEV`.
const ELECTRON_REST_MEV: f32 = 0.51099895;
// 1/hc, times what sin(theta/2) from 1 - cos theta needs [1/(A MeV)]. Twin: `physics::compton::MOMENTUM_PER_MEV`.
const MOMENTUM_PER_MEV: f32 = 80.65544;
// Quantiles of the Klein-Nishina table at one energy. Twin: `physics::compton::QUANTILES`.
const COMPTON_QUANTILES: u32 = 129u;
// Quantiles of the bremsstrahlung table at one energy. Twin: `physics::bremsstrahlung::QUANTILES`.
const BREMSSTRAHLUNG_QUANTILES: u32 = 65u;
// Floats of one node of the bremsstrahlung table. Twin: `physics::bremsstrahlung::FLOATS_PER_NODE`.
const BREMSSTRAHLUNG_FLOATS_PER_NODE: u32 = 131u;
// What electrons carry. Twins: `physics::electron_carry::{DISPLACEMENTS, FLOATS, LEAST_DENSITY}`.
const CARRY_DISPLACEMENTS: u32 = 64u;
const CARRY_FLOATS: u32 = 4u;
const LEAST_DENSITY: f32 = 0.2;

// Draw numbers. Twins: `transport::leg`.
const DRAW_SOURCE: u32 = 0x40000000u;
const DRAW_ENERGY: u32 = 0x50000000u;
const DRAW_RAY: u32 = 0u;
const DRAW_FAINT: u32 = 0x10000000u;
const DRAW_ROULETTE: u32 = 0x20000000u;
const DRAW_COLLISION: u32 = 0x30000000u;
const DRAWS_PER_COPY: u32 = 0x1000u;
// Draw numbers within a collision. Twins: `transport::collide`.
const DRAW_PAIR: u32 = 0x800u;
const DRAW_FLUORESCENCE: u32 = 0x801u;
const DRAW_ELECTRON: u32 = 0x802u;
const DRAW_LUCK: u32 = 0x804u;
const CHILDREN_PER_COPY: u32 = 8u;
// Tries of a rejection before the last candidate is taken. Twins: `transport::{collide, source}`.
const TRIES: u32 = 64u;

// Tally. Twins: `transport::tally`.
const QUANTA: f32 = 16777216.0;
const MOST_QUANTA: f32 = 2147483520.0;
const BALANCE_QUANTA: f32 = 4194304.0;
const DITHER_STEP: u32 = 0x9E3779B9u;
// Accounts of the energy balance, in the order of `transport::tally::Account`.
const ACCOUNTS: u32 = 7u;
const EMITTED: u32 = 0u;
const DEPOSITED: u32 = 1u;
const COLLIMATED: u32 = 2u;
const ESCAPED: u32 = 3u;
const ROULETTE: u32 = 4u;
const COLLISIONS: u32 = 5u;
const GIVEN_UP: u32 = 6u;

// Rays. Twins: `transport::ray`, `deck`.
const WEAKENED: f32 = 0.5;
const FAINT: f32 = 0.1;
const FAINT_SURVIVAL: f32 = 0.25;
const VACUUM: f32 = 1e-9;
const FAR_MM: f32 = 1e9;
const HARD_EVENTS: f32 = 3.0;
// Bounds of loops that Rust leaves open: residual events in a block, scoring points on a stretch.
const MOST_EVENTS: u32 = 4096u;
const MOST_POINTS: u32 = 65536u;
const SOLID_FLOATS: u32 = 8u;
const FLOATS_PER_BLOCK: u32 = 4u;
const FLOATS_PER_IMPORTANCE_CELL: u32 = 3u;
// Importance. Twins: `transport::importance`.
const MOST_COPIES: f32 = 8.0;
const SPLIT_ABOVE: f32 = 1.5;
const ROULETTE_BELOW: f32 = 0.6;
// Twins: `deck::{EMISSION_POINT, MAX_FLUORESCING, MATERIAL_BITS}`.
const EMISSION_POINT: u32 = 0u;
// A treatment head. Twins: `deck::head`, `transport::head`.
const HEAD_FLOATS: u32 = 8u;
const HEAD_CANDIDATES: u32 = 4u;
const HEAD_LEVEL: u32 = 5u;
const DRAW_CHOICE: u32 = 0x40000003u;
const PIECE_FLOATS: u32 = 24u;
const BANK_FLOATS: u32 = 3u;
const BEAM_FLOATS: u32 = 20u;
const DISC: u32 = 16u;
const LEAKAGE_FLOATS: u32 = 4u;
const OPEN_ONLY: f32 = 1.0;
const TRANSMITTED_ONLY: f32 = 2.0;
const EXTRA_FOCAL: f32 = 3.0;
const SCATTERED: f32 = 4.0;
const LEAKAGE: f32 = 5.0;
const DISC_SHARE: f32 = 0.988891;
const DRAW_AIM: u32 = 0x40000001u;
const DRAW_SPOT: u32 = 0x40000002u;
const FAINT_WEIGHT: f32 = 0.1;
// Scattering in jaws and leaves. Twin: `transport::head::scattered`.
const DRAW_METAL: u32 = 0x60000000u;
const DRAWS_PER_ORDER: u32 = 0x100u;
const DRAW_DIRECTION: u32 = 2u;
const DRAW_FAINT_PART: u32 = 0xffu;
const MOST_ORDERS: u32 = 10u;
const FAINT_PART: f32 = 0.02;
const FAINT_GOES_ON: f32 = 0.25;
const AIMED_AT_GRID: f32 = 0.25;
const EVENLY: f32 = 0.5;
const LEAST_DEPTH: f32 = 1e-4;
const PER_SPHERE: f32 = 0.07957747;
// Jaws and leaves. Twins: `transport::collimation::{head, bank}`.
const MAX_BANKS: u32 = 4u;
const APERTURE_BANKS: u32 = 0u;
const APERTURE_FIRST_POSE: u32 = 2u;
const APERTURE_POSE_STRIDE: u32 = 3u;
const APERTURE_SAD: u32 = 4u;
const APERTURE_HEAD: u32 = 5u;
const BANK_TRAVEL: u32 = 0u;
const BANK_TOP: u32 = 1u;
const BANK_BOTTOM: u32 = 2u;
const BANK_TIP_RADIUS: u32 = 3u;
const BANK_HALF_GAP: u32 = 4u;
const BANK_SIDE_FOCUS: u32 = 5u;
const BANK_PAIRS: u32 = 6u;
const BANK_SIDES: u32 = 7u;
const BANK_EDGES: u32 = 8u;
const BANK_WORDS: u32 = 9u;
const MAX_FLUORESCING: u32 = 4u;
const MATERIAL_MASK: u32 = 0xffu;

// Stands where Rust has infinity: farther than any ray, and finite as WGSL asks.
const FAR: f32 = 1e30;

//! Constants of the shaders equal those of Rust.

use dose_core::deck;
use dose_core::physics::lattice::{ELECTRON, ENERGY, KLEIN_NISHINA, Lattice, MOMENTUM};
use dose_core::physics::{ELECTRON_REST_MEV, bremsstrahlung, compton, electron_carry};
use dose_core::transport::{collide, collimation, head, importance, leg, ray, source, tally};
use naga::{Expression, Handle, Literal, Module};
use shaders::kernels::{Emission, transport};
use shaders::segments::Segments;

/// The transport's module, with all that a treatment head needs.
pub fn module() -> Module {
    let source = transport(Emission::Head, false).source(&[&Segments::new(1000, 1 << 20).source()]);
    naga::front::wgsl::parse_str(&source).unwrap_or_else(|error| panic!("{}", error.emit_to_string(&source)))
}

fn constant(module: &Module, name: &str) -> Handle<Expression> {
    let found = module.constants.iter().find(|(_, constant)| constant.name.as_deref() == Some(name));
    found.unwrap_or_else(|| panic!("the shaders have no constant {name}")).1.init
}

fn number(module: &Module, expression: Handle<Expression>) -> f64 {
    match module.global_expressions[expression] {
        Expression::Literal(Literal::F32(value)) => f64::from(value),
        Expression::Literal(Literal::U32(value)) => f64::from(value),
        Expression::Literal(Literal::I32(value)) => f64::from(value),
        ref other => panic!("not a number: {other:?}"),
    }
}

fn lattice(module: &Module, name: &str) -> Lattice {
    let Expression::Compose { ref components, .. } = module.global_expressions[constant(module, name)] else {
        panic!("{name} is not a struct");
    };
    let part = |i: usize| number(module, components[i]);
    Lattice { bits: part(0) as u32, min_exponent: part(1) as i32, octaves: part(2) as u32 }
}

#[test]
fn shared_numbers_are_equal() {
    let module = module();
    let pairs: &[(&str, f64)] = &[
        ("ELECTRON_REST_MEV", ELECTRON_REST_MEV.into()),
        ("MOMENTUM_PER_MEV", compton::MOMENTUM_PER_MEV.into()),
        ("COMPTON_QUANTILES", compton::QUANTILES as f64),
        ("BREMSSTRAHLUNG_QUANTILES", bremsstrahlung::QUANTILES as f64),
        ("BREMSSTRAHLUNG_FLOATS_PER_NODE", bremsstrahlung::FLOATS_PER_NODE as f64),
        ("CARRY_DISPLACEMENTS", electron_carry::DISPLACEMENTS as f64),
        ("CARRY_FLOATS", electron_carry::FLOATS as f64),
        ("LEAST_DENSITY", electron_carry::LEAST_DENSITY.into()),
        ("VACUUM", ray::VACUUM.into()),
        ("FAR_MM", ray::FAR_MM.into()),
        ("DRAW_SOURCE", leg::DRAW_SOURCE.into()),
        ("DRAW_ENERGY", leg::DRAW_ENERGY.into()),
        ("DRAW_RAY", leg::DRAW_RAY.into()),
        ("DRAW_FAINT", leg::DRAW_FAINT.into()),
        ("DRAW_ROULETTE", leg::DRAW_ROULETTE.into()),
        ("DRAW_COLLISION", leg::DRAW_COLLISION.into()),
        ("DRAWS_PER_COPY", leg::DRAWS_PER_COPY.into()),
        ("CHILDREN_PER_COPY", collide::CHILDREN_PER_COPY.into()),
        ("QUANTA", tally::QUANTA.into()),
        ("MOST_QUANTA", tally::MOST_QUANTA.into()),
        ("BALANCE_QUANTA", tally::BALANCE_QUANTA.into()),
        ("DITHER_STEP", tally::DITHER_STEP.into()),
        ("ACCOUNTS", tally::ACCOUNTS as f64),
        ("EMITTED", tally::Account::Emitted as usize as f64),
        ("DEPOSITED", tally::Account::Deposited as usize as f64),
        ("COLLIMATED", tally::Account::Collimated as usize as f64),
        ("ESCAPED", tally::Account::Escaped as usize as f64),
        ("ROULETTE", tally::Account::Roulette as usize as f64),
        ("COLLISIONS", tally::Account::Collisions as usize as f64),
        ("GIVEN_UP", tally::Account::GivenUp as usize as f64),
        ("HEAD_FLOATS", deck::head::HEAD_FLOATS as f64),
        ("HEAD_CANDIDATES", deck::head::CANDIDATES as f64),
        ("HEAD_LEVEL", deck::head::LEVEL as f64),
        ("DRAW_CHOICE", head::DRAW_CHOICE.into()),
        ("PIECE_FLOATS", deck::head::PIECE_FLOATS as f64),
        ("BEAM_FLOATS", deck::head::BEAM_FLOATS as f64),
        ("BANK_FLOATS", deck::head::BANK_FLOATS as f64),
        ("DISC", deck::head::DISC as f64),
        ("LEAKAGE_FLOATS", deck::head::LEAKAGE_FLOATS as f64),
        ("EXTRA_FOCAL", deck::head::EXTRA_FOCAL.into()),
        ("SCATTERED", deck::head::SCATTERED.into()),
        ("LEAKAGE", deck::head::LEAKAGE.into()),
        ("DISC_SHARE", deck::head::DISC_SHARE.into()),
        ("DRAW_METAL", head::scattered::DRAW_METAL.into()),
        ("DRAWS_PER_ORDER", head::scattered::DRAWS_PER_ORDER.into()),
        ("DRAW_DIRECTION", head::scattered::DRAW_DIRECTION.into()),
        ("MOST_ORDERS", head::scattered::MOST_ORDERS.into()),
        ("FAINT_PART", head::scattered::FAINT_PART.into()),
        ("FAINT_GOES_ON", head::scattered::FAINT_GOES_ON.into()),
        ("DRAW_FAINT_PART", head::scattered::DRAW_FAINT_PART.into()),
        ("AIMED_AT_GRID", head::scattered::AIMED_AT_GRID.into()),
        ("EVENLY", head::scattered::EVENLY.into()),
        ("LEAST_DEPTH", head::scattered::LEAST_DEPTH.into()),
        ("PER_SPHERE", head::scattered::PER_SPHERE.into()),
        ("OPEN_ONLY", deck::head::OPEN_ONLY.into()),
        ("TRANSMITTED_ONLY", deck::head::TRANSMITTED_ONLY.into()),
        ("DRAW_AIM", head::DRAW_AIM.into()),
        ("DRAW_SPOT", head::DRAW_SPOT.into()),
        ("FAINT_WEIGHT", head::metal::FAINT_WEIGHT.into()),
        ("MAX_BANKS", collimation::MAX_BANKS as f64),
        ("APERTURE_BANKS", collimation::head::BANKS as f64),
        ("APERTURE_FIRST_POSE", collimation::head::FIRST_POSE as f64),
        ("APERTURE_POSE_STRIDE", collimation::head::POSE_STRIDE as f64),
        ("APERTURE_SAD", collimation::head::SAD as f64),
        ("APERTURE_HEAD", collimation::head::LEN as f64),
        ("BANK_TRAVEL", collimation::bank::TRAVEL as f64),
        ("BANK_TOP", collimation::bank::TOP as f64),
        ("BANK_BOTTOM", collimation::bank::BOTTOM as f64),
        ("BANK_TIP_RADIUS", collimation::bank::TIP_RADIUS as f64),
        ("BANK_HALF_GAP", collimation::bank::HALF_GAP as f64),
        ("BANK_SIDE_FOCUS", collimation::bank::SIDE_FOCUS as f64),
        ("BANK_PAIRS", collimation::bank::PAIRS as f64),
        ("BANK_SIDES", collimation::bank::SIDES as f64),
        ("BANK_EDGES", collimation::bank::EDGES as f64),
        ("BANK_WORDS", collimation::bank::LEN as f64),
        ("HARD_EVENTS", deck::HARD_EVENTS.into()),
        ("SOLID_FLOATS", deck::SOLID_FLOATS as f64),
        ("MOST_COPIES", importance::MOST_COPIES.into()),
        ("SPLIT_ABOVE", importance::SPLIT_ABOVE.into()),
        ("ROULETTE_BELOW", importance::ROULETTE_BELOW.into()),
        ("WEAKENED", ray::WEAKENED.into()),
        ("FAINT", ray::FAINT.into()),
        ("FAINT_SURVIVAL", ray::FAINT_SURVIVAL.into()),
        ("TRIES", collide::TRIES.into()),
        ("TRIES", source::TRIES.into()),
        ("DRAW_PAIR", collide::DRAW_PAIR.into()),
        ("DRAW_FLUORESCENCE", collide::DRAW_FLUORESCENCE.into()),
        ("DRAW_ELECTRON", collide::DRAW_ELECTRON.into()),
        ("DRAW_LUCK", collide::DRAW_LUCK.into()),
        ("EMISSION_POINT", deck::EMISSION_POINT.into()),
        ("MAX_FLUORESCING", deck::MAX_FLUORESCING as f64),
        ("MATERIAL_MASK", f64::from((1u32 << deck::MATERIAL_BITS) - 1)),
        ("FLOATS_PER_BLOCK", (size_of::<deck::Block>() / 4) as f64),
        ("FLOATS_PER_IMPORTANCE_CELL", (size_of::<deck::ImportanceCell>() / 4) as f64),
    ];
    let wrong: Vec<String> = pairs
        .iter()
        .map(|&(name, rust)| (name, number(&module, constant(&module, name)), rust))
        .filter(|(_, wgsl, rust)| wgsl != rust)
        .map(|(name, wgsl, rust)| format!("{name}: {wgsl} in WGSL, {rust} in Rust"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn lattices_are_equal() {
    let module = module();
    for (name, rust) in
        [("ENERGY", ENERGY), ("KLEIN_NISHINA", KLEIN_NISHINA), ("MOMENTUM", MOMENTUM), ("ELECTRON", ELECTRON)]
    {
        assert_eq!(lattice(&module, name), rust, "{name}");
    }
}

// Tables over an energy or a momentum transfer, indexed by the bits of an f32. Twin: `dose_core::physics::lattice`.

// `octaves << bits` cells from 2^min_exponent upwards.
struct Lattice {
    bits: u32,
    min_exponent: i32,
    octaves: u32,
}

const ENERGY: Lattice = Lattice(6u, -7, 12u);
const KLEIN_NISHINA: Lattice = Lattice(4u, -7, 12u);
const MOMENTUM: Lattice = Lattice(4u, -8, 19u);
const ELECTRON: Lattice = Lattice(2u, -7, 12u);

// A cell and the place in it, 0 to 1.
struct Cell {
    index: u32,
    fraction: f32,
}

// Number of nodes, one more than cells.
fn lattice_nodes(lattice: Lattice) -> u32 {
    return (lattice.octaves << lattice.bits) + 1u;
}

// The cell that holds `x` and the place in it; beyond the ends, the end.
fn locate(lattice: Lattice, x: f32) -> Cell {
    let shift = 23u - lattice.bits;
    let first = u32(127 + lattice.min_exponent) << 23u;
    let last = first + (lattice.octaves << 23u) - 1u;
    let offset = clamp(bitcast<u32>(x), first, last) - first;
    let unit = 1u << shift;
    return Cell(offset >> shift, f32(i32(offset & (unit - 1u))) * (1.0 / f32(unit)));
}

// The straight line between two nodes.
fn mix_linear(a: f32, b: f32, fraction: f32) -> f32 {
    return a + (b - a) * fraction;
}

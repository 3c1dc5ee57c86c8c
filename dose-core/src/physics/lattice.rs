//! Tables over an energy or a momentum transfer, indexed by the bits of an f32: no logarithm, no search.
//!
//! An octave (a factor of two) is cut into 2^n equal cells; the exponent and the first n bits of the mantissa name the
//! cell, the bits that remain are the place in it, and the table is linear inside a cell. Twin: `lattice.wgsl`.

/// A lattice of `octaves << bits` cells from `2^min_exponent` upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lattice {
    /// Base-two logarithm of the cells in an octave.
    pub bits: u32,
    /// Exponent of the lower end.
    pub min_exponent: i32,
    /// Number of octaves.
    pub octaves: u32,
}

/// Photon energies, 7.8 keV to 32 MeV (MeV): 64 cells an octave keep the interpolation error of the photoelectric
/// cross section below 0.04 %.
pub const ENERGY: Lattice = Lattice { bits: 6, min_exponent: -7, octaves: 12 };
/// Photon energies of the table that inverts the Klein-Nishina distribution (MeV).
pub const KLEIN_NISHINA: Lattice = Lattice { bits: 4, min_exponent: -7, octaves: 12 };
/// Momentum transfer sin(θ/2)/λ (1/Å); the largest is 2016 at 25 MeV.
pub const MOMENTUM: Lattice = Lattice { bits: 4, min_exponent: -8, octaves: 19 };
/// Kinetic energies of electrons that emit bremsstrahlung (MeV).
pub const ELECTRON: Lattice = Lattice { bits: 2, min_exponent: -7, octaves: 12 };

impl Lattice {
    /// Number of nodes, one more than cells.
    pub const fn nodes(self) -> usize {
        (self.octaves << self.bits) as usize + 1
    }

    /// The value at a node.
    pub fn node_value(self, node: usize) -> f64 {
        let cells = 1usize << self.bits;
        let octave = 2f64.powi(self.min_exponent + (node / cells) as i32);
        octave * (1.0 + (node % cells) as f64 / cells as f64)
    }

    /// The cell that holds `x` and the place in it, 0 to 1; beyond the ends, the end.
    #[inline(always)]
    pub fn locate(self, x: f32) -> (usize, f32) {
        let shift = 23 - self.bits;
        let first = ((127 + self.min_exponent) as u32) << 23;
        let last = first + (self.octaves << 23) - 1;
        let offset = x.to_bits().clamp(first, last) - first;
        (
            (offset >> shift) as usize,
            (offset & ((1 << shift) - 1)) as i32 as f32 * (1.0 / (1u32 << shift) as f32),
        )
    }
}

/// The straight line between two nodes.
#[inline(always)]
pub fn mix(a: f32, b: f32, fraction: f32) -> f32 {
    a + (b - a) * fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_between_the_nodes_of_its_cell_at_its_fraction() {
        for lattice in [ENERGY, KLEIN_NISHINA, MOMENTUM, ELECTRON] {
            let (lo, hi) = (lattice.node_value(0), lattice.node_value(lattice.nodes() - 1));
            for i in 0..10_000 {
                let x = (lo * (hi / lo).powf((f64::from(i) + 0.5) / 10_000.0)) as f32;
                let (cell, fraction) = lattice.locate(x);
                let (a, b) = (lattice.node_value(cell), lattice.node_value(cell + 1));
                let back = a + (b - a) * f64::from(fraction);
                assert!((back / f64::from(x) - 1.0).abs() < 1e-6, "{x} -> {cell} + {fraction} -> {back}");
            }
        }
    }

    #[test]
    fn beyond_the_ends_the_end_is_taken() {
        assert_eq!(ENERGY.locate(0.0), (0, 0.0));
        let (cell, fraction) = ENERGY.locate(1e9);
        assert_eq!(cell, ENERGY.nodes() - 2);
        assert!(fraction > 0.999 && fraction < 1.0);
    }
}

//! Values on a grid, and convolutions along its axes.

use super::boundary::Boundary;
use super::kernels::Kernel;
use rayon::prelude::*;

/// Values of a grid, x fastest.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Voxels along x, y, z.
    pub shape: [usize; 3],
    /// Values.
    pub values: Vec<f64>,
}

impl Volume {
    /// Nothing yet: room for what is made of another volume.
    pub fn room() -> Self {
        Self { shape: [0; 3], values: Vec::new() }
    }

    /// Convolves along one axis; what `out` held is lost, its memory is used again.
    pub fn convolve(&self, axis: usize, kernel: &Kernel, boundary: Boundary, out: &mut Self) {
        let stride: usize = self.shape[..axis].iter().product();
        let number = self.shape[axis];
        let block = stride * number;
        let (before, after) = (kernel.weights.len() - 1 - kernel.origin, kernel.origin);
        // Entries that are not zero, turned round: out[x] = Σ weight · padded[x + place].
        let taps: Vec<(usize, f64)> = kernel
            .weights
            .iter()
            .rev()
            .enumerate()
            .filter(|(_, weight)| **weight != 0.0)
            .map(|(place, weight)| (place, *weight))
            .collect();
        let sources: Vec<Option<usize>> = (0..before + number + after)
            .map(|place| boundary.index(place as isize - before as isize, number))
            .collect();
        out.shape = self.shape;
        out.values.resize(self.values.len(), 0.0);
        out.values.par_chunks_mut(block).zip(self.values.par_chunks(block)).for_each(|(out, lines)| {
            if axis == 0 {
                let mut padded = vec![0.0; sources.len()];
                for (slot, source) in padded.iter_mut().zip(&sources) {
                    *slot = source.map_or(0.0, |source| lines[source]);
                }
                for (x, value) in out.iter_mut().enumerate() {
                    *value = taps.iter().map(|(place, weight)| weight * padded[x + place]).sum();
                }
                return;
            }
            for x in 0..number {
                let row = &mut out[x * stride..(x + 1) * stride];
                row.fill(0.0);
                for (place, weight) in &taps {
                    if let Some(source) = sources[x + place] {
                        let from = &lines[source * stride..(source + 1) * stride];
                        for (value, old) in row.iter_mut().zip(from) {
                            *value += weight * old;
                        }
                    }
                }
            }
        });
    }

    /// Adds another volume's values.
    pub fn add(&mut self, other: &Self, weight: f64) {
        for (sum, value) in self.values.iter_mut().zip(&other.values) {
            *sum += weight * value;
        }
    }
}

/// Turns of a separable filter by right angles: which kernel stands along each axis, and which axes are turned round.
///
/// All 24 turns of a volume, or the 4 of a slice.
pub fn turns(axes: usize) -> Vec<([usize; 3], [bool; 3])> {
    const ORDERS: [([usize; 3], bool); 6] = [
        ([0, 1, 2], true),
        ([1, 2, 0], true),
        ([2, 0, 1], true),
        ([0, 2, 1], false),
        ([2, 1, 0], false),
        ([1, 0, 2], false),
    ];
    let mut turns = Vec::new();
    for (order, even) in ORDERS {
        for flips in 0..8_usize {
            let flip = [0, 1, 2].map(|axis| flips >> axis & 1 == 1);
            // A turn, not a mirror image: an odd exchange of axes needs an odd number of flips.
            let is_turn = (flips.count_ones() % 2 == 0) == even;
            let in_slice = axes == 3 || (order[2] == 2 && !flip[2]);
            if is_turn && in_slice {
                turns.push((order, flip));
            }
        }
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_24_turns_of_a_volume_and_4_of_a_slice() {
        assert_eq!(turns(3).len(), 24);
        assert_eq!(turns(2).len(), 4);
    }

    #[test]
    fn a_convolution_turns_the_kernel_round() {
        let volume = Volume { shape: [1, 5, 1], values: vec![0.0, 0.0, 1.0, 0.0, 0.0] };
        let kernel = Kernel { weights: vec![1.0, 2.0, 3.0], origin: 1 };
        // What is in the room does not matter.
        let mut found = Volume { shape: [1, 1, 3], values: vec![7.0; 3] };
        volume.convolve(1, &kernel, Boundary::Zero, &mut found);
        assert_eq!((found.shape, &found.values[..]), ([1, 5, 1], &[0.0, 1.0, 2.0, 3.0, 0.0][..]));
        let volume = Volume { shape: [5, 1, 1], ..volume };
        found.values.fill(7.0);
        volume.convolve(0, &kernel, Boundary::Zero, &mut found);
        assert_eq!(found.values, [0.0, 1.0, 2.0, 3.0, 0.0]);
    }
}

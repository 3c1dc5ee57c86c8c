//! Each voxel against its neighbourhood: grey tone differences and grey level dependences.

use super::emphases::SizeMatrix;
use super::levels::Levels;
use std::ops::Range;

/// Neighbourhood grey tone difference matrix: for each level the number of voxels and the sum of their differences.
#[derive(Clone, Debug)]
pub struct ToneMatrix {
    counts: Vec<f64>,
    differences: Vec<f64>,
}

/// Coarseness of a region without differences (IBSI manual, section 3.10.1: an arbitrary 10⁶).
const MOST_COARSE: f64 = 1e6;

impl ToneMatrix {
    /// An empty matrix for levels up to `most`.
    pub fn new(most: usize) -> Self {
        Self { counts: vec![0.0; most + 1], differences: vec![0.0; most + 1] }
    }

    /// Adds another matrix for the same levels.
    pub fn merge(&mut self, other: &Self) {
        for level in 0..self.counts.len() {
            self.counts[level] += other.counts[level];
            self.differences[level] += other.differences[level];
        }
    }

    /// Coarseness, contrast, busyness, complexity and strength: IBSI manual, section 3.10.
    pub fn features(&self) -> [f64; 5] {
        let number: f64 = self.counts.iter().sum();
        if number == 0.0 {
            return [f64::NAN; 5];
        }
        let found: Vec<[f64; 3]> = (1..self.counts.len())
            .filter(|&level| self.counts[level] > 0.0)
            .map(|level| [level as f64, self.counts[level] / number, self.differences[level]])
            .collect();
        let weighted: f64 = found.iter().map(|[_, p, s]| p * s).sum();
        let differences: f64 = found.iter().map(|[_, _, s]| s).sum();
        let levels = found.len() as f64;
        let (mut squares, mut busy, mut complexity, mut strength) = (0.0, 0.0, 0.0, 0.0);
        for &[i, p, s] in &found {
            for &[j, q, t] in &found {
                squares += p * q * (i - j).powi(2);
                busy += (i * p - j * q).abs();
                complexity += (i - j).abs() * (p * s + q * t) / (p + q);
                strength += (p + q) * (i - j).powi(2);
            }
        }
        let single = found.len() == 1;
        [
            if weighted > 0.0 { (1.0 / weighted).min(MOST_COARSE) } else { MOST_COARSE },
            if single { 0.0 } else { squares / (levels * (levels - 1.0)) * differences / number },
            if single { 0.0 } else { weighted / busy },
            complexity / number,
            if differences > 0.0 { strength / differences } else { 0.0 },
        ]
    }
}

/// What the neighbours of the voxels of a line come to.
struct Line {
    /// Sums of their levels; in words of 16 bits where they fit, which is faster.
    sums: Vec<u32>,
    small_sums: Vec<u16>,
    /// How many there are, and how many of them are dependent.
    numbers: Vec<u16>,
    alike: Vec<u16>,
}

/// The highest level of which 26 have a sum of 16 bits.
const SMALL: usize = u16::MAX as usize / 26;

/// Compares the voxels of some layers with their neighbours, in rows at a time.
pub fn count(
    levels: &Levels,
    layers: Range<usize>,
    neighbours: &[[isize; 3]],
    mut tones: Option<&mut ToneMatrix>,
    mut dependences: Option<&mut SizeMatrix>,
    alpha: u16,
) {
    if let Some(dependences) = &mut dependences {
        dependences.voxels += levels.voxels_in(layers.clone()) as u64;
    }
    let strides: Vec<isize> =
        neighbours.iter().map(|&step| levels.stride(step)).flat_map(|stride| [stride, -stride]).collect();
    let width = levels.shape[0];
    let small = levels.most <= SMALL;
    let mut line = Line {
        sums: vec![0; width],
        small_sums: vec![0; width],
        numbers: vec![0; width],
        alike: vec![0; width],
    };
    for [start, length] in levels.lines(layers) {
        line.gather(&levels.values, start, length, &strides, alpha, small);
        let Line { sums, small_sums, numbers, alike } = &line;
        for (x, &level) in levels.values[start..start + length].iter().enumerate() {
            if level == 0 {
                continue;
            }
            if let Some(tones) = &mut tones
                && numbers[x] > 0
            {
                let sum = if small { u32::from(small_sums[x]) } else { sums[x] };
                let mean = f64::from(sum) / f64::from(numbers[x]);
                tones.counts[usize::from(level)] += 1.0;
                tones.differences[usize::from(level)] += (f64::from(level) - mean).abs();
            }
            if let Some(dependences) = &mut dependences {
                dependences.add(level, u32::from(alike[x]) + 1);
            }
        }
    }
}

impl Line {
    fn gather(
        &mut self,
        values: &[u16],
        start: usize,
        length: usize,
        strides: &[isize],
        alpha: u16,
        small: bool,
    ) {
        let here = &values[start..start + length];
        self.sums[..length].fill(0);
        self.small_sums[..length].fill(0);
        self.numbers[..length].fill(0);
        self.alike[..length].fill(0);
        for &stride in strides {
            let there = &values[(start as isize + stride) as usize..][..length];
            compare(here, there, alpha, &mut self.numbers[..length], &mut self.alike[..length]);
            if small {
                add_small(there, &mut self.small_sums[..length]);
            } else {
                for (sum, &level) in self.sums.iter_mut().zip(there) {
                    *sum += u32::from(level);
                }
            }
        }
    }
}

#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn compare(here: &[u16], there: &[u16], alpha: u16, numbers: &mut [u16], alike: &mut [u16]) {
    let there = &there[..here.len()];
    let (numbers, alike) = (&mut numbers[..here.len()], &mut alike[..here.len()]);
    for x in 0..here.len() {
        numbers[x] += u16::from(there[x] > 0);
        alike[x] += u16::from(there[x] > 0) & u16::from(there[x].abs_diff(here[x]) <= alpha);
    }
}

#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn add_small(there: &[u16], sums: &mut [u16]) {
    for (sum, &level) in sums.iter_mut().zip(there) {
        *sum += level;
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels::IN_SLICE;
    use super::*;

    #[test]
    fn two_voxels_differ_by_one_worked_by_hand() {
        let levels = Levels::new([2, 1, 1], &[1, 2]);
        let mut tones = ToneMatrix::new(2);
        let mut dependences = SizeMatrix::new(2);
        count(&levels, levels.layers(), &IN_SLICE, Some(&mut tones), Some(&mut dependences), 0);
        // p = 1/2, s = 1 for both levels.
        let [coarseness, contrast, busyness, complexity, strength] = tones.features();
        assert_eq!(coarseness, 1.0);
        assert_eq!(contrast, 0.5 / 2.0 * 2.0 / 2.0);
        assert_eq!(busyness, 1.0 / 1.0);
        assert_eq!(complexity, 1.0);
        assert_eq!(strength, 1.0);
        assert_eq!(dependences.features()[1], 1.0); // every voxel depends on itself alone
    }
}

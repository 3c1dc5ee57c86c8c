//! One walk along a direction that counts neighbouring pairs and runs.

use super::cooccurrence::PairMatrix;
use super::emphases::SizeMatrix;
use super::levels::Levels;
use std::ops::Range;

/// Longest run whose length is kept in the walk's buffer.
const LONGEST: u16 = u16::MAX;

/// Counts the pairs and runs of some layers along one direction.
///
/// `lengths` is a buffer of one word a voxel of the padded box; its contents do not matter.
pub fn count(
    levels: &Levels,
    layers: Range<usize>,
    step: [isize; 3],
    pairs: Option<&mut PairMatrix>,
    runs: Option<&mut SizeMatrix>,
    lengths: &mut [u16],
) {
    // All directions lead to higher places in the array, so that what lies behind is finished when it is read.
    let stride = levels.stride(step);
    if let Some(pairs) = pairs {
        count_pairs(levels, layers.clone(), stride, step, pairs);
    }
    if let Some(runs) = runs {
        count_runs(levels, layers, stride, step, runs, lengths);
    }
}

/// Whether a step leads into another layer, which in a slice-wise walk is none of ours.
fn leaves(step: [isize; 3], layers: &Range<usize>, layer: usize) -> bool {
    step[2] > 0 && layer + 1 >= layers.end
}

fn count_pairs(
    levels: &Levels,
    layers: Range<usize>,
    stride: isize,
    step: [isize; 3],
    pairs: &mut PairMatrix,
) {
    let n = pairs.levels;
    let size = levels.shape[0] * levels.shape[1];
    for layer in layers.clone() {
        if leaves(step, &layers, layer) {
            continue;
        }
        for [start, length] in levels.lines(layer..layer + 1) {
            debug_assert!(start / size == layer);
            let here = &levels.values[start..start + length];
            let there = &levels.values[(start as isize + stride) as usize..][..length];
            for (&a, &b) in here.iter().zip(there) {
                pairs.counts[usize::from(a) * n + usize::from(b)] += 1;
            }
        }
    }
}

fn count_runs(
    levels: &Levels,
    layers: Range<usize>,
    stride: isize,
    step: [isize; 3],
    runs: &mut SizeMatrix,
    lengths: &mut [u16],
) {
    runs.voxels += levels.voxels_in(layers.clone()) as u64;
    let first_layer = layers.start;
    for layer in layers.clone() {
        let has_next = !leaves(step, &layers, layer);
        let has_last = step[2] == 0 || layer > first_layer;
        for [start, length] in levels.lines(layer..layer + 1) {
            for place in start..start + length {
                let level = levels.values[place];
                let last = (place as isize - stride) as usize;
                let next = (place as isize + stride) as usize;
                let goes_on = has_last && levels.values[last] == level;
                // A step within the row reads the length just written; all others read a finished row.
                let run = if goes_on { lengths[last].saturating_add(1) } else { 1 };
                lengths[place] = run;
                let ends = !has_next || levels.values[next] != level;
                if ends && level > 0 {
                    debug_assert!(run < LONGEST);
                    runs.add(level, u32::from(run));
                }
            }
        }
    }
}

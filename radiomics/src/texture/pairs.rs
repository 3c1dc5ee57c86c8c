//! One walk along a direction that counts neighbouring pairs and runs.

use super::cooccurrence::PairMatrix;
use super::emphases::SizeMatrix;
use super::levels::Levels;
use std::ops::Range;

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
    let back = stride as usize;
    let columns = SizeMatrix::COLUMNS;
    for layer in layers.clone() {
        let has_next = !leaves(step, &layers, layer);
        let has_last = step[2] == 0 || layer > layers.start;
        for [start, length] in levels.lines(layer..layer + 1) {
            let here = &levels.values[start..][..length];
            let last = &levels.values[start - back..][..length];
            let next = &levels.values[start + back..][..length];
            if back == 1 {
                let mut run = 0_u32;
                for x in 0..length {
                    run = if last[x] == here[x] { run + 1 } else { 1 };
                    if next[x] != here[x] && here[x] > 0 {
                        runs.add(here[x], run);
                    }
                }
                continue;
            }
            // All other directions read the lengths of an earlier line, which is finished.
            let (before, rest) = lengths.split_at_mut(start);
            let before = &before[start - back..][..length];
            let run = &mut rest[..length];
            for x in 0..length {
                let goes_on = has_last && last[x] == here[x];
                run[x] = if goes_on { before[x].saturating_add(1) } else { 1 };
                let ends = !has_next || next[x] != here[x];
                // Level 0 has a row of its own, which nobody reads.
                if usize::from(run[x]) < columns {
                    runs.table()[usize::from(here[x]) * columns + usize::from(run[x])] += u32::from(ends);
                } else if ends && here[x] > 0 {
                    runs.add(here[x], u32::from(run[x]));
                }
            }
        }
    }
}

//! Walks along a direction that count neighbouring pairs and runs.

use super::cooccurrence::PairMatrix;
use super::emphases::SizeMatrix;
use super::levels::Levels;
use std::ops::Range;

/// Whether a step leads into another layer, which in a slice-wise walk is none of ours.
fn leaves(step: [isize; 3], layers: &Range<usize>, layer: usize) -> bool {
    step[2] > 0 && layer + 1 >= layers.end
}

/// Counts the pairs of some layers along one direction.
pub fn count_pairs(levels: &Levels, layers: Range<usize>, step: [isize; 3], pairs: &mut PairMatrix) {
    // All directions lead to higher places in the array.
    let (n, stride) = (pairs.levels, levels.stride(step) as usize);
    let cell = |a: u16, b: u16| usize::from(a) * n + usize::from(b);
    // Neighbouring voxels take turns at two tables: a count that was just written is slow to read again.
    let mut second = vec![0_u32; pairs.counts.len()];
    for layer in layers.clone() {
        if leaves(step, &layers, layer) {
            continue;
        }
        for [start, length] in levels.lines(layer..layer + 1) {
            let here = levels.values[start..start + length].as_chunks::<2>();
            let there = levels.values[start + stride..][..length].as_chunks::<2>();
            for (a, b) in here.0.iter().zip(there.0) {
                pairs.counts[cell(a[0], b[0])] += 1;
                second[cell(a[1], b[1])] += 1;
            }
            for (&a, &b) in here.1.iter().zip(there.1) {
                pairs.counts[cell(a, b)] += 1;
            }
        }
    }
    for (sum, count) in pairs.counts.iter_mut().zip(second) {
        *sum += count;
    }
}

/// Counts the runs of some layers along one direction; `runs` is empty.
///
/// Only voxels that go on a run are looked at one by one. What is left of a level's voxels are runs of one.
///
/// `lengths` is a buffer of one word a voxel of the padded box; its contents do not matter.
pub fn count_runs(
    levels: &Levels,
    layers: Range<usize>,
    step: [isize; 3],
    runs: &mut SizeMatrix,
    lengths: &mut [u16],
) {
    let voxels = levels.voxels_by_level(layers.clone());
    runs.voxels += voxels.iter().map(|&number| u64::from(number)).sum::<u64>();
    // What lies behind is finished when it is read.
    let back = levels.stride(step) as usize;
    let mut in_long_runs = vec![0_u32; voxels.len()];
    for layer in layers.clone() {
        let has_next = !leaves(step, &layers, layer);
        let has_last = step[2] == 0 || layer > layers.start;
        for [start, length] in levels.lines(layer..layer + 1) {
            lengths[start..start + length].fill(1);
            if !has_last {
                continue;
            }
            let here = &levels.values[start..][..length];
            let last = &levels.values[start - back..][..length];
            let next = &levels.values[start + back..][..length];
            for x in 0..length {
                if last[x] != here[x] || here[x] == 0 {
                    continue;
                }
                let run = lengths[start + x - back].saturating_add(1);
                lengths[start + x] = run;
                if !has_next || next[x] != here[x] {
                    runs.add(here[x], u32::from(run));
                    in_long_runs[usize::from(here[x])] += u32::from(run);
                }
            }
        }
    }
    for level in 1..voxels.len() {
        runs.table()[level * SizeMatrix::COLUMNS + 1] += voxels[level] - in_long_runs[level];
    }
}

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

/// Buffers of the search for runs; what they hold does not matter between searches.
pub struct Buffers {
    /// Length of the run that ends at each voxel of the padded box, so far.
    lengths: Vec<u16>,
    /// For the voxels of a line, 1 where a run of two or more ends.
    ended: Vec<u8>,
}

impl Buffers {
    /// Room for a region.
    pub fn new(levels: &Levels) -> Self {
        Self { lengths: vec![0; levels.values.len()], ended: vec![0; levels.shape[0].next_multiple_of(8)] }
    }
}

/// Counts the runs of some layers along one direction; `runs` is empty, `voxels` are the layers' voxels by level.
///
/// Lines are compared with those behind and ahead as a whole. Only the ends of longer runs are looked at one by one; what
/// is left of a level's voxels are runs of one.
pub fn count_runs(
    levels: &Levels,
    layers: Range<usize>,
    step: [isize; 3],
    voxels: &[u32],
    runs: &mut SizeMatrix,
    buffers: &mut Buffers,
) {
    runs.voxels += voxels.iter().map(|&number| u64::from(number)).sum::<u64>();
    // What lies behind is finished when it is read.
    let back = levels.stride(step) as usize;
    let nothing = vec![0; levels.shape[0]];
    let Buffers { lengths, ended } = buffers;
    let mut in_long_runs = vec![0_u32; voxels.len()];
    for layer in layers.clone() {
        let has_last = step[2] == 0 || layer > layers.start;
        for [start, length] in levels.lines(layer..layer + 1) {
            if !has_last {
                lengths[start..start + length].fill(1);
                continue;
            }
            let here = &levels.values[start..][..length];
            let last = &levels.values[start - back..][..length];
            let next = match leaves(step, &layers, layer) {
                true => &nothing[..length],
                false => &levels.values[start + back..][..length],
            };
            if step == [1, 0, 0] {
                extend_along(here, &mut lengths[start - 1..][..length + 1]);
            } else {
                // Lines are shorter than the way back, so that they do not overlap.
                let (before, own) = lengths[start - back..start + length].split_at_mut(back);
                extend_across([here, last], &before[..length], own);
            }
            let ended = &mut ended[..length.next_multiple_of(8)];
            ends(here, last, next, ended);
            for (x, flags) in ended.as_chunks::<8>().0.iter().enumerate() {
                let mut flags = u64::from_le_bytes(*flags);
                while flags != 0 {
                    let x = 8 * x + flags.trailing_zeros() as usize / 8;
                    flags &= flags - 1;
                    let run = u32::from(lengths[start + x]);
                    runs.add(here[x], run);
                    in_long_runs[usize::from(here[x])] += run;
                }
            }
        }
    }
    for level in 1..voxels.len() {
        runs.table()[level * SizeMatrix::COLUMNS + 1] += voxels[level] - in_long_runs[level];
    }
}

/// Lengths of the runs along a line; `lengths` begins one voxel before it.
fn extend_along(here: &[u16], lengths: &mut [u16]) {
    let (mut level, mut run) = (0, 0_u16);
    for (&own, length) in here.iter().zip(&mut lengths[1..]) {
        run = if own == level { run.saturating_add(1) } else { 1 };
        (level, *length) = (own, run);
    }
}

/// Lengths of the runs that come from another line, at whose voxels they are `before`.
#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn extend_across([here, last]: [&[u16]; 2], before: &[u16], own: &mut [u16]) {
    let (last, before, own) = (&last[..here.len()], &before[..here.len()], &mut own[..here.len()]);
    for x in 0..here.len() {
        // All bits where the run goes on, none where a new one begins: a branch would keep this from being done in vectors.
        let goes_on = u16::from(last[x] == here[x]).wrapping_neg();
        own[x] = (before[x] & goes_on).saturating_add(1);
    }
}

/// Where a run that began before a voxel ends at it. Entries beyond the line become 0.
#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn ends(here: &[u16], last: &[u16], next: &[u16], ended: &mut [u8]) {
    let (last, next) = (&last[..here.len()], &next[..here.len()]);
    let (own, beyond) = ended.split_at_mut(here.len());
    beyond.fill(0);
    for x in 0..here.len() {
        own[x] = u8::from(last[x] == here[x]) & u8::from(next[x] != here[x]) & u8::from(here[x] != 0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::levels::IN_VOLUME;
    use super::*;

    /// Runs of each level and length, voxel by voxel.
    fn walked(levels: &Levels, step: [isize; 3]) -> SizeMatrix {
        let mut runs = SizeMatrix::new(levels.most);
        let stride = levels.stride(step);
        let at = |place: isize| {
            usize::try_from(place).ok().and_then(|p| levels.values.get(p)).copied().unwrap_or(0)
        };
        for place in 0..levels.values.len() as isize {
            let level = at(place);
            if level == 0 || at(place - stride) == level {
                continue;
            }
            let length = (1..).take_while(|n| at(place + n * stride) == level).count() + 1;
            runs.add(level, length as u32);
            runs.voxels += length as u64;
        }
        runs
    }

    #[test]
    fn runs_of_every_direction_are_those_of_a_walk() {
        let shape = [21, 9, 6];
        let mut word = 1_u64;
        for most in [1, 2, 3] {
            let inner: Vec<u16> = (0..shape.iter().product::<usize>())
                .map(|_| {
                    word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    ((word >> 40) % (most + 1)) as u16
                })
                .collect();
            let levels = Levels::new(shape, &inner);
            let mut buffers = Buffers::new(&levels);
            for step in IN_VOLUME {
                let mut runs = SizeMatrix::new(levels.most);
                let voxels = levels.voxels_by_level(levels.layers());
                count_runs(&levels, levels.layers(), step, &voxels, &mut runs, &mut buffers);
                assert_eq!(runs.features(), walked(&levels, step).features(), "{step:?}, {most} levels");
            }
        }
    }
}

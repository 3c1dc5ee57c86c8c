//! Matrices that are counted along directions: pairs (co-occurrence) and runs.

use super::cooccurrence::PairMatrix;
use super::emphases::SizeMatrix;
use super::levels::{IN_SLICE, IN_VOLUME, Levels};
use super::pairs::{self, Buffers};
use super::{Gathered, Mean, Request};
use crate::catalogue::{Aggregation, Family};
use std::ops::Range;

/// Matrices of one direction or of several merged; those not asked for are absent.
#[derive(Clone)]
struct Directed {
    pairs: Option<PairMatrix>,
    runs: Option<SizeMatrix>,
}

impl Directed {
    fn new(most: usize, pairs: bool, runs: bool) -> Self {
        Self { pairs: pairs.then(|| PairMatrix::new(most)), runs: runs.then(|| SizeMatrix::new(most)) }
    }

    fn merge(&mut self, other: &Self) {
        if let (Some(sum), Some(other)) = (&mut self.pairs, &other.pairs) {
            sum.merge(other);
        }
        if let (Some(sum), Some(other)) = (&mut self.runs, &other.runs) {
            sum.merge(other);
        }
    }

    /// `voxels` are the layers' voxels by level.
    fn count(
        levels: &Levels,
        layers: Range<usize>,
        step: [isize; 3],
        empty: &Self,
        voxels: &[u32],
        buffers: &mut Buffers,
    ) -> Self {
        let mut found = empty.clone();
        if let Some(pairs) = &mut found.pairs {
            pairs::count_pairs(levels, layers.clone(), step, pairs);
        }
        if let Some(runs) = &mut found.runs {
            pairs::count_runs(levels, layers, step, voxels, runs, buffers);
        }
        found
    }
}

/// Means over matrices with directions.
struct DirectedMean {
    pairs: Mean,
    runs: Mean,
}

impl DirectedMean {
    fn new() -> Self {
        Self { pairs: Mean::new(25), runs: Mean::new(16) }
    }

    fn add(&mut self, matrices: &Directed, most: usize) {
        if let Some(pairs) = &matrices.pairs {
            self.pairs.add(&pairs.features(most));
        }
        if let Some(runs) = &matrices.runs {
            self.runs.add(&runs.features()[..16]);
        }
    }

    fn of(matrices: &Directed, most: usize) -> Self {
        let mut mean = Self::new();
        mean.add(matrices, most);
        mean
    }

    fn push(&self, way: Aggregation, wanted: &Directed, found: &mut Vec<Gathered>) {
        if wanted.pairs.is_some() {
            found.push((Family::Cooccurrence, way, self.pairs.values()));
        }
        if wanted.runs.is_some() {
            found.push((Family::RunLength, way, self.runs.values()));
        }
    }
}

/// Pairs and runs of a region, by slices and in the volume.
pub(super) fn directed(levels: &Levels, request: &Request, found: &mut Vec<Gathered>) {
    let most = levels.most;
    let mut buffers = Buffers::new(levels);
    let empty_for = |slicewise: bool| {
        let [pairs, runs] =
            [Family::Cooccurrence, Family::RunLength].map(|family| request.any(family, slicewise));
        Directed::new(most, pairs, runs)
    };
    let empty = empty_for(true);
    if empty.pairs.is_some() || empty.runs.is_some() {
        let (mut single, mut merged) = (DirectedMean::new(), DirectedMean::new());
        let mut by_direction: [Directed; 4] = std::array::from_fn(|_| empty.clone());
        for layer in levels.layers() {
            if levels.lines(layer..layer + 1).next().is_none() {
                continue;
            }
            let voxels = levels.voxels_by_level(layer..layer + 1);
            let mut slice = empty.clone();
            for (step, sum) in IN_SLICE.into_iter().zip(&mut by_direction) {
                let matrices = Directed::count(levels, layer..layer + 1, step, &empty, &voxels, &mut buffers);
                single.add(&matrices, most);
                slice.merge(&matrices);
                sum.merge(&matrices);
            }
            merged.add(&slice, most);
        }
        single.push(Aggregation::SlicesAveraged, &empty, found);
        merged.push(Aggregation::SlicesMerged, &empty, found);
        push_directions(
            &by_direction,
            [Aggregation::StackAveraged, Aggregation::StackMerged],
            most,
            &empty,
            found,
        );
    }
    let empty = empty_for(false);
    if empty.pairs.is_some() || empty.runs.is_some() {
        let voxels = levels.voxels_by_level(levels.layers());
        let by_direction = IN_VOLUME
            .map(|step| Directed::count(levels, levels.layers(), step, &empty, &voxels, &mut buffers));
        push_directions(
            &by_direction,
            [Aggregation::VolumeAveraged, Aggregation::VolumeMerged],
            most,
            &empty,
            found,
        );
    }
}

/// The mean over directions and the merged matrix.
fn push_directions(
    by_direction: &[Directed],
    [averaged, merged]: [Aggregation; 2],
    most: usize,
    empty: &Directed,
    found: &mut Vec<Gathered>,
) {
    let mut mean = DirectedMean::new();
    let mut all = empty.clone();
    for matrices in by_direction {
        mean.add(matrices, most);
        all.merge(matrices);
    }
    mean.push(averaged, empty, found);
    DirectedMean::of(&all, most).push(merged, empty, found);
}

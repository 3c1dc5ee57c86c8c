//! Texture: matrices of grey levels, gathered from slices and directions in every way of the standard.

pub mod cooccurrence;
pub mod emphases;
pub mod levels;
pub mod neighbours;
mod pairs;
pub mod zones;

use crate::catalogue::{Aggregation, Family};
use cooccurrence::PairMatrix;
use emphases::SizeMatrix;
use levels::{IN_SLICE, IN_VOLUME, Levels};
use neighbours::ToneMatrix;
use std::ops::Range;

/// What to compute.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Which families; others than texture are passed over.
    pub families: &'a [Family],
    /// Which aggregations.
    pub aggregations: &'a [Aggregation],
    /// Largest difference of grey levels that counts as dependent (α of the standard).
    pub alpha: u16,
}

impl Request<'_> {
    fn wants(&self, family: Family) -> bool {
        self.families.contains(&family)
    }

    fn any(&self, family: Family, slicewise: bool) -> bool {
        self.wants(family)
            && family
                .aggregations()
                .iter()
                .any(|way| way.is_slicewise() == slicewise && self.aggregations.contains(way))
    }
}

/// The features of one family, gathered in one way.
pub type Gathered = (Family, Aggregation, Vec<f64>);

/// Texture features of a region; `mask` is its morphological mask in a box of `shape`, from which the distances of zones are taken.
pub fn features(levels: &Levels, shape: [usize; 3], mask: &[bool], request: &Request) -> Vec<Gathered> {
    let (mut found, more) = rayon::join(
        || {
            let mut found = Vec::new();
            if [Family::Cooccurrence, Family::RunLength].into_iter().any(|family| request.wants(family)) {
                directed(levels, request, &mut found);
            }
            found
        },
        || {
            let mut found = Vec::new();
            zones_and_neighbours(levels, shape, mask, request, &mut found);
            found
        },
    );
    found.extend(more);
    found.retain(|(_, way, _)| request.aggregations.contains(way));
    found
}

/// Mean of each feature over the matrices that define it.
struct Mean {
    sums: Vec<f64>,
    counts: Vec<f64>,
}

impl Mean {
    fn new(features: usize) -> Self {
        Self { sums: vec![0.0; features], counts: vec![0.0; features] }
    }

    fn add(&mut self, values: &[f64]) {
        for (k, value) in values.iter().enumerate() {
            if !value.is_nan() {
                self.sums[k] += value;
                self.counts[k] += 1.0;
            }
        }
    }

    fn values(&self) -> Vec<f64> {
        self.sums.iter().zip(&self.counts).map(|(sum, count)| sum / count).collect()
    }
}

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

    fn count(
        levels: &Levels,
        layers: Range<usize>,
        step: [isize; 3],
        empty: &Self,
        buffer: &mut [u16],
    ) -> Self {
        let mut found = empty.clone();
        if let Some(pairs) = &mut found.pairs {
            pairs::count_pairs(levels, layers.clone(), step, pairs);
        }
        if let Some(runs) = &mut found.runs {
            pairs::count_runs(levels, layers, step, runs, buffer);
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

fn directed(levels: &Levels, request: &Request, found: &mut Vec<Gathered>) {
    let most = levels.most;
    let mut buffer = vec![0; levels.values.len()];
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
            let mut slice = empty.clone();
            for (step, sum) in IN_SLICE.into_iter().zip(&mut by_direction) {
                let matrices = Directed::count(levels, layer..layer + 1, step, &empty, &mut buffer);
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
        let by_direction =
            IN_VOLUME.map(|step| Directed::count(levels, levels.layers(), step, &empty, &mut buffer));
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

/// Matrices without directions.
struct Undirected {
    sizes: Option<SizeMatrix>,
    distances: Option<SizeMatrix>,
    tones: Option<ToneMatrix>,
    dependences: Option<SizeMatrix>,
}

impl Undirected {
    fn new(most: usize, request: &Request, slicewise: bool) -> Self {
        let sizes = |family| request.any(family, slicewise).then(|| SizeMatrix::new(most));
        Self {
            sizes: sizes(Family::SizeZone),
            distances: sizes(Family::DistanceZone),
            tones: request.any(Family::ToneDifference, slicewise).then(|| ToneMatrix::new(most)),
            dependences: sizes(Family::Dependence),
        }
    }

    fn is_empty(&self) -> bool {
        self.sizes.is_none() && self.distances.is_none() && self.tones.is_none() && self.dependences.is_none()
    }

    fn count(
        &mut self,
        levels: &Levels,
        layers: Range<usize>,
        steps: &[[isize; 3]],
        work: &mut Work,
        alpha: u16,
    ) {
        if self.sizes.is_some() || self.distances.is_some() {
            let distances = self.distances.as_mut().map(|matrix| (matrix, &work.distances[..]));
            zones::count(levels, layers.clone(), steps, &mut work.forest, self.sizes.as_mut(), distances);
        }
        if self.tones.is_some() || self.dependences.is_some() {
            neighbours::count(levels, layers, steps, self.tones.as_mut(), self.dependences.as_mut(), alpha);
        }
    }

    fn merge(&mut self, other: &Self) {
        let sizes = |sum: &mut Option<SizeMatrix>, other: &Option<SizeMatrix>| {
            if let (Some(sum), Some(other)) = (sum, other) {
                sum.merge(other);
            }
        };
        sizes(&mut self.sizes, &other.sizes);
        sizes(&mut self.distances, &other.distances);
        sizes(&mut self.dependences, &other.dependences);
        if let (Some(sum), Some(other)) = (&mut self.tones, &other.tones) {
            sum.merge(other);
        }
    }

    fn features(&self) -> Vec<(Family, Vec<f64>)> {
        let mut found = Vec::new();
        let short = |matrix: &SizeMatrix| matrix.features()[..16].to_vec();
        found.extend(self.sizes.iter().map(|matrix| (Family::SizeZone, short(matrix))));
        found.extend(self.distances.iter().map(|matrix| (Family::DistanceZone, short(matrix))));
        found.extend(self.tones.iter().map(|matrix| (Family::ToneDifference, matrix.features().to_vec())));
        found.extend(self.dependences.iter().map(|matrix| (Family::Dependence, matrix.features().to_vec())));
        found
    }
}

/// Buffers of the search for zones.
struct Work {
    forest: zones::Forest,
    distances: Vec<u16>,
}

impl Work {
    fn new(levels: &Levels, shape: [usize; 3], mask: &[bool], wanted: &Undirected, in_volume: bool) -> Self {
        let zones = wanted.sizes.is_some() || wanted.distances.is_some();
        let layers = if in_volume { levels.shape[2] } else { 1 };
        Self {
            forest: zones::Forest::new(if zones { levels.shape[0] * levels.shape[1] * layers } else { 0 }),
            distances: match wanted.distances {
                Some(_) => zones::edge_distances(shape, mask, in_volume),
                None => Vec::new(),
            },
        }
    }
}

fn zones_and_neighbours(
    levels: &Levels,
    shape: [usize; 3],
    mask: &[bool],
    request: &Request,
    found: &mut Vec<Gathered>,
) {
    let most = levels.most;
    let mut stack = Undirected::new(most, request, true);
    if !stack.is_empty() {
        let mut work = Work::new(levels, shape, mask, &stack, false);
        let mut means: Vec<(Family, Mean)> =
            stack.features().into_iter().map(|(family, values)| (family, Mean::new(values.len()))).collect();
        for layer in levels.layers() {
            if levels.lines(layer..layer + 1).next().is_none() {
                continue;
            }
            let mut slice = Undirected::new(most, request, true);
            slice.count(levels, layer..layer + 1, &IN_SLICE, &mut work, request.alpha);
            stack.merge(&slice);
            for ((_, mean), (_, values)) in means.iter_mut().zip(slice.features()) {
                mean.add(&values);
            }
        }
        found.extend(means.iter().map(|(family, mean)| (*family, Aggregation::Slices, mean.values())));
        found.extend(stack.features().into_iter().map(|(family, f)| (family, Aggregation::Stack, f)));
    }
    let mut volume = Undirected::new(most, request, false);
    if !volume.is_empty() {
        let mut work = Work::new(levels, shape, mask, &volume, true);
        volume.count(levels, levels.layers(), &IN_VOLUME, &mut work, request.alpha);
        found.extend(volume.features().into_iter().map(|(family, f)| (family, Aggregation::Volume, f)));
    }
}

//! Matrices without directions: zones by size and by distance, grey tone differences, dependences.

use super::emphases::SizeMatrix;
use super::levels::{IN_SLICE, IN_VOLUME, Levels};
use super::neighbours::{self, ToneMatrix};
use super::{Gathered, Mean, Request, zones};
use crate::catalogue::{Aggregation, Family};
use std::ops::Range;

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

/// Zones and neighbourhoods of a region, by slices and in the volume.
pub(super) fn undirected(
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

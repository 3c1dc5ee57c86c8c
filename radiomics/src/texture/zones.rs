//! Zones: connected voxels of one grey level, with their size and their distance to the region's edge.

use super::emphases::SizeMatrix;
use super::levels::Levels;
use std::ops::Range;

/// Finds the zones of some layers and adds them to the matrices of sizes and of distances.
///
/// Zones are connected through all of a voxel's neighbours (8 in a slice, 26 in a volume). A zone's distance is the
/// least of its voxels'. One walk joins each voxel with its earlier neighbours of the same level in a forest whose roots are
/// the first voxels of zones (R. E. Tarjan, J. ACM 22 (1975) 215, with path halving).
pub fn count(
    levels: &Levels,
    layers: Range<usize>,
    neighbours: &[[isize; 3]],
    forest: &mut Forest,
    mut sizes: Option<&mut SizeMatrix>,
    mut distances: Option<(&mut SizeMatrix, &[u16])>,
) {
    let mut fewer = Fewer::new(neighbours);
    let back: Vec<usize> = neighbours.iter().map(|&step| levels.stride(step) as usize).collect();
    let voxels = levels.voxels_in(layers.clone()) as u64;
    if let Some(sizes) = &mut sizes {
        sizes.voxels += voxels;
    }
    if let Some((matrix, _)) = &mut distances {
        matrix.voxels += voxels;
    }
    // Places are counted from the first layer.
    let base = layers.start * levels.shape[0] * levels.shape[1];
    let mut alike = vec![0_u16; levels.shape[0]];
    for [start, length] in levels.lines(layers.clone()) {
        let alike = &mut alike[..length];
        earlier_alike(&levels.values, start, &back, alike);
        for (x, &bits) in alike.iter().enumerate() {
            let place = start + x;
            if levels.values[place] == 0 {
                continue;
            }
            let mut root = (place - base) as u32;
            forest.parent[root as usize] = root;
            let mut bits = fewer.of(bits);
            while bits != 0 {
                let other = place - base - back[bits.trailing_zeros() as usize];
                bits &= bits - 1;
                root = forest.join(root, other as u32);
            }
        }
    }
    // Each voxel's forerunner lies before it and has the number of their zone already.
    let mut zones: Vec<Zone> = Vec::new();
    for [start, length] in levels.lines(layers) {
        for place in start..start + length {
            let level = levels.values[place];
            if level == 0 {
                continue;
            }
            let own = place - base;
            let distance = distances.as_ref().map_or(0, |(_, map)| map[place]);
            let before = forest.parent[own] as usize;
            if before == own {
                forest.parent[own] = zones.len() as u32;
                zones.push(Zone { level, distance, size: 1 });
            } else {
                let number = forest.parent[before];
                forest.parent[own] = number;
                let zone = &mut zones[number as usize];
                zone.size += 1;
                zone.distance = zone.distance.min(distance);
            }
        }
    }
    for Zone { level, distance, size } in zones {
        if let Some(sizes) = &mut sizes {
            sizes.add(level, size);
        }
        if let Some((matrix, _)) = &mut distances {
            matrix.add(level, u32::from(distance));
        }
    }
}

/// A zone and what is known of it.
struct Zone {
    level: u16,
    /// The least of its voxels'.
    distance: u16,
    size: u32,
}

/// Of a voxel's earlier neighbours of its level, those that it must be joined with: others touch one of them and so are of its
/// zone already.
struct Fewer {
    /// For each neighbour, a bit for each that it touches.
    touching: Vec<u16>,
    /// What is left of a set of neighbours; 0 where it was not asked for yet.
    known: Vec<u16>,
}

impl Fewer {
    fn new(neighbours: &[[isize; 3]]) -> Self {
        let touch = |a: &[isize; 3], b: &[isize; 3]| (0..3).all(|x| (a[x] - b[x]).abs() <= 1);
        let bits = |a| neighbours.iter().rev().fold(0, |bits, b| bits << 1 | u16::from(touch(a, b)));
        Self { touching: neighbours.iter().map(bits).collect(), known: vec![0; 1 << neighbours.len()] }
    }

    #[inline]
    fn of(&mut self, bits: u16) -> u16 {
        match self.known[usize::from(bits)] {
            0 => self.find(bits),
            known => known,
        }
    }

    fn find(&mut self, bits: u16) -> u16 {
        let (mut left, mut first) = (bits, 0);
        while left != 0 {
            first |= left & left.wrapping_neg();
            let mut joined = left & left.wrapping_neg();
            loop {
                let more = self.touching.iter().enumerate().filter(|(n, _)| joined >> n & 1 == 1);
                let more = more.fold(joined, |all, (_, touching)| all | touching & left);
                if more == joined {
                    break;
                }
                joined = more;
            }
            left &= !joined;
        }
        self.known[usize::from(bits)] = first;
        first
    }
}

/// For each voxel of a line, a bit for each earlier neighbour of the same level.
#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn earlier_alike(values: &[u16], start: usize, back: &[usize], alike: &mut [u16]) {
    let here = &values[start..][..alike.len()];
    alike.fill(0);
    for (bit, &back) in back.iter().enumerate() {
        let there = &values[start - back..][..alike.len()];
        for x in 0..alike.len() {
            alike[x] |= u16::from(there[x] == here[x]) << bit;
        }
    }
}

/// Which voxels are of one zone: an earlier voxel of it, or the voxel itself; at last the number of the zone.
pub struct Forest {
    parent: Vec<u32>,
}

impl Forest {
    /// Room for a box of so many voxels.
    pub fn new(voxels: usize) -> Self {
        Self { parent: vec![0; voxels] }
    }

    /// The first voxel of a voxel's zone, as far as it is known.
    fn root(&mut self, voxel: u32) -> u32 {
        let mut at = voxel;
        while self.parent[at as usize] != at {
            let above = self.parent[at as usize];
            self.parent[at as usize] = self.parent[above as usize];
            at = above;
        }
        at
    }

    /// Makes one zone of two, and gives its first voxel.
    fn join(&mut self, a: u32, b: u32) -> u32 {
        let [a, b] = [self.root(a), self.root(b)];
        let (first, second) = (a.min(b), a.max(b));
        self.parent[second as usize] = first;
        first
    }
}

/// City-block distance of each voxel of a mask to the nearest voxel outside it (1 at the edge), in a padded box.
///
/// `in_volume` says whether layers are neighbours. What lies beyond the box is outside. Two sweeps are exact for this distance.
pub fn edge_distances(shape: [usize; 3], mask: &[bool], in_volume: bool) -> Vec<u16> {
    let padded = shape.map(|n| n + 2);
    let mut map = vec![0_u16; padded.iter().product()];
    let strides = [1, padded[0], padded[0] * padded[1]];
    let axes = if in_volume { 3 } else { 2 };
    let place = |i: usize, j: usize, k: usize| (i + 1) + padded[0] * ((j + 1) + padded[1] * (k + 1));
    for k in 0..shape[2] {
        for j in 0..shape[1] {
            for i in 0..shape[0] {
                if mask[i + shape[0] * (j + shape[1] * k)] {
                    let here = place(i, j, k);
                    let least = (0..axes).map(|a| map[here - strides[a]]).min().unwrap_or(0);
                    map[here] = least.saturating_add(1);
                }
            }
        }
    }
    for k in (0..shape[2]).rev() {
        for j in (0..shape[1]).rev() {
            for i in (0..shape[0]).rev() {
                let here = place(i, j, k);
                if map[here] > 0 {
                    let least = (0..axes).map(|a| map[here + strides[a]]).min().unwrap_or(0);
                    map[here] = map[here].min(least.saturating_add(1));
                }
            }
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::super::levels::{IN_SLICE, IN_VOLUME};
    use super::*;

    /// Zones by flooding from voxel to voxel.
    fn flooded(levels: &Levels, layers: Range<usize>, steps: &[[isize; 3]]) -> SizeMatrix {
        let layer = levels.shape[0] * levels.shape[1];
        let mut left = vec![0; levels.values.len()];
        left[layers.start * layer..layers.end * layer]
            .copy_from_slice(&levels.values[layers.start * layer..layers.end * layer]);
        let mut sizes = SizeMatrix::new(levels.most);
        for start in 0..left.len() {
            let level = std::mem::take(&mut left[start]);
            if level == 0 {
                continue;
            }
            let (mut open, mut size) = (vec![start], 0);
            while let Some(place) = open.pop() {
                size += 1;
                for stride in steps.iter().map(|step| levels.stride(*step)).flat_map(|s| [s, -s]) {
                    let other = place.wrapping_add_signed(stride);
                    if left[other] == level {
                        left[other] = 0;
                        open.push(other);
                    }
                }
            }
            sizes.add(level, size);
            sizes.voxels += u64::from(size);
        }
        sizes
    }

    #[test]
    fn zones_are_those_of_a_flood() {
        let shape = [19, 11, 7];
        let mut word = 7_u64;
        for most in [1, 2, 3, 5] {
            let inner: Vec<u16> = (0..shape.iter().product::<usize>())
                .map(|_| {
                    word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    ((word >> 40) % (most + 1)) as u16
                })
                .collect();
            let levels = Levels::new(shape, &inner);
            let mut forest = Forest::new(levels.values.len());
            for (layers, steps) in [(levels.layers(), &IN_VOLUME[..]), (3..4, &IN_SLICE[..])] {
                let mut sizes = SizeMatrix::new(levels.most);
                count(&levels, layers.clone(), steps, &mut forest, Some(&mut sizes), None);
                assert_eq!(sizes.features(), flooded(&levels, layers, steps).features(), "{most} levels");
            }
        }
    }

    #[test]
    fn the_middle_of_a_block_of_five_is_three_from_the_edge() {
        let map = edge_distances([5, 5, 5], &[true; 125], true);
        assert_eq!(map[3 + 7 * (3 + 7 * 3)], 3);
        let flat = edge_distances([5, 5, 1], &[true; 25], false);
        assert_eq!(flat[3 + 7 * (3 + 7)], 3);
        let flat = edge_distances([5, 5, 1], &[true; 25], true);
        assert_eq!(flat[3 + 7 * (3 + 7)], 1);
    }
}

//! Zones: connected voxels of one grey level, with their size and their distance to the region's edge.

use super::emphases::SizeMatrix;
use super::levels::Levels;
use std::ops::Range;

/// Finds the zones of some layers and adds them to the matrices of sizes and of distances.
///
/// Zones are connected through all of a voxel's neighbours (8 in a slice, 26 in a volume). A zone's distance is the
/// least of its voxels'. `left` holds the levels and is emptied.
pub fn count(
    levels: &Levels,
    layers: Range<usize>,
    neighbours: &[[isize; 3]],
    left: &mut [u16],
    mut sizes: Option<&mut SizeMatrix>,
    mut distances: Option<(&mut SizeMatrix, &[u16])>,
) {
    let steps: Vec<isize> =
        neighbours.iter().map(|&step| levels.stride(step)).flat_map(|stride| [stride, -stride]).collect();
    let voxels = levels.voxels_in(layers.clone()) as u64;
    if let Some(sizes) = &mut sizes {
        sizes.voxels += voxels;
    }
    if let Some((matrix, _)) = &mut distances {
        matrix.voxels += voxels;
    }
    let mut open: Vec<u32> = Vec::new();
    for [start, length] in levels.lines(layers) {
        for place in start..start + length {
            let level = left[place];
            if level == 0 {
                continue;
            }
            left[place] = 0;
            open.push(place as u32);
            let mut size = 0;
            let mut nearest = u16::MAX;
            while let Some(voxel) = open.pop() {
                size += 1;
                if let Some((_, map)) = &distances {
                    nearest = nearest.min(map[voxel as usize]);
                }
                for &stride in &steps {
                    let other = (voxel as isize + stride) as usize;
                    if left[other] == level {
                        left[other] = 0;
                        open.push(other as u32);
                    }
                }
            }
            if let Some(sizes) = &mut sizes {
                sizes.add(level, size);
            }
            if let Some((matrix, _)) = &mut distances {
                matrix.add(level, u32::from(nearest));
            }
        }
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
    use super::*;

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

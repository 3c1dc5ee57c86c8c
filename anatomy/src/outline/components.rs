//! Connected pieces of a voxel set, by runs along i: memory grows with the outline, not with the volume.

use std::collections::BTreeMap;
use std::ops::Range;

/// Runs of set voxels, and the piece to which each belongs.
pub(crate) struct Components {
    /// First voxel and end of each run, in an array with i fastest.
    runs: Vec<[usize; 2]>,
    /// Piece of each run: the number of its first run.
    piece: Vec<usize>,
    /// Voxels of each piece, at the number of its first run.
    voxels: Vec<usize>,
}

impl Components {
    /// Pieces of the non-zero voxels that are connected by faces.
    pub fn of(set: &[u8], shape: [usize; 3]) -> Self {
        let [columns, rows, _] = shape;
        let mut runs = Vec::new();
        let mut first_of_line = vec![0];
        for (line, voxels) in set.chunks_exact(columns).enumerate() {
            let mut i = 0;
            while let Some(start) = voxels[i..].iter().position(|voxel| *voxel != 0).map(|n| i + n) {
                i = voxels[start..].iter().position(|voxel| *voxel == 0).map_or(columns, |n| start + n);
                runs.push([line * columns + start, line * columns + i]);
            }
            first_of_line.push(runs.len());
        }
        let mut parent: Vec<usize> = (0..runs.len()).collect();
        let lines = first_of_line.len() - 1;
        for line in 0..lines {
            let below = (line % rows > 0).then(|| (line - 1, columns));
            let behind = (line >= rows).then(|| (line - rows, columns * rows));
            for (other, distance) in [below, behind].into_iter().flatten() {
                let [here, there] = [line, other].map(|line| first_of_line[line]..first_of_line[line + 1]);
                join_lines(&runs, &mut parent, here, there, distance);
            }
        }
        let piece: Vec<usize> = (0..runs.len()).map(|run| root(&mut parent, run)).collect();
        let mut voxels = vec![0; runs.len()];
        for (run, piece) in runs.iter().zip(&piece) {
            voxels[*piece] += run[1] - run[0];
        }
        Self { runs, piece, voxels }
    }

    /// Number of voxels of the largest piece.
    pub fn largest(&self) -> usize {
        self.voxels.iter().copied().max().unwrap_or(0)
    }

    /// The voxels of each piece of so many of them, in the order of the array.
    pub fn pieces(&self, sizes: Range<usize>) -> Vec<Vec<usize>> {
        let mut pieces: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let runs =
            self.runs.iter().zip(&self.piece).filter(|(_, piece)| sizes.contains(&self.voxels[**piece]));
        runs.for_each(|(run, piece)| pieces.entry(*piece).or_default().extend(run[0]..run[1]));
        pieces.into_values().collect()
    }

    /// Clears all pieces with fewer than `least` voxels.
    pub fn keep(&self, set: &mut [u8], least: usize) {
        for (run, piece) in self.runs.iter().zip(&self.piece) {
            if self.voxels[*piece] < least {
                set[run[0]..run[1]].fill(0);
            }
        }
    }
}

/// Joins the runs of two neighbouring lines that overlap; `distance` is how far apart the lines lie in the array.
fn join_lines(
    runs: &[[usize; 2]],
    parent: &mut [usize],
    here: Range<usize>,
    there: Range<usize>,
    distance: usize,
) {
    let (mut a, mut b) = (here.start, there.start);
    while a < here.end && b < there.end {
        let [from, to] = runs[a];
        let [other_from, other_to] = runs[b].map(|voxel| voxel + distance);
        if from < other_to && other_from < to {
            let [a, b] = [a, b].map(|run| root(parent, run));
            parent[a.max(b)] = a.min(b);
        }
        if to <= other_to {
            a += 1;
        } else {
            b += 1;
        }
    }
}

fn root(parent: &mut [usize], mut run: usize) -> usize {
    while parent[run] != run {
        parent[run] = parent[parent[run]];
        run = parent[run];
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_u_shape_is_one_piece_and_a_corner_does_not_connect() {
        #[rustfmt::skip]
        let set = [
            1, 0, 1, 0,
            1, 0, 1, 0,
            1, 1, 1, 0,
            0, 0, 0, 1,
        ];
        let components = Components::of(&set, [4, 4, 1]);
        assert_eq!(components.largest(), 7);
        let mut kept = set;
        components.keep(&mut kept, 2);
        assert_eq!(kept[15], 0);
    }

    #[test]
    fn pieces_connect_through_slices() {
        let set = [1, 0, 0, 1, /* next slice */ 1, 1, 0, 1];
        assert_eq!(Components::of(&set, [2, 2, 2]).largest(), 5);
    }
}

//! Contours of a body's organs, as a planner would draw them: polygons on each slice.

use crate::Body;
use crate::voxels::{POINTS, Voxels};
use rayon::prelude::*;
use std::collections::HashMap;
use volume::{OrientedGrid, Structure, VoxelIndex};

impl Body {
    /// The outline of the body (type EXTERNAL) and the contours of every organ on the slices (k) of its voxels.
    ///
    /// Contours run where half of a voxel belongs to the organ; an organ that fills no voxel by half is drawn where it
    /// fills half as much as it does at most. Layers and contents are drawn as one with their organ, eyes with their lenses.
    ///
    /// ```
    /// # use phantoms::{Body, Person, Sex};
    /// let child = Body::new(&Person::reference(5.0, Sex::Female).unwrap());
    /// let structures = child.structures(&child.voxels(&child.grid([5.0; 3], 10.0)));
    /// assert_eq!(structures[0].interpreted_type, "EXTERNAL");
    /// assert!(structures.iter().any(|structure| structure.name == "Glnd_Thyroid"));
    /// ```
    pub fn structures(&self, voxels: &Voxels) -> Vec<Structure> {
        let organs = self.organs();
        let mut drawn: Vec<(&str, &str, Vec<usize>)> =
            vec![("External", "EXTERNAL", (0..organs.len()).collect())];
        for (label, organ) in organs.iter().enumerate().filter(|(_, organ)| !organ.structure.is_empty()) {
            match drawn.iter_mut().find(|(name, ..)| *name == organ.structure) {
                Some((.., labels)) => labels.push(label),
                None => drawn.push((&organ.structure, "ORGAN", vec![label])),
            }
        }
        for side in ["L", "R"] {
            let of = |name: String| organs.iter().position(|organ| organ.name == name);
            let eye = drawn.iter_mut().find(|(name, ..)| *name == format!("Eye_{side}"));
            if let (Some(lens), Some((.., labels))) = (of(format!("Lens_{side}")), eye) {
                labels.push(lens);
            }
        }
        let boxes = boxes(voxels, organs.len());
        let around = |labels: &[usize]| {
            let join = |[low, high]: [[usize; 3]; 2], label: &usize| {
                let [lower, upper] = boxes[*label];
                [
                    std::array::from_fn(|a| low[a].min(lower[a])),
                    std::array::from_fn(|a| high[a].max(upper[a])),
                ]
            };
            labels.iter().fold([[usize::MAX; 3], [0; 3]], join)
        };
        let structures = drawn.into_iter().map(|(name, interpreted_type, labels)| Structure {
            number: 0,
            name: name.into(),
            interpreted_type: interpreted_type.into(),
            contours: contours(voxels, &labels, around(&labels)),
            points: Vec::new(),
            density_override: None,
        });
        let drawn = structures.filter(|structure| !structure.contours.is_empty());
        (1..).zip(drawn).map(|(number, structure)| Structure { number, ..structure }).collect()
    }
}

/// Polygons (mm) around the voxels of some labels (from 0), slice by slice, within a box that holds them all.
fn contours(voxels: &Voxels, labels: &[usize], [lower, upper]: [[usize; 3]; 2]) -> Vec<Vec<[f64; 3]>> {
    let grid = &voxels.labels.grid;
    let wanted: Vec<bool> = (0..=usize::from(u8::MAX)).map(|n| n > 0 && labels.contains(&(n - 1))).collect();
    let share = |voxel: usize| match voxels.points_of(voxel) {
        Some(points) => {
            points.iter().filter(|label| wanted[usize::from(**label)]).count() as f64 / POINTS as f64
        }
        None => f64::from(u8::from(wanted[usize::from(voxels.labels.values[voxel])])),
    };
    let slices: Vec<Slice> = (lower[2]..upper[2])
        .into_par_iter()
        .map(|k| {
            let line = |j: usize| (lower[0]..upper[0]).map(move |i| grid.offset(VoxelIndex([i, j, k])));
            let shares = (lower[1]..upper[1]).flat_map(line).map(share).collect();
            Slice { lower: [lower[0], lower[1], k], columns: upper[0] - lower[0], shares }
        })
        .collect();
    let most = slices.iter().flat_map(|slice| &slice.shares).copied().fold(0.0, f64::max);
    slices.par_iter().flat_map_iter(|slice| slice.polygons(grid, 0.5 * most)).collect()
}

/// Lowest voxel and end of a box with all of a label (from 0), for every label; empty for one that has no voxel.
fn boxes(voxels: &Voxels, labels: usize) -> Vec<[[usize; 3]; 2]> {
    let grid = &voxels.labels.grid;
    let mut boxes = vec![[grid.shape, [0; 3]]; labels + 1];
    let mut widen = |label: u8, place: [usize; 3]| {
        let [lower, upper] = &mut boxes[usize::from(label)];
        for a in 0..3 {
            lower[a] = lower[a].min(place[a]);
            upper[a] = upper[a].max(place[a] + 1);
        }
    };
    for (voxel, label) in voxels.labels.values.iter().enumerate().filter(|(_, label)| **label > 0) {
        widen(*label, grid.voxel(voxel).0);
    }
    for (voxel, points) in voxels.shared() {
        points.iter().for_each(|label| widen(*label, grid.voxel(voxel).0));
    }
    boxes.split_off(1)
}

/// A place where a contour crosses the line between two neighbouring pixel centres: the lower pixel, counted with a
/// frame of one pixel around the slice, and the axis of the line.
type Crossing = (usize, usize, usize);

/// What share of each pixel of a slice's part an organ fills.
struct Slice {
    /// The part's first voxel.
    lower: [usize; 3],
    /// Number of its columns.
    columns: usize,
    shares: Vec<f64>,
}

impl Slice {
    /// Share at a pixel, counted with a frame of one empty pixel around the part.
    fn value(&self, i: usize, j: usize) -> f64 {
        let rows = self.shares.len() / self.columns;
        let within = (1..=self.columns).contains(&i) && (1..=rows).contains(&j);
        if within { self.shares[i - 1 + self.columns * (j - 1)] } else { 0.0 }
    }

    /// Closed polygons (mm) at a level, by marching squares.
    fn polygons(&self, grid: &OrientedGrid, level: f64) -> Vec<Vec<[f64; 3]>> {
        let mut next = self.crossings(level);
        let mut starts: Vec<Crossing> = next.keys().copied().collect();
        // A map has no order of its own: contours must come out the same every time.
        starts.sort_unstable();
        let mut closed = Vec::new();
        for start in starts {
            let mut polygon = Vec::new();
            let mut at = start;
            while let Some(following) = next.remove(&at) {
                polygon.push(self.point_mm(grid, level, at));
                at = following;
            }
            if polygon.len() >= 3 {
                closed.push(polygon);
            }
        }
        closed
    }

    /// From each crossing to the next along a contour.
    fn crossings(&self, level: f64) -> HashMap<Crossing, Crossing> {
        let rows = self.shares.len() / self.columns;
        let mut next = HashMap::new();
        for (i, j) in (0..=rows).flat_map(|j| (0..=self.columns).map(move |i| (i, j))) {
            let corners =
                [self.value(i, j), self.value(i + 1, j), self.value(i + 1, j + 1), self.value(i, j + 1)];
            let inside = corners.map(|share| share >= level && share > 0.0);
            let sides: [Crossing; 4] = [(i, j, 0), (i + 1, j, 1), (i, j + 1, 0), (i, j, 1)];
            for leave in (0..4).filter(|side| inside[*side] && !inside[(side + 1) % 4]) {
                // Back along the inside to where it begins: corners that only touch are kept apart.
                let before = (1..4).map(|back| (leave + 4 - back) % 4).find(|corner| !inside[*corner]);
                next.insert(sides[leave], sides[before.expect("the next corner is outside")]);
            }
        }
        next
    }

    fn point_mm(&self, grid: &OrientedGrid, level: f64, (i, j, axis): Crossing) -> [f64; 3] {
        let [from, to] =
            [self.value(i, j), if axis == 0 { self.value(i + 1, j) } else { self.value(i, j + 1) }];
        let mut index =
            [(self.lower[0] + i) as f64 - 1.0, (self.lower[1] + j) as f64 - 1.0, self.lower[2] as f64];
        index[axis] += (level - from) / (to - from);
        grid.point_mm(index)
    }
}

//! How a patient's grid is looked at: axial, sagittal or coronal, and where that puts a voxel in a picture.

use super::lattice::Lattice;
use volume::{OrientedGrid, VoxelIndex};

/// A direction of view. A picture's millimetres run right and down from the grid's first voxel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// From the feet: the patient's left is on the right, the back is down.
    Axial,
    /// From the patient's left: the back is on the right, the head is up.
    Sagittal,
    /// From the front: the patient's left is on the right, the head is up.
    Coronal,
}

impl View {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            View::Axial => "axial",
            View::Sagittal => "sagittal",
            View::Coronal => "coronal",
        }
    }

    /// Which axis of the grid runs to the right, which down, and which away.
    pub fn axes(self) -> [usize; 3] {
        match self {
            View::Axial => [0, 1, 2],
            View::Sagittal => [1, 2, 0],
            View::Coronal => [0, 2, 1],
        }
    }

    /// Letters at the left, right, upper and lower edge.
    pub fn letters(self) -> [&'static str; 4] {
        match self {
            View::Axial => ["R", "L", "A", "P"],
            View::Sagittal => ["A", "P", "H", "F"],
            View::Coronal => ["R", "L", "H", "F"],
        }
    }

    /// 1 if the second axis runs down, -1 if up.
    fn down(self) -> f64 {
        if self == View::Axial { 1.0 } else { -1.0 }
    }

    /// Left, top, width and height of the whole grid (mm).
    pub fn bounds_mm(self, grid: &OrientedGrid) -> [f64; 4] {
        let [right, down, _] = self.axes();
        let size = [right, down].map(|a| grid.shape[a] as f64 * grid.spacing_mm[a]);
        let [half_right, half_down] = [right, down].map(|a| 0.5 * grid.spacing_mm[a]);
        let top = if self.down() > 0.0 { -half_down } else { half_down - size[1] };
        [-half_right, top, size[0], size[1]]
    }

    /// Where an index of the grid lies (mm).
    pub fn place_mm(self, grid: &OrientedGrid, index: [f64; 3]) -> [f64; 2] {
        let [right, down, _] = self.axes();
        [index[right] * grid.spacing_mm[right], self.down() * index[down] * grid.spacing_mm[down]]
    }

    /// The point of the patient (mm) at a place of the picture, in this layer.
    pub fn point_mm(self, grid: &OrientedGrid, place_mm: [f64; 2], layer: usize) -> [f64; 3] {
        let [right, down, away] = self.axes();
        let mut index = [0.0; 3];
        index[right] = place_mm[0] / grid.spacing_mm[right];
        index[down] = self.down() * place_mm[1] / grid.spacing_mm[down];
        index[away] = layer as f64;
        grid.point_mm(index)
    }

    /// The values of each line of sight, given the voxels at its place.
    pub fn lattice(
        self,
        grid: &OrientedGrid,
        mut value: impl FnMut(&dyn Fn(usize) -> VoxelIndex) -> f32,
    ) -> Lattice {
        let [right, down, away] = self.axes();
        let (columns, rows) = (grid.shape[right], grid.shape[down]);
        let mut values = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let mut index = [0; 3];
                index[right] = column;
                index[down] = if self.down() > 0.0 { row } else { rows - 1 - row };
                let voxel = |layer: usize| {
                    let mut voxel = index;
                    voxel[away] = layer;
                    VoxelIndex(voxel)
                };
                values.push(value(&voxel));
            }
        }
        let top = if self.down() > 0.0 { 0.0 } else { -((rows - 1) as f64) * grid.spacing_mm[down] };
        Lattice {
            origin_mm: [0.0, top],
            step_mm: [grid.spacing_mm[right], grid.spacing_mm[down]],
            shape: [columns, rows],
            values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: OrientedGrid = OrientedGrid {
        origin_mm: [-5.0, 7.0, 100.0],
        axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        spacing_mm: [1.0, 2.0, 3.0],
        shape: [4, 5, 6],
    };

    #[test]
    fn a_voxel_lies_where_its_value_is_drawn() {
        for view in [View::Axial, View::Sagittal, View::Coronal] {
            let lattice = view.lattice(&GRID, |voxel| GRID.offset(voxel(2)) as f32);
            let [left, top, width, height] = view.bounds_mm(&GRID);
            for offset in 0..GRID.len() {
                let voxel = GRID.voxel(offset);
                if voxel.0[view.axes()[2]] != 2 {
                    continue;
                }
                let place = view.place_mm(&GRID, voxel.0.map(|i| i as f64));
                assert_eq!(lattice.linear_at(place), offset as f64, "{view:?}");
                assert_eq!(view.point_mm(&GRID, place, 2), GRID.centre_mm(voxel), "{view:?}");
                assert!(
                    place[0] > left && place[0] < left + width && place[1] > top && place[1] < top + height
                );
            }
        }
    }

    #[test]
    fn the_head_is_up_and_the_back_down() {
        let place = |view: View, index| view.place_mm(&GRID, index)[1];
        assert!(place(View::Coronal, [0.0, 0.0, 5.0]) < place(View::Coronal, [0.0; 3]));
        assert!(place(View::Axial, [0.0, 4.0, 0.0]) > place(View::Axial, [0.0; 3]));
    }
}

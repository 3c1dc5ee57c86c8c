//! Voxel grids: where a voxel lies and which voxel holds a point.
//!
//! A [`Grid`] is an axis-aligned box of equal voxels. Axes are `[x, y, z]`, x fastest; lengths are millimetres.

pub mod contours;
mod error;
pub mod image;

pub use contours::{Coverage, Mask, Structure};
pub use error::Error;
pub use image::{Image, OrientedGrid};

/// Position of one voxel in a grid: `[i, j, k]` along x, y, z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VoxelIndex(pub [usize; 3]);

impl VoxelIndex {
    /// Place of this voxel in an array of this shape, x fastest.
    pub fn offset(self, shape: [usize; 3]) -> usize {
        let [i, j, k] = self.0;
        i + shape[0] * (j + shape[1] * k)
    }

    /// The voxel at a place in an array of this shape; the inverse of [`VoxelIndex::offset`].
    ///
    /// ```
    /// # use volume::VoxelIndex;
    /// assert_eq!(VoxelIndex::at(17, [2, 3, 4]), VoxelIndex([1, 2, 2]));
    /// assert_eq!(VoxelIndex([1, 2, 2]).offset([2, 3, 4]), 17);
    /// ```
    pub fn at(offset: usize, shape: [usize; 3]) -> Self {
        let [ni, nj, _] = shape;
        Self([offset % ni, offset / ni % nj, offset / (ni * nj)])
    }
}

/// An axis-aligned box of `shape` equal voxels whose lower corner lies at `corner_mm`.
///
/// ```
/// # use volume::{Grid, VoxelIndex};
/// let grid = Grid { corner_mm: [-10.0, 0.0, 0.0], spacing_mm: [10.0, 5.0, 5.0], shape: [2, 3, 4] };
/// assert_eq!(grid.voxel_at([-0.1, 6.0, 19.0]), Some(VoxelIndex([0, 1, 3])));
/// assert_eq!(grid.offset(VoxelIndex([1, 2, 3])), 23); // the last of 24, x fastest
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Lower corner (mm).
    pub corner_mm: [f64; 3],
    /// Edge lengths of one voxel (mm), all positive.
    pub spacing_mm: [f64; 3],
    /// Number of voxels along x, y, z, all positive.
    pub shape: [usize; 3],
}

impl Grid {
    /// Number of voxels.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the grid has no voxel at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Upper corner (mm).
    pub fn upper_mm(&self) -> [f64; 3] {
        std::array::from_fn(|a| self.corner_mm[a] + self.spacing_mm[a] * self.shape[a] as f64)
    }

    /// Volume of one voxel (mm³).
    pub fn voxel_volume_mm3(&self) -> f64 {
        self.spacing_mm.iter().product()
    }

    /// Place of a voxel in an array with x fastest.
    pub fn offset(&self, voxel: VoxelIndex) -> usize {
        voxel.offset(self.shape)
    }

    /// The inverse of [`Grid::offset`].
    pub fn voxel(&self, offset: usize) -> VoxelIndex {
        VoxelIndex::at(offset, self.shape)
    }

    /// Centre of a voxel (mm).
    pub fn centre_mm(&self, voxel: VoxelIndex) -> [f64; 3] {
        std::array::from_fn(|a| self.corner_mm[a] + self.spacing_mm[a] * (voxel.0[a] as f64 + 0.5))
    }

    /// The voxel that holds a point (mm); `None` outside. Lower faces belong to a voxel, upper faces to the next.
    pub fn voxel_at(&self, point_mm: [f64; 3]) -> Option<VoxelIndex> {
        let mut index = [0; 3];
        for a in 0..3 {
            let cell = ((point_mm[a] - self.corner_mm[a]) / self.spacing_mm[a]).floor();
            if !(cell >= 0.0 && cell < self.shape[a] as f64) {
                return None;
            }
            index[a] = cell as usize;
        }
        Some(VoxelIndex(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offset_and_voxel_are_inverse() {
        let grid = Grid { corner_mm: [0.0; 3], spacing_mm: [1.0; 3], shape: [3, 4, 5] };
        for offset in 0..grid.len() {
            assert_eq!(grid.offset(grid.voxel(offset)), offset);
        }
    }

    #[test]
    fn a_point_on_a_face_belongs_to_the_upper_voxel_and_the_outer_face_to_none() {
        let grid = Grid { corner_mm: [0.0; 3], spacing_mm: [2.0; 3], shape: [2, 2, 2] };
        assert_eq!(grid.voxel_at([2.0, 0.0, 0.0]), Some(VoxelIndex([1, 0, 0])));
        assert_eq!(grid.voxel_at([4.0, 0.0, 0.0]), None);
        assert_eq!(grid.voxel_at([f64::NAN, 0.0, 0.0]), None);
    }
}

//! Images of a patient: voxels whose axes may point anywhere.

use crate::{Grid, VoxelIndex};

/// A box of equal voxels in patient space (DICOM: x to the patient's left, y to the back, z to the head; mm).
///
/// ```
/// # use volume::OrientedGrid;
/// // Columns run to the patient's right, rows to the front: a prone patient's image.
/// let grid = OrientedGrid {
///     origin_mm: [10.0, 20.0, 30.0],
///     axes: [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]],
///     spacing_mm: [1.0, 2.0, 3.0],
///     shape: [4, 5, 6],
/// };
/// assert_eq!(grid.point_mm([1.0, 1.0, 1.0]), [9.0, 18.0, 33.0]);
/// assert_eq!(grid.index_of([9.0, 18.0, 33.0]), [1.0, 1.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrientedGrid {
    /// Centre of voxel (0, 0, 0) (mm).
    pub origin_mm: [f64; 3],
    /// Unit vectors along i, j, k.
    pub axes: [[f64; 3]; 3],
    /// Distances between voxel centres along i, j, k (mm), all positive.
    pub spacing_mm: [f64; 3],
    /// Number of voxels along i, j, k, all positive.
    pub shape: [usize; 3],
}

impl OrientedGrid {
    /// Number of voxels.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the grid has no voxel at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Volume of one voxel (mm³).
    pub fn voxel_volume_mm3(&self) -> f64 {
        self.spacing_mm.iter().product()
    }

    /// Place of a voxel in an array with i fastest.
    pub fn offset(&self, voxel: VoxelIndex) -> usize {
        voxel.offset(self.shape)
    }

    /// The inverse of [`OrientedGrid::offset`].
    pub fn voxel(&self, offset: usize) -> VoxelIndex {
        VoxelIndex::at(offset, self.shape)
    }

    /// The point (mm) at an index, which may lie between voxel centres.
    pub fn point_mm(&self, index: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|x| {
            (0..3).map(|a| self.axes[a][x] * self.spacing_mm[a] * index[a]).sum::<f64>() + self.origin_mm[x]
        })
    }

    /// Centre of a voxel (mm).
    pub fn centre_mm(&self, voxel: VoxelIndex) -> [f64; 3] {
        self.point_mm(voxel.0.map(|i| i as f64))
    }

    /// The index, whole at voxel centres, of a point (mm); the inverse of [`OrientedGrid::point_mm`].
    pub fn index_of(&self, point_mm: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|a| {
            (0..3).map(|x| self.axes[a][x] * (point_mm[x] - self.origin_mm[x])).sum::<f64>()
                / self.spacing_mm[a]
        })
    }

    /// Whether i, j, k follow each other like the fingers of a right hand.
    pub fn is_right_handed(&self) -> bool {
        let [a, b, c] = self.axes;
        let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
        (0..3).map(|x| cross[x] * c[x]).sum::<f64>() > 0.0
    }
}

impl From<Grid> for OrientedGrid {
    fn from(grid: Grid) -> Self {
        Self {
            origin_mm: grid.centre_mm(VoxelIndex([0; 3])),
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: grid.spacing_mm,
            shape: grid.shape,
        }
    }
}

/// One value for each voxel of a grid, i fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Image<T> {
    /// Where the voxels lie.
    pub grid: OrientedGrid,
    /// Their values, i fastest.
    pub values: Vec<T>,
}

impl<T: Copy> Image<T> {
    /// The same voxels at the same places, reordered so that i, j, k point as nearly as they can to x, y, z of the
    /// patient (left, back, head).
    pub fn canonical(self) -> Self {
        self.along(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    }

    /// The same voxels at the same places, reordered so that i, j, k point as nearly as they can along three
    /// perpendicular unit vectors (right-handed, for instance the axes of another image).
    pub fn along(self, directions: &[[f64; 3]; 3]) -> Self {
        let order = nearest_order(&self.grid.axes, directions);
        if order == [(0, false), (1, false), (2, false)] {
            return self;
        }
        let old = self.grid;
        // The old index of the new first voxel: the far end of each axis that is turned round.
        let mut first = [0; 3];
        for (axis, flipped) in order {
            first[axis] = if flipped { old.shape[axis] - 1 } else { 0 };
        }
        let grid = OrientedGrid {
            origin_mm: old.centre_mm(VoxelIndex(first)),
            axes: order.map(|(axis, flipped)| old.axes[axis].map(|c| if flipped { 0.0 - c } else { c })),
            spacing_mm: order.map(|(axis, _)| old.spacing_mm[axis]),
            shape: order.map(|(axis, _)| old.shape[axis]),
        };
        let old_index = |axis: usize, flipped: bool, index: usize| {
            if flipped { old.shape[axis] - 1 - index } else { index }
        };
        let mut values = Vec::with_capacity(self.values.len());
        let [(a, flip_a), (b, flip_b), (c, flip_c)] = order;
        for k in 0..grid.shape[2] {
            for j in 0..grid.shape[1] {
                let mut voxel = [0; 3];
                voxel[c] = old_index(c, flip_c, k);
                voxel[b] = old_index(b, flip_b, j);
                for i in 0..grid.shape[0] {
                    voxel[a] = old_index(a, flip_a, i);
                    values.push(self.values[old.offset(VoxelIndex(voxel))]);
                }
            }
        }
        Self { grid, values }
    }
}

/// Distance beyond the outermost voxel centres that is taken for rounding (voxels).
const ROUNDING: f64 = 1e-6;

impl Image<f32> {
    /// The value at a point (mm), linear between voxel centres; `None` beyond the outermost centres.
    ///
    /// A direction with a single voxel holds its value through that voxel's thickness.
    pub fn linear_at(&self, point_mm: [f64; 3]) -> Option<f64> {
        let index = self.grid.index_of(point_mm);
        let mut low = [0; 3];
        let mut part = [0.0; 3];
        for a in 0..3 {
            let last = self.grid.shape[a] - 1;
            if last == 0 && index[a].abs() <= 0.5 {
                continue;
            }
            // The outermost centres belong to the image, however their place is rounded.
            if !(index[a] >= -ROUNDING && index[a] <= last as f64 + ROUNDING) {
                return None;
            }
            let index = index[a].clamp(0.0, last as f64);
            low[a] = (index as usize).min(last.saturating_sub(1));
            part[a] = index - low[a] as f64;
        }
        let mut sum = 0.0;
        for corner in 0..8 {
            let step: [usize; 3] = std::array::from_fn(|a| corner >> a & 1);
            let weight: f64 = (0..3).map(|a| if step[a] == 1 { part[a] } else { 1.0 - part[a] }).product();
            if weight > 0.0 {
                let voxel = VoxelIndex(std::array::from_fn(|a| low[a] + step[a]));
                sum += weight * f64::from(self.values[self.grid.offset(voxel)]);
            }
        }
        Some(sum)
    }
}

/// Which old axis each new axis is, and whether it is turned round: the assignment that points best along `directions`.
///
/// The new axes are right-handed: the sizes of all nine components sum to at least 3, so the best assignment has a
/// trace of more than 1 (or is the identity), and a mirrored frame never has.
fn nearest_order(axes: &[[f64; 3]; 3], directions: &[[f64; 3]; 3]) -> [(usize, bool); 3] {
    const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]];
    let component = |axis: usize, x: usize| (0..3).map(|c| axes[axis][c] * directions[x][c]).sum::<f64>();
    let along = |order: &[usize; 3]| (0..3).map(|x| component(order[x], x).abs()).sum::<f64>();
    let mut best = ORDERS[0];
    for order in ORDERS {
        // A tie keeps the earlier order, so that the answer does not hang on rounding.
        if along(&order) > along(&best) + 1e-9 {
            best = order;
        }
    }
    std::array::from_fn(|x| (best[x], component(best[x], x) < 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Row and column directions of the eight patient positions that a couch allows, and their normals.
    const POSITIONS: [[[f64; 3]; 2]; 8] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]],
        [[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0]],
        [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]],
        [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]],
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
        [[0.0, -1.0, 0.0], [-1.0, 0.0, 0.0]],
    ];

    fn turned([row, column]: [[f64; 3]; 2]) -> Image<f32> {
        let [a, b] = [row, column];
        let normal = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
        let grid = OrientedGrid {
            origin_mm: [7.0, -3.0, 11.0],
            axes: [row, column, normal],
            spacing_mm: [1.0, 2.0, 5.0],
            shape: [4, 3, 2],
        };
        Image { grid, values: (0..24).map(|v| v as f32).collect() }
    }

    #[test]
    fn canonical_leaves_every_value_at_its_point() {
        for position in POSITIONS {
            let image = turned(position);
            let canonical = image.clone().canonical();
            assert_eq!(canonical.grid.axes, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
            assert_eq!(canonical.clone().along(&image.grid.axes), image, "{position:?} and back");
            for offset in 0..image.values.len() {
                let point_mm = image.grid.centre_mm(image.grid.voxel(offset));
                assert_eq!(
                    canonical.linear_at(point_mm),
                    Some(f64::from(image.values[offset])),
                    "{position:?}"
                );
            }
        }
    }

    #[test]
    fn canonical_keeps_oblique_axes_and_makes_them_right_handed() {
        let (s, c) = (0.3_f64.sin(), 0.3_f64.cos());
        let mut image = turned(POSITIONS[0]);
        image.grid.axes = [[0.0, 0.0, 1.0], [c, s, 0.0], [s, -c, 0.0]];
        let canonical = image.clone().canonical();
        assert!(canonical.grid.is_right_handed());
        assert_eq!(canonical.grid.axes, [[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]);
        assert_eq!(canonical.grid.spacing_mm, [2.0, 5.0, 1.0]);
        let point_mm = image.grid.centre_mm(VoxelIndex([3, 1, 1]));
        let found = canonical.linear_at(point_mm).expect("inside");
        assert!((found - f64::from(image.values[image.grid.offset(VoxelIndex([3, 1, 1]))])).abs() < 1e-5);
    }

    #[test]
    fn a_linear_field_is_read_exactly_between_centres() {
        let mut image = turned(POSITIONS[1]);
        let field = |p: [f64; 3]| 2.0 * p[0] - 3.0 * p[1] + 0.5 * p[2];
        for offset in 0..image.values.len() {
            image.values[offset] = field(image.grid.centre_mm(image.grid.voxel(offset))) as f32;
        }
        let point_mm = image.grid.point_mm([1.25, 0.5, 0.75]);
        assert!((image.linear_at(point_mm).expect("inside") - field(point_mm)).abs() < 1e-5);
        assert_eq!(image.linear_at(image.grid.point_mm([-0.01, 0.0, 0.0])), None);
        assert_eq!(image.linear_at([f64::NAN; 3]), None);
    }
}

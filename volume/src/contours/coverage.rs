//! Coverage: what fraction of each voxel a structure fills.

use super::area::{Pixels, add_covered};
use super::planes::{Planes, in_plane};
use super::{ContourNote, Structure};
use crate::{Error, OrientedGrid, VoxelIndex};
use rayon::prelude::*;

/// Fractions (0 to 1) of the voxels of a box of a grid; outside the box nothing is covered.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// The whole grid.
    pub grid: OrientedGrid,
    /// Lowest voxel of the box.
    pub lower: [usize; 3],
    /// Number of voxels of the box along i, j, k; zero if nothing is covered.
    pub shape: [usize; 3],
    /// Covered fraction of each voxel of the box, i fastest.
    pub fractions: Vec<f32>,
    /// What was odd about the contours.
    pub notes: Vec<ContourNote>,
}

/// Fractions below this are what rounding leaves of a running sum beside a contour, not a part of it.
const ROUNDING: f32 = 1e-9;

impl Coverage {
    /// The voxels that a structure covers.
    ///
    /// In the plane the area of each voxel inside the contours is exact; contours on one plane combine by the even-odd
    /// rule, so that an inner one is a hole. Between planes a slab model holds: a plane stands for half the distance to
    /// each neighbour. `drawn_spacing_mm` is the distance between the slices on which the structure was drawn: the
    /// thickness of a structure of one slice (if `None`, the grid's own spacing).
    ///
    /// ```
    /// # use volume::{contours::Coverage, OrientedGrid, Structure};
    /// let grid = OrientedGrid {
    ///     origin_mm: [0.5; 3], axes: [[1., 0., 0.], [0., 1., 0.], [0., 0., 1.]], spacing_mm: [1.0; 3], shape: [4; 3],
    /// };
    /// let square = |z| vec![[0.25, 0.0, z], [2.0, 0.0, z], [2.0, 2.0, z], [0.25, 2.0, z]];
    /// let structure = Structure {
    ///     number: 1, name: "box".into(), interpreted_type: String::new(), points: vec![], density_override: None,
    ///     contours: vec![square(0.5), square(1.5)],
    /// };
    /// let coverage = Coverage::of(&structure, &grid, None)?;
    /// assert_eq!(coverage.volume_mm3(), 1.75 * 2.0 * 2.0);
    /// assert_eq!(coverage.fraction(volume::VoxelIndex([0, 0, 0])), 0.75);
    /// # Ok::<(), volume::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::ObliqueContour`] if contours lie in no plane of the grid, [`Error::BadGrid`].
    pub fn of(
        structure: &Structure,
        grid: &OrientedGrid,
        drawn_spacing_mm: Option<f64>,
    ) -> Result<Self, Error> {
        let planes = Planes::of(structure, grid, drawn_spacing_mm)?;
        let (lower, shape) = planes.window(grid);
        let mut coverage =
            Self { grid: *grid, lower, shape, fractions: Vec::new(), notes: planes.notes.clone() };
        if shape[0] == 0 {
            return Ok(coverage);
        }
        let [u, v] = in_plane(planes.axis);
        let pixels = Pixels { lower: [lower[u], lower[v]], shape: [shape[u], shape[v]] };
        let mut layers = vec![0.0f32; shape.iter().product()];
        layers.par_chunks_mut(shape[u] * shape[v]).enumerate().for_each(|(layer, covered)| {
            let bottom = (lower[planes.axis] + layer) as f64;
            for plane in &planes.planes {
                let thickness = plane.slab[1].min(bottom + 1.0) - plane.slab[0].max(bottom);
                if thickness > 0.0 {
                    add_covered(&plane.polygons, pixels, thickness, covered);
                }
            }
            for fraction in covered {
                *fraction = if *fraction < ROUNDING { 0.0 } else { fraction.min(1.0) };
            }
        });
        coverage.fractions = i_fastest(layers, shape, planes.axis);
        Ok(coverage)
    }

    /// Covered fraction of a voxel of the grid.
    pub fn fraction(&self, voxel: VoxelIndex) -> f32 {
        let mut offset = 0;
        for a in (0..3).rev() {
            let place = voxel.0[a].wrapping_sub(self.lower[a]);
            if place >= self.shape[a] {
                return 0.0;
            }
            offset = offset * self.shape[a] + place;
        }
        self.fractions[offset]
    }

    /// Covered voxels: place in an array of the grid (i fastest) and fraction.
    pub fn voxels(&self) -> impl Iterator<Item = (usize, f32)> + '_ {
        let [columns, rows, _] = self.shape;
        let lines = self.fractions.chunks_exact(columns.max(1)).enumerate();
        lines.flat_map(move |(line, fractions)| {
            let (j, k) = (self.lower[1] + line % rows, self.lower[2] + line / rows);
            let start = self.grid.offset(VoxelIndex([self.lower[0], j, k]));
            let covered = fractions.iter().enumerate().filter(|(_, fraction)| **fraction > 0.0);
            covered.map(move |(i, fraction)| (start + i, *fraction))
        })
    }

    /// Takes what another coverage of the same grid covers out of this one.
    ///
    /// # Panics
    /// If the grids have different shapes.
    pub fn subtract(&mut self, other: &Self) {
        assert_eq!(self.grid.shape, other.grid.shape, "both lie on one grid");
        let (lower, shape) = (self.lower, self.shape);
        for (at, fraction) in self.fractions.iter_mut().enumerate() {
            let within = VoxelIndex::at(at, shape).0;
            let voxel = VoxelIndex(std::array::from_fn(|a| lower[a] + within[a]));
            *fraction = (*fraction - other.fraction(voxel)).max(0.0);
        }
    }

    /// Covered volume (mm³).
    pub fn volume_mm3(&self) -> f64 {
        let voxels: f64 = self.fractions.iter().map(|fraction| f64::from(*fraction)).sum();
        voxels * self.grid.voxel_volume_mm3()
    }

    /// Whether no voxel is covered.
    pub fn is_empty(&self) -> bool {
        self.fractions.iter().all(|fraction| *fraction == 0.0)
    }
}

/// Layers across `axis`, each with its lower in-plane axis fastest, as one array with i fastest.
pub(super) fn i_fastest<T: Copy + Send + Sync>(layers: Vec<T>, shape: [usize; 3], axis: usize) -> Vec<T> {
    if axis == 2 {
        return layers;
    }
    let [u, v] = in_plane(axis);
    let at = |offset: usize| {
        let voxel = VoxelIndex::at(offset, shape).0;
        layers[voxel[u] + shape[u] * (voxel[v] + shape[v] * voxel[axis])]
    };
    (0..layers.len()).into_par_iter().map(at).collect()
}

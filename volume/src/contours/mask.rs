//! Mask: which voxel centres a structure encloses.

use super::area::Pixels;
use super::centres::set_enclosed;
use super::coverage::i_fastest;
use super::planes::{Planes, in_plane};
use super::{ContourNote, Structure};
use crate::{Error, OrientedGrid, VoxelIndex};
use rayon::prelude::*;

/// Voxels of a box of a grid that are in or out; outside the box all are out.
#[derive(Clone, Debug, PartialEq)]
pub struct Mask {
    /// The whole grid.
    pub grid: OrientedGrid,
    /// Lowest voxel of the box.
    pub lower: [usize; 3],
    /// Number of voxels of the box along i, j, k; zero if nothing is enclosed.
    pub shape: [usize; 3],
    /// Whether each voxel of the box is in, i fastest.
    pub inside: Vec<bool>,
    /// What was odd about the contours.
    pub notes: Vec<ContourNote>,
}

impl Mask {
    /// The voxels whose centres a structure encloses: even-odd on the plane whose slab holds the voxel's centre. The
    /// Image Biomarker Standardisation Initiative's reference region is filled in this way.
    ///
    /// # Errors
    /// As [`super::Coverage::of`].
    pub fn of(
        structure: &Structure,
        grid: &OrientedGrid,
        drawn_spacing_mm: Option<f64>,
    ) -> Result<Self, Error> {
        let planes = Planes::of(structure, grid, drawn_spacing_mm)?;
        let (lower, shape) = planes.window(grid);
        let mut mask = Self { grid: *grid, lower, shape, inside: Vec::new(), notes: planes.notes.clone() };
        if shape[0] == 0 {
            return Ok(mask);
        }
        let [u, v] = in_plane(planes.axis);
        let pixels = Pixels { lower: [lower[u], lower[v]], shape: [shape[u], shape[v]] };
        let mut layers = vec![false; shape.iter().product()];
        layers.par_chunks_mut(shape[u] * shape[v]).enumerate().for_each(|(layer, enclosed)| {
            let centre = (lower[planes.axis] + layer) as f64 + 0.5;
            let owner = planes.planes.iter().find(|plane| (plane.slab[0]..plane.slab[1]).contains(&centre));
            if let Some(plane) = owner {
                set_enclosed(&plane.polygons, pixels, enclosed);
            }
        });
        mask.inside = i_fastest(layers, shape, planes.axis);
        Ok(mask)
    }

    /// Places of the enclosed voxels in an array of the grid (i fastest).
    pub fn voxels(&self) -> impl Iterator<Item = usize> + '_ {
        let [columns, rows, _] = self.shape;
        let lines = self.inside.chunks_exact(columns.max(1)).enumerate();
        lines.flat_map(move |(line, inside)| {
            let (j, k) = (self.lower[1] + line % rows, self.lower[2] + line / rows);
            let start = self.grid.offset(VoxelIndex([self.lower[0], j, k]));
            inside.iter().enumerate().filter(|(_, inside)| **inside).map(move |(i, _)| start + i)
        })
    }

    /// Number of enclosed voxels.
    pub fn count(&self) -> usize {
        self.inside.iter().filter(|inside| **inside).count()
    }
}

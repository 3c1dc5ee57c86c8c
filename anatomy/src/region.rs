//! A region of interest, as contours or as voxels, and what it says about itself.

use crate::placement::Axes;
use crate::resample::coverage_of_mask;
use volume::{Coverage, Error, Mask, OrientedGrid, Structure};

/// A region of interest of any origin.
#[derive(Clone, Debug)]
pub enum Region {
    /// Drawn contours.
    Contours(Structure),
    /// Voxels of the scan.
    Voxels {
        /// Name of the region.
        name: String,
        /// Which voxels.
        mask: Mask,
    },
}

/// What a region is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The outline of the patient.
    Outline,
    /// Couch, table or other support.
    Support,
    /// Anything else: organs and targets.
    Organ,
}

impl Region {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Contours(structure) => &structure.name,
            Self::Voxels { name, .. } => name,
        }
    }

    /// What it is for: by DICOM's interpreted type, or by name where the file gives no such type.
    pub fn role(&self) -> Role {
        let interpreted = match self {
            Self::Contours(structure) => structure.interpreted_type.trim().to_ascii_uppercase(),
            Self::Voxels { .. } => String::new(),
        };
        let name = self.name().trim().to_ascii_lowercase();
        let outline =
            ["body", "external", "externe", "patient", "outline", "skin contour"].contains(&name.as_str());
        let support = ["couch", "table", "support"].iter().any(|word| name.contains(word));
        match interpreted.as_str() {
            "EXTERNAL" => Role::Outline,
            "SUPPORT" | "FIXATION" => Role::Support,
            _ if outline => Role::Outline,
            _ if support => Role::Support,
            _ => Role::Organ,
        }
    }

    /// Whether it was never drawn.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Contours(structure) => structure.contours.is_empty(),
            Self::Voxels { mask, .. } => mask.count() == 0,
        }
    }

    /// Density relative to water that the planner set.
    pub fn density_override(&self) -> Option<f64> {
        match self {
            Self::Contours(structure) => structure.density_override,
            Self::Voxels { .. } => None,
        }
    }

    /// The voxels of the scan whose centres it holds.
    ///
    /// # Errors
    /// Contours oblique to the scan; a mask on another grid.
    pub fn mask(&self, scan: &OrientedGrid) -> Result<Mask, Error> {
        match self {
            Self::Contours(structure) => Mask::of(structure, scan, None),
            Self::Voxels { mask, .. } if same_voxels(&mask.grid, scan) => Ok(mask.clone()),
            Self::Voxels { name, .. } => {
                Err(Error::BadGrid { why: format!("mask {name:?} does not lie on the scan's voxels") })
            }
        }
    }

    /// What share of each voxel of a calculation grid it covers.
    ///
    /// # Errors
    /// As [`Region::mask`].
    pub fn coverage(&self, scan: &OrientedGrid, axes: &Axes, grid: &OrientedGrid) -> Result<Coverage, Error> {
        match self {
            Self::Contours(structure) => {
                Coverage::of(structure, grid, Some(slice_spacing_mm(structure, scan, axes)))
            }
            Self::Voxels { .. } => Ok(coverage_of_mask(&self.mask(scan)?, axes, grid)),
        }
    }
}

/// Distance between the scan's voxels across a structure's contours (mm): the axis along which the first is flattest.
fn slice_spacing_mm(structure: &Structure, scan: &OrientedGrid, axes: &Axes) -> f64 {
    let Some(contour) = structure.contours.iter().find(|contour| contour.len() > 2) else {
        return scan.spacing_mm[2];
    };
    let extent_mm = |a: usize| {
        let along = |p: &[f64; 3]| (0..3).map(|c| p[c] * axes.directions[a][c]).sum::<f64>();
        let bounds = contour
            .iter()
            .map(along)
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], t| [low.min(t), high.max(t)]);
        bounds[1] - bounds[0]
    };
    let flattest = (0..3).rev().min_by(|&a, &b| extent_mm(a).total_cmp(&extent_mm(b))).expect("three axes");
    scan.spacing_mm[axes.scan_axis[flattest]]
}

/// Whether two grids have the same voxels, to a thousandth of one.
fn same_voxels(a: &OrientedGrid, b: &OrientedGrid) -> bool {
    let near = |x: f64, y: f64, tolerance: f64| (x - y).abs() <= tolerance;
    a.shape == b.shape
        && (0..3).all(|n| {
            near(a.spacing_mm[n], b.spacing_mm[n], 1e-3 * b.spacing_mm[n] / b.shape[n] as f64)
                && near(a.origin_mm[n], b.origin_mm[n], 1e-3 * b.spacing_mm[n].max(1.0))
                && (0..3).all(|c| near(a.axes[n][c], b.axes[n][c], 1e-4))
        })
}

//! From the scan's voxels to those of the calculation grid: mean density, weightiest composition, share of body.

use crate::calibration::{AIR, Calibration, Tissue};
use crate::overlap::Overlaps;
use crate::placement::Axes;
use dose_core::case::MaterialId;
use rayon::prelude::*;
use volume::{Coverage, Image, Mask, OrientedGrid};

/// What a scan voxel is, as [`tissues_on_grid`] reads it.
pub mod class {
    /// Not the patient and no support: air.
    pub const OUTSIDE: u8 = 0;
    /// As scanned.
    pub const SCANNED: u8 = 1;
    /// The first of the classes of overridden densities.
    pub const FIRST_OVERRIDE: u8 = 2;
    /// Added to a class: a support, no part of the patient.
    pub const SUPPORT: u8 = 0x80;

    /// Whether a voxel of this class belongs to the patient.
    pub fn is_patient(class: u8) -> bool {
        class != OUTSIDE && class & SUPPORT == 0
    }
}

/// Most materials that a calibration may have, here.
const MOST_MATERIALS: usize = 64;

/// Tissues of the calculation grid, i fastest.
#[derive(Clone, Debug, Default)]
pub struct GridTissues {
    /// The composition that gives most of the voxel's mass.
    pub materials: Vec<MaterialId>,
    /// Volume-weighted mean density (g/cm³).
    pub densities_g_cm3: Vec<f32>,
    /// Share of the voxel's volume that is the patient.
    pub body: Vec<f32>,
}

/// Averages the scan over each voxel of the grid. What lies beyond the scan is air, so that mass is neither lost nor
/// gained.
///
/// `classes` holds one [`class`] for each scan voxel; `overrides` the tissues of the classes from
/// [`class::FIRST_OVERRIDE`] on.
pub fn tissues_on_grid(
    ct: &Image<f32>,
    classes: &[u8],
    calibration: &Calibration,
    overrides: &[Tissue],
    axes: &Axes,
    grid: &OrientedGrid,
) -> GridTissues {
    assert!(calibration.materials().len() <= MOST_MATERIALS, "a calibration has few materials");
    let [along_x, along_y, along_z] = Overlaps::along(axes, &ct.grid, grid);
    let strides = [1, ct.grid.shape[0], ct.grid.shape[0] * ct.grid.shape[1]];
    let [step_x, step_y, step_z] = axes.scan_axis.map(|axis| strides[axis]);
    let [columns, rows, slices] = grid.shape;
    let voxels = columns * rows * slices;
    let mut tissues = GridTissues {
        materials: vec![AIR.material; voxels],
        densities_g_cm3: vec![0.0; voxels],
        body: vec![0.0; voxels],
    };
    let lines = (tissues.materials.par_chunks_mut(columns))
        .zip(tissues.densities_g_cm3.par_chunks_mut(columns))
        .zip(tissues.body.par_chunks_mut(columns));
    lines.enumerate().for_each(|(line, ((materials, densities), body))| {
        for i in 0..columns {
            let mut mass = [0.0f64; MOST_MATERIALS];
            let (mut filled, mut inside) = (0.0, 0.0);
            for &(z, share_z) in along_z.of(line / rows) {
                for &(y, share_y) in along_y.of(line % rows) {
                    for &(x, share_x) in along_x.of(i) {
                        let voxel = x * step_x + y * step_y + z * step_z;
                        let share = share_x * share_y * share_z;
                        let tissue = match classes[voxel] & !class::SUPPORT {
                            class::OUTSIDE => AIR,
                            class::SCANNED => calibration.tissue(ct.values[voxel]),
                            set => overrides[usize::from(set - class::FIRST_OVERRIDE)],
                        };
                        mass[usize::from(tissue.material.0)] += share * f64::from(tissue.density_g_cm3);
                        filled += share;
                        if class::is_patient(classes[voxel]) {
                            inside += share;
                        }
                    }
                }
            }
            mass[usize::from(AIR.material.0)] += (1.0 - filled).max(0.0) * f64::from(AIR.density_g_cm3);
            let weightiest =
                (0..MOST_MATERIALS).max_by(|&a, &b| mass[a].total_cmp(&mass[b])).expect("materials");
            materials[i] = MaterialId(weightiest as u8);
            densities[i] = mass.iter().sum::<f64>() as f32;
            body[i] = inside.min(1.0) as f32;
        }
    });
    tissues
}

/// What share of each voxel of the grid a mask on the scan's grid covers.
pub fn coverage_of_mask(mask: &Mask, axes: &Axes, grid: &OrientedGrid) -> Coverage {
    let mut inside = vec![0u8; mask.grid.shape.iter().product()];
    mask.voxels().for_each(|voxel| inside[voxel] = 1);
    let [along_x, along_y, along_z] = Overlaps::along(axes, &mask.grid, grid);
    let strides = [1, mask.grid.shape[0], mask.grid.shape[0] * mask.grid.shape[1]];
    let [step_x, step_y, step_z] = axes.scan_axis.map(|axis| strides[axis]);
    let [columns, rows, _] = grid.shape;
    let mut fractions = vec![0.0f32; grid.shape.iter().product()];
    fractions.par_chunks_mut(columns).enumerate().for_each(|(line, fractions)| {
        for (i, fraction) in fractions.iter_mut().enumerate() {
            let mut covered = 0.0;
            for &(z, share_z) in along_z.of(line / rows) {
                for &(y, share_y) in along_y.of(line % rows) {
                    for &(x, share_x) in along_x.of(i) {
                        let voxel = x * step_x + y * step_y + z * step_z;
                        covered += share_x * share_y * share_z * f64::from(inside[voxel]);
                    }
                }
            }
            *fraction = covered.min(1.0) as f32;
        }
    });
    cropped(grid, &fractions, mask)
}

/// The smallest box with all covered voxels.
fn cropped(grid: &OrientedGrid, fractions: &[f32], mask: &Mask) -> Coverage {
    let [columns, rows, _] = grid.shape;
    let (mut lower, mut upper) = (grid.shape, [0; 3]);
    for (voxel, _) in fractions.iter().enumerate().filter(|(_, fraction)| **fraction > 0.0) {
        let place = grid.voxel(voxel).0;
        for a in 0..3 {
            lower[a] = lower[a].min(place[a]);
            upper[a] = upper[a].max(place[a] + 1);
        }
    }
    let notes = mask.notes.clone();
    if upper[0] == 0 {
        return Coverage { grid: *grid, lower: [0; 3], shape: [0; 3], fractions: Vec::new(), notes };
    }
    let shape = std::array::from_fn(|a| upper[a] - lower[a]);
    let lines = (lower[2]..upper[2]).flat_map(|k| (lower[1]..upper[1]).map(move |j| j + rows * k));
    let within = lines.flat_map(|line| &fractions[line * columns + lower[0]..line * columns + upper[0]]);
    Coverage { grid: *grid, lower, shape, fractions: within.copied().collect(), notes }
}

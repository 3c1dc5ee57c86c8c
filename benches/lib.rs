//! What the benches share: the bins whose figure of merit is quoted, and a body from a real CT.

use dose_core::case::{Case, MaterialId, Quantity};
use dose_core::material::Material;
use nifti::{IntoNdArray, NiftiObject, ReaderOptions};
use phantoms::tanks;
use std::path::Path;
use volume::Grid;

/// Distances off the axis whose bins are quoted (mm).
pub const OFF_AXIS_MM: [f64; 5] = [0.0, 100.0, 200.0, 310.0, 510.0];

/// The bins of 4 × 2 × 4 cm (on the axis 4 × 2 × 2) at 9-11 cm depth, each the mean of its two mirror images.
pub fn bins(case: &Case) -> Vec<Vec<u32>> {
    let mirrored = |z_mm: f64| {
        let half_mm = if z_mm == 0.0 { 10.0 } else { 20.0 };
        let side =
            |z_mm: f64| tanks::voxels_in(case, [-20.0, 90.0, z_mm - half_mm], [20.0, 110.0, z_mm + half_mm]);
        let mut voxels = side(z_mm);
        voxels.extend(side(-z_mm));
        voxels.sort_unstable();
        voxels.dedup();
        voxels
    };
    OFF_AXIS_MM.map(mirrored).to_vec()
}

/// The W1 beam on a real CT in HU, its voxels as they are: the beam enters from the front at the middle of the image.
///
/// Densities by a straight ramp and four materials by threshold: enough for a question of speed, not of dose.
///
/// # Errors
/// The file cannot be read as a NIfTI image of three dimensions.
pub fn ct(path: &Path, quantity: Quantity) -> Result<Case, nifti::NiftiError> {
    let image = ReaderOptions::new().read_file(path)?;
    let pixdim = image.header().pixdim;
    let hu = image.into_volume().into_ndarray::<f32>()?;
    let shape = [hu.shape()[0], hu.shape()[1], hu.shape()[2]];
    let spacing_mm: [f64; 3] = std::array::from_fn(|a| f64::from(pixdim[a + 1]));
    let size_mm: [f64; 3] = std::array::from_fn(|a| spacing_mm[a] * shape[a] as f64);
    let grid = Grid { corner_mm: [-0.5 * size_mm[0], 0.0, -0.5 * size_mm[2]], spacing_mm, shape };
    let names = ["air", "lung", "soft-tissue", "cortical-bone"];
    let mut case = tanks::w1(100.0, quantity);
    case.grid = grid;
    case.materials = names.map(|name| Material::named(name).expect("a material of the library")).to_vec();
    let at = |offset: usize| {
        let [i, j, k] = grid.voxel(offset).0;
        hu[[i, j, k]]
    };
    case.voxel_density_g_cm3 = (0..grid.len()).map(|v| (1.0 + at(v) / 1000.0).clamp(0.0012, 3.0)).collect();
    case.voxel_material = (0..grid.len())
        .map(|v| match at(v) {
            hu if hu < -900.0 => MaterialId(0),
            hu if hu < -200.0 => MaterialId(1),
            hu if hu < 200.0 => MaterialId(2),
            _ => MaterialId(3),
        })
        .collect();
    Ok(case)
}

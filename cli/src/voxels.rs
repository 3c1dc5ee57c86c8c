//! The grid of a case and what fills it.

use crate::case_builder::MaterialUse;
use crate::case_file::GridTable;
use crate::checks::{AXIS_NAMES, Checks, Vacuum, span_cm};
use crate::exit::Failure;
use crate::materials::{Filling, Materials};
use crate::memory;
use dose_core::case::MaterialId;
use volume::Grid;

/// Least edge of a voxel (cm).
const SMALLEST_VOXEL_CM: f64 = 1.0e-4;

/// The grid's place and shape, refused before anything of its size is allocated.
pub fn grid(table: &GridTable, threads: usize, checks: &Checks) -> Result<Grid, Failure> {
    let corner_mm = checks.point_mm("[grid] min_cm", table.min_cm)?;
    for (a, &edge) in table.voxel_cm.iter().enumerate() {
        if edge <= 0.0 || (edge.is_finite() && edge < SMALLEST_VOXEL_CM) {
            return Err(checks.refuse(
                "[grid] voxel_cm",
                format!(
                    "a voxel edge of {edge} cm along {} is not above {SMALLEST_VOXEL_CM} cm",
                    AXIS_NAMES[a]
                ),
                "positive edge lengths in cm",
            ));
        }
    }
    let spacing_mm = checks.point_mm("[grid] voxel_cm", table.voxel_cm)?;
    let mut shape = [0; 3];
    for a in 0..3 {
        let most = formats::nifti::MOST_VOXELS_ALONG_AN_AXIS;
        shape[a] = match table.shape[a].whole().and_then(|n| usize::try_from(n).ok()) {
            Some(n) if (1..=most).contains(&n) => n,
            _ => {
                return Err(checks.refuse(
                    "[grid] shape",
                    format!(
                        "{} voxels along {} are not between 1 and {most}, the most that NIfTI holds",
                        table.shape[a], AXIS_NAMES[a]
                    ),
                    "a whole number of voxels along x, y and z",
                ));
            }
        };
        let upper_cm = table.min_cm[a] + table.voxel_cm[a] * shape[a] as f64;
        checks.length_mm("[grid] shape (upper corner)", upper_cm)?;
    }
    let voxels = shape.iter().try_fold(1_u64, |n, &m| n.checked_mul(m as u64));
    if let Some(objection) = memory::objection(voxels, threads, memory::available_bytes()) {
        return Err(checks.refuse("[grid] shape", objection, "larger voxels, or a smaller grid"));
    }
    Ok(Grid { corner_mm, spacing_mm, shape })
}

/// Material and density of every voxel. A box takes the voxels whose centres lie inside; later boxes win.
pub fn fill(
    table: &GridTable,
    grid: &Grid,
    materials: &mut Materials,
    uses: &mut Vec<MaterialUse>,
    checks: &Checks,
) -> Result<(Vec<MaterialId>, Vec<f32>), Failure> {
    let filling = Filling { table: "[grid]", material: &table.material, density_g_cm3: table.density_g_cm3 };
    let (id, density) = filling.resolve(Vacuum::Allowed, materials, uses, checks)?;
    let mut voxel_material = vec![id; grid.len()];
    let mut voxel_density = vec![density as f32; grid.len()];
    for (n, inner) in table.boxes.iter().enumerate() {
        let name = format!("[[grid.box]] number {}", n + 1);
        let (min_mm, max_mm) = checks.corners_mm(&name, inner.min_cm, inner.max_cm)?;
        let filling = Filling { table: &name, material: &inner.material, density_g_cm3: inner.density_g_cm3 };
        let (id, density) = filling.resolve(Vacuum::Allowed, materials, uses, checks)?;
        let upper_mm = grid.upper_mm();
        if (0..3).any(|a| max_mm[a] <= grid.corner_mm[a] || min_mm[a] >= upper_mm[a]) {
            return Err(checks.refuse(
                &format!("{name} min_cm, max_cm"),
                "the box lies outside the grid, so it would change nothing",
                format!("a box within {} cm", span_cm(grid.corner_mm, upper_mm)),
            ));
        }
        let [xs, ys, zs] = covered(grid, min_mm, max_mm);
        if xs.is_empty() || ys.is_empty() || zs.is_empty() {
            return Err(checks.refuse(
                &format!("{name} min_cm, max_cm"),
                "the box holds the centre of no voxel, so it would change nothing",
                "a thicker box, or smaller voxels",
            ));
        }
        for k in zs {
            for j in ys.clone() {
                let row = grid.shape[0] * (j + grid.shape[1] * k);
                voxel_material[row + xs.start..row + xs.end].fill(id);
                voxel_density[row + xs.start..row + xs.end].fill(density as f32);
            }
        }
    }
    Ok((voxel_material, voxel_density))
}

/// Along each axis, the voxels whose centres lie in `min <= centre < max`.
fn covered(grid: &Grid, min_mm: [f64; 3], max_mm: [f64; 3]) -> [std::ops::Range<usize>; 3] {
    std::array::from_fn(|a| {
        let centre = |i: usize| grid.corner_mm[a] + grid.spacing_mm[a] * (i as f64 + 0.5);
        let first_from =
            |bound: f64| (0..grid.shape[a]).find(|&i| centre(i) >= bound).unwrap_or(grid.shape[a]);
        first_from(min_mm[a])..first_from(max_mm[a])
    })
}

//! Where the calculation grid lies: along the patient's axes, around the body.

use crate::Error;
use volume::{Grid, OrientedGrid};

/// The most voxels of a calculation grid: 1 mm voxels around an adult.
pub const MOST_VOXELS: usize = 1 << 28;

/// Axes that differ less than this from the patient's are taken for them (cosine from 1: 0.01 degrees).
const ALIGNED: f64 = 1.5e-8;

/// How the axes of a calculation grid run along those of a scan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axes {
    /// Unit vectors of the calculation grid, close to the patient's x, y, z.
    pub directions: [[f64; 3]; 3],
    /// The scan's axis along which each of them runs.
    pub scan_axis: [usize; 3],
    /// Whether it runs the other way.
    pub reversed: [bool; 3],
    /// The largest angle between a direction and the patient's axis (degrees).
    pub angle_deg: f64,
}

impl Axes {
    /// The scan's own axes, put in the patient's order and sense. A scan whose axes are the patient's, permuted or
    /// flipped, gets exactly the patient's.
    pub fn along(scan: &OrientedGrid) -> Self {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let cosines = |order: &[usize; 3]| (0..3).map(|a| scan.axes[order[a]][a].abs()).sum::<f64>();
        let scan_axis = *orders.iter().max_by(|a, b| cosines(a).total_cmp(&cosines(b))).expect("six orders");
        let reversed = std::array::from_fn(|a| scan.axes[scan_axis[a]][a] < 0.0);
        let least_cosine = (0..3).map(|a| scan.axes[scan_axis[a]][a].abs()).fold(1.0, f64::min);
        let directions = std::array::from_fn(|a| {
            let sign = if reversed[a] { -1.0 } else { 1.0 };
            std::array::from_fn(|c| {
                if 1.0 - least_cosine < ALIGNED {
                    f64::from(u8::from(a == c))
                } else {
                    sign * scan.axes[scan_axis[a]][c]
                }
            })
        });
        let angle_deg = if 1.0 - least_cosine < ALIGNED { 0.0 } else { least_cosine.acos().to_degrees() };
        Self { directions, scan_axis, reversed, angle_deg }
    }

    /// Lower and upper face of a box of the scan's voxels along the calculation grid's axes (mm).
    pub fn extent_mm(&self, scan: &OrientedGrid, lower: [usize; 3], upper: [usize; 3]) -> [[f64; 2]; 3] {
        std::array::from_fn(|a| {
            let along = self.scan_axis[a];
            let origin_mm: f64 = (0..3).map(|c| scan.origin_mm[c] * self.directions[a][c]).sum();
            let sign = if self.reversed[a] { -1.0 } else { 1.0 };
            let face_mm = |voxel: usize| origin_mm + sign * scan.spacing_mm[along] * (voxel as f64 - 0.5);
            let faces = [face_mm(lower[along]), face_mm(upper[along])];
            if self.reversed[a] { [faces[1], faces[0]] } else { faces }
        })
    }
}

/// The grid of voxels of a given size that holds a box and a margin around it, centred on the box.
///
/// # Errors
/// [`Error::Voxels`] if it would have more than [`MOST_VOXELS`].
pub fn grid_around(
    axes: &Axes,
    extent_mm: [[f64; 2]; 3],
    voxel_mm: [f64; 3],
    margin_mm: f64,
) -> Result<OrientedGrid, Error> {
    let length_mm = |a: usize| extent_mm[a][1] - extent_mm[a][0] + 2.0 * margin_mm;
    // A box that fits exactly must not get one more voxel by rounding.
    let shape: [usize; 3] =
        std::array::from_fn(|a| ((length_mm(a) / voxel_mm[a] - 1e-6).ceil()).max(1.0) as usize);
    let voxels = shape.iter().try_fold(1usize, |n, &m| n.checked_mul(m)).unwrap_or(usize::MAX);
    if voxels > MOST_VOXELS {
        return Err(Error::Voxels { shape, most: MOST_VOXELS });
    }
    let first_mm: [f64; 3] = std::array::from_fn(|a| {
        let centre_mm = (extent_mm[a][0] + extent_mm[a][1]) / 2.0;
        centre_mm - voxel_mm[a] * (shape[a] as f64 - 1.0) / 2.0
    });
    let origin_mm = std::array::from_fn(|c| (0..3).map(|a| first_mm[a] * axes.directions[a][c]).sum());
    Ok(OrientedGrid { origin_mm, axes: axes.directions, spacing_mm: voxel_mm, shape })
}

/// The same voxels as an axis-aligned box of the patient, if the axes are the patient's.
pub fn patient_grid(grid: &OrientedGrid) -> Option<Grid> {
    let identity = (0..3).all(|a| (0..3).all(|c| grid.axes[a][c] == f64::from(u8::from(a == c))));
    identity.then(|| Grid {
        corner_mm: std::array::from_fn(|a| grid.origin_mm[a] - grid.spacing_mm[a] / 2.0),
        spacing_mm: grid.spacing_mm,
        shape: grid.shape,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLIPPED: OrientedGrid = OrientedGrid {
        origin_mm: [100.0, 50.0, -20.0],
        axes: [[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]],
        spacing_mm: [2.0, 3.0, 4.0],
        shape: [10, 20, 30],
    };

    #[test]
    fn a_flipped_and_permuted_scan_gets_the_patients_axes() {
        let axes = Axes::along(&FLIPPED);
        assert_eq!((axes.scan_axis, axes.reversed), ([0, 2, 1], [true, false, false]));
        let extent_mm = axes.extent_mm(&FLIPPED, [0; 3], FLIPPED.shape);
        assert_eq!(extent_mm, [[81.0, 101.0], [48.0, 168.0], [-21.5, 38.5]]);
        let grid = grid_around(&axes, extent_mm, [4.0; 3], 0.0).expect("small");
        assert_eq!((grid.shape, grid.origin_mm), ([5, 30, 15], [83.0, 50.0, -19.5]));
        assert_eq!(patient_grid(&grid).expect("aligned").corner_mm, [81.0, 48.0, -21.5]);
    }

    #[test]
    fn an_oblique_scan_keeps_its_axes() {
        let (sin, cos) = 0.2f64.sin_cos();
        let oblique = OrientedGrid { axes: [[1.0, 0.0, 0.0], [0.0, cos, sin], [0.0, -sin, cos]], ..FLIPPED };
        let axes = Axes::along(&oblique);
        assert!((axes.angle_deg - 0.2f64.to_degrees()).abs() < 1e-9);
        let grid =
            grid_around(&axes, axes.extent_mm(&oblique, [0; 3], [10, 20, 30]), [2.0, 3.0, 4.0], 0.0).unwrap();
        assert_eq!(grid.shape, oblique.shape);
        for a in 0..3 {
            assert!((grid.origin_mm[a] - oblique.origin_mm[a]).abs() < 1e-9);
        }
        assert!(patient_grid(&grid).is_none());
    }

    #[test]
    fn voxels_without_number_are_refused() {
        let axes = Axes::along(&FLIPPED);
        let extent_mm = axes.extent_mm(&FLIPPED, [0; 3], FLIPPED.shape);
        assert!(matches!(grid_around(&axes, extent_mm, [1e-6; 3], 0.0), Err(Error::Voxels { .. })));
        assert!(matches!(grid_around(&axes, extent_mm, [1.0; 3], 1e300), Err(Error::Voxels { .. })));
    }
}

//! How the voxels of one grid overlap those of another along a common axis.

use crate::placement::Axes;
use volume::OrientedGrid;

/// For each coarse voxel along one axis: the fine voxels in it, and the share of the coarse voxel that each fills.
pub(crate) struct Overlaps {
    /// Where the entries of each coarse voxel begin; one more at the end.
    first: Vec<usize>,
    entries: Vec<(usize, f64)>,
}

impl Overlaps {
    /// Fine voxel and share for a coarse voxel.
    pub fn of(&self, coarse: usize) -> &[(usize, f64)] {
        &self.entries[self.first[coarse]..self.first[coarse + 1]]
    }

    /// Overlaps along the three axes of a calculation grid that [`Axes`] placed along a scan.
    pub fn along(axes: &Axes, scan: &OrientedGrid, grid: &OrientedGrid) -> [Self; 3] {
        let scan_mm = axes.extent_mm(scan, [0; 3], scan.shape);
        std::array::from_fn(|a| {
            let along = axes.scan_axis[a];
            let first_mm: f64 = (0..3).map(|c| grid.origin_mm[c] * axes.directions[a][c]).sum();
            let coarse_mm = |voxel: usize| first_mm + grid.spacing_mm[a] * (voxel as f64 - 0.5);
            let in_fine = |mm: f64| (mm - scan_mm[a][0]) / scan.spacing_mm[along];
            let faces = (0..=grid.shape[a]).map(|voxel| in_fine(coarse_mm(voxel)));
            Self::between(&faces.collect::<Vec<f64>>(), scan.shape[along], axes.reversed[a])
        })
    }

    /// `faces` of the coarse voxels, rising, in units of fine voxels from the lower end of the fine ones.
    fn between(faces: &[f64], fine_voxels: usize, reversed: bool) -> Self {
        let mut overlaps = Self { first: vec![0], entries: Vec::new() };
        for face in faces.windows(2) {
            let [low, high] = [face[0], face[1]];
            let start = (low.floor().max(0.0) as usize).min(fine_voxels);
            let end = (high.ceil().max(0.0) as usize).min(fine_voxels);
            for fine in start..end {
                let share = (high.min(fine as f64 + 1.0) - low.max(fine as f64)) / (high - low);
                // Slivers by rounding where the grids' faces meet would make a neighbour's voxel count.
                if share > 1e-12 {
                    overlaps.entries.push((if reversed { fine_voxels - 1 - fine } else { fine }, share));
                }
            }
            overlaps.first.push(overlaps.entries.len());
        }
        overlaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_to_one_inside_and_to_less_at_the_end() {
        let overlaps = Overlaps::between(&[-0.5, 1.0, 2.5, 4.0], 3, false);
        let sum = |coarse: usize| overlaps.of(coarse).iter().map(|(_, share)| share).sum::<f64>();
        assert!((sum(0) - 2.0 / 3.0).abs() < 1e-12 && (sum(1) - 1.0).abs() < 1e-12);
        assert!((sum(2) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(overlaps.of(1), [(1, 2.0 / 3.0), (2, 1.0 / 3.0)]);
    }
}

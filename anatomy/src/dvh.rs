//! Dose-volume histograms fine enough for milligrays.

use crate::weighted::DoseVolumes;
use volume::{Coverage, Image};

/// How far below the maximum the logarithmic bins begin (decades).
pub const DECADES: usize = 6;

/// Bins a decade.
pub const BINS_PER_DECADE: usize = 100;

/// A cumulative histogram of dose by volume, exact at each of its doses.
#[derive(Clone, Debug, PartialEq)]
pub struct Dvh {
    /// Rising doses (Gy): 0, then logarithmic from a millionth of the maximum up to it.
    pub dose_gy: Vec<f64>,
    /// Volume that receives at least that dose (cm³).
    pub volume_from_cm3: Vec<f64>,
}

impl Dvh {
    /// The histogram of an organ; `max_gy` is the highest dose of interest, the same for all organs of a report. Doses
    /// that are no numbers are left out. `None` if the organ covers none, or the image does not fit the coverage.
    pub fn of(coverage: &Coverage, dose_gy: &Image<f32>, max_gy: f64) -> Option<Self> {
        if dose_gy.values.len() != coverage.grid.shape.iter().product::<usize>() {
            return None;
        }
        let voxel_cm3 = coverage.grid.voxel_volume_mm3() / 1000.0;
        let pairs =
            coverage.voxels().map(|(voxel, share)| (dose_gy.values[voxel], f64::from(share) * voxel_cm3));
        let volumes = DoseVolumes::of(pairs);
        volumes.range_gy()?;
        let max_gy = if max_gy.is_finite() && max_gy > 0.0 { max_gy } else { 1.0 };
        let bins = DECADES * BINS_PER_DECADE;
        let logarithmic =
            (0..=bins).map(|n| max_gy * 10f64.powf((n as f64 - bins as f64) / BINS_PER_DECADE as f64));
        let dose_gy: Vec<f64> = std::iter::once(0.0).chain(logarithmic).collect();
        let volume_from_cm3 = dose_gy.iter().map(|dose| volumes.volume_from(*dose)).collect();
        Some(Self { dose_gy, volume_from_cm3 })
    }

    /// The organ's volume (cm³); negative doses do not count.
    pub fn volume_cm3(&self) -> f64 {
        self.volume_from_cm3[0]
    }

    /// Volume between each dose and the next (cm³), the last one open.
    pub fn differential_cm3(&self) -> Vec<f64> {
        let next = self.volume_from_cm3.iter().skip(1).copied().chain([0.0]);
        self.volume_from_cm3.iter().zip(next).map(|(from, next)| from - next).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume::OrientedGrid;

    #[test]
    fn a_milligray_beside_sixty_gray_is_resolved() {
        let grid = OrientedGrid {
            origin_mm: [0.0; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [10.0; 3],
            shape: [4, 1, 1],
        };
        let coverage = Coverage {
            grid,
            lower: [0; 3],
            shape: [4, 1, 1],
            fractions: vec![1.0, 0.5, 1.0, 1.0],
            notes: Vec::new(),
        };
        let dose = Image { grid, values: vec![0.00100, 0.00105, 0.0, 60.0] };
        let dvh = Dvh::of(&coverage, &dose, 60.0).expect("covered");
        let from = |gy: f64| {
            let place = dvh.dose_gy.partition_point(|dose| *dose < gy);
            dvh.volume_from_cm3[place]
        };
        assert_eq!(dvh.volume_cm3(), 3.5);
        assert_eq!([from(0.00099), from(0.00102), from(0.0011), from(59.0)], [2.5, 1.5, 1.0, 1.0]);
        assert!((dvh.differential_cm3().iter().sum::<f64>() - 3.5).abs() < 1e-12);
        assert!(dvh.volume_from_cm3.windows(2).all(|pair| pair[1] <= pair[0]));
    }
}

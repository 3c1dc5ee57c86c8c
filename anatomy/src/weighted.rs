//! Doses with the volumes that receive them, in order: quantiles and dose-volume curves without bins.

/// Doses in falling order, each with the volume that receives at least it.
#[derive(Clone, Debug)]
pub(crate) struct DoseVolumes {
    doses_gy: Vec<f32>,
    /// Volume of this and all higher doses.
    volumes_from: Vec<f64>,
}

impl DoseVolumes {
    /// From pairs of dose (Gy) and volume; pairs that are no numbers or have no volume are left out.
    pub fn of(pairs: impl Iterator<Item = (f32, f64)>) -> Self {
        let mut pairs: Vec<(f32, f64)> =
            pairs.filter(|(dose, volume)| dose.is_finite() && volume.is_finite() && *volume > 0.0).collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut sum = 0.0;
        let volumes_from = pairs
            .iter()
            .map(|(_, volume)| {
                sum += volume;
                sum
            })
            .collect();
        Self { doses_gy: pairs.into_iter().map(|(dose, _)| dose).collect(), volumes_from }
    }

    /// The whole volume.
    pub fn total(&self) -> f64 {
        self.volumes_from.last().copied().unwrap_or(0.0)
    }

    /// The dose that a share of the volume receives at least: 0.98 gives D98 %. `None` without volume.
    pub fn dose_to_share(&self, share: f64) -> Option<f32> {
        // Sums of equal volumes must reach their own share whatever the rounding.
        let wanted = share * self.total() * (1.0 - 1e-12);
        let place = self.volumes_from.partition_point(|volume| *volume < wanted);
        self.doses_gy.get(place.min(self.doses_gy.len().checked_sub(1)?)).copied()
    }

    /// Volume that receives at least a dose (Gy).
    pub fn volume_from(&self, dose_gy: f64) -> f64 {
        let place = self.doses_gy.partition_point(|dose| f64::from(*dose) >= dose_gy);
        if place == 0 { 0.0 } else { self.volumes_from[place - 1] }
    }

    /// Highest and lowest dose (Gy).
    pub fn range_gy(&self) -> Option<[f32; 2]> {
        Some([*self.doses_gy.first()?, *self.doses_gy.last()?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_equal_voxels_are_their_ranks() {
        let volumes = DoseVolumes::of((1..=100).map(|n| (n as f32, 0.1)));
        assert_eq!(volumes.dose_to_share(0.98), Some(3.0)); // 98 of 100 voxels get 3 Gy or more
        assert_eq!(volumes.dose_to_share(0.5), Some(51.0));
        assert_eq!(volumes.dose_to_share(0.02), Some(99.0));
        assert!((volumes.volume_from(51.0) - 5.0).abs() < 1e-12);
        assert_eq!(volumes.volume_from(100.5), 0.0);
    }

    #[test]
    fn a_sliver_of_a_voxel_counts_by_its_volume() {
        let volumes = DoseVolumes::of([(10.0, 0.01), (1.0, 0.99)].into_iter());
        assert_eq!(volumes.dose_to_share(0.02), Some(1.0));
        assert_eq!(volumes.dose_to_share(0.005), Some(10.0));
    }

    #[test]
    fn nothing_has_no_quantile() {
        let volumes = DoseVolumes::of([(f32::NAN, 1.0), (1.0, 0.0)].into_iter());
        assert_eq!((volumes.dose_to_share(0.5), volumes.range_gy()), (None, None));
    }
}

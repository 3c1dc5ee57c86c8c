//! Voxels whose mean is wanted with an uncertainty of its own.

/// Voxels whose doses are averaged, each with its weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Region(pub Vec<(u32, f32)>);

/// Voxels that count alike.
impl From<Vec<u32>> for Region {
    fn from(voxels: Vec<u32>) -> Region {
        Region(voxels.into_iter().map(|voxel| (voxel, 1.0)).collect())
    }
}

impl Region {
    /// Regions in each of which the voxels count alike.
    pub fn alike(regions: impl IntoIterator<Item = Vec<u32>>) -> Vec<Region> {
        regions.into_iter().map(Region::from).collect()
    }

    /// The weighted sum over an image.
    pub(super) fn sum(&self, image: &[u64]) -> f64 {
        self.0.iter().map(|&(voxel, weight)| f64::from(weight) * image[voxel as usize] as f64).sum()
    }

    /// The sum of the weights.
    pub(super) fn weight(&self) -> f64 {
        self.0.iter().map(|&(_, weight)| f64::from(weight)).sum()
    }
}

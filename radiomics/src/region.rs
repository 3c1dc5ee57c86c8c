//! A region after processing: its voxels in their own box.

/// Voxels of a region, cut to the box of its morphological mask (x fastest).
#[derive(Clone, Debug)]
pub struct Region {
    /// Voxels along x, y, z.
    pub shape: [usize; 3],
    /// Distances between voxel centres (mm).
    pub spacing_mm: [f64; 3],
    /// Intensities, of all voxels of the box.
    pub values: Vec<f32>,
    /// The region as drawn.
    pub morphological: Vec<bool>,
    /// Those of its voxels whose intensity counts.
    pub intensity: Vec<bool>,
}

impl Region {
    /// A region without a voxel.
    pub fn empty() -> Self {
        Self {
            shape: [0; 3],
            spacing_mm: [1.0; 3],
            values: Vec::new(),
            morphological: Vec::new(),
            intensity: Vec::new(),
        }
    }

    /// Place and intensity of the voxels that count.
    pub fn inside(&self) -> impl Iterator<Item = (usize, f32)> + '_ {
        let voxels = self.intensity.iter().zip(&self.values).enumerate();
        voxels.filter(|(_, (inside, _))| **inside).map(|(place, (_, value))| (place, *value))
    }

    /// The intensities that count, rising.
    pub fn sorted(&self) -> Vec<f64> {
        let mut values: Vec<f32> = self.inside().map(|(_, value)| value).collect();
        values.sort_unstable_by(f32::total_cmp);
        values.into_iter().map(f64::from).collect()
    }

    /// The voxel at a place of the arrays.
    pub fn index(&self, place: usize) -> [usize; 3] {
        let [nx, ny, _] = self.shape;
        [place % nx, place / nx % ny, place / (nx * ny)]
    }
}

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

    /// Volume of the voxels as drawn (mm³).
    pub fn volume_mm3(&self) -> f64 {
        let voxels = self.morphological.iter().filter(|inside| **inside).count();
        voxels as f64 * self.spacing_mm.iter().product::<f64>()
    }

    /// Place and intensity of the voxels that count.
    pub fn inside(&self) -> impl Iterator<Item = (usize, f32)> + '_ {
        let voxels = self.intensity.iter().zip(&self.values).enumerate();
        voxels.filter(|(_, (inside, _))| **inside).map(|(place, (_, value))| (place, *value))
    }

    /// The intensities that count, rising.
    pub fn sorted(&self) -> Vec<f64> {
        // Bits that rise as the numbers do: negative ones turned over, positive ones above them.
        let mut keys: Vec<u32> = self
            .inside()
            .map(|(_, value)| {
                let bits = value.to_bits();
                if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
            })
            .collect();
        sort(&mut keys);
        let value = |key: u32| f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key });
        keys.into_iter().map(|key| f64::from(value(key))).collect()
    }

    /// The voxel at a place of the arrays.
    pub fn index(&self, place: usize) -> [usize; 3] {
        let [nx, ny, _] = self.shape;
        [place % nx, place / nx % ny, place / (nx * ny)]
    }
}

/// Sorts by digits of 11 bits (radix sort); a short list by comparison.
fn sort(keys: &mut Vec<u32>) {
    const BITS: u32 = 11;
    if keys.len() < 1 << BITS {
        keys.sort_unstable();
        return;
    }
    let mut other = vec![0; keys.len()];
    for shift in [0, BITS, 2 * BITS] {
        let digit = |key: u32| (key >> shift) as usize & ((1 << BITS) - 1);
        let mut places = vec![0; 1 << BITS];
        for &key in keys.iter() {
            places[digit(key)] += 1;
        }
        if places.contains(&keys.len()) {
            continue; // All have this digit in common.
        }
        let mut place = 0;
        for count in &mut places {
            (place, *count) = (place + *count, place);
        }
        for &key in keys.iter() {
            let at = &mut places[digit(key)];
            other[*at] = key;
            *at += 1;
        }
        std::mem::swap(keys, &mut other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intensities_come_out_rising() {
        let values: Vec<f32> = (0..10_000).map(|n| ((n * 7919) % 10_007) as f32 * 0.37 - 1800.0).collect();
        let mut expected: Vec<f64> = values.iter().map(|x| f64::from(*x)).collect();
        expected.sort_by(f64::total_cmp);
        let mask = vec![true; values.len()];
        let shape = [values.len(), 1, 1];
        let region =
            Region { shape, spacing_mm: [1.0; 3], values, morphological: mask.clone(), intensity: mask };
        assert_eq!(region.sorted(), expected);
    }
}

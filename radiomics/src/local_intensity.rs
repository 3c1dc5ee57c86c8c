//! Peaks: the mean intensity of a ball of one cubic centimetre.

/// Radius of a ball of 1 cm³ (mm): 10 (3/4π)^⅓. IBSI manual, section 3.2.
pub fn radius_mm() -> f64 {
    10.0 * (3.0 / (4.0 * std::f64::consts::PI)).cbrt()
}

/// A box of an image that holds a region and its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Voxels along x, y, z.
    pub shape: [usize; 3],
    /// Distances between voxel centres (mm).
    pub spacing_mm: [f64; 3],
    /// Intensities, x fastest.
    pub values: &'a [f32],
    /// First voxel of the region's box.
    pub lower: [usize; 3],
}

/// Half a run of voxels of the ball along x, at a distance of rows and layers.
struct Run {
    row: isize,
    layer: isize,
    half: isize,
}

/// Local and global peak of a region in a box of `size`: `inside` yields index (in that box) and intensity of its voxels.
///
/// The local peak is the mean around the most intense voxel, the highest of several; the global one the highest mean of
/// all. The ball counts voxels whose centres lie in it, of the region or not, as far as the image reaches.
pub fn peaks(
    around: Surroundings,
    size: [usize; 3],
    inside: impl Iterator<Item = ([usize; 3], f32)>,
) -> [f64; 2] {
    let runs = ball(around.spacing_mm);
    // The part of the image that a ball can reach.
    let reach = around.spacing_mm.map(|s| (radius_mm() / s) as usize + 1);
    let low: [usize; 3] = std::array::from_fn(|a| around.lower[a].saturating_sub(reach[a]));
    let [nx, ny, nz]: [usize; 3] =
        std::array::from_fn(|a| (around.lower[a] + size[a] + reach[a]).min(around.shape[a]) - low[a]);
    // Sums along each row, from its start to before each voxel.
    let mut sums = vec![0.0; (nx + 1) * ny * nz];
    for (line, sums) in sums.chunks_exact_mut(nx + 1).enumerate() {
        let row = line % ny + low[1] + around.shape[1] * (line / ny + low[2]);
        let values = &around.values[low[0] + around.shape[0] * row..][..nx];
        for (i, value) in values.iter().enumerate() {
            sums[i + 1] = sums[i] + f64::from(*value);
        }
    }
    let mut global = f64::NAN;
    let mut local = (f32::NEG_INFINITY, f64::NAN);
    for (index, value) in inside {
        let [i, j, k]: [isize; 3] = std::array::from_fn(|a| (index[a] + around.lower[a] - low[a]) as isize);
        let (mut sum, mut number) = (0.0, 0);
        for run in &runs {
            let (y, z) = (j + run.row, k + run.layer);
            if y < 0 || z < 0 || y >= ny as isize || z >= nz as isize {
                continue;
            }
            let first = (i - run.half).max(0) as usize;
            let end = (i + run.half + 1).min(nx as isize) as usize;
            let line = (nx + 1) * (y as usize + ny * z as usize);
            sum += sums[line + end] - sums[line + first];
            number += end - first;
        }
        let mean = sum / number as f64;
        // The greater of a number and NaN is the number.
        global = global.max(mean);
        if value > local.0 || (value == local.0 && mean > local.1) {
            local = (value, mean);
        }
    }
    [local.1, global]
}

fn ball(spacing_mm: [f64; 3]) -> Vec<Run> {
    // Centres on the surface belong to the ball, however rounding goes.
    let square = radius_mm().powi(2) * (1.0 + 1e-12);
    let reach = spacing_mm.map(|s| (square.sqrt() / s) as isize);
    let mut runs = Vec::new();
    for layer in -reach[2]..=reach[2] {
        for row in -reach[1]..=reach[1] {
            let rest = square - (layer as f64 * spacing_mm[2]).powi(2) - (row as f64 * spacing_mm[1]).powi(2);
            if rest >= 0.0 {
                runs.push(Run { row, layer, half: (rest.sqrt() / spacing_mm[0]) as isize });
            }
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voxels_of_five_millimetres_see_their_six_neighbours() {
        // 6.2 mm reach the 6 neighbours at 5 mm, not those at 7.07 mm.
        let mut values = vec![0.0; 27];
        values[13] = 7.0;
        let around = Surroundings { shape: [3; 3], spacing_mm: [5.0; 3], values: &values, lower: [0; 3] };
        let found = peaks(around, [3; 3], [([1, 1, 1], 7.0), ([0, 1, 1], 0.0)].into_iter());
        assert_eq!(found[0], 1.0);
        assert!((found[1] - 7.0 / 6.0).abs() < 1e-14); // at the border the ball holds 6 voxels
    }
}

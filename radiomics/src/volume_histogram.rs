//! Intensity-volume histogram: which part of a region has at least an intensity.

/// Levels at which the histogram is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// The lowest level.
    pub first: f64,
    /// Distance between levels.
    pub step: f64,
    /// How many there are.
    pub number: usize,
}

/// The seven features, in the order of the catalogue: IBSI manual, section 3.5.
///
/// `counts` holds the voxels at each level. The volume fraction at a level is the part of the voxels at it or above; the
/// intensity fraction runs from 0 at the lowest level to 1 at the highest. The area under the curve is by trapezoids.
pub fn features(levels: Levels, counts: &[u64]) -> [f64; 7] {
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return [f64::NAN; 7];
    }
    let last = counts.len() - 1;
    let mut below = 0;
    let volume: Vec<f64> = counts
        .iter()
        .map(|count| {
            let fraction = 1.0 - below as f64 / total as f64;
            below += count;
            fraction
        })
        .collect();
    let intensity = |n: usize| if last > 0 { n as f64 / last as f64 } else { f64::NAN };
    // Fractions of a level such as 0.1 are products of whole numbers: compare without rounding.
    let volume_at =
        |percent: usize| (0..=last).find(|n| 100 * n >= percent * last).map_or(f64::NAN, |n| volume[n]);
    let intensity_at = |percent: f64| {
        let level = (0..=last).find(|&n| volume[n] <= percent / 100.0 + 1e-12);
        // Where even the highest level holds more, the next one would be the first with less.
        levels.first + levels.step * level.unwrap_or(last + 1) as f64
    };
    let [v10, v90] = if last > 0 { [volume_at(10), volume_at(90)] } else { [f64::NAN; 2] };
    let [i10, i90] = [intensity_at(10.0), intensity_at(90.0)];
    let area: f64 =
        (0..last).map(|n| 0.5 * (volume[n] + volume[n + 1]) * (intensity(n + 1) - intensity(n))).sum();
    [v10, v90, i10, i90, v10 - v90, i10 - i90, if last > 0 { area } else { f64::NAN }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_levels_worked_by_hand() {
        let levels = Levels { first: 10.0, step: 2.0, number: 4 };
        let f = features(levels, &[4, 3, 2, 1]);
        // Volume fractions 1, 0.6, 0.3, 0.1 at intensity fractions 0, 1/3, 2/3, 1.
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(f[0], 0.6);
        near(f[1], 0.1);
        near(f[2], 16.0);
        near(f[3], 12.0);
        near(f[4], 0.5);
        near(f[6], (0.5 + 0.6 + 0.3 + 0.05) / 3.0);
    }
}

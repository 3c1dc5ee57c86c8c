//! Statistics of intensities and of grey levels.

/// Sums that several features share.
struct Moments {
    mean: f64,
    variance: f64,
    skewness: f64,
    kurtosis: f64,
}

/// Moments of values that each stand for some voxels; skewness and excess kurtosis of values without spread are 0/0.
fn moments(values: &[f64]) -> Moments {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let (mut m2, mut m3, mut m4) = (0.0, 0.0, 0.0);
    for value in values {
        let d = value - mean;
        let d2 = d * d;
        m2 += d2;
        m3 += d2 * d;
        m4 += d2 * d2;
    }
    let (m2, m3, m4) = (m2 / n, m3 / n, m4 / n);
    Moments { mean, variance: m2, skewness: m3 / m2.powf(1.5), kurtosis: m4 / (m2 * m2) - 3.0 }
}

/// A percentile of rising values, linear between them (rank p (n − 1), counted from 0).
pub fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let rank = percent / 100.0 * last as f64;
    let low = (rank as usize).min(last);
    let high = (low + 1).min(last);
    sorted[low] + (sorted[high] - sorted[low]) * (rank - low as f64)
}

/// What the statistics of intensities and those of grey levels have in common.
struct Spread {
    p10: f64,
    p90: f64,
    median: f64,
    iqr: f64,
    mean_deviation: f64,
    robust_deviation: f64,
    median_deviation: f64,
    quartile_dispersion: f64,
}

fn spread(sorted: &[f64], mean: f64) -> Spread {
    let n = sorted.len() as f64;
    let [p10, p25, median, p75, p90] = [10.0, 25.0, 50.0, 75.0, 90.0].map(|p| percentile(sorted, p));
    let about = |values: &[f64], centre: f64| {
        values.iter().map(|value| (value - centre).abs()).sum::<f64>() / values.len() as f64
    };
    let inner = &sorted[sorted.partition_point(|&x| x < p10)..sorted.partition_point(|&x| x <= p90)];
    let inner_mean = inner.iter().sum::<f64>() / inner.len() as f64;
    debug_assert!(n > 0.0);
    Spread {
        p10,
        p90,
        median,
        iqr: p75 - p25,
        mean_deviation: about(sorted, mean),
        robust_deviation: about(inner, inner_mean),
        median_deviation: about(sorted, median),
        quartile_dispersion: (p75 - p25) / (p75 + p25),
    }
}

/// The 18 statistics of rising intensities, in the order of the catalogue: IBSI manual, section 3.3.
pub fn statistics(sorted: &[f64]) -> [f64; 18] {
    let (Some(&least), Some(&greatest)) = (sorted.first(), sorted.last()) else { return [f64::NAN; 18] };
    let m = moments(sorted);
    let s = spread(sorted, m.mean);
    let energy: f64 = sorted.iter().map(|x| x * x).sum();
    [
        m.mean,
        m.variance,
        m.skewness,
        m.kurtosis,
        s.median,
        least,
        s.p10,
        s.p90,
        greatest,
        s.iqr,
        greatest - least,
        s.mean_deviation,
        s.robust_deviation,
        s.median_deviation,
        m.variance.sqrt() / m.mean,
        s.quartile_dispersion,
        energy,
        (energy / sorted.len() as f64).sqrt(),
    ]
}

/// The 23 features of the histogram, in the order of the catalogue: IBSI manual, section 3.4.
///
/// `counts` holds the voxels of each grey level from 1 on, up to the highest bin.
pub fn histogram(counts: &[u64]) -> [f64; 23] {
    let sorted: Vec<f64> = counts
        .iter()
        .enumerate()
        .flat_map(|(n, &count)| std::iter::repeat_n((n + 1) as f64, count as usize))
        .collect();
    let (Some(&least), Some(&greatest)) = (sorted.first(), sorted.last()) else { return [f64::NAN; 23] };
    let m = moments(&sorted);
    let s = spread(&sorted, m.mean);
    let n = sorted.len() as f64;
    let p = || counts.iter().map(|&count| count as f64 / n).filter(|p| *p > 0.0);
    let gradient = gradient(counts);
    let steepest = |better: &dyn Fn(f64, f64) -> bool| {
        let mut best = (f64::NAN, f64::NAN);
        for (level, &slope) in gradient.iter().enumerate() {
            if best.0.is_nan() || better(slope, best.0) {
                best = (slope, (level + 1) as f64);
            }
        }
        best
    };
    let (rise, rise_at) = steepest(&|a, b| a > b);
    let (fall, fall_at) = steepest(&|a, b| a < b);
    [
        m.mean,
        m.variance,
        m.skewness,
        m.kurtosis,
        s.median,
        least,
        s.p10,
        s.p90,
        greatest,
        mode(counts, m.mean),
        s.iqr,
        greatest - least,
        s.mean_deviation,
        s.robust_deviation,
        s.median_deviation,
        m.variance.sqrt() / m.mean,
        s.quartile_dispersion,
        p().map(|p| -p * p.log2()).sum(),
        p().map(|p| p * p).sum(),
        rise,
        rise_at,
        fall,
        fall_at,
    ]
}

/// The most frequent level; of several the one nearest to the mean, of two as near the lower.
fn mode(counts: &[u64], mean: f64) -> f64 {
    let most = counts.iter().max().copied().unwrap_or(0);
    let mut best = f64::NAN;
    for (n, _) in counts.iter().enumerate().filter(|(_, count)| **count == most) {
        let level = (n + 1) as f64;
        if best.is_nan() || (level - mean).abs() < (best - mean).abs() {
            best = level;
        }
    }
    best
}

/// Slope of the histogram: half the difference of the neighbours, a whole difference at both ends.
fn gradient(counts: &[u64]) -> Vec<f64> {
    let h: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
    let last = h.len() - 1;
    if last == 0 {
        return Vec::new();
    }
    (0..=last)
        .map(|i| match i {
            0 => h[1] - h[0],
            i if i == last => h[last] - h[last - 1],
            i => 0.5 * (h[i + 1] - h[i - 1]),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_values_worked_by_hand() {
        let f = statistics(&[1.0, 2.0, 3.0, 6.0]);
        assert_eq!(f[0], 3.0);
        assert_eq!(f[1], 3.5); // (4 + 1 + 0 + 9) / 4
        assert!((f[2] - (-8.0 - 1.0 + 27.0) / 4.0 / 3.5_f64.powf(1.5)).abs() < 1e-14);
        assert!((f[3] - ((16.0 + 1.0 + 81.0) / 4.0 / 12.25 - 3.0)).abs() < 1e-14);
        assert_eq!(f[4], 2.5);
        assert_eq!(f[9], 3.75 - 1.75);
        assert_eq!(f[11], 1.5);
        assert_eq!(f[16], 50.0);
    }

    #[test]
    fn a_histogram_worked_by_hand() {
        let f = histogram(&[1, 0, 3]);
        assert_eq!(f[0], 2.5);
        assert_eq!(f[9], 3.0);
        assert_eq!(f[18], 10.0 / 16.0);
        assert_eq!([f[19], f[20]], [3.0, 3.0]);
        assert_eq!([f[21], f[22]], [-1.0, 1.0]);
    }

    #[test]
    fn nothing_gives_no_number() {
        assert!(statistics(&[])[0].is_nan());
        assert!(histogram(&[])[0].is_nan());
    }
}

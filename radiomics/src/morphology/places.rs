//! Where the voxels of a mask lie: their number, centre, covariance and box.

/// Where the voxels of a mask lie.
pub(super) struct Places {
    pub number: f64,
    pub mean_mm: [f64; 3],
    pub covariance: [[f64; 3]; 3],
    pub lower: [usize; 3],
    pub upper: [usize; 3],
}

impl Places {
    pub fn of(shape: [usize; 3], mask: &[bool], spacing_mm: [f64; 3]) -> Self {
        // Whole numbers: sums of indices and of their products are exact.
        let mut n = 0_u64;
        let mut first = [0_u64; 3];
        let mut second = [[0_u64; 3]; 3];
        let (mut lower, mut upper) = ([usize::MAX; 3], [0; 3]);
        for (line, row) in mask.chunks_exact(shape[0].max(1)).enumerate() {
            let (j, k) = (line % shape[1], line / shape[1]);
            let (mut count, mut sum, mut square) = (0_u64, 0_u64, 0_u64);
            for (i, _) in row.iter().enumerate().filter(|(_, inside)| **inside) {
                count += 1;
                sum += i as u64;
                square += (i * i) as u64;
                lower[0] = lower[0].min(i);
                upper[0] = upper[0].max(i);
            }
            if count == 0 {
                continue;
            }
            for (axis, index) in [(1, j), (2, k)] {
                lower[axis] = lower[axis].min(index);
                upper[axis] = upper[axis].max(index);
            }
            let [j, k] = [j, k].map(|x| x as u64);
            n += count;
            first[0] += sum;
            first[1] += count * j;
            first[2] += count * k;
            second[0][0] += square;
            second[0][1] += sum * j;
            second[0][2] += sum * k;
            second[1][1] += count * j * j;
            second[1][2] += count * j * k;
            second[2][2] += count * k * k;
        }
        let number = n as f64;
        let mean = first.map(|sum| sum as f64 / number);
        let mut covariance = [[0.0; 3]; 3];
        for a in 0..3 {
            for b in a..3 {
                // n Σab − Σa Σb is exact before the one division. The reference values are those of a sample (n − 1).
                let whole =
                    i128::from(n) * i128::from(second[a][b]) - i128::from(first[a]) * i128::from(first[b]);
                covariance[a][b] = whole as f64 / (number * (number - 1.0)) * spacing_mm[a] * spacing_mm[b];
                covariance[b][a] = covariance[a][b];
            }
        }
        Self { number, mean_mm: std::array::from_fn(|a| mean[a] * spacing_mm[a]), covariance, lower, upper }
    }
}

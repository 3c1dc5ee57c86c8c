//! The features that runs, zones and dependences share: of a matrix of grey levels against sizes.

/// How often each grey level occurs with each size (run length, zone size, distance, dependence).
#[derive(Clone, Debug, Default)]
pub struct SizeMatrix {
    /// Rows by level from 0, columns by size from 0, up to [`SizeMatrix::COLUMNS`]; the first row and column stay empty.
    dense: Vec<u32>,
    /// Level, size and count of larger sizes.
    large: Vec<(u16, u32, u32)>,
    levels: usize,
    /// Voxels that could have made one entry each: the percentage is entries over voxels.
    pub voxels: u64,
}

impl SizeMatrix {
    /// Sizes below this are counted in a table.
    pub const COLUMNS: usize = 64;

    /// An empty matrix for levels up to `most`.
    pub fn new(most: usize) -> Self {
        Self { dense: vec![0; (most + 1) * Self::COLUMNS], large: Vec::new(), levels: most + 1, voxels: 0 }
    }

    /// One more occurrence.
    #[inline]
    pub fn add(&mut self, level: u16, size: u32) {
        if (size as usize) < Self::COLUMNS {
            self.dense[usize::from(level) * Self::COLUMNS + size as usize] += 1;
        } else {
            self.large.push((level, size, 1));
        }
    }

    /// The table of small sizes, for counting without branches: row `level`, column `size`.
    pub fn table(&mut self) -> &mut [u32] {
        &mut self.dense
    }

    /// Adds the counts of another matrix for the same levels.
    pub fn merge(&mut self, other: &Self) {
        for (sum, count) in self.dense.iter_mut().zip(&other.dense) {
            *sum += count;
        }
        self.large.extend_from_slice(&other.large);
        self.voxels += other.voxels;
    }

    /// Level, size and count of everything that occurs.
    fn entries(&self) -> Vec<[f64; 3]> {
        let mut entries = Vec::new();
        for level in 1..self.levels {
            let row = &self.dense[level * Self::COLUMNS..][..Self::COLUMNS];
            let found = row.iter().enumerate().skip(1).filter(|(_, count)| **count > 0);
            entries.extend(found.map(|(size, &count)| [level as f64, size as f64, f64::from(count)]));
        }
        let mut large: Vec<_> =
            self.large.iter().filter(|entry| entry.0 > 0 && entry.2 > 0).copied().collect();
        large.sort_unstable();
        for same in large.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let count: u64 = same.iter().map(|entry| u64::from(entry.2)).sum();
            entries.push([f64::from(same[0].0), f64::from(same[0].1), count as f64]);
        }
        entries
    }

    /// The seventeen features, in the order of the catalogue; the last, the energy, is one of dependences alone.
    ///
    /// With s_ij entries of level i and size j, N their number, p = s/N, r_i and c_j the sums of rows and columns:
    /// ```text
    /// Σ p/j²   Σ p j²   Σ p/i²   Σ p i²   Σ p/(i²j²)   Σ p i²/j²   Σ p j²/i²   Σ p i²j²
    /// Σ r²/N   Σ r²/N²   Σ c²/N   Σ c²/N²   N/voxels   Σ p (i−μ)²   Σ p (j−μ)²   −Σ p log₂ p   Σ p²
    /// ```
    /// IBSI manual, sections 3.7 to 3.11.
    pub fn features(&self) -> [f64; 17] {
        let entries = self.entries();
        let number: f64 = entries.iter().map(|entry| entry[2]).sum();
        if number == 0.0 {
            return [f64::NAN; 17];
        }
        let mut by_level = vec![0.0; self.levels];
        let mut by_size: Vec<[f64; 2]> = Vec::with_capacity(entries.len());
        let mut f = [0.0; 17];
        let mut mean = [0.0; 2];
        for &[i, j, count] in &entries {
            let p = count / number;
            let (i2, j2) = (i * i, j * j);
            for (sum, term) in
                f.iter_mut().zip([1.0 / j2, j2, 1.0 / i2, i2, 1.0 / (i2 * j2), i2 / j2, j2 / i2, i2 * j2])
            {
                *sum += p * term;
            }
            by_level[i as usize] += count;
            by_size.push([j, count]);
            mean[0] += p * i;
            mean[1] += p * j;
            f[15] -= p * p.log2();
            f[16] += p * p;
        }
        by_size.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]));
        let squares: f64 = by_level.iter().map(|count| count * count).sum();
        let size_squares: f64 = by_size
            .chunk_by(|a, b| a[0] == b[0])
            .map(|same| same.iter().map(|entry| entry[1]).sum::<f64>().powi(2))
            .sum();
        f[8] = squares / number;
        f[9] = squares / (number * number);
        f[10] = size_squares / number;
        f[11] = size_squares / (number * number);
        f[12] = number / self.voxels as f64;
        for &[i, j, count] in &entries {
            f[13] += count / number * (i - mean[0]).powi(2);
            f[14] += count / number * (j - mean[1]).powi(2);
        }
        f
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_worked_by_hand() {
        // Level 1: two runs of 1; level 2: one run of 3. N = 3, voxels = 5.
        let mut matrix = SizeMatrix::new(2);
        matrix.add(1, 1);
        matrix.add(1, 1);
        matrix.add(2, 3);
        matrix.voxels = 5;
        let f = matrix.features();
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} {b}");
        near(f[0], (2.0 + 1.0 / 9.0) / 3.0);
        near(f[1], (2.0 + 9.0) / 3.0);
        near(f[2], (2.0 + 0.25) / 3.0);
        near(f[6], (2.0 + 9.0 / 4.0) / 3.0);
        near(f[8], 5.0 / 3.0);
        near(f[11], 5.0 / 9.0);
        near(f[12], 0.6);
        near(f[13], 2.0 / 9.0);
        near(f[14], 8.0 / 9.0);
        near(f[15], -(2.0 / 3.0 * (2.0_f64 / 3.0).log2() + 1.0 / 3.0 * (1.0_f64 / 3.0).log2()));
        near(f[16], 5.0 / 9.0);
    }

    #[test]
    fn sizes_beyond_the_table_count_the_same() {
        let mut near = SizeMatrix::new(1);
        let mut far = SizeMatrix::new(1);
        for _ in 0..3 {
            near.add(1, 63);
            far.add(1, 640);
        }
        assert_eq!(near.features()[16], far.features()[16]);
        assert_eq!(far.features()[1], 640.0 * 640.0);
    }
}

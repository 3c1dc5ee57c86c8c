//! One-dimensional kernels.

/// A kernel and which of its entries stands at the voxel itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    /// Entries.
    pub weights: Vec<f64>,
    /// Index of the entry at the voxel.
    pub origin: usize,
}

impl Kernel {
    /// A kernel about its middle entry; of two middle ones the later.
    pub fn centred(weights: Vec<f64>) -> Self {
        let origin = weights.len() / 2;
        Self { weights, origin }
    }

    /// The kernel turned round.
    pub fn flipped(&self) -> Self {
        let mut weights = self.weights.clone();
        weights.reverse();
        Self { origin: weights.len() - 1 - self.origin, weights }
    }
}

/// A mean over some voxels.
pub fn mean(support: usize) -> Kernel {
    Kernel::centred(vec![1.0 / support as f64; support])
}

/// The kernels of K. I. Laws by name, each of unit length: IBSI 2 manual, section 3.4.
pub fn laws(name: &str) -> Option<Kernel> {
    let weights: &[f64] = match name {
        "L3" => &[1.0, 2.0, 1.0],
        "E3" => &[-1.0, 0.0, 1.0],
        "S3" => &[-1.0, 2.0, -1.0],
        "L5" => &[1.0, 4.0, 6.0, 4.0, 1.0],
        "E5" => &[-1.0, -2.0, 0.0, 2.0, 1.0],
        "S5" => &[-1.0, 0.0, 2.0, 0.0, -1.0],
        "W5" => &[-1.0, 2.0, 0.0, -2.0, 1.0],
        "R5" => &[1.0, -4.0, 6.0, -4.0, 1.0],
        _ => return None,
    };
    let length = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
    Some(Kernel::centred(weights.iter().map(|w| w / length).collect()))
}

/// Low-pass decomposition filter of an orthogonal wavelet: `haar`, `db2`, `db3`, `coif1`.
///
/// I. Daubechies, Ten Lectures on Wavelets (1992), in closed form; tests check that they are orthonormal with the right number
/// of vanishing moments.
pub fn low_pass(wavelet: &str) -> Option<Vec<f64>> {
    let root2 = 2.0_f64.sqrt();
    Some(match wavelet {
        "haar" => vec![1.0 / root2; 2],
        "db2" => {
            let r = 3.0_f64.sqrt();
            [1.0 - r, 3.0 - r, 3.0 + r, 1.0 + r].map(|x| x / (4.0 * root2)).to_vec()
        }
        "db3" => {
            let r = 10.0_f64.sqrt();
            let s = (5.0 + 2.0 * r).sqrt();
            [
                1.0 + r - s,
                5.0 + r - 3.0 * s,
                10.0 - 2.0 * r - 2.0 * s,
                10.0 - 2.0 * r + 2.0 * s,
                5.0 + r + 3.0 * s,
                1.0 + r + s,
            ]
            .map(|x| x / (16.0 * root2))
            .to_vec()
        }
        "coif1" => {
            let r = 7.0_f64.sqrt();
            [-3.0 + r, 1.0 - r, 14.0 - 2.0 * r, 14.0 + 2.0 * r, 5.0 + r, 1.0 - r]
                .map(|x| x / (16.0 * root2))
                .to_vec()
        }
        _ => return None,
    })
}

/// The filter of a wavelet: low-pass (`L`) or high-pass (`H`), with zeros between its entries from the second level on.
pub fn wavelet(name: &str, letter: char, level: u32) -> Option<Kernel> {
    let low = low_pass(name)?;
    let n = low.len();
    let taps: Vec<f64> = match letter {
        'L' => low,
        'H' => (0..n).map(|k| if k % 2 == 0 { -low[n - 1 - k] } else { low[n - 1 - k] }).collect(),
        _ => return None,
    };
    let step = 1 << (level - 1);
    let mut weights = vec![0.0; n * step];
    for (k, tap) in taps.into_iter().enumerate() {
        weights[k * step] = tap;
    }
    Some(Kernel { origin: weights.len() / 2, weights })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wavelets_are_orthonormal_and_blind_to_polynomials() {
        for (name, moments) in [("haar", 1), ("db2", 2), ("db3", 3), ("coif1", 2)] {
            let low = low_pass(name).expect("known");
            for shift in 0..low.len() / 2 {
                let product: f64 = low.iter().zip(&low[2 * shift..]).map(|(a, b)| a * b).sum();
                let expected = if shift == 0 { 1.0 } else { 0.0 };
                assert!((product - expected).abs() < 1e-12, "{name} shift {shift}: {product}");
            }
            let high = wavelet(name, 'H', 1).expect("known");
            for power in 0..moments {
                let moment: f64 =
                    high.weights.iter().enumerate().map(|(k, w)| w * (k as f64).powi(power)).sum();
                assert!(moment.abs() < 1e-10, "{name} moment {power}: {moment}");
            }
        }
    }
}

//! The job that extractors are timed on: a CT-like volume with a small lesion, a large one, or twenty.
//!
//! 256 × 256 × 128 voxels of 0.977 × 0.977 × 2.5 mm; Gaussian textures of two scales; lesions are bumpy ellipsoids of 30,000 and 500,000
//! voxels, or twenty of 152 to 30,000. The numbers are those of the comparison in docs/performance, the random words are not.

/// Voxels along x, y, z.
pub const SHAPE: [usize; 3] = [256, 256, 128];
/// Distances between voxel centres (mm).
pub const SPACING_MM: [f64; 3] = [0.976_562_5, 0.976_562_5, 2.5];

/// A volume in HU and its three masks: one small lesion, one large, twenty.
pub struct Job {
    /// HU.
    pub image: Vec<i16>,
    /// Labels.
    pub masks: [(&'static str, Vec<i16>); 3],
}

/// Uniform words by a 64-bit linear congruential generator (D. E. Knuth's MMIX), upper half.
struct Words(u64);

impl Words {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as f64 + 0.5) / (1_u64 << 31) as f64
    }

    fn normal(&mut self) -> f32 {
        let (u, v) = (self.uniform(), self.uniform());
        ((-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()) as f32
    }
}

/// A Gaussian field of unit variance, smoothed by `sigma` voxels along each axis.
fn field(words: &mut Words, sigma: [f64; 3]) -> Vec<f32> {
    let mut values: Vec<f32> = (0..SHAPE.iter().product()).map(|_| words.normal()).collect();
    for axis in 0..3 {
        let reach = (4.0 * sigma[axis]).ceil() as isize;
        let kernel: Vec<f32> = (-reach..=reach)
            .map(|x| (-(x * x) as f64 / (2.0 * sigma[axis] * sigma[axis])).exp() as f32)
            .collect();
        let (n, stride) = (SHAPE[axis], SHAPE[..axis].iter().product::<usize>());
        let mut line = vec![0.0; n];
        for start in (0..values.len()).filter(|place| place / stride % n == 0) {
            for (k, value) in line.iter_mut().enumerate() {
                *value = values[start + k * stride];
            }
            for k in 0..n {
                let at = |d: isize| line[(k as isize + d).rem_euclid(n as isize) as usize];
                values[start + k * stride] = kernel.iter().zip(-reach..).map(|(w, d)| w * at(d)).sum();
            }
        }
    }
    let square = values.iter().map(|x| f64::from(x * x)).sum::<f64>() / values.len() as f64;
    values.iter().map(|x| x / square.sqrt() as f32).collect()
}

/// Whether a point (mm from the centre) lies in a bumpy ellipsoid.
fn is_inside(d: [f64; 3], radii: [f64; 3], phase: f64) -> bool {
    let scaled: [f64; 3] = std::array::from_fn(|a| d[a] / radii[a]);
    let r = scaled.iter().map(|x| x * x).sum::<f64>().sqrt();
    let bump = 0.08 * (4.0 * scaled[1].atan2(scaled[0]) + phase).cos() * (2.0 * scaled[2]).cos();
    r <= 1.0 + bump
}

/// Sets a label where a lesion lies.
fn draw(mask: &mut [i16], label: i16, centre: [f64; 3], voxels: f64, phase: f64) {
    let mm3 = voxels * SPACING_MM.iter().product::<f64>();
    let radius = (mm3 * 3.0 / (4.0 * std::f64::consts::PI)).cbrt();
    let radii = [1.1 * radius, radius / (1.1 * 0.95), 0.95 * radius];
    for (place, value) in mask.iter_mut().enumerate() {
        let index = [place % SHAPE[0], place / SHAPE[0] % SHAPE[1], place / (SHAPE[0] * SHAPE[1])];
        let d = std::array::from_fn(|a| (index[a] as f64 - centre[a]) * SPACING_MM[a]);
        if is_inside(d, radii, phase) {
            *value = label;
        }
    }
}

/// Makes the job; the same each time.
pub fn job() -> Job {
    let mut words = Words(20_261_121);
    let coarse = field(&mut words, [3.0, 3.0, 1.5]);
    let fine = field(&mut words, [0.7, 0.7, 0.4]);
    let empty = || vec![0_i16; SHAPE.iter().product()];
    let middle = SHAPE.map(|n| 0.5 * n as f64);
    let mut small = empty();
    draw(&mut small, 1, middle, 30_000.0, 0.3);
    let mut large = empty();
    draw(&mut large, 1, middle, 500_000.0, 0.3);
    let mut twenty = empty();
    for n in 0..20 {
        let voxels = 152.0 * (30_000.0_f64 / 152.0).powf(n as f64 / 19.0);
        let centre = [30.0 + 49.0 * (n % 5) as f64, 35.0 + 62.0 * (n / 5) as f64, 0.5 * SHAPE[2] as f64];
        draw(&mut twenty, n as i16 + 1, centre, voxels, n as f64);
    }
    let image = (0..coarse.len())
        .map(|place| {
            let index = [place % SHAPE[0], place / SHAPE[0] % SHAPE[1], place / (SHAPE[0] * SHAPE[1])];
            let d: [f64; 3] = std::array::from_fn(|a| (index[a] as f64 - middle[a]) * SPACING_MM[a]);
            let (t, f) = (coarse[place], fine[place]);
            let hu = if large[place] > 0 || twenty[place] > 0 {
                50.0 + 55.0 * t + 22.0 * f
            } else if is_inside(d, [115.0, 95.0, 1e9], 0.0) {
                if is_inside([d[0].abs() - 55.0, d[1], d[2]], [40.0, 60.0, 140.0], 0.0) {
                    -820.0 + 45.0 * t + 25.0 * f
                } else {
                    40.0 + 25.0 * t + 18.0 * f
                }
            } else {
                -1000.0 + 8.0 * f
            };
            hu.round() as i16
        })
        .collect();
    Job { image, masks: [("small", small), ("large", large), ("twenty", twenty)] }
}

/// A NIfTI-1 file of 16-bit numbers, compressed.
pub fn nifti(values: &[i16]) -> Vec<u8> {
    let mut bytes = vec![0_u8; 352];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &348_i32.to_le_bytes());
    put(40, &3_i16.to_le_bytes());
    for a in 0..3 {
        put(42 + 2 * a, &(SHAPE[a] as i16).to_le_bytes());
        put(80 + 4 * a, &(SPACING_MM[a] as f32).to_le_bytes());
        // The sform's rows: RAS+, so that x and y of the patient run against the file's.
        let sign = if a < 2 { -1.0 } else { 1.0 };
        put(280 + 16 * a + 4 * a, &(sign * SPACING_MM[a] as f32).to_le_bytes());
    }
    put(70, &4_i16.to_le_bytes()); // DT_INT16
    put(72, &16_i16.to_le_bytes());
    put(76, &1.0_f32.to_le_bytes());
    put(108, &352.0_f32.to_le_bytes());
    put(112, &1.0_f32.to_le_bytes());
    put(123, &[2]); // mm
    put(254, &1_i16.to_le_bytes());
    put(344, b"n+1\0");
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(&bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

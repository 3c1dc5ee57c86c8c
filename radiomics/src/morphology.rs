//! Shape and size of a region, and how intensity lies in it.

mod autocorrelation;
mod ellipsoid;
mod hull;
mod mesh;
mod oriented_box;

pub use autocorrelation::moran_geary;
pub use mesh::{Mesh, Meshing};

use crate::region::Region;
use ellipsoid::{eigenvalues, ellipsoid_area, least_enclosing};
use std::f64::consts::PI;

/// The 29 features, in the order of the catalogue: IBSI manual, section 3.1. `is_wanted` says whether a feature (by its tag)
/// is to be computed at all; the costly ones are left out where not.
pub fn features(region: &Region, meshing: Meshing, is_wanted: &dyn Fn(&str) -> bool) -> [f64; 29] {
    let shape = region.shape;
    let spacing = region.spacing_mm;
    let voxel: f64 = spacing.iter().product();
    let places = Places::of(shape, &region.morphological, spacing);
    let number = places.number;
    if number == 0.0 {
        return [f64::NAN; 29];
    }
    let Mesh { area_mm2: a, volume_mm3: v } = Mesh::of(shape, &region.morphological, spacing, meshing);
    // One voxel has no covariance (0/0), and so no axes.
    let axes = eigenvalues(places.covariance).map(|value| 4.0 * if value < 0.0 { 0.0 } else { value.sqrt() });
    let semi = axes.map(|axis| 0.5 * axis);
    let ellipsoid = 4.0 / 3.0 * PI * semi.iter().product::<f64>();
    let extent: [f64; 3] =
        std::array::from_fn(|x| (places.upper[x] - places.lower[x] + 1) as f64 * spacing[x]);
    let [l, w, h] = extent;
    let hull = hull::of_mask(shape, &region.morphological).expect("a mask with a voxel has a hull");
    let corners = hull.corners_mm(spacing);
    let [hull_area, hull_volume] = hull.area_and_volume(spacing);
    let sphere = (36.0 * PI * v * v).cbrt();
    let [moran, geary] = if is_wanted("morph_moran_i") || is_wanted("morph_geary_c") {
        moran_geary(shape, &region.intensity, &region.values, spacing)
    } else {
        [f64::NAN; 2]
    };
    let [p, q, r] = if is_wanted("morph_vol_dens_ombb") || is_wanted("morph_area_dens_ombb") {
        oriented_box::least_box_mm(&hull, spacing)
    } else {
        [f64::NAN; 3]
    };
    let around = if is_wanted("morph_vol_dens_mvee") || is_wanted("morph_area_dens_mvee") {
        least_enclosing(&corners).unwrap_or([f64::NAN; 3])
    } else {
        [f64::NAN; 3]
    };
    let area_of = |semi: [f64; 3]| if semi[2] > 0.0 { ellipsoid_area(semi) } else { f64::NAN };
    let over = |a: f64, b: f64| if b > 0.0 { a / b } else { f64::NAN };
    [
        v,
        number * voxel,
        a,
        a / v,
        v / (PI.sqrt() * a.powf(1.5)),
        36.0 * PI * v * v / (a * a * a),
        a / sphere,
        sphere / a,
        a / sphere - 1.0,
        shift(region, places.mean_mm),
        diameter(&corners),
        axes[0],
        axes[1],
        axes[2],
        over(axes[1], axes[0]),
        over(axes[2], axes[0]),
        v / (l * w * h),
        a / (2.0 * (l * w + l * h + w * h)),
        over(v, ellipsoid),
        a / area_of(semi),
        v / hull_volume,
        a / hull_area,
        v * mean(region),
        moran,
        geary,
        v / (p * q * r),
        a / (2.0 * (p * q + p * r + q * r)),
        v / (4.0 / 3.0 * PI * around.iter().product::<f64>()),
        a / area_of(around),
    ]
}

/// Where the voxels of a mask lie.
struct Places {
    number: f64,
    mean_mm: [f64; 3],
    covariance: [[f64; 3]; 3],
    lower: [usize; 3],
    upper: [usize; 3],
}

impl Places {
    fn of(shape: [usize; 3], mask: &[bool], spacing_mm: [f64; 3]) -> Self {
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

/// Distance between the centre of the morphological mask and that of the intensities.
fn shift(region: &Region, centre_mm: [f64; 3]) -> f64 {
    let mut total = 0.0;
    let mut sums = [0.0; 3];
    let [columns, rows, _] = region.shape.map(|n| n.max(1));
    let lines = region.intensity.chunks_exact(columns).zip(region.values.chunks_exact(columns));
    for (line, (inside, values)) in lines.enumerate() {
        let (j, k) = ((line % rows) as f64, (line / rows) as f64);
        for (i, value) in values.iter().enumerate().filter(|(i, _)| inside[*i]) {
            let value = f64::from(*value);
            total += value;
            for (sum, x) in sums.iter_mut().zip([i as f64, j, k]) {
                *sum += value * x;
            }
        }
    }
    if total == 0.0 {
        return f64::NAN;
    }
    (0..3).map(|a| (sums[a] / total * region.spacing_mm[a] - centre_mm[a]).powi(2)).sum::<f64>().sqrt()
}

fn mean(region: &Region) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for (_, value) in region.inside() {
        sum += f64::from(value);
        n += 1.0;
    }
    sum / n
}

/// Greatest distance between two corners.
fn diameter(corners: &[[f64; 3]]) -> f64 {
    let mut most = 0.0_f64;
    for (n, a) in corners.iter().enumerate() {
        for b in &corners[n + 1..] {
            most = most.max((0..3).map(|x| (a[x] - b[x]).powi(2)).sum());
        }
    }
    most.sqrt()
}

//! Shape and size of a region, and how intensity lies in it.

mod autocorrelation;
mod ellipsoid;
mod hull;
mod mesh;
mod oriented_box;
mod places;

pub use autocorrelation::moran_geary;
pub use mesh::{Mesh, Meshing};

use crate::region::Region;
use ellipsoid::{eigenvalues, ellipsoid_area, least_enclosing};
use places::Places;
use std::f64::consts::PI;

/// The 29 features, in the order of the catalogue: IBSI manual, section 3.1. `is_wanted` says whether a feature (by its tag)
/// is to be computed at all; the costly ones are left out where not.
pub fn features(region: &Region, meshing: Meshing, is_wanted: &dyn Fn(&str) -> bool) -> [f64; 29] {
    Shape::of(region.shape, &region.morphological, region.spacing_mm, meshing, is_wanted)
        .map_or([f64::NAN; 29], |shape| shape.features(region, is_wanted))
}

/// What the mask alone says of a region. It can be found before the intensities are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The features, NaN where they need intensities.
    found: [f64; 29],
    centre_mm: [f64; 3],
}

/// Places of the features that need intensities.
const SHIFT: usize = 9;
const INTEGRATED: usize = 22;
const MORAN: usize = 23;
const GEARY: usize = 24;

impl Shape {
    /// Of a mask in a box (x fastest); nothing of one without a voxel.
    pub fn of(
        shape: [usize; 3],
        mask: &[bool],
        spacing: [f64; 3],
        meshing: Meshing,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Option<Self> {
        let voxel: f64 = spacing.iter().product();
        let places = Places::of(shape, mask, spacing);
        let number = places.number;
        if number == 0.0 {
            return None;
        }
        let Mesh { area_mm2: a, volume_mm3: v } = Mesh::of(shape, mask, spacing, meshing);
        // One voxel has no covariance (0/0), and so no axes.
        let axes =
            eigenvalues(places.covariance).map(|value| 4.0 * if value < 0.0 { 0.0 } else { value.sqrt() });
        let semi = axes.map(|axis| 0.5 * axis);
        let ellipsoid = 4.0 / 3.0 * PI * semi.iter().product::<f64>();
        let extent: [f64; 3] =
            std::array::from_fn(|x| (places.upper[x] - places.lower[x] + 1) as f64 * spacing[x]);
        let [l, w, h] = extent;
        let hull = hull::of_mask(shape, mask).expect("a mask with a voxel has a hull");
        let corners = hull.corners_mm(spacing);
        let [hull_area, hull_volume] = hull.area_and_volume(spacing);
        let sphere = (36.0 * PI * v * v).cbrt();
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
        let found = [
            v,
            number * voxel,
            a,
            a / v,
            v / (PI.sqrt() * a.powf(1.5)),
            36.0 * PI * v * v / (a * a * a),
            a / sphere,
            sphere / a,
            a / sphere - 1.0,
            f64::NAN,
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
            f64::NAN,
            f64::NAN,
            f64::NAN,
            v / (p * q * r),
            a / (2.0 * (p * q + p * r + q * r)),
            v / (4.0 / 3.0 * PI * around.iter().product::<f64>()),
            a / area_of(around),
        ];
        Some(Self { found, centre_mm: places.mean_mm })
    }

    /// All 29 features of a region with this mask.
    pub fn features(&self, region: &Region, is_wanted: &dyn Fn(&str) -> bool) -> [f64; 29] {
        let mut found = self.found;
        found[SHIFT] = shift(region, self.centre_mm);
        found[INTEGRATED] = found[0] * mean(region);
        if is_wanted("morph_moran_i") || is_wanted("morph_geary_c") {
            [found[MORAN], found[GEARY]] =
                moran_geary(region.shape, &region.intensity, &region.values, region.spacing_mm);
        }
        found
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

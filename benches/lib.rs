//! What the benches share: the bins whose figure of merit is quoted, and a body from a real CT.

use dose_core::case::{Case, MaterialId, Quantity};
use dose_core::material::Material;
use phantoms::tanks;
use volume::{Grid, Image};

/// Distances off the axis whose bins are quoted (mm).
pub const OFF_AXIS_MM: [f64; 5] = [0.0, 100.0, 200.0, 310.0, 510.0];

/// The bins of 4 × 2 × 4 cm (on the axis 4 × 2 × 2) 1 cm above and below a depth, each the mean of its two mirror images as
/// far as both are in the grid.
pub fn bins(case: &Case, depth_mm: f64) -> Vec<Vec<u32>> {
    let mirrored = |z_mm: f64| {
        let half_mm = if z_mm == 0.0 { 10.0 } else { 20.0 };
        let side = |z_mm: f64| {
            tanks::voxels_in(
                case,
                [-20.0, depth_mm - 10.0, z_mm - half_mm],
                [20.0, depth_mm + 10.0, z_mm + half_mm],
            )
        };
        let mut voxels = side(z_mm);
        voxels.extend(side(-z_mm));
        voxels.sort_unstable();
        voxels.dedup();
        voxels
    };
    OFF_AXIS_MM.map(mirrored).to_vec()
}

/// The W1 beam on a real CT in HU, some of its voxels taken together along x, y and z: the beam enters from the front, its
/// axis `axis_from_foot_mm` from the lower end of the scan.
///
/// Densities by a straight ramp and four materials by threshold: enough for a question of speed, not of dose.
pub fn ct(scan: &Image<f32>, together: [usize; 3], axis_from_foot_mm: f64, quantity: Quantity) -> Case {
    let fine = scan.grid;
    let shape: [usize; 3] = std::array::from_fn(|a| fine.shape[a] / together[a]);
    let spacing_mm: [f64; 3] = std::array::from_fn(|a| fine.spacing_mm[a] * together[a] as f64);
    let corner_mm = [-0.5 * spacing_mm[0] * shape[0] as f64, 0.0, -axis_from_foot_mm];
    let grid = Grid { corner_mm, spacing_mm, shape };
    let names = ["air", "lung", "soft-tissue", "cortical-bone"];
    let mut case = tanks::w1(100.0, quantity);
    case.grid = grid;
    case.materials = names.map(|name| Material::named(name).expect("a material of the library")).to_vec();
    let hu: Vec<f32> = (0..grid.len())
        .map(|offset| {
            let [i, j, k] = grid.voxel(offset).0;
            let [x, y, z] = together;
            let members = x * y * z;
            let values = (0..members).map(|n| {
                let at = [x * i + n % x, y * j + n / x % y, z * k + n / (x * y)];
                scan.values[at[0] + fine.shape[0] * (at[1] + fine.shape[1] * at[2])]
            });
            values.sum::<f32>() / members as f32
        })
        .collect();
    case.voxel_density_g_cm3 = hu.iter().map(|hu| (1.0 + hu / 1000.0).clamp(0.0012, 3.0)).collect();
    let material = |hu: &f32| match *hu {
        hu if hu < -900.0 => MaterialId(0),
        hu if hu < -200.0 => MaterialId(1),
        hu if hu < 200.0 => MaterialId(2),
        _ => MaterialId(3),
    };
    case.voxel_material = hu.iter().map(material).collect();
    case
}

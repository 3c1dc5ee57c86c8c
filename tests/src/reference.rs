//! The independent reference (EGSnrc): its files, and the voxels of our grids that its bins stand for.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::io::Write;
use std::path::{Path, PathBuf};
use volume::{Grid, VoxelIndex};

/// Gy per MeV/g that EGSnrc uses, over ours (CODATA 2018). Our values are multiplied by it before they are compared:
/// 0.011 % that is a matter of units and not of physics.
pub const MEV_TO_GY_OF_EGSNRC: f64 = 1.602e-10 / 1.602_176_634e-10;

/// The folder that `STRAYDOSE_SHARED` names, with references and real cases.
///
/// `None` where the variable is not set; that is said on the terminal, past the test harness, which would keep it back.
///
/// # Panics
/// The variable is set, but the folder is not there.
pub fn shared() -> Option<PathBuf> {
    let Some(shared) = std::env::var_os("STRAYDOSE_SHARED") else {
        // A terminal that cannot be written to is no reason to fail.
        let _ = std::io::stderr().write_all(b"SKIPPED: STRAYDOSE_SHARED is not set\n");
        return None;
    };
    let folder = PathBuf::from(shared);
    assert!(folder.is_dir(), "STRAYDOSE_SHARED is set, but {} is not a folder", folder.display());
    Some(folder)
}

/// The folder with the reference in it; as [`shared`].
///
/// # Panics
/// The variable is set, but the folder is not there.
pub fn folder() -> Option<PathBuf> {
    let folder = shared()?.join("reference");
    assert!(folder.is_dir(), "STRAYDOSE_SHARED is set, but {} is not a folder", folder.display());
    Some(folder)
}

/// The rows of a reference file; lines that begin with `#` are remarks.
///
/// # Panics
/// The file is missing or a row does not have the columns of `T`; the message names the file.
pub fn rows<T: DeserializeOwned>(folder: &Path, name: &str) -> Vec<T> {
    let path = folder.join(name);
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_path(&path)
        .unwrap_or_else(|error| panic!("reference file {}: {error}", path.display()));
    let rows: Result<Vec<T>, csv::Error> = reader.deserialize().collect();
    let rows = rows.unwrap_or_else(|error| panic!("reference file {}: {error}", path.display()));
    assert!(!rows.is_empty(), "reference file {} has no rows", path.display());
    rows
}

/// A bin of the W1 grid: the mean over its mirror images ±x, ±z; a bin that begins at 0 is a whole central one.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Bin {
    pub x_lo_cm: f64,
    pub x_hi_cm: f64,
    pub z_lo_cm: f64,
    pub z_hi_cm: f64,
    pub depth_lo_cm: f64,
    pub depth_hi_cm: f64,
    pub gy_per_photon: f64,
    pub rel_sigma: f64,
}

impl Bin {
    /// Volume of the bin with its mirror images (cm³).
    pub fn volume_cm3(&self) -> f64 {
        4.0 * (self.x_hi_cm - self.x_lo_cm)
            * (self.z_hi_cm - self.z_lo_cm)
            * (self.depth_hi_cm - self.depth_lo_cm)
    }

    /// The voxels of the bin and its mirror images.
    pub fn voxels(&self, grid: &Grid) -> Vec<u32> {
        let folded = |lo: f64, hi: f64| move |cm: f64| (lo..hi).contains(&cm.abs());
        voxels(
            grid,
            folded(self.x_lo_cm, self.x_hi_cm),
            |cm| (self.depth_lo_cm..self.depth_hi_cm).contains(&cm),
            folded(self.z_lo_cm, self.z_hi_cm),
        )
    }
}

/// A row of W1's depth dose on the axis, |x| < 1 cm, |z| < 0.75 cm.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct DepthRow {
    pub depth_lo_cm: f64,
    pub depth_hi_cm: f64,
    pub gy_per_photon: f64,
    pub rel_sigma: f64,
}

/// A plane of W4.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Plane {
    pub energy_mev: f64,
    pub depth_lo_cm: f64,
    pub depth_hi_cm: f64,
    pub plane_gy_cm2_per_photon: f64,
    pub plane_rel_sigma: f64,
    pub axis_gy_per_photon: f64,
    pub axis_rel_sigma: f64,
}

impl Plane {
    /// Area of W4's box across the beam (cm²).
    pub const AREA_CM2: f64 = 900.0;

    /// All voxels of the plane.
    pub fn voxels(&self, grid: &Grid) -> Vec<u32> {
        voxels(grid, |_| true, |cm| (self.depth_lo_cm..self.depth_hi_cm).contains(&cm), |_| true)
    }
}

/// A bin of W4 across the beam.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Radial {
    pub energy_mev: f64,
    pub depth_lo_cm: f64,
    pub depth_hi_cm: f64,
    pub kind: String,
    pub r_lo_cm: f64,
    pub r_hi_cm: f64,
    pub gy_per_photon: f64,
    pub rel_sigma: f64,
}

impl Radial {
    /// The voxels of an arm (four bins on the lateral axes) or of a closed square ring.
    pub fn voxels(&self, grid: &Grid) -> Vec<u32> {
        let range = self.r_lo_cm..self.r_hi_cm;
        let depth = |cm: f64| (self.depth_lo_cm..self.depth_hi_cm).contains(&cm);
        let belongs = |x: f64, z: f64| {
            let (far, near) = (x.abs().max(z.abs()), x.abs().min(z.abs()));
            range.contains(&far) && (self.kind == "ring" || near < 0.5)
        };
        voxels(grid, |_| true, depth, |_| true)
            .into_iter()
            .filter(|&voxel| {
                let [x, _, z] = grid.centre_mm(grid.voxel(voxel as usize)).map(|mm| 0.1 * mm);
                belongs(x, z)
            })
            .collect()
    }

    /// Volume that the bin stands for (cm³).
    pub fn volume_cm3(&self) -> f64 {
        let depth = self.depth_hi_cm - self.depth_lo_cm;
        match (self.kind.as_str(), self.r_lo_cm) {
            ("ring", _) => 4.0 * (self.r_hi_cm.powi(2) - self.r_lo_cm.powi(2)) * depth,
            (_, 0.0) => depth,
            _ => 4.0 * (self.r_hi_cm - self.r_lo_cm) * depth,
        }
    }
}

/// The voxels whose centres (cm) are accepted on every axis.
pub fn voxels(
    grid: &Grid,
    x: impl Fn(f64) -> bool,
    y: impl Fn(f64) -> bool,
    z: impl Fn(f64) -> bool,
) -> Vec<u32> {
    let places = |axis: usize, accept: &dyn Fn(f64) -> bool| -> Vec<usize> {
        let centre_cm = |i: usize| 0.1 * (grid.corner_mm[axis] + grid.spacing_mm[axis] * (i as f64 + 0.5));
        (0..grid.shape[axis]).filter(|&i| accept(centre_cm(i))).collect()
    };
    let (xs, ys, zs) = (places(0, &x), places(1, &y), places(2, &z));
    let mut list = Vec::with_capacity(xs.len() * ys.len() * zs.len());
    for &k in &zs {
        for &j in &ys {
            list.extend(xs.iter().map(|&i| grid.offset(VoxelIndex([i, j, k])) as u32));
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { corner_mm: [-200.0, 0.0, -600.0], spacing_mm: [10.0; 3], shape: [40, 30, 120] };

    fn bin(x: [f64; 2], z: [f64; 2], depth: [f64; 2]) -> Bin {
        Bin {
            x_lo_cm: x[0],
            x_hi_cm: x[1],
            z_lo_cm: z[0],
            z_hi_cm: z[1],
            depth_lo_cm: depth[0],
            depth_hi_cm: depth[1],
            gy_per_photon: 1.0,
            rel_sigma: 0.0,
        }
    }

    #[test]
    fn a_bin_is_as_large_as_the_voxels_it_stands_for() {
        for bin in [
            bin([0.0, 2.0], [0.0, 1.0], [9.0, 11.0]),
            bin([2.0, 6.0], [29.0, 33.0], [0.0, 1.0]),
            bin([15.0, 20.0], [57.0, 60.0], [29.0, 30.0]),
        ] {
            assert_eq!(bin.voxels(&GRID).len() as f64, bin.volume_cm3());
        }
    }

    #[test]
    fn rings_and_arms_are_as_large_as_their_voxels() {
        let grid = Grid { corner_mm: [-150.0, 0.0, -150.0], spacing_mm: [5.0; 3], shape: [60; 3] };
        for kind in ["ring", "arm"] {
            for r in [[0.0, 0.5], [0.5, 1.5], [13.5, 14.5], [14.5, 15.0]] {
                let radial = Radial {
                    energy_mev: 1.0,
                    depth_lo_cm: 4.5,
                    depth_hi_cm: 5.5,
                    kind: kind.into(),
                    r_lo_cm: r[0],
                    r_hi_cm: r[1],
                    gy_per_photon: 1.0,
                    rel_sigma: 0.0,
                };
                assert_eq!(radial.voxels(&grid).len() as f64 / 8.0, radial.volume_cm3(), "{kind} {r:?}");
            }
        }
    }
}

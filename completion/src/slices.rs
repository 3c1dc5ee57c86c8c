//! What the cross-sections of a body are like along its axis: what a scan and a model are compared by.

use crate::lobes::{Pieces, pieces};
use crate::model::Model;
use anatomy::Anatomy;
use rayon::prelude::*;
use std::collections::BTreeMap;
use volume::VoxelIndex;

/// Distance of the points that a model is looked at with (mm).
const STEP_MM: f64 = 7.0;
/// What is denser than soft tissue counts as bone by how much denser it is, up to 1 for so much (g/cm³): so a thin bone
/// counts the same in large voxels and small ones.
const SOFT_G_CM3: f64 = 1.08;
const BONE_G_CM3: f64 = 0.30;
/// What is less dense than fat counts as lung or gas in the same way (g/cm³).
const FAT_G_CM3: f64 = 0.90;
const GAS_G_CM3: f64 = 0.60;

/// A cross-section.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// Area of all of it (cm²): arms that touch the trunk in some voxels and not in others count either way.
    pub area_cm2: f64,
    /// Area of head, trunk or legs alone, as far as arms are apart from them (cm²).
    pub main_cm2: f64,
    /// Bone (cm²).
    pub bone_cm2: f64,
    /// Lung and gas (cm²).
    pub gas_cm2: f64,
    /// How far from the middle all of it reaches to the sides, and head, trunk or legs alone (mm).
    pub reach_mm: [f64; 2],
    /// Middle of head, trunk or legs (mm).
    pub centre_mm: [f64; 2],
    /// How many pieces head, trunk or legs are: two below the crotch.
    pub pieces: usize,
}

/// Where an organ lies along the body.
#[derive(Clone, Debug, Default)]
pub struct Extent {
    /// Its points (mm).
    pub points_mm: Vec<[f64; 3]>,
}

impl Extent {
    /// Centre (mm).
    pub fn centre_mm(&self) -> [f64; 3] {
        let count = self.points_mm.len() as f64;
        std::array::from_fn(|a| self.points_mm.iter().map(|p| p[a]).sum::<f64>() / count)
    }
}

/// A part of a model and a point in it (mm).
type Found = (usize, [f64; 3]);

/// Cross-sections in even steps, and the organs.
#[derive(Clone, Debug, Default)]
pub struct Slices {
    /// Where the first lies (mm).
    pub first_mm: f64,
    /// Their distance (mm).
    pub step_mm: f64,
    /// Cross-sections, rising along the body.
    pub slices: Vec<Slice>,
    /// Points of each organ of a model by its name.
    pub organs: BTreeMap<String, Extent>,
    /// The volume that each of these points stands for (cm³).
    pub point_cm3: f64,
}

impl Slices {
    /// Of a model.
    pub(crate) fn of_model(model: &Model) -> Self {
        let bounds = model.bounds_mm();
        let counts = bounds.map(|[low, high]| ((high - low) / STEP_MM).ceil().max(1.0) as usize);
        let at = |a: usize, n: usize| bounds[a][0] + STEP_MM * (n as f64 + 0.5);
        let layers: Vec<(Slice, Vec<Found>)> = (0..counts[2])
            .into_par_iter()
            .map(|k| {
                let place = |n: usize| [at(0, n % counts[0]), at(1, n / counts[0]), at(2, k)];
                let parts: Vec<Option<usize>> =
                    (0..counts[0] * counts[1]).map(|n| model.part_at(place(n))).collect();
                let density = |n: usize| parts[n].map_or(0.0, |part| model.parts()[part].density_g_cm3);
                let inside: Vec<bool> = parts.iter().map(Option::is_some).collect();
                let slice =
                    slice([counts[0], counts[1]], &inside, density, |n| [place(n)[0], place(n)[1]], STEP_MM);
                let points = parts.iter().enumerate().filter_map(|(n, part)| Some(((*part)?, place(n))));
                (slice, points.collect())
            })
            .collect();
        let mut organs: BTreeMap<String, Extent> = BTreeMap::new();
        for (part, point) in layers.iter().flat_map(|(_, points)| points) {
            let organ = &model.parts()[*part].organ;
            if !organ.is_empty() {
                organs.entry(organ.clone()).or_default().points_mm.push(*point);
            }
        }
        Self {
            first_mm: at(2, 0),
            step_mm: STEP_MM,
            slices: layers.into_iter().map(|(slice, _)| slice).collect(),
            organs,
            point_cm3: STEP_MM.powi(3) / 1000.0,
        }
    }

    /// Of the anatomy of a scan; organs are left out.
    pub fn of_scan(scan: &Anatomy) -> Self {
        let grid = &scan.grid;
        let [columns, rows, layers] = grid.shape;
        let slices = (0..layers).into_par_iter().map(|k| {
            let first = grid.offset(VoxelIndex([0, 0, k]));
            let body = &scan.body[first..first + columns * rows];
            let inside: Vec<bool> = body.iter().map(|share| *share > 0.5).collect();
            let density = |n: usize| f64::from(scan.voxel_density_g_cm3[first + n]);
            let place = |n: usize| {
                let p = along(scan, [n % columns, n / columns, k]);
                [p[0], p[1]]
            };
            let pixel_mm = (grid.spacing_mm[0] * grid.spacing_mm[1]).sqrt();
            slice([columns, rows], &inside, density, place, pixel_mm)
        });
        Self {
            first_mm: along(scan, [0; 3])[2],
            step_mm: grid.spacing_mm[2],
            slices: slices.collect(),
            organs: BTreeMap::new(),
            point_cm3: grid.voxel_volume_mm3() / 1000.0,
        }
    }

    /// Where a cross-section lies (mm).
    pub fn z_mm(&self, n: usize) -> f64 {
        self.first_mm + self.step_mm * n as f64
    }

    /// The nearest cross-section; `None` beyond the ends.
    pub fn near(&self, z_mm: f64) -> Option<&Slice> {
        let n = ((z_mm - self.first_mm) / self.step_mm).round();
        (n >= 0.0).then(|| self.slices.get(n as usize)).flatten()
    }

    /// Area, bone, gas at a height, linear between cross-sections, 0 beyond the ends.
    pub fn measures(&self, z_mm: f64) -> [f64; 3] {
        let index = (z_mm - self.first_mm) / self.step_mm;
        let low = index.floor();
        let part = index - low;
        let of = |n: f64| {
            let slice = (n >= 0.0).then(|| self.slices.get(n as usize)).flatten();
            slice.map_or([0.0; 3], |slice| [slice.area_cm2, slice.bone_cm2, slice.gas_cm2])
        };
        let [below, above] = [of(low), of(low + 1.0)];
        std::array::from_fn(|n| below[n] * (1.0 - part) + above[n] * part)
    }
}

/// A voxel's centre along the axes of the grid (mm): the patient's x, y, z unless the scan is oblique.
pub(crate) fn along(scan: &Anatomy, voxel: [usize; 3]) -> [f64; 3] {
    let grid = &scan.grid;
    std::array::from_fn(|a| {
        let first: f64 = (0..3).map(|c| grid.origin_mm[c] * grid.axes[a][c]).sum();
        first + grid.spacing_mm[a] * voxel[a] as f64
    })
}

fn slice(
    shape: [usize; 2],
    inside: &[bool],
    density: impl Fn(usize) -> f64,
    place: impl Fn(usize) -> [f64; 2],
    pixel_mm: f64,
) -> Slice {
    let Pieces { of, main, .. } = pieces(shape, inside);
    let pixel_cm2 = pixel_mm * pixel_mm / 100.0;
    let mut slice = Slice { pieces: main.len(), ..Slice::default() };
    let mut sum = [0.0; 2];
    for (n, piece) in of.iter().enumerate().filter(|(_, piece)| **piece > 0) {
        let density = density(n);
        slice.area_cm2 += pixel_cm2;
        slice.bone_cm2 += pixel_cm2 * (density - SOFT_G_CM3).max(0.0) / BONE_G_CM3;
        slice.gas_cm2 += pixel_cm2 * (FAT_G_CM3 - density).max(0.0) / GAS_G_CM3;
        if main.contains(piece) {
            let [x, y] = place(n);
            slice.main_cm2 += pixel_cm2;
            sum = [sum[0] + x * pixel_cm2, sum[1] + y * pixel_cm2];
        }
    }
    if slice.main_cm2 > 0.0 {
        slice.centre_mm = sum.map(|s| s / slice.main_cm2);
    }
    for (n, piece) in of.iter().enumerate().filter(|(_, piece)| **piece > 0) {
        let out = (place(n)[0] - slice.centre_mm[0]).abs() + 0.5 * pixel_mm;
        slice.reach_mm[0] = slice.reach_mm[0].max(out);
        if main.contains(piece) {
            slice.reach_mm[1] = slice.reach_mm[1].max(out);
        }
    }
    slice
}

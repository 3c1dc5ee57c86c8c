//! The voxels beyond the scan: which parts of the model each holds, its density and material.

use crate::model::Model;
use crate::warp::Warp;
use crate::whole::Cut;
use anatomy::Anatomy;
use anatomy::calibration::AIR;
use dose_core::case::MaterialId;
use dose_core::material::Material;
use rayon::prelude::*;
use volume::{OrientedGrid, VoxelIndex};

/// Points along the edge of a voxel that parts share, and of one that a small part shares.
const SAMPLES: [usize; 2] = [2, 4];
/// Parts below this volume are small (cm³).
const SMALL_CM3: f64 = 16.0;

/// What looks up the model for a point of the patient.
pub(crate) struct Look<'a> {
    pub model: &'a Model,
    pub warp: &'a Warp,
    pub cuts: &'a [Cut],
    /// Lower and upper end of the scan (mm).
    pub ends_mm: [f64; 2],
    /// The part that takes the place of an organ that was moved away.
    pub instead: Option<usize>,
    /// Parts of organs that nobody drew, which are wanted in the scan too.
    pub undrawn: &'a [bool],
}

impl Look<'_> {
    /// The part at a point (mm).
    fn part_at(&self, p: [f64; 3]) -> Option<usize> {
        let q = self.warp.model_point(p);
        let end = match () {
            () if p[2] < self.ends_mm[0] => 0,
            () if p[2] > self.ends_mm[1] => 1,
            () => return self.model.part_at(q),
        };
        let base = self.model.part_at(q)?;
        let mut moved_away = false;
        for cut in self.cuts {
            let Some(moved_mm) = cut.moved_mm[end] else { continue };
            let there: [f64; 3] = std::array::from_fn(|a| q[a] + moved_mm[a]);
            let near = (0..3).all(|a| (cut.bounds_mm[a][0]..=cut.bounds_mm[a][1]).contains(&there[a]));
            if let Some(part) = near.then(|| self.model.part_at(there)).flatten()
                && cut.members[part]
            {
                return Some(part);
            }
            moved_away |= cut.members[base];
        }
        if moved_away { self.instead.or(Some(base)) } else { Some(base) }
    }
}

/// Parts of the model in a voxel and their shares of it.
pub(crate) type Shares = Vec<(u16, f32)>;

/// What the model has in each voxel.
pub(crate) struct Filled {
    /// The one part of a voxel from 1, 0 for none, [`SHARED`] for several.
    whole: Vec<u16>,
    /// Voxels that several parts or air share, rising.
    shared: Vec<(usize, Shares)>,
}

const SHARED: u16 = u16::MAX;

impl Filled {
    /// Parts (from 0) and shares of a voxel.
    pub fn of(&self, voxel: usize) -> Shares {
        match self.whole[voxel] {
            0 => Vec::new(),
            SHARED => self
                .shared
                .binary_search_by_key(&voxel, |(voxel, _)| *voxel)
                .map_or_else(|_| Vec::new(), |at| self.shared[at].1.clone()),
            part => vec![(part - 1, 1.0)],
        }
    }
}

/// Looks every wanted voxel up. A voxel whose neighbours agree is asked once, and so is one in the scan where all that
/// meet in it are drawn.
pub(crate) fn fill(
    look: &Look,
    grid: &OrientedGrid,
    wanted: impl Fn(usize) -> bool + Sync,
    is_scanned: impl Fn(usize) -> bool + Sync,
) -> Filled {
    let first: [f64; 3] =
        std::array::from_fn(|a| (0..3).map(|c| grid.origin_mm[c] * grid.axes[a][c]).sum::<f64>());
    let point = |index: [f64; 3]| std::array::from_fn(|a| first[a] + grid.spacing_mm[a] * index[a]);
    let part = |index: [f64; 3]| look.part_at(point(index)).map_or(0, |part| part as u16 + 1);
    let mut whole: Vec<u16> = (0..grid.len())
        .into_par_iter()
        .map(|voxel| if wanted(voxel) { part(grid.voxel(voxel).0.map(|i| i as f64)) } else { 0 })
        .collect();
    let small = |part: u16| part > 0 && look.model.parts()[usize::from(part) - 1].volume_cm3 < SMALL_CM3;
    let sampled = |voxel: usize, edge: usize| -> Vec<u16> {
        let centre = grid.voxel(voxel).0;
        let sample = |n: usize| {
            let steps = [n % edge, n / edge % edge, n / (edge * edge)];
            part(std::array::from_fn(|a| centre[a] as f64 + (steps[a] as f64 + 0.5) / edge as f64 - 0.5))
        };
        (0..edge.pow(3)).map(sample).collect()
    };
    let shared: Vec<(usize, Shares)> = (0..grid.len())
        .into_par_iter()
        .filter(|voxel| wanted(*voxel))
        .filter(|voxel| {
            let undrawn = |part: u16| part > 0 && look.undrawn[usize::from(part) - 1];
            let counts = |part: u16| !is_scanned(*voxel) || undrawn(part) || undrawn(whole[*voxel]);
            neighbours_differ(&whole, grid, *voxel, counts)
        })
        .map(|voxel| {
            let mut found = sampled(voxel, SAMPLES[0]);
            if small(whole[voxel]) || found.iter().any(|part| small(*part)) {
                found = sampled(voxel, SAMPLES[1]);
            }
            (voxel, shares(found))
        })
        .collect();
    shared.iter().for_each(|(voxel, _)| whole[*voxel] = SHARED);
    Filled { whole, shared }
}

fn shares(mut found: Vec<u16>) -> Shares {
    let each = 1.0 / found.len() as f32;
    found.sort_unstable();
    let runs = found.chunk_by(|a, b| a == b).filter(|run| run[0] > 0);
    runs.map(|run| (run[0] - 1, each * run.len() as f32)).collect()
}

/// Whether a neighbour by a face has another part, of those that count.
fn neighbours_differ(parts: &[u16], grid: &OrientedGrid, voxel: usize, counts: impl Fn(u16) -> bool) -> bool {
    let place = grid.voxel(voxel).0;
    let strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]];
    let differs = |other: usize| parts[other] != parts[voxel] && counts(parts[other]);
    (0..3).any(|a| {
        (place[a] > 0 && differs(voxel - strides[a]))
            || (place[a] + 1 < grid.shape[a] && differs(voxel + strides[a]))
    })
}

/// How much of each voxel of a grid lies in the scan's box.
pub(crate) struct Measured {
    shares: [Vec<f64>; 3],
    shape: [usize; 3],
}

impl Measured {
    pub fn new(grid: &OrientedGrid, box_mm: [[f64; 2]; 3]) -> Self {
        let shares = std::array::from_fn(|a| {
            let first: f64 = (0..3).map(|c| grid.origin_mm[c] * grid.axes[a][c]).sum();
            let share = |n: usize| {
                let [low, high] = [-0.5, 0.5].map(|half| first + grid.spacing_mm[a] * (n as f64 + half));
                let within = (high.min(box_mm[a][1]) - low.max(box_mm[a][0])) / grid.spacing_mm[a];
                // What rounding leaves of a face is no part of a voxel.
                if within < 1e-6 { 0.0 } else { within.min(1.0) }
            };
            (0..grid.shape[a]).map(share).collect()
        });
        Self { shares, shape: grid.shape }
    }

    /// Share of a voxel that was scanned.
    pub fn of(&self, voxel: usize) -> f64 {
        let place = VoxelIndex::at(voxel, self.shape).0;
        let share: f64 = (0..3).map(|a| self.shares[a][place[a]]).product();
        if share > 1.0 - 1e-6 { 1.0 } else { share }
    }
}

fn is_same(one: &Material, other: &Material) -> bool {
    one.name == other.name && one.mass_fractions == other.mass_fractions
}

/// Materials, densities and share of body of the larger grid. Voxels in the scan are those of the scan, bit for bit.
pub(crate) struct Tissues {
    pub materials: Vec<Material>,
    pub voxel_material: Vec<MaterialId>,
    pub voxel_density_g_cm3: Vec<f32>,
    pub body: Vec<f32>,
}

/// `from_scan` gives the scan's voxel for one of the larger grid.
pub(crate) fn tissues(
    scan: &Anatomy,
    model: &Model,
    filled: &Filled,
    measured: &Measured,
    voxels: usize,
    from_scan: impl Fn(usize) -> Option<usize> + Sync,
) -> Tissues {
    let mut materials = scan.materials.clone();
    let ids: Vec<usize> = model
        .parts()
        .iter()
        .map(|part| match materials.iter().position(|known| is_same(known, &part.material)) {
            Some(known) => known,
            None => {
                materials.push(part.material.clone());
                materials.len() - 1
            }
        })
        .collect();
    let each: Vec<(MaterialId, f32, f32)> = (0..voxels)
        .into_par_iter()
        .map(|voxel| {
            let seen = from_scan(voxel).map_or((AIR.material, AIR.density_g_cm3, 0.0), |at| {
                (scan.voxel_material[at], scan.voxel_density_g_cm3[at], scan.body[at])
            });
            let beyond = 1.0 - measured.of(voxel);
            let parts = if beyond > 0.0 { filled.of(voxel) } else { Vec::new() };
            if parts.is_empty() {
                return seen;
            }
            // Beyond the scan the scan's anatomy has air: what the model fills takes its place.
            let taken: f64 = parts.iter().map(|(_, share)| f64::from(*share) * beyond).sum();
            let air = f64::from(AIR.density_g_cm3);
            let mut masses = vec![(usize::from(seen.0.0), (f64::from(seen.1) - taken * air).max(0.0))];
            for (part, share) in &parts {
                let part = usize::from(*part);
                masses.push((ids[part], f64::from(*share) * beyond * model.parts()[part].density_g_cm3));
            }
            let density: f64 = masses.iter().map(|(_, mass)| mass).sum();
            let of = |id: usize| {
                masses.iter().filter(|(other, _)| *other == id).map(|(_, mass)| mass).sum::<f64>()
            };
            let heaviest = masses.iter().map(|(id, _)| *id).max_by(|a, b| of(*a).total_cmp(&of(*b)));
            let body = (f64::from(seen.2) + taken).min(1.0) as f32;
            (MaterialId(heaviest.unwrap_or(0) as u8), density as f32, body)
        })
        .collect();
    Tissues {
        materials,
        voxel_material: each.iter().map(|voxel| voxel.0).collect(),
        voxel_density_g_cm3: each.iter().map(|voxel| voxel.1).collect(),
        body: each.iter().map(|voxel| voxel.2).collect(),
    }
}

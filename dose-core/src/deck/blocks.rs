//! Blocks: a coarse grid of bounds on the attenuation, so that a ray may leap over what it need not look at.
//!
//! A block knows the least and the greatest density of its voxels and its kind, the set of their materials. At any
//! energy the least attenuation inside (the control) is density_min × the least mass attenuation of the kind, and what
//! a voxel may have above it (the residual) is bounded likewise.

use super::header::Header;
use super::tables::Tables;
use super::{voxel_density_g_cm3, voxel_material};
use crate::case::Case;
use crate::physics::lattice::ENERGY;
use rayon::prelude::*;

/// Edge that a block is meant to have (mm); a block is a whole number of voxels.
const BLOCK_MM: f64 = 40.0;
/// Distance between scoring points on a ray (mm).
const COMB_MM: f64 = 20.0;
/// Kinds that are told apart; further sets of materials share the kind of all materials.
const MAX_KINDS: usize = 64;
/// Residual events expected on a block's chord above which the block is walked voxel by voxel.
pub const HARD_EVENTS: f32 = 3.0;

/// Bounds of one block. Twin: `Block` in `deck.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Block {
    /// Least density (g/cm³).
    pub density_min: f32,
    /// Greatest density (g/cm³).
    pub density_max: f32,
    /// Place of the kind, a whole number.
    pub kind: f32,
    /// The material where all voxels have the same, else −1.
    pub only_material: f32,
}

type MaterialSet = [u64; 4];

/// Cuts the grid into blocks and writes their bounds and the bounds of each kind into the tables.
pub(super) fn add_blocks(case: &Case, voxels: &[u32], header: &mut Header, tables: &mut Tables) {
    let shape = case.grid.shape;
    let uniform = voxels.windows(2).all(|pair| pair[0] == pair[1]);
    let edge: [usize; 3] = std::array::from_fn(|a| {
        if uniform {
            shape[a]
        } else {
            ((BLOCK_MM / case.grid.spacing_mm[a]).round() as usize).clamp(1, shape[a])
        }
    });
    let blocks: [usize; 3] = std::array::from_fn(|a| shape[a].div_ceil(edge[a]));
    let count = blocks.iter().product::<usize>();

    let bounds: Vec<(f32, f32, [MaterialSet; 2])> = (0..count)
        .into_par_iter()
        .map(|block| {
            let at = [block % blocks[0], block / blocks[0] % blocks[1], block / (blocks[0] * blocks[1])];
            let range = |a: usize| at[a] * edge[a]..((at[a] + 1) * edge[a]).min(shape[a]);
            let (mut least, mut most) = (f32::INFINITY, 0.0f32);
            let (mut named, mut dense) = (MaterialSet::default(), MaterialSet::default());
            for k in range(2) {
                for j in range(1) {
                    let row = shape[0] * (j + shape[1] * k);
                    for &word in &voxels[row + range(0).start..row + range(0).end] {
                        let density = voxel_density_g_cm3(word);
                        least = least.min(density);
                        most = most.max(density);
                        let (place, bit) = (voxel_material(word) / 64, 1 << (voxel_material(word) % 64));
                        named[place] |= bit;
                        // Vacuum attenuates nothing whatever it is called; its material must not widen the kind.
                        if density > 0.0 {
                            dense[place] |= bit;
                        }
                    }
                }
            }
            (least, most, [named, dense])
        })
        .collect();

    let all_materials =
        bounds.iter().fold(MaterialSet::default(), |all, (.., [_, dense])| union(all, *dense));
    let mut kinds = vec![all_materials];
    let mut records = Vec::with_capacity(count);
    for (density_min, density_max, [named, dense]) in bounds {
        let kind = kinds.iter().position(|known| *known == dense).unwrap_or_else(|| {
            if kinds.len() == MAX_KINDS {
                return 0;
            }
            kinds.push(dense);
            kinds.len() - 1
        });
        let members: Vec<usize> = materials_of(named).collect();
        let only_material = if let [only] = members[..] { only as f32 } else { -1.0 };
        records.push(Block { density_min, density_max, kind: kind as f32, only_material });
    }

    header.block_shape = [blocks[0] as u32, blocks[1] as u32, blocks[2] as u32, count as u32];
    let edge_mm = |a: usize| (edge[a] as f64 * case.grid.spacing_mm[a]) as f32;
    header.block_mm = [edge_mm(0), edge_mm(1), edge_mm(2), COMB_MM as f32];
    header.places_c[3] = tables.place(4);
    tables.push(bytemuck::cast_slice(&records));
    add_kinds(case, &kinds, header, tables);
}

/// The least and the greatest mass attenuation of each kind at each energy node. Straight lines between nodes keep the
/// bounds, since those of the materials are straight too.
fn add_kinds(case: &Case, kinds: &[MaterialSet], header: &mut Header, tables: &mut Tables) {
    let materials = case.materials.len();
    let coefficients = header.places_a[0] as usize;
    header.counts[1] = kinds.len() as u32;
    header.places_a[2] = tables.place(2);
    for node in 0..ENERGY.nodes() {
        for kind in kinds {
            let (mut least, mut most) = (f32::INFINITY, 0.0f32);
            for material in materials_of(*kind) {
                let attenuation = tables.get(coefficients + 4 * (node * materials + material));
                least = least.min(attenuation);
                most = most.max(attenuation);
            }
            tables.push(&[if least.is_finite() { least } else { 0.0 }, most]);
        }
    }
}

fn union(a: MaterialSet, b: MaterialSet) -> MaterialSet {
    std::array::from_fn(|i| a[i] | b[i])
}

fn materials_of(set: MaterialSet) -> impl Iterator<Item = usize> {
    (0..256).filter(move |m| set[m / 64] >> (m % 64) & 1 == 1)
}

//! The deck: a case in the flat form that the CPU and the GPU read alike.
//!
//! Coordinates are millimetres from the lower corner of the grid. The header is a uniform of the shaders, the tables
//! are one array of f32, a voxel is one 32-bit word.

mod blocks;
mod columns;
pub mod head;
mod header;
mod importance;
mod tables;

pub use blocks::{Block, HARD_EVENTS};
pub use header::{EMISSION_HEAD, EMISSION_PARALLEL, EMISSION_POINT, Header, MAX_FLUORESCING, SOLID_FLOATS};
pub use importance::ImportanceCell;

use crate::case::{Case, Quantity};
use crate::error::Error;
use crate::run::VarianceReduction;
use volume::Grid;

/// Bits of a voxel's word that hold its material; the other bits are the upper bits of its density as an f32, which
/// keeps the density to 2⁻¹⁶ (1.5e-5).
pub const MATERIAL_BITS: u32 = 8;
const MATERIAL_MASK: u32 = (1 << MATERIAL_BITS) - 1;

/// A case made flat.
#[derive(Clone, Debug)]
pub struct Deck {
    /// Sizes, places of the tables, source, constants.
    pub header: Header,
    /// One word a voxel, x fastest: density and material; see [`voxel_word`].
    pub voxels: Vec<u32>,
    /// Every table, at the places that the header names.
    pub tables: Vec<f32>,
    /// The grid, for who turns tallies into images.
    pub grid: Grid,
    /// What is scored.
    pub quantity: Quantity,
    /// For how much of a source photon one of weight 1 stands: 1, but for the rarer components of a treatment head.
    pub photon: f64,
    /// What the user should know of this deck.
    pub warnings: Vec<String>,
}

impl Deck {
    /// Builds the deck of a case.
    ///
    /// # Errors
    /// Refuses what the transport cannot represent: no voxel, more than 255 materials, voxel arrays of another length
    /// than the grid, a source without a direction, a field that misses the grid.
    pub fn new(case: &Case, variance_reduction: VarianceReduction) -> Result<Deck, Error> {
        check(case)?;
        let voxels: Vec<u32> = case
            .voxel_material
            .iter()
            .zip(&case.voxel_density_g_cm3)
            .map(|(material, &density)| voxel_word(density, u32::from(material.0)))
            .collect();
        let mut tables = tables::Tables::default();
        let mut header = Header::new(case);
        tables::add_physics(case, &mut header, &mut tables);
        header::add_source(case, &mut header, &mut tables)?;
        header::add_solids(case, &mut header, &mut tables);
        blocks::add_blocks(case, &voxels, &mut header, &mut tables);
        importance::add_importance(case, variance_reduction, &mut header, &mut tables);
        let mut deck = Deck {
            header,
            voxels,
            tables: tables.into_values(),
            grid: case.grid,
            quantity: case.quantity,
            photon: 1.0,
            warnings: Vec::new(),
        };
        deck.photon = head::level(&mut deck);
        Ok(deck)
    }

    /// Bytes that the deck needs on a device.
    pub fn bytes(&self) -> u64 {
        (size_of::<Header>() + size_of_val(&*self.voxels) + size_of_val(&*self.tables)) as u64
    }
}

/// A voxel's word: the upper bits of its density (g/cm³) and its material.
pub fn voxel_word(density_g_cm3: f32, material: u32) -> u32 {
    let half = 1 << (MATERIAL_BITS - 1);
    (density_g_cm3.to_bits().saturating_add(half) & !MATERIAL_MASK) | material
}

/// Density of a voxel's word (g/cm³).
#[inline(always)]
pub fn voxel_density_g_cm3(word: u32) -> f32 {
    f32::from_bits(word & !MATERIAL_MASK)
}

/// Material of a voxel's word.
#[inline(always)]
pub fn voxel_material(word: u32) -> usize {
    (word & MATERIAL_MASK) as usize
}

fn check(case: &Case) -> Result<(), Error> {
    let refuse = |what: &str, why: String, remedy: &str| {
        Err(Error::Refused { what: what.into(), why, remedy: remedy.into() })
    };
    let grid = &case.grid;
    if grid.is_empty() {
        return refuse(
            "grid.shape",
            "the grid has no voxel".into(),
            "give at least one voxel along each axis",
        );
    }
    if grid.shape.iter().try_fold(1usize, |n, &s| n.checked_mul(s)).is_none_or(|n| n >= 1 << 31) {
        return refuse(
            "grid.shape",
            "the grid has 2^31 voxels or more".into(),
            "use larger voxels or a smaller box",
        );
    }
    if grid.spacing_mm.iter().any(|&s| !(s > 0.0 && s.is_finite()))
        || grid.corner_mm.iter().any(|c| !c.is_finite())
    {
        return refuse(
            "grid",
            "a voxel edge is not positive or a corner not finite".into(),
            "give millimetres",
        );
    }
    if case.voxel_material.len() != grid.len() || case.voxel_density_g_cm3.len() != grid.len() {
        return refuse(
            "grid",
            "the voxel arrays do not fit the shape".into(),
            "give one value a voxel, x fastest",
        );
    }
    if case.materials.is_empty() || case.materials.len() > MATERIAL_MASK as usize {
        return refuse(
            "materials",
            format!("{} materials", case.materials.len()),
            "use at least 1 and at most 255",
        );
    }
    let known = |m: crate::case::MaterialId| usize::from(m.0) < case.materials.len();
    if let Some(at) = case.voxel_material.iter().position(|&m| !known(m)) {
        return refuse(
            "grid",
            format!("voxel {at} names a material that is not in the list"),
            "extend the list",
        );
    }
    if let Some(at) =
        case.voxel_density_g_cm3.iter().position(|&d| !(d.is_finite() && (0.0..=30.0).contains(&d)))
    {
        return refuse(
            "grid",
            format!("voxel {at} has a density of {} g/cm3", case.voxel_density_g_cm3[at]),
            "densities run from 0 (vacuum) to 30 g/cm3",
        );
    }
    for (i, c) in case.collimators.iter().enumerate() {
        let finite = c.min_mm.iter().chain(&c.max_mm).all(|v| v.is_finite());
        if !finite
            || (0..3).any(|a| c.min_mm[a] >= c.max_mm[a])
            || !known(c.material)
            || c.density_g_cm3.is_nan()
            || c.density_g_cm3 <= 0.0
        {
            return refuse(
                &format!("collimator {}", i + 1),
                "it has no volume, no known material or no density".into(),
                "give min below max, a listed material and a positive density",
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voxel_word_keeps_material_and_density() {
        for (density, material) in [(0.0f32, 0u32), (1.0, 3), (0.001_205, 255), (19.3, 17), (1.85, 9)] {
            let word = voxel_word(density, material);
            assert_eq!(voxel_material(word), material as usize);
            assert!((voxel_density_g_cm3(word) - density).abs() <= density * 1.6e-5, "{density}");
        }
    }
}

//! The header of a deck: sizes, places of tables, source and constants, laid out as the shaders' uniform.
//!
//! Every field is four words long, so that Rust and WGSL agree on the layout without padding; a test compares them.

use super::tables::Tables;
use crate::case::{Case, Emission, Frame, Rectangle, Source};
use crate::error::Error;
use crate::spectrum::{CUTOFF_MEV, Spectrum};

/// Emission kind: from a point, uniform in solid angle.
pub const EMISSION_POINT: u32 = 0;
/// Emission kind: parallel, uniform in area.
pub const EMISSION_PARALLEL: u32 = 1;
/// A treatment head.
pub const EMISSION_HEAD: u32 = 2;
/// Elements of a material that may emit K lines above the cutoff; the strongest are kept.
pub const MAX_FLUORESCING: usize = 4;
/// Floats of one collimator in the tables: lower corner, material, upper corner, density.
pub const SOLID_FLOATS: usize = 8;

/// Sizes, places of tables in floats from the start of the tables, source, constants. Twin: `deck.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Header {
    /// Voxels along x, y, z; all of them.
    pub shape: [u32; 4],
    /// Blocks along x, y, z; all of them.
    pub block_shape: [u32; 4],
    /// Importance cells along x, y, z; all of them.
    pub importance_shape: [u32; 4],
    /// Materials, kinds of block, collimators, spectrum bins.
    pub counts: [u32; 4],
    /// Places: coefficients, photoelectric fractions, kinds, Klein-Nishina table.
    pub places_a: [u32; 4],
    /// Places: binding, Rayleigh, fluorescence probabilities, fluorescence lines.
    pub places_b: [u32; 4],
    /// Places: bremsstrahlung, spectrum, collimators, blocks.
    pub places_c: [u32; 4],
    /// Place of the importance cells; emission kind; place of what electrons carry, 0 where they neither carry energy nor
    /// radiate (kerma); 1 where the scoring rays are plain (every block walked voxel by voxel).
    pub choices: [u32; 4],
    /// Voxel edges (mm); kinetic energy below which photons deposit locally (MeV).
    pub spacing_mm: [f32; 4],
    /// Reciprocal voxel edges (1/mm); unused.
    pub per_spacing: [f32; 4],
    /// Block edges (mm); distance between scoring points on a ray (mm).
    pub block_mm: [f32; 4],
    /// Importance cell edges (mm); unused.
    pub importance_mm: [f32; 4],
    /// Size of the grid (mm); unused.
    pub upper_mm: [f32; 4],
    /// Focal spot or centre of the start plane (mm); unused.
    pub source_position: [f32; 4],
    /// Unit beam axis; unused.
    pub source_axis: [f32; 4],
    /// First axis of the field, times half the field's width (point: at unit distance; parallel: mm); unused.
    pub source_first: [f32; 4],
    /// Second axis of the field, likewise.
    pub source_second: [f32; 4],
}

impl Header {
    pub(super) fn new(case: &Case) -> Header {
        let grid = &case.grid;
        let three = |f: &dyn Fn(usize) -> f64, last: f64| -> [f32; 4] {
            [f(0) as f32, f(1) as f32, f(2) as f32, last as f32]
        };
        let size_mm: [f64; 3] = std::array::from_fn(|a| grid.spacing_mm[a] * grid.shape[a] as f64);
        let mut header: Header = bytemuck::Zeroable::zeroed();
        header.shape = [grid.shape[0] as u32, grid.shape[1] as u32, grid.shape[2] as u32, grid.len() as u32];
        header.spacing_mm = three(&|a| grid.spacing_mm[a], CUTOFF_MEV);
        header.per_spacing = three(&|a| 1.0 / grid.spacing_mm[a], 0.0);
        header.upper_mm = three(&|a| size_mm[a], 0.0);
        header
    }

    /// Lowest energy that is followed (MeV).
    #[inline(always)]
    pub fn cutoff_mev(&self) -> f32 {
        self.spacing_mm[3]
    }
}

/// Writes the source into the header and its spectrum into the tables.
pub(super) fn add_source(case: &Case, header: &mut Header, tables: &mut Tables) -> Result<(), Error> {
    match &case.source {
        Source::Rectangle(source) => add_rectangle(case, source, header, tables),
        Source::Head(head) => super::head::add_head(case, head, header, tables),
    }
}

fn add_rectangle(
    case: &Case,
    source: &Rectangle,
    header: &mut Header,
    tables: &mut Tables,
) -> Result<(), Error> {
    let refuse = |what: &str, why: &str, remedy: &str| {
        Err(Error::Refused { what: what.into(), why: why.into(), remedy: remedy.into() })
    };
    let Some(Frame { axis, first, second }) = Frame::new(source.direction) else {
        return refuse(
            "source.direction",
            "it has no length",
            "give the beam's direction, such as [0, 1, 0]",
        );
    };
    if source.position_mm.iter().chain(&source.field_mm).any(|v| !v.is_finite())
        || source.field_mm.iter().any(|&w| w < 0.0)
    {
        return refuse(
            "source",
            "position or field is negative or not finite",
            "give widths of zero or more",
        );
    }
    let unit_mm = match source.emission {
        Emission::Point { field_distance_mm } if field_distance_mm > 0.0 && field_distance_mm.is_finite() => {
            header.choices[1] = EMISSION_POINT;
            field_distance_mm
        }
        Emission::Point { .. } => {
            return refuse(
                "source.field_distance",
                "it is not positive",
                "give the distance from the point at which the field is measured",
            );
        }
        Emission::Parallel => {
            header.choices[1] = EMISSION_PARALLEL;
            1.0
        }
    };
    let four = |v: [f64; 3]| [v[0] as f32, v[1] as f32, v[2] as f32, 0.0];
    header.source_position = four(std::array::from_fn(|a| source.position_mm[a] - case.grid.corner_mm[a]));
    header.source_axis = four(axis);
    header.source_first = four(first.map(|d| d * 0.5 * source.field_mm[0] / unit_mm));
    header.source_second = four(second.map(|d| d * 0.5 * source.field_mm[1] / unit_mm));

    header.counts[3] = source.spectrum.bins().len() as u32;
    header.places_c[1] = tables.place(4);
    add_spectrum(&source.spectrum, tables);
    Ok(())
}

/// Writes a spectrum: for each bin its cumulative probability and its edges (MeV).
pub(super) fn add_spectrum(spectrum: &Spectrum, tables: &mut Tables) {
    let bins = spectrum.bins();
    let total: f64 = bins.iter().map(|bin| bin.weight).sum();
    let mut below = 0.0;
    for bin in bins {
        below += bin.weight / total;
        tables.push(&[below as f32, bin.lo_mev as f32, bin.hi_mev as f32, 0.0]);
    }
}

/// Writes the collimators into the tables.
pub(super) fn add_solids(case: &Case, header: &mut Header, tables: &mut Tables) {
    header.counts[2] = case.collimators.len() as u32;
    header.places_c[2] = tables.place(4);
    for solid in &case.collimators {
        let corner =
            |mm: [f64; 3]| -> [f32; 3] { std::array::from_fn(|a| (mm[a] - case.grid.corner_mm[a]) as f32) };
        tables.push(&corner(solid.min_mm));
        tables.push(&[f32::from(solid.material.0)]);
        tables.push(&corner(solid.max_mm));
        tables.push(&[solid.density_g_cm3 as f32]);
    }
}

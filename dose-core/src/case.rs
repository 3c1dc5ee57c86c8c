//! What is simulated: a voxel grid, collimators, a source and the quantity asked for.
//!
//! Lengths are millimetres here; a case file's centimetres are converted where it is read.

pub mod frame;
pub mod head;

use crate::material::Material;
use crate::spectrum::Spectrum;
use volume::Grid;

pub use frame::Frame;
pub use head::{Component, ExtraFocal, Head, HeadBeam, Leakage, Piece, WedgeMetal};

/// Place of a material in [`Case::materials`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MaterialId(pub u8);

/// What is scored in the voxels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Kerma: energy transferred to electrons per mass, radiative part included; no bremsstrahlung is transported.
    Kerma,
    /// Absorbed dose: the bremsstrahlung of the electrons set free is transported, the rest of their energy left where they
    /// carry it in the mean.
    Dose,
}

/// An axis-aligned homogeneous solid outside the grid: a jaw or a shield.
#[derive(Clone, Debug, PartialEq)]
pub struct Collimator {
    /// Lower corner (mm).
    pub min_mm: [f64; 3],
    /// Upper corner (mm).
    pub max_mm: [f64; 3],
    /// What it is made of.
    pub material: MaterialId,
    /// Its density (g/cm³).
    pub density_g_cm3: f64,
}

/// Where photons start and where they head.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Emission {
    /// From one point into a rectangular pyramid, uniform in solid angle; the field is measured at
    /// `field_distance_mm` from the point along the axis.
    Point {
        /// Distance from the point to the plane where the field's widths are measured (mm).
        field_distance_mm: f64,
    },
    /// Along the axis from a rectangle centred on the position, uniform in area.
    Parallel,
}

/// Where the photons come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// One rectangular field.
    Rectangle(Rectangle),
    /// A treatment head that delivers a plan.
    Head(Head),
}

/// A source of one rectangular field.
#[derive(Clone, Debug, PartialEq)]
pub struct Rectangle {
    /// The focal spot, or the centre of the start plane (mm).
    pub position_mm: [f64; 3],
    /// Beam axis; any length but zero.
    pub direction: [f64; 3],
    /// Full widths of the rectangle along its first and second axis (mm); 0 is a pencil. The first axis is x for a
    /// beam along y or z, and y for a beam along x.
    pub field_mm: [f64; 2],
    /// Point or parallel.
    pub emission: Emission,
    /// Photon energies.
    pub spectrum: Spectrum,
}

impl Source {
    /// The source of one field, if it is one.
    pub fn rectangle(&self) -> Option<&Rectangle> {
        if let Source::Rectangle(source) = self { Some(source) } else { None }
    }

    /// The same, to be changed.
    pub fn rectangle_mut(&mut self) -> Option<&mut Rectangle> {
        if let Source::Rectangle(source) = self { Some(source) } else { None }
    }
}

/// Everything that one transport needs to know.
#[derive(Clone, Debug)]
pub struct Case {
    /// The scoring grid; vacuum around it.
    pub grid: Grid,
    /// The materials that voxels and collimators name by their place.
    pub materials: Vec<Material>,
    /// Material of each voxel, x fastest.
    pub voxel_material: Vec<MaterialId>,
    /// Density of each voxel (g/cm³), x fastest; 0 is vacuum.
    pub voxel_density_g_cm3: Vec<f32>,
    /// Solids outside the grid.
    pub collimators: Vec<Collimator>,
    /// Where the photons come from.
    pub source: Source,
    /// What to score.
    pub quantity: Quantity,
}

//! Machines: what the head of a linac is made of and what its beams are like.
//!
//! A machine is a text file (`docs/formats/machine.md`); those that come with the program are in [`built_in()`].
//! [`choose()`] finds the one for a beam.

pub mod built_in;
pub mod choose;
mod file;

use crate::beam::Fluence;
use crate::profile::{Profile, Softening};
use crate::spectrum::AliRogers;

pub use built_in::built_in;
pub use choose::{Choice, choose};

/// Which of a plan's devices a solid of the head is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Jaws that move along x.
    XJaws,
    /// Jaws that move along y.
    YJaws,
    /// Leaves: the plan's layer of this number, from 0.
    Leaves(u8),
}

/// A solid that limits the beam.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadDevice {
    /// Which of the plan's devices it is.
    pub role: Role,
    /// Source to its upper face (mm).
    pub top_mm: f64,
    /// Source to its lower face (mm).
    pub bottom_mm: f64,
    /// What it is made of, a name of [`Machine::materials`].
    pub material: String,
    /// Radius of its tips (mm); `None` for plane tips that look at the focal spot.
    pub tip_radius_mm: Option<f64>,
    /// Gap between neighbouring leaves at their own distance (mm).
    pub gap_mm: f64,
    /// The planes of the leaves' sides meet this far beside the focal spot (mm).
    pub side_focus_mm: f64,
}

/// A metal of the head.
#[derive(Clone, Debug, PartialEq)]
pub struct Material {
    /// Its name.
    pub name: String,
    /// Its density (g/cm³).
    pub density_g_cm3: f64,
    /// Elements by symbol and their parts by mass, which sum to 1.
    pub mass_fractions: Vec<(String, f64)>,
}

/// Where a monitor unit is worth a known dose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference {
    /// Side of the square field in the isocentre plane (mm).
    pub field_mm: f64,
    /// Depth in water (mm).
    pub depth_mm: f64,
    /// Source to the water's surface (mm).
    pub ssd_mm: f64,
    /// Dose for each monitor unit there (Gy/MU).
    pub gy_per_mu: f64,
}

/// One photon beam of a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct BeamQuality {
    /// Nominal energy (MV).
    pub nominal_mv: f64,
    /// With or without flattening filter.
    pub fluence: Fluence,
    /// Energies on the axis.
    pub spectrum: AliRogers,
    /// How much softer it is off the axis.
    pub softening: Softening,
    /// Fluence off the axis.
    pub profile: Profile,
    /// Standard deviation of the focal spot (mm).
    pub focal_spot_mm: f64,
    /// What a monitor unit is worth.
    pub reference: Reference,
}

/// A machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Its name, for `--machine`.
    pub name: String,
    /// What it is, in words.
    pub title: String,
    /// Whether it stands for machines that nobody described.
    pub generic: bool,
    /// Which plans it fits.
    pub fits: Fits,
    /// Metals of its head.
    pub materials: Vec<Material>,
    /// What limits its beams, from the source down.
    pub devices: Vec<HeadDevice>,
    /// Its beams.
    pub beams: Vec<BeamQuality>,
    /// Every number of the file with its source.
    pub facts: Vec<Fact>,
}

/// What tells a machine's plans from others.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Fits {
    /// Source to isocentre (mm).
    pub sad_mm: f64,
    /// Parts of the manufacturer's name, lower case.
    pub manufacturers: Vec<String>,
    /// Parts of the model's name, lower case.
    pub models: Vec<String>,
    /// Parts of the clinic's name for the machine, lower case.
    pub names: Vec<String>,
    /// Sides of its leaves in the isocentre plane, one list a layer (mm).
    pub leaf_sides_mm: Vec<Vec<f64>>,
}

/// A number of a machine file and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Its place in the file, as in `device[1].top_mm`.
    pub key: String,
    /// Where it was read.
    pub source: String,
    /// Whether nobody has checked it.
    pub unverified: bool,
}

impl Machine {
    /// Reads a machine file; `file` is its name in messages.
    pub fn from_toml(file: &str, text: &str) -> Result<Machine, crate::Error> {
        file::read(file, text)
    }

    /// The keys of the numbers that nobody has checked.
    pub fn unverified(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().filter(|fact| fact.unverified).map(|fact| fact.key.as_str())
    }

    /// The material of this name.
    pub fn material(&self, name: &str) -> Option<&Material> {
        self.materials.iter().find(|material| material.name == name)
    }
}

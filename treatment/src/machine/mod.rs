//! Machines: what the head of a linac is made of and what its beams are like.
//!
//! A machine is a text file (`docs/formats/machine.md`); those that come with the program are in [`built_in()`].
//! [`choose()`] finds the one for a beam.

pub mod bounds;
pub mod built_in;
pub mod choose;
mod file;
mod words;

use crate::Electrons;
use crate::beam::Fluence;
use crate::profile::{Profile, Softening};
use crate::spectrum::AliRogers;

pub use built_in::built_in;
pub use choose::{Choice, choose};
pub use words::in_words;

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
    /// What flattening filter and primary collimator scatter; `None` where the file does not say.
    pub extra_focal: Option<ExtraFocal>,
    /// What leaks through the housing; `None` where the file does not say.
    pub leakage: Option<Leakage>,
    /// What its electrons add below the skin; `None` where the file does not say.
    pub electrons: Option<Electrons>,
    /// How well the components of the dose are known.
    pub model_uncertainty: ModelUncertainty,
}

/// The disc that stands for flattening filter and primary collimator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExtraFocal {
    /// Share of the photons on the axis of the open beam, in the isocentre plane, that come from the disc.
    pub share: f64,
    /// Source to disc (mm).
    pub distance_mm: f64,
    /// Standard deviation of the disc's Gaussian (mm).
    pub sigma_mm: f64,
}

impl ExtraFocal {
    /// Photons of the disc over those of the focal spot, on the axis.
    pub fn ratio(&self) -> f64 {
        self.share / (1.0 - self.share)
    }
}

/// What leaks through the housing.
#[derive(Clone, Debug, PartialEq)]
pub struct Leakage {
    /// Kerma in water, free in air at the isocentre's distance from the target, over that of the open beam at the isocentre.
    pub level: f64,
    /// Mean energy of its photons (MeV).
    pub mean_mev: f64,
    /// Relative to the level, by the angle to the beam's axis: (degrees, relative), straight lines between, the nearest beyond.
    pub by_angle: Vec<[f64; 2]>,
}

impl Leakage {
    /// Photons in bins: `E exp(−2E/mean)`, up to six times the mean. The form is a choice (no spectrum was found in print),
    /// a smooth one with the stated mean.
    pub fn bins(&self, count: usize) -> Vec<(f64, f64, f64)> {
        const LOWEST_MEV: f64 = 0.03;
        let width = (6.0 * self.mean_mev - LOWEST_MEV) / count as f64;
        let bin = |i: usize| {
            let [lower, upper] = [i, i + 1].map(|i| LOWEST_MEV + width * i as f64);
            let middle = 0.5 * (lower + upper);
            (lower, upper, middle * (-2.0 * middle / self.mean_mev).exp())
        };
        (0..count).map(bin).collect()
    }

    /// Relative to the level, at the cosine of the angle to the beam's axis.
    pub fn relative(&self, cos: f64) -> f64 {
        let points: Vec<(f64, f64)> =
            self.by_angle.iter().map(|&[degrees, relative]| (degrees, relative)).collect();
        crate::profile::interpolate(&points, cos.clamp(-1.0, 1.0).acos().to_degrees())
    }
}

/// Relative standard errors of the components of the dose, for want of knowledge of the machine; independent of each other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ModelUncertainty {
    /// Of the open beam and its scatter.
    pub in_field: f64,
    /// Of what flattening filter and primary collimator scatter.
    pub head_scatter: f64,
    /// Of what jaws and leaves let through and scatter.
    pub collimator: f64,
    /// Of the leakage.
    pub leakage: f64,
    /// Of the contaminating electrons, which are counted with the scatter of the head.
    pub electrons: f64,
}

impl ModelUncertainty {
    /// In the order of the dose's components.
    pub fn by_component(&self) -> [f64; 4] {
        [self.in_field, self.head_scatter, self.collimator, self.leakage]
    }
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
    /// Where the primary collimator ends the beam: the radius in the isocentre plane (mm); `None` where the file does not say.
    pub cone_mm: Option<f64>,
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
    /// Its standard error in per cent of it, where it was fitted to measurements.
    pub uncertainty_percent: Option<f64>,
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

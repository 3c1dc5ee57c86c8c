//! A treatment head as a source, piece by piece of a plan: focal photons that pass jaws and leaves or scatter in them,
//! photons that were scattered above (flattening filter, primary collimator), and leakage through the housing.

use super::MaterialId;
use crate::spectrum::Spectrum;

/// Which photons a run follows. Components are run one by one, so that each has its own statistics where it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// Those that cross no metal below the target.
    Open,
    /// Those that cross metal of the collimators and are thinned by it.
    Transmitted,
    /// Both of these: all focal photons that did not scatter in the head.
    All,
    /// Those that were scattered by flattening filter and primary collimator, through opening and metal.
    ExtraFocal,
    /// Focal photons that scattered in jaws or leaves, once or more often, and what came of pairs in them.
    Scattered,
    /// Those that leak through the housing.
    Leakage,
}

/// A focal source behind collimators.
///
/// The open beam emits, for each MU, a number of photons a unit of solid angle that is 1 on the axis; the profile says
/// what it is elsewhere. A run's dose times [`Head::fluence`] is the dose of the whole plan in that unit, which a
/// calibration turns into Gy.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// What differs from beam to beam.
    pub beams: Vec<HeadBeam>,
    /// What is delivered, in pieces in which the gantry hardly turns.
    pub pieces: Vec<Piece>,
    /// Which photons are followed.
    pub component: Component,
    /// Share of the photons that are aimed into the opening's box; the others go into the whole beam. Leakage, which has
    /// no opening, is aimed at the grid.
    pub aimed_share: f64,
    /// Half the width of the whole beam, a square (tangent of the angle off the axis as the focal spot sees it).
    pub half_width: f64,
}

/// Spectrum, profile and collimators of one beam.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadBeam {
    /// Photon energies on the axis.
    pub spectrum: Spectrum,
    /// Standard deviation of the focal spot (mm).
    pub focal_spot_mm: f64,
    /// Relative fluence and relative energy at even steps of the tangent of the angle off the axis, from 0 on.
    pub profile: Vec<[f64; 2]>,
    /// The step (tangent).
    pub profile_step: f64,
    /// Jaws and leaves at all control points, as [`crate::transport::collimation`] reads them.
    pub aperture: Vec<f32>,
    /// Material and density (g/cm³) of each bank in the aperture, from the source down.
    pub banks: Vec<(MaterialId, f64)>,
    /// What flattening filter and primary collimator scatter, if that is described.
    pub extra_focal: Option<ExtraFocal>,
    /// What leaks through the housing, if that is described.
    pub leakage: Option<Leakage>,
    /// Metal wedges that pieces may have in the beam.
    pub wedges: Vec<WedgeMetal>,
}

/// A disc below the target that scatters focal photons.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExtraFocal {
    /// Photons of the disc over focal photons, on the axis in the isocentre plane, nothing in the way.
    pub ratio: f64,
    /// Distance of the disc from the focal spot (mm).
    pub distance_mm: f64,
    /// Standard deviation of the Gaussian that says where on the disc they come from (mm); cut at three of them.
    pub sigma_mm: f64,
}

/// Photons that leave the target through the housing.
#[derive(Clone, Debug, PartialEq)]
pub struct Leakage {
    /// Photon energies.
    pub spectrum: Spectrum,
    /// Photons a unit of solid angle, for one of the open beam on its axis, where the table says 1.
    pub per_focal: f64,
    /// Relative to that, at even steps of the cosine of the angle to the beam's axis, from −1 (back) to 1.
    pub by_cosine: Vec<f64>,
}

/// A metal wedge: its thickness along a ray grows evenly with where the ray crosses the isocentre plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WedgeMetal {
    /// What it is made of.
    pub material: MaterialId,
    /// Its density (g/cm³).
    pub density_g_cm3: f64,
    /// Thickness on the axis (mm).
    pub axis_mm: f64,
    /// Growth along x and y (mm for each mm in the isocentre plane).
    pub slope: [f64; 2],
    /// Least and greatest thickness (mm).
    pub bounds_mm: [f64; 2],
}

/// A part of a beam that the engine takes to be given from one direction; jaws and leaves still move in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Place in [`Head::beams`].
    pub beam: usize,
    /// MU given in it.
    pub mu: f64,
    /// Control point that it comes after.
    pub pose: u32,
    /// Which part (0 to 1) of the way to the next control point it covers.
    pub parts: [f64; 2],
    /// The focal spot's centre, in the space of the grid (mm).
    pub source_mm: [f64; 3],
    /// Unit axes of the beam limiting device system, x, y and z (towards the source), in the space of the grid.
    pub axes: [[f64; 3]; 3],
    /// A box around the opening: x from and to, y from and to (tangents).
    pub opening: [f64; 4],
    /// Place in [`HeadBeam::wedges`] of the wedge that stands in the beam.
    pub wedge: Option<usize>,
}

impl Piece {
    /// Area of the opening's box at unit distance.
    pub fn area(&self) -> f64 {
        let [x0, x1, y0, y1] = self.opening;
        (x1 - x0) * (y1 - y0)
    }
}

impl Head {
    /// What a piece's photons stand for together, in focal photons on the axis a unit of solid angle: MU times what they
    /// are aimed at. Pieces are drawn in its proportion.
    pub fn strength(&self, piece: &Piece) -> f64 {
        let beam = &self.beams[piece.beam];
        piece.mu
            * match self.component {
                Component::Open | Component::Transmitted | Component::All => piece.area(),
                Component::ExtraFocal => beam.extra_focal.map_or(0.0, |disc| disc.ratio * piece.area()),
                Component::Scattered => SCATTERED_UNIT * 4.0 * self.half_width * self.half_width,
                Component::Leakage => beam.leakage.as_ref().map_or(0.0, |leakage| leakage.per_focal),
            }
    }

    /// The strength of all pieces: what a run's dose is to be multiplied with. 0 where no beam has this component.
    pub fn fluence(&self) -> f64 {
        self.pieces.iter().map(|piece| self.strength(piece)).sum()
    }
}

/// Weight that counts as 1 in a run of scattered photons: those behind whole jaws have about a tenth of it, those from
/// edges up to ten times as much.
const SCATTERED_UNIT: f64 = 0.1;

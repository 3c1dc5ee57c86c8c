//! A treatment head as a source: a focal spot whose photons pass jaws and leaves, piece by piece of a plan.

use super::MaterialId;
use crate::spectrum::Spectrum;

/// Which photons a run follows. Components are run one by one, so that each has its own statistics where it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// Those that cross no metal below the target.
    Open,
    /// Those that cross metal of the collimators and are thinned by it.
    Transmitted,
    /// Both.
    All,
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
    /// Share of the photons that are aimed into the opening's box; the others go into the whole beam.
    pub aimed_share: f64,
    /// Half the width of the whole beam, a square (tangent of the angle off the axis).
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
    /// Material and density (g/cm³) of each bank in the aperture.
    pub banks: Vec<(MaterialId, f64)>,
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
}

impl Piece {
    /// Area of the opening's box at unit distance.
    pub fn area(&self) -> f64 {
        let [x0, x1, y0, y1] = self.opening;
        (x1 - x0) * (y1 - y0)
    }
}

impl Head {
    /// MU times area of the opening's box (at unit distance), summed: what a run's dose is to be multiplied with.
    pub fn fluence(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.mu * piece.area()).sum()
    }
}

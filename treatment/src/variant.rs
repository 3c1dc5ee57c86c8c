//! Other plans that treat the same target: the collimator turned, another energy, another couch angle.
//!
//! Pure functions from a sound beam or plan to another sound one. None of them optimises anything, and none knows what a
//! machine can deliver (speeds, leaf overtravel, collisions): a planning system has to check that.

pub mod collimator;
pub mod couch;
pub mod energy;
mod outline;

use crate::beam::Beam;
use std::f64::consts::{PI, TAU};

/// An angle from 0 to below a full turn (rad).
fn wrapped(angle_rad: f64) -> f64 {
    angle_rad.rem_euclid(TAU)
}

/// An angle from minus to plus half a turn (rad).
fn signed(angle_rad: f64) -> f64 {
    PI - (PI - angle_rad).rem_euclid(TAU)
}

/// The part of the beam's monitor units that each control point stands for: half of the intervals beside it.
fn weights(beam: &Beam) -> Vec<f64> {
    let at = |index: usize| beam.control_points[index.min(beam.control_points.len() - 1)].meterset;
    (0..beam.control_points.len()).map(|index| 0.5 * (at(index + 1) - at(index.saturating_sub(1)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_brought_into_one_turn() {
        assert!((wrapped(-0.5) - (TAU - 0.5)).abs() < 1e-12 && (signed(TAU - 0.5) + 0.5).abs() < 1e-12);
        assert!((signed(PI) - PI).abs() < 1e-12 && (signed(-PI) - PI).abs() < 1e-12);
    }
}

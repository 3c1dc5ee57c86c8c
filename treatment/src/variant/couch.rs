//! Another couch angle: the beams enter the patient elsewhere.

use super::{signed, weights, wrapped};
use crate::beam::Beam;
use crate::error::Error;
use crate::iec61217::PatientPosition;
use crate::pose::Pose;
use crate::rigid::Rigid;
use std::f64::consts::FRAC_PI_2;

/// By how much a beam's direction in the patient changed (rad).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swing {
    /// Mean over the control points by their monitor units.
    pub mean_rad: f64,
    /// The most of any.
    pub most_rad: f64,
}

/// The beam with its couch turned on by an angle (rad).
///
/// Where the gantry stands still, the collimator is turned back so that the aperture turns about the beam as little as it
/// can: with the gantry at 0 or 180 degrees the couch turns about the beam, and the beam stays the same in the patient. In
/// an arc the collimator stays: one that follows is another technique. The aperture is not fitted to the target as
/// seen from its new side.
///
/// # Errors
/// The couch would stand beyond 90 degrees.
pub fn turned(beam: &Beam, by_rad: f64, position: PatientPosition) -> Result<(Beam, Swing), Error> {
    let stands =
        beam.control_points.windows(2).enumerate().all(|(start, _)| beam.gantry_turn_rad(start).abs() < 1e-6);
    let mut new = beam.clone();
    let mut swing = Swing { mean_rad: 0.0, most_rad: 0.0 };
    for (point, weight) in new.control_points.iter_mut().zip(weights(beam)) {
        let old = point.pose.clone();
        let support_rad = signed(old.support_rad + by_rad);
        if support_rad.abs() > FRAC_PI_2 + 1e-9 {
            let why = format!("its couch would stand at {:.0} degrees", support_rad.to_degrees());
            return Err(beam.refusal(why, "couch angles up to 90 degrees to either side"));
        }
        point.pose.support_rad = wrapped(support_rad);
        if stands {
            point.pose.collimator_rad = wrapped(turned_least(&old, &point.pose, position));
        }
        let [a, b] = [&old, &point.pose].map(|pose| axes(pose, position)[2]);
        let angle_rad = dot(a, b).clamp(-1.0, 1.0).acos();
        swing.mean_rad += weight * angle_rad;
        swing.most_rad = swing.most_rad.max(angle_rad);
    }
    new.check()?;
    Ok((new, swing))
}

/// The beam limiting device's axes in the patient.
fn axes(pose: &Pose, position: PatientPosition) -> [[f64; 3]; 3] {
    columns(&pose.patient_from_limiting_device(position))
}

fn columns(map: &Rigid) -> [[f64; 3]; 3] {
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|axis| map.direction(axis))
}

/// The collimator angle of the new pose at which the aperture is that of the old one carried over by the least turn.
fn turned_least(old: &Pose, new: &Pose, position: PatientPosition) -> f64 {
    let [x, _, from] = axes(old, position);
    let [gantry_x, gantry_y, to] = columns(&new.patient_from_gantry(position));
    // The least turn that brings `from` to `to` is about their cross product (O. Rodrigues, 1840).
    let axis = cross(from, to);
    let (sin, cos) = (dot(axis, axis).sqrt(), dot(from, to));
    let carried = if sin < 1e-12 {
        x
    } else {
        let unit = axis.map(|part| part / sin);
        let (across, along) = (cross(unit, x), dot(unit, x) * (1.0 - cos));
        std::array::from_fn(|i| x[i] * cos + across[i] * sin + unit[i] * along)
    };
    dot(carried, gantry_y).atan2(dot(carried, gantry_x))
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::{Identity, Target, arc, four_fields};

    fn plans() -> [crate::Plan; 2] {
        let target = Target {
            centre_mm: [0.0; 3],
            radius_mm: 30.0,
            position: PatientPosition::Hfs,
            dose_gy: 1.0,
            fractions: 1,
            mu: 100.0,
        };
        let identity =
            Identity { uid: "1.2".into(), frame_of_reference_uid: "1.3".into(), structure_set_uid: None };
        [four_fields(&target, &identity), arc(&target, &identity)]
    }

    #[test]
    fn a_couch_that_turns_about_the_beam_leaves_it_as_it_is() {
        let [fields, _] = plans();
        for (beam, is_same) in fields.beams.iter().zip([true, false, true, false]) {
            let (new, swing) = turned(beam, 0.4, PatientPosition::Hfs).unwrap();
            let [a, b] = [beam, &new].map(|beam| axes(&beam.control_points[0].pose, PatientPosition::Hfs));
            let most = a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).abs());
            assert_eq!(most.fold(0.0, f64::max) < 1e-9, is_same, "{}", beam.name);
            assert!((swing.mean_rad - if is_same { 0.0 } else { 0.4 }).abs() < 1e-6, "{swing:?}");
            // The least turn leaves in place what it turns about: here the patient's front.
            let front = |axes: [[f64; 3]; 3]| axes.map(|axis| axis[1]);
            assert!(front(a).iter().zip(front(b)).all(|(a, b)| (a - b).abs() < 1e-9), "{}", beam.name);
        }
    }

    #[test]
    fn an_arc_keeps_its_collimator_and_swings_by_less_than_the_couch() {
        let [_, arc] = plans();
        let (new, swing) = turned(&arc.beams[0], 0.4, PatientPosition::Hfs).unwrap();
        assert!(new.control_points.iter().all(|point| point.pose.collimator_rad == 0.0));
        assert!((swing.most_rad - 0.4).abs() < 1e-3 && swing.mean_rad < 0.3, "{swing:?}");
        assert!((swing.mean_rad - 0.2548).abs() < 0.002, "{swing:?}"); // mean of asin(sin 0.2 |sin g|) x 2
        assert!(turned(&arc.beams[0], 1.6, PatientPosition::Hfs).is_err());
        let (back, _) = turned(&new, -0.4, PatientPosition::Hfs).unwrap();
        assert!(back.control_points[3].pose.support_rad.abs() < 1e-9);
    }
}

//! Plans made up here: for the demo, for tests and for round trips through files.

use crate::beam::{Beam, ControlPoint, Fluence, Motion, Radiation};
use crate::device::{DeviceKind, LimitingDevice};
use crate::iec61217::PatientPosition;
use crate::plan::{FractionGroup, GroupBeam, Plan, Prescription};
use crate::pose::{Opening, Pose, Turn, Turning};

/// What a made-up plan treats: a ball, with leaves that follow its outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its centre in the patient (DICOM, mm), the isocentre.
    pub centre_mm: [f64; 3],
    /// Its radius, margin included (mm).
    pub radius_mm: f64,
    /// How the patient lies.
    pub position: PatientPosition,
    /// Prescribed dose of the course (Gy).
    pub dose_gy: f64,
    /// How many fractions.
    pub fractions: u32,
    /// Monitor units of one fraction.
    pub mu: f64,
}

/// Who a made-up plan says it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// SOP Instance UID of the plan.
    pub uid: String,
    /// Frame of reference.
    pub frame_of_reference_uid: String,
    /// Structure set.
    pub structure_set_uid: Option<String>,
}

/// Four static fields at 0, 90, 180 and 270 degrees.
pub fn four_fields(target: &Target, identity: &Identity) -> Plan {
    let beams = [0.0, 90.0, 180.0, 270.0].into_iter().zip(1..);
    let beams = beams
        .map(|(gantry, number)| {
            let pose = pose(target, f64::to_radians(gantry));
            let points = [0.0, 1.0].map(|meterset| point(meterset, pose.clone(), Turn::Shorter)).to_vec();
            beam(number, format!("G{gantry:03.0}"), Motion::Static, points)
        })
        .collect();
    plan("four fields", target, identity, beams)
}

/// One arc from 181 to 179 degrees, clockwise, a control point every two degrees.
pub fn arc(target: &Target, identity: &Identity) -> Plan {
    const STEPS: usize = 179;
    let points = (0..=STEPS)
        .map(|step| {
            let gantry = (181.0 + 2.0 * step as f64) % 360.0;
            let turn = if step < STEPS { Turn::Growing } else { Turn::Shorter };
            point(step as f64 / STEPS as f64, pose(target, gantry.to_radians()), turn)
        })
        .collect();
    plan("arc", target, identity, vec![beam(1, "ARC".into(), Motion::Dynamic, points)])
}

/// Sides of Millennium 120 leaves (mm).
pub fn millennium_sides_mm() -> Vec<f64> {
    let outer = |from: f64| (0..10).map(move |i| from + 10.0 * f64::from(i));
    let inner = (0..40).map(|i| -100.0 + 5.0 * f64::from(i));
    outer(-200.0).chain(inner).chain(outer(100.0)).chain([200.0]).collect()
}

fn point(meterset: f64, pose: Pose, gantry: Turn) -> ControlPoint {
    ControlPoint { meterset, pose, turning: Turning { gantry, ..Turning::default() }, ssd_mm: None }
}

fn pose(target: &Target, gantry_rad: f64) -> Pose {
    let jaw = vec![[-target.radius_mm - 5.0, target.radius_mm + 5.0]];
    Pose {
        gantry_rad,
        collimator_rad: 0.0,
        support_rad: 0.0,
        eccentric_rad: 0.0,
        pitch_rad: 0.0,
        roll_rad: 0.0,
        isocentre_mm: target.centre_mm,
        openings: vec![jaw.clone(), jaw, outline(target.radius_mm)],
        wedges: vec![],
    }
}

/// Leaves that follow a circle, by the widest place within each leaf; others closed under the jaw.
fn outline(radius_mm: f64) -> Opening {
    let sides = millennium_sides_mm();
    let pairs = sides.windows(2).map(|side| {
        let nearest = if side[0] <= 0.0 && side[1] >= 0.0 { 0.0 } else { side[0].abs().min(side[1].abs()) };
        match radius_mm * radius_mm - nearest * nearest {
            square if square > 0.0 => [-square.sqrt(), square.sqrt()],
            _ => [-radius_mm - 20.0; 2],
        }
    });
    pairs.collect()
}

fn beam(number: i32, name: String, motion: Motion, control_points: Vec<ControlPoint>) -> Beam {
    Beam {
        number,
        name,
        machine_name: "TrueBeam".into(),
        manufacturer: "Varian Medical Systems".into(),
        model: "TDS".into(),
        radiation: Radiation::Photon,
        nominal_mv: 6.0,
        fluence: Fluence::Flattened,
        motion,
        delivery_type: "TREATMENT".into(),
        sad_mm: 1000.0,
        devices: vec![
            LimitingDevice::jaws(DeviceKind::AsymX),
            LimitingDevice::jaws(DeviceKind::AsymY),
            LimitingDevice::leaves(DeviceKind::MlcX, millennium_sides_mm()),
        ],
        wedges: vec![],
        blocks: vec![],
        control_points,
    }
}

fn plan(label: &str, target: &Target, identity: &Identity, beams: Vec<Beam>) -> Plan {
    let mu = target.mu / beams.len() as f64;
    let given = beams.iter().map(|beam| GroupBeam { number: beam.number, mu, dose_gy: None }).collect();
    Plan {
        label: label.into(),
        uid: identity.uid.clone(),
        class_uid: "1.2.840.10008.5.1.4.1.1.481.5".into(),
        frame_of_reference_uid: Some(identity.frame_of_reference_uid.clone()),
        structure_set_uid: identity.structure_set_uid.clone(),
        manufacturer: "straydose".into(),
        model: "straydose".into(),
        position: target.position,
        groups: vec![FractionGroup { number: 1, fractions: Some(target.fractions), beams: given }],
        beams,
        prescriptions: vec![Prescription {
            description: "target".into(),
            roi_number: None,
            dose_gy: target.dose_gy,
        }],
        left_out: vec![],
        notes: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opening::{Rectangle, rectangles};

    #[test]
    fn made_up_plans_are_sound_and_open_little_more_than_the_target() {
        let target = Target {
            centre_mm: [0.0; 3],
            radius_mm: 30.0,
            position: PatientPosition::Hfs,
            dose_gy: 54.0,
            fractions: 30,
            mu: 240.0,
        };
        let identity =
            Identity { uid: "1.2.3".into(), frame_of_reference_uid: "1.2.4".into(), structure_set_uid: None };
        for plan in [four_fields(&target, &identity), arc(&target, &identity)] {
            plan.check().unwrap();
            assert!((plan.mu() - 240.0).abs() < 1e-9);
            let beam = &plan.beams[0];
            let open = rectangles(&beam.devices, &beam.control_points[0].pose.openings);
            let area: f64 = open.iter().map(Rectangle::area_mm2).sum();
            let circle = std::f64::consts::PI * 30.0 * 30.0;
            assert!(area > circle && area < 1.25 * circle, "{area} of {circle} mm²");
        }
    }
}

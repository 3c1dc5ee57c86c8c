//! Plans written and read back: what goes in comes out.

use formats::dicom::write::{Identity, PlanWriter};
use formats::dicom::{DicomFile, plan::read_plan, tags};
use proptest::prelude::*;
use treatment::iec61217::PatientPosition;
use treatment::pose::{Turn, Turning, WedgePosition};
use treatment::synthetic::{Identity as PlanIdentity, Target, arc, four_fields};
use treatment::wedge::{Wedge, WedgeKind};
use treatment::{Plan, Pose};

fn target(position: PatientPosition) -> Target {
    Target {
        centre_mm: [12.5, -180.25, 640.0],
        radius_mm: 32.0,
        position,
        dose_gy: 54.0,
        fractions: 30,
        mu: 250.0,
    }
}

fn identity() -> PlanIdentity {
    PlanIdentity {
        uid: String::new(),
        frame_of_reference_uid: String::new(),
        structure_set_uid: Some("1.2.3.4".into()),
    }
}

fn written_and_read(plan: &Plan) -> Plan {
    let identity = Identity::of_phantom("ROUND-TRIP", "F");
    let (uid, bytes) = PlanWriter { identity: &identity, plan }.bytes();
    let file = DicomFile::from_bytes("plan.dcm".as_ref(), &bytes).unwrap();
    let read = read_plan(&file).unwrap();
    assert_eq!(read.uid, uid);
    assert_eq!(read.frame_of_reference_uid.as_deref(), Some(identity.frame_of_reference_uid.as_str()));
    read
}

/// Everything but the UIDs, which the writer gives.
fn assert_same(written: &Plan, read: &Plan) {
    assert_eq!(read.position, written.position);
    assert_eq!(read.groups, written.groups);
    assert_eq!(read.prescriptions, written.prescriptions);
    assert_eq!(read.structure_set_uid, written.structure_set_uid);
    assert!(read.left_out.is_empty() && read.notes.is_empty());
    assert_eq!(read.beams.len(), written.beams.len());
    for (a, b) in written.beams.iter().zip(&read.beams) {
        assert_eq!((a.number, &a.name, a.fluence, a.motion), (b.number, &b.name, b.fluence, b.motion));
        assert_eq!((&a.devices, a.sad_mm, a.nominal_mv), (&b.devices, b.sad_mm, b.nominal_mv));
        assert_eq!(a.wedges.len(), b.wedges.len());
        assert_eq!(a.control_points.len(), b.control_points.len());
        for (i, (a, b)) in a.control_points.iter().zip(&b.control_points).enumerate() {
            assert!((a.meterset - b.meterset).abs() < 1e-12, "control point {i}");
            assert_eq!(a.turning, b.turning, "control point {i}");
            assert_same_pose(&a.pose, &b.pose);
        }
    }
}

fn assert_same_pose(a: &Pose, b: &Pose) {
    let angles =
        |p: &Pose| [p.gantry_rad, p.collimator_rad, p.support_rad, p.eccentric_rad, p.pitch_rad, p.roll_rad];
    for (i, (a, b)) in angles(a).into_iter().zip(angles(b)).enumerate() {
        let apart = (a - b).sin().abs(); // modulo full turns
        let tolerance = if i < 4 { 1e-7 } else { 1e-6 }; // DICOM keeps pitch and roll in 32 bits
        assert!(apart < tolerance && (a - b).cos() > 0.0, "angle {i}: {a} and {b}");
    }
    assert_eq!(a.wedges, b.wedges);
    assert!(a.isocentre_mm.iter().zip(b.isocentre_mm).all(|(a, b)| (a - b).abs() < 1e-9));
    assert!(a.travel_mm(b) < 1e-9);
}

#[test]
fn made_up_plans_come_back_in_every_patient_position() {
    for position in PatientPosition::ALL {
        for plan in [four_fields(&target(position), &identity()), arc(&target(position), &identity())] {
            assert_same(&plan, &written_and_read(&plan));
        }
    }
}

#[test]
fn a_wedge_that_leaves_the_beam_comes_back() {
    let mut plan = four_fields(&target(PatientPosition::Hfs), &identity());
    let beam = &mut plan.beams[1];
    beam.wedges.push(Wedge {
        number: 7,
        id: "W60".into(),
        kind: WedgeKind::Motorized,
        angle_rad: 60f64.to_radians(),
        orientation_rad: 90f64.to_radians(),
    });
    beam.control_points[0].pose.wedges.push(WedgePosition::In);
    beam.control_points[1].pose.wedges.push(WedgePosition::Out);
    let read = written_and_read(&plan);
    assert_same(&plan, &read);
    let wedge = &read.beams[1].wedges[0];
    assert_eq!((wedge.number, wedge.kind), (7, WedgeKind::Motorized));
    assert!((wedge.angle_rad.to_degrees() - 60.0).abs() < 1e-9);
}

#[test]
fn a_group_that_names_a_beam_which_is_not_there_is_refused() {
    let mut plan = four_fields(&target(PatientPosition::Hfs), &identity());
    plan.groups[0].beams[2].number = 9;
    let identity = Identity::of_phantom("STRAY", "F");
    let bytes = PlanWriter { identity: &identity, plan: &plan }.bytes().1;
    let error = read_plan(&DicomFile::from_bytes("plan.dcm".as_ref(), &bytes).unwrap()).unwrap_err();
    assert!(error.to_string().contains("names beam 9, which is there 0 times"), "{error}");
}

/// IEC 61217: the gantry's angle grows clockwise as someone sees it who faces it; collimator and couch grow
/// counter-clockwise as the source, or someone above, sees them.
#[test]
fn growing_angles_are_clockwise_for_the_gantry_only() {
    let mut plan = arc(&target(PatientPosition::Hfs), &identity());
    let growing = Turn::Growing;
    let turning = Turning { gantry: growing, collimator: growing, support: growing, eccentric: growing };
    plan.beams[0].control_points[0].turning = turning;
    let identity = Identity::of_phantom("TURNS", "F");
    let bytes = PlanWriter { identity: &identity, plan: &plan }.bytes().1;
    let file = DicomFile::from_bytes("plan.dcm".as_ref(), &bytes).unwrap();
    let beam = &file.root().sequence(tags::BEAM_SEQUENCE).unwrap()[0];
    let point = &beam.sequence(tags::CONTROL_POINT_SEQUENCE).unwrap()[0];
    for (tag, word) in [
        (tags::GANTRY_ROTATION_DIRECTION, "CW"),
        (tags::BEAM_LIMITING_DEVICE_ROTATION_DIRECTION, "CC"),
        (tags::PATIENT_SUPPORT_ROTATION_DIRECTION, "CC"),
        (tags::TABLE_TOP_ECCENTRIC_ROTATION_DIRECTION, "CC"),
    ] {
        assert_eq!(point.required_text(tag).unwrap(), word, "{tag}");
    }
    assert_eq!(read_plan(&file).unwrap().beams[0].control_points[0].turning, turning);
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![Just(Turn::Growing), Just(Turn::Shrinking), Just(Turn::Shorter)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn any_motion_of_gantry_collimator_couch_and_leaves_comes_back(
        angles in prop::collection::vec(prop::array::uniform6(0f64..360.0), 20),
        turns in prop::array::uniform4(turn()),
        shift in -100f64..100.0,
        edges in prop::collection::vec(-100f64..0.0, 60),
    ) {
        let mut plan = arc(&target(PatientPosition::Ffp), &identity());
        for (i, (point, a)) in plan.beams[0].control_points.iter_mut().zip(&angles).enumerate() {
            let [gantry, collimator, support, eccentric, pitch, roll] = a.map(f64::to_radians);
            point.pose.gantry_rad = gantry;
            point.pose.collimator_rad = collimator;
            point.pose.support_rad = support;
            point.pose.eccentric_rad = eccentric;
            point.pose.pitch_rad = pitch;
            point.pose.roll_rad = roll;
            if i % 3 == 0 { point.pose.isocentre_mm[1] += shift; }
            let [gantry, collimator, support, eccentric] = turns;
            point.turning = Turning { gantry, collimator, support, eccentric };
            for (edge, x) in point.pose.openings[2].iter_mut().zip(&edges) { edge[0] = x - i as f64; edge[1] = -x; }
        }
        assert_same(&plan, &written_and_read(&plan));
    }
}

//! What a beam must not be, and what each refusal says.

use treatment::beam::{Beam, Block, Radiation};
use treatment::iec61217::PatientPosition;
use treatment::plan::Plan;
use treatment::pose::{Turn, WedgePosition};
use treatment::synthetic::{Identity, Target, arc, four_fields};
use treatment::wedge::{Wedge, WedgeKind};

fn plans() -> [Plan; 2] {
    let target = Target {
        centre_mm: [0.0; 3],
        radius_mm: 40.0,
        position: PatientPosition::Hfs,
        dose_gy: 50.0,
        fractions: 25,
        mu: 200.0,
    };
    let identity =
        Identity { uid: "1.2".into(), frame_of_reference_uid: "1.3".into(), structure_set_uid: None };
    [four_fields(&target, &identity), arc(&target, &identity)]
}

fn wedge(kind: WedgeKind) -> Wedge {
    Wedge { number: 1, id: "EDW30IN".into(), kind, angle_rad: 0.5, orientation_rad: 0.0 }
}

fn with_wedge(beam: &mut Beam, kind: WedgeKind) {
    beam.wedges.push(wedge(kind));
    beam.control_points.iter_mut().for_each(|point| point.pose.wedges.push(WedgePosition::In));
}

#[test]
fn each_fault_of_a_beam_is_refused_by_name() {
    type Fault = fn(&mut Beam);
    let faults: [(Fault, &[&str]); 14] = [
        (|beam| beam.radiation = Radiation::Electron, &["Electron", "only photons"]),
        (|beam| beam.nominal_mv = 0.0, &["0 MV"]),
        (|beam| beam.sad_mm = 0.0, &["source-axis"]),
        (|beam| beam.devices.clear(), &["nothing limits it along x"]),
        (
            |beam| {
                beam.devices.truncate(1);
                beam.control_points.iter_mut().for_each(|p| p.pose.openings.truncate(1));
            },
            &["nothing limits it along y"],
        ),
        (|beam| beam.control_points.truncate(1), &["1 control points"]),
        (|beam| beam.control_points[1].meterset = 0.9, &["cumulative meterset"]),
        (|beam| beam.control_points[0].pose.isocentre_mm[2] = f64::NAN, &["control point 0", "isocentre"]),
        (
            |beam| beam.control_points[1].pose.openings[2][3] = [10.0, -10.0],
            &["control point 1", "MLCX pair 4", "crosses"],
        ),
        (|beam| beam.control_points[1].pose.openings[2].truncate(7), &["7 pairs, not 60"]),
        (
            |beam| {
                beam.blocks.push(Block { name: "heart".into(), outline_is_open: false, outline_mm: vec![] })
            },
            &["block \"heart\""],
        ),
        (|beam| with_wedge(beam, WedgeKind::Dynamic), &["EDW30IN", "dynamic", "no jaw moves"]),
        (
            |beam| {
                with_wedge(beam, WedgeKind::Physical);
                beam.wedges[0].angle_rad = 1.5;
            },
            &["EDW30IN", "angle"],
        ),
        (|beam| beam.wedges.push(wedge(WedgeKind::Physical)), &["no position"]),
    ];
    let mut misses = vec![];
    for (fault, words) in faults {
        let mut plan = plans()[0].clone();
        plan.check().unwrap();
        fault(&mut plan.beams[1]);
        let message = plan.check().err().map(|error| error.to_string()).unwrap_or_default();
        if !message.contains("beam 2 \"G090\"") || !words.iter().all(|word| message.contains(word)) {
            misses.push(format!("{words:?}: {message:?}"));
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn a_dynamic_wedge_whose_jaw_moves_in_the_plan_is_taken_as_it_moves() {
    let mut plan = plans()[0].clone();
    let beam = &mut plan.beams[0];
    with_wedge(beam, WedgeKind::Dynamic);
    beam.control_points[1].pose.openings[1][0][0] = 30.0;
    plan.check().unwrap();
    let beam = &plan.beams[0];
    assert!(!beam.wedges[0].is_metal_in(WedgePosition::In), "no metal stands in the beam");
    let edges: Vec<f64> = [0.0, 0.5, 1.0].map(|part| beam.at(part).openings[1][0][0]).to_vec();
    assert_eq!(edges, [-45.0, -7.5, 30.0]);
}

#[test]
fn an_arc_of_two_equal_control_points_is_refused_as_ambiguous() {
    let mut plan = plans()[1].clone();
    let beam = &mut plan.beams[0];
    beam.control_points.truncate(2);
    beam.control_points[1].meterset = 1.0;
    beam.control_points[1].pose.gantry_rad = beam.control_points[0].pose.gantry_rad;
    beam.control_points[0].turning.gantry = Turn::Growing;
    assert!(plan.check().unwrap_err().to_string().contains("full turn"));
    plan.beams[0].control_points[0].turning.gantry = Turn::Shorter;
    plan.check().unwrap();
}

#[test]
fn a_plan_without_treating_beams_or_with_stray_numbers_is_refused() {
    let mut none = plans()[0].clone();
    none.beams.clear();
    none.groups[0].beams.clear();
    assert!(none.check().unwrap_err().to_string().contains("no beam treats"));
    let mut twice = plans()[0].clone();
    twice.beams[1].number = 1;
    assert!(twice.check().unwrap_err().to_string().contains("2 times"));
    let mut unnamed = plans()[0].clone();
    unnamed.groups[0].beams.pop();
    assert!(unnamed.check().unwrap_err().to_string().contains("in no fraction group"));
    let mut mu = plans()[0].clone();
    mu.groups[0].beams[0].mu = f64::NAN;
    assert!(mu.check().unwrap_err().to_string().contains("NaN MU"));
}

#[test]
fn each_group_delivers_its_beams() {
    let mut plan = plans()[0].clone();
    let mut boost = plan.groups[0].clone();
    boost.number = 2;
    boost.fractions = Some(5);
    boost.beams.truncate(1);
    plan.groups.push(boost);
    plan.check().unwrap();
    let given: Vec<_> = plan.deliveries().map(|d| (d.group, d.beam.number, d.mu, d.fractions)).collect();
    assert_eq!(given.len(), 5);
    assert_eq!(given[4], (2, 1, 50.0, Some(5)));
}

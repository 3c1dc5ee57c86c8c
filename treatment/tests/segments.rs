//! Cutting a beam into segments: nothing is lost, and finer cuts change nothing.

use proptest::prelude::*;
use treatment::fluence::FluenceMap;
use treatment::pose::{Turn, Turning};
use treatment::segment::{Sampling, segments};
use treatment::synthetic::{Identity, Target, arc};
use treatment::{Beam, iec61217::PatientPosition};

fn arc_beam() -> Beam {
    let target = Target {
        centre_mm: [10.0, -20.0, 30.0],
        radius_mm: 40.0,
        position: PatientPosition::Hfs,
        dose_gy: 50.0,
        fractions: 25,
        mu: 200.0,
    };
    let identity =
        Identity { uid: "1.2".into(), frame_of_reference_uid: "1.3".into(), structure_set_uid: None };
    arc(&target, &identity).beams.remove(0)
}

/// A beam with few control points far apart, whose leaves sweep and whose gantry turns.
fn sweeping(weights: &[f64], steps_mm: &[f64], gantry: &[f64]) -> Beam {
    let mut beam = arc_beam();
    let points = weights.len() + 1;
    beam.control_points.truncate(points);
    let whole: f64 = weights.iter().sum();
    let mut meterset = 0.0;
    for (index, point) in beam.control_points.iter_mut().enumerate() {
        point.meterset = if index + 1 == points { 1.0 } else { meterset / whole };
        meterset += weights.get(index).unwrap_or(&0.0);
        point.pose.gantry_rad = gantry[index].to_radians();
        point.turning = Turning { gantry: Turn::Growing, ..Turning::default() };
        for (pair, edges) in point.pose.openings[2].iter_mut().enumerate() {
            let lower = -60.0 + steps_mm[index] + 0.3 * pair as f64;
            *edges = [lower, lower + 25.0];
        }
    }
    beam
}

fn map(beam: &Beam, sampling: Sampling) -> FluenceMap {
    let mut map = FluenceMap::square(120.0, 2.0);
    map.add(&beam.devices, &segments(beam, 100.0, PatientPosition::Hfs, sampling));
    map
}

fn largest_difference(a: &FluenceMap, b: &FluenceMap) -> f64 {
    a.mu.iter().zip(&b.mu).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

fn travel(travel_mm: f64) -> Sampling {
    Sampling { travel_mm, turn_rad: 10.0 }
}

#[test]
fn fluence_of_a_sliding_window_converges_to_the_formula_by_hand() {
    // Leaves 25 mm apart sweep 100 mm with 100 MU at constant speed: a point that the whole window passes is open
    // over 25 of 100 mm, 25 MU.
    let beam = sweeping(&[1.0], &[0.0, 100.0], &[0.0, 0.0]);
    let fine = map(&beam, travel(0.05));
    let middle = fine.shape[0] / 2 + fine.shape[0] * (fine.shape[1] / 2);
    assert!((fine.mu[middle] - 25.0).abs() < 1e-6, "{}", fine.mu[middle]);
    let errors: Vec<f64> =
        [20.0, 8.0, 2.0, 0.5].map(|step| largest_difference(&map(&beam, travel(step)), &fine)).to_vec();
    assert!(errors.windows(2).all(|pair| pair[1] < 0.5 * pair[0]), "{errors:?}");
    assert!(errors[2] < 0.5, "2 mm steps are within half a per cent of the MU: {errors:?}");
}

#[test]
fn the_default_cut_follows_an_arc_by_two_degrees() {
    let beam = arc_beam();
    let cut = segments(&beam, 200.0, PatientPosition::Hfs, Sampling::default());
    assert_eq!(cut.len(), 179);
    for segment in &cut {
        let arm: [f64; 3] = std::array::from_fn(|i| segment.source_mm[i] - segment.pose.isocentre_mm[i]);
        assert!((arm.iter().map(|x| x * x).sum::<f64>().sqrt() - 1000.0).abs() < 1e-9);
        // HFS: x = SAD sin(gantry), y = -SAD cos(gantry)
        let angle = segment.pose.gantry_rad;
        assert!((arm[0] - 1000.0 * angle.sin()).abs() < 1e-6 && (arm[1] + 1000.0 * angle.cos()).abs() < 1e-6);
    }
    let moment = cut[7].moment();
    assert_eq!((moment.pose, moment.part), (7, 0.5));
    let first = cut[0].pose.gantry_rad.to_degrees();
    assert!((first - 182.0).abs() < 1e-9, "a segment stands in the middle of its way: {first}");
}

#[test]
fn control_points_without_mu_between_them_make_no_segment() {
    let beam = sweeping(&[1.0, 0.0, 3.0], &[0.0, 0.0, 50.0, 50.0], &[0.0, 0.0, 90.0, 90.0]);
    let cut = segments(&beam, 40.0, PatientPosition::Hfs, Sampling::default());
    let mus: Vec<f64> = cut.iter().map(|segment| segment.mu).collect();
    assert_eq!(mus, [10.0, 30.0], "step and shoot: the step gives nothing");
    let gantry: Vec<f64> = cut.iter().map(|segment| segment.pose.gantry_rad.to_degrees().round()).collect();
    assert_eq!(gantry, [0.0, 90.0]);
    assert_eq!(beam.at(0.25).gantry_rad.to_degrees().round(), 90.0, "after the step");
    assert_eq!(beam.at(0.2499).gantry_rad, 0.0, "before it");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn monitor_units_are_kept_and_poses_lie_between_their_control_points(
        weights in prop::collection::vec(prop_oneof![Just(0.0), 0.001f64..10.0], 2..6),
        steps in prop::collection::vec(0f64..80.0, 7),
        gantry in prop::collection::vec(0f64..360.0, 7),
        turn_degrees in 0.5f64..30.0,
        travel_mm in 0.5f64..30.0,
        mu in 0.1f64..5000.0,
    ) {
        prop_assume!(weights.iter().sum::<f64>() > 0.0);
        let beam = sweeping(&weights, &steps, &gantry);
        let sampling = Sampling { turn_rad: turn_degrees.to_radians(), travel_mm };
        let cut = segments(&beam, mu, PatientPosition::Ffdl, sampling);
        let sum: f64 = cut.iter().map(|segment| segment.mu).sum();
        prop_assert!((sum - mu).abs() <= 1e-9 * mu, "{sum} of {mu}");
        for segment in &cut {
            let [a, b] = [segment.start, segment.start + 1].map(|i| beam.control_points[i].pose.openings[2][7][0]);
            let edge = segment.pose.openings[2][7][0];
            prop_assert!(edge >= a.min(b) - 1e-9 && edge <= a.max(b) + 1e-9);
        }
        for pair in cut.windows(2).filter(|pair| pair[0].start == pair[1].start) {
            let turned = pair[1].pose.gantry_rad - pair[0].pose.gantry_rad;
            prop_assert!(turned.abs() <= sampling.turn_rad + 1e-9);
            prop_assert!(pair[0].pose.travel_mm(&pair[1].pose) <= travel_mm + 1e-9);
        }
        let intervals: f64 = beam.intervals().map(|interval| interval.meterset).sum();
        prop_assert!((intervals - 1.0).abs() < 1e-12);
    }

    #[test]
    fn at_gives_the_pose_that_the_meterset_belongs_to(
        weights in prop::collection::vec(0.001f64..10.0, 2..6),
        steps in prop::collection::vec(0f64..80.0, 7),
        part in 0f64..1.0,
        which in 0usize..6,
    ) {
        let beam = sweeping(&weights, &steps, &[0.0; 7]);
        let start = which % weights.len();
        let [from, to] = [start, start + 1].map(|i| beam.control_points[i].meterset);
        let edge = beam.at(from + part * (to - from)).openings[2][0][0];
        let expected = -60.0 + steps[start] + part * (steps[start + 1] - steps[start]);
        prop_assert!((edge - expected).abs() < 1e-6, "{edge}, not {expected}");
    }

    #[test]
    fn finer_steps_bring_the_fluence_nearer_to_its_limit(
        weights in prop::collection::vec(0.1f64..10.0, 2..4),
        away in prop::collection::vec(16f64..60.0, 5),
    ) {
        let steps: Vec<f64> = (0..5).map(|i| if i % 2 == 0 { 0.0 } else { away[i] }).collect();
        let beam = sweeping(&weights, &steps, &[0.0; 5]);
        let limit = map(&beam, travel(0.1));
        let [coarse, middle, fine] = [8.0, 2.0, 0.5].map(|step| largest_difference(&map(&beam, travel(step)), &limit));
        prop_assert!(middle < 0.7 * coarse && fine < 0.7 * middle, "8 mm {coarse}, 2 mm {middle}, 0.5 mm {fine}");
        let default = map(&beam, Sampling::default());
        prop_assert!((default.integral_mu_mm2() / limit.integral_mu_mm2() - 1.0).abs() < 1e-3);
        prop_assert!(middle < 2.0, "at 2 mm no pixel of 2 mm is wrong by 2 % of the MU: {middle}");
    }
}

//! Path lengths in jaws and leaves: by hand, and against points counted along the ray.

use proptest::prelude::*;
use treatment::aperture::ray::{Moment, Ray, path_length_mm, path_lengths_mm};
use treatment::aperture::{ApertureTable, MAX_BANKS};
use treatment::machine::{self, HeadDevice, Machine, Role};
use treatment::synthetic::{Identity, Target, four_fields};
use treatment::{Beam, iec61217::PatientPosition};

const START: Moment = Moment { pose: 0, part: 0.0 };

fn beam() -> Beam {
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
    four_fields(&target, &identity).beams.remove(0)
}

fn varian() -> Machine {
    machine::built_in().into_iter().find(|machine| machine.name == "varian-millennium120").unwrap()
}

/// Jaws wide open, all leaves at these edges.
fn with_leaves(edges: [f64; 2]) -> Beam {
    let mut beam = beam();
    for point in &mut beam.control_points {
        point.pose.openings[0] = vec![[-200.0, 200.0]];
        point.pose.openings[1] = vec![[-200.0, 200.0]];
        point.pose.openings[2].fill(edges);
    }
    beam
}

/// The ray from the focal spot through a point of the isocentre plane.
fn from_spot(x: f32, y: f32) -> Ray {
    let length = (x * x + y * y + 1e6).sqrt();
    Ray { origin_mm: [0.0, 0.0, 1000.0], direction: [x / length, y / length, -1000.0 / length] }
}

#[test]
fn a_jaw_stops_what_lies_beyond_its_edge_over_its_whole_thickness() {
    let mut beam = beam();
    for point in &mut beam.control_points {
        point.pose.openings[0] = vec![[-20.0, 30.0]]; // x
        point.pose.openings[1] = vec![[-50.0, 60.0]]; // y
        point.pose.openings[2].fill([-200.0, 200.0]);
    }
    let table = ApertureTable::new(&varian(), &beam).unwrap();
    assert_eq!(table.codes, ["ASYMY", "ASYMX", "MLCX"], "from the source down");
    // Both jaws are 77.7 mm thick; a ray through (x, y) crosses them over 77.7 √(1 + (x² + y²)/SAD²).
    for (x, y, behind_y, behind_x) in [
        (0.0, 0.0, false, false),
        (29.9, 0.0, false, false),
        (30.1, 0.0, false, true),
        (-20.1, 59.9, false, true),
        (0.0, 60.1, true, false),
        (150.0, -51.0, true, true),
    ] {
        let lengths = path_lengths_mm(&table.floats, START, from_spot(x, y));
        let whole = 77.7 * (1.0 + (x * x + y * y) / 1e6).sqrt();
        for (bank, behind) in [(0, behind_y), (1, behind_x)] {
            let expected = if behind { whole } else { 0.0 };
            assert!((lengths[bank] - expected).abs() < 0.02, "({x}, {y}) bank {bank}: {}", lengths[bank]);
        }
    }
}

#[test]
fn the_ray_that_touches_a_round_tip_passes_the_leafs_position() {
    for position in [-80.0, 0.0, 50.0, 150.0] {
        let table = ApertureTable::new(&varian(), &with_leaves([-190.0, f64::from(position)])).unwrap();
        let metal = |x: f32| path_length_mm(&table.floats, 2, START, from_spot(x, 2.0));
        assert_eq!(metal(position - 0.05), 0.0, "open just inside {position}");
        assert!(metal(position + 0.05) > 0.5, "closed just beyond {position}: {}", metal(position + 0.05));
        // Tip of 80 mm at 509.8 mm: a ray d beyond the edge passes 0.5098 d deep in the circle, and its chord is
        // 2 √(2 R s), s = 0.5098 d cos θ: for d = 2 mm about 25.5 mm, less than the 60 mm of the leaf.
        let cosine = 1.0 / (1.0 + position * position / 1e6).sqrt();
        let sagitta = 2.0 * 0.5098 * cosine;
        let chord = 2.0 * (2.0f32 * 80.0 * sagitta - sagitta * sagitta).sqrt();
        assert!(
            (metal(position + 2.0) - chord).abs() < 0.6,
            "{} and {chord} at {position}",
            metal(position + 2.0)
        );
    }
}

#[test]
fn an_oblique_ray_crosses_the_tip_and_then_the_body() {
    // The tip's circle (80 mm) has its centre 80 mm beyond the edge at 0, halfway up the leaf at 490.2 mm. A ray that
    // falls by 20 degrees through the centre enters the circle 80 mm before it and leaves through the lower face,
    // 30 mm below: 80 + 30 / sin 20 = 167.71 mm.
    let table = ApertureTable::new(&varian(), &with_leaves([-190.0, 0.0])).unwrap();
    let (sin, cos) = 20f32.to_radians().sin_cos();
    let direction = [cos, 0.0, -sin];
    let ray = Ray { origin_mm: [80.0 - 300.0 * cos, 1.2, 490.2 + 300.0 * sin], direction };
    let metal = path_length_mm(&table.floats, 2, START, ray);
    assert!((metal - (80.0 + 30.0 / sin)).abs() < 0.02, "{metal}");
}

#[test]
fn an_agilitys_gaps_do_not_look_at_the_focal_spot() {
    let machines = machine::built_in();
    let agility = machines.iter().find(|machine| machine.name == "elekta-agility").unwrap();
    let mut beam = with_leaves([0.0, 0.0]);
    beam.devices[2].boundaries_mm = (0..=80).map(|i| -200.0 + 5.0 * f64::from(i)).collect();
    for point in &mut beam.control_points {
        point.pose.openings[2] = vec![[120.0, 120.0]; 80];
    }
    let table = ApertureTable::new(agility, &beam).unwrap();
    let leaves = table.codes.iter().position(|code| code == "MLCX").unwrap();
    let metal: Vec<f32> = (0..2000)
        .map(|i| path_length_mm(&table.floats, leaves, START, from_spot(0.0, 0.01 * i as f32)))
        .collect();
    // Gaps of 0.09 mm in 1.76 + 0.09 mm take 5 % of the metal away on average, but nowhere all of it:
    // the tilt of 3.25/349.3 shifts a side by 0.84 mm over the leaf's 90 mm, nine times the gap.
    let [least, mean] =
        [metal.iter().copied().fold(f32::MAX, f32::min), metal.iter().sum::<f32>() / metal.len() as f32];
    assert!(least > 75.0, "{least}");
    assert!((mean / 90.0 - (1.0 - 0.09 / 1.746)).abs() < 0.01, "{mean}");
}

#[test]
fn edges_move_in_a_straight_line_from_pose_to_pose() {
    let mut beam = with_leaves([-100.0, 20.0]);
    beam.control_points[1].pose.openings[2].fill([-60.0, 40.0]);
    let table = ApertureTable::new(&varian(), &beam).unwrap();
    let metal = |x, part| path_length_mm(&table.floats, 2, Moment { pose: 0, part }, from_spot(x, 2.0));
    assert!(metal(24.9, 0.25) == 0.0 && metal(25.1, 0.25) > 0.5);
    assert!(metal(-89.9, 0.25) == 0.0 && metal(-90.1, 0.25) > 0.5);
    assert!(metal(39.9, 1.0) == 0.0 && metal(40.1, 1.0) > 0.5);
}

/// Found on a real arc: sides that met 3.25 mm beside the focal spot moved the whole field by 6 mm.
#[test]
fn tilted_sides_stand_where_the_plan_has_them() {
    let mut machine = varian();
    let leaves = machine.devices.iter_mut().find(|device| device.role == Role::Leaves(0)).unwrap();
    leaves.side_focus_mm = 3.25;
    let mut beam = with_leaves([-200.0, 200.0]);
    // Only the pair from y = 0 to 5 mm is closed.
    let sides = beam.devices[2].boundaries_mm.clone();
    let closed = sides.iter().position(|&side| side == 0.0).unwrap();
    for point in &mut beam.control_points {
        point.pose.openings[2][closed] = [-150.0, -150.0];
    }
    let table = ApertureTable::new(&machine, &beam).unwrap();
    let metal_mm = |y: f32| path_length_mm(&table.floats, 2, START, from_spot(0.0, y));
    assert!(metal_mm(2.5) > 50.0, "the middle of the leaf");
    // The tilt spreads each edge over the leaf's height, half to each side of where the focal spot sees it.
    for y in [-1.0, 6.0] {
        assert!(metal_mm(y) < 1.0, "{y} mm: {}", metal_mm(y));
    }
    for edge in [0.0, 5.0] {
        let share = metal_mm(edge) / metal_mm(2.5);
        assert!((share - 0.5).abs() < 0.1, "half the metal at the edge {edge} mm, not {share}");
    }
}

#[test]
fn leaves_that_no_machine_has_are_refused() {
    let mut machine = varian();
    machine.devices.retain(|device| device.role != Role::Leaves(0));
    let error = ApertureTable::new(&machine, &beam()).unwrap_err().to_string();
    assert!(error.contains("MLCX") && error.contains("--machine"), "{error}");
}

/// Whether a point lies in the metal of one bank: the same solids, asked point by point in f64.
fn in_metal(solid: &HeadDevice, beam: &Beam, device: usize, point: [f64; 3]) -> bool {
    let below_source = beam.sad_mm - point[2];
    if below_source < solid.top_mm || below_source > solid.bottom_mm {
        return false;
    }
    let scale = below_source / beam.sad_mm;
    let across_y = beam.devices[device].kind.travel() == treatment::device::Axis::X;
    let [along, across] = if across_y { [point[0], point[1]] } else { [point[1], point[0]] };
    let middle = 0.5 * (solid.top_mm + solid.bottom_mm);
    let half_gap = 0.5 * solid.gap_mm * beam.sad_mm / middle;
    let projected = (across - solid.side_focus_mm * (1.0 - scale * beam.sad_mm / middle)) / scale;
    let opening = &beam.control_points[0].pose.openings[device];
    let sides = &beam.devices[device].boundaries_mm;
    let [lower, upper] = if sides.is_empty() {
        opening[0]
    } else {
        if projected < sides[0] - half_gap || projected > sides[sides.len() - 1] + half_gap {
            return true;
        }
        let Some(pair) = (0..opening.len())
            .find(|&pair| projected > sides[pair] + half_gap && projected < sides[pair + 1] - half_gap)
        else {
            return false;
        };
        opening[pair]
    };
    let Some(radius) = solid.tip_radius_mm else {
        return along > upper * scale || along < lower * scale;
    };
    let beyond = |edge: f64, along: f64| {
        let angle = (edge / beam.sad_mm).atan();
        let centre = edge * middle / beam.sad_mm + radius / angle.cos();
        let height = below_source - middle;
        along > centre || (along - centre).hypot(height) < radius
    };
    beyond(upper, along) || beyond(-lower, -along)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    /// Rays from anywhere above and within the head, in any downward direction, on each machine.
    #[test]
    fn path_lengths_equal_points_counted_along_the_ray(
        machine in 0usize..6,
        origin in prop::array::uniform3(-60f64..60.0),
        aim in prop::array::uniform2(-180f64..180.0),
        edges in prop::collection::vec((-150f64..150.0, 0f64..60.0), 35),
        jaws in prop::array::uniform4(-20f64..120.0),
    ) {
        let machines = machine::built_in();
        let names = ["varian-millennium120", "varian-hd120", "elekta-agility", "elekta-mlci", "siemens-oncor", "viewray-mridian"];
        let machine = machines.iter().find(|m| m.name == names[machine]).unwrap();
        let mut beam = beam();
        beam.sad_mm = machine.fits.sad_mm;
        let sides: Vec<f64> = (0..=30).map(|i| -150.0 + 10.0 * f64::from(i)).collect();
        let layers = machine.devices.iter().filter(|d| matches!(d.role, Role::Leaves(_))).count();
        beam.devices.truncate(2);
        for layer in 0..layers {
            let kind = treatment::DeviceKind::MlcX;
            let shift = 5.0 * layer as f64;
            let mut leaves = treatment::LimitingDevice::leaves(kind, sides.iter().map(|s| s + shift).collect());
            leaves.layer = layer as u8;
            beam.devices.push(leaves);
        }
        for point in &mut beam.control_points {
            point.pose.openings = vec![vec![[-jaws[0], jaws[1]]], vec![[-jaws[2], jaws[3]]]];
            for jaw in &mut point.pose.openings { let [a, b] = jaw[0]; jaw[0] = [a.min(b), a.max(b)]; }
            for layer in 0..layers {
                point.pose.openings.push((0..30).map(|i| {
                    let (lower, width) = edges[i + 3 * layer];
                    [lower, lower + width]
                }).collect());
            }
        }
        let table = ApertureTable::new(machine, &beam).unwrap();
        let from = [origin[0], origin[1], beam.sad_mm - 100.0 + origin[2]];
        let to = [aim[0], aim[1], 0.0];
        let way: [f64; 3] = std::array::from_fn(|i| to[i] - from[i]);
        let length = way.iter().map(|w| w * w).sum::<f64>().sqrt();
        let unit = way.map(|w| w / length);
        let ray = Ray { origin_mm: from.map(|x| x as f32), direction: unit.map(|x| x as f32) };
        let lengths = path_lengths_mm(&table.floats, START, ray);
        const STEP: f64 = 0.04;
        let solids = machine.devices.iter().filter_map(|solid| {
            let device = beam.devices.iter().position(|d| match solid.role {
                Role::XJaws => d.code == "ASYMX",
                Role::YJaws => d.code == "ASYMY",
                Role::Leaves(layer) => d.kind.has_leaves() && d.layer == layer,
            })?;
            Some((solid, device))
        });
        let mut banks = 0;
        for (bank, (solid, device)) in solids.enumerate() {
            let steps = (length / STEP) as usize;
            let inside = (0..steps).filter(|&i| {
                let s = STEP * (i as f64 + 0.5);
                in_metal(solid, &beam, device, std::array::from_fn(|k| from[k] + s * unit[k]))
            }).count();
            let counted = STEP * inside as f64;
            prop_assert!(
                (f64::from(lengths[bank]) - counted).abs() < 0.25,
                "{} bank {bank} {:?}: {} and {counted} counted", machine.name, solid.role, lengths[bank]
            );
            banks += 1;
        }
        prop_assert!(lengths[banks..MAX_BANKS].iter().all(|&l| l == 0.0));
    }

    /// Nothing that a ray can be makes the lengths negative or not a number.
    #[test]
    fn no_ray_makes_a_length_that_is_none(
        origin in prop::array::uniform3(-2000f32..2000.0),
        direction in prop::array::uniform3(-1f32..1.0),
        axis in 0usize..4,
        part in 0f32..=1.0,
    ) {
        let mut direction = direction;
        if axis < 3 { direction = [0.0; 3]; direction[axis] = 1.0; } // along an axis: the divisions' hard case
        let norm = direction.iter().map(|d| d * d).sum::<f32>().sqrt();
        prop_assume!(norm > 1e-3);
        let table = ApertureTable::new(&varian(), &beam()).unwrap();
        let ray = Ray { origin_mm: origin, direction: direction.map(|d| d / norm) };
        for length in path_lengths_mm(&table.floats, Moment { pose: 0, part }, ray) {
            prop_assert!((0.0..=1e5).contains(&length), "{length}");
        }
    }
}

//! The plans of the shared test data: each is read with its facts, or refused by name.
#![allow(clippy::print_stderr)] // tests speak to whoever runs them

use formats::dicom::{DicomFile, StructureSet, plan::read_plan};
use std::path::{Path, PathBuf};
use treatment::beam::{Fluence, Motion};
use treatment::iec61217::PatientPosition;
use treatment::opening::rectangles;
use treatment::{ApertureTable, Plan, machine};

/// The shared data, or `None` where nobody said where they are.
fn data() -> Option<PathBuf> {
    match std::env::var_os("STRAYDOSE_SHARED") {
        Some(shared) => Some(Path::new(&shared).join("data")),
        None => {
            eprintln!("skipped: STRAYDOSE_SHARED does not name the shared data");
            None
        }
    }
}

fn read(path: &Path) -> Result<Plan, formats::Error> {
    read_plan(&DicomFile::open(path)?)
}

/// What pydicom 3 reads in a plan.
struct Facts {
    file: &'static str,
    beams: usize,
    control_points: usize,
    mu: f64,
    fractions: &'static [u32],
    left_out: &'static [i32],
    /// Words of the devices and their pairs, of the first beam that treats.
    devices: &'static str,
    mv: f64,
    fluence: Fluence,
    prescription_gy: &'static [f64],
    machine: &'static str,
}

const FLAT: Fluence = Fluence::Flattened;
const FFF: Fluence = Fluence::FilterFree;

#[rustfmt::skip]
const PLANS: [Facts; 18] = [
    Facts { file: "alderson-prostate-vmat/RP.dcm", beams: 1, control_points: 76, mu: 390.0, fractions: &[20], left_out: &[101, 102, 103], devices: "ASYMX:1 ASYMY:1 MLCX:80", mv: 10.0, fluence: FLAT, prescription_gy: &[60.0], machine: "elekta-agility" },
    Facts { file: "oesophagus-imrt-hd120/RP.dcm", beams: 7, control_points: 1162, mu: 1105.5599, fractions: &[23], left_out: &[8, 9, 10, 11, 12], devices: "ASYMX:1 ASYMY:1 MLCX:60", mv: 6.0, fluence: FLAT, prescription_gy: &[41.4], machine: "varian-hd120" },
    Facts { file: "rando-prostate-3dcrt/RP.dcm", beams: 4, control_points: 8, mu: 235.073, fractions: &[23], left_out: &[5], devices: "ASYMX:1 ASYMY:1 MLCX:60", mv: 15.0, fluence: FLAT, prescription_gy: &[46.0], machine: "varian-millennium120" },
    Facts { file: "tg119-cshape/RP_truebeam_2arc.dcm", beams: 2, control_points: 360, mu: 602.0491, fractions: &[26], left_out: &[], devices: "ASYMX:1 ASYMY:1 MLCX:60", mv: 6.0, fluence: FLAT, prescription_gy: &[52.0], machine: "varian-hd120" },
    Facts { file: "tg119-cshape/RP_raystation_unique_2arc.dcm", beams: 2, control_points: 182, mu: 865.7859, fractions: &[25], left_out: &[], devices: "ASYMX:1 ASYMY:1 MLCX:60", mv: 6.0, fluence: FLAT, prescription_gy: &[50.0], machine: "varian-millennium120" },
    Facts { file: "rt-files/plan_brainlab_versa_fff_2arc.dcm", beams: 2, control_points: 176, mu: 2292.0, fractions: &[3], left_out: &[], devices: "ASYMX:1 ASYMY:1 MLCX:80", mv: 6.0, fluence: FFF, prescription_gy: &[27.0], machine: "elekta-agility" },
    Facts { file: "rt-files/plan_eclipse_ethos_prostate_2arc.dcm", beams: 2, control_points: 360, mu: 879.426, fractions: &[39], left_out: &[8], devices: "X:1 Y:1 MLCX1:28 MLCX2:29", mv: 6.0, fluence: FFF, prescription_gy: &[78.0], machine: "varian-halcyon" },
    Facts { file: "rt-files/plan_eclipse_truebeam_hd_vmat_1arc.dcm", beams: 1, control_points: 90, mu: 393.0, fractions: &[1], left_out: &[], devices: "ASYMX:1 ASYMY:1 MLCX:60", mv: 6.0, fluence: FLAT, prescription_gy: &[], machine: "varian-hd120" },
    Facts { file: "rt-files/plan_eclipse_unique_prostate_2arc.dcm", beams: 2, control_points: 360, mu: 603.1741, fractions: &[39], left_out: &[], devices: "ASYMX:1 ASYMY:1 MLCX:60", mv: 6.0, fluence: FLAT, prescription_gy: &[78.0], machine: "varian-millennium120" },
    Facts { file: "rt-files/plan_monaco_versahd_fff_1arc.dcm", beams: 1, control_points: 408, mu: 1590.03, fractions: &[5], left_out: &[], devices: "ASYMY:1 MLCX:80", mv: 6.0, fluence: FFF, prescription_gy: &[37.5], machine: "elekta-agility" },
    Facts { file: "rt-files/plan_monaco_versahd_fff_noncoplanar_5arc.dcm", beams: 5, control_points: 147, mu: 2904.3474, fractions: &[1], left_out: &[], devices: "ASYMY:1 MLCX:80", mv: 6.0, fluence: FFF, prescription_gy: &[12.0], machine: "elekta-agility" },
    Facts { file: "rt-files/plan_pinnacle_3_fraction_groups.dcm", beams: 26, control_points: 360, mu: 1947.6, fractions: &[26, 10, 13], left_out: &[], devices: "ASYMX:1 ASYMY:1 MLCX:40", mv: 6.0, fluence: FLAT, prescription_gy: &[], machine: "elekta-mlci" },
    Facts { file: "rt-files/plan_pinnacle_open_10x10.dcm", beams: 1, control_points: 2, mu: 200.0, fractions: &[1], left_out: &[], devices: "X:1 Y:1", mv: 6.0, fluence: FLAT, prescription_gy: &[], machine: "varian-millennium120" },
    Facts { file: "rt-files/plan_pinnacle_versahd_2arc.dcm", beams: 2, control_points: 180, mu: 527.0, fractions: &[35], left_out: &[], devices: "ASYMX:1 ASYMY:1 MLCX:80", mv: 6.0, fluence: FLAT, prescription_gy: &[], machine: "elekta-agility" },
    Facts { file: "rt-files/plan_pinnacle_wedge45.dcm", beams: 1, control_points: 2, mu: 1000.0, fractions: &[1], left_out: &[], devices: "X:1 Y:1", mv: 6.0, fluence: FLAT, prescription_gy: &[], machine: "varian-millennium120" },
    Facts { file: "rt-files/plan_viewray_mridian_30beam.dcm", beams: 23, control_points: 140, mu: 3636.1952, fractions: &[5], left_out: &[3, 11, 12, 20, 21, 22, 23], devices: "MLCX:34 MLCX:35", mv: 6.0, fluence: FLAT, prescription_gy: &[62.5], machine: "viewray-mridian" },
    Facts { file: "rt-files/plan_xio_static_mlc_no_preamble.dcm", beams: 1, control_points: 2, mu: 1276.0072, fractions: &[1], left_out: &[], devices: "ASYMX:1 ASYMY:1 MLCX:60", mv: 6.0, fluence: FLAT, prescription_gy: &[], machine: "varian-millennium120" },
    Facts { file: "rt-files/pydicom_rtplan.dcm", beams: 1, control_points: 2, mu: 116.0037, fractions: &[30], left_out: &[], devices: "X:1 Y:1", mv: 6.0, fluence: FLAT, prescription_gy: &[30.826203], machine: "generic" },
];

#[test]
fn each_plan_is_read_with_its_facts() {
    let Some(data) = data() else { return };
    let machines = machine::built_in();
    let mut misses = vec![];
    for facts in &PLANS {
        let plan = match read(&data.join(facts.file)) {
            Ok(plan) => plan,
            Err(error) => {
                misses.push(format!("{}: {error}", facts.file));
                continue;
            }
        };
        let mut expect = |what: &str, right: bool, got: String| {
            if !right {
                misses.push(format!("{}: {what} is {got}", facts.file));
            }
        };
        let points: usize = plan.beams.iter().map(|beam| beam.control_points.len()).sum();
        expect("beams", plan.beams.len() == facts.beams, plan.beams.len().to_string());
        expect("control points", points == facts.control_points, points.to_string());
        expect("MU", (plan.mu() - facts.mu).abs() < 1e-3, plan.mu().to_string());
        let fractions: Vec<_> = plan.groups.iter().map(|group| group.fractions.unwrap_or(0)).collect();
        expect("fractions", fractions == facts.fractions, format!("{fractions:?}"));
        let mut left_out: Vec<_> = plan.left_out.iter().map(|beam| beam.number).collect();
        left_out.sort_unstable();
        expect("left out", left_out == facts.left_out, format!("{:?}", plan.left_out));
        let beam = &plan.beams[0];
        let devices: Vec<_> = beam.devices.iter().map(|d| format!("{}:{}", d.code, d.pairs())).collect();
        expect("devices", devices.join(" ") == facts.devices, format!("{devices:?}"));
        expect("energy", beam.nominal_mv == facts.mv, beam.nominal_mv.to_string());
        expect("fluence", beam.fluence == facts.fluence, format!("{:?}", beam.fluence));
        let doses: Vec<_> = plan.prescriptions.iter().map(|p| p.dose_gy).collect();
        expect("prescription", doses == facts.prescription_gy, format!("{doses:?}"));
        expect("position", plan.position == PatientPosition::Hfs, format!("{:?}", plan.position));
        for beam in &plan.beams {
            match machine::choose(&machines, beam, None) {
                Ok(choice) => {
                    expect("machine", choice.machine.name == facts.machine, choice.machine.name.clone());
                    let table = ApertureTable::new(choice.machine, beam);
                    expect("aperture", table.is_ok(), format!("{table:?}"));
                }
                Err(error) => expect("machine", false, error.to_string()),
            }
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn each_unusable_plan_is_refused_by_name() {
    let Some(data) = data() else { return };
    let mut misses = vec![];
    for (file, words) in [
        ("plan_minimal_no_isocentre.dcm", &["IsocenterPosition", "ControlPointSequence[0]"][..]),
        ("plan_minimal_no_jaw_values.dcm", &["LeafJawPositions", "BeamLimitingDevicePositionSequence[2]"]),
        ("pydicom_rtplan_truncated.dcm", &["damaged at IsocenterPosition"]),
        ("plan_pinnacle_electron_9mev.dcm", &["RadiationType", "electrons"]),
        ("ionplan_eclipse_mono160.dcm", &["ion plan"]),
        ("ionplan_raystation_134mev.dcm", &["ion plan"]),
        ("bad_plan_damaged_tags.dcm", &[]),
        ("dose_planar_2d_1mm.dcm", &["no RT plan"]),
    ] {
        match read(&data.join("rt-files").join(file)) {
            Ok(_) => misses.push(format!("{file} was read")),
            Err(error) => {
                let message = error.to_string();
                eprintln!("{message}");
                if !words.iter().all(|word| message.contains(word)) || !message.contains(file) {
                    misses.push(message);
                }
            }
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn beams_that_do_not_treat_are_listed_with_the_reason() {
    let Some(data) = data() else { return };
    let reasons = |file: &str| -> Vec<(i32, String)> {
        let plan = read(&data.join(file)).unwrap();
        plan.left_out.into_iter().map(|beam| (beam.number, beam.reason)).collect()
    };
    let silent = "no monitor units (BeamMeterset is absent)".to_owned();
    assert_eq!(
        reasons("oesophagus-imrt-hd120/RP.dcm"),
        [
            (8, silent.clone()),
            (9, silent.clone()),
            (10, silent.clone()),
            (11, "port film (TRMT_PORTFILM)".into()),
            (12, "port film (OPEN_PORTFILM)".into()),
        ]
    );
    assert_eq!(reasons("rt-files/plan_viewray_mridian_30beam.dcm")[0], (3, "0 MU".into()));
    assert_eq!(reasons("alderson-prostate-vmat/RP.dcm")[0], (101, "setup beam".into()));
}

#[test]
fn geometry_of_the_prostate_arc_is_as_described() {
    let Some(data) = data() else { return };
    let plan = read(&data.join("alderson-prostate-vmat/RP.dcm")).unwrap();
    let beam = &plan.beams[0];
    assert_eq!((beam.machine_name.as_str(), beam.motion, beam.sad_mm), ("Versa_E", Motion::Dynamic, 1000.0));
    let [first, last] = [0, 75].map(|i| &beam.control_points[i].pose);
    let [from, to] = [first, last].map(|pose| pose.gantry_rad.to_degrees());
    assert!((from - 210.0).abs() < 1e-9 && (to - 150.0).abs() < 1e-9);
    let turned: f64 = (0..75).map(|start| beam.gantry_turn_rad(start)).sum();
    assert!((turned.to_degrees() - 300.0).abs() < 1e-6, "clockwise from 210 to 150 are 300 degrees");
    for (got, expected) in first.isocentre_mm.iter().zip([5.149291, -174.8227, -608.7299]) {
        assert!((got - expected).abs() < 1e-6);
    }
    assert_eq!(first.openings[0], [[-200.0, 200.0]]);
    assert_eq!(first.openings[1], [[-20.0, 20.0]]);
    assert_eq!(beam.devices[2].boundaries_mm[..2], [-200.0, -195.0]);
    let carried = &beam.control_points[40].pose;
    assert_eq!(carried.openings[1], first.openings[1], "jaws are carried forward");
}

#[test]
fn leaves_of_a_viewray_plan_stand_pair_by_pair() {
    let Some(data) = data() else { return };
    let plan = read(&data.join("rt-files/plan_viewray_mridian_30beam.dcm")).unwrap();
    let beam = &plan.beams[0];
    assert_eq!(beam.devices.iter().map(|device| device.layer).collect::<Vec<_>>(), [0, 1]);
    let open: Vec<_> = beam.control_points[0].pose.openings[0]
        .iter()
        .enumerate()
        .filter(|(_, [lower, upper])| upper - lower > 0.01)
        .map(|(pair, edges)| (pair, edges.map(f64::round)))
        .collect();
    assert_eq!(open, [(20, [1.0, 23.0]), (21, [1.0, 19.0])], "read by eye in the file");
    assert!(plan.notes.iter().any(|note| note.contains("pair by pair")));
}

#[test]
fn three_fraction_groups_are_kept_apart() {
    let Some(data) = data() else { return };
    let plan = read(&data.join("rt-files/plan_pinnacle_3_fraction_groups.dcm")).unwrap();
    let course: f64 = plan.deliveries().map(|d| d.mu * f64::from(d.fractions.unwrap())).sum();
    let by_hand = 26.0 * 776.1 + 10.0 * 659.2 + 13.0 * 512.3;
    assert!((course - by_hand).abs() < 0.1, "{course}, not {by_hand}");
}

#[test]
fn a_plan_without_a_frame_of_reference_is_read() {
    let Some(data) = data() else { return };
    let plan = read(&data.join("rando-prostate-3dcrt/RP.dcm")).unwrap();
    assert_eq!(plan.frame_of_reference_uid, None);
    assert!(plan.structure_set_uid.is_some());
}

/// Share of a structure's contour points whose ray from the focal spot passes the open field.
fn share_in_field(plan: &Plan, meterset: f64, beam: usize, points_mm: &[[f64; 3]]) -> f64 {
    let beam = &plan.beams[beam];
    let pose = beam.at(meterset);
    let open = rectangles(&beam.devices, &pose.openings);
    let limiting_device_from_patient = pose.patient_from_limiting_device(plan.position).inverse();
    let inside = points_mm.iter().filter(|point| {
        let [x, y, z] = limiting_device_from_patient.point(**point);
        let [x, y] = [x, y].map(|along| along * beam.sad_mm / (beam.sad_mm - z));
        open.iter().any(|r| x > r.x_mm[0] && x < r.x_mm[1] && y > r.y_mm[0] && y < r.y_mm[1])
    });
    inside.count() as f64 / points_mm.len() as f64
}

fn points(path: &Path, name: &str) -> Vec<[f64; 3]> {
    let set = StructureSet::read(&DicomFile::open(path).unwrap()).unwrap();
    let structure =
        set.structures.iter().find(|structure| structure.name == name).expect("the structure is there");
    structure.contours.iter().flatten().copied().collect()
}

/// Real leaves drawn around a real target: any flip of an axis, an angle or a leaf's number would push it out.
#[test]
fn the_target_lies_in_the_fields_that_were_drawn_around_it() {
    let Some(data) = data() else { return };
    let rando = data.join("rando-prostate-3dcrt");
    let plan = read(&rando.join("RP.dcm")).unwrap();
    let target = points(&rando.join("RS.dcm"), "PTV");
    for beam in 0..4 {
        let share = share_in_field(&plan, 0.0, beam, &target);
        assert!(share > 0.995, "beam {beam}: {share}");
        let mut mirrored = plan.clone();
        for opening in &mut mirrored.beams[beam].control_points[0].pose.openings {
            opening.reverse();
            opening.iter_mut().for_each(|edges| *edges = [-edges[1], -edges[0]]);
        }
        let share = share_in_field(&mirrored, 0.0, beam, &target);
        eprintln!("beam {beam}: upside down {share}");
        assert!(share < 0.97, "beam {beam}: turned by 180 degrees the field must miss: {share}");
    }
}

/// Share of the points that a sliding window opens to the focal spot at some time, averaged over the beams.
fn share_ever_in_field(plan: &Plan, points_mm: &[[f64; 3]]) -> f64 {
    let shares = (0..plan.beams.len()).map(|beam| {
        let mut left = points_mm.to_vec();
        for point in plan.beams[beam].control_points.iter().step_by(3) {
            left.retain(|&place| share_in_field(plan, point.meterset, beam, &[place]) == 0.0);
        }
        1.0 - left.len() as f64 / points_mm.len() as f64
    });
    shares.sum::<f64>() / plan.beams.len() as f64
}

/// The same for sliding windows at seven oblique angles, where each single flip must show.
#[test]
fn the_target_is_swept_by_the_windows_that_were_planned_for_it() {
    let Some(data) = data() else { return };
    let case = data.join("oesophagus-imrt-hd120");
    let plan = read(&case.join("RP.dcm")).unwrap();
    let target: Vec<_> = points(&case.join("RS_converted.dcm"), "PTV4140").into_iter().step_by(101).collect();
    let share = share_ever_in_field(&plan, &target);
    assert!(share > 0.9, "the windows close somewhat inside of some of the outline: {share}");
    type Flip = fn(&mut treatment::Pose);
    let flips: [(&str, f64, Flip); 5] = [
        ("gantry", 0.05, |pose| pose.gantry_rad = -pose.gantry_rad),
        // one beam of the seven has its collimator turned
        ("collimator", 0.005, |pose| pose.collimator_rad = -pose.collimator_rad),
        ("x", 0.05, |pose| {
            let along_x = [0, 2];
            for device in along_x {
                pose.openings[device].iter_mut().for_each(|edges| *edges = [-edges[1], -edges[0]]);
            }
        }),
        ("y", 0.05, |pose| {
            pose.openings[1][0] = [-pose.openings[1][0][1], -pose.openings[1][0][0]];
            pose.openings[2].reverse();
        }),
        ("couch", 0.05, |pose| pose.support_rad = 0.5),
    ];
    for (name, drop, flip) in flips {
        let mut flipped = plan.clone();
        flipped.beams.iter_mut().flat_map(|b| &mut b.control_points).for_each(|point| flip(&mut point.pose));
        let flipped_share = share_ever_in_field(&flipped, &target);
        assert!(share - flipped_share > drop, "{name} flipped does not show: {flipped_share} of {share}");
    }
}

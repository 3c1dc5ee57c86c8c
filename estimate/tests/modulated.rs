//! Intensity modulation costs monitor units, and with them leakage: the same dose through a window that slides takes several
//! times the monitor units of an open field, and the far dose for each gray rises as leakage in proportion to MU says.

mod trunk;

use anatomy::Anatomy;
use treatment::Plan;
use treatment::beam::Motion;
use trunk::{dose, four_fields, patient};

/// Radius of the target, and width of the window (mm).
const RADIUS_MM: f64 = 40.0;
const WINDOW_MM: f64 = 20.0;
/// Source photons.
const HISTORIES: u64 = 400_000;
/// Leakage among the components.
const LEAKAGE: usize = 3;

/// One field, open, with so many monitor units.
fn open(mu: f64) -> Plan {
    let mut plan = four_fields(RADIUS_MM, mu);
    plan.beams.truncate(1);
    plan
}

/// The same field through a window that slides across it, and as many times the monitor units as a place in it sees less of them.
fn sliding() -> (Plan, f64) {
    let times = (2.0 * RADIUS_MM + WINDOW_MM) / WINDOW_MM;
    let mut plan = open(times * 100.0);
    let beam = &mut plan.beams[0];
    beam.motion = Motion::Dynamic;
    for (point, centre_mm) in
        beam.control_points.iter_mut().zip([-1.0, 1.0].map(|side| side * (RADIUS_MM + 0.5 * WINDOW_MM)))
    {
        let leaves = point.pose.openings.last_mut().expect("leaves");
        for pair in leaves.iter_mut().filter(|pair| pair[1] > pair[0]) {
            *pair = [centre_mm - 0.5 * WINDOW_MM, centre_mm + 0.5 * WINDOW_MM];
        }
    }
    (plan, times)
}

/// Dose near the axis; leakage far from it and the whole dose there, each with its relative standard error.
fn doses(plan: &Plan, patient: &Anatomy) -> [(f64, f64); 3] {
    let dose = dose(plan, patient, HISTORIES, 1);
    let place =
        |name: &str| patient.organs.iter().position(|organ| organ.original_name == name).expect("drawn");
    let mean = |name: &str, values: &[f32]| -> f64 {
        let voxels = patient.organs[place(name)].coverage.voxels();
        voxels.map(|(voxel, share)| f64::from(share * values[voxel])).sum()
    };
    let sigma = |name: &str| dose.organ_sigma[place(name)].expect("a dose");
    let leakage = dose.organ_component_sigma[place("far")][LEAKAGE].expect("leakage");
    [
        (mean("middle", &dose.dose_gy.values), sigma("middle")),
        (mean("far", &dose.components_gy[LEAKAGE]), leakage),
        (mean("far", &dose.dose_gy.values), sigma("far")),
    ]
}

#[test]
fn the_far_dose_for_each_gray_rises_with_the_monitor_units_that_it_takes() {
    let patient = patient();
    let (plan, times) = sliding();
    let [middle, leakage, far] = doses(&plan, &patient);
    let [open_middle, open_leakage, open_far] = doses(&open(100.0), &patient);
    // So many more monitor units for each gray in the middle.
    let more = times * open_middle.0 / middle.0;
    assert!(more > 3.0, "{more}");
    let ratio = |a: (f64, f64), b: (f64, f64)| {
        let sigma = [a.1, b.1, middle.1, open_middle.1].iter().map(|s| s * s).sum::<f64>().sqrt();
        (a.0 / b.0 * open_middle.0 / middle.0, sigma)
    };
    let (of_leakage, sigma) = ratio(leakage, open_leakage);
    assert!((of_leakage / more - 1.0).abs() < 4.0 * sigma, "{of_leakage} for {more} times the MU, ± {sigma}");
    // Leakage and what the closed leaves let through rise, the patient's own scatter does not.
    let (of_all, sigma) = ratio(far, open_far);
    let least = 1.0 + open_leakage.0 / open_far.0 * (more - 1.0);
    let room = 1.0 + 4.0 * sigma;
    assert!(of_all * room > least && of_all < more * room, "{of_all} ± {sigma}, least {least}, MU {more}");
}

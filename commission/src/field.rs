//! A machine's jaws and leaves around a measured field: the beam that a plan would have had.

use crate::Error;
use crate::measurement::{Collimation, Setup};
use estimate::monitor::rectangular_field;
use treatment::beam::{Beam, ControlPoint, Fluence, Motion, Radiation};
use treatment::device::{Axis, DeviceKind, LimitingDevice};
use treatment::machine::{BeamQuality, Machine, Role};
use treatment::pose::{Pose, Turning};

/// Closed leaves meet this far beyond the field's edge, under the jaws where there are any (mm).
const MEET_BEYOND_MM: f64 = 20.0;

/// The beam of a machine that opens, or blocks, a measured field.
///
/// # Errors
/// The machine has no leaves to block the field with.
pub fn beam(machine: &Machine, quality: &BeamQuality, setup: &Setup) -> Result<Beam, Error> {
    let devices: Vec<LimitingDevice> = machine
        .devices
        .iter()
        .map(|device| match device.role {
            Role::XJaws => LimitingDevice::jaws(DeviceKind::AsymX),
            Role::YJaws => LimitingDevice::jaws(DeviceKind::AsymY),
            Role::Leaves(layer) => LimitingDevice {
                layer,
                code: format!("MLCX{}", layer + 1),
                ..LimitingDevice::leaves(DeviceKind::MlcX, leaf_sides_mm(machine, layer))
            },
        })
        .collect();
    let closed = devices.iter().map(|device| vec![[0.0; 2]; device.pairs()]).collect();
    let pose = Pose {
        gantry_rad: 0.0,
        collimator_rad: 0.0,
        support_rad: 0.0,
        eccentric_rad: 0.0,
        pitch_rad: 0.0,
        roll_rad: 0.0,
        isocentre_mm: [0.0; 3],
        openings: closed,
        wedges: vec![],
    };
    let point = ControlPoint { meterset: 0.0, pose, turning: Turning::default(), ssd_mm: None };
    let beam = Beam {
        number: 1,
        name: "measured field".into(),
        machine_name: machine.name.clone(),
        manufacturer: String::new(),
        model: String::new(),
        radiation: Radiation::Photon,
        nominal_mv: quality.nominal_mv,
        fluence: quality.fluence,
        motion: Motion::Static,
        delivery_type: "TREATMENT".into(),
        sad_mm: machine.fits.sad_mm,
        devices,
        wedges: vec![],
        blocks: vec![],
        control_points: vec![point],
    };
    let mut beam = rectangular_field(machine, &beam, setup.field_mm);
    if setup.collimation == Collimation::Blocked {
        if !beam.devices.iter().any(|device| device.kind.has_leaves()) {
            return Err(Error::Machine {
                machine: machine.name.clone(),
                why: "it has no leaves, and the table has fields that leaves block".into(),
                remedy: "take these rows out".into(),
            });
        }
        let openings = &mut beam.control_points[0].pose.openings;
        for (device, opening) in beam.devices.iter().zip(openings) {
            if device.kind.has_leaves() {
                let along = if device.kind.travel() == Axis::X { 0 } else { 1 };
                let meet_mm = 0.5 * setup.field_mm[along] + MEET_BEYOND_MM;
                opening.fill([meet_mm, meet_mm]);
            }
        }
    }
    Ok(beam)
}

/// The machine's beam of an energy and filter.
///
/// # Errors
/// It has none, or several that fit.
pub fn quality(machine: &Machine, nominal_mv: Option<f64>, fluence: Option<Fluence>) -> Result<usize, Error> {
    let fits = |quality: &BeamQuality| {
        nominal_mv.is_none_or(|mv| (quality.nominal_mv - mv).abs() < 0.05)
            && fluence.is_none_or(|fluence| quality.fluence == fluence)
    };
    let found: Vec<usize> = (0..machine.beams.len()).filter(|&index| fits(&machine.beams[index])).collect();
    let names = |indices: &mut dyn Iterator<Item = usize>| {
        let names = indices.map(|index| {
            let quality = &machine.beams[index];
            let free = if quality.fluence == Fluence::FilterFree { " FFF" } else { "" };
            format!("{} MV{free}", quality.nominal_mv)
        });
        names.collect::<Vec<_>>().join(", ")
    };
    match found[..] {
        [index] => Ok(index),
        [] => Err(Error::Machine {
            machine: machine.name.clone(),
            why: "it has no beam of this energy and filter".into(),
            remedy: format!("name one of {}", names(&mut (0..machine.beams.len()))),
        }),
        _ => Err(Error::Machine {
            machine: machine.name.clone(),
            why: format!(
                "several of its beams could have been measured: {}",
                names(&mut found.iter().copied())
            ),
            remedy: "say which, with --mv and --fff".into(),
        }),
    }
}

/// Sides of a layer's leaves (mm, isocentre plane). Where the file does not say them, 1 cm wide: of a rectangle with closed
/// neighbours only the gaps between leaves hang on that.
fn leaf_sides_mm(machine: &Machine, layer: u8) -> Vec<f64> {
    match machine.fits.leaf_sides_mm.get(usize::from(layer)) {
        Some(sides) if sides.len() > 1 => sides.clone(),
        _ => (-20..=20).map(|i| 10.0 * f64::from(i)).collect(),
    }
}

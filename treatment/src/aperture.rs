//! How much metal of jaws and leaves a ray crosses: solids of real thickness in a flat table that the engine reads.
//!
//! A *bank* is a layer of pairs that close towards each other: leaves, or jaws (one pair without sides). Faces across
//! the travel are planes through the focal spot or through a line beside it; tips are planes through the focal spot or
//! round. All is in the beam limiting device system: origin at the isocentre, z towards the source, mm.
//!
//! Not modelled: tongue and groove, the far ends of leaves and jaws (metal goes on for ever), screws and pockets.
//! Beyond the outermost leaves a bank is solid.
//!
//! Leaf positions of a plan lie in the isocentre plane. For a round tip it matters what they mean: here the line from
//! the focal spot that touches the tip passes the position (the light field's edge). The half-value point of the dose
//! lies some tenths of a millimetre further out, as rays near the edge cross little metal.

use crate::beam::Beam;
use crate::device::{Axis, LimitingDevice};
use crate::error::Error;
use crate::machine::{HeadDevice, Machine, Role};

/// The table's layout, and the path lengths that the engine reads off it.
pub use dose_core::transport::collimation as ray;
pub use dose_core::transport::collimation::{MAX_BANKS, bank, head};

/// Sides of a pair of jaws: beyond any ray (mm).
const FAR_MM: f32 = 1e6;

/// The collimators of one beam at all its control points.
#[derive(Clone, Debug, PartialEq)]
pub struct ApertureTable {
    /// The table: [`head`], banks as in [`bank`], sides, poses.
    pub floats: Vec<f32>,
    /// What each bank is made of, by the name in [`Machine::materials`].
    pub materials: Vec<String>,
    /// What each bank is in the plan, as in `ASYMX`.
    pub codes: Vec<String>,
}

impl ApertureTable {
    /// The metal of this machine where this beam puts it.
    ///
    /// Devices that the machine does not have as solids (the X "jaws" of an Agility, the fixed frame of an Ethos) are
    /// left out; leaves or jaws that it has but the plan does not name are out of the beam.
    pub fn new(machine: &Machine, beam: &Beam) -> Result<ApertureTable, Error> {
        let solids: Vec<(&HeadDevice, usize)> = machine
            .devices
            .iter()
            .filter_map(|solid| Some((solid, position_of(solid.role, &beam.devices)?)))
            .collect();
        check(machine, beam, &solids)?;

        let mut floats = vec![0.0; head::LEN + bank::LEN * solids.len()];
        let mut edges = 0;
        for (index, &(solid, device)) in solids.iter().enumerate() {
            let device = &beam.devices[device];
            let sides = floats.len();
            match device.boundaries_mm.is_empty() {
                true => floats.extend([-FAR_MM, FAR_MM]),
                false => floats.extend(device.boundaries_mm.iter().map(|&side| side as f32)),
            }
            let words = &mut floats[head::LEN + bank::LEN * index..][..bank::LEN];
            words[bank::TRAVEL] = f32::from(device.kind.travel() == Axis::Y);
            words[bank::TOP] = (beam.sad_mm - solid.top_mm) as f32;
            words[bank::BOTTOM] = (beam.sad_mm - solid.bottom_mm) as f32;
            words[bank::TIP_RADIUS] = solid.tip_radius_mm.unwrap_or(0.0) as f32;
            // the gap is measured at the leaf's middle, sides stand in the isocentre plane
            let magnification = beam.sad_mm / (0.5 * (solid.top_mm + solid.bottom_mm));
            words[bank::HALF_GAP] = (0.5 * solid.gap_mm * magnification) as f32;
            words[bank::SIDE_FOCUS] = solid.side_focus_mm as f32;
            words[bank::PAIRS] = device.pairs() as f32;
            words[bank::SIDES] = sides as f32;
            words[bank::EDGES] = edges as f32;
            edges += 2 * device.pairs();
        }
        floats[head::BANKS] = solids.len() as f32;
        floats[head::POSES] = beam.control_points.len() as f32;
        floats[head::FIRST_POSE] = floats.len() as f32;
        floats[head::POSE_STRIDE] = edges as f32;
        floats[head::SAD] = beam.sad_mm as f32;
        for point in &beam.control_points {
            for &(_, device) in &solids {
                floats.extend(point.pose.openings[device].iter().flatten().map(|&edge| edge as f32));
            }
        }
        Ok(ApertureTable {
            floats,
            materials: solids.iter().map(|(solid, _)| solid.material.clone()).collect(),
            codes: solids.iter().map(|&(_, device)| beam.devices[device].code.clone()).collect(),
        })
    }
}

/// Which of the plan's devices a solid of the head is.
pub(crate) fn position_of(role: Role, devices: &[LimitingDevice]) -> Option<usize> {
    devices.iter().position(|device| match role {
        Role::XJaws => !device.kind.has_leaves() && device.kind.travel() == Axis::X,
        Role::YJaws => !device.kind.has_leaves() && device.kind.travel() == Axis::Y,
        Role::Leaves(layer) => device.kind.has_leaves() && device.layer == layer,
    })
}

fn check(machine: &Machine, beam: &Beam, solids: &[(&HeadDevice, usize)]) -> Result<(), Error> {
    let name = &machine.name;
    for (index, device) in beam.devices.iter().enumerate().filter(|(_, device)| device.kind.has_leaves()) {
        if !solids.iter().any(|solid| solid.1 == index) {
            let why = format!("machine {name} has no leaves that could be the plan's {}", device.code);
            return Err(beam.refusal(why, "choose another with --machine"));
        }
    }
    if solids.is_empty() || solids.len() > MAX_BANKS {
        let why = format!("machine {name} limits it with {} solids", solids.len());
        return Err(beam.refusal(why, "one to four are understood; choose another with --machine"));
    }
    if let Some((solid, _)) = solids.iter().find(|(solid, _)| solid.bottom_mm >= beam.sad_mm) {
        let why = format!("{:?} of machine {name} lies below the isocentre", solid.role);
        return Err(beam.refusal(why, "choose another with --machine"));
    }
    Ok(())
}

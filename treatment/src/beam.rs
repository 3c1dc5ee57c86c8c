//! One beam: its devices, its control points, and where everything stands in between.

use crate::device::{Axis, LimitingDevice};
use crate::error::Error;
use crate::pose::{Pose, Turn, Turning};
use crate::wedge::Wedge;
use std::f64::consts::TAU;

/// What a beam consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Radiation {
    /// Photons: the only ones that are transported.
    Photon,
    /// Electrons.
    Electron,
    /// Neutrons.
    Neutron,
    /// Protons.
    Proton,
    /// Heavier ions.
    Ion,
}

/// Whether a flattening filter stands in the beam.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fluence {
    /// Flattened.
    Flattened,
    /// Flattening filter free.
    FilterFree,
}

impl Fluence {
    /// An energy as clinics name it: "6 MV", "6 MV FFF".
    pub fn energy(self, nominal_mv: f64) -> String {
        match self {
            Fluence::Flattened => format!("{nominal_mv} MV"),
            Fluence::FilterFree => format!("{nominal_mv} MV FFF"),
        }
    }
}

/// Whether anything moves while the beam is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// Nothing moves but between segments.
    Static,
    /// Gantry, leaves or jaws move.
    Dynamic,
}

/// Shielding put into the beam by hand: its outline is known, its cut-out is not modelled.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its name or number.
    pub name: String,
    /// Whether the outline is the open part (an aperture) or the shielded one.
    pub outline_is_open: bool,
    /// Corners in the isocentre plane of the beam limiting device system (mm).
    pub outline_mm: Vec<[f64; 2]>,
}

/// A moment at which the plan says where everything stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlPoint {
    /// Part of the beam's MU given before: 0 at the first, 1 at the last.
    pub meterset: f64,
    /// Where everything stands; what the plan does not repeat is carried forward.
    pub pose: Pose,
    /// Which way the angles turn until the next control point.
    pub turning: Turning,
    /// Source to skin on the axis, as the plan states it (mm).
    pub ssd_mm: Option<f64>,
}

/// A beam that treats.
#[derive(Clone, Debug, PartialEq)]
pub struct Beam {
    /// Beam Number.
    pub number: i32,
    /// Beam Name.
    pub name: String,
    /// Treatment Machine Name: the clinic's own word.
    pub machine_name: String,
    /// Who made the machine, where the plan says so.
    pub manufacturer: String,
    /// The machine's model, where the plan says so.
    pub model: String,
    /// Photons, for now.
    pub radiation: Radiation,
    /// Nominal energy (MV).
    pub nominal_mv: f64,
    /// With or without flattening filter.
    pub fluence: Fluence,
    /// Whether anything moves while the beam is on.
    pub motion: Motion,
    /// Treatment Delivery Type.
    pub delivery_type: String,
    /// Source to isocentre (mm).
    pub sad_mm: f64,
    /// Jaws and leaves.
    pub devices: Vec<LimitingDevice>,
    /// Wedges.
    pub wedges: Vec<Wedge>,
    /// Blocks.
    pub blocks: Vec<Block>,
    /// At least two, in the order of delivery.
    pub control_points: Vec<ControlPoint>,
}

/// What is delivered between two neighbouring control points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The control point at which it starts; it ends at the next.
    pub start: usize,
    /// Part of the beam's MU (0..=1), more than 0.
    pub meterset: f64,
}

impl Beam {
    /// The intervals in which anything is delivered; their metersets sum to 1.
    pub fn intervals(&self) -> impl Iterator<Item = Interval> + '_ {
        self.control_points.windows(2).enumerate().filter_map(|(start, pair)| {
            let meterset = pair[1].meterset - pair[0].meterset;
            (meterset > 0.0).then_some(Interval { start, meterset })
        })
    }

    /// The pose a `part` (0..=1) of the way from control point `start` to the next, exactly as the plan's linear
    /// interpolation has it.
    pub fn pose_within(&self, start: usize, part: f64) -> Pose {
        let here = &self.control_points[start];
        match self.control_points.get(start + 1) {
            Some(next) => here.pose.towards(&next.pose, here.turning, part),
            None => here.pose.clone(),
        }
    }

    /// The pose after this part (0..=1) of the beam's MU. Where the machine moves with the beam off, the pose after
    /// the move.
    pub fn at(&self, meterset: f64) -> Pose {
        let after = self.control_points.partition_point(|point| point.meterset <= meterset);
        let start = after.clamp(1, self.control_points.len() - 1) - 1;
        let [from, to] = [start, start + 1].map(|i| self.control_points[i].meterset);
        let part = if to > from { ((meterset - from) / (to - from)).clamp(0.0, 1.0) } else { 1.0 };
        self.pose_within(start, part)
    }

    /// By how much the gantry turns after control point `start` (rad).
    pub fn gantry_turn_rad(&self, start: usize) -> f64 {
        let [from, to] = [start, start + 1].map(|i| &self.control_points[i].pose);
        self.control_points[start].turning.gantry.difference_rad(from.gantry_rad, to.gantry_rad)
    }

    /// Whether its two only control points stand for one full turn: same gantry angle, and a way to turn.
    fn is_one_full_turn(&self) -> bool {
        let [first, last] = &self.control_points[..] else { return false };
        let same = (first.pose.gantry_rad - last.pose.gantry_rad).rem_euclid(TAU) < 1e-6;
        same && first.turning.gantry != Turn::Shorter && self.motion == Motion::Dynamic
    }

    /// What makes this beam undeliverable or not modelled, if anything does.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |why: String, remedy: &str| Err(self.refusal(why, remedy));
        if self.radiation != Radiation::Photon {
            let why = format!("its radiation is {:?} and only photons are transported", self.radiation);
            return refuse(why, "take it out of the plan");
        }
        if !(self.nominal_mv > 0.0 && self.nominal_mv <= 50.0) {
            let why = format!("its nominal energy is {} MV", self.nominal_mv);
            return refuse(why, "energies up to 50 MV are understood");
        }
        if !(self.sad_mm >= 300.0 && self.sad_mm <= 5000.0) {
            let why = format!("its source-axis distance is {} mm", self.sad_mm);
            return refuse(why, "distances from 300 to 5000 mm are understood");
        }
        if let Some(block) = self.blocks.first() {
            let why = format!("block {:?} is in the beam and blocks are not modelled", block.name);
            return refuse(why, "replan with leaves, or leave the beam out");
        }
        for (axis, name) in [(Axis::X, "x"), (Axis::Y, "y")] {
            if !self.devices.iter().any(|d| d.kind.has_leaves() || d.kind.travel() == axis) {
                let why = format!("nothing limits it along {name}");
                return refuse(why, "export the plan with its limiting devices");
            }
        }
        for wedge in &self.wedges {
            wedge.check(self)?;
        }
        self.check_control_points()?;
        if self.is_one_full_turn() {
            let why = "its two control points have the same gantry angle and a direction of rotation (no turn or a full turn?)";
            return refuse(why.into(), "export the arc with control points in between");
        }
        Ok(())
    }

    fn check_control_points(&self) -> Result<(), Error> {
        let refuse = |why: String, remedy: &str| Err(self.refusal(why, remedy));
        let points = &self.control_points;
        if points.len() < 2 {
            return refuse(
                format!("it has {} control points", points.len()),
                "two at least are needed; export it again",
            );
        }
        let ends = [points[0].meterset, points[points.len() - 1].meterset];
        let grows = points.windows(2).all(|pair| pair[1].meterset >= pair[0].meterset);
        if ends != [0.0, 1.0] || !grows {
            return refuse(
                "its cumulative meterset does not rise from 0 to the end".into(),
                "export it again; the control points are not in order or incomplete",
            );
        }
        for (index, point) in points.iter().enumerate() {
            if let Err(why) = self.check_pose(&point.pose) {
                return refuse(format!("control point {index}: {why}"), "export the plan again");
            }
        }
        Ok(())
    }

    fn check_pose(&self, pose: &Pose) -> Result<(), String> {
        let angles = [pose.gantry_rad, pose.collimator_rad, pose.support_rad, pose.eccentric_rad];
        let couch = [pose.pitch_rad, pose.roll_rad];
        if !angles.iter().chain(&couch).chain(&pose.isocentre_mm).all(|x| x.abs() < 1e5) {
            return Err("an angle or the isocentre is not a reasonable number".into());
        }
        if pose.openings.len() != self.devices.len() || pose.wedges.len() != self.wedges.len() {
            return Err("a device has no position".into());
        }
        for (device, opening) in self.devices.iter().zip(&pose.openings) {
            if opening.len() != device.pairs() {
                return Err(format!("{} has {} pairs, not {}", device.code, opening.len(), device.pairs()));
            }
            for (pair, &[lower, upper]) in opening.iter().enumerate() {
                /// Leaves of a pair that overlap by less than this are closed (mm).
                const ROUNDING_MM: f64 = 0.5;
                if !(lower.abs() < 1e4 && upper.abs() < 1e4) {
                    return Err(format!("{} pair {} stands at no number", device.code, pair + 1));
                }
                if lower > upper + ROUNDING_MM {
                    let why =
                        format!("{} pair {} crosses itself ({lower} mm, {upper} mm)", device.code, pair + 1);
                    return Err(why);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn refusal(&self, why: String, remedy: &str) -> Error {
        Error::Beam { number: self.number, name: self.name.clone(), why, remedy: remedy.into() }
    }
}

//! A beam cut into pieces in which everything stands still.
//!
//! The alternative is to draw the place within an interval at random ([`Beam::intervals`], [`Beam::pose_within`]):
//! then nothing is discretised at all. Segments serve pictures, tests and engines that want a list.

use crate::aperture::ray::Moment;
use crate::beam::Beam;
use crate::iec61217::PatientPosition;
use crate::pose::{Pose, Turn};
use crate::rigid::Rigid;

/// How finely a beam is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// No angle changes by more than this within a segment (rad).
    pub turn_rad: f64,
    /// No jaw, leaf or isocentre goes further than this within a segment (mm).
    pub travel_mm: f64,
}

impl Default for Sampling {
    /// 2 degrees and 2 mm.
    fn default() -> Sampling {
        Sampling { turn_rad: 2f64.to_radians(), travel_mm: 2.0 }
    }
}

/// A piece of a beam in which everything stands still, in the middle of its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Monitor units.
    pub mu: f64,
    /// The control point at or before it.
    pub start: usize,
    /// How far it lies on the way from there to the next control point (0..=1).
    pub part: f64,
    /// Where everything stands.
    pub pose: Pose,
    /// Maps the beam limiting device system to the patient (DICOM, mm); its rotation's columns are the beam's axes.
    pub patient_from_limiting_device: Rigid,
    /// The focal spot in the patient (DICOM, mm).
    pub source_mm: [f64; 3],
}

impl Segment {
    /// Where it lies between the poses of the beam's [`ApertureTable`](crate::ApertureTable).
    pub fn moment(&self) -> Moment {
        Moment { pose: self.start as u32, part: self.part as f32 }
    }
}

/// Cuts a beam of this many monitor units. Their sum is kept; an interval without MU makes no segment.
pub fn segments(beam: &Beam, mu: f64, position: PatientPosition, sampling: Sampling) -> Vec<Segment> {
    let mut segments = vec![];
    for interval in beam.intervals() {
        let pieces = pieces(beam, interval.start, sampling);
        for piece in 0..pieces {
            let part = (piece as f64 + 0.5) / pieces as f64;
            let pose = beam.pose_within(interval.start, part);
            let patient_from_limiting_device = pose.patient_from_limiting_device(position);
            segments.push(Segment {
                mu: mu * interval.meterset / pieces as f64,
                start: interval.start,
                part,
                source_mm: patient_from_limiting_device.point([0.0, 0.0, beam.sad_mm]),
                patient_from_limiting_device,
                pose,
            });
        }
    }
    segments
}

/// Into how many pieces the way from one control point to the next is cut.
fn pieces(beam: &Beam, start: usize, sampling: Sampling) -> usize {
    const MOST: f64 = 1e4;
    let [here, next] = [&beam.control_points[start], &beam.control_points[start + 1]];
    let (from, to) = (&here.pose, &next.pose);
    let turns = [
        (here.turning.gantry, from.gantry_rad, to.gantry_rad),
        (here.turning.collimator, from.collimator_rad, to.collimator_rad),
        (here.turning.support, from.support_rad, to.support_rad),
        (here.turning.eccentric, from.eccentric_rad, to.eccentric_rad),
        (Turn::Shorter, from.pitch_rad, to.pitch_rad),
        (Turn::Shorter, from.roll_rad, to.roll_rad),
    ];
    let turn = turns.iter().map(|(turn, from, to)| turn.difference_rad(*from, *to).abs()).fold(0.0, f64::max);
    let moved = (0..3).map(|i| (to.isocentre_mm[i] - from.isocentre_mm[i]).abs()).fold(0.0, f64::max);
    let travel = from.travel_mm(to).max(moved);
    // a hair of tolerance, so that a control point every 2 degrees is not cut in two by rounding
    let needed = (turn / sampling.turn_rad).max(travel / sampling.travel_mm) - 1e-9;
    needed.ceil().clamp(1.0, MOST) as usize
}

//! Where everything stands at one moment of a beam: gantry, collimator, couch, isocentre, jaws, leaves, wedges.

use crate::iec61217::{
    PatientPosition, eccentric_from_table_top, fixed_from_gantry, fixed_from_support,
    gantry_from_limiting_device, support_from_eccentric, table_top_from_patient,
};
use crate::rigid::Rigid;
use std::f64::consts::{PI, TAU};

/// Whether a wedge is in the beam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WedgePosition {
    /// In the beam.
    In,
    /// Out of the beam.
    Out,
}

/// The openings of one device: for each pair the edges of its lower (X1, Y1) and upper (X2, Y2) part (mm).
pub type Opening = Vec<[f64; 2]>;

/// The state of a machine and its couch.
#[derive(Clone, Debug, PartialEq)]
pub struct Pose {
    /// Gantry angle (rad).
    pub gantry_rad: f64,
    /// Collimator angle (rad).
    pub collimator_rad: f64,
    /// Couch angle about the isocentre (rad).
    pub support_rad: f64,
    /// Couch angle about its own axis (rad).
    pub eccentric_rad: f64,
    /// Pitch of the table top (rad).
    pub pitch_rad: f64,
    /// Roll of the table top (rad).
    pub roll_rad: f64,
    /// The isocentre in the patient (DICOM, mm).
    pub isocentre_mm: [f64; 3],
    /// Jaws and leaves in the isocentre plane, one entry for each of the beam's devices.
    pub openings: Vec<Opening>,
    /// One for each of the beam's wedges.
    pub wedges: Vec<WedgePosition>,
}

/// Which way an angle goes to its next value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Turn {
    /// The angle grows, past a full turn where need be.
    Growing,
    /// The angle shrinks, past zero where need be.
    Shrinking,
    /// The plan does not say: the shorter way.
    #[default]
    Shorter,
}

/// Which way each angle turns until the next control point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Turning {
    /// The gantry.
    pub gantry: Turn,
    /// The collimator.
    pub collimator: Turn,
    /// The patient support.
    pub support: Turn,
    /// The eccentric table top.
    pub eccentric: Turn,
}

impl Turn {
    /// By how much an angle changes from `from` to `to` (rad). Equal angles mean no motion.
    pub fn difference_rad(self, from_rad: f64, to_rad: f64) -> f64 {
        /// Angles that differ by less than this the wrong way round are rounded, not a full turn (0.5 degrees).
        const ROUNDING_RAD: f64 = PI / 360.0;
        let growing = (to_rad - from_rad).rem_euclid(TAU);
        let forward = if growing > TAU - ROUNDING_RAD { growing - TAU } else { growing };
        match self {
            Turn::Growing => forward,
            Turn::Shrinking if growing < ROUNDING_RAD => growing,
            Turn::Shrinking => growing - TAU,
            Turn::Shorter if growing > PI => growing - TAU,
            Turn::Shorter => growing,
        }
    }
}

impl Pose {
    /// The pose a `part` (0..=1) of the way to `next`: everything linear, angles the way they turn; wedges as here.
    pub fn towards(&self, next: &Pose, turning: Turning, part: f64) -> Pose {
        let linear = |from: f64, to: f64| from + part * (to - from);
        let angle = |turn: Turn, from: f64, to: f64| from + part * turn.difference_rad(from, to);
        let openings = self.openings.iter().zip(&next.openings).map(|(from, to)| {
            from.iter().zip(to).map(|(from, to)| [linear(from[0], to[0]), linear(from[1], to[1])]).collect()
        });
        Pose {
            gantry_rad: angle(turning.gantry, self.gantry_rad, next.gantry_rad),
            collimator_rad: angle(turning.collimator, self.collimator_rad, next.collimator_rad),
            support_rad: angle(turning.support, self.support_rad, next.support_rad),
            eccentric_rad: angle(turning.eccentric, self.eccentric_rad, next.eccentric_rad),
            pitch_rad: angle(Turn::Shorter, self.pitch_rad, next.pitch_rad),
            roll_rad: angle(Turn::Shorter, self.roll_rad, next.roll_rad),
            isocentre_mm: std::array::from_fn(|i| linear(self.isocentre_mm[i], next.isocentre_mm[i])),
            openings: openings.collect(),
            wedges: self.wedges.clone(),
        }
    }

    /// The longest way that any jaw or leaf goes until `next` (mm, isocentre plane).
    pub fn travel_mm(&self, next: &Pose) -> f64 {
        let parts = self.openings.iter().flatten().zip(next.openings.iter().flatten());
        parts.fold(0.0, |most, (from, to)| most.max((to[0] - from[0]).abs()).max((to[1] - from[1]).abs()))
    }

    /// Patient (DICOM, mm) from fixed. The couch stands so that the plan's isocentre lies in the machine's, wherever
    /// its lateral, longitudinal and vertical readings or an eccentric axis put it: only its turns matter.
    pub fn patient_from_fixed(&self, position: PatientPosition) -> Rigid {
        let fixed_from_table_top = fixed_from_support(self.support_rad)
            * support_from_eccentric(0.0, self.eccentric_rad)
            * eccentric_from_table_top([0.0; 3], self.pitch_rad, self.roll_rad);
        let patient_from_fixed_turn = (fixed_from_table_top * table_top_from_patient(position)).inverse();
        Rigid::shift(self.isocentre_mm) * patient_from_fixed_turn
    }

    /// Patient (DICOM, mm) from gantry.
    pub fn patient_from_gantry(&self, position: PatientPosition) -> Rigid {
        self.patient_from_fixed(position) * fixed_from_gantry(self.gantry_rad)
    }

    /// Patient (DICOM, mm) from beam limiting device: where a jaw's edge or a photon's ray lies in the patient.
    pub fn patient_from_limiting_device(&self, position: PatientPosition) -> Rigid {
        self.patient_from_gantry(position) * gantry_from_limiting_device(self.collimator_rad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(turn: Turn, from: f64, to: f64) -> f64 {
        turn.difference_rad(from.to_radians(), to.to_radians()).to_degrees()
    }

    fn pose() -> Pose {
        Pose {
            gantry_rad: 0.0,
            collimator_rad: 0.0,
            support_rad: 0.0,
            eccentric_rad: 0.0,
            pitch_rad: 0.0,
            roll_rad: 0.0,
            isocentre_mm: [100.0, 200.0, 300.0],
            openings: vec![],
            wedges: vec![],
        }
    }

    fn assert_close(got: [f64; 3], expected: [f64; 3], what: &str) {
        assert!(
            got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-2),
            "{what}: {got:?}, not {expected:?}"
        );
    }

    /// The source, 1000 mm from the isocentre (100, 200, 300), for the gantry at 0 (above) and at 90 (to the right of
    /// someone who faces it), in DICOM's x (left), y (back), z (head).
    #[test]
    fn the_source_lies_where_each_patient_position_puts_it() {
        for (position, above, right) in [
            (PatientPosition::Hfs, [100.0, -800.0, 300.0], [1100.0, 200.0, 300.0]), // front; left
            (PatientPosition::Hfp, [100.0, 1200.0, 300.0], [-900.0, 200.0, 300.0]), // back; right
            (PatientPosition::Hfdr, [1100.0, 200.0, 300.0], [100.0, 1200.0, 300.0]), // left; back
            (PatientPosition::Hfdl, [-900.0, 200.0, 300.0], [100.0, -800.0, 300.0]), // right; front
            (PatientPosition::Ffs, [100.0, -800.0, 300.0], [-900.0, 200.0, 300.0]), // front; right
            (PatientPosition::Ffp, [100.0, 1200.0, 300.0], [1100.0, 200.0, 300.0]), // back; left
            (PatientPosition::Ffdr, [1100.0, 200.0, 300.0], [100.0, -800.0, 300.0]), // left; front
            (PatientPosition::Ffdl, [-900.0, 200.0, 300.0], [100.0, 1200.0, 300.0]), // right; back
        ] {
            for (gantry, expected) in [(0.0, above), (90.0, right)] {
                let pose = Pose { gantry_rad: f64::to_radians(gantry), ..pose() };
                let source = pose.patient_from_limiting_device(position).point([0.0, 0.0, 1000.0]);
                assert_close(source, expected, &format!("{} gantry {gantry}", position.code()));
            }
        }
    }

    #[test]
    fn a_point_of_the_collimator_goes_through_collimator_gantry_and_couch_by_hand() {
        let quarter = std::f64::consts::FRAC_PI_2;
        // b (10, 20, 30) -> collimator 90, x to y: g (-20, 10, 30) -> gantry 90, z to x and x to -z: f (30, 10, 20)
        // -> HFS: left = x 30, back = -z = -20, head = y 10, from the isocentre
        let turned = Pose { gantry_rad: quarter, collimator_rad: quarter, ..pose() };
        let point = turned.patient_from_limiting_device(PatientPosition::Hfs).point([10.0, 20.0, 30.0]);
        assert_close(point, [130.0, 180.0, 310.0], "collimator and gantry");

        // couch 90, counter-clockwise from above: the head points to the left of someone who faces the gantry, the
        // patient's left to the gantry. What lies 100 mm towards the gantry lies 100 mm to the patient's left.
        let kicked = Pose { support_rad: quarter, ..pose() };
        let point = kicked.patient_from_fixed(PatientPosition::Hfs).point([0.0, 100.0, 0.0]);
        assert_close(point, [200.0, 200.0, 300.0], "couch");

        // feet first, gantry 90, couch 90: the source at f (1000, 0, 0) lies where the couch's -y end came from:
        // t = turn back by 90: (0, -1000, 0), away from the gantry on the couch; feet first that is the head's side
        let source = Pose { gantry_rad: quarter, support_rad: quarter, ..pose() }
            .patient_from_gantry(PatientPosition::Ffs)
            .point([0.0, 0.0, 1000.0]);
        assert_close(source, [100.0, 200.0, 1300.0], "feet first, couch and gantry");
    }

    #[test]
    fn pitch_lifts_the_gantry_end_and_roll_drops_the_right_side() {
        let ten = 10f64.to_radians();
        // Head first and the gantry's end lifted: straight up leans to the head by 100 sin 10 = 17.36,
        // and still 100 cos 10 = 98.48 to the front.
        let pitched = Pose { pitch_rad: ten, ..pose() }.patient_from_fixed(PatientPosition::Hfs);
        assert_close(pitched.direction([0.0, 0.0, 100.0]), [0.0, -98.48, 17.36], "pitch");
        // z turns to x: the right side of someone who faces the gantry goes down (HFS: the patient's left), so
        // straight up leans to the patient's right.
        let rolled = Pose { roll_rad: ten, ..pose() }.patient_from_fixed(PatientPosition::Hfs);
        assert_close(rolled.direction([0.0, 0.0, 100.0]), [-17.36, -98.48, 0.0], "roll");
    }

    #[test]
    fn an_eccentric_turn_adds_to_the_couchs() {
        let [support, eccentric] = [20f64, 25.0].map(f64::to_radians);
        let both = Pose { support_rad: support, eccentric_rad: eccentric, ..pose() };
        let sum = Pose { support_rad: support + eccentric, ..pose() };
        let [a, b] = [&both, &sum].map(|p| p.patient_from_fixed(PatientPosition::Hfs).point([1.0, 2.0, 3.0]));
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9), "{a:?}, not {b:?}");
    }

    #[test]
    fn angles_go_the_way_the_plan_says_across_zero() {
        for (turn, from, to, expected) in [
            (Turn::Growing, 350.0, 10.0, 20.0),
            (Turn::Shrinking, 10.0, 350.0, -20.0),
            (Turn::Growing, 181.0, 179.0, 358.0),
            (Turn::Shrinking, 179.0, 181.0, -358.0),
            (Turn::Shorter, 350.0, 10.0, 20.0),
            (Turn::Shorter, 10.0, 350.0, -20.0),
            (Turn::Growing, 90.0, 90.0, 0.0),
            (Turn::Shrinking, 90.0, 90.0, 0.0),
            (Turn::Growing, 90.0, 89.9, -0.1), // rounded in the file, not a full turn
            (Turn::Shrinking, 90.0, 90.1, 0.1),
        ] {
            let got = degrees(turn, from, to);
            assert!((got - expected).abs() < 1e-9, "{turn:?} {from} -> {to}: {got}, not {expected}");
        }
    }
}

//! The coordinate systems of IEC 61217 and how each hangs on the next.
//!
//! ```text
//! fixed f ── gantry g ── beam limiting device b ── wedge filter w
//!         └─ patient support s ── table top eccentric e ── table top t ── patient p (here: DICOM's)
//! ```
//! f: origin at the isocentre, x to the right of someone who faces the gantry, y towards the gantry, z up. At zero
//! angles and shifts g, b, w, s, e and t coincide with f, so the source of a gantry at 0 lies at +z. The origin of
//! b and w is here the isocentre too (IEC places them elsewhere along z): leaf positions are given in its plane.
//! Angles are radians; each grows as a right-handed turn about the axis named.
//!
//! The patient system is DICOM's: x to the patient's left, y to the back, z to the head.

use crate::rigid::Rigid;

/// How the patient lies, as DICOM's Patient Position (0018,5100) says: which end is nearer to the gantry, and which
/// side is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatientPosition {
    /// Head first, on the back.
    Hfs,
    /// Head first, on the belly.
    Hfp,
    /// Head first, on the right side.
    Hfdr,
    /// Head first, on the left side.
    Hfdl,
    /// Feet first, on the back.
    Ffs,
    /// Feet first, on the belly.
    Ffp,
    /// Feet first, on the right side.
    Ffdr,
    /// Feet first, on the left side.
    Ffdl,
}

impl PatientPosition {
    /// All eight.
    pub const ALL: [PatientPosition; 8] = [
        PatientPosition::Hfs,
        PatientPosition::Hfp,
        PatientPosition::Hfdr,
        PatientPosition::Hfdl,
        PatientPosition::Ffs,
        PatientPosition::Ffp,
        PatientPosition::Ffdr,
        PatientPosition::Ffdl,
    ];

    /// DICOM's code.
    pub fn code(self) -> &'static str {
        match self {
            PatientPosition::Hfs => "HFS",
            PatientPosition::Hfp => "HFP",
            PatientPosition::Hfdr => "HFDR",
            PatientPosition::Hfdl => "HFDL",
            PatientPosition::Ffs => "FFS",
            PatientPosition::Ffp => "FFP",
            PatientPosition::Ffdr => "FFDR",
            PatientPosition::Ffdl => "FFDL",
        }
    }

    /// The position with this code; `None` for any other, as for a patient who sits.
    pub fn from_code(code: &str) -> Option<PatientPosition> {
        PatientPosition::ALL.into_iter().find(|position| position.code() == code.trim())
    }
}

/// f from g: the gantry turns about y, clockwise for someone who faces it.
pub fn fixed_from_gantry(gantry_rad: f64) -> Rigid {
    Rigid::about_y(gantry_rad)
}

/// g from b: the collimator turns about z, counter-clockwise as the source sees it.
pub fn gantry_from_limiting_device(collimator_rad: f64) -> Rigid {
    Rigid::about_z(collimator_rad)
}

/// b from w: the wedge turns about z. Its thin edge lies towards +y of w (DICOM PS3.3 C.36.2.2.10).
pub fn limiting_device_from_wedge(orientation_rad: f64) -> Rigid {
    Rigid::about_z(orientation_rad)
}

/// f from s: the patient support turns about z, counter-clockwise seen from above.
pub fn fixed_from_support(support_rad: f64) -> Rigid {
    Rigid::about_z(support_rad)
}

/// s from e: the table top turns about an axis parallel to z that stands `axis_distance_mm` along y of s.
pub fn support_from_eccentric(axis_distance_mm: f64, eccentric_rad: f64) -> Rigid {
    Rigid::shift([0.0, axis_distance_mm, 0.0]) * Rigid::about_z(eccentric_rad)
}

/// e from t: the table top's lateral, longitudinal and vertical place, then pitch about x, then roll about the
/// pitched y.
pub fn eccentric_from_table_top(place_mm: [f64; 3], pitch_rad: f64, roll_rad: f64) -> Rigid {
    Rigid::shift(place_mm) * Rigid::about_x(pitch_rad) * Rigid::about_y(roll_rad)
}

/// t from p, the turn alone: where the patient's left, back and head point on the table top.
pub fn table_top_from_patient(position: PatientPosition) -> Rigid {
    const RIGHT: [f64; 3] = [1.0, 0.0, 0.0]; // of someone who faces the gantry
    const LEFT: [f64; 3] = [-1.0, 0.0, 0.0];
    const TO_GANTRY: [f64; 3] = [0.0, 1.0, 0.0];
    const FROM_GANTRY: [f64; 3] = [0.0, -1.0, 0.0];
    const UP: [f64; 3] = [0.0, 0.0, 1.0];
    const DOWN: [f64; 3] = [0.0, 0.0, -1.0];
    let [patients_left, back, head] = match position {
        PatientPosition::Hfs => [RIGHT, DOWN, TO_GANTRY],
        PatientPosition::Hfp => [LEFT, UP, TO_GANTRY],
        PatientPosition::Hfdr => [UP, RIGHT, TO_GANTRY],
        PatientPosition::Hfdl => [DOWN, LEFT, TO_GANTRY],
        PatientPosition::Ffs => [LEFT, DOWN, FROM_GANTRY],
        PatientPosition::Ffp => [RIGHT, UP, FROM_GANTRY],
        PatientPosition::Ffdr => [UP, LEFT, FROM_GANTRY],
        PatientPosition::Ffdl => [DOWN, RIGHT, FROM_GANTRY],
    };
    Rigid::from_axes(patients_left, back, head)
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: [f64; 3] = [1.0, 0.0, 0.0];
    const Y: [f64; 3] = [0.0, 1.0, 0.0];
    const Z: [f64; 3] = [0.0, 0.0, 1.0];

    fn assert_close(got: [f64; 3], expected: [f64; 3], what: &str) {
        assert!(
            got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9),
            "{what}: {got:?}, not {expected:?}"
        );
    }

    /// What the room's directions are in the patient, by thought: someone faces the gantry and looks at the couch.
    /// To the right, towards the gantry, up.
    #[test]
    fn each_patient_position_turns_the_room_as_it_should() {
        let (left, back, head) = (X, Y, Z);
        let minus = |v: [f64; 3]| v.map(|x| -x);
        let (right, front, feet) = (minus(left), minus(back), minus(head));
        for (position, expected) in [
            // on the back, head at the gantry, we stand at the feet: the patient's left is on our right
            (PatientPosition::Hfs, [left, head, front]),
            // turned onto the belly about the body's axis: left and right change, the back is up
            (PatientPosition::Hfp, [right, head, back]),
            // the right side is down, so left is up; head away from us: the back is on our right
            (PatientPosition::Hfdr, [back, head, left]),
            // the left side is down: the front is on our right
            (PatientPosition::Hfdl, [front, head, right]),
            // HFS turned on the couch by 180 degrees: our right is the patient's right
            (PatientPosition::Ffs, [right, feet, front]),
            (PatientPosition::Ffp, [left, feet, back]),
            // HFDR turned by 180 degrees: left stays up, the front is on our right
            (PatientPosition::Ffdr, [front, feet, left]),
            (PatientPosition::Ffdl, [back, feet, right]),
        ] {
            let patient_from_table_top = table_top_from_patient(position).inverse();
            for (axis, expected) in [X, Y, Z].into_iter().zip(expected) {
                assert_close(patient_from_table_top.direction(axis), expected, position.code());
            }
        }
    }

    /// Image Orientation (Patient) of dose grids that Eclipse wrote for four positions: rows run to the right of
    /// someone who faces the gantry, columns run down.
    #[test]
    fn dose_grids_of_a_planning_system_lie_as_their_positions_say() {
        for (position, row, column) in [
            (PatientPosition::Hfs, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
            (PatientPosition::Hfp, [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]),
            (PatientPosition::Ffs, [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
            (PatientPosition::Hfdl, [0.0, -1.0, 0.0], [1.0, 0.0, 0.0]),
        ] {
            let patient_from_table_top = table_top_from_patient(position).inverse();
            assert_close(patient_from_table_top.direction(X), row, position.code());
            assert_close(patient_from_table_top.direction([0.0, 0.0, -1.0]), column, position.code());
        }
    }

    #[test]
    fn every_position_is_a_proper_turn() {
        for position in PatientPosition::ALL {
            let [a, b, c] = table_top_from_patient(position).rotation;
            let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
            assert_eq!(cross, c, "{} is mirrored", position.code());
            assert_eq!(PatientPosition::from_code(position.code()), Some(position));
        }
        assert_eq!(PatientPosition::from_code("SITTING"), None);
    }

    #[test]
    fn an_eccentric_table_turns_about_its_own_axis() {
        // The axis stands 500 mm towards the gantry. A quarter turn counter-clockwise carries what lay at the
        // isocentre, 500 mm below the axis as seen from above, to the right of it: x = 500, y = 500.
        let support_from_table = support_from_eccentric(500.0, std::f64::consts::FRAC_PI_2);
        assert_close(support_from_table.point([0.0, -500.0, 0.0]), [500.0, 500.0, 0.0], "eccentric");
    }
}

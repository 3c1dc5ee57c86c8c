//! Rotations and shifts that carry points and directions from one space into another.

use std::ops::Mul;

/// A rotation followed by a shift. Its name says where it leads: `patient_from_gantry`; products read right to left.
///
/// ```
/// # use treatment::Rigid;
/// let patient_from_room = Rigid::shift([0.0, 0.0, 5.0]);
/// let room_from_gantry = Rigid::about_y(std::f64::consts::FRAC_PI_2);
/// let patient_from_gantry = patient_from_room * room_from_gantry;
/// let source = patient_from_gantry.point([0.0, 0.0, 1000.0]); // z of the gantry has become x of the room
/// assert!((source[0] - 1000.0).abs() < 1e-9 && (source[2] - 5.0).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rigid {
    /// Rows of the rotation: row `i` gives component `i` of the result.
    pub rotation: [[f64; 3]; 3],
    /// Added after the rotation (mm).
    pub shift_mm: [f64; 3],
}

impl Rigid {
    /// Leaves everything where it is.
    pub const IDENTITY: Rigid =
        Rigid { rotation: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], shift_mm: [0.0; 3] };

    /// A shift alone (mm).
    pub const fn shift(shift_mm: [f64; 3]) -> Rigid {
        Rigid { shift_mm, ..Rigid::IDENTITY }
    }

    /// A rotation whose columns are the old space's axes as seen from the new space.
    pub fn from_axes(x: [f64; 3], y: [f64; 3], z: [f64; 3]) -> Rigid {
        Rigid { rotation: std::array::from_fn(|i| [x[i], y[i], z[i]]), shift_mm: [0.0; 3] }
    }

    /// Right-handed rotation about x: y goes towards z.
    pub fn about_x(angle_rad: f64) -> Rigid {
        let (s, c) = angle_rad.sin_cos();
        Rigid { rotation: [[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]], shift_mm: [0.0; 3] }
    }

    /// Right-handed rotation about y: z goes towards x.
    pub fn about_y(angle_rad: f64) -> Rigid {
        let (s, c) = angle_rad.sin_cos();
        Rigid { rotation: [[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]], shift_mm: [0.0; 3] }
    }

    /// Right-handed rotation about z: x goes towards y.
    pub fn about_z(angle_rad: f64) -> Rigid {
        let (s, c) = angle_rad.sin_cos();
        Rigid { rotation: [[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]], shift_mm: [0.0; 3] }
    }

    /// Where a point (mm) comes to lie.
    pub fn point(&self, point_mm: [f64; 3]) -> [f64; 3] {
        let turned = self.direction(point_mm);
        std::array::from_fn(|i| turned[i] + self.shift_mm[i])
    }

    /// Where a direction comes to point; its length is kept.
    pub fn direction(&self, direction: [f64; 3]) -> [f64; 3] {
        self.rotation.map(|row| row[0] * direction[0] + row[1] * direction[1] + row[2] * direction[2])
    }

    /// The way back.
    pub fn inverse(&self) -> Rigid {
        let rotation = std::array::from_fn(|i| std::array::from_fn(|j| self.rotation[j][i]));
        let back = Rigid { rotation, shift_mm: [0.0; 3] };
        Rigid { rotation, shift_mm: back.direction(self.shift_mm).map(|x| -x) }
    }
}

impl Mul for Rigid {
    type Output = Rigid;

    /// First `other`, then `self`.
    fn mul(self, other: Rigid) -> Rigid {
        let rotation = std::array::from_fn(|i| {
            std::array::from_fn(|j| (0..3).map(|k| self.rotation[i][k] * other.rotation[k][j]).sum())
        });
        Rigid { rotation, shift_mm: self.point(other.shift_mm) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_and_its_inverse_leave_a_point_where_it_was() {
        let there = Rigid::shift([1.0, -2.0, 3.0])
            * Rigid::about_x(0.3)
            * Rigid::shift([5.0, 0.0, 1.0])
            * Rigid::about_z(2.0);
        let point = there.inverse().point(there.point([4.0, 5.0, 6.0]));
        assert!(point.iter().zip([4.0, 5.0, 6.0]).all(|(a, b)| (a - b).abs() < 1e-12), "{point:?}");
    }

    #[test]
    fn each_rotation_turns_the_way_of_a_right_hand() {
        let quarter = std::f64::consts::FRAC_PI_2;
        let close = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(close(Rigid::about_x(quarter).direction([0.0, 1.0, 0.0]), [0.0, 0.0, 1.0]));
        assert!(close(Rigid::about_y(quarter).direction([0.0, 0.0, 1.0]), [1.0, 0.0, 0.0]));
        assert!(close(Rigid::about_z(quarter).direction([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0]));
    }
}

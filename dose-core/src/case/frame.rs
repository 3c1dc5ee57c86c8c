//! The axes of a rectangular field.

/// A beam's axis and the two axes of its rectangle: unit vectors at right angles, right-handed in this order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Where the beam goes.
    pub axis: [f64; 3],
    /// First axis of the rectangle.
    pub first: [f64; 3],
    /// Second axis of the rectangle.
    pub second: [f64; 3],
}

impl Frame {
    /// The first axis is x for a beam along y or z, and y for a beam along x; for an oblique beam it is that axis made
    /// perpendicular. `None` for a direction of no length.
    pub fn new(direction: [f64; 3]) -> Option<Frame> {
        let axis = unit(direction)?;
        let along_x = axis[0].abs() > axis[1].abs() && axis[0].abs() > axis[2].abs();
        let start = if along_x { [0.0, 1.0, 0.0] } else { [1.0, 0.0, 0.0] };
        let on_axis: f64 = (0..3).map(|a| start[a] * axis[a]).sum();
        let first = unit(std::array::from_fn(|a| start[a] - on_axis * axis[a]))?;
        let second = [
            axis[1] * first[2] - axis[2] * first[1],
            axis[2] * first[0] - axis[0] * first[2],
            axis[0] * first[1] - axis[1] * first[0],
        ];
        Some(Frame { axis, first, second })
    }
}

/// A direction with length 1; `None` if it has none. Scaled first, so that no square overflows or vanishes.
pub fn unit(direction: [f64; 3]) -> Option<[f64; 3]> {
    let largest = direction.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    if !(largest > 0.0 && largest.is_finite()) {
        return None;
    }
    let scaled = direction.map(|x| x / largest);
    let length = scaled.iter().map(|x| x * x).sum::<f64>().sqrt();
    Some(scaled.map(|x| x / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_axis_is_x_but_for_a_beam_along_x() {
        for (direction, first) in [
            ([0.0, 2.0, 0.0], [1.0, 0.0, 0.0]),
            ([0.0, 0.0, -1.0], [1.0, 0.0, 0.0]),
            ([-3.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
        ] {
            assert_eq!(Frame::new(direction).expect("a direction").first, first);
        }
        assert!(Frame::new([0.0; 3]).is_none());
        assert!(Frame::new([f64::INFINITY, 0.0, 0.0]).is_none());
        assert!(Frame::new([1e-300, 0.0, 0.0]).is_some());
    }

    #[test]
    fn an_oblique_frame_is_orthonormal_and_right_handed() {
        let Frame { axis, first, second } = Frame::new([1.0, -2.0, 0.5]).expect("a direction");
        let dot = |a: [f64; 3], b: [f64; 3]| (0..3).map(|i| a[i] * b[i]).sum::<f64>();
        for (a, b, expected) in [
            (axis, axis, 1.0),
            (first, first, 1.0),
            (second, second, 1.0),
            (axis, first, 0.0),
            (first, second, 0.0),
            (axis, second, 0.0),
        ] {
            assert!((dot(a, b) - expected).abs() < 1e-12);
        }
        let cross = [
            first[1] * second[2] - first[2] * second[1],
            first[2] * second[0] - first[0] * second[2],
            first[0] * second[1] - first[1] * second[0],
        ];
        assert!((dot(cross, axis) - 1.0).abs() < 1e-12);
    }
}

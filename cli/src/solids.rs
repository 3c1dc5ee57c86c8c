//! Whether convex bodies meet: the beam, the grid and the collimators.

use dose_core::case::Frame;
use dose_core::case::frame::unit;

type Vector = [f64; 3];

/// A convex body: its corners, and the directions among which a separating axis must be, if there is one.
#[derive(Clone, Debug)]
pub struct Solid {
    corners: Vec<Vector>,
    normals: Vec<Vector>,
    edges: Vec<Vector>,
}

const AXES: [Vector; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

impl Solid {
    /// An axis-aligned box.
    pub fn cuboid(min: Vector, max: Vector) -> Solid {
        let corner = |i: usize| std::array::from_fn(|a| if i >> a & 1 == 0 { min[a] } else { max[a] });
        Solid { corners: (0..8).map(corner).collect(), normals: AXES.to_vec(), edges: AXES.to_vec() }
    }

    /// The hull of a rectangle and the same rectangle, scaled, further along: a beam between two planes, or (with a
    /// first rectangle of no size) a pyramid with its tip at `centre`.
    pub fn beam(
        centre: Vector,
        frame: &Frame,
        near_half: [f64; 2],
        far_half: [f64; 2],
        length: f64,
    ) -> Solid {
        let rectangle = |half: [f64; 2], along: f64| {
            [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(s, t)| {
                let offset = combine(frame.first, s * half[0], frame.second, t * half[1]);
                add(add(centre, scale(frame.axis, along)), offset)
            })
        };
        let near = rectangle(near_half, 0.0);
        let far = rectangle(far_half, length);
        let sides: Vec<Vector> = (0..4).map(|i| sub(far[i], near[i])).collect();
        let base = [frame.first, frame.second];
        let mut normals = vec![frame.axis];
        normals.extend((0..4).map(|i| cross(sides[i], base[i % 2])));
        let mut edges = sides;
        edges.extend(base);
        Solid { corners: near.into_iter().chain(far).collect(), normals, edges }
    }

    /// The largest gap between two bodies along any candidate axis; negative where they overlap, 0 where they touch.
    pub fn gap(&self, other: &Solid) -> f64 {
        let crossed = self.edges.iter().flat_map(|&e| other.edges.iter().map(move |&f| cross(e, f)));
        let axes = self.normals.iter().chain(&other.normals).copied().chain(crossed);
        axes.filter_map(unit)
            .map(|axis| {
                let (low, high) = self.extent(axis);
                let (other_low, other_high) = other.extent(axis);
                (other_low - high).max(low - other_high)
            })
            .fold(f64::NEG_INFINITY, f64::max)
    }

    /// Least and greatest coordinate along a direction.
    pub fn extent(&self, axis: Vector) -> (f64, f64) {
        self.corners
            .iter()
            .map(|&corner| dot(corner, axis))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    }
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn add(a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|i| a[i] + b[i])
}

fn sub(a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|i| a[i] - b[i])
}

fn scale(a: Vector, s: f64) -> Vector {
    a.map(|x| x * s)
}

fn combine(a: Vector, s: f64, b: Vector, t: f64) -> Vector {
    add(scale(a, s), scale(b, t))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUBE: ([f64; 3], [f64; 3]) = ([0.0; 3], [1.0; 3]);

    fn cube() -> Solid {
        Solid::cuboid(CUBE.0, CUBE.1)
    }

    #[test]
    fn boxes_overlap_touch_or_are_apart() {
        assert!((cube().gap(&Solid::cuboid([0.5; 3], [2.0; 3])) + 0.5).abs() < 1e-12);
        assert_eq!(cube().gap(&Solid::cuboid([1.0, 0.0, 0.0], [2.0, 1.0, 1.0])), 0.0);
        assert_eq!(cube().gap(&Solid::cuboid([3.0, 0.0, 0.0], [4.0, 1.0, 1.0])), 2.0);
    }

    #[test]
    fn a_pencil_hits_what_lies_on_its_line_only() {
        let down_y = Frame::new([0.0, 1.0, 0.0]).expect("a direction");
        let pencil = |x: f64| Solid::beam([x, -5.0, 0.5], &down_y, [0.0; 2], [0.0; 2], 100.0);
        assert!(pencil(0.5).gap(&cube()) < 0.0);
        assert!((pencil(1.25).gap(&cube()) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn a_slanting_pencil_can_pass_a_corner() {
        // Along (1, 1, 0) through (0, y0): it passes the corner (0, 1) of the square where y0 > 1.
        let slanted = Frame::new([1.0, 1.0, 0.0]).expect("a direction");
        let pencil =
            |y0: f64| Solid::beam([-10.0, y0 - 10.0, 0.5], &slanted, [0.0; 2], [0.0; 2], 100.0).gap(&cube());
        assert!(pencil(0.99) < 0.0);
        assert!(pencil(1.01) > 0.0);
    }

    #[test]
    fn a_pyramid_widens_with_depth() {
        // Half-width 1 at distance 10 in x, a tenth of the way: the cube at x from 4 is met only beyond depth 40.
        let down_y = Frame::new([0.0, 1.0, 0.0]).expect("a direction");
        let pyramid = Solid::beam([0.0; 3], &down_y, [0.0; 2], [100.0, 100.0], 1000.0);
        let at = |y: f64| Solid::cuboid([4.0, y, -0.5], [5.0, y + 1.0, 0.5]);
        assert!(pyramid.gap(&at(30.0)) > 0.0);
        assert!(pyramid.gap(&at(41.0)) < 0.0);
    }
}

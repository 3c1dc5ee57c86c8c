//! The hull of points by the quickhull algorithm.

use super::{Hull, Point, cross, dot, minus};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A hash of small whole numbers (D. E. Knuth's multiplication): nobody chooses them to collide.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_usize(usize::from(byte)));
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0.rotate_left(20) ^ number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

type Numbers<K> = HashMap<K, usize, BuildHasherDefault<Mixed>>;

/// A triangle of the growing hull.
struct Face {
    corners: [usize; 3],
    normal: Point,
    /// Points outside this face that no earlier face took.
    outside: Vec<usize>,
    alive: bool,
}

impl Face {
    fn new(points: &[Point], corners: [usize; 3]) -> Self {
        let [a, b, c] = corners.map(|corner| points[corner]);
        Self { corners, normal: cross(minus(b, a), minus(c, a)), outside: Vec::new(), alive: true }
    }

    /// Positive outside, zero in the plane. Below 2⁶² for coordinates below 2¹⁸.
    fn height(&self, points: &[Point], point: usize) -> i64 {
        dot(self.normal, minus(points[point], points[self.corners[0]]))
    }
}

/// Four points that span space, or `None`.
fn first_tetrahedron(points: &[Point]) -> Option<[usize; 4]> {
    let a = (0..points.len()).min_by_key(|&n| points[n])?;
    let away = |n: usize| {
        let d = minus(points[n], points[a]);
        dot(d, d)
    };
    let b = (0..points.len()).max_by_key(|&n| away(n))?;
    let ab = minus(points[b], points[a]);
    let area = |n: usize| {
        let c = cross(ab, minus(points[n], points[a]));
        c.iter().map(|x| i128::from(*x).pow(2)).sum::<i128>()
    };
    let c = (0..points.len()).max_by_key(|&n| area(n))?;
    let normal = cross(ab, minus(points[c], points[a]));
    let height = |n: usize| dot(normal, minus(points[n], points[a]));
    let d = (0..points.len()).max_by_key(|&n| height(n).abs())?;
    match height(d) {
        0 => None,
        h if h > 0 => Some([a, c, b, d]),
        _ => Some([a, b, c, d]),
    }
}

/// The hull of some points by the quickhull algorithm; `None` if they lie in a plane.
///
/// C. B. Barber, D. P. Dobkin, H. Huhdanpaa, ACM Trans. Math. Softw. 22 (1996) 469.
pub fn hull(points: &[Point]) -> Option<Hull> {
    let [a, b, c, d] = first_tetrahedron(points)?;
    let mut faces: Vec<Face> = [[a, b, c], [a, d, b], [b, d, c], [c, d, a]]
        .into_iter()
        .map(|corners| Face::new(points, corners))
        .collect();
    let mut by_edge: Numbers<(usize, usize)> = Numbers::default();
    for (n, face) in faces.iter().enumerate() {
        for edge in edges(face.corners) {
            by_edge.insert(edge, n);
        }
    }
    assign(points, 0..points.len(), &mut faces, 0);
    let mut next = 0;
    while next < faces.len() {
        if !faces[next].alive || faces[next].outside.is_empty() {
            next += 1;
            continue;
        }
        let farthest = *faces[next]
            .outside
            .iter()
            .max_by_key(|&&point| faces[next].height(points, point))
            .expect("the face has points outside");
        let mut visible = vec![next];
        faces[next].alive = false;
        let mut horizon = Vec::new();
        let mut at = 0;
        while at < visible.len() {
            for (from, to) in edges(faces[visible[at]].corners) {
                let other = by_edge[&(to, from)];
                if !faces[other].alive {
                    continue;
                }
                if faces[other].height(points, farthest) > 0 {
                    faces[other].alive = false;
                    visible.push(other);
                } else {
                    horizon.push((from, to));
                }
            }
            at += 1;
        }
        let first_new = faces.len();
        for (from, to) in horizon {
            let corners = [from, to, farthest];
            for edge in edges(corners) {
                by_edge.insert(edge, faces.len());
            }
            faces.push(Face::new(points, corners));
        }
        let orphans: Vec<usize> =
            visible.iter().flat_map(|&face| std::mem::take(&mut faces[face].outside)).collect();
        assign(points, orphans.into_iter().filter(|&point| point != farthest), &mut faces, first_new);
    }
    Some(compact(points, &faces))
}

fn edges([a, b, c]: [usize; 3]) -> [(usize, usize); 3] {
    [(a, b), (b, c), (c, a)]
}

/// Gives each point to the first face from `first` on that it lies outside of.
fn assign(points: &[Point], which: impl Iterator<Item = usize>, faces: &mut [Face], first: usize) {
    for point in which {
        let outside = faces[first..].iter_mut().find(|face| face.height(points, point) > 0);
        if let Some(face) = outside {
            face.outside.push(point);
        }
    }
}

fn compact(points: &[Point], faces: &[Face]) -> Hull {
    let mut number: Numbers<usize> = Numbers::default();
    let mut corners = Vec::new();
    let triangles = faces
        .iter()
        .filter(|face| face.alive)
        .map(|face| {
            face.corners.map(|corner| {
                *number.entry(corner).or_insert_with(|| {
                    corners.push(points[corner]);
                    corners.len() - 1
                })
            })
        })
        .collect();
    Hull { corners, triangles }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_lies_in_the_hull_and_every_edge_has_two_faces() {
        let mut state = 1_u64;
        let points: Vec<Point> = (0..400)
            .map(|_| {
                std::array::from_fn(|_| {
                    state =
                        state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 60) as i64
                })
            })
            .collect();
        let hull = hull(&points).expect("a hull");
        let mut count: HashMap<(usize, usize), i32> = HashMap::new();
        for &triangle in &hull.triangles {
            let face = Face::new(&hull.corners, triangle);
            assert!(points.iter().all(|&p| dot(face.normal, minus(p, hull.corners[triangle[0]])) <= 0));
            for (a, b) in edges(triangle) {
                *count.entry((a, b)).or_default() += 1;
                *count.entry((b, a)).or_default() += 1;
            }
        }
        assert!(count.values().all(|&n| n == 2));
    }
}

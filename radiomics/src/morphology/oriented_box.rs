//! The least box around a hull, turned as it may be.

use super::hull::Hull;
use std::collections::BTreeSet;

/// Edges (mm) of the least box of which one face lies on a face of the hull.
///
/// For each face the points are laid on its plane, where the least rectangle has a side on the outline's hull
/// (H. Freeman, R. Shapira, Commun. ACM 18 (1975) 409). The least box of all may touch the hull with edges alone (J. O'Rourke, Int.
/// J. Comput. Inf. Sci. 14 (1985) 183) and be a little smaller; the standard has no reference value for it.
///
/// Most faces are ruled out by a few corners: the box around some of the corners is no larger than that around all.
pub fn least_box_mm(hull: &Hull, spacing_mm: [f64; 3]) -> [f64; 3] {
    let corners = hull.corners_mm(spacing_mm);
    let few = outermost(&corners);
    let mut seen = BTreeSet::new();
    let mut faces: Vec<(f64, [[f64; 3]; 3])> = Vec::new();
    for triangle in &hull.triangles {
        let [a, b, c] = triangle.map(|corner| hull.corners[corner]);
        let u: [i64; 3] = std::array::from_fn(|x| b[x] - a[x]);
        let v: [i64; 3] = std::array::from_fn(|x| c[x] - a[x]);
        let n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
        let divisor = n.iter().fold(0, |a, &b| gcd(a, b.abs())).max(1);
        let sign = n.iter().find(|x| **x != 0).map_or(1, |x| x.signum());
        if !seen.insert(n.map(|x| sign * x / divisor)) {
            continue;
        }
        // A normal in index space is covariant: divide by the spacing.
        let normal = unit(std::array::from_fn(|x| n[x] as f64 / spacing_mm[x]));
        let along = unit(std::array::from_fn(|x| u[x] as f64 * spacing_mm[x]));
        let across = [
            normal[1] * along[2] - normal[2] * along[1],
            normal[2] * along[0] - normal[0] * along[2],
            normal[0] * along[1] - normal[1] * along[0],
        ];
        let frame = [normal, along, across];
        faces.push((on_face(&few, frame).iter().product(), frame));
    }
    faces.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Of boxes of one volume that with the least surface counts, so that the order of the faces does not matter.
    let mut best = ([0.0; 3], f64::INFINITY, f64::INFINITY);
    for (at_least, frame) in faces {
        if at_least * (1.0 - ROUNDING) > best.1 {
            break;
        }
        let edges = on_face(&corners, frame);
        let [p, q, r] = edges;
        let (volume, half_area) = (p * q * r, p * q + p * r + q * r);
        let is_less = volume < best.1 * (1.0 - ROUNDING);
        if is_less || (volume <= best.1 * (1.0 + ROUNDING) && half_area < best.2) {
            best = (edges, if is_less { volume } else { best.1 }, half_area);
        }
    }
    best.0
}

/// Part by which volumes may differ through rounding.
const ROUNDING: f64 = 1e-9;

/// The box around points with a face across the first of three directions: its height, and the sides of the least rectangle.
fn on_face(points: &[[f64; 3]], [normal, along, across]: [[f64; 3]; 3]) -> [f64; 3] {
    let [low, high] = range(points.iter().map(|p| dot(normal, *p)));
    let flat: Vec<[f64; 2]> = points.iter().map(|p| [dot(along, *p), dot(across, *p)]).collect();
    let [p, q] = least_rectangle(flat);
    [high - low, p, q]
}

/// The corners that lie farthest out in some directions that go round evenly (a spiral of Fibonacci).
fn outermost(corners: &[[f64; 3]]) -> Vec<[f64; 3]> {
    const DIRECTIONS: usize = 96;
    let golden = std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
    let mut found: Vec<usize> = (0..DIRECTIONS)
        .filter_map(|n| {
            let z = 1.0 - (2 * n + 1) as f64 / DIRECTIONS as f64;
            let (sin, cos) = (golden * n as f64).sin_cos();
            let r = (1.0 - z * z).sqrt();
            let direction = [r * cos, r * sin, z];
            (0..corners.len())
                .max_by(|&a, &b| dot(direction, corners[a]).total_cmp(&dot(direction, corners[b])))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|corner| corners[corner]).collect()
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|x| a[x] * b[x]).sum()
}

fn unit(a: [f64; 3]) -> [f64; 3] {
    let length = dot(a, a).sqrt();
    a.map(|x| x / length)
}

fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)])
}

/// Sides of the least rectangle around points.
fn least_rectangle(mut points: Vec<[f64; 2]>) -> [f64; 2] {
    points.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let turn =
        |a: [f64; 2], b: [f64; 2], c: [f64; 2]| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    let mut chain: Vec<[f64; 2]> = Vec::new();
    for reversed in [false, true] {
        let start = chain.len();
        for n in 0..points.len() {
            let point = points[if reversed { points.len() - 1 - n } else { n }];
            while chain.len() >= start + 2
                && turn(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0.0
            {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
    }
    let mut best = ([0.0; 2], f64::INFINITY);
    for n in 0..chain.len() {
        let (a, b) = (chain[n], chain[(n + 1) % chain.len()]);
        let length = (b[0] - a[0]).hypot(b[1] - a[1]);
        if length == 0.0 {
            continue;
        }
        let [c, s] = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
        let [low, high] = range(chain.iter().map(|p| c * p[0] + s * p[1]));
        let [under, over] = range(chain.iter().map(|p| c * p[1] - s * p[0]));
        let area = (high - low) * (over - under);
        if area < best.1 {
            best = ([high - low, over - under], area);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::super::hull;
    use super::*;

    #[test]
    fn a_turned_square_prism_is_boxed_along_its_sides() {
        // A diamond of half-diagonal 4 and height 2, in half voxels of 2 mm: edges √32 mm, √32 mm, 2 mm.
        let points: Vec<hull::Point> = [[4, 0], [-4, 0], [0, 4], [0, -4]]
            .iter()
            .flat_map(|p| [[p[0], p[1], 0], [p[0], p[1], 2]])
            .collect();
        let hull = hull::hull(&points).expect("spans space");
        let mut edges = least_box_mm(&hull, [2.0; 3]);
        edges.sort_by(f64::total_cmp);
        for (found, expected) in edges.into_iter().zip([2.0, 32.0_f64.sqrt(), 32.0_f64.sqrt()]) {
            assert!((found - expected).abs() < 1e-12, "{edges:?}");
        }
    }

    #[test]
    fn ruling_faces_out_by_a_few_corners_loses_no_box() {
        // A bumpy, oblique ellipsoid of half voxels.
        let mut points = Vec::new();
        for n in 0..3000_i64 {
            let (t, z) = (n as f64 * 2.399_963, 1.0 - 2.0 * n as f64 / 3000.0);
            let r = (1.0 - z * z).sqrt() * (1.0 + 0.05 * (7.0 * t).sin());
            let p = [30.0 * r * t.cos(), 18.0 * r * t.sin() + 9.0 * z, 24.0 * z];
            points.push(p.map(|x| x.round() as i64));
        }
        let hull = hull::hull(&points).expect("spans space");
        let spacing = [0.9, 1.0, 2.5];
        let corners = hull.corners_mm(spacing);
        assert!(outermost(&corners).len() < corners.len());
        let least = hull.triangles.iter().map(|triangle| {
            let [a, b, c] = triangle.map(|corner| corners[corner]);
            let u: [f64; 3] = std::array::from_fn(|x| b[x] - a[x]);
            let v: [f64; 3] = std::array::from_fn(|x| c[x] - a[x]);
            let cross = |u: [f64; 3], v: [f64; 3]| {
                [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
            };
            let (normal, along) = (unit(cross(u, v)), unit(u));
            on_face(&corners, [normal, along, cross(normal, along)]).iter().product::<f64>()
        });
        let least = least.fold(f64::INFINITY, f64::min);
        let found: f64 = least_box_mm(&hull, spacing).iter().product();
        assert!((found - least).abs() < 1e-8 * least, "{found} {least}");
    }
}

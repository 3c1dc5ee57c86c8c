//! Convex hull of a mask's mesh, in whole numbers and so without rounding.

mod quickhull;

pub use quickhull::hull;

/// A point in half voxels.
pub type Point = [i64; 3];

/// A convex hull: its corners, and triangles whose corners run anticlockwise seen from outside.
#[derive(Clone, Debug)]
pub struct Hull {
    /// Corners (half voxels).
    pub corners: Vec<Point>,
    /// Indices of three corners each.
    pub triangles: Vec<[usize; 3]>,
}

fn minus(a: Point, b: Point) -> Point {
    std::array::from_fn(|x| a[x] - b[x])
}

fn cross(a: Point, b: Point) -> Point {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: Point, b: Point) -> i64 {
    (0..3).map(|x| a[x] * b[x]).sum()
}

/// The hull of a mask's mesh (x fastest); `None` for an empty mask.
///
/// A vertex of the mesh lies half a voxel from the centre of a voxel of the mask, along an axis; those between two
/// voxels of the mask are inside anyhow. So the hull is that of an octahedron around each corner of the hull of the centres.
pub fn of_mask(shape: [usize; 3], mask: &[bool]) -> Option<Hull> {
    let [nx, ny, _] = shape;
    let mut centres: Vec<Point> = Vec::new();
    for (k, layer) in mask.chunks_exact((nx * ny).max(1)).enumerate() {
        let mut ends: Vec<Point> = Vec::new();
        for (j, row) in layer.chunks_exact(nx.max(1)).enumerate() {
            if let Some(first) = row.iter().position(|inside| *inside) {
                let last = row.iter().rposition(|inside| *inside).unwrap_or(first);
                for i in [first, last] {
                    ends.push([2 * i as i64, 2 * j as i64, 2 * k as i64]);
                }
            }
        }
        centres.extend(planar(&mut ends));
    }
    if let Some(hull) = hull(&centres) {
        centres = hull.corners;
    }
    let mut vertices = Vec::with_capacity(6 * centres.len());
    for centre in centres {
        for axis in 0..3 {
            for step in [-1, 1] {
                let mut vertex = centre;
                vertex[axis] += step;
                vertices.push(vertex);
            }
        }
    }
    hull(&vertices)
}

/// The corners of the hull of points in one layer (monotone chain, A. M. Andrew, Inf. Process. Lett. 9 (1979) 216).
fn planar(points: &mut Vec<Point>) -> Vec<Point> {
    points.sort_unstable();
    points.dedup();
    if points.len() < 3 {
        return points.clone();
    }
    let turn = |a: Point, b: Point, c: Point| cross(minus(b, a), minus(c, a))[2];
    let mut chain: Vec<Point> = Vec::new();
    let mut half = |points: &mut dyn Iterator<Item = &Point>| {
        let start = chain.len();
        for &point in points {
            while chain.len() >= start + 2 && turn(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0
            {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
    };
    half(&mut points.iter());
    half(&mut points.iter().rev());
    chain
}

impl Hull {
    /// Corners (mm).
    pub fn corners_mm(&self, spacing_mm: [f64; 3]) -> Vec<[f64; 3]> {
        self.corners
            .iter()
            .map(|corner| std::array::from_fn(|x| 0.5 * corner[x] as f64 * spacing_mm[x]))
            .collect()
    }

    /// Area (mm²) and volume (mm³).
    pub fn area_and_volume(&self, spacing_mm: [f64; 3]) -> [f64; 2] {
        let corners = self.corners_mm(spacing_mm);
        let (mut area, mut volume) = (0.0, 0.0);
        let origin = corners[0];
        for triangle in &self.triangles {
            let [a, b, c] = triangle
                .map(|corner| -> [f64; 3] { std::array::from_fn(|x| corners[corner][x] - origin[x]) });
            let u: [f64; 3] = std::array::from_fn(|x| b[x] - a[x]);
            let v: [f64; 3] = std::array::from_fn(|x| c[x] - a[x]);
            let normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
            area += 0.5 * normal.iter().map(|n| n * n).sum::<f64>().sqrt();
            volume += (0..3).map(|x| a[x] * normal[x]).sum::<f64>() / 6.0;
        }
        [area, volume]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_voxel_is_an_octahedron_and_a_block_a_cut_box() {
        let hull = of_mask([1, 1, 1], &[true]).expect("a hull");
        assert_eq!((hull.corners.len(), hull.triangles.len()), (6, 8));
        let [area, volume] = hull.area_and_volume([2.0; 3]);
        assert!((volume - 4.0 / 3.0).abs() < 1e-12 && (area - 4.0 * 3.0_f64.sqrt()).abs() < 1e-12);
        // A cube of 3 voxels: centres 2 apart; hull of octahedra = box of 2 grown by an octahedron of half a voxel.
        let hull = of_mask([3, 3, 3], &[true; 27]).expect("a hull");
        let [_, volume] = hull.area_and_volume([1.0; 3]);
        // Steiner: 8 + 6 faces 4 × 1/2 + 12 edges 2 × (triangle 1/8) + octahedron 1/6.
        assert!((volume - (8.0 + 12.0 + 3.0 + 1.0 / 6.0)).abs() < 1e-12, "{volume}");
    }
}

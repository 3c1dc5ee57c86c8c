//! Rings around regions: shells that reach some millimetres out of a region, into it, or both.

use serde::{Deserialize, Serialize};
use volume::{Image, OrientedGrid};

/// A shell along the surface of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ring {
    /// Its name; the region in the table is `region/name`.
    pub name: String,
    /// How deep it reaches into the region (mm).
    #[serde(default)]
    pub inside_mm: f64,
    /// How far it reaches out of the region (mm).
    #[serde(default)]
    pub outside_mm: f64,
    /// Cut to the body: outside the region, air from the edge of each slice on does not belong; air is what lies below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub air_below: Option<f64>,
    /// Whether voxels of the other regions are left out.
    #[serde(default = "yes")]
    pub avoid_regions: bool,
}

fn yes() -> bool {
    true
}

impl Ring {
    /// The shell of a mask (x fastest).
    ///
    /// A voxel belongs if its centre is no farther than a margin from the centre of the nearest voxel on the other side of
    /// the surface. What lies beyond the box is on neither side.
    pub fn of(&self, shape: [usize; 3], mask: &[bool], spacing_mm: [f64; 3]) -> Vec<bool> {
        let within = |on_other_side: &dyn Fn(usize) -> bool, margin_mm: f64| -> Vec<bool> {
            let square = margin_mm * margin_mm * (1.0 + 1e-9);
            square_distances(shape, spacing_mm, on_other_side).into_iter().map(|d| d <= square).collect()
        };
        let mut ring = vec![false; mask.len()];
        for (wanted, margin_mm) in [(false, self.outside_mm), (true, self.inside_mm)] {
            if margin_mm > 0.0 {
                let near = within(&|place| mask[place] != wanted, margin_mm);
                for (place, ring) in ring.iter_mut().enumerate() {
                    *ring |= mask[place] == wanted && near[place];
                }
            }
        }
        ring
    }
}

/// Square of the distance (mm²) from each voxel's centre to the nearest one that counts; infinite if none does.
///
/// The lower envelope of parabolas, one axis after the other: P. F. Felzenszwalb, D. P. Huttenlocher, Theory of Computing 8
/// (2012) 415. Exact.
fn square_distances(shape: [usize; 3], spacing_mm: [f64; 3], counts: &dyn Fn(usize) -> bool) -> Vec<f64> {
    let voxels: usize = shape.iter().product();
    let mut square: Vec<f64> =
        (0..voxels).map(|place| if counts(place) { 0.0 } else { f64::INFINITY }).collect();
    for axis in 0..3 {
        let (n, stride) = (shape[axis], shape[..axis].iter().product::<usize>());
        let mut line = vec![0.0; n];
        for start in (0..voxels).filter(|place| (place / stride).is_multiple_of(n)) {
            for (k, value) in line.iter_mut().enumerate() {
                *value = square[start + k * stride];
            }
            for (k, value) in envelope(&line, spacing_mm[axis]).into_iter().enumerate() {
                square[start + k * stride] = value;
            }
        }
    }
    square
}

/// min over q of f(q) + (p − q)² h² for each p.
fn envelope(f: &[f64], h: f64) -> Vec<f64> {
    // Feet of the parabolas that are lowest somewhere, and from where on each is.
    let (mut feet, mut starts): (Vec<usize>, Vec<f64>) = (Vec::new(), Vec::new());
    for q in (0..f.len()).filter(|&q| f[q].is_finite()) {
        let mut start = f64::NEG_INFINITY;
        while let Some(&foot) = feet.last() {
            let rise = |x: usize| f[x] / (h * h) + (x * x) as f64;
            start = (rise(q) - rise(foot)) / (2.0 * (q - foot) as f64);
            if start > starts[starts.len() - 1] {
                break;
            }
            feet.pop();
            starts.pop();
            start = f64::NEG_INFINITY;
        }
        feet.push(q);
        starts.push(start);
    }
    if feet.is_empty() {
        return vec![f64::INFINITY; f.len()];
    }
    let mut at = 0;
    (0..f.len())
        .map(|p| {
            while at + 1 < feet.len() && starts[at + 1] < p as f64 {
                at += 1;
            }
            let away = (p as f64 - feet[at] as f64) * h;
            f[feet[at]] + away * away
        })
        .collect()
}

/// The voxels that air from the edge of their slice (along k) does not reach.
pub fn body(image: &Image<f32>, air_below: f64) -> Vec<bool> {
    let OrientedGrid { shape: [nx, ny, _], .. } = image.grid;
    let is_air = |place: usize| f64::from(image.values[place]) < air_below;
    let mut body = vec![true; image.values.len()];
    let mut open = Vec::new();
    for first in (0..body.len()).step_by(nx * ny) {
        let edge = (0..nx)
            .flat_map(|i| [i, i + nx * (ny - 1)])
            .chain((0..ny).flat_map(|j| [nx * j, nx * j + nx - 1]));
        for place in edge.map(|place| first + place) {
            if body[place] && is_air(place) {
                body[place] = false;
                open.push(place);
            }
        }
        while let Some(place) = open.pop() {
            let (i, j) = ((place - first) % nx, (place - first) / nx);
            let beside = [
                (i > 0).then(|| place - 1),
                (i + 1 < nx).then_some(place + 1),
                (j > 0).then(|| place - nx),
                (j + 1 < ny).then_some(place + nx),
            ];
            for other in beside.into_iter().flatten() {
                if body[other] && is_air(other) {
                    body[other] = false;
                    open.push(other);
                }
            }
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(inside_mm: f64, outside_mm: f64) -> Ring {
        Ring { name: "rim".into(), inside_mm, outside_mm, air_below: None, avoid_regions: true }
    }

    #[test]
    fn distances_equal_those_to_every_voxel() {
        let (shape, spacing) = ([7, 6, 5], [1.0, 1.5, 3.0]);
        let place = |n: usize| [n % 7, n / 7 % 6, n / 42];
        for seeds in [vec![0_usize], vec![3, 50, 51, 209], vec![100, 20, 180], vec![]] {
            let found = square_distances(shape, spacing, &|n| seeds.contains(&n));
            for (n, found) in found.into_iter().enumerate() {
                let to = |seed: &usize| -> f64 {
                    let [p, q] = [place(n), place(*seed)];
                    (0..3).map(|a| ((p[a] as f64 - q[a] as f64) * spacing[a]).powi(2)).sum()
                };
                let expected = seeds.iter().map(to).fold(f64::INFINITY, f64::min);
                assert!(found == expected || (found - expected).abs() < 1e-9, "{n}: {found} {expected}");
            }
        }
    }

    #[test]
    fn one_voxel_has_its_neighbours_within_a_margin() {
        let mut mask = vec![false; 125];
        mask[62] = true;
        let count = |ring: Ring| ring.of([5; 3], &mask, [1.0, 1.0, 2.0]).iter().filter(|x| **x).count();
        assert_eq!(count(ring(0.0, 1.0)), 4); // in the slice
        assert_eq!(count(ring(0.0, 1.42)), 8); // with its diagonals
        assert_eq!(count(ring(0.0, 2.0)), 14); // two along each axis of the slice and one along the other: 8 + 4 + 2
        assert_eq!(count(ring(1.0, 1.0)), 5);
        assert_eq!(count(ring(0.5, 0.0)), 0);
    }

    #[test]
    fn air_enclosed_in_the_body_belongs_to_it() {
        // Body from column 1 to 5, a lung at column 3.
        let row = [-1000.0, 0.0, 0.0, -800.0, 0.0, 0.0, -1000.0];
        let air = [-1000.0; 7];
        let values: Vec<f32> = [air, row, row, air].concat();
        let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let grid = OrientedGrid { origin_mm: [0.0; 3], axes, spacing_mm: [1.0; 3], shape: [7, 4, 1] };
        let mut closed = values;
        closed[7 + 3] = 0.0; // front of the lung
        closed[14 + 3] = -800.0;
        let mut open = closed.clone();
        open[7 + 3] = -900.0;
        open[14 + 3] = -800.0;
        let inside = |values: Vec<f32>| body(&Image { grid, values }, -500.0)[14 + 3];
        let mut back = closed.clone();
        back.splice(21..28, [0.0; 7]);
        assert!(inside(back));
        assert!(!inside(open));
    }
}

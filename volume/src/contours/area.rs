//! Exact area of an even-odd polygon inside each pixel square.
//!
//! The plane is cut into strips at every vertex and pixel row. Inside a strip no edge begins or ends, so that edges
//! sorted from left to right bound trapezoids that are in turn inside and outside. Crossing edges cut a strip again.

/// Strips with crossing edges are cut again, so deep at most: each cut resolves one crossing exactly, and the limit
/// bounds the work on contours that are mere scribble.
const DEEPEST_CUT: u32 = 12;

/// Sides are put in order this far inside a strip (share of its height): on its very edge, where a cut lets sides
/// meet, rounding would decide.
const INSIDE: f64 = 1e-7;

/// A rectangle of pixels: lower corner and number of pixels along u and v.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pixels {
    pub lower: [usize; 2],
    pub shape: [usize; 2],
}

/// A polygon's edge, from its lower to its upper end, relative to the lower corner of the pixels.
#[derive(Clone, Copy)]
struct Edge {
    low: [f64; 2],
    high: [f64; 2],
}

impl Edge {
    fn u_at(&self, v: f64) -> f64 {
        if v <= self.low[1] {
            return self.low[0];
        }
        if v >= self.high[1] {
            return self.high[0];
        }
        self.low[0] + (self.high[0] - self.low[0]) * (v - self.low[1]) / (self.high[1] - self.low[1])
    }
}

/// Adds `weight` times the fraction of each pixel inside the polygons (even-odd) to `sum`, u fastest.
pub(super) fn add_covered(polygons: &[Vec<[f64; 2]>], pixels: Pixels, weight: f64, sum: &mut [f32]) {
    let [columns, rows] = pixels.shape;
    let edges = edges(polygons, pixels.lower, rows as f64);
    let levels = strip_levels(&edges, rows);
    let mut row = CoverRow { differences: vec![0.0; columns + 1], number: 0, weight };
    let mut next = 0;
    let mut active: Vec<Edge> = Vec::new();
    for pair in levels.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        active.retain(|edge| edge.high[1] > from);
        while next < edges.len() && edges[next].low[1] <= from {
            if edges[next].high[1] > from {
                active.push(edges[next]);
            }
            next += 1;
        }
        row.move_to((from.floor() as usize).min(rows - 1), sum);
        add_strip(&active, from, to, 0, &mut row);
    }
    row.flush(sum);
}

/// Edges that climb, ascending by their lower end; those outside the rows are left out.
fn edges(polygons: &[Vec<[f64; 2]>], lower: [usize; 2], rows: f64) -> Vec<Edge> {
    let mut edges = Vec::new();
    for polygon in polygons {
        for (n, &end) in polygon.iter().enumerate() {
            let start = polygon[if n == 0 { polygon.len() - 1 } else { n - 1 }];
            let [a, b] = [start, end].map(|p| [p[0] - lower[0] as f64, p[1] - lower[1] as f64]);
            let (low, high) = if a[1] < b[1] { (a, b) } else { (b, a) };
            if low[1] < high[1] && high[1] > 0.0 && low[1] < rows {
                edges.push(Edge { low, high });
            }
        }
    }
    edges.sort_by(|a, b| a.low[1].total_cmp(&b.low[1]));
    edges
}

/// Where strips begin and end: at vertices and at pixel rows.
fn strip_levels(edges: &[Edge], rows: usize) -> Vec<f64> {
    let lowest = edges.iter().map(|edge| edge.low[1]).fold(f64::INFINITY, f64::min).max(0.0);
    let highest = edges.iter().map(|edge| edge.high[1]).fold(0.0, f64::max).min(rows as f64);
    let mut levels: Vec<f64> = (edges.iter().flat_map(|edge| [edge.low[1], edge.high[1]]))
        .filter(|v| (lowest..=highest).contains(v))
        .collect();
    levels.extend([lowest, highest].iter().filter(|v| v.is_finite()));
    levels.extend((0..=rows).map(|row| row as f64).filter(|v| (lowest..=highest).contains(v)));
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    levels
}

fn add_strip(active: &[Edge], from: f64, to: f64, depth: u32, row: &mut CoverRow) {
    let mut sides: Vec<[f64; 2]> = active.iter().map(|edge| [edge.u_at(from), edge.u_at(to)]).collect();
    sides.sort_by(|a, b| within(a, INSIDE).total_cmp(&within(b, INSIDE)));
    let crossing = sides.windows(2).find_map(|pair| crossing(&pair[0], &pair[1]));
    if let Some(share) = crossing.filter(|_| depth < DEEPEST_CUT) {
        let cut = from + (to - from) * share;
        add_strip(active, from, cut, depth + 1, row);
        add_strip(active, cut, to, depth + 1, row);
        return;
    }
    sides.sort_by(|a, b| within(a, 0.5).total_cmp(&within(b, 0.5)));
    for pair in sides.chunks_exact(2) {
        row.add_right_of(pair[0], to - from);
        row.add_right_of(pair[1], from - to);
    }
}

/// Where a side is at a share of its strip's height.
fn within(side: &[f64; 2], share: f64) -> f64 {
    side[0] + (side[1] - side[0]) * share
}

/// At what share of the strip's height two sides change places, if they do.
fn crossing(left: &[f64; 2], right: &[f64; 2]) -> Option<f64> {
    let below = within(right, INSIDE) - within(left, INSIDE);
    let above = within(left, 1.0 - INSIDE) - within(right, 1.0 - INSIDE);
    (below >= 0.0 && above > 0.0).then(|| below / (below + above))
}

/// Covered area of one row of pixels, kept as differences between neighbours.
struct CoverRow {
    differences: Vec<f64>,
    number: usize,
    weight: f64,
}

impl CoverRow {
    /// Adds the area to the right of a straight side that goes from `u[0]` to `u[1]` over `height`.
    fn add_right_of(&mut self, u: [f64; 2], height: f64) {
        let columns = self.differences.len() - 1;
        let [left, right] = if u[0] <= u[1] { u } else { [u[1], u[0]] };
        // Mean over the side of max(edge − u, 0): what lies right of the side up to `edge`, for a unit of height.
        let up_to = |edge: f64| {
            if edge <= left {
                0.0
            } else if edge >= right {
                edge - (left + right) / 2.0
            } else {
                (edge - left).powi(2) / (2.0 * (right - left))
            }
        };
        let first = (left.floor().max(0.0) as usize).min(columns);
        let end = (right.ceil().max(0.0) as usize).min(columns);
        let mut before = 0.0;
        for column in first..end {
            let area = height * (up_to(column as f64 + 1.0) - up_to(column as f64));
            self.differences[column] += area - before;
            before = area;
        }
        self.differences[end.max(first)] += height - before;
    }

    fn move_to(&mut self, number: usize, sum: &mut [f32]) {
        if number != self.number {
            self.flush(sum);
            self.number = number;
        }
    }

    fn flush(&mut self, sum: &mut [f32]) {
        let columns = self.differences.len() - 1;
        let mut covered = 0.0;
        for (value, difference) in sum[self.number * columns..][..columns].iter_mut().zip(&self.differences) {
            covered += difference;
            *value += (self.weight * covered.clamp(0.0, 1.0)) as f32;
        }
        self.differences.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(polygons: &[Vec<[f64; 2]>], shape: [usize; 2]) -> Vec<f32> {
        let mut sum = vec![0.0; shape[0] * shape[1]];
        add_covered(polygons, Pixels { lower: [0, 0], shape }, 1.0, &mut sum);
        sum
    }

    #[test]
    fn a_triangle_covers_half_of_its_square() {
        assert_eq!(covered(&[vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]], [1, 1]), [0.5]);
        let quarters = covered(&[vec![[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]], [2, 2]);
        assert_eq!(quarters, [1.0, 0.5, 0.5, 0.0]);
    }

    #[test]
    fn what_lies_outside_the_pixels_is_cut_off() {
        assert_eq!(
            covered(&[vec![[-5.0, -5.0], [1.5, -5.0], [1.5, 9.0], [-5.0, 9.0]]], [3, 2]),
            [1.0, 0.5, 0.0, 1.0, 0.5, 0.0]
        );
        assert_eq!(covered(&[vec![[5.0, 5.0], [6.0, 5.0], [6.0, 6.0]]], [3, 2]), [0.0; 6]);
    }

    #[test]
    fn a_bow_tie_covers_its_two_triangles() {
        let bow_tie = vec![[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]];
        assert!((covered(&[bow_tie], [1, 1])[0] - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_keyhole_is_a_hole() {
        let keyhole = vec![
            [0.0, 0.0],
            [4.0, 0.0],
            [4.0, 4.0],
            [0.0, 4.0],
            [0.0, 2.0],
            [1.0, 2.0],
            [1.0, 3.0],
            [3.0, 3.0],
            [3.0, 1.0],
            [1.0, 1.0],
            [1.0, 2.0],
            [0.0, 2.0],
        ];
        let area: f32 = covered(&[keyhole], [4, 4]).iter().sum();
        assert!((area - 12.0).abs() < 1e-5, "{area}");
    }

    #[test]
    fn overlapping_polygons_cancel_where_they_overlap() {
        let square = |from: f64, to: f64| vec![[from, from], [to, from], [to, to], [from, to]];
        let area: f32 = covered(&[square(0.0, 2.0), square(1.0, 3.0)], [3, 3]).iter().sum();
        assert!((area - 6.0).abs() < 1e-5, "{area}");
    }
}

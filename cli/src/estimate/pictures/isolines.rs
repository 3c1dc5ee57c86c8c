//! Lines of equal value by marching squares.
//!
//! W. E. Lorensen, H. E. Cline, Computer Graphics 21, 163 (1987), in two dimensions; saddles by the mean of the corners.

use super::lattice::Lattice;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A line, closed where its ends are equal (mm).
pub type Line = Vec<[f64; 2]>;

/// For each pattern of corners above the level: from which side of the square to which. Corners and sides are counted
/// from the upper left clockwise, a side from its corner on; what is above lies to the right of the way.
const WAYS: [&[[usize; 2]]; 16] = [
    &[],
    &[[0, 3]],
    &[[1, 0]],
    &[[1, 3]],
    &[[2, 1]],
    &[[0, 1], [2, 3]],
    &[[2, 0]],
    &[[2, 3]],
    &[[3, 2]],
    &[[0, 2]],
    &[[3, 0], [1, 2]],
    &[[1, 2]],
    &[[3, 1]],
    &[[0, 1]],
    &[[3, 0]],
    &[],
];
/// The two saddles where the middle is below the level.
const SADDLES_BELOW: [(usize, [[usize; 2]; 2]); 2] = [(5, [[0, 3], [2, 1]]), (10, [[1, 0], [3, 2]])];

/// A side of a square of the lattice: its upper or left point, and whether it runs down.
type Side = (usize, usize, bool);

/// The lines where a field takes a level; squares with a corner that is no number have none.
pub fn isolines(lattice: &Lattice, level: f64) -> Vec<Line> {
    let mut next = BTreeMap::new();
    for row in 0..lattice.shape[1].saturating_sub(1) {
        for column in 0..lattice.shape[0].saturating_sub(1) {
            let corners = [[0, 0], [1, 0], [1, 1], [0, 1]]
                .map(|[right, down]| f64::from(lattice.value(column + right, row + down)));
            if !corners.iter().all(|value| value.is_finite()) {
                continue;
            }
            let pattern: usize = (0..4).filter(|&c| corners[c] >= level).map(|c| 1 << c).sum();
            let below = corners.iter().sum::<f64>() < 4.0 * level;
            let saddle = SADDLES_BELOW.iter().find(|(saddle, _)| below && *saddle == pattern);
            let sides: [Side; 4] = [
                (column, row, false),
                (column + 1, row, true),
                (column, row + 1, false),
                (column, row, true),
            ];
            for &[from, to] in saddle.map_or(WAYS[pattern], |(_, ways)| ways) {
                next.insert(sides[from], sides[to]);
            }
        }
    }
    linked(next)
        .into_iter()
        .map(|sides| sides.iter().map(|side| crossing(lattice, *side, level)).collect())
        .collect()
}

/// Pieces put end to end; those that start at an open end first.
fn linked(mut next: BTreeMap<Side, Side>) -> Vec<Vec<Side>> {
    let ends: std::collections::BTreeSet<Side> = next.values().copied().collect();
    let open: Vec<Side> = next.keys().copied().filter(|side| !ends.contains(side)).collect();
    let mut lines = Vec::new();
    let mut starts = open.into_iter();
    while let Some(start) = starts.next().or_else(|| next.keys().next().copied()) {
        let mut line = vec![start];
        while let Some(side) = next.remove(line.last().expect("it has a start")) {
            line.push(side);
        }
        lines.push(line);
    }
    lines
}

/// Where the level lies on a side (mm).
fn crossing(lattice: &Lattice, (column, row, down): Side, level: f64) -> [f64; 2] {
    let here = f64::from(lattice.value(column, row));
    let there = f64::from(lattice.value(column + usize::from(!down), row + usize::from(down)));
    let part = if there == here { 0.5 } else { ((level - here) / (there - here)).clamp(0.0, 1.0) };
    let [right, below] = if down { [0.0, part] } else { [part, 0.0] };
    lattice.place_mm([column as f64 + right, row as f64 + below])
}

/// Length of the longer side of the box around a line (mm).
pub fn size_mm(line: &Line) -> f64 {
    let extent = |a: usize| {
        let [low, high] =
            line.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], p| [l.min(p[a]), h.max(p[a])]);
        high - low
    };
    extent(0).max(extent(1))
}

/// Lines as the data of an SVG path, to a tenth of a millimetre.
pub fn path(lines: &[Line]) -> String {
    let mut data = String::new();
    for line in lines {
        let closed = line.len() > 2 && line.first() == line.last();
        let points = if closed { &line[..line.len() - 1] } else { line };
        for (n, point) in points.iter().enumerate() {
            let step = if n == 0 { 'M' } else { 'L' };
            write!(data, "{step}{:.1} {:.1}", point[0], point[1]).expect("a string takes all");
        }
        data.push_str(if closed { "Z" } else { "" });
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(shape: [usize; 2], value: impl Fn(f64, f64) -> f64) -> Lattice {
        let mut lattice = Lattice { origin_mm: [-20.0, -10.0], step_mm: [1.0, 0.5], shape, values: vec![] };
        for row in 0..shape[1] {
            for column in 0..shape[0] {
                let [x, y] = lattice.place_mm([column as f64, row as f64]);
                lattice.values.push(value(x, y) as f32);
            }
        }
        lattice
    }

    #[test]
    fn the_isoline_of_a_cone_is_a_circle() {
        let cone = field([41, 41], |x, y| 10.0 - x.hypot(y));
        let lines = isolines(&cone, 3.0);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        for [x, y] in &lines[0] {
            assert!((x.hypot(*y) - 7.0).abs() < 0.05, "{x} {y}");
        }
        assert!((size_mm(&lines[0]) - 14.0).abs() < 0.1);
        assert!(path(&lines).starts_with('M') && path(&lines).ends_with('Z'));
    }

    #[test]
    fn the_isoline_of_a_plane_is_one_open_line_from_edge_to_edge() {
        let lines = isolines(&field([41, 41], |x, y| 2.0 * x + y), 1.5);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|[x, y]| (2.0 * x + y - 1.5).abs() < 1e-6));
        assert!(!path(&lines).contains('Z'));
    }

    #[test]
    fn a_hole_is_a_line_of_its_own_that_runs_the_other_way() {
        let ring = field([41, 41], |x, y| 3.0 - (x.hypot(y) - 6.0).abs());
        let area =
            |line: &Line| line.windows(2).map(|p| p[0][0] * p[1][1] - p[1][0] * p[0][1]).sum::<f64>() / 2.0;
        let mut areas: Vec<f64> = isolines(&ring, 1.0).iter().map(area).collect();
        areas.sort_by(f64::total_cmp);
        let circle = |radius: f64| std::f64::consts::PI * radius * radius;
        assert_eq!(areas.len(), 2);
        let [hole, edge] = [areas[0], areas[1]];
        assert!((edge - circle(8.0)).abs() < 3.0 && (hole + circle(4.0)).abs() < 3.0, "{areas:?}");
    }

    #[test]
    fn saddles_join_what_the_middle_says() {
        let saddle = |middle: f64| Lattice {
            origin_mm: [0.0; 2],
            step_mm: [1.0; 2],
            shape: [2, 2],
            values: [1.0 + middle, -1.0, -1.0, 1.0 + middle].map(|v| v as f32).to_vec(),
        };
        // with the middle above, the lines cut off the low corners; below, the high ones
        for (middle, near_low) in [(0.5, true), (-0.5, false)] {
            for line in isolines(&saddle(middle), 0.0) {
                let sum = line.iter().map(|p| p[0] + p[1]).sum::<f64>() / 2.0;
                assert_eq!((sum - 1.0).abs() < 0.2, near_low, "{line:?}");
            }
        }
    }

    #[test]
    fn squares_without_a_number_have_no_line() {
        let half = field([41, 41], |x, y| if x < 0.0 { f64::NAN } else { 10.0 - x.hypot(y) });
        let lines = isolines(&half, 3.0);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|p| p[0] >= 0.0) && lines[0].first() != lines[0].last());
    }
}

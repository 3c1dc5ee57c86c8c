//! An aperture seen from a collimator that stands otherwise: where lines along the leaves' travel are open.

use crate::device::Axis;
use crate::opening::Rectangle;

/// Distance of the lines (mm): a small part of the narrowest leaf there is (2.5 mm).
const LINE_MM: f64 = 0.25;
/// Edges nearer than this are one (mm).
const TOUCH_MM: f64 = 1e-6;

/// An open area, made of rectangles of the plan's collimator, in the system of one that is turned on by an angle.
pub(super) struct Outline {
    rectangles: Vec<Rectangle>,
    cos: f64,
    sin: f64,
}

impl Outline {
    /// The area as a collimator sees it that stands `by_rad` further on.
    pub(super) fn turned(rectangles: Vec<Rectangle>, by_rad: f64) -> Self {
        Self { rectangles, cos: by_rad.cos(), sin: by_rad.sin() }
    }

    /// Its extent along an axis (mm); `None` where nothing is open.
    pub(super) fn extent_mm(&self, along: Axis) -> Option<[f64; 2]> {
        let corners = self.rectangles.iter().flat_map(|rectangle| {
            let [[x0, x1], [y0, y1]] = [rectangle.x_mm, rectangle.y_mm];
            [[x0, y0], [x0, y1], [x1, y0], [x1, y1]]
        });
        // b' = Rz(-by) b, as g = Rz(c) b = Rz(c + by) b'.
        let places = corners.map(|[x, y]| match along {
            Axis::X => x * self.cos + y * self.sin,
            Axis::Y => -x * self.sin + y * self.cos,
        });
        places.fold(None, |extent: Option<[f64; 2]>, at| {
            Some(extent.map_or([at, at], |[low, high]| [low.min(at), high.max(at)]))
        })
    }

    /// Where a line is open that runs `along` an axis at a place across it: intervals in order that do not touch (mm).
    pub(super) fn line(&self, along: Axis, across_mm: f64) -> Vec<[f64; 2]> {
        let (cos, sin) = (self.cos, self.sin);
        // b = Rz(by) b'
        let ([x0, y0], [dx, dy]) = match along {
            Axis::X => ([-sin * across_mm, cos * across_mm], [cos, sin]),
            Axis::Y => ([cos * across_mm, sin * across_mm], [-sin, cos]),
        };
        let mut open: Vec<[f64; 2]> = self
            .rectangles
            .iter()
            .filter_map(|rectangle| {
                let [a, b] = clip(x0, dx, rectangle.x_mm);
                let [c, d] = clip(y0, dy, rectangle.y_mm);
                let interval = [a.max(c), b.min(d)];
                (interval[0] < interval[1]).then_some(interval)
            })
            .collect();
        open.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let mut merged: Vec<[f64; 2]> = Vec::with_capacity(open.len());
        for interval in open {
            match merged.last_mut() {
                Some(last) if interval[0] <= last[1] + TOUCH_MM => last[1] = last[1].max(interval[1]),
                _ => merged.push(interval),
            }
        }
        merged
    }

    /// The edges of a pair between two sides that come nearest to the area: what is open and should not be, and closed and
    /// should not be, is least. `None` where that is a closed pair.
    ///
    /// With f(t) the open part of the pair's width at a place t of its travel, the interval sought has the greatest integral of
    /// 2 f - 1 (J. Bentley, Commun. ACM 27, 865 (1984), on a step function).
    pub(super) fn pair(&self, along: Axis, sides_mm: [f64; 2]) -> Option<[f64; 2]> {
        let [low, high] = sides_mm;
        let lines = ((high - low) / LINE_MM).ceil().clamp(8.0, 4000.0) as usize;
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for line in 0..lines {
            let across = low + (high - low) * (line as f64 + 0.5) / lines as f64;
            for [from, to] in self.line(along, across) {
                steps.extend([(from, 2.0 / lines as f64), (to, -2.0 / lines as f64)]);
            }
        }
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut gain_per_mm, mut sum, mut begun) = (-1.0, 0.0, None);
        let (mut best, mut found) = (0.0, None);
        for pair in steps.windows(2) {
            gain_per_mm += pair[0].1;
            let gain = gain_per_mm * (pair[1].0 - pair[0].0);
            if sum <= 0.0 {
                (sum, begun) = (0.0, Some(pair[0].0));
            }
            sum += gain;
            if sum > best + 1e-9 {
                best = sum;
                found = begun.map(|from| [from, pair[1].0]);
            }
        }
        found
    }

    /// Area (mm²), and the area that is open in only one of this and another.
    pub(super) fn area_and_difference_mm2(&self, other: &Outline) -> [f64; 3] {
        let extents = [self.extent_mm(Axis::Y), other.extent_mm(Axis::Y)];
        let Some([low, high]) = extents.into_iter().flatten().reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])
        else {
            return [0.0; 3];
        };
        let lines = ((high - low) / LINE_MM).ceil().clamp(1.0, 4000.0) as usize;
        let width = (high - low) / lines as f64;
        let length = |intervals: &[[f64; 2]]| intervals.iter().map(|[a, b]| b - a).sum::<f64>();
        (0..lines).fold([0.0; 3], |[own, others, differs], line| {
            let across = low + (line as f64 + 0.5) * width;
            let (a, b) = (self.line(Axis::X, across), other.line(Axis::X, across));
            let both: f64 =
                a.iter().flat_map(|a| b.iter().map(|b| (a[1].min(b[1]) - a[0].max(b[0])).max(0.0))).sum();
            let [a, b] = [length(&a), length(&b)];
            [own + width * a, others + width * b, differs + width * (a + b - 2.0 * both)]
        })
    }
}

/// Where a coordinate that starts at `from` and grows by `step` lies within limits.
fn clip(from: f64, step: f64, [low, high]: [f64; 2]) -> [f64; 2] {
    if step.abs() < 1e-12 {
        let is_in = from > low && from < high;
        return if is_in { [f64::NEG_INFINITY, f64::INFINITY] } else { [0.0, 0.0] };
    }
    let [a, b] = [(low - from) / step, (high - from) / step];
    [a.min(b), a.max(b)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(half_mm: f64) -> Vec<Rectangle> {
        vec![Rectangle { x_mm: [-half_mm, half_mm], y_mm: [-half_mm, half_mm] }]
    }

    #[test]
    fn a_square_on_its_corner_is_as_wide_as_its_diagonal() {
        let outline = Outline::turned(square(10.0), std::f64::consts::FRAC_PI_4);
        let half = 200_f64.sqrt();
        let [low, high] = outline.extent_mm(Axis::Y).unwrap();
        assert!((low + half).abs() < 1e-9 && (high - half).abs() < 1e-9);
        let [[from, to]] = outline.line(Axis::X, 4.0)[..] else { panic!("one interval") };
        assert!((from + half - 4.0).abs() < 1e-9 && (to - half + 4.0).abs() < 1e-9);
        assert!(outline.line(Axis::X, half + 0.1).is_empty());
    }

    #[test]
    fn a_pair_opens_where_most_of_its_width_is_open() {
        // A step half way up the leaf: open from 0 to 10 in its lower 60 %, from 0 to 20 in the rest.
        let rectangles = vec![
            Rectangle { x_mm: [0.0, 10.0], y_mm: [0.0, 3.0] },
            Rectangle { x_mm: [0.0, 20.0], y_mm: [3.0, 5.0] },
        ];
        let outline = Outline::turned(rectangles, 0.0);
        assert_eq!(outline.pair(Axis::X, [0.0, 5.0]), Some([0.0, 10.0]));
        assert_eq!(outline.pair(Axis::X, [-5.0, 0.0]), None);
        // Two holes with a bridge: the wider one, or both where what is between is narrow.
        let holes = |gap: f64| {
            let of = |from: f64, to: f64| Rectangle { x_mm: [from, to], y_mm: [0.0, 5.0] };
            Outline::turned(vec![of(0.0, 10.0), of(10.0 + gap, 16.0 + gap)], 0.0).pair(Axis::X, [0.0, 5.0])
        };
        assert_eq!((holes(8.0), holes(2.0)), (Some([0.0, 10.0]), Some([0.0, 18.0])));
    }

    #[test]
    fn areas_and_their_differences_are_those_of_squares() {
        let [a, b] = [10.0, 12.0].map(|half| Outline::turned(square(half), 0.0));
        let [own, others, differs] = a.area_and_difference_mm2(&b);
        assert!((own - 400.0).abs() < 1.0 && (others - 576.0).abs() < 1.0, "{own} {others}");
        assert!((differs - 176.0).abs() < 1.0, "{differs}");
    }
}

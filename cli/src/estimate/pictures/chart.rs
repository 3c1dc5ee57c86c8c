//! Charts: two axes, linear or logarithmic, with lines on them.

use maud::{Markup, html};
use std::fmt::Write;

/// An axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Value at its start.
    pub from: f64,
    /// Value at its end.
    pub to: f64,
    /// Whether equal factors are equally far apart; both ends are above 0 then.
    pub logarithmic: bool,
    /// What it shows.
    pub title: String,
    /// How a value is written.
    pub write: fn(f64) -> String,
}

impl Axis {
    /// Place of a value: 0 at the start, 1 at the end, held there beyond.
    fn share(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value.max(f64::MIN_POSITIVE) / self.from).log10() / (self.to / self.from).log10()
        } else {
            (value - self.from) / (self.to - self.from)
        };
        share.clamp(0.0, 1.0)
    }

    /// Values that get a line and are written.
    fn ticks(&self) -> Vec<f64> {
        let [low, high] = [self.from.min(self.to), self.from.max(self.to)];
        if self.logarithmic {
            let powers = (low.log10() - 1e-9).ceil() as i32..=(high.log10() + 1e-9).floor() as i32;
            return powers.map(|power| 10f64.powi(power)).collect();
        }
        let rough = (high - low) / 6.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|n| n * power).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        ((low / step).ceil() as i64..=(high / step + 1e-9).floor() as i64).map(|n| n as f64 * step).collect()
    }

    /// Values between the ticks that get a faint line.
    fn between(&self) -> Vec<f64> {
        if !self.logarithmic {
            return Vec::new();
        }
        let [low, high] = [self.from.min(self.to), self.from.max(self.to)];
        let powers = low.log10().floor() as i32..=high.log10().floor() as i32;
        let all = powers.flat_map(|power| (2..10).map(move |n| f64::from(n) * 10f64.powi(power)));
        all.filter(|value| *value > low && *value < high).collect()
    }
}

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Width and height of the whole (px).
    pub size: [f64; 2],
    /// Room left of, above, right of and below the field (px).
    pub margins: [f64; 4],
    /// Runs to the right.
    pub x: Axis,
    /// Runs up.
    pub y: Axis,
}

impl Chart {
    /// The chart with these things on it, cut off at the field's edge.
    pub fn draw(&self, label: &str, content: Markup, id: &str) -> Markup {
        let [left, top, right, bottom] = self.field();
        let x = |value| self.place([value, self.y.from])[0];
        let y = |value| self.place([self.x.from, value])[1];
        html! {
            svg.chart viewBox=(format!("0 0 {} {}", self.size[0], self.size[1])) role="img" aria-label=(label) {
                clipPath id=(id) { rect x=(left) y=(top) width=(right - left) height=(bottom - top) {} }
                path.faint d=(rules(self.x.between().into_iter().map(x), self.y.between().into_iter().map(y), self.field())) {}
                path.rules d=(rules(self.x.ticks().into_iter().map(x), self.y.ticks().into_iter().map(y), self.field())) {}
                g clip-path={ "url(#" (id) ")" } { (content) }
                rect.frame x=(left) y=(top) width=(right - left) height=(bottom - top) {}
                @for value in self.x.ticks() {
                    text x=(px(x(value))) y=(bottom + 17.0) text-anchor="middle" { ((self.x.write)(value)) }
                }
                @for value in self.y.ticks() {
                    text x=(left - 7.0) y=(px(y(value))) text-anchor="end" dominant-baseline="central" { ((self.y.write)(value)) }
                }
                text.title x=(0.5 * (left + right)) y=(bottom + 37.0) text-anchor="middle" { (self.x.title) }
                text.title transform=(format!("translate({:.1} {:.1}) rotate(-90)", 14.0, 0.5 * (top + bottom)))
                    text-anchor="middle" { (self.y.title) }
            }
        }
    }

    /// Left, top, right and bottom of the field (px).
    fn field(&self) -> [f64; 4] {
        let [left, top, right, bottom] = self.margins;
        [left, top, self.size[0] - right, self.size[1] - bottom]
    }

    /// Where a point of the axes lies (px).
    pub fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [left, top, right, bottom] = self.field();
        [left + (right - left) * self.x.share(x), bottom + (top - bottom) * self.y.share(y)]
    }

    /// The data of an SVG path through points; those that are no numbers break it.
    pub fn line(&self, points: impl IntoIterator<Item = [f64; 2]>) -> String {
        let mut data = String::new();
        let mut broken = true;
        for point in points {
            if point.iter().all(|value| value.is_finite()) {
                let [x, y] = self.place(point);
                write!(data, "{}{x:.1} {y:.1}", if broken { 'M' } else { 'L' }).expect("a string takes all");
            }
            broken = !point.iter().all(|value| value.is_finite());
        }
        data
    }
}

/// Decades that hold the values, from the greatest down, no more than `most`.
pub fn decades(values: impl IntoIterator<Item = f64>, most: i32) -> [f64; 2] {
    let above = values.into_iter().filter(|value| value.is_finite() && *value > 0.0);
    let [low, high] =
        above.fold([f64::INFINITY, 0.0f64], |[low, high], value| [low.min(value), high.max(value)]);
    if high == 0.0 {
        return [0.1, 1.0];
    }
    let top = high.log10().ceil() as i32;
    let bottom = (low.log10().floor() as i32).clamp(top - most, top - 1);
    [10f64.powi(bottom), 10f64.powi(top)]
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}

fn rules(
    upright: impl Iterator<Item = f64>,
    level: impl Iterator<Item = f64>,
    [left, top, right, bottom]: [f64; 4],
) -> String {
    let upright = upright.map(|x| format!("M{x:.1} {top:.1}V{bottom:.1}"));
    upright.chain(level.map(|y| format!("M{left:.1} {y:.1}H{right:.1}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(from: f64, to: f64, logarithmic: bool) -> Axis {
        Axis { from, to, logarithmic, title: String::new(), write: |value| value.to_string() }
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(axis(0.0, 100.0, false).ticks(), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(axis(-130.0, 75.0, false).ticks(), [-100.0, -50.0, 0.0, 50.0]);
        assert_eq!(axis(1e-3, 1.0, true).ticks().len(), 4);
        assert_eq!(axis(2e-3, 1.0, true).between().first(), Some(&3e-3));
    }

    #[test]
    fn a_logarithmic_axis_has_equal_decades_and_keeps_zero_at_its_start() {
        let axis = axis(1e-3, 10.0, true);
        assert!((axis.share(1e-2) - 0.25).abs() < 1e-12 && (axis.share(1.0) - 0.75).abs() < 1e-12);
        assert_eq!([axis.share(0.0), axis.share(1e9)], [0.0, 1.0]);
    }

    #[test]
    fn decades_hold_the_values_and_are_not_too_many() {
        assert_eq!(decades([0.02, 3.0, 61.0], 6), [0.01, 100.0]);
        assert_eq!(decades([1e-12, 0.0, 61.0, f64::NAN], 6), [1e-4, 100.0]);
        assert_eq!(decades([], 6), [0.1, 1.0]);
    }

    #[test]
    fn what_is_no_number_breaks_a_line() {
        let chart = Chart {
            size: [120.0, 110.0],
            margins: [10.0, 5.0, 10.0, 5.0],
            x: axis(0.0, 10.0, false),
            y: axis(0.0, 1.0, false),
        };
        let line = chart.line([[0.0, 0.0], [5.0, f64::NAN], [5.0, 1.0], [10.0, 0.5]]);
        assert_eq!(line, "M10.0 105.0M60.0 5.0L110.0 55.0");
    }
}

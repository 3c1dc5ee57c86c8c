//! Figures of the validation page: ours and the reference's on one log axis, the ratio below.

use crate::comparison::Comparison;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;
use std::ops::Range;
use std::path::Path;

/// What a drawing function gives back.
pub type Drawn = Result<(), Box<dyn Error>>;

/// Points of one quantity along an axis.
pub struct Curve {
    /// Its name in the legend.
    pub name: &'static str,
    /// Its colour.
    pub colour: RGBColor,
    /// What its values are multiplied by in the upper panel, to keep curves apart.
    pub scale: f64,
    /// Place and values.
    pub points: Vec<(f64, Comparison)>,
}

/// Words and ranges of a figure of two panels.
pub struct Frame {
    /// Heading.
    pub title: &'static str,
    /// Horizontal axis.
    pub x_label: &'static str,
    /// Vertical axis of the upper panel.
    pub y_label: &'static str,
    /// Range of the horizontal axis.
    pub x: Range<f64>,
    /// Range of the upper panel.
    pub y: Range<f64>,
    /// Range of the ratio.
    pub ratio: Range<f64>,
    /// Half width of the grey band around 1.
    pub gate: f64,
}

/// Blue.
pub const KERMA: RGBColor = RGBColor(0, 90, 170);
/// Orange.
pub const DOSE: RGBColor = RGBColor(200, 90, 0);
const FONT: &str = "sans-serif";
const LEFT: u32 = 84;

/// Ours as points and the reference as lines, with the ratio in a panel below.
///
/// # Errors
/// The file cannot be written.
pub fn two_panels(path: &Path, frame: &Frame, curves: &[Curve]) -> Drawn {
    let root = SVGBackend::new(path, (860, 700)).into_drawing_area();
    root.fill(&WHITE)?;
    let (upper, lower) = root.split_vertically(450);
    let mut chart = ChartBuilder::on(&upper)
        .caption(frame.title, (FONT, 20))
        .margin_right(20)
        .margin_left(14)
        .margin_top(8)
        .x_label_area_size(8)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(frame.x.clone(), frame.y.clone().log_scale())?;
    chart
        .configure_mesh()
        .x_labels(14)
        .x_label_formatter(&|_| String::new())
        .y_label_formatter(&|y| label(*y))
        .y_desc(frame.y_label)
        .label_style((FONT, 15))
        .axis_desc_style((FONT, 16))
        .bold_line_style(BLACK.mix(0.15))
        .light_line_style(BLACK.mix(0.05))
        .draw()?;
    for curve in curves {
        let colour = curve.colour;
        chart
            .draw_series(LineSeries::new(
                curve.points.iter().map(|(x, c)| (*x, curve.scale * c.reference)),
                colour.mix(0.55).stroke_width(2),
            ))?
            .label(format!("{}, EGSnrc", curve.name))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], colour.mix(0.55).stroke_width(2)));
        chart
            .draw_series(
                curve.points.iter().map(|(x, c)| Circle::new((*x, curve.scale * c.ours), 4, colour.filled())),
            )?
            .label(format!("{}, straydose", curve.name))
            .legend(move |(x, y)| Circle::new((x + 12, y), 4, colour.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.3))
        .label_font((FONT, 15))
        .margin(12)
        .draw()?;
    let style =
        RatioStyle { x_label: frame.x_label, y_label: "straydose / EGSnrc", x_labels: true, area: 52 };
    let ratios: Vec<(RGBColor, &[(f64, Comparison)])> =
        curves.iter().map(|curve| (curve.colour, curve.points.as_slice())).collect();
    ratio_panel(&lower, &style, frame.x.clone(), frame.ratio.clone(), frame.gate, &ratios)?;
    root.present()?;
    Ok(())
}

/// One panel of ratios above the other, one a name.
///
/// # Errors
/// The file cannot be written.
pub fn ratio_stack(
    path: &Path,
    title: &str,
    x_label: &str,
    x: Range<f64>,
    ratio: Range<f64>,
    gate: f64,
    panels: &[(String, Vec<(f64, Comparison)>)],
) -> Drawn {
    let (head, each, foot) = (44, 118, 40);
    let root = SVGBackend::new(path, (860, head + each * panels.len() as u32 + foot)).into_drawing_area();
    root.fill(&WHITE)?;
    let (top, mut rest) = root.split_vertically(head);
    top.titled(title, (FONT, 20))?;
    for (i, (name, points)) in panels.iter().enumerate() {
        let is_last = i + 1 == panels.len();
        let (area, below) = rest.split_vertically(if is_last { each + foot } else { each });
        rest = below;
        let style = RatioStyle {
            x_label: if is_last { x_label } else { "" },
            y_label: name,
            x_labels: is_last,
            area: if is_last { 48 } else { 8 },
        };
        ratio_panel(&area, &style, x.clone(), ratio.clone(), gate, &[(KERMA, points)])?;
    }
    root.present()?;
    Ok(())
}

struct RatioStyle<'a> {
    x_label: &'a str,
    y_label: &'a str,
    x_labels: bool,
    area: u32,
}

fn ratio_panel(
    area: &DrawingArea<SVGBackend, Shift>,
    style: &RatioStyle,
    x: Range<f64>,
    ratio: Range<f64>,
    gate: f64,
    curves: &[(RGBColor, &[(f64, Comparison)])],
) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin_right(20)
        .margin_left(14)
        .margin_top(10)
        .x_label_area_size(style.area)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(x.clone(), ratio.clone())?;
    let band = [(x.start, 1.0 - gate), (x.end, 1.0 + gate)];
    chart.draw_series([Rectangle::new(band, BLACK.mix(0.08).filled())])?;
    let shows = style.x_labels;
    chart
        .configure_mesh()
        .x_labels(14)
        .y_labels(5)
        .x_label_formatter(&|x| if shows { format!("{x:.0}") } else { String::new() })
        .y_label_formatter(&|y| format!("{y:.2}"))
        .x_desc(style.x_label)
        .y_desc(style.y_label)
        .label_style((FONT, 15))
        .axis_desc_style((FONT, 16))
        .bold_line_style(BLACK.mix(0.15))
        .light_line_style(TRANSPARENT)
        .draw()?;
    chart.draw_series(LineSeries::new([(x.start, 1.0), (x.end, 1.0)], BLACK.stroke_width(1)))?;
    for (n, (colour, points)) in curves.iter().enumerate() {
        // Curves stand a little beside each other, so that their bars do not hide one another.
        let beside = (n as f64 - 0.5 * (curves.len() as f64 - 1.0)) * 0.007 * (x.end - x.start);
        for (at, c) in points.iter().filter(|(_, c)| ratio.contains(&c.ratio())) {
            let (at, value, sigma) = (at + beside, c.ratio(), c.sigma());
            let bar = [(value - sigma).max(ratio.start), (value + sigma).min(ratio.end)];
            chart.draw_series([PathElement::new(bar.map(|y| (at, y)), colour.stroke_width(1))])?;
            chart.draw_series([Circle::new((at, value), 3, colour.filled())])?;
        }
    }
    Ok(())
}

/// A power of ten as such, other values plain.
fn label(y: f64) -> String {
    if y >= 0.01 { format!("{y}") } else { format!("{y:.0e}") }
}

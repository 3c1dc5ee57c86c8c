//! Pictures of a model and its performance, for report and card.

use crate::estimate::pictures::chart::{Axis, Chart};
use crate::estimate::report::numbers::{signed, significant};
use ::predict::model::Model;
use ::predict::performance::Performance;
use maud::{Markup, html};

/// Most coefficients that are drawn.
const MOST_BARS: usize = 30;

fn axis(from: f64, to: f64, title: &str) -> Axis {
    Axis { from, to, logarithmic: false, title: title.into(), write: |value| significant(value, 2) }
}

fn chart(x: Axis, y: Axis) -> Chart {
    Chart { size: [420.0, 340.0], margins: [58.0, 12.0, 14.0, 46.0], x, y }
}

/// Mean outcome of groups of rows over their mean prediction, with the line of perfect calibration.
pub fn calibration(performance: &Performance) -> Option<Markup> {
    let groups = &performance.calibration_groups;
    if groups.len() < 2 {
        return None;
    }
    let (low, high) = if performance.measure == "AUC" {
        (0.0, 1.0)
    } else {
        let all = groups.iter().flat_map(|group| [group[0], group[1]]);
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    if high <= low {
        return None;
    }
    let chart = chart(axis(low, high, "predicted"), axis(low, high, "observed"));
    let perfect = chart.line([[low, low], [high, high]]);
    let content = html! {
        path.series.other style="stroke:currentColor" d=(perfect) {}
        path.series.ours d=(chart.line(groups.iter().map(|group| [group[0], group[1]]))) {}
        @for [x, y] in groups.iter().map(|group| chart.place([group[0], group[1]])) {
            circle cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="3.5" fill="var(--ours)" {}
        }
    };
    Some(chart.draw("Calibration: observed over predicted", content, "calibration"))
}

/// Net benefit over the probability at which one would act.
pub fn decisions(performance: &Performance) -> Option<Markup> {
    let curve = &performance.decision_curve;
    let [Some(first), Some(last)] = [curve.first(), curve.last()] else { return None };
    let high = curve.iter().flat_map(|point| [point[1], point[2]]).fold(0.05f64, f64::max);
    let chart = chart(
        axis(first[0], last[0], "probability at which one acts"),
        axis(-0.1, 1.1 * high, "net benefit"),
    );
    let content = html! {
        path.series.other style="stroke:currentColor" d=(chart.line([[first[0], 0.0], [last[0], 0.0]])) {}
        path.series.planned d=(chart.line(curve.iter().map(|point| [point[0], point[2].max(-0.1)]))) {}
        path.series.ours d=(chart.line(curve.iter().map(|point| [point[0], point[1]]))) {}
    };
    Some(chart.draw("Decision curve", content, "decisions"))
}

/// Coefficients of standardised variables as bars, the greatest first, with twice their bootstrap error.
pub fn coefficients(model: &Model) -> Markup {
    let error = |n: usize| model.coefficient_covariance.get(n).map(|row| row[n].max(0.0).sqrt());
    let mut order: Vec<usize> = (0..model.variables.len()).collect();
    order.sort_by(|&a, &b| {
        model.variables[b].coefficient.abs().total_cmp(&model.variables[a].coefficient.abs())
    });
    order.truncate(MOST_BARS);
    let reach = order
        .iter()
        .map(|&n| model.variables[n].coefficient.abs() + 2.0 * error(n).unwrap_or(0.0))
        .fold(1e-9, f64::max);
    let (left, width, line) = (300.0, 420.0, 24.0);
    let height = line * order.len() as f64 + 30.0;
    let middle = left + 0.5 * width;
    let x = |value: f64| middle + 0.5 * width * value / reach;
    html! {
        svg.chart style="max-width:50rem" viewBox=(format!("0 0 {} {height}", left + width + 70.0)) role="img" aria-label="Coefficients" {
            path.rules d=(format!("M{middle} 0V{:.1}", height - 26.0)) {}
            @for (place, &n) in order.iter().enumerate() {
                @let variable = &model.variables[n];
                @let y = line * (place as f64 + 0.5);
                @let value = variable.coefficient;
                text x=(left - 10.0) y=(y) text-anchor="end" dominant-baseline="central" { (variable.column) }
                rect x=(format!("{:.1}", x(value.min(0.0)))) y=(y - 7.0) width=(format!("{:.1}", (x(value.max(0.0)) - x(value.min(0.0))).max(0.5)))
                    height="14" fill=(if value > 0.0 { "var(--ours)" } else { "var(--planned)" }) {}
                @if let Some(error) = error(n) {
                    path stroke="currentColor" d=(format!("M{:.1} {y}H{:.1}", x(value - 2.0 * error), x(value + 2.0 * error))) {}
                }
                text x=(left + width + 8.0) y=(y) dominant-baseline="central" { (signed(value, 3)) }
            }
            text.title x=(middle) y=(height - 8.0) text-anchor="middle" { "change of the linear predictor by one standard deviation" }
        }
    }
}

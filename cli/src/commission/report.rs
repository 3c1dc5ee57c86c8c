//! The page of a commissioning: what was fitted, what could not be, and measured beside fitted.

use super::Commissioned;
use super::outputs::verdict;
use crate::args::INTENDED_USE;
use crate::estimate::pictures::chart::{Axis, Chart, decades};
use crate::estimate::report::numbers::{error, significant};
use ::commission::fit::{Fitted, Verdict};
use ::commission::measurement::{Collimation, Medium, Scale};
use ::commission::model::Number;
use maud::{Markup, html};

/// Points along a line from which it gets a chart.
const CHART_FROM: usize = 3;
/// Most rows of points that are shown unfolded.
const OPEN_ROWS: usize = 40;

/// The page.
pub fn page(finished: &Commissioned) -> String {
    let (machine, fit) = (finished.machine, finished.fit);
    let beam = &machine.beams[finished.quality];
    let of_machine =
        fit.numbers.iter().filter(|number| !matches!(number.parameter.number, Number::Series(_)));
    let held: Vec<&str> = of_machine
        .clone()
        .filter(|number| number.verdict == Verdict::NotDetermined)
        .map(|number| number.parameter.name.as_str())
        .collect();
    let determined = fit.eigenvalues.iter().filter(|value| **value > 1.0).count();
    let body = html! {
        header {
            h1 { "Commissioning of " (machine.title) }
            p.note { (beam.nominal_mv) " MV, " (fit.points.len()) " points of " (finished.table) }
        }
        p.use { b { "What this is not for: " } (INTENDED_USE) "." }
        section {
            h2 { "What the measurements say" }
            p { "χ² " (significant(fit.chi_squared, 3)) " for " (fit.degrees_of_freedom) " degrees of freedom"
                @if fit.excess() > 1.0 { "; errors of the fitted numbers are " (significant(fit.excess(), 3)) " times what the stated ones give, since the points lie that much farther off" }
                ". The points determine " (determined) " of " (fit.eigenvalues.len()) " combinations of the machine's numbers better than the file did." }
            @if !held.is_empty() {
                p { b { "Not determined, kept as the file has them: " } (held.join(", ")) "." }
            }
            div.wide { table { thead { tr { th { "number" } th { "file" } th { "known to" } th { "fitted" } th { "error" } th { "verdict" } } }
                tbody { @for number in &fit.numbers { (row(number)) } } } }
            p.note { "Errors are one standard error over the value, of measurement and Monte Carlo. A number is held where the points would not bring its error below 70 % of what was known." }
        }
        (correlations(finished))
        (charts(finished))
        (points(finished))
    };
    crate::page::page(&format!("straydose: {} commissioned", machine.name), &body)
}

fn row(number: &Fitted) -> Markup {
    let parameter = &number.parameter;
    let is_series = matches!(parameter.number, Number::Series(_));
    html! { tr {
        th { (parameter.name) }
        td { @if is_series { "–" } @else { (significant(parameter.before, 4)) } }
        td { @if is_series { "–" } @else { (error(100.0 * parameter.sigma_before)) } }
        td { @if number.verdict == Verdict::NotDetermined { "–" } @else { (significant(number.value, 4)) } }
        td { (error(100.0 * number.sigma_relative)) }
        td.text { (verdict(number.verdict)) }
    } }
}

fn correlations(finished: &Commissioned) -> Markup {
    let fit = finished.fit;
    let shown: Vec<usize> = (0..fit.numbers.len())
        .filter(|&at| !matches!(fit.numbers[at].parameter.number, Number::Series(_)))
        .collect();
    let values: Vec<String> = fit.eigenvalues.iter().map(|value| significant(*value, 3)).collect();
    html! { section {
        h2 { "Correlations" }
        div.wide { table {
            thead { tr { th {} @for (n, _) in shown.iter().enumerate() { th { (n + 1) } } } }
            tbody { @for (n, &a) in shown.iter().enumerate() { tr {
                th { (n + 1) " " (fit.numbers[a].parameter.name) }
                @for &b in &shown { td { (format!("{:.2}", fit.correlations[a][b])) } }
            } } }
        } }
        p.note { "Eigenvalues of the information, in units of what the file knows: " (values.join(", ")) "." }
    } }
}

/// Points on a line: one setup, one depth, along x or y.
struct Line {
    title: String,
    /// Off the axis (mm), and the point's place.
    members: Vec<(f64, usize)>,
}

fn lines(finished: &Commissioned) -> Vec<Line> {
    let table = finished.measurements;
    let mut lines: Vec<Line> = vec![];
    for (place, point) in table.points.iter().enumerate() {
        let [x, y, depth] = point.position_mm;
        let setup = table.setups[point.setup];
        let (axis, along) = if y != 0.0 { ("along y", y) } else { ("along x", x) };
        let [width, length] = setup.field_mm.map(|mm| 0.1 * mm);
        let blocked = if setup.collimation == Collimation::Blocked { ", blocked" } else { "" };
        let place_text =
            if setup.medium == Medium::Water { "deep in water" } else { "below the plane, in air" };
        let title = format!("{width} × {length} cm{blocked}, {axis}, {} cm {place_text}", 0.1 * depth);
        match lines.iter_mut().find(|line| line.title == title) {
            Some(line) => line.members.push((along, place)),
            None => lines.push(Line { title, members: vec![(along, place)] }),
        }
    }
    lines.iter_mut().for_each(|line| line.members.sort_by(|a, b| a.0.total_cmp(&b.0)));
    lines
}

fn charts(finished: &Commissioned) -> Markup {
    let lines = lines(finished);
    let drawn: Vec<&Line> = lines.iter().filter(|line| line.members.len() >= CHART_FROM).collect();
    html! { @if !drawn.is_empty() { section {
        h2 { "Measured, before and after" }
        p.note { "Dots: measured. Dashed: the machine file as it was, with the best factor of each series. Line: fitted." }
        div.slices style="grid-template-columns:repeat(auto-fill,minmax(22rem,1fr))" {
            @for (n, line) in drawn.iter().enumerate() { div { h3 { (line.title) } (chart(finished, line, n)) } }
        }
    } } }
}

fn chart(finished: &Commissioned, line: &Line, n: usize) -> Markup {
    let (points, fitted) = (&finished.measurements.points, &finished.fit.points);
    let ends = [line.members[0].0, line.members[line.members.len() - 1].0];
    let measured = line.members.iter().map(|&(_, place)| points[place].dose);
    let range = decades(measured.chain(line.members.iter().map(|&(_, place)| fitted[place].after)), 5);
    let chart = Chart {
        size: [360.0, 270.0],
        margins: [66.0, 8.0, 14.0, 44.0],
        x: Axis {
            from: ends[0],
            to: ends[1].max(ends[0] + 1.0),
            logarithmic: false,
            title: "mm off the axis".into(),
            write: |mm| format!("{mm:.0}"),
        },
        y: Axis {
            from: range[0],
            to: range[1],
            logarithmic: true,
            title: "reading".into(),
            write: |v| significant(v, 1),
        },
    };
    let along =
        |value: &dyn Fn(usize) -> f64| chart.line(line.members.iter().map(|&(at, place)| [at, value(place)]));
    let dots = line.members.iter().map(|&(at, place)| chart.place([at, points[place].dose]));
    let content = html! {
        path.series.planned d=(along(&|place| fitted[place].before)) {}
        path.series.ours d=(along(&|place| fitted[place].after)) {}
        @for [x, y] in dots { circle cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="2.4" fill="currentColor" {} }
    };
    chart.draw(&line.title, content, &format!("line-{n}"))
}

fn points(finished: &Commissioned) -> Markup {
    let table = finished.measurements;
    let rows = html! { div.wide { table {
        thead { tr { th { "line" } th { "field (cm)" } th { "x, y, depth (cm)" } th { "measured" } th { "before" } th { "fitted" }
            th { "fitted/measured" } th { "± measured" } th { "± run" } th { "in field, head, metal, leakage, electrons (%)" } } }
        tbody { @for (place, (point, fitted)) in table.points.iter().zip(&finished.fit.points).enumerate() {
            @let setup = table.setups[point.setup];
            @let shares = finished.model.shares(&finished.fit.steps, place);
            tr {
                td { (point.line) }
                td { (0.1 * setup.field_mm[0]) " × " (0.1 * setup.field_mm[1]) }
                td { (point.position_mm.map(|mm| format!("{:.1}", 0.1 * mm)).join(", ")) }
                td { (significant(point.dose, 4)) @if let Scale::MonitorUnits(mu) = point.scale { " Gy, " (mu) " MU" } }
                td { (significant(fitted.before, 4)) }
                td { (significant(fitted.after, 4)) }
                td { (format!("{:.3}", fitted.after / point.dose)) }
                td { (error(100.0 * point.sigma_relative)) }
                td { (error(100.0 * fitted.sigma_relative)) }
                td { (shares.map(|share| format!("{:.0}", 100.0 * share)).join(", ")) }
            }
        } }
    } } };
    html! { section {
        h2 { "Point by point" }
        @if table.points.len() > OPEN_ROWS { details { summary { (table.points.len()) " points" } (rows) } } @else { (rows) }
    } }
}

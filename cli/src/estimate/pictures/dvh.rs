//! The dose-volume histograms of all organs, with a logarithmic dose axis.

use super::chart::{Axis, Chart, decades};
use super::organs::Shown;
use crate::estimate::report::numbers::round_dose;
use maud::{Markup, html};

/// Most decades of dose.
const DECADES: i32 = 6;

/// The chart.
pub fn dvh(organs: &[Shown]) -> Markup {
    let doses = organs.iter().flat_map(|shown| [shown.row.doses.d98_gy, shown.row.doses.max_gy]);
    let [from, to] = decades(doses, DECADES);
    let chart = Chart {
        size: [1100.0, 430.0],
        margins: [64.0, 12.0, 30.0, 46.0],
        x: Axis { from, to, logarithmic: true, title: "dose".into(), write: round_dose },
        y: Axis {
            from: 0.0,
            to: 100.0,
            logarithmic: false,
            title: "volume that receives at least this".into(),
            write: |percent| format!("{percent} %"),
        },
    };
    let line = |shown: &Shown| {
        let dvh = shown.row.dvh.as_ref()?;
        let whole = dvh.volume_cm3();
        let points = dvh.dose_gy.iter().zip(&dvh.volume_from_cm3).skip(1);
        Some(chart.line(points.filter(|(gy, _)| **gy >= from).map(|(&gy, &cm3)| [gy, 100.0 * cm3 / whole])))
    };
    let lines = html! { @for shown in organs { @if let Some(data) = line(shown) {
        path.series d=(data) stroke=(shown.colour) style={ "--c:" (shown.colour) } stroke-dasharray=(shown.dashes) {
            title { (shown.row.name) }
        }
    } } };
    chart.draw("dose-volume histograms", lines, "dvh")
}

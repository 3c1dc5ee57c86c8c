//! Dose-volume histograms: of all organs with a logarithmic dose axis, and ours beside the planned ones.

use super::chart::{Axis, Chart, decades};
use super::organs::Shown;
use crate::estimate::report::numbers::round_dose;
use ::estimate::Comparison;
use anatomy::Dvh;
use maud::{Markup, html};
use volume::Image;

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

/// Our histograms, times the factor of the comparison, and the planned ones in dashes, over the part of each organ that
/// has a planned dose; `ours_gy` is our dose with nothing blended. Linear in dose: it is the field that is compared.
pub fn beside(organs: &[&Shown], ours_gy: &Image<f32>, comparison: &Comparison) -> Markup {
    let factor = comparison.factor as f32;
    let planned_max = comparison.planned_max_gy;
    let scaled = (ours_gy.values.iter().zip(&comparison.planned_gy))
        .map(|(ours, planned)| if planned.is_finite() { ours * factor } else { f32::NAN });
    let ours = Image { grid: ours_gy.grid, values: scaled.collect() };
    let planned = Image { grid: ours_gy.grid, values: comparison.planned_gy.clone() };
    let chart = Chart {
        size: [1100.0, 380.0],
        margins: [64.0, 12.0, 30.0, 46.0],
        x: Axis {
            from: 0.0,
            to: 1.1 * planned_max,
            logarithmic: false,
            title: "dose".into(),
            write: round_dose,
        },
        y: Axis {
            from: 0.0,
            to: 100.0,
            logarithmic: false,
            title: "volume that receives at least this".into(),
            write: |percent| format!("{percent} %"),
        },
    };
    let line = |shown: &Shown, dose: &Image<f32>| {
        let dvh = Dvh::of(&shown.organ.coverage, dose, 1.1 * planned_max)?;
        let share = |cm3: f64| 100.0 * cm3 / dvh.volume_cm3();
        Some(chart.line(dvh.dose_gy.iter().zip(&dvh.volume_from_cm3).map(|(&gy, &cm3)| [gy, share(cm3)])))
    };
    let lines = html! { @for shown in organs {
        @for (dose, class, whose) in [(&ours, "series", "ours"), (&planned, "series other", "planned")] {
            @if let Some(data) = line(shown, dose) {
                path class=(class) d=(data) style={ "--c:" (shown.colour) } { title { (shown.row.name) ", " (whose) } }
            }
        }
    } };
    chart.draw("dose-volume histograms, ours and planned", lines, "dvh-beside")
}

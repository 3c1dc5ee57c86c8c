//! The dose of each slice of the patient, head to feet, to stand beside the picture of the whole body.

use super::chart::{Axis, Chart, decades};
use crate::estimate::Finished;
use crate::estimate::report::numbers::round_dose;
use maud::{Markup, html};
use volume::VoxelIndex;

/// Most decades of dose.
const DECADES: i32 = 6;

/// Width of the chart (px).
pub const WIDTH_PX: f64 = 430.0;

/// Doses of one slice (Gy).
#[derive(Clone, Copy, Debug, PartialEq)]
struct SliceDose {
    /// Mean by mass.
    mean: f64,
    /// What 2 % of its volume receive at least.
    d2: f64,
    /// Means of the components of our dose.
    components: [f64; 4],
}

/// The chart, `height` pixels high; height in the patient runs up, over the same range as the coronal pictures.
pub fn along(finished: &Finished, height: f64) -> Markup {
    let grid = &finished.anatomy.grid;
    let slices: Vec<SliceDose> = (0..grid.shape[2]).map(|k| slice(finished, k)).collect();
    let all = slices.iter().flat_map(|s| [s.mean, s.d2]);
    let [from, to] = decades(all, DECADES);
    let cm = |k: f64| k * grid.spacing_mm[2] / 10.0;
    let chart = Chart {
        size: [WIDTH_PX, height],
        margins: [56.0, 0.0, 26.0, 46.0],
        x: Axis { from, to, logarithmic: true, title: "dose of the slice".into(), write: round_dose },
        y: Axis {
            from: cm(-0.5),
            to: cm(grid.shape[2] as f64 - 0.5),
            logarithmic: false,
            title: "cm above the lower end of the scan".into(),
            write: |cm| format!("{cm}"),
        },
    };
    let line = |value: &dyn Fn(&SliceDose) -> f64| {
        let value = |s| Some(value(s)).filter(|gy| *gy > 0.0).unwrap_or(f64::NAN);
        chart.line(slices.iter().enumerate().map(|(k, s)| [value(s), cm(k as f64)]))
    };
    let content = html! {
        path.series.in-field d=(line(&|s| s.components[0])) {}
        path.series.head d=(line(&|s| s.components[1])) {}
        path.series.collimator d=(line(&|s| s.components[2])) {}
        path.series.leakage d=(line(&|s| s.components[3])) {}
        path.series.highest d=(line(&|s| s.d2)) {}
        path.series.ours d=(line(&|s| s.mean)) {}
    };
    chart.draw("dose of each slice", content, "along")
}

fn slice(finished: &Finished, k: usize) -> SliceDose {
    let anatomy = finished.anatomy;
    let grid = &anatomy.grid;
    let first = grid.offset(VoxelIndex([0, 0, k]));
    let mut doses = SliceDose { mean: 0.0, d2: 0.0, components: [0.0; 4] };
    let mut mass = 0.0;
    let mut all: Vec<f64> = Vec::new();
    for at in first..first + grid.shape[0] * grid.shape[1] {
        let weight = f64::from(anatomy.body[at] * anatomy.voxel_density_g_cm3[at]);
        if weight > 0.0 {
            let gy = f64::from(finished.dose_gy.values[at]);
            mass += weight;
            doses.mean += weight * gy;
            if anatomy.body[at] > 0.5 {
                all.push(gy);
            }
            for (sum, component) in doses.components.iter_mut().zip(&finished.ours.components_gy) {
                *sum += weight * f64::from(component[at]);
            }
        }
    }
    all.sort_by(|a, b| b.total_cmp(a));
    doses.d2 = all.get(all.len() / 50).copied().unwrap_or(0.0);
    doses.mean /= mass;
    doses.components = doses.components.map(|sum| sum / mass);
    doses
}

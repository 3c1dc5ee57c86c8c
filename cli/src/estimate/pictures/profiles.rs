//! Dose along three lines through a point: ours with its statistical error, and the planned one.

use super::chart::{Axis, Chart, decades};
use crate::estimate::Finished;
use crate::estimate::report::numbers::{round_dose, signed};
use maud::{Markup, html};
use volume::VoxelIndex;

/// Most decades of dose.
const DECADES: i32 = 5;
/// Names of the lines along the grid's axes, and of their ends.
const LINES: [(&str, &str); 3] = [
    ("right to left", "mm to the left"),
    ("front to back", "mm to the back"),
    ("feet to head", "mm to the head"),
];

/// Doses along one axis of the grid (Gy), not a number outside the patient and where there is none.
struct Profile {
    ours: Vec<f64>,
    sigma: Vec<f64>,
    planned: Vec<f64>,
}

impl Profile {
    fn along(finished: &Finished, centre: VoxelIndex, axis: usize) -> Profile {
        let grid = &finished.anatomy.grid;
        let values = |image: &[f32]| -> Vec<f64> {
            let value = |along: usize| {
                let mut voxel = centre;
                voxel.0[axis] = along;
                let at = grid.offset(voxel);
                let inside = finished.anatomy.body[at] > 0.5 && image[at] > 0.0;
                if inside { f64::from(image[at]) } else { f64::NAN }
            };
            (0..grid.shape[axis]).map(value).collect()
        };
        Profile {
            ours: values(&finished.ours.dose_gy.values),
            sigma: values(&finished.ours.sigma_relative),
            planned: finished.comparison.map(|comparison| values(&comparison.planned_gy)).unwrap_or_default(),
        }
    }
}

/// One chart for each axis of the grid, all with the same doses.
pub fn profiles(finished: &Finished, centre: VoxelIndex) -> Vec<(&'static str, Markup)> {
    let profiles = [0, 1, 2].map(|axis| Profile::along(finished, centre, axis));
    let range = decades(profiles.iter().flat_map(|p| p.ours.iter().chain(&p.planned)).copied(), DECADES);
    let grid = &finished.anatomy.grid;
    let drawn = |(axis, profile): (usize, &Profile)| {
        let mm = |along: usize| (along as f64 - centre.0[axis] as f64) * grid.spacing_mm[axis];
        (LINES[axis].0, chart(profile, axis, &mm, range))
    };
    profiles.iter().enumerate().map(drawn).collect()
}

fn chart(profile: &Profile, axis: usize, mm: &dyn Fn(usize) -> f64, range: [f64; 2]) -> Markup {
    let Profile { ours, sigma, planned } = profile;
    let chart = Chart {
        size: [360.0, 270.0],
        margins: [66.0, 8.0, 14.0, 44.0],
        x: Axis {
            from: mm(0),
            to: mm(ours.len() - 1),
            logarithmic: false,
            title: LINES[axis].1.into(),
            write: |mm| signed(mm, 0),
        },
        y: Axis { from: range[0], to: range[1], logarithmic: true, title: "dose".into(), write: round_dose },
    };
    let along = |values: &[f64]| chart.line(values.iter().enumerate().map(|(n, &gy)| [mm(n), gy]));
    let band: String = (ours.iter().zip(sigma).enumerate())
        .filter(|(_, (gy, sigma))| **gy > 0.0 && sigma.is_finite())
        .map(|(n, (gy, sigma))| {
            chart.line([(1.0 - sigma).max(0.0), 1.0 + sigma].map(|part| [mm(n), gy * part]))
        })
        .collect();
    let content = html! {
        path.band d=(band) {}
        path.series.planned d=(along(planned)) {}
        path.series.ours d=(along(ours)) {}
    };
    chart.draw(&format!("dose {}", LINES[axis].0), content, &format!("profile-{axis}"))
}

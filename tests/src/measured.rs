//! The measured 6 MV profiles of `domain/tables/measured_6mv_profiles.csv` as a table of measurements.

use crate::reference::rows;
use serde::Deserialize;
use std::fmt::Write;
use std::path::Path;

/// Distances beyond the field's edge that are compared (mm).
pub const EDGES_MM: [f64; 11] = [10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0];
/// Depths of the profiles (mm).
pub const DEPTHS_MM: [f64; 4] = [15.0, 50.0, 100.0, 200.0];
/// Source to the water (mm).
pub const SSD_MM: f64 = 900.0;
/// Standard errors beside the field and on the axis (%): 1 mm of a jaw is 5 % at the first centimetre.
const BESIDE_PERCENT: f64 = 5.0;
const ON_AXIS_PERCENT: f64 = 1.0;

#[derive(Deserialize)]
struct Row {
    field_mm: f64,
    #[serde(rename = "type")]
    kind: String,
    axis: String,
    depth_mm: f64,
    offaxis_mm: Option<f64>,
    edge_mm: Option<f64>,
    percent: f64,
}

/// One reading: per cent of the depth dose's maximum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Side of the square field (mm).
    pub field_mm: f64,
    /// Along the leaves (crossplane, x) rather than across the solid jaws (inplane, y); neither on the axis.
    pub along_leaves: Option<bool>,
    /// Depth (mm).
    pub depth_mm: f64,
    /// Beyond the field's edge at this depth (mm); 0 on the axis.
    pub edge_mm: f64,
    /// The reading.
    pub percent: f64,
}

/// The readings of both fields: on the axis, then along both axes at [`EDGES_MM`], depth by depth. Between the table's points
/// logarithms are interpolated.
///
/// # Panics
/// The table is not there, or lacks a curve.
pub fn readings(shared: &Path) -> Vec<Reading> {
    let table: Vec<Row> = rows(&shared.join("domain/tables"), "measured_6mv_profiles.csv");
    let mut readings = vec![];
    for field_mm in [50.0, 100.0] {
        for depth_mm in DEPTHS_MM {
            let on_axis = table
                .iter()
                .find(|row| row.kind == "pdd" && row.field_mm == field_mm && row.depth_mm == depth_mm);
            let on_axis = on_axis.expect("the depth dose holds the profiles' depths").percent;
            readings.push(Reading { field_mm, along_leaves: None, depth_mm, edge_mm: 0.0, percent: on_axis });
            for (axis, along_leaves) in [("inplane", false), ("crossplane", true)] {
                let curve: Vec<&Row> = table
                    .iter()
                    .filter(|row| row.kind == "profile" && row.axis == axis)
                    .filter(|row| row.field_mm == field_mm && row.depth_mm == depth_mm)
                    .filter(|row| row.offaxis_mm.is_some_and(|mm| mm > 0.0))
                    .collect();
                for edge_mm in EDGES_MM {
                    let percent = 0.01 * on_axis * interpolated(&curve, edge_mm);
                    readings.push(Reading {
                        field_mm,
                        along_leaves: Some(along_leaves),
                        depth_mm,
                        edge_mm,
                        percent,
                    });
                }
            }
        }
    }
    readings
}

/// A measured profile from the axis on: distance from the axis (mm), and the dose over that on it.
///
/// # Panics
/// The table is not there, or lacks the curve.
pub fn profile(shared: &Path, field_mm: f64, depth_mm: f64, along_leaves: bool) -> Vec<(f64, f64)> {
    let axis = if along_leaves { "crossplane" } else { "inplane" };
    let table: Vec<Row> = rows(&shared.join("domain/tables"), "measured_6mv_profiles.csv");
    let is_of = |row: &&Row| {
        row.kind == "profile" && row.axis == axis && row.field_mm == field_mm && row.depth_mm == depth_mm
    };
    let of = |row: &Row| row.offaxis_mm.filter(|mm| *mm >= 0.0).map(|mm| (mm, 0.01 * row.percent));
    let mut points: Vec<(f64, f64)> = table.iter().filter(is_of).filter_map(of).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(points.len() > 20, "{axis} of {field_mm} mm at {depth_mm} mm is not in the table");
    points
}

fn interpolated(curve: &[&Row], edge_mm: f64) -> f64 {
    let edge = |row: &Row| row.edge_mm.expect("a profile has distances from the edge");
    let pair = curve.windows(2).find(|pair| (edge(pair[0])..=edge(pair[1])).contains(&edge_mm));
    let [low, high] = pair.expect("the curve reaches this far") else { unreachable!("a window of two") };
    let part = (edge_mm - edge(low)) / (edge(high) - edge(low));
    (low.percent.ln() * (1.0 - part) + high.percent.ln() * part).exp()
}

/// The readings as `straydose commission` reads them, each field a series.
pub fn table(readings: &[Reading]) -> String {
    let mut text = "# PTW 60008 diode in water, pymedphys/pymedphys, 06MV_05x05.mcc and 06MV_10x10.mcc (Apache-2.0), machine M2619\n\
                    series,field_x_mm,field_y_mm,ssd_mm,x_mm,y_mm,depth_mm,percent,uncertainty_percent\n"
        .to_owned();
    for reading in readings {
        let Reading { field_mm, depth_mm, edge_mm, percent, .. } = reading;
        let off = 0.5 * field_mm * (SSD_MM + depth_mm) / 1000.0 + edge_mm;
        let (x, y, error) = match reading.along_leaves {
            None => (0.0, 0.0, ON_AXIS_PERCENT),
            Some(true) => (off, 0.0, BESIDE_PERCENT),
            Some(false) => (0.0, off, BESIDE_PERCENT),
        };
        writeln!(
            text,
            "{field_mm},{field_mm},{field_mm},{SSD_MM},{x:.2},{y:.2},{depth_mm},{percent:.5},{error}"
        )
        .expect("a string takes all");
    }
    text
}

//! Pictures of the demo's report: a section of the body and the dose along it.

use crate::transport::Finished;
use plotters::prelude::*;
use volume::VoxelIndex;

/// Decades of the dose scale, from the greatest dose down.
const DECADES: f64 = 7.0;

/// Density above which a voxel is body and not air (g/cm³).
const BODY_G_CM3: f32 = 0.1;

/// Mean dose of the body at one height.
pub struct AlongTheBody {
    /// Height above the feet (cm).
    pub height_cm: f64,
    /// Dose relative to the field's centre.
    pub relative: f64,
    /// Its relative standard error, voxels taken as independent.
    pub sigma: f64,
}

/// Mean dose of the body, slice by slice.
pub fn along_the_body(finished: &Finished) -> Vec<AlongTheBody> {
    let grid = &finished.grid;
    let outcome = &finished.outcome;
    let slice = |k: usize| {
        let (mut sum, mut variance, mut count) = (0.0, 0.0, 0.0);
        for offset in 0..grid.shape[0] * grid.shape[1] {
            let VoxelIndex([i, j, _]) = grid.voxel(offset);
            let voxel = VoxelIndex([i, j, k]);
            let at = grid.offset(voxel);
            if finished.density_g_cm3[at] > BODY_G_CM3 {
                let dose = outcome.dose_gy_per_photon[at];
                sum += dose;
                variance += (dose * f64::from(outcome.sigma_relative[at])).powi(2);
                count += 1.0;
            }
        }
        (sum / f64::max(count, 1.0), variance.sqrt() / sum)
    };
    let slices: Vec<(f64, f64)> = (0..grid.shape[2]).map(slice).collect();
    let most = slices.iter().map(|s| s.0).fold(0.0, f64::max);
    let height_cm = |k: usize| grid.centre_mm(VoxelIndex([0, 0, k]))[2] / 10.0;
    (slices.iter().enumerate())
        .filter(|(_, slice)| slice.0 > 0.0)
        .map(|(k, slice)| AlongTheBody { height_cm: height_cm(k), relative: slice.0 / most, sigma: slice.1 })
        .collect()
}

/// Dose relative to the field against the height, on a logarithmic axis.
///
/// # Errors
/// The picture cannot be drawn.
pub fn profile(along: &[AlongTheBody]) -> Result<String, String> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (560, 380)).into_drawing_area();
        let tallest = along.last().map_or(1.0, |point| point.height_cm);
        let mut chart = ChartBuilder::on(&root)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(72)
            .build_cartesian_2d(0.0..tallest, (1e-7..2.0).log_scale())
            .map_err(|error| error.to_string())?;
        chart
            .configure_mesh()
            .x_desc("height above the feet [cm]")
            .y_desc("dose / dose in the field")
            .y_label_formatter(&|dose| format!("{dose:.0e}"))
            .x_label_formatter(&|height| format!("{height:.0}"))
            .label_style(("sans-serif", 13))
            .light_line_style(WHITE)
            .draw()
            .map_err(|error| error.to_string())?;
        let blue = RGBColor(30, 90, 160);
        let bars = along.iter().map(|p| {
            let half = p.relative * p.sigma;
            PathElement::new(
                vec![(p.height_cm, (p.relative - half).max(1e-7)), (p.height_cm, p.relative + half)],
                blue.mix(0.4),
            )
        });
        chart.draw_series(bars).map_err(|error| error.to_string())?;
        let line = LineSeries::new(along.iter().map(|p| (p.height_cm, p.relative)), blue.stroke_width(2));
        chart.draw_series(line).map_err(|error| error.to_string())?;
        root.present().map_err(|error| error.to_string())?;
    }
    Ok(svg)
}

/// A coronal section through the middle of the grid, dose in colour on a logarithmic scale.
///
/// # Errors
/// The picture cannot be drawn.
pub fn coronal(finished: &Finished) -> Result<String, String> {
    const PIXEL: i32 = 6;
    let grid = &finished.grid;
    let [nx, ny, nz] = grid.shape;
    let most = finished.outcome.dose_gy_per_photon.iter().copied().fold(0.0, f64::max);
    let mut svg = String::new();
    {
        let size = ((nx as i32 * PIXEL + 90) as u32, (nz as i32 * PIXEL) as u32);
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let draw = |x: i32, y: i32, width: i32, height: i32, share: f64| {
            let shape = Rectangle::new([(x, y), (x + width, y + height)], colour(share).filled());
            root.draw(&shape).map_err(|error| error.to_string())
        };
        for k in 0..nz {
            for i in 0..nx {
                let at = grid.offset(VoxelIndex([i, ny / 2, k]));
                if finished.density_g_cm3[at] <= BODY_G_CM3 {
                    continue;
                }
                let dose = finished.outcome.dose_gy_per_photon[at];
                let share = if dose > 0.0 { 1.0 + (dose / most).log10() / DECADES } else { 0.0 };
                draw(i as i32 * PIXEL, (nz - 1 - k) as i32 * PIXEL, PIXEL, PIXEL, share)?;
            }
        }
        let (left, top, height) = (nx as i32 * PIXEL + 14, 20, 300);
        for step in 0..height {
            draw(left, top + step, 16, 1, 1.0 - f64::from(step) / f64::from(height))?;
        }
        for decade in 0..=DECADES as i32 {
            let y = top + decade * height / DECADES as i32;
            let label = if decade == 0 { "1".to_owned() } else { format!("1e-{decade}") };
            let label = Text::new(label, (left + 20, y - 6), ("sans-serif", 12));
            root.draw(&label).map_err(|error| error.to_string())?;
        }
        root.present().map_err(|error| error.to_string())?;
    }
    Ok(svg)
}

/// Dark blue through green to yellow, 0 to 1: the anchors of matplotlib's viridis.
fn colour(share: f64) -> RGBColor {
    const ANCHORS: [[f64; 3]; 5] = [
        [68.0, 1.0, 84.0],
        [59.0, 82.0, 139.0],
        [33.0, 145.0, 140.0],
        [94.0, 201.0, 98.0],
        [253.0, 231.0, 37.0],
    ];
    let place = share.clamp(0.0, 1.0) * (ANCHORS.len() - 1) as f64;
    let lower = (place as usize).min(ANCHORS.len() - 2);
    let within = place - lower as f64;
    let mix = |c: usize| (ANCHORS[lower][c] + (ANCHORS[lower + 1][c] - ANCHORS[lower][c]) * within) as u8;
    RGBColor(mix(0), mix(1), mix(2))
}

//! Three slices through one point: the scan in grey, the dose in colour, isodoses and organs as lines.

use super::isodoses::{for_lines, isodoses};
use super::isolines::{Line, isolines, path};
use super::lattice::Lattice;
use super::layers::{colours, image, letters, palette, pixels, view_box};
use super::organs::Shown;
use super::raster::{Meaning, Raster};
use super::scale::DoseScale;
use super::seam::seams;
use super::view::View;
use crate::estimate::Finished;
use anatomy::calibration::hu_of_density;
use maud::{Markup, html};
use volume::VoxelIndex;

/// Brightness of the scan (0 to 1) by its HU: muscle in the middle, where the colours of the dose stay as they are on the
/// scale; lung and bone far enough from black and white to let them through.
const BRIGHTNESS: [(f64, f64); 7] = [
    (-1000.0, 0.0),
    (-750.0, 0.2),
    (-150.0, 0.3),
    (40.0, 0.5),
    (200.0, 0.64),
    (1000.0, 0.82),
    (3000.0, 0.95),
];
/// The dose counts as high enough to be looked at from this share of the reference dose.
const LOOK_AT: f64 = 0.2;

/// The voxel that the slices go through: the isocentre's if the dose is high there, else that of the greatest dose.
pub fn centre(finished: &Finished) -> (VoxelIndex, &'static str) {
    let dose = finished.dose_gy;
    let isocentre =
        finished.inputs.plan.deliveries().next().map(|d| d.beam.control_points[0].pose.isocentre_mm);
    if let Some(point_mm) = isocentre {
        let index = dose.grid.index_of(point_mm).map(f64::round);
        if (0..3).all(|a| index[a] >= 0.0 && index[a] < dose.grid.shape[a] as f64) {
            let voxel = VoxelIndex(index.map(|i| i as usize));
            if f64::from(dose.values[dose.grid.offset(voxel)]) > LOOK_AT * finished.reference.gy {
                return (voxel, "isocentre");
            }
        }
    }
    let highest = (0..dose.values.len()).max_by(|&a, &b| dose.values[a].total_cmp(&dose.values[b]));
    (dose.grid.voxel(highest.unwrap_or(0)), "greatest dose")
}

/// One slice. `px_per_mm` is how large it is about shown, for its letters.
///
/// # Errors
/// A raster cannot be encoded.
pub fn slice(
    finished: &Finished,
    organs: &[Shown],
    scale: DoseScale,
    view: View,
    centre: VoxelIndex,
    px_per_mm: f64,
) -> Result<Markup, String> {
    let grid = &finished.anatomy.grid;
    let layer = centre.0[view.axes()[2]];
    let dose = dose_of_layer(finished, view, layer);
    let bounds = view.bounds_mm(grid);
    let outlines: Vec<(&Shown, Vec<Line>)> = organs
        .iter()
        .map(|shown| {
            let coverage = &shown.organ.coverage;
            (shown, isolines(&view.lattice(grid, |voxel| coverage.fraction(voxel(layer))), 0.5))
        })
        .filter(|(_, lines)| !lines.is_empty())
        .collect();
    let letter_mm = 12.0 / px_per_mm;
    let body = view.lattice(grid, |voxel| finished.anatomy.body[grid.offset(voxel(layer))]);
    let place = view.place_mm(grid, centre.0.map(|i| i as f64));
    Ok(html! {
        svg.slice viewBox=(view_box(bounds)) role="img" aria-label=(format!("{} slice", view.name())) {
            rect.sky x=(bounds[0]) y=(bounds[1]) width=(bounds[2]) height=(bounds[3]) {}
            (image(bounds, "ct", &scan(finished, view, layer, bounds).link(&Meaning::Grey)?))
            (image(bounds, "dose", &colours(&dose, &body, scale, bounds).link(&Meaning::Colours(&palette()))?))
            g.outlines { @for (shown, lines) in &outlines {
                path.casing d=(path(lines)) {}
                path d=(path(lines)) stroke=(shown.colour) stroke-dasharray=(shown.dashes) { title { (shown.row.name) } }
            } }
            (isodoses(&dose_for_lines(finished, view, layer), scale, letter_mm))
            (seams(finished, view, bounds))
            path.cross d=(cross(place, bounds, letter_mm)) {}
            (letters(view, bounds, letter_mm))
        }
    })
}

/// The decimal logarithm of the dose (Gy) in a layer; not a number outside the patient and where there is none.
fn dose_of_layer(finished: &Finished, view: View, layer: usize) -> Lattice {
    let grid = &finished.anatomy.grid;
    view.lattice(grid, |voxel| {
        let at = grid.offset(voxel(layer));
        let gy = finished.dose_gy.values[at];
        if finished.anatomy.body[at] > 0.0 && gy > 0.0 { gy.log10() } else { f32::NAN }
    })
}

/// The same, smoothed over the neighbours in the layer and in those before and behind it.
fn dose_for_lines(finished: &Finished, view: View, layer: usize) -> Lattice {
    let anatomy = finished.anatomy;
    let grid = &anatomy.grid;
    let last = grid.shape[view.axes()[2]] - 1;
    let sum = |value: &dyn Fn(usize) -> f32| {
        view.lattice(grid, |voxel| {
            let layers = [(layer.saturating_sub(1), 1.0), (layer, 2.0), ((layer + 1).min(last), 1.0)];
            layers.map(|(layer, weight)| weight * value(grid.offset(voxel(layer)))).iter().sum()
        })
    };
    let mass = |at: usize| anatomy.body[at] * anatomy.voxel_density_g_cm3[at];
    for_lines(&sum(&|at| mass(at) * finished.dose_gy.values[at]), &sum(&mass))
}

fn scan(finished: &Finished, view: View, layer: usize, bounds: [f64; 4]) -> Raster {
    let (shape, place) = pixels(bounds);
    Raster::of(shape, |column, row| {
        let point_mm = view.point_mm(&finished.anatomy.grid, place(column, row), layer);
        (255.0 * brightness(hu(finished, point_mm))) as u8
    })
}

/// CT number at a point (mm): the scan's, beyond it that of the model's density.
fn hu(finished: &Finished, point_mm: [f64; 3]) -> f64 {
    let modelled = || {
        let anatomy = finished.anatomy;
        let index = anatomy.grid.index_of(point_mm).map(f64::round);
        let within = (0..3).all(|a| index[a] >= 0.0 && index[a] < anatomy.grid.shape[a] as f64);
        (within && finished.made.is_some()).then(|| {
            let voxel = anatomy.grid.offset(VoxelIndex(index.map(|i| i as usize)));
            hu_of_density(f64::from(anatomy.voxel_density_g_cm3[voxel]))
        })
    };
    finished.inputs.ct.linear_at(point_mm).or_else(modelled).unwrap_or(f64::NEG_INFINITY)
}

fn brightness(hu: f64) -> f64 {
    let above = BRIGHTNESS.partition_point(|(from, _)| *from <= hu);
    if above == 0 || above == BRIGHTNESS.len() {
        return if above == 0 { 0.0 } else { BRIGHTNESS[above - 1].1 };
    }
    let [(low, dark), (high, bright)] = [BRIGHTNESS[above - 1], BRIGHTNESS[above]];
    dark + (bright - dark) * (hu - low) / (high - low)
}

/// Marks at the edges that show where the other slices run.
fn cross([x, y]: [f64; 2], [left, top, width, height]: [f64; 4], size: f64) -> String {
    format!(
        "M{x:.1} {top:.1}v{size:.1}M{x:.1} {:.1}v-{size:.1}M{left:.1} {y:.1}h{size:.1}M{:.1} {y:.1}h-{size:.1}",
        top + height,
        left + width
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn muscle_is_in_the_middle_and_denser_is_brighter() {
        assert_eq!([f64::NEG_INFINITY, -1000.0, 40.0, 9000.0].map(brightness), [0.0, 0.0, 0.5, 0.95]);
        let steps: Vec<f64> = (-100..300).map(|n| brightness(10.0 * f64::from(n))).collect();
        assert!(steps.windows(2).all(|pair| pair[1] > pair[0]), "{steps:?}");
    }
}

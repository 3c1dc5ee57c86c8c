//! The whole patient from the front: the scan as a radiograph, the dose as its mean along the lines of sight.

use super::isodoses::{for_lines, isodoses};
use super::lattice::Lattice;
use super::layers::{colours, image, letters, palette, pixels, view_box};
use super::raster::{Meaning, Raster};
use super::scale::DoseScale;
use super::seam::seams;
use super::view::View;
use crate::estimate::Finished;
use maud::{Markup, html};
use volume::Image;

/// Brightness of the median of the patient: there the colours of the dose stay as they are on the scale.
const MEDIAN: f64 = 0.5;
/// Power of the brightness: less than 1 keeps thick parts from white.
const CONTRAST: f64 = 0.7;
/// What is brighter lets no colour through.
const BRIGHTEST: f64 = 0.85;
/// Places less bright than this part of the brightest are not the patient.
const AIR: f64 = 0.1;
const VIEW: View = View::Coronal;

/// The picture.
///
/// # Errors
/// A raster cannot be encoded.
pub fn projection(finished: &Finished, scale: DoseScale, px_per_mm: f64) -> Result<Markup, String> {
    let bounds = VIEW.bounds_mm(&finished.anatomy.grid);
    let [energy, mass] = energy_and_mass(finished);
    let letter_mm = 12.0 / px_per_mm;
    Ok(html! {
        svg.slice viewBox=(view_box(bounds)) role="img" aria-label="whole body from the front" {
            rect.sky x=(bounds[0]) y=(bounds[1]) width=(bounds[2]) height=(bounds[3]) {}
            (image(bounds, "ct", &radiograph(finished, &mass, bounds).link(&Meaning::Grey)?))
            (image(bounds, "dose", &colours(&mean_dose(&energy, &mass), &shadow(finished), scale, bounds).link(&Meaning::Colours(&palette()))?))
            (isodoses(&for_lines(&energy, &mass), scale, letter_mm))
            (seams(finished, VIEW, bounds))
            (letters(VIEW, bounds, letter_mm))
        }
    })
}

/// Energy and mass along each line of sight: dose (Gy) times density, and density (g/cm³), summed over the patient.
fn energy_and_mass(finished: &Finished) -> [Lattice; 2] {
    let anatomy = finished.anatomy;
    let grid = &anatomy.grid;
    let mass = |at: usize| anatomy.body[at] * anatomy.voxel_density_g_cm3[at];
    let sum = |value: &dyn Fn(usize) -> f32| {
        let layers = grid.shape[VIEW.axes()[2]];
        VIEW.lattice(grid, |voxel| (0..layers).map(|layer| value(grid.offset(voxel(layer)))).sum())
    };
    [sum(&|at| mass(at) * finished.dose_gy.values[at]), sum(&mass)]
}

/// Decimal logarithm of the mean dose by mass (Gy) along each line of sight.
fn mean_dose(energy: &Lattice, mass: &Lattice) -> Lattice {
    let mean = |(energy, mass): (&f32, &f32)| if *energy > 0.0 { (energy / mass).log10() } else { f32::NAN };
    Lattice { values: energy.values.iter().zip(&mass.values).map(mean).collect(), ..*mass }
}

/// Which lines of sight meet the patient: the largest share of a voxel.
fn shadow(finished: &Finished) -> Lattice {
    let grid = &finished.anatomy.grid;
    let layers = grid.shape[VIEW.axes()[2]];
    VIEW.lattice(grid, |voxel| {
        (0..layers).map(|layer| finished.anatomy.body[grid.offset(voxel(layer))]).fold(0.0, f32::max)
    })
}

/// The scan's values above air, summed from front to back; of a completed body its mass.
fn radiograph(finished: &Finished, mass: &Lattice, bounds: [f64; 4]) -> Raster {
    let (shape, place) = pixels(bounds);
    let places = || (0..shape[1]).flat_map(|row| (0..shape[0]).map(move |column| (column, row)));
    let brightness: Vec<f64> = if finished.made.is_some() {
        let sum = |(column, row)| mass.linear_at(place(column, row));
        places().map(sum).map(|sum| if sum.is_finite() { sum } else { 0.0 }).collect()
    } else {
        let flat = flattened(finished);
        let middle = finished.anatomy.grid.shape[1] / 2;
        let point_mm = |(column, row)| VIEW.point_mm(&finished.anatomy.grid, place(column, row), middle);
        places().map(|at| flat.linear_at(point_mm(at)).unwrap_or(0.0)).collect()
    };
    let most = brightness.iter().copied().fold(0.0, f64::max);
    let mut patient: Vec<f64> = brightness.iter().copied().filter(|bright| *bright > AIR * most).collect();
    patient.sort_by(f64::total_cmp);
    let median = patient.get(patient.len() / 2).copied().unwrap_or(1.0);
    Raster::of(shape, |column, row| {
        let bright = MEDIAN * (brightness[column + shape[0] * row] / median).powf(CONTRAST);
        (255.0 * bright.min(BRIGHTEST)) as u8
    })
}

/// The scan's values above air, summed from front to back into one layer.
fn flattened(finished: &Finished) -> Image<f32> {
    let along = finished.inputs.ct.grid;
    let [columns, rows, layers] = [along.shape[0], along.shape[2], along.shape[1]];
    let mut sums = vec![0.0f32; columns * rows];
    for (line, values) in finished.inputs.ct.values.chunks_exact(columns).enumerate() {
        let row = line / layers;
        for (sum, hu) in sums[row * columns..][..columns].iter_mut().zip(values) {
            *sum += (hu + 1000.0).clamp(0.0, 3000.0);
        }
    }
    // One layer in the middle of the scan, so that any place of the picture finds its line of sight.
    let mut grid = along;
    grid.origin_mm = along.point_mm([0.0, 0.5 * (layers as f64 - 1.0), 0.0]);
    grid.spacing_mm[1] *= layers as f64;
    grid.shape[1] = 1;
    Image { grid, values: sums }
}

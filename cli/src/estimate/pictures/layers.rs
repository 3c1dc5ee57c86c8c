//! Layers of a picture of the patient: rasters, colours of the dose, letters at the edges.

use super::lattice::Lattice;
use super::raster::Raster;
use super::scale::{DoseScale, colour};
use super::view::View;
use maud::{Markup, html};

/// Most pixels of a raster along its longer side.
const PIXELS: f64 = 720.0;
/// Smallest pixel (mm).
const PIXEL_MM: f64 = 0.75;

/// Left, top, width and height as SVG writes them.
pub fn view_box(bounds: [f64; 4]) -> String {
    bounds.map(|mm| format!("{mm:.1}")).join(" ")
}

/// A raster that fills the bounds.
pub fn image(bounds: [f64; 4], class: &str, link: &str) -> Markup {
    let [left, top, width, height] = bounds;
    html! { image class=(class) x=(left) y=(top) width=(width) height=(height) preserveAspectRatio="none" href=(link) {} }
}

/// Where the patient's sides are.
pub fn letters(view: View, [left, top, width, height]: [f64; 4], size: f64) -> Markup {
    let [middle, centre, margin] = [left + 0.5 * width, top + 0.5 * height, 1.8 * size];
    let [at_left, at_right, at_top, at_bottom] = view.letters();
    let letter = |x: f64, y: f64, letter: &str| {
        html! { text x=(x) y=(y) text-anchor="middle" dominant-baseline="central" { (letter) } }
    };
    html! { g.sides font-size=(size) {
        (letter(left + margin, centre, at_left)) (letter(left + width - margin, centre, at_right))
        (letter(middle, top + margin, at_top)) (letter(middle, top + height - margin, at_bottom))
    } }
}

/// The place of each pixel's centre, and how many there are.
pub fn pixels(bounds: [f64; 4]) -> ([usize; 2], impl Fn(usize, usize) -> [f64; 2]) {
    let [left, top, width, height] = bounds;
    let pixel_mm = (width.max(height) / PIXELS).max(PIXEL_MM);
    let shape = [width, height].map(|mm| ((mm / pixel_mm).round() as usize).max(1));
    let place = move |column: usize, row: usize| {
        [
            left + width * (column as f64 + 0.5) / shape[0] as f64,
            top + height * (row as f64 + 0.5) / shape[1] as f64,
        ]
    };
    (shape, place)
}

/// The colours of a dose (its decimal logarithm) inside the patient.
pub fn colours(log10_gy: &Lattice, body: &Lattice, scale: DoseScale, bounds: [f64; 4]) -> Raster {
    let (shape, place) = pixels(bounds);
    Raster::of(shape, |column, row| {
        let at = place(column, row);
        let value = log10_gy.linear_at(at);
        let inside = body.linear_at(at) >= 0.5 && value.is_finite();
        if inside { 1 + (254.0 * scale.share(value)).round() as u8 } else { 0 }
    })
}

/// The colours that the bytes of [`colours`] stand for.
pub fn palette() -> Vec<[u8; 3]> {
    std::iter::once([0; 3]).chain((0..=254).map(|n| colour(f64::from(n) / 254.0))).collect()
}

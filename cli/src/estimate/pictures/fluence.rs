//! What each beam's open field lets through, as the source sees it.

use super::layers::{image, palette, view_box};
use super::raster::{Meaning, Raster};
use maud::{Markup, html};
use treatment::fluence::FluenceMap;
use treatment::iec61217::PatientPosition;
use treatment::plan::Delivery;
use treatment::segment::{Sampling, segments};

/// Coarser than the transport: a picture needs no more.
const SAMPLING: Sampling = Sampling { turn_rad: 0.2, travel_mm: 2.0 };
/// Half the width of the plane that is searched for the field (mm).
const PLANE_MM: f64 = 210.0;
const PIXEL_MM: f64 = 1.0;
/// Around the field (mm).
const MARGIN_MM: f64 = 8.0;

/// The picture of a beam, and the size of its field (mm); `None` if nothing is open.
///
/// # Errors
/// The raster cannot be encoded.
pub fn fluence(delivery: &Delivery, position: PatientPosition) -> Result<Option<(Markup, [f64; 2])>, String> {
    let mut map = FluenceMap::square(PLANE_MM, PIXEL_MM);
    map.add(&delivery.beam.devices, &segments(delivery.beam, delivery.mu, position, SAMPLING));
    let most = map.mu.iter().copied().fold(0.0, f64::max);
    let open = |at: usize| map.mu[at] > 0.01 * most;
    let [columns, rows] = map.shape;
    let mut reach = [0.0f64; 2];
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for at in (0..map.mu.len()).filter(|at| open(*at)) {
        for (axis, index) in [at % columns, at / columns].into_iter().enumerate() {
            let mm = map.corner_mm[axis] + map.pixel_mm * (index as f64 + 0.5);
            low[axis] = low[axis].min(mm - 0.5 * map.pixel_mm);
            high[axis] = high[axis].max(mm + 0.5 * map.pixel_mm);
            reach[axis] = reach[axis].max(mm.abs());
        }
    }
    if most == 0.0 {
        return Ok(None);
    }
    let half = ((reach[0].max(reach[1]) + MARGIN_MM) / map.pixel_mm).ceil() as usize;
    let half = half.min(columns / 2).min(rows / 2);
    let raster = Raster::of([2 * half; 2], |column, row| {
        // y runs up in the beam limiting device system, rows run down
        let at = columns / 2 - half + column + columns * (rows / 2 + half - 1 - row);
        if map.mu[at] > 0.0 { 1 + (254.0 * map.mu[at] / most).round() as u8 } else { 0 }
    });
    let mm = half as f64 * map.pixel_mm;
    let bounds = [-mm, -mm, 2.0 * mm, 2.0 * mm];
    let picture = html! {
        svg.fluence viewBox=(view_box(bounds)) role="img" aria-label=(format!("fluence of beam {}", delivery.beam.number)) {
            rect.sky x=(-mm) y=(-mm) width=(2.0 * mm) height=(2.0 * mm) {}
            (image(bounds, "map", &raster.link(&Meaning::Colours(&palette()))?))
            path.axis d=(format!("M{:.1} 0H{:.1}M0 {:.1}V{:.1}", -mm, mm, -mm, mm)) {}
        }
    };
    Ok(Some((picture, [high[0] - low[0], high[1] - low[1]])))
}

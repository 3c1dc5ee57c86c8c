//! From a point of the patient to the point of the model that stands for it.
//!
//! In the scan each cross-section of the patient is laid on one of the model so that the outlines agree in every
//! direction from the middle. Beyond the scan's ends the last one holds, and the model's own shape comes back over
//! [`BLEND_MM`].

use crate::align::Placement;
use crate::model::Model;
use crate::slices::{Slices, along};
use anatomy::Anatomy;
use volume::VoxelIndex;

/// Over this length the model's own shape comes back beyond a seam (mm).
pub const BLEND_MM: f64 = 100.0;
/// Directions in which outlines are compared.
const DIRECTIONS: usize = 72;
/// How far from the middle an outline is looked for (mm), and in which steps.
const FAR_MM: f64 = 420.0;
const STEP_MM: f64 = 2.0;
/// A gap as wide as this ends what belongs to the middle (mm).
const GAP_MM: f64 = 5.0;
/// Patient's radius over the model's that is believed.
const RATIOS: [f64; 2] = [0.55, 1.8];
/// Distance of the cross-sections that are laid on the model (mm).
const STATION_MM: f64 = 12.0;

/// A cross-section of the patient on one of the model.
struct Station {
    scan_mm: f64,
    model_mm: f64,
    lobes: Vec<Lobe>,
}

/// One piece of it: head or trunk, or a leg.
#[derive(Clone)]
struct Lobe {
    scan_mm: [f64; 2],
    model_mm: [f64; 2],
    /// Patient's radius over the model's in each direction.
    ratio: [f64; DIRECTIONS],
}

/// The map.
pub struct Warp {
    stations: Vec<Station>,
    /// Size of the patient as a share of the model's, far from the scan.
    size: f64,
}

impl Warp {
    /// Lays the scan's cross-sections between two heights (mm) on the model. `shifts_mm` hold at the two ends.
    pub fn new(
        scan: &Anatomy,
        slices: &Slices,
        model: &Model,
        placed: &Placement,
        shifts_mm: [f64; 2],
        ends_mm: [f64; 2],
    ) -> Self {
        let length = ends_mm[1] - ends_mm[0];
        let count = (length / STATION_MM).ceil().max(1.0) as usize;
        let mut stations = Vec::new();
        for n in 0..=count {
            let share = n as f64 / count as f64;
            let scan_mm = ends_mm[0] + share * length;
            let shift_mm = shifts_mm[0] + share * (shifts_mm[1] - shifts_mm[0]);
            let model_mm = (scan_mm - shift_mm) / placed.size;
            if let Some(lobes) = lobes(scan, slices, model, placed.size, scan_mm, model_mm) {
                stations.push(Station { scan_mm, model_mm, lobes });
            }
        }
        Self { stations, size: placed.size }
    }

    /// Whether nothing could be laid on the model.
    pub fn is_empty(&self) -> bool {
        self.stations.is_empty()
    }

    /// The point of the model that stands for a point of the patient (mm).
    pub fn model_point(&self, p: [f64; 3]) -> [f64; 3] {
        let after = self.stations.partition_point(|station| station.scan_mm < p[2]);
        if after == 0 || after == self.stations.len() {
            let station = &self.stations[after.min(self.stations.len() - 1)];
            let beyond_mm = p[2] - station.scan_mm;
            let [x, y] = station.map([p[0], p[1]], fade(beyond_mm.abs()), self.size);
            return [x, y, station.model_mm + beyond_mm / self.size];
        }
        let [below, above] = [&self.stations[after - 1], &self.stations[after]];
        let part = (p[2] - below.scan_mm) / (above.scan_mm - below.scan_mm);
        let [low, high] = [below, above].map(|station| station.map([p[0], p[1]], 1.0, self.size));
        let mean = |a: f64, b: f64| a + part * (b - a);
        [mean(low[0], high[0]), mean(low[1], high[1]), mean(below.model_mm, above.model_mm)]
    }

    /// A box of the patient that holds what a box of the model stands for (mm).
    pub fn bounds_mm(&self, model: [[f64; 2]; 3]) -> [[f64; 2]; 3] {
        let widest = |a: usize, sign: f64| {
            let reach = model[a].iter().map(|mm| mm.abs()).fold(0.0, f64::max) * self.size.max(1.0) * 1.15;
            let lobes = self.stations.iter().flat_map(|station| &station.lobes);
            lobes.map(|lobe| sign * (lobe.scan_mm[a] - lobe.model_mm[a])).fold(0.0, f64::max) + reach
        };
        let z =
            |station: &Station, model_mm: f64| station.scan_mm + self.size * (model_mm - station.model_mm);
        let [first, last] = [&self.stations[0], &self.stations[self.stations.len() - 1]];
        [
            [-widest(0, -1.0), widest(0, 1.0)],
            [-widest(1, -1.0), widest(1, 1.0)],
            [z(first, model[2][0]), z(last, model[2][1])],
        ]
    }
}

/// How much of a seam's shape is left at a distance from it (mm): smooth at both ends.
fn fade(mm: f64) -> f64 {
    let x = (mm / BLEND_MM).clamp(0.0, 1.0);
    1.0 - x * x * (3.0 - 2.0 * x)
}

impl Station {
    fn map(&self, [x, y]: [f64; 2], weight: f64, size: f64) -> [f64; 2] {
        let lobe = match self.lobes.as_slice() {
            [one] => one,
            lobes => {
                let middle = 0.5 * (lobes[0].scan_mm[0] + lobes[1].scan_mm[0]);
                &lobes[usize::from(x > middle)]
            }
        };
        let [dx, dy] = [x - lobe.scan_mm[0], y - lobe.scan_mm[1]];
        let ratio = lobe.ratio_at(dy.atan2(dx));
        let scale = size + (ratio - size) * weight;
        [lobe.model_mm[0] + dx / scale, lobe.model_mm[1] + dy / scale]
    }
}

impl Lobe {
    fn ratio_at(&self, angle_rad: f64) -> f64 {
        let place = angle_rad.rem_euclid(std::f64::consts::TAU) / std::f64::consts::TAU * DIRECTIONS as f64;
        let low = place as usize % DIRECTIONS;
        let part = place - place.floor();
        self.ratio[low] * (1.0 - part) + self.ratio[(low + 1) % DIRECTIONS] * part
    }
}

/// The pieces of a cross-section; none where either has no body.
fn lobes(
    scan: &Anatomy,
    slices: &Slices,
    model: &Model,
    size: f64,
    scan_mm: f64,
    model_mm: f64,
) -> Option<Vec<Lobe>> {
    let of_scan = slices.near(scan_mm)?;
    let of_model = model.slices().near(model_mm)?;
    if of_scan.area_cm2 < 2.0 || of_model.area_cm2 < 2.0 {
        return None;
    }
    let body = body_of_slice(scan, scan_mm);
    let in_model = |x: f64, y: f64| model.part_at([x, y, model_mm]).is_some();
    // Below the crotch each leg has a middle of its own.
    let sides: &[f64] = if of_model.pieces == 2 && !in_model(of_model.centre_mm[0], of_model.centre_mm[1]) {
        &[-1.0, 1.0]
    } else {
        &[0.0]
    };
    let middles = [of_scan.centre_mm, of_model.centre_mm];
    let on_side = |side: f64, x: f64, middle: f64| side * (x - middle) >= 0.0;
    let lobe = |side: f64| {
        let patient = |x: f64, y: f64| on_side(side, x, middles[0][0]) && body(x, y);
        let theirs = |x: f64, y: f64| on_side(side, x, middles[1][0]) && in_model(x, y);
        let [scan_mm, model_mm] = if side == 0.0 {
            middles
        } else {
            [middle_of(&patient, middles[0])?, middle_of(&theirs, middles[1])?]
        };
        let ours = radii(&patient, scan_mm)?;
        let other = radii(&theirs, model_mm)?;
        let ratio = std::array::from_fn(|n| (ours[n] / other[n]).clamp(RATIOS[0] * size, RATIOS[1] * size));
        Some(Lobe { scan_mm, model_mm, ratio: smooth(ratio) })
    };
    sides.iter().map(|side| lobe(*side)).collect()
}

/// Whether a place of a cross-section is the patient.
fn body_of_slice(scan: &Anatomy, z_mm: f64) -> impl Fn(f64, f64) -> bool {
    let grid = &scan.grid;
    let first = along(scan, [0; 3]);
    let k = ((z_mm - first[2]) / grid.spacing_mm[2]).round().clamp(0.0, (grid.shape[2] - 1) as f64) as usize;
    move |x, y| {
        let i = ((x - first[0]) / grid.spacing_mm[0]).round();
        let j = ((y - first[1]) / grid.spacing_mm[1]).round();
        let within = i >= 0.0 && j >= 0.0 && i < grid.shape[0] as f64 && j < grid.shape[1] as f64;
        within && scan.body[grid.offset(VoxelIndex([i as usize, j as usize, k]))] > 0.5
    }
}

/// Middle of what is inside, looked for around a place (mm).
fn middle_of(inside: &impl Fn(f64, f64) -> bool, near: [f64; 2]) -> Option<[f64; 2]> {
    let steps = (FAR_MM / 2.0 / 6.0) as i32;
    let (mut sum, mut count) = ([0.0; 2], 0.0);
    for j in -steps..=steps {
        for i in -steps..=steps {
            let [x, y] = [near[0] + 6.0 * f64::from(i), near[1] + 6.0 * f64::from(j)];
            if inside(x, y) {
                sum = [sum[0] + x, sum[1] + y];
                count += 1.0;
            }
        }
    }
    (count > 0.0).then(|| sum.map(|s| s / count))
}

/// How far what holds the middle reaches in each direction (mm); none if the middle is outside.
fn radii(inside: &impl Fn(f64, f64) -> bool, [x, y]: [f64; 2]) -> Option<[f64; DIRECTIONS]> {
    if !inside(x, y) {
        return None;
    }
    let reach = |n: usize| {
        let angle_rad = std::f64::consts::TAU * n as f64 / DIRECTIONS as f64;
        let (sin, cos) = angle_rad.sin_cos();
        let mut last = STEP_MM;
        let mut r = STEP_MM;
        while r < FAR_MM && r - last <= GAP_MM {
            if inside(x + r * cos, y + r * sin) {
                last = r;
            }
            r += STEP_MM;
        }
        last
    };
    Some(std::array::from_fn(reach))
}

/// Each direction with its neighbours.
fn smooth(ratio: [f64; DIRECTIONS]) -> [f64; DIRECTIONS] {
    let mut ratio = ratio;
    for _ in 0..3 {
        let old = ratio;
        ratio = std::array::from_fn(|n| {
            let [before, after] = [(n + DIRECTIONS - 1) % DIRECTIONS, (n + 1) % DIRECTIONS];
            0.25 * old[before] + 0.5 * old[n] + 0.25 * old[after]
        });
    }
    ratio
}

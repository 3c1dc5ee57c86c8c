//! What may be wrong with a scan: cut-off body, metal, a scale that is not Hounsfield's.

use crate::Note;
use crate::resample::class::is_patient;
use volume::Image;

/// From here on a voxel is metal, or the scanner's scale ends (HU).
const METAL_HU: f32 = 2995.0;

/// Air lies within this of -1000 on a calibrated scanner (HU).
const AIR_TOLERANCE_HU: f64 = 60.0;

/// The median of a body lies within this of 0: lungs and bones balance in all but odd scans (HU).
const BODY_TOLERANCE_HU: f64 = 200.0;

/// Values below this are padding outside the reconstructed circle, not air (HU).
const PADDING_BELOW_HU: f32 = -1010.0;

/// A slice is cut off if so many of the body's voxels touch the edge of the field of view.
const TOUCHING_VOXELS: usize = 5;

/// Flags of a scan, `classes` saying what is body.
pub fn flags(ct: &Image<f32>, classes: &[u8]) -> Vec<Note> {
    let mut notes = Vec::new();
    notes.extend(scale(ct, classes));
    notes.extend(metal(ct, classes));
    notes.extend(cut_off(ct, classes));
    let lost = ct.values.iter().filter(|hu| !hu.is_finite()).count();
    if lost > 0 {
        notes.push(Note::NotANumber { voxels: lost });
    }
    notes
}

fn scale(ct: &Image<f32>, classes: &[u8]) -> Vec<Note> {
    let mut notes = Vec::new();
    let (mut air, mut body) = (Histogram::default(), Histogram::default());
    let mut lowest = f32::INFINITY;
    for (&hu, &class) in ct.values.iter().zip(classes).filter(|(hu, _)| hu.is_finite()) {
        lowest = lowest.min(hu);
        if is_patient(class) {
            body.add(hu);
        } else if (PADDING_BELOW_HU - 90.0..-500.0).contains(&hu) {
            air.add(hu);
        }
    }
    if lowest > -500.0 && lowest.is_finite() {
        notes.push(Note::NoAir { lowest_hu: f64::from(lowest) });
    }
    if let Some(median_hu) = air.median().filter(|hu| (hu + 1000.0).abs() > AIR_TOLERANCE_HU) {
        notes.push(Note::AirNotAtMinus1000 { median_hu });
    }
    if let Some(median_hu) = body.median().filter(|hu| hu.abs() > BODY_TOLERANCE_HU) {
        notes.push(Note::TissueNotNearZero { median_hu });
    }
    notes
}

/// Counts of whole CT numbers from -2048 to 4095.
struct Histogram(Vec<u64>);

impl Default for Histogram {
    fn default() -> Self {
        Self(vec![0; 6144])
    }
}

impl Histogram {
    fn add(&mut self, hu: f32) {
        self.0[((hu + 2048.0).round().max(0.0) as usize).min(6143)] += 1;
    }

    fn median(&self) -> Option<f64> {
        let total: u64 = self.0.iter().sum();
        let mut below = 0;
        let bin = self.0.iter().position(|count| {
            below += count;
            2 * below >= total
        });
        bin.filter(|_| total > 0).map(|bin| bin as f64 - 2048.0)
    }
}

fn metal(ct: &Image<f32>, classes: &[u8]) -> Option<Note> {
    let slice = ct.grid.shape[0] * ct.grid.shape[1];
    let (mut voxels, mut with_metal, mut with_body) = (0usize, 0usize, 0usize);
    for (values, classes) in ct.values.chunks_exact(slice).zip(classes.chunks_exact(slice)) {
        let body = || values.iter().zip(classes).filter(|(_, class)| is_patient(**class));
        let here = body().filter(|(hu, _)| **hu >= METAL_HU).count();
        voxels += here;
        with_metal += usize::from(here > 0);
        with_body += usize::from(body().next().is_some());
    }
    let volume_cm3 = voxels as f64 * ct.grid.voxel_volume_mm3() / 1000.0;
    (voxels > 0).then(|| Note::Metal { volume_cm3, share_of_slices: with_metal as f64 / with_body as f64 })
}

/// Whether the body touches the edge of the image, or of the circle that the scanner reconstructed.
fn cut_off(ct: &Image<f32>, classes: &[u8]) -> Option<Note> {
    let [columns, rows, _] = ct.grid.shape;
    let (mut cut, mut with_body) = (0usize, 0usize);
    for (values, classes) in ct.values.chunks_exact(columns * rows).zip(classes.chunks_exact(columns * rows))
    {
        let touches = |voxel: usize| {
            let (i, j) = (voxel % columns, voxel / columns);
            let edge = i == 0 || j == 0 || i + 1 == columns || j + 1 == rows;
            let padding =
                |neighbour: usize| values[neighbour] < PADDING_BELOW_HU && beyond_circle(ct, neighbour);
            edge || [voxel - 1, voxel + 1, voxel - columns, voxel + columns].into_iter().any(padding)
        };
        let mut body = (0..classes.len()).filter(|voxel| is_patient(classes[*voxel])).peekable();
        with_body += usize::from(body.peek().is_some());
        cut += usize::from(
            body.filter(|voxel| touches(*voxel)).take(TOUCHING_VOXELS).count() == TOUCHING_VOXELS,
        );
    }
    (cut > 0).then(|| Note::BodyCutOff { share_of_slices: cut as f64 / with_body as f64 })
}

/// Whether a voxel of a slice lies beyond 95 % of the circle that fits in it: air inside may be as low as padding.
fn beyond_circle(ct: &Image<f32>, voxel: usize) -> bool {
    let [columns, rows, _] = ct.grid.shape;
    let [dx, dy, _] = ct.grid.spacing_mm;
    let from_centre_mm = |n: usize, count: usize, mm: f64| (n as f64 - (count as f64 - 1.0) / 2.0) * mm;
    let radius_mm = (columns as f64 * dx).min(rows as f64 * dy) / 2.0;
    from_centre_mm(voxel % columns, columns, dx).hypot(from_centre_mm(voxel / columns, rows, dy))
        > 0.95 * radius_mm
}

//! Where on a model a scan lies: the shift and size at which their cross-sections and organs agree best.

use crate::slices::{Slice, Slices};

/// Sizes that are tried, as shares of the model's, and their step.
const SIZES: [f64; 2] = [0.80, 1.25];
const SIZE_STEP: f64 = 0.0125;
/// Steps of the shift, coarse and fine (mm).
const SHIFT_MM: [f64; 2] = [8.0, 2.0];
/// Differences that count as one: of the logarithm of the area, of the parts that are bone and gas.
const SPREAD: [f64; 3] = [0.20, 0.06, 0.10];
/// The most that one cross-section may cost: one that shows something else says no more than that.
const MOST: f64 = 4.0;
/// Below this there is no body in a cross-section (cm²).
const NOTHING_CM2: f64 = 2.0;
/// Bone of a patient over the model's (CT numbers of thin bone in large voxels are low, old bones are thin): what is usual, the standard
/// deviation of its logarithm, and its limits. Real trunks have a third of what the reference skeleton's mean densities make.
const BONE: [f64; 2] = [0.6, 0.7];
const BONE_LIMITS: [f64; 2] = [0.15, 1.3];
/// Distance of an organ from its place that counts as one (mm), and the weight of all organs together.
const ORGAN_MM: f64 = 25.0;
const ORGANS: f64 = 1.0;

/// A drawn organ that the model has too.
pub enum Shown {
    /// The scan holds all of it: its middle along the body in the scan and in the model (mm).
    Whole([f64; 2]),
    /// It reaches an end of the scan: its area in each cross-section of the scan and of the model (cm²).
    Cut {
        /// By cross-section of the scan.
        scan_cm2: Vec<f64>,
        /// By cross-section of the model.
        model_cm2: Vec<f64>,
    },
}

/// What is known of the size.
#[derive(Clone, Copy, Debug)]
pub struct Prior {
    /// Standard deviation of the logarithm of the size.
    pub size: f64,
    /// Standard deviation of the logarithm of the areas beyond what goes with the size.
    pub area: f64,
}

/// A place of the scan on the model: `z_model = (z_scan − shift) / size`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Where the model's origin lies along the scan's axis (mm).
    pub shift_mm: f64,
    /// Size of the patient as a share of the model's.
    pub size: f64,
    /// Logarithm of the patient's areas over the model's, all cross-sections' median, beyond the size.
    pub wider: f64,
    /// Mean cost of a cross-section, without what is assumed of the size.
    pub misfit: f64,
    /// With it.
    pub cost: f64,
}

impl Placement {
    /// The height on the model of a height in the scan (mm).
    pub fn model_mm(&self, scan_mm: f64) -> f64 {
        (scan_mm - self.shift_mm) / self.size
    }
}

/// The best place. Cross-sections of the scan within `range_mm` count.
pub fn place(scan: &Slices, model: &Slices, organs: &[Shown], prior: Prior, range_mm: [f64; 2]) -> Placement {
    let counted: Vec<usize> =
        (0..scan.slices.len()).filter(|n| (range_mm[0]..=range_mm[1]).contains(&scan.z_mm(*n))).collect();
    let ends = |n: usize| scan.z_mm(counted[n]);
    let model_mm = [model.z_mm(0), model.z_mm(model.slices.len() - 1)];
    let mut best: Option<Placement> = None;
    let steps = ((SIZES[1] / SIZES[0]).ln() / SIZE_STEP).round() as i32;
    let look = |shift_mm: f64, size: f64, best: &mut Option<Placement>| {
        let found = cost(scan, model, organs, prior, &counted, shift_mm, size);
        if best.is_none_or(|best| found.cost < best.cost) {
            *best = Some(found);
        }
    };
    for step in 0..=steps {
        let size = SIZES[0] * (SIZE_STEP * f64::from(step)).exp();
        // The scan's ends may reach a little beyond the model's.
        let low = ends(0) - size * model_mm[1];
        let high = ends(counted.len() - 1) - size * model_mm[0];
        let count = ((high - low) / SHIFT_MM[0]).ceil() as usize;
        (0..=count).for_each(|n| look(low + SHIFT_MM[0] * n as f64, size, &mut best));
    }
    let coarse = best.expect("there are sizes and shifts");
    for n in -6..=6 {
        for m in -4..=4 {
            let size = coarse.size * (0.25 * SIZE_STEP * f64::from(m)).exp();
            look(coarse.shift_mm + SHIFT_MM[1] * f64::from(n), size, &mut best);
        }
    }
    best.expect("there are sizes and shifts")
}

/// A better shift for the cross-sections of a range, near a place that holds for the whole scan (mm).
pub fn shift_near(
    scan: &Slices,
    model: &Slices,
    of_all: &Placement,
    range_mm: [f64; 2],
    spread_mm: f64,
) -> f64 {
    let counted: Vec<usize> =
        (0..scan.slices.len()).filter(|n| (range_mm[0]..=range_mm[1]).contains(&scan.z_mm(*n))).collect();
    let prior = Prior { size: 1.0, area: 0.3 };
    let steps = (2.0 * spread_mm / SHIFT_MM[1]) as i32;
    let cost_at = |n: &i32| {
        let off_mm = SHIFT_MM[1] * f64::from(*n);
        let found = cost(scan, model, &[], prior, &counted, of_all.shift_mm + off_mm, of_all.size);
        found.misfit + 0.5 * (off_mm / spread_mm).powi(2)
    };
    let best = (-steps..=steps).min_by(|a, b| cost_at(a).total_cmp(&cost_at(b))).unwrap_or(0);
    of_all.shift_mm + SHIFT_MM[1] * f64::from(best)
}

fn cost(
    scan: &Slices,
    model: &Slices,
    organs: &[Shown],
    prior: Prior,
    counted: &[usize],
    shift_mm: f64,
    size: f64,
) -> Placement {
    let mut placed = Placement { shift_mm, size, wider: 0.0, misfit: 0.0, cost: 0.0 };
    let pairs: Vec<(&Slice, [f64; 3])> = (counted.iter())
        .map(|n| (&scan.slices[*n], model.measures(placed.model_mm(scan.z_mm(*n)))))
        .collect();
    let mut ratios: Vec<f64> = pairs
        .iter()
        .filter(|(slice, [area, ..])| slice.area_cm2 > NOTHING_CM2 && *area > NOTHING_CM2)
        .map(|(slice, [area, ..])| (slice.area_cm2 / area).ln() - 2.0 * size.ln())
        .collect();
    ratios.sort_by(f64::total_cmp);
    placed.wider = ratios.get(ratios.len() / 2).copied().unwrap_or(0.0);
    let both = pairs.iter().filter(|(slice, [area, ..])| slice.area_cm2 > NOTHING_CM2 && *area > NOTHING_CM2);
    let bones = both.fold([0.0; 2], |sum, (slice, [area, bone, _])| {
        [sum[0] + slice.bone_cm2 / slice.area_cm2, sum[1] + bone / area]
    });
    let bonier =
        if bones[1] > 0.0 { (bones[0] / bones[1]).clamp(BONE_LIMITS[0], BONE_LIMITS[1]) } else { 1.0 };
    let of_slice = |(slice, [area, bone, gas]): &(&Slice, [f64; 3])| {
        match (slice.area_cm2 > NOTHING_CM2, *area > NOTHING_CM2) {
            (false, false) => return 0.0,
            (true, true) => {}
            _ => return MOST,
        }
        let parts = [
            (slice.area_cm2 / area).ln() - 2.0 * size.ln() - placed.wider,
            slice.bone_cm2 / slice.area_cm2 / bonier - bone / area,
            slice.gas_cm2 / slice.area_cm2 - gas / area,
        ];
        parts.iter().zip(SPREAD).map(|(part, spread)| (part / spread).powi(2)).sum::<f64>().min(MOST)
    };
    placed.misfit = pairs.iter().map(of_slice).sum::<f64>() / pairs.len().max(1) as f64;
    let of_organs = organs.iter().map(|organ| off(organ, scan, model, counted, &placed)).sum::<f64>()
        / (organs.len() as f64 + 1.0);
    let unusual = [size.ln() / prior.size, placed.wider / prior.area, (bonier / BONE[0]).ln() / BONE[1]];
    let of_prior = 0.3 * unusual.iter().map(|by| by * by).sum::<f64>();
    placed.cost = placed.misfit + ORGANS * of_organs + of_prior;
    placed
}

/// What the place of an organ costs.
fn off(organ: &Shown, scan: &Slices, model: &Slices, counted: &[usize], placed: &Placement) -> f64 {
    match organ {
        Shown::Whole([scan_mm, model_mm]) => {
            ((placed.model_mm(*scan_mm) - model_mm) * placed.size / ORGAN_MM).powi(2).min(MOST)
        }
        Shown::Cut { scan_cm2, model_cm2 } => {
            let (mut apart, mut all) = (0.0, 0.0);
            for n in counted {
                let ours = scan_cm2[*n];
                let at = ((placed.model_mm(scan.z_mm(*n)) - model.first_mm) / model.step_mm).round();
                let theirs = if at >= 0.0 { model_cm2.get(at as usize).copied().unwrap_or(0.0) } else { 0.0 };
                let theirs = theirs * placed.size.powi(2);
                apart += (ours - theirs).abs();
                all += ours + theirs;
            }
            if all > 0.0 { MOST * (apart / all).powi(2) } else { 0.0 }
        }
    }
}

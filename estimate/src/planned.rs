//! The planning system's dose beside ours: comparison inside the field, and both in one dose.

use crate::Error;
use anatomy::gamma::{Criteria, compare as gamma};
use volume::{Image, VoxelIndex};

/// The factor is fitted where the planned dose is above this share of its maximum.
const FITTED_ABOVE: f64 = 0.5;
/// Both doses are blended between these shares of the planned maximum; above, the planned dose is taken, below, ours.
const BLENDED: [f64; 2] = [0.03, 0.07];

/// Gamma 3 %/3 mm, searched no further than it takes to say whether it passes.
const CRITERIA: Criteria = Criteria { most: 1.01, ..Criteria::THREE_PERCENT_THREE_MM };

/// How our dose compares with the planned one.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What our dose is multiplied with to have the planned mean where the plan gives more than half its maximum. A ratio
    /// of means: least squares would be too low by the square of our voxels' statistical error.
    pub factor: f64,
    /// Maximum of the planned dose (Gy).
    pub planned_max_gy: f64,
    /// Share of points above 10 % of the maximum with gamma (3 %, 3 mm, global) up to 1, after the factor.
    pub gamma_pass_share: Option<f64>,
    /// The same without the factor.
    pub gamma_pass_share_unscaled: Option<f64>,
    /// The planned dose on our grid (Gy); not a number where it has none.
    pub planned_gy: Vec<f32>,
}

/// Compares our dose with the planned one; `body` says which voxels of our grid are the patient.
///
/// # Errors
/// The images do not fit their grids.
pub fn compare(ours: &Image<f32>, planned: &Image<f32>, body: &[f32]) -> Result<Comparison, Error> {
    let planned_max_gy = planned.values.iter().copied().filter(|d| d.is_finite()).fold(0.0f32, f32::max);
    let planned_max_gy = f64::from(planned_max_gy);
    let planned_gy = on_grid_of(ours, planned);
    let (mut sum_planned, mut sum_ours) = (0.0, 0.0);
    for ((&ours, &planned), &body) in ours.values.iter().zip(&planned_gy).zip(body) {
        if body > 0.5 && f64::from(planned) > FITTED_ABOVE * planned_max_gy {
            sum_planned += f64::from(planned);
            sum_ours += f64::from(ours);
        }
    }
    let factor = if sum_ours > 0.0 { sum_planned / sum_ours } else { 1.0 };
    let inside = inside_body(planned, ours, body);
    let pass = |factor: f64| -> Result<Option<f64>, Error> {
        let values = ours.values.iter().map(|&d| (f64::from(d) * factor) as f32).collect();
        let scaled = Image { grid: ours.grid, values };
        Ok(gamma(&inside, &scaled, &CRITERIA)?.pass_share())
    };
    Ok(Comparison {
        factor,
        planned_max_gy,
        gamma_pass_share: pass(factor)?,
        gamma_pass_share_unscaled: pass(1.0)?,
        planned_gy,
    })
}

/// The planned dose where it is high, ours where it is low, and a mixture between.
pub fn blend(ours: &Image<f32>, comparison: &Comparison) -> Image<f32> {
    let values = ours.values.iter().zip(&comparison.planned_gy).map(|(&ours, &planned)| {
        if !planned.is_finite() {
            return ours;
        }
        let share = f64::from(planned) / comparison.planned_max_gy;
        let weight = ((share - BLENDED[0]) / (BLENDED[1] - BLENDED[0])).clamp(0.0, 1.0) as f32;
        weight * planned + (1.0 - weight) * ours
    });
    Image { grid: ours.grid, values: values.collect() }
}

/// The planned dose at the centres of our voxels; not a number outside its grid.
fn on_grid_of(ours: &Image<f32>, planned: &Image<f32>) -> Vec<f32> {
    let centres = (0..ours.grid.len()).map(|at| ours.grid.centre_mm(ours.grid.voxel(at)));
    centres.map(|centre| planned.linear_at(centre).map_or(f32::NAN, |dose| dose as f32)).collect()
}

/// The planned dose, not a number where our patient is not: planning systems write doses in the air and the couch.
fn inside_body(planned: &Image<f32>, ours: &Image<f32>, body: &[f32]) -> Image<f32> {
    let values = planned.values.iter().enumerate().map(|(offset, &dose)| {
        let centre = planned.grid.centre_mm(planned.grid.voxel(offset));
        let index = ours.grid.index_of(centre).map(f64::round);
        let is_in = (0..3).all(|a| index[a] >= 0.0 && index[a] < ours.grid.shape[a] as f64);
        let is_body = is_in && {
            let at = VoxelIndex(index.map(|i| i as usize));
            body[ours.grid.offset(at)] > 0.5
        };
        if is_body { dose } else { f32::NAN }
    });
    Image { grid: planned.grid, values: values.collect() }
}

//! How far the mean dose of a modelled organ may be off for want of knowledge of the body beyond the scan.
//!
//! Two parts, added in squares: the dose of a completed body differs from that of the true one ([`BODY`]), and an organ does
//! not lie where the model has it ([`PLACE_MM`]), which matters as much as the dose is steep there: the organ is moved, and
//! its mean read again. `docs/methods/completion.md` says how both were found and how well they cover what organs were off by.

use crate::End;
use anatomy::{Anatomy, Organ, Origin};
use volume::VoxelIndex;

/// Relative standard error of the dose of the body beyond a scan.
const BODY: f64 = 0.10;
/// Standard error of where an organ lies (mm) across the patient, front to back, along.
const PLACE_MM: [f64; 3] = [12.0, 15.0, 50.0];
/// An organ is not moved to where more than this share of its mass would lie outside the body.
const OUTSIDE: f64 = 0.5;

/// Relative standard error of the mean dose of an organ for want of knowledge of the body; 0 for what is drawn wholly.
///
/// `dose_gy` is the dose of each voxel of the anatomy's grid, whose axes are across, front to back and along; of a continued
/// organ only what lies beyond the `ends` is moved. Errors are of the logarithm: 0.69 is a factor of two.
pub fn relative_error(organ: &Organ, anatomy: &Anatomy, dose_gy: &[f32], ends: &[End]) -> f64 {
    if organ.from == Origin::Ct {
        return 0.0;
    }
    let Some(here_gy) = mean_when_moved(organ, anatomy, dose_gy, ends, [0; 3]) else { return BODY };
    let along = |axis: usize| {
        let voxels = (PLACE_MM[axis] / anatomy.grid.spacing_mm[axis]).round().max(1.0) as isize;
        let squares = [-voxels, voxels].into_iter().filter_map(|by| {
            let mut moved = [0; 3];
            moved[axis] = by;
            let there_gy = mean_when_moved(organ, anatomy, dose_gy, ends, moved)?;
            // Whole voxels are rarely the error itself.
            let step_mm = voxels as f64 * anatomy.grid.spacing_mm[axis];
            Some(((there_gy / here_gy).ln() * PLACE_MM[axis] / step_mm).powi(2))
        });
        let squares: Vec<f64> = squares.collect();
        squares.iter().sum::<f64>() / squares.len().max(1) as f64
    };
    (BODY * BODY + (0..3).map(along).sum::<f64>()).sqrt()
}

/// Mean dose by mass (Gy) of an organ whose unseen part lies so many voxels elsewhere; none where it has no dose, or the
/// body no room.
fn mean_when_moved(
    organ: &Organ,
    anatomy: &Anatomy,
    dose_gy: &[f32],
    ends: &[End],
    moved: [isize; 3],
) -> Option<f64> {
    let grid = &anatomy.grid;
    let is_unseen = |voxel: usize| {
        let centre = grid.centre_mm(grid.voxel(voxel));
        let at_mm: f64 = (0..3).map(|c| centre[c] * grid.axes[2][c]).sum();
        ends.iter().any(|end| if end.is_upper { at_mm > end.at_mm } else { at_mm < end.at_mm })
    };
    let moves_whole = organ.from == Origin::Model;
    let (mut energy, mut inside, mut all) = (0.0, 0.0, 0.0);
    for (voxel, share) in organ.coverage.voxels().filter(|(voxel, _)| dose_gy[*voxel].is_finite()) {
        let grams = f64::from(share) * f64::from(anatomy.voxel_density_g_cm3[voxel]);
        all += grams;
        let there = if moves_whole || is_unseen(voxel) {
            let place = grid.voxel(voxel).0;
            let to: [usize; 3] = std::array::from_fn(|a| place[a].wrapping_add_signed(moved[a]));
            (0..3).all(|a| to[a] < grid.shape[a]).then(|| grid.offset(VoxelIndex(to)))
        } else {
            Some(voxel)
        };
        if let Some(there) = there
            .filter(|there| *there == voxel || (anatomy.body[*there] >= 0.5 && dose_gy[*there].is_finite()))
        {
            energy += grams * f64::from(dose_gy[there]);
            inside += grams;
        }
    }
    (energy > 0.0 && inside >= (1.0 - OUTSIDE) * all).then(|| energy / inside)
}

//! How far the mean dose of a modelled organ may be off for want of knowledge of the body beyond the scan.
//!
//! Three parts, added in squares: the dose of a completed body differs from that of the true one (`BODY`); an organ does
//! not lie where the model has it (`PLACE_MM`), which matters as much as the dose is steep there: the organ is moved, and
//! its mean read again; and what continues a drawn organ is larger or smaller (`VOLUME`) than the rest of the reference's. `docs/methods/completion.md` says how both were found and how well they cover what organs were off by.

use crate::End;
use crate::model::FILLERS;
use anatomy::{Anatomy, Organ, Origin};
use volume::VoxelIndex;

/// Relative standard error of the dose of the body beyond a scan.
const BODY: f64 = 0.10;
/// Standard error of where an organ lies (mm) across the patient, front to back, along.
const PLACE_MM: [f64; 3] = [12.0, 15.0, 50.0];
/// Standard error of the logarithm of an organ's volume: a choice between the fifth by which healthy adults differ (from memory, unverified) and the
/// 0.3 to 0.8 by which organs of the one real patient with drawn organs are smaller than the reference's.
const VOLUME: f64 = 0.4;
/// An organ is not moved to where more than this share of its mass would lie outside the body.
const OUTSIDE: f64 = 0.5;

/// Relative standard error of the mean dose of an organ for want of knowledge of the body; 0 for what is drawn wholly.
///
/// `dose_gy` is the dose of each voxel of the anatomy's grid, whose axes are across, front to back and along; of a continued
/// organ, and of the layers that fill the scanned outline as they fill the model's (skin, fat, muscle), only what lies beyond the
/// `ends` is moved. Errors are of the logarithm: 0.69 is a factor of two.
pub fn relative_error(organ: &Organ, anatomy: &Anatomy, dose_gy: &[f32], ends: &[End]) -> f64 {
    if organ.from == Origin::Ct {
        return 0.0;
    }
    let here = Parts::of(organ, anatomy, dose_gy, ends, [0; 3]);
    let Some(here_gy) = here.mean_gy() else { return BODY };
    let error = |there_gy: Option<f64>| there_gy.map(|gy| (gy / here_gy).ln());
    let mean_square =
        |errors: Vec<f64>| errors.iter().map(|error| error * error).sum::<f64>() / errors.len().max(1) as f64;
    let along = |axis: usize| {
        let voxels = (PLACE_MM[axis] / anatomy.grid.spacing_mm[axis]).round().max(1.0) as isize;
        // Whole voxels are rarely the error itself.
        let share = PLACE_MM[axis] / (voxels as f64 * anatomy.grid.spacing_mm[axis]);
        let errors = [-voxels, voxels].into_iter().filter_map(|by| {
            let mut moved = [0; 3];
            moved[axis] = by;
            Some(share * error(Parts::of(organ, anatomy, dose_gy, ends, moved).mean_gy())?)
        });
        mean_square(errors.collect())
    };
    let volume = if organ.from == Origin::Both {
        mean_square([-VOLUME, VOLUME].into_iter().filter_map(|by| error(here.grown(by).mean_gy())).collect())
    } else {
        0.0
    };
    (BODY * BODY + (0..3).map(along).sum::<f64>() + volume).sqrt()
}

/// Mass (g) and energy (g Gy) of what of an organ was seen, and of the rest, as far as that lies in the body.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    seen: [f64; 2],
    unseen: [f64; 2],
    outside_g: f64,
}

impl Parts {
    /// With the unseen part so many voxels elsewhere.
    fn of(organ: &Organ, anatomy: &Anatomy, dose_gy: &[f32], ends: &[End], moved: [isize; 3]) -> Self {
        let grid = &anatomy.grid;
        let is_beyond = |voxel: usize| {
            let centre = grid.centre_mm(grid.voxel(voxel));
            let at_mm: f64 = (0..3).map(|c| centre[c] * grid.axes[2][c]).sum();
            ends.iter().any(|end| if end.is_upper { at_mm > end.at_mm } else { at_mm < end.at_mm })
        };
        let stays_in_scan = organ.from == Origin::Both || FILLERS.contains(&organ.name.as_str());
        let mut parts = Self::default();
        for (voxel, share) in organ.coverage.voxels().filter(|(voxel, _)| dose_gy[*voxel].is_finite()) {
            let grams = f64::from(share) * f64::from(anatomy.voxel_density_g_cm3[voxel]);
            let add = |to: &mut [f64; 2], at: usize| {
                to[0] += grams;
                to[1] += grams * f64::from(dose_gy[at]);
            };
            if stays_in_scan && !is_beyond(voxel) {
                add(&mut parts.seen, voxel);
                continue;
            }
            let place = grid.voxel(voxel).0;
            let to: [usize; 3] = std::array::from_fn(|a| place[a].wrapping_add_signed(moved[a]));
            let there = (0..3).all(|a| to[a] < grid.shape[a]).then(|| grid.offset(VoxelIndex(to)));
            let in_body = |there: &usize| {
                *there == voxel || (anatomy.body[*there] >= 0.5 && dose_gy[*there].is_finite())
            };
            match there.filter(in_body) {
                Some(there) => add(&mut parts.unseen, there),
                None => parts.outside_g += grams,
            }
        }
        parts
    }

    /// The whole with a volume that is larger by so much (of the logarithm); what was seen is sure.
    fn grown(&self, by: f64) -> Self {
        let [seen, unseen] = [self.seen[0], self.unseen[0]];
        let share = ((seen + unseen) * by.exp() - seen).max(0.0) / unseen.max(f64::MIN_POSITIVE);
        Self { unseen: self.unseen.map(|of| share * of), ..*self }
    }

    /// Mean dose by mass (Gy); none without a dose, or where the body has no room.
    fn mean_gy(&self) -> Option<f64> {
        let [grams, energy] = [0, 1].map(|n| self.seen[n] + self.unseen[n]);
        let has_room = self.outside_g <= OUTSIDE * (grams + self.outside_g);
        (energy > 0.0 && has_room).then(|| energy / grams)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_whole_has_more_of_the_unseen_and_a_smaller_one_no_less_than_was_seen() {
        // Half of it was seen at 2 Gy, the other half has none to speak of.
        let parts = Parts { seen: [100.0, 200.0], unseen: [100.0, 0.0], outside_g: 0.0 };
        assert_eq!(parts.mean_gy(), Some(1.0));
        let twice = parts.grown(2f64.ln()).mean_gy().expect("a dose");
        assert!((twice - 0.5).abs() < 1e-12, "{twice}");
        assert_eq!(parts.grown(-5.0).mean_gy(), Some(2.0));
        assert_eq!(Parts { outside_g: 300.0, ..parts }.mean_gy(), None);
    }
}

//! Where the patient is in a scan without an outline: threshold, connection, filled holes.

pub(crate) mod components;
mod holes;
mod limbs;
pub(crate) mod morphology;

use crate::Error;
use components::Components;
use rayon::prelude::*;
use volume::Image;

/// What counts as matter (HU): above lung, foam and blankets, below fat.
pub const THRESHOLD_HU: f32 = -300.0;

/// Plates and shells thinner than twice this do not connect: a couch top that touches the patient is cut off (mm).
const THIN_MM: f64 = 3.0;

/// Pieces of this share of the largest belong to the patient, whatever they look like; smaller ones if they look like limbs.
const LARGE_SHARE: f64 = 0.05;

/// The voxels of a scan that belong to the patient, 1 inside, slices across the scan's k axis.
///
/// Matter above [`THRESHOLD_HU`] is thinned by 3 mm in the slice, so that couch and mask come off; the largest
/// connected piece, others of at least a twentieth of it and round ones of a limb's density and length (`limbs.rs`) grow back into the matter around
/// them; holes (lungs, bowel gas) are filled slice by slice. Ears and noses further than 6 mm from thicker parts may be lost, and
/// a support thicker than 6 mm that touches the patient may be kept.
///
/// # Errors
/// [`Error::NoBody`] if nothing is left after thinning.
pub fn body(ct: &Image<f32>) -> Result<Vec<u8>, Error> {
    let [columns, rows, slices] = ct.grid.shape;
    let [dx, dy, _] = ct.grid.spacing_mm;
    let reach = [dx, dy].map(|mm| ((THIN_MM / mm).ceil() as usize).clamp(1, 16));
    let slice = columns * rows;
    let matter: Vec<u8> = ct.values.par_iter().map(|hu| u8::from(*hu > THRESHOLD_HU)).collect();
    let mut thinned = matter.clone();
    thinned.par_chunks_mut(slice).for_each(|slice| morphology::erode(slice, columns, reach));
    let components = Components::of(&thinned, [columns, rows, slices]);
    let largest = components.largest();
    if largest == 0 {
        let why = format!("nothing thicker than {:.0} mm is above {THRESHOLD_HU} HU", 2.0 * THIN_MM);
        return Err(Error::NoBody { why });
    }
    let mut body = thinned;
    let large = (largest as f64 * LARGE_SHARE).ceil() as usize;
    components.keep(&mut body, large);
    limbs::limbs(&components, large, ct).into_iter().for_each(|at| body[at] = 1);
    body.par_chunks_mut(slice).zip(matter.par_chunks(slice)).for_each(|(body, matter)| {
        for _ in 0..2 {
            morphology::dilate(body, columns, reach);
            body.iter_mut().zip(matter).for_each(|(body, matter)| *body &= matter);
        }
        holes::fill(body, columns);
    });
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume::OrientedGrid;

    /// A scan of 2 mm voxels whose values come from a function of the position (mm).
    fn scan(shape: [usize; 3], hu: impl Fn([f64; 3]) -> f32) -> Image<f32> {
        let grid = OrientedGrid {
            origin_mm: [0.0; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [2.0, 2.0, 3.0],
            shape,
        };
        let point = |n: usize| [n % shape[0], n / shape[0] % shape[1], n / (shape[0] * shape[1])];
        let mm = |n: usize| std::array::from_fn(|a| grid.spacing_mm[a] * point(n)[a] as f64);
        Image { grid, values: (0..shape.iter().product()).map(|n| hu(mm(n))).collect() }
    }

    fn disc(p: [f64; 3], centre: [f64; 2], radius: f64) -> bool {
        (p[0] - centre[0]).hypot(p[1] - centre[1]) <= radius
    }

    #[test]
    fn lungs_are_inside_and_the_couch_that_touches_the_back_is_not() {
        let hu = |p: [f64; 3]| {
            if disc(p, [80.0, 80.0], 20.0) {
                -800.0
            } else if disc(p, [80.0, 80.0], 50.0) {
                20.0
            } else if (p[1] - 132.0).abs() < 2.5 {
                100.0 // couch top, 4 mm thick, at the back
            } else {
                -1000.0
            }
        };
        let ct = scan([80, 80, 4], hu);
        let body = body(&ct).expect("a body");
        let at = |x: usize, y: usize| body[x / 2 + 80 * (y / 2 + 80)];
        assert_eq!([at(80, 80), at(80, 40), at(120, 80)], [1, 1, 1], "lung, front, side");
        assert_eq!([at(10, 132), at(150, 132), at(4, 4)], [0, 0, 0], "couch, couch, air");
        let area_mm2 = body[..6400].iter().filter(|inside| **inside == 1).count() as f64 * 4.0;
        assert!((area_mm2 / (std::f64::consts::PI * 2500.0) - 1.0).abs() < 0.03, "{area_mm2}");
    }

    #[test]
    fn both_legs_are_kept_and_a_small_object_is_not() {
        let hu = |p: [f64; 3]| {
            let leg = disc(p, [40.0, 60.0], 25.0) || disc(p, [110.0, 60.0], 25.0);
            if leg || (disc(p, [75.0, 130.0], 7.0) && p[2] < 2.0) { 0.0 } else { -1000.0 }
        };
        let body = body(&scan([80, 80, 6], hu)).expect("a body");
        let at = |x: usize, y: usize| body[x / 2 + 80 * (y / 2)];
        assert_eq!([at(40, 60), at(110, 60), at(75, 130), at(75, 60)], [1, 1, 0, 0]);
    }

    #[test]
    fn a_thin_arm_is_kept_and_a_board_or_a_rail_of_the_same_stuff_is_not() {
        let hu = |p: [f64; 3]| {
            let is_trunk = disc(p, [110.0, 90.0], 70.0);
            let is_arm = disc(p, [18.0, 90.0], 13.0);
            let is_board = (30.0..130.0).contains(&p[0]) && (170.0..184.0).contains(&p[1]);
            let is_rail = disc(p, [205.0, 90.0], 13.0);
            match (is_trunk || is_arm || is_board, is_rail) {
                (true, _) => 20.0,
                (_, true) => 900.0,
                _ => -1000.0,
            }
        };
        let body = body(&scan([110, 100, 16], hu)).expect("a body");
        let at = |x: usize, y: usize| body[x / 2 + 110 * (y / 2) + 8 * 110 * 100];
        assert_eq!([at(110, 90), at(18, 90)], [1, 1], "trunk, arm");
        assert_eq!([at(80, 176), at(205, 90)], [0, 0], "board, rail");
    }

    #[test]
    fn a_scan_of_air_has_no_body() {
        assert!(matches!(body(&scan([20, 20, 3], |_| -1000.0)), Err(Error::NoBody { .. })));
        assert!(matches!(body(&scan([20, 20, 3], |_| f32::NAN)), Err(Error::NoBody { .. })));
    }
}

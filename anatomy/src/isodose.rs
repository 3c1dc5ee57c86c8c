//! The surface of a dose level, and how far a point is from it.

use volume::Image;

/// Where a dose crosses a level, on the lines between neighbouring voxel centres.
#[derive(Clone, Debug)]
pub struct Isodose<'a> {
    dose: &'a Image<f32>,
    level_gy: f32,
    crossings_mm: Vec<[f64; 3]>,
}

impl<'a> Isodose<'a> {
    /// The surface on which the dose is `level_gy`.
    pub fn new(dose: &'a Image<f32>, level_gy: f32) -> Self {
        let shape = dose.grid.shape;
        let strides = [1, shape[0], shape[0] * shape[1]];
        let mut crossings_mm = Vec::new();
        for (voxel, &here) in dose.values.iter().enumerate() {
            let place = dose.grid.voxel(voxel).0;
            for a in 0..3 {
                if place[a] + 1 == shape[a] {
                    continue;
                }
                let next = dose.values[voxel + strides[a]];
                if (here >= level_gy) != (next >= level_gy) && (here - next).is_finite() {
                    let mut crossing = place.map(|n| n as f64);
                    crossing[a] += f64::from((here - level_gy) / (here - next));
                    crossings_mm.push(dose.grid.point_mm(crossing));
                }
            }
        }
        Self { dose, level_gy, crossings_mm }
    }

    /// Distance from a point to the nearest point that receives the level or more (mm): 0 inside; `None` if the level
    /// is reached nowhere or everywhere.
    pub fn distance_mm(&self, point_mm: [f64; 3]) -> Option<f64> {
        if self.dose.linear_at(point_mm).is_some_and(|dose| dose >= f64::from(self.level_gy)) {
            return Some(0.0);
        }
        let square = |p: &[f64; 3]| (0..3).map(|a| (p[a] - point_mm[a]).powi(2)).sum::<f64>();
        self.crossings_mm.iter().map(square).min_by(f64::total_cmp).map(f64::sqrt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume::OrientedGrid;

    #[test]
    fn distance_to_the_half_of_a_cone_shaped_dose_is_exact_to_a_tenth_of_a_voxel() {
        let grid = OrientedGrid {
            origin_mm: [-60.0; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [3.0; 3],
            shape: [41; 3],
        };
        let radius_mm = |n: usize| {
            let place = [n % 41, n / 41 % 41, n / 1681].map(|i| 3.0 * i as f64 - 60.0);
            place.iter().map(|x| x * x).sum::<f64>().sqrt()
        };
        let values = (0..41usize.pow(3)).map(|n| (40.0 - radius_mm(n)).max(0.0) as f32).collect();
        let dose = Image { grid, values };
        let isodose = Isodose::new(&dose, 20.0);
        assert_eq!(isodose.distance_mm([5.0, 5.0, 5.0]), Some(0.0));
        let distance_mm = isodose.distance_mm([70.0, 40.0, 0.0]).expect("reached");
        assert!((distance_mm - (70.0f64.hypot(40.0) - 20.0)).abs() < 0.3, "{distance_mm}");
        assert_eq!(Isodose::new(&dose, 100.0).distance_mm([0.0; 3]), None);
    }
}

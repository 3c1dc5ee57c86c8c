//! Values at the points of a flat lattice, in millimetres of a picture.

/// Values at equally spaced points; what has no value is not a number.
#[derive(Clone, Debug)]
pub struct Lattice {
    /// First point, to the right and down (mm).
    pub origin_mm: [f64; 2],
    /// Distance of the points, to the right and down (mm).
    pub step_mm: [f64; 2],
    /// Points to the right and down.
    pub shape: [usize; 2],
    /// Values, a row from left to right after the other.
    pub values: Vec<f32>,
}

impl Lattice {
    /// The value of a point.
    pub fn value(&self, column: usize, row: usize) -> f32 {
        self.values[column + self.shape[0] * row]
    }

    /// Where an index, whole at points, lies (mm).
    pub fn place_mm(&self, index: [f64; 2]) -> [f64; 2] {
        std::array::from_fn(|a| self.origin_mm[a] + self.step_mm[a] * index[a])
    }

    /// Each point with its neighbours, by weights 1, 2, 1 to the right and down; points beyond the edge count nothing.
    pub fn blurred(&self) -> Lattice {
        let pass = |values: &[f32], stride: usize, length: usize| -> Vec<f32> {
            let value = |at: usize| {
                let along = at / stride % length;
                let before = if along > 0 { values[at - stride] } else { 0.0 };
                let after = if along + 1 < length { values[at + stride] } else { 0.0 };
                before + 2.0 * values[at] + after
            };
            (0..values.len()).map(value).collect()
        };
        let values = pass(&self.values, 1, self.shape[0]);
        Lattice { values: pass(&values, self.shape[0], self.shape[1]), ..*self }
    }

    /// The value at a place (mm), linear between points, from the neighbours that have one; not a number where none has.
    /// The outermost values hold for half a step beyond.
    pub fn linear_at(&self, place_mm: [f64; 2]) -> f64 {
        let mut low = [0; 2];
        let mut part = [0.0; 2];
        for a in 0..2 {
            let last = (self.shape[a] - 1) as f64;
            let index = (place_mm[a] - self.origin_mm[a]) / self.step_mm[a];
            if !(-0.5..=last + 0.5).contains(&index) {
                return f64::NAN;
            }
            let index = index.clamp(0.0, last);
            low[a] = index as usize;
            part[a] = index - low[a] as f64;
        }
        let (mut sum, mut weights) = (0.0, 0.0);
        for corner in 0..4 {
            let step = [corner & 1, corner >> 1];
            let weight: f64 = (0..2).map(|a| if step[a] == 1 { part[a] } else { 1.0 - part[a] }).product();
            if weight > 0.0 {
                let value = self.value(low[0] + step[0], low[1] + step[1]);
                if value.is_finite() {
                    sum += weight * f64::from(value);
                    weights += weight;
                }
            }
        }
        sum / weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blurred_point_spreads_to_its_neighbours() {
        let mut values = vec![0.0; 16];
        values[5] = 1.0;
        values[3] = 16.0;
        let lattice = Lattice { origin_mm: [0.0; 2], step_mm: [1.0; 2], shape: [4, 4], values };
        assert_eq!(lattice.blurred().values[..8], [1.0, 2.0, 33.0, 64.0, 2.0, 4.0, 18.0, 32.0]);
    }

    #[test]
    fn between_points_the_value_is_linear_and_missing_neighbours_do_not_count() {
        let lattice = Lattice {
            origin_mm: [10.0, 20.0],
            step_mm: [2.0, 4.0],
            shape: [2, 2],
            values: vec![1.0, 3.0, f32::NAN, 7.0],
        };
        assert_eq!(lattice.linear_at([11.0, 20.0]), 2.0);
        assert_eq!(lattice.linear_at([12.0, 22.0]), 5.0);
        assert_eq!(lattice.linear_at([10.0, 22.0]), 1.0);
        assert_eq!(lattice.linear_at([9.1, 18.1]), 1.0);
        assert!(lattice.linear_at([8.9, 20.0]).is_nan());
        assert!(lattice.linear_at([10.0, 24.0]).is_nan());
    }
}

//! The value of an image between voxel centres, fast.

use volume::Image;

/// As [`Image::linear_at`], at an index instead of a point: for searches that try many indices.
pub(crate) fn linear_at_index(image: &Image<f32>, index: [f64; 3]) -> Option<f64> {
    let shape = image.grid.shape;
    let mut low = [0usize; 3];
    let mut high = [0usize; 3];
    let mut share = [0.0f64; 3];
    for a in 0..3 {
        let last = shape[a].checked_sub(1)?;
        // One voxel holds its value through its thickness.
        let reach = if last == 0 { 0.5 } else { 1e-6 };
        if !(index[a] >= -reach && index[a] <= last as f64 + reach) {
            return None;
        }
        let within = index[a].clamp(0.0, last as f64);
        low[a] = within as usize;
        high[a] = (low[a] + 1).min(last);
        share[a] = within - low[a] as f64;
    }
    let value = |i: usize, j: usize, k: usize| f64::from(image.values[i + shape[0] * (j + shape[1] * k)]);
    let along_x =
        |j: usize, k: usize| value(low[0], j, k) * (1.0 - share[0]) + value(high[0], j, k) * share[0];
    let along_y = |k: usize| along_x(low[1], k) * (1.0 - share[1]) + along_x(high[1], k) * share[1];
    Some(along_y(low[2]) * (1.0 - share[2]) + along_y(high[2]) * share[2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume::OrientedGrid;

    #[test]
    fn it_is_the_image_at_the_point_of_the_index() {
        let (sin, cos) = 0.3f64.sin_cos();
        let grid = OrientedGrid {
            origin_mm: [5.0, -7.0, 11.0],
            axes: [[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [2.0, 3.0, 4.0],
            shape: [5, 6, 1],
        };
        let image = Image { grid, values: (0..30).map(|n| ((n * 7) % 11) as f32).collect() };
        for index in [[0.3, 2.2, 0.2], [3.9, 0.1, 0.0], [4.0, 5.0, -0.5], [4.1, 0.0, 0.0], [0.0, 0.0, 0.6]] {
            let [fast, plain] = [linear_at_index(&image, index), image.linear_at(grid.point_mm(index))];
            assert_eq!(fast.is_some(), plain.is_some(), "{index:?}");
            assert!((fast.unwrap_or(0.0) - plain.unwrap_or(0.0)).abs() < 1e-9, "{index:?}");
        }
    }
}

//! Pixels whose centres lie inside an even-odd polygon.

use super::area::Pixels;

/// Sets the pixels whose centres the polygons enclose (even-odd), u fastest. A centre on a left or lower edge is
/// inside, on a right or upper edge outside, so that polygons side by side share no pixel and leave none out.
pub(super) fn set_enclosed(polygons: &[Vec<[f64; 2]>], pixels: Pixels, enclosed: &mut [bool]) {
    let [columns, rows] = pixels.shape;
    let mut crossings: Vec<Vec<f64>> = vec![Vec::new(); rows];
    let first_centre = pixels.lower.map(|n| n as f64 + 0.5);
    // The first of `limit` pixels whose centre lies at or beyond a place.
    let first_at = |place: f64, axis: usize, limit: usize| {
        ((place - first_centre[axis]).ceil().max(0.0) as usize).min(limit)
    };
    for polygon in polygons {
        for (n, &end) in polygon.iter().enumerate() {
            let start = polygon[if n == 0 { polygon.len() - 1 } else { n - 1 }];
            let (low, high) = if start[1] < end[1] { (start, end) } else { (end, start) };
            let touched =
                first_at(low[1], 1, rows)..first_at(high[1], 1, rows).max(first_at(low[1], 1, rows));
            for (row, crossings) in touched.clone().zip(&mut crossings[touched]) {
                let v = first_centre[1] + row as f64;
                crossings.push(low[0] + (high[0] - low[0]) * (v - low[1]) / (high[1] - low[1]));
            }
        }
    }
    for (row, crossings) in crossings.iter_mut().enumerate() {
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            let [from, to] = [first_at(pair[0], 0, columns), first_at(pair[1], 0, columns)];
            enclosed[row * columns..][from..to].fill(true);
        }
    }
}

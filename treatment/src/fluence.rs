//! Monitor units that pass the open field, as a picture in the isocentre plane: for reports and for tests.

use crate::device::LimitingDevice;
use crate::opening::{Rectangle, rectangles};
use crate::segment::Segment;

/// A picture in the isocentre plane of the beam limiting device system, as the source sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct FluenceMap {
    /// Lower corner in x and y (mm).
    pub corner_mm: [f64; 2],
    /// Edge of a pixel (mm).
    pub pixel_mm: f64,
    /// Pixels along x and y.
    pub shape: [usize; 2],
    /// Monitor units of each pixel, averaged over its area, x fastest.
    pub mu: Vec<f64>,
}

impl FluenceMap {
    /// An empty picture of a square around the axis.
    pub fn square(half_width_mm: f64, pixel_mm: f64) -> FluenceMap {
        let pixels = (2.0 * half_width_mm / pixel_mm).ceil().clamp(1.0, 4096.0) as usize;
        let corner = -0.5 * pixel_mm * pixels as f64;
        FluenceMap { corner_mm: [corner; 2], pixel_mm, shape: [pixels; 2], mu: vec![0.0; pixels * pixels] }
    }

    /// Adds the open fields of these segments, transmission left out.
    pub fn add<'a>(&mut self, devices: &[LimitingDevice], segments: impl IntoIterator<Item = &'a Segment>) {
        for segment in segments {
            for rectangle in rectangles(devices, &segment.pose.openings) {
                self.add_rectangle(&rectangle, segment.mu);
            }
        }
    }

    /// Monitor units times area (MU mm²).
    pub fn integral_mu_mm2(&self) -> f64 {
        self.mu.iter().sum::<f64>() * self.pixel_mm * self.pixel_mm
    }

    /// Each pixel gets the part of its area that the rectangle covers.
    fn add_rectangle(&mut self, rectangle: &Rectangle, mu: f64) {
        let x = self.covered(rectangle.x_mm, 0);
        for (j, y_part) in self.covered(rectangle.y_mm, 1) {
            for &(i, x_part) in &x {
                self.mu[i + self.shape[0] * j] += mu * x_part * y_part;
            }
        }
    }

    /// The pixels along one axis that an interval touches, each with the part of it that is covered.
    fn covered(&self, interval_mm: [f64; 2], axis: usize) -> Vec<(usize, f64)> {
        let [from, to] = interval_mm
            .map(|x| ((x - self.corner_mm[axis]) / self.pixel_mm).clamp(0.0, self.shape[axis] as f64));
        (from as usize..to.ceil() as usize)
            .map(|i| (i, (to.min(i as f64 + 1.0) - from.max(i as f64)).max(0.0)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_fills_pixels_by_the_area_it_covers() {
        let mut map = FluenceMap::square(2.0, 1.0);
        map.add_rectangle(&Rectangle { x_mm: [-0.5, 1.25], y_mm: [0.0, 0.5] }, 2.0);
        assert_eq!(map.mu[2 * 4..3 * 4], [0.0, 0.5, 1.0, 0.25]);
        assert_eq!(map.integral_mu_mm2(), 2.0 * 1.75 * 0.5);
        map.add_rectangle(&Rectangle { x_mm: [f64::NEG_INFINITY, -9.0], y_mm: [0.0, 1.0] }, 2.0);
        assert_eq!(map.integral_mu_mm2(), 2.0 * 1.75 * 0.5, "what lies outside the picture is not in it");
    }
}

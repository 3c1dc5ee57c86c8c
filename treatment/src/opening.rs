//! What jaws and leaves leave open in the isocentre plane, as rectangles.

use crate::device::{Axis, LimitingDevice};
use crate::pose::Opening;

/// A rectangle in the isocentre plane of the beam limiting device system (mm).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// From and to along x.
    pub x_mm: [f64; 2],
    /// From and to along y.
    pub y_mm: [f64; 2],
}

impl Rectangle {
    /// Its area (mm²).
    pub fn area_mm2(&self) -> f64 {
        (self.x_mm[1] - self.x_mm[0]) * (self.y_mm[1] - self.y_mm[0])
    }
}

/// The open part of the field, as rectangles that do not overlap: what every device leaves open, edges taken as lines.
/// Beyond the outermost leaves all is closed.
pub fn rectangles(devices: &[LimitingDevice], openings: &[Opening]) -> Vec<Rectangle> {
    let rows = strips(devices, openings, Axis::X);
    let columns = strips(devices, openings, Axis::Y);
    let mut open = vec![];
    for row in &rows {
        for column in &columns {
            let x_mm = overlap(row.open_mm, column.sides_mm);
            let y_mm = overlap(column.open_mm, row.sides_mm);
            if x_mm[0] < x_mm[1] && y_mm[0] < y_mm[1] {
                open.push(Rectangle { x_mm, y_mm });
            }
        }
    }
    open
}

/// Between its sides across the travel, what the parts that travel along one axis leave open.
struct Strip {
    sides_mm: [f64; 2],
    open_mm: [f64; 2],
}

const EVERYWHERE: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];

/// Cuts the plane where any leaf of this travel ends; in each strip one pair of each device counts.
fn strips(devices: &[LimitingDevice], openings: &[Opening], travel: Axis) -> Vec<Strip> {
    let mut strips = vec![Strip { sides_mm: EVERYWHERE, open_mm: EVERYWHERE }];
    for (device, opening) in devices.iter().zip(openings).filter(|(device, _)| device.kind.travel() == travel)
    {
        strips = strips
            .iter()
            .flat_map(|strip| {
                opening.iter().enumerate().filter_map(|(pair, &edges)| {
                    let sides_mm = overlap(strip.sides_mm, device.sides_mm(pair));
                    let strip = Strip { sides_mm, open_mm: overlap(strip.open_mm, edges) };
                    (sides_mm[0] < sides_mm[1]).then_some(strip)
                })
            })
            .collect();
    }
    strips
}

fn overlap(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0].max(b[0]), a[1].min(b[1])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceKind;

    #[test]
    fn two_layers_of_leaves_shifted_by_half_a_leaf_cut_each_other() {
        let upper = LimitingDevice::leaves(DeviceKind::MlcX, vec![-10.0, 0.0, 10.0]);
        let lower = LimitingDevice::leaves(DeviceKind::MlcX, vec![-15.0, -5.0, 5.0, 15.0]);
        let openings = [vec![[-10.0, 10.0], [-20.0, 20.0]], vec![[-30.0, 5.0], [0.0, 30.0], [-30.0, 30.0]]];
        let open = rectangles(&[upper, lower], &openings);
        let expected = [
            ([-10.0, 5.0], [-10.0, -5.0]), // upper leaf 1, lower leaf 1
            ([0.0, 10.0], [-5.0, 0.0]),    // upper 1, lower 2
            ([0.0, 20.0], [0.0, 5.0]),     // upper 2, lower 2
            ([-20.0, 20.0], [5.0, 10.0]),  // upper 2, lower 3
        ];
        let got: Vec<_> = open.iter().map(|r| (r.x_mm, r.y_mm)).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn jaws_and_leaves_open_what_both_leave_open() {
        let jaws = LimitingDevice::jaws(DeviceKind::AsymY);
        let leaves = LimitingDevice::leaves(DeviceKind::MlcX, vec![-5.0, 0.0, 5.0]);
        let open = rectangles(&[jaws, leaves], &[vec![[-2.0, 20.0]], vec![[-1.0, 3.0], [0.0, 10.0]]]);
        let area: f64 = open.iter().map(Rectangle::area_mm2).sum();
        assert_eq!(area, 4.0 * 2.0 + 10.0 * 5.0);
    }
}

//! Lines where the scan ends and the model of the body begins.

use super::view::View;
use crate::estimate::Finished;
use ::completion::End;
use maud::{Markup, html};
use volume::OrientedGrid;

/// The seams that a view sees: none from above.
pub fn seams(finished: &Finished, view: View, bounds: [f64; 4]) -> Markup {
    let grid = &finished.anatomy.grid;
    let seams = finished.made.iter().flat_map(|made| &made.ends);
    let lines: Vec<String> = match view {
        View::Axial => Vec::new(),
        View::Sagittal | View::Coronal => {
            let down = |end: &End| view.place_mm(grid, [0.0, 0.0, index_along(grid, end.at_mm)])[1];
            seams.map(down).map(|y| format!("M{:.1} {y:.1}h{:.1}", bounds[0], bounds[2])).collect()
        }
    };
    html! { @for line in &lines { path.seam d=(line) { title { "here the scan ends and the model of the body begins" } } } }
}

/// The index along the body of a height on its axis (mm).
fn index_along(grid: &OrientedGrid, z_mm: f64) -> f64 {
    let first_mm: f64 = (0..3).map(|c| grid.origin_mm[c] * grid.axes[2][c]).sum();
    (z_mm - first_mm) / grid.spacing_mm[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seam_lies_between_the_slices_of_scan_and_model() {
        let grid = OrientedGrid {
            origin_mm: [0.0, 0.0, -100.0],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [4.0; 3],
            shape: [5, 5, 50],
        };
        assert_eq!(index_along(&grid, -90.0), 2.5);
    }
}

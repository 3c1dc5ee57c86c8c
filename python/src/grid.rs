//! Where voxels lie, as SimpleITK says it, and their values as numpy views.

use numpy::ndarray::ArrayView3;
use numpy::{Element, PyArray3};
use pyo3::prelude::*;
use volume::OrientedGrid;

/// Distances of voxel centres along i, j, k (mm).
pub fn spacing(grid: &OrientedGrid) -> (f64, f64, f64) {
    grid.spacing_mm.into()
}

/// Centre of the first voxel (mm, DICOM patient space: LPS).
pub fn origin(grid: &OrientedGrid) -> (f64, f64, f64) {
    grid.origin_mm.into()
}

/// The matrix whose columns are the unit vectors along i, j, k, row by row.
pub fn direction(grid: &OrientedGrid) -> [f64; 9] {
    std::array::from_fn(|n| grid.axes[n % 3][n / 3])
}

/// A read-only view `[k, j, i]` of values that `owner` holds and never changes; the view keeps it alive.
///
/// # Safety
/// `values` lie in memory that is neither freed nor moved nor changed as long as `owner` lives.
pub unsafe fn view<'py, T: Element>(
    owner: Bound<'py, PyAny>,
    values: &[T],
    grid: &OrientedGrid,
) -> PyResult<Bound<'py, PyAny>> {
    let [i, j, k] = grid.shape;
    let values = ArrayView3::from_shape([k, j, i], values).expect("one value a voxel");
    // SAFETY: as the caller promises; the array is made read-only before anybody sees it.
    let array = unsafe { PyArray3::borrow_from_array(&values, owner) }.into_any();
    array.call_method1("setflags", (false,))?;
    Ok(array)
}

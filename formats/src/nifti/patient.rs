//! Images in patient space to NIfTI-1: RAS+ world, voxels in RAS+ order.

use super::{DESCRIPTION, SCANNER, UNITS_MM, check_name, check_shape};
use crate::Error;
use ::nifti::writer::WriterOptions;
use ::nifti::{Endianness, NiftiHeader};
use ndarray::{ArrayView3, ArrayView4, ShapeBuilder};
use std::path::Path;
use volume::{Image, OrientedGrid, VoxelIndex};

/// The directions right, anterior, superior in DICOM patient space.
const RAS: [[f64; 3]; 3] = [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]];

/// Writes an image in patient space as gzip-compressed float32.
///
/// Voxels are reordered so that i, j, k run as nearly as they can to the right, front and head, which is what most
/// readers expect; world positions are those of the image.
pub fn write_image(path: &Path, image: &Image<f32>) -> Result<(), Error> {
    check_name(path)?;
    check_shape(&image.grid.shape, image.values.len())?;
    let image = image.clone().along(&RAS);
    let [ni, nj, nk] = image.grid.shape;
    let array = ArrayView3::from_shape((ni, nj, nk).f(), &image.values)
        .expect("the number of values was compared with the shape above");
    WriterOptions::new(path)
        .reference_header(&header(&image.grid))
        .write_nifti(&array)
        .map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Writes several images on one grid as a 4-D file (x, y, z, component).
pub fn write_components(path: &Path, grid: &OrientedGrid, components: &[&[f32]]) -> Result<(), Error> {
    check_name(path)?;
    let mut values = Vec::with_capacity(grid.len() * components.len());
    let mut ras_grid = None;
    for component in components {
        check_shape(&grid.shape, component.len())?;
        let image = Image { grid: *grid, values: component.to_vec() }.along(&RAS);
        values.extend(image.values);
        ras_grid = Some(image.grid);
    }
    let Some(grid) = ras_grid else {
        return Err(Error::Length { values: 0, voxels: grid.len() });
    };
    let [ni, nj, nk] = grid.shape;
    let array = ArrayView4::from_shape((ni, nj, nk, components.len()).f(), &values)
        .expect("each component has one value for each voxel");
    WriterOptions::new(path)
        .reference_header(&header(&grid))
        .write_nifti(&array)
        .map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// The header of a grid: qform and sform say the same.
fn header(grid: &OrientedGrid) -> NiftiHeader {
    // DICOM to RAS+: x and y point the other way.
    let to_ras = |v: [f64; 3]| [0.0 - v[0], 0.0 - v[1], v[2]];
    let axes = grid.axes.map(to_ras);
    let origin = to_ras(grid.centre_mm(VoxelIndex([0; 3]))).map(|x| x as f32);
    let row = |x: usize| {
        let step = |a: usize| (axes[a][x] * grid.spacing_mm[a]) as f32;
        [step(0), step(1), step(2), origin[x]]
    };
    let [b, c, d] = quaternion(axes).map(|q| q as f32);
    let [si, sj, sk] = grid.spacing_mm.map(|s| s as f32);
    let mut descrip = DESCRIPTION.to_vec();
    descrip.resize(80, 0);
    NiftiHeader {
        // The axes are right-handed, so the quaternion alone turns them.
        pixdim: [1.0, si, sj, sk, 1.0, 0.0, 0.0, 0.0],
        xyzt_units: UNITS_MM,
        descrip,
        qform_code: SCANNER,
        sform_code: SCANNER,
        quatern_b: b,
        quatern_c: c,
        quatern_d: d,
        quatern_x: origin[0],
        quatern_y: origin[1],
        quatern_z: origin[2],
        srow_x: row(0),
        srow_y: row(1),
        srow_z: row(2),
        endianness: Endianness::Little,
        ..NiftiHeader::default()
    }
}

/// b, c, d of the unit quaternion (a ≥ 0) that turns x, y, z into right-handed perpendicular unit axes.
///
/// nifti1.h, nifti_mat44_to_quatern: the largest of the four components is found first, so that nothing is divided by a
/// small number.
fn quaternion(axes: [[f64; 3]; 3]) -> [f64; 3] {
    let r = |row: usize, column: usize| axes[column][row];
    let trace = r(0, 0) + r(1, 1) + r(2, 2);
    if trace > 0.0 {
        let a = 0.5 * (1.0 + trace).sqrt();
        return [r(2, 1) - r(1, 2), r(0, 2) - r(2, 0), r(1, 0) - r(0, 1)].map(|x| 0.25 * x / a);
    }
    // Twice b, c or d, whichever is largest.
    let twice = [0, 1, 2].map(|x| (1.0 - trace + 2.0 * r(x, x)).max(0.0).sqrt());
    let largest = (0..3).fold(0, |best, x| if twice[x] > twice[best] { x } else { best });
    let (next, last) = ((largest + 1) % 3, (largest + 2) % 3);
    let mut q = [0.0; 3];
    q[largest] = 0.5 * twice[largest];
    q[next] = 0.5 * (r(largest, next) + r(next, largest)) / twice[largest];
    q[last] = 0.5 * (r(largest, last) + r(last, largest)) / twice[largest];
    let a = r(last, next) - r(next, last);
    if a < 0.0 { q.map(|x| -x) } else { q }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nifti::read_image;

    fn image(axes: [[f64; 3]; 3]) -> Image<f32> {
        let grid = OrientedGrid {
            origin_mm: [12.0, -30.5, 400.0],
            axes,
            spacing_mm: [2.0, 3.0, 5.0],
            shape: [3, 4, 2],
        };
        Image { grid, values: (0..24).map(|v| v as f32 - 5.0).collect() }
    }

    /// Turned about an axis through the corner, so that every axis has three components.
    fn oblique() -> [[f64; 3]; 3] {
        let (s, c) = (0.3_f64.sin(), 0.3_f64.cos());
        let (u, v) = (0.2_f64.sin(), 0.2_f64.cos());
        [[c, s, 0.0], [-s * v, c * v, u], [s * u, -c * u, v]]
    }

    #[test]
    fn what_is_written_comes_back_at_its_place() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("image.nii.gz");
        let straight = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        for axes in [straight, oblique(), [straight[2], straight[0], straight[1]]] {
            let image = image(axes);
            write_image(&path, &image).expect("written");
            let back = read_image(&path).expect("readable");
            for offset in 0..image.values.len() {
                let point_mm = image.grid.centre_mm(image.grid.voxel(offset));
                let found = back.grid.index_of(point_mm);
                for x in found {
                    assert!((x - x.round()).abs() < 1e-5, "{found:?}");
                }
                let voxel = VoxelIndex(found.map(|x| x.round() as usize));
                assert_eq!(back.values[back.grid.offset(voxel)], image.values[offset]);
            }
        }
    }

    #[test]
    fn voxels_run_right_front_head() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("image.nii.gz");
        write_image(&path, &image([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])).expect("written");
        let header = NiftiHeader::from_file(&path).expect("readable");
        // By hand: the last voxel along x of DICOM (12 + 2 * 2 mm to the left) is the first to the right.
        assert_eq!(header.srow_x, [2.0, 0.0, 0.0, -16.0]);
        assert_eq!(header.srow_y, [0.0, 3.0, 0.0, 30.5 - 9.0]);
        assert_eq!(header.srow_z, [0.0, 0.0, 5.0, 400.0]);
        assert_eq!([header.quatern_b, header.quatern_c, header.quatern_d], [0.0; 3]);
    }

    #[test]
    fn qform_says_what_sform_says() {
        for axes in [oblique(), RAS, [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]] {
            let mut header = header(&image(axes).grid);
            let by_sform = crate::nifti::read::grid(&header, [3, 4, 2]).expect("sound");
            header.sform_code = 0;
            let by_qform = crate::nifti::read::grid(&header, [3, 4, 2]).expect("sound");
            for (a, b) in by_sform.axes.as_flattened().iter().zip(by_qform.axes.as_flattened()) {
                assert!((a - b).abs() < 1e-6, "{by_sform:?} {by_qform:?}");
            }
            assert_eq!(by_sform.origin_mm, by_qform.origin_mm);
        }
    }

    #[test]
    fn components_share_a_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("components.nii.gz");
        let image = image(oblique());
        let other: Vec<f32> = image.values.iter().map(|v| v * 10.0).collect();
        write_components(&path, &image.grid, &[&image.values, &other]).expect("written");
        let header = NiftiHeader::from_file(&path).expect("readable");
        assert_eq!(header.dim[..5], [4, 3, 4, 2, 2]);
        // Several volumes are no image: which one is meant?
        let refusal = read_image(&path).expect_err("two volumes").to_string();
        assert!(refusal.contains("2 volumes"), "{refusal}");
    }
}

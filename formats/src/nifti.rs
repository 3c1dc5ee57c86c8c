//! NIfTI-1 images: one number for each voxel, with the grid's place in the world.
//!
//! [`read_image`] and [`write_image`] know patients; [`write_scalar`] writes the bare grid of a case, whose
//! millimetres are the file's world:
//!
//! Voxel index (i, j, k) is x, y, z of the [`Grid`]; its millimetres are the file's world (RAS+: +x right, +y anterior,
//! +z superior), with no axis turned or flipped. The world position of index (0, 0, 0) is the *centre* of that voxel:
//!
//! ```text
//! world = corner + spacing * (index + 1/2)
//! ```
//! qform and sform both say this, with the same numbers and the same code (1, scanner).
//! The NIfTI-1 Data Format, R. W. Cox et al., nifti1.h (2004).

mod labels;
mod parts;
mod patient;
mod read;
mod rows;

pub use labels::labels;
pub use patient::{write_components, write_image};
pub use read::{read_bytes, read_image};
pub use rows::{Row, Rows};

use crate::Error;
use ::nifti::writer::WriterOptions;
use ::nifti::{Endianness, NiftiHeader};
use ndarray::{ArrayView3, ShapeBuilder};
use std::path::Path;
use volume::Grid;

/// Most voxels along one axis: `dim` is a signed 16-bit number in the standard.
pub const MOST_VOXELS_ALONG_AN_AXIS: usize = i16::MAX as usize;

/// What every file says of itself.
const DESCRIPTION: &[u8] = b"straydose research use only";
/// NIFTI_UNITS_MM: lengths are millimetres; there is no time axis.
const UNITS_MM: u8 = 2;
/// NIFTI_XFORM_SCANNER_ANAT.
const SCANNER: i16 = 1;

/// Writes `values` (x fastest) as gzip-compressed float32.
///
/// The same grid and values give the same bytes: the file holds no date and no name.
///
/// ```no_run
/// # use volume::Grid;
/// let grid = Grid { corner_mm: [-10.0, 0.0, 0.0], spacing_mm: [10.0, 5.0, 5.0], shape: [2, 1, 1] };
/// formats::nifti::write_scalar("dose.nii.gz".as_ref(), &grid, &[1.0e-14, 2.0e-14])?;
/// # Ok::<(), formats::Error>(())
/// ```
pub fn write_scalar(path: &Path, grid: &Grid, values: &[f32]) -> Result<(), Error> {
    check_name(path)?;
    check_shape(&grid.shape, values.len())?;
    let [nx, ny, nz] = grid.shape;
    let array = ArrayView3::from_shape((nx, ny, nz).f(), values)
        .expect("the number of values was compared with the shape above");
    let header = header(grid);
    // The encoder's gzip header has no time and no file name (flate2 leaves both out).
    WriterOptions::new(path)
        .reference_header(&header)
        .write_nifti(&array)
        .map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// The writer rewrites any other ending, so the file would not be where the caller looks for it.
fn check_name(path: &Path) -> Result<(), Error> {
    if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".nii.gz")) {
        return Ok(());
    }
    Err(Error::Name { path: path.to_owned() })
}

fn check_shape(shape: &[usize; 3], values: usize) -> Result<(), Error> {
    if let Some(a) = (0..3).find(|&a| shape[a] > MOST_VOXELS_ALONG_AN_AXIS) {
        return Err(Error::TooManyVoxels { axis: ['x', 'y', 'z'][a], voxels: shape[a] });
    }
    let voxels = shape.iter().product();
    if values == voxels { Ok(()) } else { Err(Error::Length { values, voxels }) }
}

/// The header of a scalar image on this grid; the writer fills in shape and type.
fn header(grid: &Grid) -> NiftiHeader {
    let spacing: [f32; 3] = grid.spacing_mm.map(|s| s as f32);
    let origin: [f32; 3] = grid.centre_mm(volume::VoxelIndex([0; 3])).map(|c| c as f32);
    let mut descrip = DESCRIPTION.to_vec();
    descrip.resize(80, 0);
    NiftiHeader {
        pixdim: [1.0, spacing[0], spacing[1], spacing[2], 0.0, 0.0, 0.0, 0.0],
        xyzt_units: UNITS_MM,
        descrip,
        qform_code: SCANNER,
        sform_code: SCANNER,
        // The rotation is the identity: quaternion (1, 0, 0, 0), handedness pixdim[0] = 1.
        quatern_b: 0.0,
        quatern_c: 0.0,
        quatern_d: 0.0,
        quatern_x: origin[0],
        quatern_y: origin[1],
        quatern_z: origin[2],
        srow_x: [spacing[0], 0.0, 0.0, origin[0]],
        srow_y: [0.0, spacing[1], 0.0, origin[1]],
        srow_z: [0.0, 0.0, spacing[2], origin[2]],
        endianness: Endianness::Little,
        ..NiftiHeader::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::nifti::{IntoNdArray, NiftiObject, NiftiType, ReaderOptions};

    /// Unequal in every way, so that a swap or a flip shows.
    const GRID: Grid = Grid { corner_mm: [-10.5, 0.0, 300.0], spacing_mm: [2.5, 4.0, 7.0], shape: [2, 3, 4] };

    fn ramp() -> Vec<f32> {
        (0..GRID.len()).map(|i| i as f32 * 1.0e-14).collect()
    }

    fn written(grid: &Grid, values: &[f32]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("image.nii.gz");
        write_scalar(&path, grid, values).expect("a good image is written");
        (folder, path)
    }

    #[test]
    fn values_come_back_at_their_voxel() {
        let (_folder, path) = written(&GRID, &ramp());
        let volume = ReaderOptions::new().read_file(path).expect("readable").into_volume();
        let array = volume.into_ndarray::<f32>().expect("float32");
        assert_eq!(array.shape(), [2, 3, 4]);
        for offset in 0..GRID.len() {
            let [i, j, k] = GRID.voxel(offset).0;
            assert_eq!(array[[i, j, k]], ramp()[offset], "voxel {i} {j} {k}");
        }
    }

    #[test]
    fn qform_and_sform_are_set_and_equal() {
        let (_folder, path) = written(&GRID, &ramp());
        let header = NiftiHeader::from_file(path).expect("readable");
        assert_eq!((header.qform_code, header.sform_code), (1, 1));
        // Centre of the first voxel, by hand: -10.5 + 2.5 / 2, 0 + 4 / 2, 300 + 7 / 2.
        let centre = [-9.25, 2.0, 303.5];
        assert_eq!([header.quatern_x, header.quatern_y, header.quatern_z], centre);
        assert_eq!([header.srow_x[3], header.srow_y[3], header.srow_z[3]], centre);
        assert_eq!([header.quatern_b, header.quatern_c, header.quatern_d], [0.0; 3]);
        assert_eq!(header.pixdim[..4], [1.0, 2.5, 4.0, 7.0]);
        assert_eq!(header.srow_x[..3], [2.5, 0.0, 0.0]);
        assert_eq!(header.srow_y[..3], [0.0, 4.0, 0.0]);
        assert_eq!(header.srow_z[..3], [0.0, 0.0, 7.0]);
    }

    #[test]
    fn the_header_says_float_millimetres_and_research() {
        let (_folder, path) = written(&GRID, &ramp());
        let header = NiftiHeader::from_file(path).expect("readable");
        assert_eq!(header.data_type().expect("a known type"), NiftiType::Float32);
        assert_eq!((header.bitpix, header.xyzt_units), (32, 2));
        assert_eq!((header.scl_slope, header.scl_inter), (1.0, 0.0));
        assert_eq!(header.dim, [3, 2, 3, 4, 1, 1, 1, 1]);
        assert_eq!(&header.magic, b"n+1\0");
        assert!(header.descrip.starts_with(b"straydose research use only\0"));
    }

    #[test]
    fn the_same_image_is_the_same_bytes() {
        let (_one, first) = written(&GRID, &ramp());
        let (_two, second) = written(&GRID, &ramp());
        let bytes = std::fs::read(first).expect("readable");
        assert_eq!(bytes, std::fs::read(second).expect("readable"));
        assert_eq!(bytes[4..8], [0; 4], "the gzip header holds a time");
        assert_eq!(bytes[3], 0, "the gzip header holds a name");
    }

    #[test]
    fn one_voxel_thick_images_keep_their_order() {
        for shape in [[1, 3, 4], [3, 1, 4], [3, 4, 1], [1, 1, 5], [5, 1, 1], [1, 1, 1]] {
            let grid = Grid { shape, ..GRID };
            let values: Vec<f32> = (0..grid.len()).map(|i| i as f32).collect();
            let (_folder, path) = written(&grid, &values);
            let array =
                ReaderOptions::new().read_file(path).expect("readable").into_volume().into_ndarray::<f32>();
            let array = array.expect("float32");
            for (offset, value) in values.iter().enumerate() {
                assert_eq!(array[grid.voxel(offset).0.as_slice()], *value, "shape {shape:?}");
            }
        }
    }

    #[test]
    fn what_a_nifti_cannot_hold_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("image.nii.gz");
        assert!(matches!(
            write_scalar(&path, &GRID, &[0.0; 23]),
            Err(Error::Length { values: 23, voxels: 24 })
        ));
        let long = Grid { shape: [1, 1, 32_768], ..GRID };
        assert!(matches!(
            write_scalar(&path, &long, &[0.0; 32_768]),
            Err(Error::TooManyVoxels { axis: 'z', voxels: 32_768 })
        ));
        let other = folder.path().join("image.nrrd");
        assert!(matches!(write_scalar(&other, &GRID, &ramp()), Err(Error::Name { .. })));
        assert!(
            std::fs::read_dir(folder.path()).expect("readable").next().is_none(),
            "a refusal left a file"
        );
    }
}

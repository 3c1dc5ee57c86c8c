//! Writes doses in all eight patient positions, as RTDOSE of 16 and 32 bit and as NIfTI, and a synthetic scan with
//! structures, for other programs to read: `cargo run -p formats --example write_rtdose -- DIR`, then `python tests/interop/check_rtdose.py DIR`.
//!
//! `expected.csv` says what lies where: file, x, y, z (mm), dose (Gy).

use formats::dicom::uids;
use formats::dicom::write::{Bits, CtWriter, DoseWriter, Identity, StructureWriter};
use std::fmt::Write as _;
use std::path::Path;
use volume::{Image, OrientedGrid, Structure};

/// Directions of rows and columns for each patient position.
const POSITIONS: [(&str, [f64; 3], [f64; 3]); 8] = [
    ("HFS", [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
    ("HFP", [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]),
    ("FFS", [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
    ("FFP", [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]),
    ("HFDL", [0.0, -1.0, 0.0], [1.0, 0.0, 0.0]),
    ("HFDR", [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]),
    ("FFDL", [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]),
    ("FFDR", [0.0, -1.0, 0.0], [-1.0, 0.0, 0.0]),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("name a folder to write to")?;
    let folder = Path::new(&folder);
    let scan_folder = folder.join("ct");
    std::fs::create_dir_all(&scan_folder)?;
    let identity = Identity::of_phantom("interop", "F");
    let mut expected = "file,x_mm,y_mm,z_mm,dose_gy\n".to_owned();
    for (position, row, column) in POSITIONS {
        for (bits, name) in [(Bits::Sixteen, "16"), (Bits::ThirtyTwo, "32")] {
            let image = dose(row, column);
            let file = format!("{position}_{name}.dcm");
            let writer = DoseWriter {
                identity: &identity,
                plan_class: uids::RT_PLAN_STORAGE,
                plan_uid: "2.25.42",
                image: &image,
                comment: "interop check",
                bits,
            };
            writer.save(&folder.join(&file))?;
            expect(&mut expected, &file, &image)?;
        }
        let image = dose(row, column);
        let file = format!("{position}.nii.gz");
        formats::nifti::write_image(&folder.join(&file), &image)?;
        expect(&mut expected, &file, &image)?;
    }
    std::fs::write(folder.join("expected.csv"), expected)?;
    scan(&scan_folder, &identity)?;
    Ok(())
}

fn expect(table: &mut String, file: &str, image: &Image<f32>) -> std::fmt::Result {
    for offset in 0..image.values.len() {
        let [x, y, z] = image.grid.centre_mm(image.grid.voxel(offset));
        writeln!(table, "{file},{x:.6},{y:.6},{z:.6},{:e}", image.values[offset])?;
    }
    Ok(())
}

/// A dose over ten orders of magnitude, on voxels that are unequal in every way.
fn dose(row: [f64; 3], column: [f64; 3]) -> Image<f32> {
    let [a, b] = [row, column];
    let normal = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let grid = OrientedGrid {
        origin_mm: [10.123, -20.5, 30.25],
        axes: [row, column, normal],
        spacing_mm: [2.5, 3.25, 5.0],
        shape: [7, 5, 4],
    };
    let values = (0..grid.len()).map(|v| 60.0 * 10_f32.powf(-(v as f32) / 14.0)).collect();
    Image { grid, values }
}

fn scan(folder: &Path, identity: &Identity) -> Result<(), formats::Error> {
    let grid = OrientedGrid {
        origin_mm: [-15.0, -10.0, 0.0],
        axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        spacing_mm: [1.0, 1.5, 2.0],
        shape: [31, 21, 5],
    };
    let image = Image { grid, values: (0..grid.len()).map(|v| (v % 97) as f32 * 10.0 - 500.0).collect() };
    let writer = CtWriter {
        identity,
        image: &image,
        patient_position: "HFS",
        age_years: Some(5.0),
        height_cm: Some(110.0),
        weight_kg: Some(19.0),
    };
    let ct = writer.save(folder)?;
    let square = |z: f64| vec![[-8.0, -6.0, z], [8.0, -6.0, z], [8.0, 6.0, z], [-8.0, 6.0, z]];
    let structure = Structure {
        number: 1,
        name: "BODY".into(),
        interpreted_type: "EXTERNAL".into(),
        contours: (0..5).map(|k| square(2.0 * f64::from(k))).collect(),
        points: Vec::new(),
        density_override: None,
    };
    StructureWriter { identity, label: "interop", structures: &[structure], ct: &ct }
        .save(&folder.join("RS.dcm"))?;
    Ok(())
}

//! Draws the phantom family for the docs, from newborn to adult: skin, projections and slices.
//!
//! ```sh
//! cargo run --release -p phantoms --example family_pictures -- docs/figures
//! ```

use phantoms::{Body, Person, Sex, Voxels};
use std::path::Path;
use volume::VoxelIndex;

/// Edge of a voxel and of a pixel (mm).
const PIXEL_MM: f64 = 4.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("give a folder")?;
    let bodies: Vec<Voxels> = [Sex::Female, Sex::Male]
        .into_iter()
        .flat_map(|sex| [0.0, 1.0, 5.0, 10.0, 15.0, 30.0].map(|age| (age, sex)))
        .map(|(age, sex)| {
            let body = Body::new(&Person::reference(age, sex).expect("an age"));
            body.voxels(&body.grid([PIXEL_MM; 3], 6.0))
        })
        .collect();
    let folder = Path::new(&folder);
    save(&folder.join("family_skin.png"), &bodies, skin)?;
    save(&folder.join("family_front.png"), &bodies, |voxels| projection(voxels, 1))?;
    save(&folder.join("family_side.png"), &bodies, |voxels| projection(voxels, 0))?;
    save(&folder.join("family_coronal.png"), &bodies, |voxels| slice(voxels, 1))?;
    save(&folder.join("family_sagittal.png"), &bodies, |voxels| slice(voxels, 0))
}

/// A picture: columns, rows, grey values from the top row down.
type Picture = (usize, usize, Vec<u8>);

fn save(
    path: &Path,
    bodies: &[Voxels],
    draw: impl Fn(&Voxels) -> Picture,
) -> Result<(), Box<dyn std::error::Error>> {
    let pictures: Vec<Picture> = bodies.iter().map(draw).collect();
    let width: usize = pictures.iter().map(|(columns, ..)| columns + 4).sum();
    let height = pictures.iter().map(|(_, rows, _)| *rows).max().unwrap_or(1);
    let mut page = vec![0u8; width * height];
    let mut left = 0;
    for (columns, rows, grey) in &pictures {
        for row in 0..*rows {
            let start = (height - rows + row) * width + left;
            page[start..start + columns].copy_from_slice(&grey[row * columns..(row + 1) * columns]);
        }
        left += columns + 4;
    }
    let mut encoder =
        png::Encoder::new(std::io::BufWriter::new(std::fs::File::create(path)?), width as u32, height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(&page)?;
    Ok(())
}

/// A picture along an axis (0 or 1), feet below; `grey` is asked with the voxels of a line.
fn picture(voxels: &Voxels, axis: usize, grey: impl Fn(&[usize]) -> u8) -> Picture {
    let grid = &voxels.hu.grid;
    let across = 1 - axis;
    let [columns, rows] = [grid.shape[across], grid.shape[2]];
    let mut values = Vec::with_capacity(columns * rows);
    for row in (0..rows).rev() {
        for column in 0..columns {
            let at = |n: usize| {
                let mut index = [0, 0, row];
                index[across] = column;
                index[axis] = n;
                grid.offset(VoxelIndex(index))
            };
            values.push(grey(&(0..grid.shape[axis]).map(at).collect::<Vec<_>>()));
        }
    }
    (columns, rows, values)
}

/// The skin from in front, lit by how it turns.
fn skin(voxels: &Voxels) -> Picture {
    let labels = &voxels.labels.values;
    let (columns, rows, depth) = picture(voxels, 1, |line| {
        line.iter().position(|voxel| labels[*voxel] > 0).map_or(255, |first| first.min(254) as u8)
    });
    let at = |column: usize, row: usize| f64::from(depth[column + columns * row]);
    let shade = |(column, row): (usize, usize)| {
        if at(column, row) >= 255.0 || column == 0 || row == 0 || column + 1 == columns || row + 1 == rows {
            return 0;
        }
        let slope = [at(column + 1, row) - at(column - 1, row), at(column, row + 1) - at(column, row - 1)]
            .map(|step| (step / 2.0).clamp(-4.0, 4.0));
        let length = (1.0 + slope[0].powi(2) + slope[1].powi(2)).sqrt();
        let light = (0.8 + 0.35 * slope[0] + 0.45 * slope[1]) / (length * 0.99);
        (70.0 + 170.0 * light.clamp(0.0, 1.0)) as u8
    };
    let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
    (columns, rows, places.map(shade).collect())
}

/// As on a radiograph.
fn projection(voxels: &Voxels, axis: usize) -> Picture {
    let hu = &voxels.hu.values;
    picture(voxels, axis, |line| {
        let water_cm: f64 = line
            .iter()
            .map(|voxel| {
                let hu = f64::from(hu[*voxel]);
                // Bone counts more, as at diagnostic energies.
                (1.0 + hu / 1000.0) + 1.5 * (hu - 120.0).max(0.0) / 1000.0
            })
            .sum::<f64>()
            * PIXEL_MM
            / 10.0;
        (255.0 * (1.0 - (-water_cm / 14.0).exp())) as u8
    })
}

/// The slice through the middle of the trunk, in a soft-tissue window.
fn slice(voxels: &Voxels, axis: usize) -> Picture {
    let grid = &voxels.hu.grid;
    let hu = &voxels.hu.values;
    let middle = grid.index_of([0.0, 10.0, 0.0])[axis].round() as usize;
    picture(voxels, axis, |line| {
        ((f64::from(hu[line[middle]]) + 300.0) / 900.0 * 255.0).clamp(0.0, 255.0) as u8
    })
}

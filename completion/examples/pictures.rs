//! Pictures of completed bodies, and of the truth where it is known: skin from in front, bones from in front and from the side, slices; the seam as lines.
//!
//! `cargo run --release -p completion --example pictures -- FOLDER [CASE]`; cases on real scans need STRAYDOSE_SHARED.

#![allow(clippy::print_stdout)]

mod cases;

use anatomy::Anatomy;
use cases::{Case, all};
use completion::{End, complete};
use std::path::Path;
use volume::VoxelIndex;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(arguments.first().expect("a folder"));
    std::fs::create_dir_all(folder).expect("a folder");
    for case in all().into_iter().filter(|case| arguments.get(1).is_none_or(|word| case.name.contains(word)))
    {
        let begun = std::time::Instant::now();
        let Case { name, scan, wish, truth } = case();
        let built = begun.elapsed().as_secs_f64();
        match complete(&scan, wish) {
            Ok(done) => {
                println!(
                    "{name}: {:?}, {:.1} s for the scan, {:.1} s to complete, {:?} voxels, {:.1} kg",
                    done.placement,
                    built,
                    begun.elapsed().as_secs_f64() - built,
                    done.anatomy.grid.shape,
                    done.anatomy.mass_g() / 1000.0
                );
                println!("  {:?}", done.person);
                done.notes.iter().for_each(|note| println!("  {note}"));
                for organ in done.anatomy.organs.iter().filter(|organ| organ.from == anatomy::Origin::Both) {
                    println!("  {} {:.1} cm3 both", organ.name, organ.volume_cm3);
                }
                draw(&folder.join(format!("{name}.png")), &done.anatomy, &done.ends);
                if let Some(truth) = truth {
                    draw(&folder.join(format!("{name}_truth.png")), &truth, &done.ends);
                }
            }
            Err(error) => println!("{name}: refused: {error}"),
        }
    }
}

/// Five views beside each other.
fn draw(path: &Path, anatomy: &Anatomy, ends: &[End]) {
    let grid = &anatomy.grid;
    let [nx, ny, nz] = grid.shape;
    let density =
        |i: usize, j: usize, k: usize| anatomy.voxel_density_g_cm3[grid.offset(VoxelIndex([i, j, k]))];
    let body = |i: usize, j: usize, k: usize| anatomy.body[grid.offset(VoxelIndex([i, j, k]))];
    let (mid_x, mid_y) = middle(anatomy);
    let grey = |d: f32| (((d - 0.2) / 1.4).clamp(0.0, 1.0) * 255.0) as u8;
    let bone = |d: f32| (d - 1.12).max(0.0);
    type View<'a> = (usize, Box<dyn Fn(usize, usize) -> u8 + 'a>);
    let views: Vec<View> = vec![
        (nx, Box::new(|i, k| skin(&body, i, ny, k, [nx, nz]))),
        (nx, Box::new(|i, k| ((0..ny).map(|j| bone(density(i, j, k))).sum::<f32>() * 30.0).min(255.0) as u8)),
        (ny, Box::new(|j, k| ((0..nx).map(|i| bone(density(i, j, k))).sum::<f32>() * 24.0).min(255.0) as u8)),
        (nx, Box::new(move |i, k| grey(density(i, mid_y, k)))),
        (ny, Box::new(move |j, k| grey(density(mid_x, j, k)))),
    ];
    let width: usize = views.iter().map(|(width, _)| width + 4).sum();
    let mut pixels = vec![0u8; 3 * width * nz];
    let first_z = grid.origin_mm[2];
    let seams: Vec<usize> =
        ends.iter().map(|end| ((end.at_mm - first_z) / grid.spacing_mm[2]).round() as usize).collect();
    for k in 0..nz {
        let row = nz - 1 - k;
        let mut at = 0;
        for (wide, value) in &views {
            for n in 0..*wide {
                let v = value(n, k);
                let colour = if seams.contains(&k) && n % 6 < 2 { [255, 60, 60] } else { [v; 3] };
                pixels[3 * (row * width + at + n)..][..3].copy_from_slice(&colour);
            }
            at += wide + 4;
        }
    }
    let file = std::fs::File::create(path).expect("a file");
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), width as u32, nz as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().expect("a header").write_image_data(&pixels).expect("a picture");
}

fn middle(anatomy: &Anatomy) -> (usize, usize) {
    let grid = &anatomy.grid;
    let mut sum = [0.0f64; 3];
    for (at, share) in anatomy.body.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let place = grid.voxel(at).0;
        for a in 0..2 {
            sum[a] += place[a] as f64 * f64::from(*share);
        }
        sum[2] += f64::from(*share);
    }
    ((sum[0] / sum[2]) as usize, (sum[1] / sum[2]) as usize)
}

/// Skin from in front, lit by how it slopes.
fn skin(
    body: &dyn Fn(usize, usize, usize) -> f32,
    i: usize,
    ny: usize,
    k: usize,
    [nx, nz]: [usize; 2],
) -> u8 {
    let depth = |i: usize, k: usize| {
        let first = (0..ny).find(|j| body(i, *j, k) > 0.0)?;
        let next = if first + 1 < ny { body(i, first + 1, k) } else { 0.0 };
        // Below the half-filled voxel: its share says where in it the skin is.
        Some(first as f32 + 1.0 - body(i, first, k) - if next < 1.0 { next - 1.0 } else { 0.0 })
    };
    let Some(here) = depth(i, k) else { return 0 };
    let slope = |other: Option<f32>| other.map_or(2.0, |other| (other - here).clamp(-4.0, 4.0));
    let [left, right] =
        [i.checked_sub(2), (i + 2 < nx).then_some(i + 2)].map(|i| slope(i.and_then(|i| depth(i, k))));
    let [down, up] =
        [k.checked_sub(2), (k + 2 < nz).then_some(k + 2)].map(|k| slope(k.and_then(|k| depth(i, k))));
    let [gx, gz] = [(right - left) / 4.0, (up - down) / 4.0];
    let light = (1.0 + 0.4 * gx + 0.6 * gz) / (1.0 + gx * gx + gz * gz).sqrt();
    (140.0 * light).clamp(20.0, 255.0) as u8
}

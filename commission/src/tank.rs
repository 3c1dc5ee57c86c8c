//! Water or air around the points of a measured field, and a detector for each: shares of voxels that add to 1.

use crate::measurement::{Collimation, Medium, Setup};
use treatment::machine::Machine;
use volume::{Grid, VoxelIndex};

/// Water beyond the outermost points and the field's edge (mm): more adds less than a per cent there.
const MARGIN_MM: f64 = 100.0;
/// Edge of a voxel of water (mm); twice that where there would be too many.
const WATER_MM: f64 = 5.0;
/// Edge of a voxel of air (mm).
const AIR_MM: f64 = 20.0;
/// Most voxels of [`WATER_MM`].
const MOST_VOXELS: f64 = 3e6;
/// Density of the water that stands for air (g/cm³): its kerma is kerma in water, and it thins as air does.
pub const AIR_G_CM3: f64 = 0.001_2;
/// A detector reaches this share of its distance from the field's edge to either side, at least half a voxel: the dose
/// falls over centimetres there, so that the mean over it is right to half a per cent.
const REACH: f64 = 0.08;
/// Within the field it reaches this share of the way to the edge, at most [`FLAT_MM`]: there the dose is flat.
const REACH_INSIDE: f64 = 0.25;
/// Most half width within the field (mm).
const FLAT_MM: f64 = 10.0;
/// Half the depth of a detector below the build-up (mm).
const HALF_DEPTH_MM: f64 = 5.0;
/// Depth from which that holds (mm).
const BELOW_BUILD_UP_MM: f64 = 30.0;

/// Shares of voxels that add to 1: a mean dose.
#[derive(Clone, Debug, PartialEq)]
pub struct Detector {
    /// Voxel and share.
    pub shares: Vec<(u32, f64)>,
}

impl Detector {
    /// The mean over an image.
    pub fn read(&self, image: &[f64]) -> f64 {
        self.shares.iter().map(|&(voxel, share)| share * image[voxel as usize]).sum()
    }
}

/// A phantom for one setup.
#[derive(Clone, Debug)]
pub struct Tank {
    /// Its voxels: x as the beam limiting device's, z its y, y the depth (mm).
    pub grid: Grid,
    /// One for each point.
    pub detectors: Vec<Detector>,
}

/// What a point asks for: off the axis along x and y, depth, and the least half width of its detector (mm).
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Off the axis along x and y, and depth (mm).
    pub position_mm: [f64; 3],
    /// Least half width across the beam (mm).
    pub half_width_mm: f64,
}

impl Tank {
    /// The phantom around some points of a setup.
    pub fn new(machine: &Machine, setup: &Setup, points: &[Point]) -> Tank {
        let most = |of: &dyn Fn(&Point) -> f64| points.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let deepest = most(&|point| point.position_mm[2]);
        let reach = |axis: usize| {
            let field = 0.5 * setup.field_mm[axis] * (setup.ssd_mm + deepest) / machine.fits.sad_mm;
            most(&|point| point.position_mm[axis].abs()).max(field) + MARGIN_MM
        };
        let [half_x, half_y] = [reach(0), reach(1)];
        let (top, bottom) = match setup.medium {
            Medium::Water => (0.0, (deepest + MARGIN_MM).max(200.0)),
            Medium::Air => (-most(&|point| -point.position_mm[2]) - MARGIN_MM, deepest + MARGIN_MM),
        };
        let edge = match setup.medium {
            Medium::Air => AIR_MM,
            Medium::Water => {
                let count = 4.0 * half_x * half_y * (bottom - top) / WATER_MM.powi(3);
                if count > MOST_VOXELS { 2.0 * WATER_MM } else { WATER_MM }
            }
        };
        let across = |half: f64| 2 * (half / edge).ceil() as usize;
        let depth_edge = if setup.medium == Medium::Water { WATER_MM } else { AIR_MM };
        let shape = [across(half_x), ((bottom - top) / depth_edge).ceil() as usize, across(half_y)];
        let grid = Grid {
            corner_mm: [-0.5 * edge * shape[0] as f64, top, -0.5 * edge * shape[2] as f64],
            spacing_mm: [edge, depth_edge, edge],
            shape,
        };
        let detectors = points.iter().map(|point| detector(machine, setup, &grid, point)).collect();
        Tank { grid, detectors }
    }
}

/// A detector and its mirror images, where field and head are the same on both sides.
fn detector(machine: &Machine, setup: &Setup, grid: &Grid, point: &Point) -> Detector {
    let [x, y, depth] = point.position_mm;
    let scale = (setup.ssd_mm + depth) / machine.fits.sad_mm;
    let beyond = |axis: usize| point.position_mm[axis].abs() - 0.5 * setup.field_mm[axis] * scale;
    let from_edge = beyond(0).max(0.0).hypot(beyond(1).max(0.0));
    let within = (-beyond(0).max(beyond(1))).max(0.0);
    let [edge_x, edge_y, edge_z] = grid.spacing_mm;
    // Whole voxels wide: then straight lines are read exactly, wherever the point lies in its voxel.
    let half = |edge: f64| {
        let around = (REACH * from_edge).max((REACH_INSIDE * within).min(FLAT_MM));
        let wished = (0.5 * edge).max(around).max(point.half_width_mm);
        0.5 * edge * (2.0 * wished / edge).round()
    };
    let deep = depth > BELOW_BUILD_UP_MM && setup.medium == Medium::Water;
    let half_depth = if deep { HALF_DEPTH_MM.max(0.5 * edge_y) } else { 0.5 * edge_y };
    let along_depth = overlaps(grid.corner_mm[1], edge_y, grid.shape[1], depth, half_depth);
    // Leaves that close the field meet on one side of it; a tilted bank is another on either side.
    let mirrors_x = setup.collimation == Collimation::Open;
    let mirrors_y = machine.devices.iter().all(|device| device.side_focus_mm == 0.0);
    let images = |at: f64, mirrors: bool| if mirrors && at != 0.0 { vec![at, -at] } else { vec![at] };
    let (images_x, images_y) = (images(x, mirrors_x), images(y, mirrors_y));
    let part = 1.0 / (images_x.len() * images_y.len()) as f64;
    let mut shares = Vec::new();
    for &x in &images_x {
        for &y in &images_y {
            let along_x = overlaps(grid.corner_mm[0], edge_x, grid.shape[0], x, half(edge_x));
            let along_z = overlaps(grid.corner_mm[2], edge_z, grid.shape[2], y, half(edge_z));
            for &(k, share_z) in &along_z {
                for &(j, share_y) in &along_depth {
                    for &(i, share_x) in &along_x {
                        let voxel = grid.offset(VoxelIndex([i, j, k])) as u32;
                        shares.push((voxel, part * share_x * share_y * share_z));
                    }
                }
            }
        }
    }
    Detector { shares }
}

/// Voxels along an axis that an interval overlaps, and their shares of it. The mean of a straight line is exact for intervals
/// that are whole voxels wide.
fn overlaps(corner: f64, edge: f64, count: usize, centre: f64, half: f64) -> Vec<(usize, f64)> {
    let [low, high] =
        [centre - half, centre + half].map(|at| ((at - corner) / edge).clamp(0.0, count as f64));
    let voxels = (low.floor() as usize..(high.ceil() as usize).min(count)).map(|voxel| {
        let overlap = (high.min(voxel as f64 + 1.0) - low.max(voxel as f64)).max(0.0);
        (voxel, overlap)
    });
    let found: Vec<(usize, f64)> = voxels.filter(|(_, overlap)| *overlap > 1e-9).collect();
    let sum: f64 = found.iter().map(|(_, overlap)| overlap).sum();
    found.into_iter().map(|(voxel, overlap)| (voxel, overlap / sum)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detector_of_one_voxel_s_width_reads_straight_lines_between_voxels() {
        let shares = overlaps(-10.0, 5.0, 4, 1.0, 2.5);
        assert_eq!(shares.len(), 2);
        let middle = |voxel: usize| -10.0 + 5.0 * (voxel as f64 + 0.5);
        let mean: f64 = shares.iter().map(|&(voxel, share)| share * middle(voxel)).sum();
        assert!((mean - 1.0).abs() < 1e-12, "{shares:?}");
    }

    #[test]
    fn detectors_of_mirror_images_read_their_mean_at_the_right_place() {
        let machine = treatment::machine::built_in().remove(0);
        let setup = Setup {
            field_mm: [100.0, 100.0],
            collimation: Collimation::Open,
            medium: Medium::Water,
            ssd_mm: 900.0,
        };
        let point = Point { position_mm: [123.0, 0.0, 100.0], half_width_mm: 0.0 };
        let tank = Tank::new(&machine, &setup, &[point]);
        let of = |value: &dyn Fn([f64; 3]) -> f64| {
            let image: Vec<f64> =
                (0..tank.grid.len()).map(|at| value(tank.grid.centre_mm(tank.grid.voxel(at)))).collect();
            tank.detectors[0].read(&image)
        };
        assert!((of(&|_| 1.0) - 1.0).abs() < 1e-9);
        assert!((of(&|[x, _, _]| x.abs()) - 123.0).abs() < 1e-9);
        assert!(of(&|[x, _, _]| x).abs() < 1e-9);
        assert!((of(&|[_, depth, _]| depth) - 100.0).abs() < 1e-9);
    }
}

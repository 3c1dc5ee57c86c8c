//! The whole: place the scan on a model, bend the model to the patient, fill what was not scanned.

use crate::Error;
use crate::align::{Placement, shift_near};
use crate::choose::{Chosen, choose};
use crate::fill::{Look, Measured, fill, tissues};
use crate::model::{FILLERS, Model, Part};
use crate::names::stands_for;
use crate::organs::Whole;
use crate::person::Patient;
use crate::slices::Slices;
use crate::warp::Warp;
use crate::whole::cut_organs;
use anatomy::build::labels_of;
use anatomy::placement::MOST_VOXELS;
use anatomy::{Anatomy, Calibration, Organ};
use phantoms::Person;
use volume::{OrientedGrid, VoxelIndex};

/// The body reaches an end of the scan with at least this area there (cm²).
pub(crate) const OPEN_CM2: f64 = 3.0;
/// The ends of the scan are placed by this much of it (mm), at most so far from where all of it would put them.
const END_MM: f64 = 120.0;
const END_SHIFT_MM: f64 = 24.0;
/// Air around the body (voxels).
const AIR_VOXELS: usize = 3;

/// What to complete with.
pub struct Wish {
    /// What is known of the patient.
    pub patient: Patient,
    /// The user's own model, used as it is in place of one of the family.
    pub model: Option<Model>,
    /// How the model's CT numbers are read.
    pub calibration: Calibration,
    /// The box of the scan's voxels along the axes of the anatomy's grid (mm): all in it was measured.
    pub scanned_mm: [[f64; 2]; 3],
}

/// An end of the scan where the model goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
    /// Whether it is the end towards the head.
    pub is_upper: bool,
    /// Where it lies along the patient's axis (mm).
    pub at_mm: f64,
}

/// A whole patient.
pub struct Completed {
    /// On a larger grid; voxels in the scan are as they were.
    pub anatomy: Anatomy,
    /// The active marrow of each site, both sides; parts of the anatomy's organ of all active marrow.
    pub marrow: Vec<Organ>,
    /// Whose body goes on beyond the scan; none for the user's own model.
    pub person: Option<Person>,
    /// Where.
    pub ends: Vec<End>,
    /// Where the scan lies on the model.
    pub placement: Placement,
    /// What was decided, for the report.
    pub notes: Vec<String>,
}

/// Completes the anatomy of a scan.
///
/// # Errors
/// [`Error`]: nothing is known of the patient, nobody is like that, or the scan looks like no part of such a body.
pub fn complete(scan: &Anatomy, wish: Wish) -> Result<Completed, Error> {
    let slices = Slices::of_scan(scan);
    if !slices.slices.iter().any(|slice| slice.area_cm2 > OPEN_CM2) {
        return Err(Error::Empty);
    }
    let Chosen { model, person, placement, notes } =
        choose(scan, &slices, wish.patient, wish.model, &wish.calibration)?;
    build(scan, &slices, &model, person, placement, notes, wish.scanned_mm)
}

fn build(
    scan: &Anatomy,
    slices: &Slices,
    model: &Model,
    person: Option<Person>,
    placement: Placement,
    notes: Vec<String>,
    scanned_mm: [[f64; 2]; 3],
) -> Result<Completed, Error> {
    let ends_mm = scanned_mm[2];
    let step_mm = scan.grid.spacing_mm[2];
    let area = |z_mm: f64| slices.near(z_mm).map_or(0.0, |slice| slice.area_cm2);
    let [low_mm, high_mm] = [ends_mm[0] + 0.75 * step_mm, ends_mm[1] - 0.75 * step_mm];
    let open = [area(low_mm) > OPEN_CM2, area(high_mm) > OPEN_CM2];
    // Where the body ends in the scan, stations go as far as there is any.
    let filled: Vec<usize> =
        (0..slices.slices.len()).filter(|n| slices.slices[*n].area_cm2 > OPEN_CM2).collect();
    let [first, last] = [filled[0], filled[filled.len() - 1]].map(|n| slices.z_mm(n));
    let stations_mm = [first.max(low_mm), last.min(high_mm)];
    let shift = |end: usize| {
        let range = if end == 0 {
            [stations_mm[0], stations_mm[0] + END_MM]
        } else {
            [stations_mm[1] - END_MM, stations_mm[1]]
        };
        shift_near(slices, model.slices(), &placement, range, END_SHIFT_MM)
    };
    let warp = Warp::new(scan, slices, model, &placement, [shift(0), shift(1)], stations_mm);
    if warp.is_empty() {
        return Err(Error::Empty);
    }
    let grid = larger_grid(&scan.grid, warp.bounds_mm(model.bounds_mm()), open)?;
    let offset = offset_in(&grid, &scan.grid);
    let cuts = cut_organs(scan, model, &warp, ends_mm, open, placement.size);
    let fillers = ["Tissue_Rest", "Muscle"];
    let instead = fillers.iter().find_map(|name| model.parts().iter().position(|part| part.name == *name));
    let undrawn = undrawn(scan, model);
    let look = Look { model, warp: &warp, cuts: &cuts, ends_mm, instead, undrawn: &undrawn };
    let measured = Measured::new(&grid, scanned_mm);
    let from_scan = |voxel: usize| {
        let place = grid.voxel(voxel).0;
        let in_scan: [usize; 3] = std::array::from_fn(|a| place[a].wrapping_sub(offset[a]));
        (0..3).all(|a| in_scan[a] < scan.grid.shape[a]).then(|| scan.grid.offset(VoxelIndex(in_scan)))
    };
    let is_open = |voxel: usize| {
        let z = grid.voxel(voxel).0[2] as f64 * step_mm + along_z(&grid);
        (open[0] || z > ends_mm[0]) && (open[1] || z < ends_mm[1])
    };
    let wanted = |voxel: usize| {
        let seen = measured.of(voxel);
        (seen < 1.0 && is_open(voxel))
            || (seen > 0.0 && from_scan(voxel).is_some_and(|at| scan.body[at] > 0.0))
    };
    let filled = fill(&look, &grid, wanted, |voxel| measured.of(voxel) >= 1.0);
    let tissues = tissues(scan, model, &filled, &measured, grid.len(), from_scan);
    let whole = Whole {
        scan,
        model,
        filled: &filled,
        measured: &measured,
        cuts: &cuts,
        grid,
        offset,
        body: &tissues.body,
        density_g_cm3: &tissues.voxel_density_g_cm3,
    };
    let (organs, marrow) = whole.organs();
    let end = |end: usize| open[end].then_some(End { is_upper: end == 1, at_mm: ends_mm[end] });
    let anatomy = Anatomy {
        labels: labels_of(&grid, &organs),
        grid,
        materials: tissues.materials,
        voxel_material: tissues.voxel_material,
        voxel_density_g_cm3: tissues.voxel_density_g_cm3,
        body: tissues.body,
        organs,
        notes: scan.notes.clone(),
    };
    Ok(Completed {
        anatomy,
        marrow,
        person,
        ends: [0, 1].into_iter().filter_map(end).collect(),
        placement,
        notes,
    })
}

/// Which parts of a model belong to organs that nobody drew; what fills the rest of the body does not count.
fn undrawn(scan: &Anatomy, model: &Model) -> Vec<bool> {
    let names = model.organs();
    let drawn: Vec<&str> = scan.organs.iter().flat_map(|organ| stands_for(&organ.name, &names)).collect();
    let is_organ = |part: &Part| !part.organ.is_empty() && !FILLERS.contains(&part.organ.as_str());
    model.parts().iter().map(|part| is_organ(part) && !drawn.contains(&part.organ.as_str())).collect()
}

fn along_z(grid: &OrientedGrid) -> f64 {
    (0..3).map(|c| grid.origin_mm[c] * grid.axes[2][c]).sum()
}

/// The scan's grid, with as many voxels more on each side as a box needs (mm). Ends that are closed stay where they are.
fn larger_grid(scan: &OrientedGrid, body_mm: [[f64; 2]; 3], open: [bool; 2]) -> Result<OrientedGrid, Error> {
    let mut grid = *scan;
    // A body that the scan holds from end to end needs no room.
    if open == [false, false] {
        return Ok(grid);
    }
    for (a, [low_mm, high_mm]) in body_mm.into_iter().enumerate() {
        let spacing = scan.spacing_mm[a];
        let first: f64 = (0..3).map(|c| scan.origin_mm[c] * scan.axes[a][c]).sum::<f64>() - 0.5 * spacing;
        let last = first + spacing * scan.shape[a] as f64;
        let more = |missing_mm: f64| {
            if missing_mm > 0.0 { (missing_mm / spacing).ceil() as usize + AIR_VOXELS } else { 0 }
        };
        let is_open = |end: usize| a < 2 || open[end];
        let below = if is_open(0) { more(first - low_mm) } else { 0 };
        let above = if is_open(1) { more(high_mm - last) } else { 0 };
        for c in 0..3 {
            grid.origin_mm[c] -= below as f64 * spacing * scan.axes[a][c];
        }
        grid.shape[a] += below + above;
    }
    let voxels = grid.shape.iter().try_fold(1usize, |n, &m| n.checked_mul(m)).unwrap_or(usize::MAX);
    if voxels > MOST_VOXELS {
        return Err(anatomy::Error::Voxels { shape: grid.shape, most: MOST_VOXELS }.into());
    }
    Ok(grid)
}

/// Where the first voxel of the scan's grid lies in the larger one.
fn offset_in(grid: &OrientedGrid, scan: &OrientedGrid) -> [usize; 3] {
    grid.index_of(scan.origin_mm).map(|index| index.round().max(0.0) as usize)
}

//! The whole: place the scan on a model, bend the model to the patient, fill what was not scanned.

use crate::Error;
use crate::align::{Pair, Placement, Prior, place, shift_near};
use crate::fill::{Look, Measured, fill, tissues};
use crate::model::{FILLERS, Model, Part};
use crate::names::stands_for;
use crate::organs::Whole;
use crate::person::{self, Patient};
use crate::slices::{Slices, along};
use crate::warp::Warp;
use crate::whole::cut_organs;
use anatomy::build::labels_of;
use anatomy::placement::MOST_VOXELS;
use anatomy::{Anatomy, Calibration, Organ};
use phantoms::{Arms, Body, Person};
use volume::{OrientedGrid, VoxelIndex};

/// What is assumed of the size where the height is known and where it is not, and of the girth where the weight is.
const SAID: Prior = Prior { size: 0.03, area: 0.30 };
const UNSAID: Prior = Prior { size: 0.10, area: 0.45 };
/// A mean cost of a cross-section from here on is no part of a body (a choice: the slabs and real scans of
/// `docs/methods/completion.md` cost 0.4 to 1.3).
const MOST_MISFIT: f64 = 2.2;
/// Cross-sections that are so much smaller or larger than the model's are those of something else: of one leg, for instance.
const AREAS: [f64; 2] = [0.55, 3.0];
/// The same for how far they reach to the sides, at the median.
const NARROW: f64 = 0.65;
/// A height that was said is not believed where another size fits so much better.
const FITS_BETTER: f64 = 0.35;
const OFF_SIZE: [f64; 2] = [0.88, 1.14];
/// The body reaches an end of the scan with at least this area there (cm²).
const OPEN_CM2: f64 = 3.0;
/// The ends of the scan are placed by this much of it (mm), at most so far from where all of it would put them.
const END_MM: f64 = 120.0;
const END_SHIFT_MM: f64 = 24.0;
/// So much of the trunk must be seen before a weight is read off it (mm).
const TRUNK_MM: f64 = 60.0;
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

/// The model and where the scan lies on it.
struct Chosen {
    model: Model,
    person: Option<Person>,
    placement: Placement,
    notes: Vec<String>,
}

fn choose(
    scan: &Anatomy,
    slices: &Slices,
    patient: Patient,
    own: Option<Model>,
    calibration: &Calibration,
) -> Result<Chosen, Error> {
    let all = [f64::NEG_INFINITY, f64::INFINITY];
    let placed = |model: &Model, prior| place(slices, model.slices(), &pairs(scan, model), prior, all);
    if let Some(model) = own {
        let placement = placed(&model, UNSAID);
        check(&placement, slices, &model)?;
        return Ok(Chosen { model, person: None, placement, notes: Vec::new() });
    }
    let person::Begun { mut person, mut height_known, weight_known, mut notes } =
        person::begin(&patient, scan)?;
    let family = |person: &Person| Model::of_family(Body::new(person), calibration);
    let mut model = family(&person);
    let mut placement = placed(&model, if height_known { SAID } else { UNSAID });
    let begun = person;
    if height_known {
        let free = placed(&model, UNSAID);
        let off = !(OFF_SIZE[0]..=OFF_SIZE[1]).contains(&free.size);
        if off && free.misfit + FITS_BETTER < placement.misfit {
            let seen_cm = free.size * person.height_cm();
            notes.push(format!(
                "the height of {:.0} cm does not go with the scan, which looks like one of {seen_cm:.0} cm: this was taken",
                person.height_cm()
            ));
            (height_known, placement) = (false, free);
        }
    }
    check(&placement, slices, &model)?;
    if !height_known {
        let height_cm = placement.size * person.height_cm();
        person = person::nearest(&person, height_cm, weight_known.then(|| person.weight_kg()))?;
        if patient.height_cm.is_none() {
            notes.push(format!("the height is not known: {:.0} cm by the scan", person.height_cm()));
        }
    }
    let up = arms_are_up(slices, &model, &placement);
    if !weight_known {
        let wider = trunk_wider(slices, &model, &placement, up);
        let usual_kg =
            Person::new(person.age_years(), person.sex(), Some(person.height_cm()), None)?.weight_kg();
        let weight_kg = wider.map_or(usual_kg, |wider| usual_kg * wider.exp());
        person = person::nearest(&person, person.height_cm(), Some(weight_kg))?;
        let by =
            if wider.is_some() { "by the girth of the scanned trunk" } else { "as is usual at that height" };
        notes.push(format!("the weight is not known: {:.1} kg {by}", person.weight_kg()));
    }
    if up {
        person = person.with_arms(Arms::Up);
        notes.push("no arms lie beside the scanned trunk: beyond the scan they are over the head".into());
    }
    if person != begun {
        model = family(&person);
        placement = placed(&model, SAID);
    }
    Ok(Chosen { model, person: Some(person), placement, notes })
}

fn check(placement: &Placement, slices: &Slices, model: &Model) -> Result<(), Error> {
    let area = placement.wider + 2.0 * placement.size.ln();
    let is_body = !is_narrow(placement, slices, model);
    if is_body && placement.misfit <= MOST_MISFIT && (AREAS[0].ln()..=AREAS[1].ln()).contains(&area) {
        return Ok(());
    }
    let why = "its cross-sections, bones and lungs agree nowhere with it; are age, sex, height and weight those of the \
               patient, and is it a scan of head, neck or trunk with the whole width of the body (not of a limb alone)?";
    Err(Error::NoFit { why: why.into() })
}

/// Whether most cross-sections reach far less to the sides than the model's do: a limb alone.
fn is_narrow(placement: &Placement, slices: &Slices, model: &Model) -> bool {
    let ratio = |n: usize| {
        let ours = &slices.slices[n];
        let theirs = model.slices().near(placement.model_mm(slices.z_mm(n)))?;
        (ours.area_cm2 > OPEN_CM2 && theirs.area_cm2 > OPEN_CM2)
            .then(|| ours.reach_mm[0] / (theirs.reach_mm[1] * placement.size))
    };
    let mut ratios: Vec<f64> = (0..slices.slices.len()).filter_map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).is_some_and(|ratio| *ratio < NARROW)
}

/// Organs that are drawn whole, with the model's.
fn pairs(scan: &Anatomy, model: &Model) -> Vec<Pair> {
    let names = model.organs();
    let last = scan.grid.shape[2];
    let found = scan.organs.iter().filter_map(|organ| {
        let points: Vec<f64> = stands_for(&organ.name, &names)
            .iter()
            .filter_map(|name| model.slices().organs.get(*name))
            .flat_map(|extent| extent.points_mm.iter().map(|p| p[2]))
            .collect();
        let margin = 4;
        let [low, high] = [organ.coverage.lower[2], organ.coverage.lower[2] + organ.coverage.shape[2]];
        if points.len() < 4 || low < margin || high + margin > last {
            return None;
        }
        let (sum, weight) = organ.coverage.voxels().fold((0.0, 0.0), |(sum, weight), (voxel, share)| {
            (sum + f64::from(share) * along(scan, scan.grid.voxel(voxel).0)[2], weight + f64::from(share))
        });
        Some([sum / weight, points.iter().sum::<f64>() / points.len() as f64])
    });
    found.collect()
}

/// Logarithm of the patient's cross-sections of the trunk over the model's, beyond its size; none if too little is seen.
fn trunk_wider(slices: &Slices, model: &Model, placed: &Placement, arms_up: bool) -> Option<f64> {
    let crown_mm = model.bounds_mm()[2][1];
    let mut ratios: Vec<f64> = (0..slices.slices.len())
        .filter_map(|n| {
            let model_mm = placed.model_mm(slices.z_mm(n));
            let theirs = model.slices().near(model_mm)?;
            let area = if arms_up { theirs.main_cm2 } else { theirs.area_cm2 };
            let is_trunk = (0.0..0.6 * crown_mm).contains(&model_mm);
            (is_trunk && slices.slices[n].area_cm2 > OPEN_CM2 && area > OPEN_CM2)
                .then(|| (slices.slices[n].area_cm2 / area).ln() - 2.0 * placed.size.ln())
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let enough = ratios.len() as f64 * slices.step_mm >= TRUNK_MM;
    enough.then(|| ratios[ratios.len() / 2])
}

/// Whether arms are missing in most of the cross-sections in which a model with arms beside the trunk has them.
fn arms_are_up(slices: &Slices, model: &Model, placed: &Placement) -> bool {
    let (mut expected, mut missing) = (0, 0);
    for (n, slice) in slices.slices.iter().enumerate().filter(|(_, slice)| slice.area_cm2 > OPEN_CM2) {
        let model_mm = placed.model_mm(slices.z_mm(n));
        let Some(theirs) = model.slices().near(model_mm) else { continue };
        let [all_mm, main_mm] = theirs.reach_mm.map(|mm| mm * placed.size);
        if all_mm < 1.15 * main_mm {
            continue;
        }
        expected += 1;
        if slice.reach_mm[0] < 0.5 * (all_mm + main_mm) {
            missing += 1;
        }
    }
    f64::from(expected) * slices.step_mm >= 30.0 && 2 * missing > expected
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

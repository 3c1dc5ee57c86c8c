//! A structure's contours sorted into planes, each with the slab of space that it stands for.

use super::{ContourNote, Structure};
use crate::{Error, OrientedGrid};

/// How far a contour's points may leave their plane (mm): coordinates are often rounded to 0.01 mm.
const PLANE_TOLERANCE_MM: f64 = 0.1;

/// Planes closer than this are one (mm).
const SAME_PLANE_MM: f64 = 0.05;

/// Planes further apart than so many usual distances are not joined: the structure ends and begins again.
const GAP_IN_USUAL_DISTANCES: f64 = 2.5;

/// Coordinates beyond this are no position of a patient (mm).
const FARTHEST_MM: f64 = 1e6;

/// The closed polygons on one plane, in voxels: voxel n spans n to n + 1.
pub(super) struct Plane {
    /// Lower and upper face of the slab that the plane stands for, along the axis across the planes.
    pub slab: [f64; 2],
    /// Polygons in the two other axes, ascending.
    pub polygons: Vec<Vec<[f64; 2]>>,
}

/// All planes of a structure on a grid.
pub(super) struct Planes {
    /// The grid's axis across the planes.
    pub axis: usize,
    /// In ascending order; slabs do not overlap.
    pub planes: Vec<Plane>,
    /// What was left out or assumed.
    pub notes: Vec<ContourNote>,
}

impl Planes {
    /// Sorts the contours of a structure into planes of the grid.
    ///
    /// Each plane owns half the distance to its neighbours; the outermost own as much outwards as the usual (median)
    /// distance gives. A single plane gets `drawn_spacing_mm`, or the grid's own spacing.
    pub fn of(
        structure: &Structure,
        grid: &OrientedGrid,
        drawn_spacing_mm: Option<f64>,
    ) -> Result<Self, Error> {
        check(grid)?;
        let mut notes = Vec::new();
        let contours = usable_contours(structure, grid, &mut notes);
        let Some(axis) = axis_across(&contours, grid, &structure.name)? else {
            return Ok(Self { axis: 2, planes: Vec::new(), notes });
        };
        let spacing_mm = grid.spacing_mm[axis];
        let [u, v] = in_plane(axis);
        let mut placed: Vec<(f64, Vec<[f64; 2]>)> = (contours.iter())
            .map(|contour| {
                let place = contour.iter().map(|p| p[axis]).sum::<f64>() / contour.len() as f64;
                (place, contour.iter().map(|p| [p[u], p[v]]).collect())
            })
            .collect();
        placed.sort_by(|a, b| a.0.total_cmp(&b.0));

        let mut planes: Vec<(f64, Vec<Vec<[f64; 2]>>)> = Vec::new();
        let mut repeated = 0;
        for (place, polygon) in placed {
            match planes.last_mut() {
                Some((at, polygons)) if (place - *at) * spacing_mm <= SAME_PLANE_MM => {
                    if polygons.contains(&polygon) {
                        repeated += 1;
                    } else {
                        polygons.push(polygon);
                    }
                }
                _ => planes.push((place, vec![polygon])),
            }
        }
        if repeated > 0 {
            notes.push(ContourNote::Repeated { contours: repeated });
        }
        let places: Vec<f64> = planes.iter().map(|(place, _)| *place).collect();
        let slabs = slabs(&places, spacing_mm, drawn_spacing_mm, &mut notes);
        let planes =
            (planes.into_iter().zip(slabs)).map(|((_, polygons), slab)| Plane { slab, polygons }).collect();
        Ok(Self { axis, planes, notes })
    }

    /// Lowest voxel and number of voxels along each axis of the smallest box of the grid that holds every slab.
    pub fn window(&self, grid: &OrientedGrid) -> ([usize; 3], [usize; 3]) {
        let mut lower = [f64::INFINITY; 3];
        let mut upper = [f64::NEG_INFINITY; 3];
        let [u, v] = in_plane(self.axis);
        for plane in &self.planes {
            lower[self.axis] = lower[self.axis].min(plane.slab[0]);
            upper[self.axis] = upper[self.axis].max(plane.slab[1]);
            for point in plane.polygons.iter().flatten() {
                for (a, value) in [(u, point[0]), (v, point[1])] {
                    lower[a] = lower[a].min(value);
                    upper[a] = upper[a].max(value);
                }
            }
        }
        // Casts saturate, so that an empty box (infinite bounds) ends up with no voxels.
        let first: [usize; 3] =
            std::array::from_fn(|a| (lower[a].floor().max(0.0) as usize).min(grid.shape[a]));
        let end: [usize; 3] = std::array::from_fn(|a| (upper[a].ceil().max(0.0) as usize).min(grid.shape[a]));
        let shape: [usize; 3] = std::array::from_fn(|a| end[a].saturating_sub(first[a]));
        if shape.contains(&0) { ([0; 3], [0; 3]) } else { (first, shape) }
    }
}

/// The two axes other than `axis`, ascending.
pub(super) fn in_plane(axis: usize) -> [usize; 2] {
    [[1, 2], [0, 2], [0, 1]][axis]
}

fn check(grid: &OrientedGrid) -> Result<(), Error> {
    let bad = |why: String| Err(Error::BadGrid { why });
    let Some(voxels) = grid.shape.iter().try_fold(1usize, |n, &m| n.checked_mul(m)) else {
        return bad(format!("{:?} voxels are too many to count", grid.shape));
    };
    if voxels == 0 {
        return bad("it has no voxels".into());
    }
    if !grid.spacing_mm.iter().all(|s| s.is_finite() && *s > 0.0) {
        return bad(format!("its spacing is {:?} mm", grid.spacing_mm));
    }
    if !grid.origin_mm.iter().chain(grid.axes.iter().flatten()).all(|x| x.is_finite()) {
        return bad("its position is not finite".into());
    }
    Ok(())
}

/// Contours in voxels (voxel n spans n to n + 1), without those that enclose nothing or lie nowhere.
fn usable_contours(
    structure: &Structure,
    grid: &OrientedGrid,
    notes: &mut Vec<ContourNote>,
) -> Vec<Vec<[f64; 3]>> {
    let (mut short, mut nowhere) = (0, 0);
    let mut usable = Vec::with_capacity(structure.contours.len());
    for contour in &structure.contours {
        if contour.len() < 3 {
            short += 1;
        } else if !contour.iter().flatten().all(|x| x.abs() <= FARTHEST_MM) {
            nowhere += 1;
        } else {
            usable.push(contour.iter().map(|point| grid.index_of(*point).map(|index| index + 0.5)).collect());
        }
    }
    if short > 0 {
        notes.push(ContourNote::TooFewPoints { contours: short });
    }
    if nowhere > 0 {
        notes.push(ContourNote::NotAPosition { contours: nowhere });
    }
    usable
}

/// The axis along which every contour is flat; `None` without contours.
fn axis_across(contours: &[Vec<[f64; 3]>], grid: &OrientedGrid, name: &str) -> Result<Option<usize>, Error> {
    if contours.is_empty() {
        return Ok(None);
    }
    let extents_mm: Vec<[f64; 3]> = contours.iter().map(|contour| extent_mm(contour, grid)).collect();
    let total = |a: usize| extents_mm.iter().map(|extent| extent[a]).sum::<f64>();
    // The last axis wins a tie: contours without extent are taken to lie on image slices.
    let axis = (0..3).min_by(|&a, &b| total(a).total_cmp(&total(b)).then(b.cmp(&a))).expect("three axes");
    match extents_mm.iter().find(|extent| extent[axis] > 2.0 * PLANE_TOLERANCE_MM) {
        Some(extent) => Err(Error::ObliqueContour {
            structure: name.into(),
            extent_mm: extent.iter().copied().fold(0.0, f64::max),
            off_plane_mm: extent[axis],
        }),
        None => Ok(Some(axis)),
    }
}

fn extent_mm(contour: &[[f64; 3]], grid: &OrientedGrid) -> [f64; 3] {
    std::array::from_fn(|a| {
        let (low, high) = contour
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(p[a]), high.max(p[a])));
        (high - low) * grid.spacing_mm[a]
    })
}

/// The slab of each plane, from ascending places in voxels.
fn slabs(
    places: &[f64],
    spacing_mm: f64,
    drawn_spacing_mm: Option<f64>,
    notes: &mut Vec<ContourNote>,
) -> Vec<[f64; 2]> {
    let mut distances: Vec<f64> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
    distances.sort_by(f64::total_cmp);
    let drawn = drawn_spacing_mm.filter(|mm| mm.is_finite() && *mm > 0.0).unwrap_or(spacing_mm) / spacing_mm;
    let usual = if distances.is_empty() { drawn } else { distances[(distances.len() - 1) / 2] };
    if places.len() == 1 {
        notes.push(ContourNote::SinglePlane { thickness_mm: usual * spacing_mm });
    }
    let half_distance = |from: f64, to: f64| {
        let distance = to - from;
        if distance > GAP_IN_USUAL_DISTANCES * usual { usual / 2.0 } else { distance / 2.0 }
    };
    for pair in places.windows(2) {
        if pair[1] - pair[0] > GAP_IN_USUAL_DISTANCES * usual {
            let width_mm = (pair[1] - pair[0]) * spacing_mm;
            notes.push(ContourNote::Gap { width_mm, usual_mm: usual * spacing_mm });
        }
    }
    (0..places.len())
        .map(|n| {
            let below = if n > 0 { half_distance(places[n - 1], places[n]) } else { usual / 2.0 };
            let above = places.get(n + 1).map_or(usual / 2.0, |next| half_distance(places[n], *next));
            [places[n] - below, places[n] + above]
        })
        .collect()
}

//! Couches and boards that an outline of the patient includes: found, taken out of the patient, and said.
//!
//! Planners often draw the outline around patient and immobilisation, so that both are calculated. Their matter is real
//! and stays where the planner put it; but it is no part of the patient, whose mean dose and mass it would change.

use crate::outline::{self, components::Components, morphology};
use crate::region::{Region, Role};
use crate::resample::class;
use crate::{Calibration, Note, Support};
use rayon::prelude::*;
use volume::{Image, Mask};

/// An outline may lie this far outside of what the threshold finds: skin folds, bolus, hair, a generous pen (mm).
const SLACK_MM: f64 = 8.0;
/// Smaller pieces beyond that are a matter of taste (cm³).
const LEAST_CM3: f64 = 100.0;
/// Less dense pieces are air in a loose outline (g/cm³); the foam of boards has 0.03 and more.
const LEAST_G_CM3: f64 = 0.02;
/// A structure of a support that holds this share of the patient in its slices was drawn around the patient.
const AROUND_SHARE: f64 = 0.5;

/// Takes supports out of the patient's voxels (`classes`, drawn as an outline structure); gives the voxels taken.
///
/// First what structures of supports hold (as [`Support`] says, air or as scanned); then pieces of the outline of at least
/// 100 cm³ that lie further than 8 mm from what [`outline::body`] finds and are no air: these stay as scanned, as in the
/// plan, and are no patient. Slices in which the body reaches the edge of the scan are left alone, and so is
/// what an organ's structure holds.
pub fn take_out(
    ct: &Image<f32>,
    regions: &[Region],
    support: Support,
    calibration: &Calibration,
    classes: &mut [u8],
    notes: &mut Vec<Note>,
) -> Option<Mask> {
    // Without a body by threshold (a phantom of foam, a scan of noise) nobody can tell.
    let body = outline::body(ct).ok()?;
    let drawn = classes.to_vec();
    take_out_structures(ct, regions, support, &body, classes, notes);
    take_out_pieces(ct, regions, calibration, &body, classes, notes);
    let inside: Vec<bool> = drawn
        .iter()
        .zip(classes.iter())
        .map(|(before, after)| class::is_patient(*before) && !class::is_patient(*after))
        .collect();
    inside.contains(&true).then(|| Mask {
        grid: ct.grid,
        lower: [0; 3],
        shape: ct.grid.shape,
        inside,
        notes: Vec::new(),
    })
}

fn take_out_structures(
    ct: &Image<f32>,
    regions: &[Region],
    support: Support,
    body: &[u8],
    classes: &mut [u8],
    notes: &mut Vec<Note>,
) {
    let voxel_cm3 = ct.grid.voxel_volume_mm3() / 1000.0;
    let slice = ct.grid.shape[0] * ct.grid.shape[1];
    for region in regions.iter().filter(|region| region.role() == Role::Support) {
        let Ok(mask) = region.mask(&ct.grid) else { continue };
        let in_outline: Vec<usize> = mask.voxels().filter(|at| class::is_patient(classes[*at])).collect();
        if in_outline.is_empty() {
            continue;
        }
        let structure = region.name().to_owned();
        let mut slices: Vec<usize> = in_outline.iter().map(|at| at / slice).collect();
        slices.dedup();
        let count = |voxels: &[u8]| voxels.iter().filter(|voxel| **voxel != 0).count();
        let of_body: usize = slices.iter().map(|k| count(&body[k * slice..(k + 1) * slice])).sum();
        let held = in_outline.iter().filter(|at| body[**at] != 0).count();
        if held as f64 > AROUND_SHARE * of_body as f64 {
            notes.push(Note::SupportAroundPatient { structure });
            continue;
        }
        let set = if support == Support::Keep { class::SCANNED | class::SUPPORT } else { class::OUTSIDE };
        in_outline.iter().for_each(|at| classes[*at] = set);
        notes.push(Note::SupportInOutline {
            structure: Some(structure),
            volume_cm3: in_outline.len() as f64 * voxel_cm3,
        });
    }
}

fn take_out_pieces(
    ct: &Image<f32>,
    regions: &[Region],
    calibration: &Calibration,
    body: &[u8],
    classes: &mut [u8],
    notes: &mut Vec<Note>,
) {
    let shape = ct.grid.shape;
    let slice = shape[0] * shape[1];
    let voxel_cm3 = ct.grid.voxel_volume_mm3() / 1000.0;
    let reach = [0, 1].map(|a| (SLACK_MM / ct.grid.spacing_mm[a]).round() as usize);
    // What is further from the body than the slack, slice by slice.
    let mut beyond = body.to_vec();
    beyond.par_chunks_mut(slice).zip(classes.par_chunks(slice)).for_each(|(beyond, classes)| {
        if reaches_edge(beyond, shape[0]) {
            return beyond.fill(0);
        }
        morphology::dilate(beyond, shape[0], reach);
        for (beyond, class) in beyond.iter_mut().zip(classes) {
            *beyond = u8::from(*beyond == 0 && class::is_patient(*class));
        }
    });
    let least = (LEAST_CM3 / voxel_cm3).ceil() as usize;
    Components::of(&beyond, shape).keep(&mut beyond, least);
    if !beyond.contains(&1) {
        return;
    }
    // Lungs cut open by the edge of a scan look like a board to a threshold; a planner has drawn them.
    let mut held = vec![false; beyond.len()];
    for region in regions.iter().filter(|region| region.role() == Role::Organ) {
        region.mask(&ct.grid).iter().flat_map(Mask::voxels).for_each(|at| held[at] = true);
    }
    beyond.iter_mut().zip(&held).filter(|(_, held)| **held).for_each(|(beyond, _)| *beyond = 0);
    let pieces = Components::of(&beyond, shape).pieces(0..usize::MAX);
    let density = |at: &usize| f64::from(calibration.tissue(ct.values[*at]).density_g_cm3);
    let is_air = |piece: &[usize]| piece.iter().map(density).sum::<f64>() < LEAST_G_CM3 * piece.len() as f64;
    for piece in pieces.iter().filter(|piece| piece.len() < least || is_air(piece)) {
        piece.iter().for_each(|at| beyond[*at] = 0);
    }
    // The pieces grow back to the body.
    beyond
        .par_chunks_mut(slice)
        .for_each(|beyond| morphology::dilate(beyond, shape[0], reach.map(|n| n + 1)));
    let mut taken = 0usize;
    for (((class, beyond), body), held) in classes.iter_mut().zip(&beyond).zip(body).zip(&held) {
        if *beyond == 1 && *body == 0 && !held && class::is_patient(*class) {
            *class |= class::SUPPORT;
            taken += 1;
        }
    }
    if taken > 0 {
        notes.push(Note::SupportInOutline { structure: None, volume_cm3: taken as f64 * voxel_cm3 });
    }
}

/// Whether a slice has anything on its edge.
fn reaches_edge(slice: &[u8], columns: usize) -> bool {
    let any = |line: &[u8]| line.iter().any(|voxel| *voxel != 0);
    any(&slice[..columns])
        || any(&slice[slice.len() - columns..])
        || slice.chunks_exact(columns).any(|row| row[0] != 0 || row[columns - 1] != 0)
}

//! From a plan's beams to the engine's source: pieces, spectra, profiles, jaws and leaves.

use crate::Error;
use dose_core::case::{Component, Head, HeadBeam, MaterialId, Piece};
use dose_core::material::Material;
use dose_core::spectrum::{Bin, Spectrum};
use treatment::iec61217::PatientPosition;
use treatment::machine::{BeamQuality, Choice, Machine};
use treatment::opening::rectangles;
use treatment::segment::{Sampling, Segment, segments};
use treatment::{ApertureTable, Beam};
use volume::OrientedGrid;

/// The gantry turns by no more than this in a piece; jaws and leaves move within it (rad).
const TURN_RAD: f64 = 2.0 * std::f64::consts::PI / 180.0;
/// Bins of a spectrum.
const SPECTRUM_BINS: usize = 120;
/// Step and end of the profile's table (tangent of the angle off the axis).
const PROFILE_STEP: f64 = 0.005;
const PROFILE_END: f64 = 0.35;
/// What is added around an opening (mm, isocentre plane): penumbra and tips, where much of the metal's shine is.
const OPENING_MARGIN_MM: f64 = 10.0;
/// Half the width of the whole beam (tangent): a square of 40 cm at 100 cm and a penumbra.
const HALF_WIDTH: f64 = 0.21;
/// Share of the photons aimed at the opening, for a run of open photons and for one of transmitted photons.
const AIMED_OPEN: f64 = 1.0;
const AIMED_TRANSMITTED: f64 = 0.3;

/// A beam of the plan with the machine that gives it and what it gives.
pub struct Given<'a> {
    /// The beam.
    pub beam: &'a Beam,
    /// The machine, and which of its beams it is.
    pub choice: &'a Choice<'a>,
    /// Monitor units in all fractions.
    pub mu: f64,
    /// Dose for each monitor unit and unit of fluence (Gy), see [`crate::monitor`].
    pub gy_per_unit: f64,
}

/// The engine's source for these beams in a grid; metals of the head are added to the materials.
///
/// # Errors
/// A machine that does not fit the beam, or too many materials.
pub fn head(
    given: &[Given],
    position: PatientPosition,
    grid: &OrientedGrid,
    component: Component,
    materials: &mut Vec<Material>,
) -> Result<Head, Error> {
    let mut beams = Vec::with_capacity(given.len());
    let mut pieces = Vec::new();
    for (index, given) in given.iter().enumerate() {
        beams.push(head_beam(given.choice.machine, given.choice.quality, given.beam, materials)?);
        let sampling = Sampling { turn_rad: TURN_RAD, travel_mm: f64::INFINITY };
        let cut = segments(given.beam, given.mu * given.gy_per_unit, position, sampling);
        let of_interval = |start: usize| cut.iter().filter(|segment| segment.start == start).count();
        pieces.extend(cut.iter().map(|segment| {
            let half = 0.5 / of_interval(segment.start) as f64;
            let parts = [(segment.part - half).max(0.0), (segment.part + half).min(1.0)];
            piece(index, given.beam, segment, parts, grid)
        }));
    }
    if pieces.is_empty() {
        return Err(Error::NothingDelivered);
    }
    let aimed_share = if component == Component::Open { AIMED_OPEN } else { AIMED_TRANSMITTED };
    Ok(Head { beams, pieces, component, aimed_share, half_width: HALF_WIDTH })
}

/// Refuses a beam with metal that the source does not have.
///
/// # Errors
/// [`Error::Wedge`].
pub fn check(beam: &Beam) -> Result<(), Error> {
    for point in &beam.control_points {
        let in_beam = beam.wedges.iter().zip(&point.pose.wedges).find(|(wedge, at)| wedge.is_metal_in(**at));
        if let Some((wedge, _)) = in_beam {
            let (number, beam, wedge) = (beam.number, beam.name.clone(), wedge.id.clone());
            return Err(Error::Wedge { number, beam, wedge });
        }
    }
    Ok(())
}

/// Where a point of the patient lies from the grid's lower corner (mm).
pub fn local_point_mm(grid: &OrientedGrid, point_mm: [f64; 3]) -> [f64; 3] {
    let index = grid.index_of(point_mm);
    std::array::from_fn(|a| (index[a] + 0.5) * grid.spacing_mm[a])
}

/// Where a direction points along the grid's axes.
fn local_direction(grid: &OrientedGrid, direction: [f64; 3]) -> [f64; 3] {
    grid.axes.map(|axis| (0..3).map(|a| axis[a] * direction[a]).sum())
}

fn piece(beam_index: usize, beam: &Beam, segment: &Segment, parts: [f64; 2], grid: &OrientedGrid) -> Piece {
    let axis = |a: usize| {
        let mut unit = [0.0; 3];
        unit[a] = 1.0;
        local_direction(grid, segment.patient_from_limiting_device.direction(unit))
    };
    Piece {
        beam: beam_index,
        mu: segment.mu,
        pose: segment.start as u32,
        parts,
        source_mm: local_point_mm(grid, segment.source_mm),
        axes: [axis(0), axis(1), axis(2)],
        opening: opening(beam, segment.start, parts),
    }
}

/// A box around what is open at any time of a piece (tangents).
fn opening(beam: &Beam, start: usize, parts: [f64; 2]) -> [f64; 4] {
    let moments = [parts[0], 0.5 * (parts[0] + parts[1]), parts[1]];
    let mut around = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
    for part in moments {
        let pose = beam.pose_within(start, part);
        for open in rectangles(&beam.devices, &pose.openings) {
            around[0] = around[0].min(open.x_mm[0]);
            around[1] = around[1].max(open.x_mm[1]);
            around[2] = around[2].min(open.y_mm[0]);
            around[3] = around[3].max(open.y_mm[1]);
        }
    }
    // All closed: what shines through is looked for on the axis and in the whole beam.
    let around = if around[0] < around[1] { around } else { [0.0; 4] };
    let widest = HALF_WIDTH * beam.sad_mm;
    let margin = [-OPENING_MARGIN_MM, OPENING_MARGIN_MM, -OPENING_MARGIN_MM, OPENING_MARGIN_MM];
    std::array::from_fn(|i| (around[i] + margin[i]).clamp(-widest, widest) / beam.sad_mm)
}

/// Spectrum, profile and collimators of a beam.
pub fn head_beam(
    machine: &Machine,
    quality: &BeamQuality,
    beam: &Beam,
    materials: &mut Vec<Material>,
) -> Result<HeadBeam, Error> {
    let bins = quality.spectrum.bins(SPECTRUM_BINS).bins;
    let bins = bins.into_iter().map(|(lo_mev, hi_mev, weight)| Bin { lo_mev, hi_mev, weight });
    let spectrum = Spectrum::from_bins(bins.collect())?;
    let nodes = (PROFILE_END / PROFILE_STEP) as usize + 1;
    let profile = (0..nodes).map(|i| {
        let tangent = i as f64 * PROFILE_STEP;
        [quality.profile.relative_fluence(tangent), quality.softening.energy_factor(tangent)]
    });
    let aperture = ApertureTable::new(machine, beam)?;
    let banks = aperture.materials.iter().map(|name| metal(machine, name, materials));
    Ok(HeadBeam {
        spectrum,
        focal_spot_mm: quality.focal_spot_mm,
        profile: profile.collect(),
        profile_step: PROFILE_STEP,
        banks: banks.collect::<Result<_, _>>()?,
        aperture: aperture.floats,
    })
}

/// The metal of this name among the materials, added if it is new.
fn metal(machine: &Machine, name: &str, materials: &mut Vec<Material>) -> Result<(MaterialId, f64), Error> {
    let refuse = |why: String| Error::Machine { machine: machine.name.clone(), why };
    let described = machine.material(name).ok_or_else(|| refuse(format!("it does not describe {name:?}")))?;
    let density = described.density_g_cm3;
    if let Some(at) = materials.iter().position(|material| material.name == name) {
        return Ok((MaterialId(at as u8), density));
    }
    if materials.len() >= 255 {
        return Err(Error::Materials { count: materials.len() + 1 });
    }
    let mut fractions = Vec::with_capacity(described.mass_fractions.len());
    for (symbol, share) in &described.mass_fractions {
        let number = dose_core::data::atomic_number(symbol)
            .ok_or_else(|| refuse(format!("{symbol:?} in {name:?} is no element")))?;
        fractions.push((number, *share));
    }
    materials.push(Material::new(name, density, &fractions)?);
    Ok((MaterialId(materials.len() as u8 - 1), density))
}

#[cfg(test)]
mod tests {
    use super::*;
    use treatment::pose::WedgePosition;
    use treatment::synthetic::{Identity, Target, four_fields};
    use treatment::wedge::{Wedge, WedgeKind};

    fn beam() -> Beam {
        let target = Target {
            centre_mm: [0.0; 3],
            radius_mm: 30.0,
            position: PatientPosition::Hfs,
            dose_gy: 50.0,
            fractions: 25,
            mu: 100.0,
        };
        let identity =
            Identity { uid: "1.2".into(), frame_of_reference_uid: "1.3".into(), structure_set_uid: None };
        four_fields(&target, &identity).beams.remove(0)
    }

    #[test]
    fn a_metal_wedge_is_refused_by_name_and_one_that_is_out_is_not() {
        for (kind, position, is_refused) in [
            (WedgeKind::Physical, WedgePosition::In, true),
            (WedgeKind::Motorized, WedgePosition::In, true),
            (WedgeKind::Motorized, WedgePosition::Out, false),
            (WedgeKind::Dynamic, WedgePosition::In, false),
        ] {
            let mut beam = beam();
            let id = "W45".to_owned();
            beam.wedges = vec![Wedge { number: 1, id, kind, angle_rad: 0.7, orientation_rad: 0.0 }];
            beam.control_points.iter_mut().for_each(|point| point.pose.wedges = vec![position]);
            let refusal = check(&beam).err().map(|error| error.to_string());
            assert_eq!(refusal.is_some(), is_refused, "{kind:?}, {position:?}");
            assert!(refusal.is_none_or(|text| text.contains("W45") && text.contains(&beam.name)));
        }
    }

    #[test]
    fn the_opening_of_a_piece_holds_the_field_and_its_margin() {
        let beam = beam();
        let around = opening(&beam, 0, [0.0, 1.0]).map(|tangent| tangent * beam.sad_mm);
        let open = rectangles(&beam.devices, &beam.control_points[0].pose.openings);
        let least = open.iter().map(|r| r.x_mm[0]).fold(f64::INFINITY, f64::min);
        let most = open.iter().map(|r| r.y_mm[1]).fold(f64::NEG_INFINITY, f64::max);
        assert!((around[0] - (least - OPENING_MARGIN_MM)).abs() < 1e-9, "{around:?}");
        assert!((around[3] - (most + OPENING_MARGIN_MM)).abs() < 1e-9, "{around:?}");
    }

    #[test]
    fn points_and_directions_come_into_a_grid_whose_axes_are_turned() {
        let grid = OrientedGrid {
            origin_mm: [10.0, 20.0, 30.0],
            axes: [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [2.0, 4.0, 5.0],
            shape: [10; 3],
        };
        // The first voxel's centre lies half a voxel from the corner; i runs along the patient's y.
        assert_eq!(local_point_mm(&grid, [10.0, 20.0, 30.0]), [1.0, 2.0, 2.5]);
        assert_eq!(local_point_mm(&grid, [10.0, 26.0, 30.0]), [7.0, 2.0, 2.5]);
        assert_eq!(local_direction(&grid, [1.0, 0.0, 0.0]), [0.0, -1.0, 0.0]);
    }
}

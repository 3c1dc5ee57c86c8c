//! A treatment head in the tables.

use super::header::EMISSION_HEAD;
use super::header::Header;
use super::tables::Tables;
use crate::case::{Case, Component, Head, HeadBeam, Piece};
use crate::error::Error;
use crate::transport::collimation::{MAX_BANKS, head as aperture};

/// Floats of the table's head: pieces, component, aimed share, half width.
pub const HEAD_FLOATS: usize = 4;
/// Floats of a piece: cumulative probability, 1/area, control point, part from, part width, source, axes, opening,
/// place of the aperture, place of the beam.
pub const PIECE_FLOATS: usize = 24;
/// Floats before a beam's spectrum: bins, focal spot, profile's nodes and step, for each bank material and density.
pub const BEAM_FLOATS: usize = 4 + 2 * MAX_BANKS;
/// Mark of a run of open photons.
pub const OPEN_ONLY: f32 = 1.0;
/// Mark of a run of transmitted photons.
pub const TRANSMITTED_ONLY: f32 = 2.0;

/// Writes a head into the tables; its place stands where a rectangle's spectrum would.
pub(super) fn add_head(
    case: &Case,
    head: &Head,
    header: &mut Header,
    tables: &mut Tables,
) -> Result<(), Error> {
    check(case, head)?;
    let places: Vec<[u32; 2]> = head.beams.iter().map(|beam| add_beam(beam, tables)).collect();
    header.choices[1] = EMISSION_HEAD;
    header.places_c[1] = tables.place(4);
    let component = match head.component {
        Component::All => 0.0,
        Component::Open => OPEN_ONLY,
        Component::Transmitted => TRANSMITTED_ONLY,
    };
    tables.push(&[head.pieces.len() as f32, component, head.aimed_share as f32, head.half_width as f32]);
    let total = head.fluence();
    let mut below = 0.0;
    for piece in &head.pieces {
        below += piece.mu * piece.area() / total;
        let [aperture, beam] = places[piece.beam];
        let source: [f32; 3] = std::array::from_fn(|a| (piece.source_mm[a] - case.grid.corner_mm[a]) as f32);
        tables.push(&[below as f32, (1.0 / piece.area()) as f32, piece.pose as f32]);
        tables.push(&[piece.parts[0] as f32, (piece.parts[1] - piece.parts[0]) as f32]);
        tables.push(&source);
        piece.axes.iter().for_each(|axis| tables.push(&axis.map(|d| d as f32)));
        tables.push(&piece.opening.map(|t| t as f32));
        // Places are whole numbers below 2^24, which a float holds exactly (checked by `fits`).
        tables.push(&[aperture as f32, beam as f32, 0.0]);
    }
    Ok(())
}

/// Places of a beam's aperture and of the rest.
fn add_beam(beam: &HeadBeam, tables: &mut Tables) -> [u32; 2] {
    let aperture = tables.place(4);
    tables.push(&beam.aperture);
    let place = tables.place(4);
    let bins = beam.spectrum.bins();
    tables.push(&[bins.len() as f32, beam.focal_spot_mm as f32]);
    tables.push(&[beam.profile.len() as f32, (1.0 / beam.profile_step) as f32]);
    for bank in 0..MAX_BANKS {
        let (material, density) = beam.banks.get(bank).map_or((0.0, 0.0), |b| (f32::from(b.0.0), b.1 as f32));
        tables.push(&[material, density]);
    }
    super::header::add_spectrum(&beam.spectrum, tables);
    beam.profile.iter().for_each(|node| tables.push(&node.map(|v| v as f32)));
    [aperture, place]
}

fn check(case: &Case, head: &Head) -> Result<(), Error> {
    let refuse = |what: String, why: &str, remedy: &str| {
        Err(Error::Refused { what, why: why.into(), remedy: remedy.into() })
    };
    if head.pieces.is_empty() || head.pieces.len() > 1 << 20 {
        return refuse("head".into(), "it delivers nothing, or too many pieces", "check the plan's MU");
    }
    let is_aimed = (0.0..=1.0).contains(&head.aimed_share);
    if !(is_aimed && head.half_width > 0.0 && head.half_width < 10.0) {
        return refuse("head".into(), "its aim or its width is out of range", "give a share and a tangent");
    }
    for (at, beam) in head.beams.iter().enumerate() {
        let banks = beam.aperture.get(aperture::BANKS).map(|&banks| banks as usize);
        let is_whole = banks == Some(beam.banks.len()) && beam.banks.len() <= MAX_BANKS;
        let known = beam.banks.iter().all(|(m, d)| usize::from(m.0) < case.materials.len() && *d > 0.0);
        let has_profile = beam.profile.len() >= 2 && beam.profile_step > 0.0;
        let is_finite = beam.aperture.iter().all(|v| v.is_finite())
            && beam.profile.iter().flatten().all(|v| v.is_finite() && *v >= 0.0);
        if !(is_whole && known && has_profile && is_finite && beam.focal_spot_mm >= 0.0) {
            return refuse(
                format!("head, beam {}", at + 1),
                "its collimators, profile or focal spot are not complete",
                "give a material and a density for each bank and a profile of two nodes at least",
            );
        }
    }
    let is_good = |piece: &Piece| {
        let [x0, x1, y0, y1] = piece.opening;
        let poses = head.beams.get(piece.beam).map(|beam| beam.aperture[aperture::POSES] as u32);
        let numbers = piece.source_mm.iter().chain(piece.axes.iter().flatten()).chain(&piece.opening);
        piece.mu > 0.0
            && x1 > x0
            && y1 > y0
            && numbers.clone().all(|v| v.is_finite())
            && piece.parts[0] >= 0.0
            && piece.parts[1] <= 1.0
            && poses
                .is_some_and(|poses| piece.pose + 1 < poses || piece.pose < poses && piece.parts == [0.0; 2])
    };
    match head.pieces.iter().position(|piece| !is_good(piece)) {
        Some(at) => refuse(
            format!("head, piece {}", at + 1),
            "it has no MU, no opening, no direction or no control point",
            "leave it out",
        ),
        None => Ok(()),
    }
}

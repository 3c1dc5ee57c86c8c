//! A treatment head in the tables.

use super::Deck;
use super::header::EMISSION_HEAD;
use super::header::Header;
use super::tables::Tables;
use crate::case::{Case, Component, ExtraFocal, Head, HeadBeam, Leakage, Piece};
use crate::data::element;
use crate::error::Error;
use crate::material::Material;
use crate::spectrum::Spectrum;
use crate::transport::collimation::{MAX_BANKS, head as aperture};
use crate::transport::head::emit_head;
use crate::transport::head::extra_focal::klein_nishina;
use crate::transport::leg::Stream;

/// Floats of the table's head: pieces, component, aimed share, half width, candidates of a history, the weight that one of the
/// mean weight gets, and two to fill up.
pub const HEAD_FLOATS: usize = 8;
/// Place of the candidates in it.
pub const CANDIDATES: usize = 4;
/// Place of what weights are multiplied with.
pub const LEVEL: usize = 5;
/// Histories that the mean weight of a component is estimated from.
const PILOT: u64 = 4096;
/// Key of the pilot's random words.
const PILOT_KEY: [u32; 2] = [0x6c65_7665, 0x6c6c_6564];
/// Floats of a piece: cumulative probability, MU/strength, control point, part from, part width, source, axes, opening,
/// place of the aperture, place of the beam, place of the wedge (0: none).
pub const PIECE_FLOATS: usize = 24;
/// Floats of a bank in a beam: material, density, Klein-Nishina cross section straight ahead (1/mm per g/cm³, sr).
pub const BANK_FLOATS: usize = 3;
/// Floats before a beam's spectrum: bins, focal spot, profile's nodes and step, banks, then the extra-focal disc's
/// distance, sigma and photons a unit of solid angle, and the place of the leakage (0: none).
pub const BEAM_FLOATS: usize = 8 + BANK_FLOATS * MAX_BANKS;
/// Place of the extra-focal disc in a beam.
pub const DISC: usize = 4 + BANK_FLOATS * MAX_BANKS;
/// Floats before the spectrum of a leakage: bins, nodes of the table, photons a unit of solid angle.
pub const LEAKAGE_FLOATS: usize = 4;
/// Floats of a wedge: material, density, thickness on the axis, slopes, least and greatest thickness.
pub const WEDGE_FLOATS: usize = 8;
/// Mark of a run of open photons.
pub const OPEN_ONLY: f32 = 1.0;
/// Mark of a run of transmitted photons.
pub const TRANSMITTED_ONLY: f32 = 2.0;
/// Mark of a run of extra-focal photons.
pub const EXTRA_FOCAL: f32 = 3.0;
/// Mark of a run of photons that scattered in jaws and leaves.
pub const SCATTERED: f32 = 4.0;
/// Mark of a run of leakage.
pub const LEAKAGE: f32 = 5.0;
/// The extra-focal disc ends at three sigma: the share of its Gaussian within, 1 − exp(−9/2).
pub const DISC_SHARE: f32 = 0.988_891;

/// Writes a head into the tables; its place stands where a rectangle's spectrum would.
pub(super) fn add_head(
    case: &Case,
    head: &Head,
    header: &mut Header,
    tables: &mut Tables,
) -> Result<(), Error> {
    check(case, head)?;
    let places: Vec<BeamPlaces> = head.beams.iter().map(|beam| add_beam(case, beam, tables)).collect();
    header.choices[1] = EMISSION_HEAD;
    header.places_c[1] = tables.place(4);
    let component = match head.component {
        Component::All => 0.0,
        Component::Open => OPEN_ONLY,
        Component::Transmitted => TRANSMITTED_ONLY,
        Component::ExtraFocal => EXTRA_FOCAL,
        Component::Scattered => SCATTERED,
        Component::Leakage => LEAKAGE,
    };
    // A piece whose beam lacks the component gives nothing and is left out.
    let given: Vec<&Piece> = head.pieces.iter().filter(|piece| head.strength(piece) > 0.0).collect();
    tables.push(&[given.len() as f32, component, head.aimed_share as f32, head.half_width as f32]);
    tables.push(&[candidates(head.component) as f32, 1.0, 0.0, 0.0]);
    let total = head.fluence();
    let mut below = 0.0;
    for piece in given {
        let strength = head.strength(piece);
        below += strength / total;
        let beam = &places[piece.beam];
        let source: [f32; 3] = std::array::from_fn(|a| (piece.source_mm[a] - case.grid.corner_mm[a]) as f32);
        tables.push(&[below as f32, (piece.mu / strength) as f32, piece.pose as f32]);
        tables.push(&[piece.parts[0] as f32, (piece.parts[1] - piece.parts[0]) as f32]);
        tables.push(&source);
        piece.axes.iter().for_each(|axis| tables.push(&axis.map(|d| d as f32)));
        tables.push(&piece.opening.map(|t| t as f32));
        // Places are whole numbers below 2^24, which a float holds exactly (checked by `fits`).
        let wedge = piece.wedge.map_or(0, |wedge| beam.wedges + (WEDGE_FLOATS * wedge) as u32);
        tables.push(&[beam.aperture as f32, beam.beam as f32, wedge as f32]);
    }
    Ok(())
}

/// How many photons of a history are looked at before one is followed: many where most come to nothing.
fn candidates(component: Component) -> u32 {
    match component {
        Component::Open | Component::All | Component::Leakage => 1,
        Component::ExtraFocal | Component::Transmitted => 8,
        Component::Scattered => 12,
    }
}

/// Makes a head's photons of weight 1 in the mean, as splitting and roulette expect them; says for how much of a photon one
/// of them stands. The open beam's are so already.
pub(super) fn level(deck: &mut Deck) -> f64 {
    let head = deck.header.places_c[1] as usize;
    if deck.header.choices[1] != EMISSION_HEAD || deck.tables[head + CANDIDATES] <= 1.0 {
        return 1.0;
    }
    let weight = |history| f64::from(emit_head(deck, Stream { key: PILOT_KEY, history }).weight);
    let mean = (0..PILOT).map(weight).sum::<f64>() / PILOT as f64;
    if !(mean > 0.0 && mean.is_finite()) {
        return 1.0;
    }
    let level = (1.0 / mean) as f32;
    deck.tables[head + LEVEL] = level;
    1.0 / f64::from(level)
}

/// Where the parts of a beam stand.
struct BeamPlaces {
    aperture: u32,
    beam: u32,
    wedges: u32,
}

fn add_beam(case: &Case, beam: &HeadBeam, tables: &mut Tables) -> BeamPlaces {
    let aperture = tables.place(4);
    tables.push(&beam.aperture);
    let wedges = tables.place(4);
    for wedge in &beam.wedges {
        tables.push(&[f32::from(wedge.material.0), wedge.density_g_cm3 as f32, wedge.axis_mm as f32]);
        tables.push(&wedge.slope.map(|s| s as f32));
        tables.push(&wedge.bounds_mm.map(|t| t as f32));
        tables.push(&[0.0]);
    }
    let leakage = beam.leakage.as_ref().map_or(0, |leakage| add_leakage(leakage, tables));
    let place = tables.place(4);
    let bins = beam.spectrum.bins();
    tables.push(&[bins.len() as f32, beam.focal_spot_mm as f32]);
    tables.push(&[beam.profile.len() as f32, (1.0 / beam.profile_step) as f32]);
    for bank in 0..MAX_BANKS {
        tables.push(&beam.banks.get(bank).map_or([0.0; BANK_FLOATS], |&(id, density_g_cm3)| {
            let ahead = cross_section_ahead(&case.materials[usize::from(id.0)]);
            [f32::from(id.0), density_g_cm3 as f32, ahead as f32]
        }));
    }
    let disc = beam.extra_focal.map_or([0.0; 3], |disc| {
        let sad_mm = f64::from(beam.aperture[aperture::SAD]);
        let per_sr = disc.ratio / (sad_mm * sad_mm * axis_fluence(&disc, sad_mm, &beam.spectrum));
        [disc.distance_mm as f32, disc.sigma_mm as f32, per_sr as f32]
    });
    tables.push(&disc);
    tables.push(&[leakage as f32]);
    super::header::add_spectrum(&beam.spectrum, tables);
    beam.profile.iter().for_each(|node| tables.push(&node.map(|v| v as f32)));
    BeamPlaces { aperture, beam: place, wedges }
}

/// Place of a leakage: head, spectrum, table.
fn add_leakage(leakage: &Leakage, tables: &mut Tables) -> u32 {
    let place = tables.place(4);
    let bins = leakage.spectrum.bins().len();
    tables.push(&[bins as f32, leakage.by_cosine.len() as f32, leakage.per_focal as f32, 0.0]);
    super::header::add_spectrum(&leakage.spectrum, tables);
    leakage.by_cosine.iter().for_each(|&relative| tables.push(&[relative as f32]));
    place
}

/// Klein-Nishina cross section of a material straight ahead, where it is rₑ² an electron at all energies (1/mm per g/cm³,
/// a unit of solid angle). Constants: CODATA 2018.
fn cross_section_ahead(material: &Material) -> f64 {
    const AVOGADRO: f64 = 6.022_140_76e23;
    const CLASSICAL_RADIUS_CM: f64 = 2.817_940_326_2e-13;
    let electrons_per_g =
        material.mass_fractions.iter().map(|&(z, share)| share * f64::from(z) / element(z).atomic_mass);
    0.1 * AVOGADRO * electrons_per_g.sum::<f64>() * CLASSICAL_RADIUS_CM * CLASSICAL_RADIUS_CM
}

/// Photons a unit of area on the axis in the isocentre plane, if the disc's point emitted one a unit of solid angle
/// straight on along the focal photon's way (1/mm²): a mean of the Klein-Nishina ratio over disc and spectrum.
fn axis_fluence(disc: &ExtraFocal, sad_mm: f64, spectrum: &Spectrum) -> f64 {
    const RINGS: usize = 64;
    let bins = spectrum.bins();
    let photons: f64 = bins.iter().map(|bin| bin.weight).sum();
    let ring = |i: usize| {
        let share = (i as f64 + 0.5) / RINGS as f64 * f64::from(DISC_SHARE);
        let radius_mm = disc.sigma_mm * (-2.0 * (1.0 - share).ln()).sqrt();
        let height_mm = sad_mm - disc.distance_mm;
        let (to_disc, on) = (radius_mm.hypot(disc.distance_mm), radius_mm.hypot(height_mm));
        let cos = (disc.distance_mm * height_mm - radius_mm * radius_mm) / (to_disc * on);
        let ratio = |bin: &crate::spectrum::Bin| {
            let energy_mev = 0.5 * (bin.lo_mev + bin.hi_mev);
            bin.weight / photons * f64::from(klein_nishina(energy_mev as f32, (1.0 - cos) as f32))
        };
        bins.iter().map(ratio).sum::<f64>() / (on * on)
    };
    (0..RINGS).map(ring).sum::<f64>() / RINGS as f64
}

fn check(case: &Case, head: &Head) -> Result<(), Error> {
    let refuse = |what: String, why: &str, remedy: &str| {
        Err(Error::Refused { what, why: why.into(), remedy: remedy.into() })
    };
    if head.pieces.is_empty() || head.pieces.len() > 1 << 20 {
        return refuse("head".into(), "it delivers nothing, or too many pieces", "check the plan's MU");
    }
    if head.pieces.iter().any(|piece| piece.beam >= head.beams.len()) {
        return refuse("head".into(), "a piece is of a beam that is not there", "add the beam");
    }
    if !(head.fluence() > 0.0 && head.fluence().is_finite()) {
        let remedy = "leave this component out";
        return refuse("head".into(), "no beam of it has the component that was asked for", remedy);
    }
    let is_aimed = (0.0..=1.0).contains(&head.aimed_share);
    if !(is_aimed && head.half_width > 0.0 && head.half_width < 10.0) {
        return refuse("head".into(), "its aim or its width is out of range", "give a share and a tangent");
    }
    for (at, beam) in head.beams.iter().enumerate() {
        if let Some(why) = fault_of_sources(case, beam) {
            return refuse(format!("head, beam {}", at + 1), why, "check the machine file");
        }
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
        let has_wedge = |wedge| head.beams[piece.beam].wedges.get(wedge).is_some();
        piece.mu > 0.0
            && piece.wedge.is_none_or(has_wedge)
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

/// What is wrong with a beam's disc, leakage or wedges.
fn fault_of_sources(case: &Case, beam: &HeadBeam) -> Option<&'static str> {
    let sad_mm = f64::from(beam.aperture.get(aperture::SAD).copied().unwrap_or(0.0));
    let is_good = |disc: ExtraFocal| {
        disc.ratio >= 0.0
            && disc.ratio.is_finite()
            && disc.distance_mm > 0.0
            && disc.distance_mm < sad_mm
            && disc.sigma_mm >= 0.0
            && disc.sigma_mm.is_finite()
    };
    if !beam.extra_focal.is_none_or(is_good) {
        return Some("its extra-focal disc has no place between target and isocentre, or no width");
    }
    let is_good = |leakage: &Leakage| {
        leakage.by_cosine.len() >= 2
            && leakage.by_cosine.iter().all(|v| v.is_finite() && *v >= 0.0)
            && leakage.per_focal >= 0.0
            && leakage.per_focal.is_finite()
    };
    if !beam.leakage.as_ref().is_none_or(is_good) {
        return Some("its leakage has no level or no table");
    }
    let is_good = |wedge: &crate::case::WedgeMetal| {
        usize::from(wedge.material.0) < case.materials.len()
            && wedge.density_g_cm3 > 0.0
            && wedge.bounds_mm[0] >= 0.0
            && wedge.bounds_mm[1] >= wedge.bounds_mm[0]
            && wedge.slope.iter().chain([&wedge.axis_mm, &wedge.bounds_mm[1]]).all(|v| v.is_finite())
    };
    (!beam.wedges.iter().all(is_good)).then_some("a wedge of it has no material or no thickness")
}

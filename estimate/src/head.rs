//! From a plan's beams to the engine's source: pieces, spectra, profiles, jaws and leaves, wedges, disc and leakage.

use crate::Error;
use dose_core::case::{Component, ExtraFocal, Head, HeadBeam, Leakage, MaterialId, Piece, WedgeMetal};
use dose_core::coefficients::{attenuation, energy_transfer};
use dose_core::material::Material;
use dose_core::spectrum::{Bin, CUTOFF_MEV, Spectrum};
use treatment::iec61217::PatientPosition;
use treatment::machine::{BeamQuality, Choice, Machine};
use treatment::opening::rectangles;
use treatment::segment::{Sampling, Segment, segments};
use treatment::wedge::{THICK_EDGE_MM, THIN_EDGE_MM, Wedge, depth_gradient_per_mm};
use treatment::{ApertureTable, Beam};
use volume::OrientedGrid;

/// The gantry turns by no more than this in a piece; jaws and leaves move within it (rad).
const TURN_RAD: f64 = 2.0 * std::f64::consts::PI / 180.0;
/// Bins of a spectrum.
const SPECTRUM_BINS: usize = 120;
/// Step and end of the profile's table (tangent of the angle off the axis).
const PROFILE_STEP: f64 = 0.005;
const PROFILE_END: f64 = 0.35;
/// Half the width of the whole beam where the machine file does not say (tangent): a square of 40 cm and a penumbra.
const HALF_WIDTH: f64 = 0.21;
/// Nodes of the leakage's table by the cosine of the angle.
const COSINES: usize = 73;
/// Bins of the leakage's spectrum.
const LEAKAGE_BINS: usize = 60;

/// How the photons of a component are aimed.
struct Aim {
    /// Share that is aimed at the opening's box; the others go into the whole beam.
    share: f64,
    /// What is added around an opening (mm, isocentre plane).
    margin_mm: f64,
    /// Half the width of the whole beam, where it is not the focal beam's (tangent).
    half_width: Option<f64>,
}

impl Aim {
    /// Focal photons: penumbra and tips, where much of the metal's shine is. Extra-focal photons reach some centimetres
    /// beyond an opening, few of them farther than 40 cm from the axis. Scattered photons come from all metal, most from
    /// the edges of the opening.
    fn of(component: Component) -> Aim {
        let (share, margin_mm, half_width) = match component {
            Component::Open => (1.0, 10.0, None),
            Component::Transmitted | Component::All => (0.3, 10.0, None),
            Component::ExtraFocal => (0.8, 50.0, Some(0.4)),
            Component::Scattered => (0.5, 20.0, None),
            Component::Leakage => (0.0, 10.0, None),
        };
        Aim { share, margin_mm, half_width }
    }
}

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
    let aim = Aim::of(component);
    let focal_half_width = given.iter().map(|given| half_width(given.choice.machine)).fold(0.0, f64::max);
    let half_width = aim.half_width.unwrap_or(focal_half_width);
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
            let opening = opening(given.beam, segment.start, parts, aim.margin_mm, half_width);
            piece(index, given.beam, segment, parts, opening, grid)
        }));
    }
    if pieces.is_empty() {
        return Err(Error::NothingDelivered);
    }
    Ok(Head { beams, pieces, component, aimed_share: aim.share, half_width })
}

/// What is added around a fixed field for extra-focal photons (mm, isocentre plane): as far as they reach through it. Points
/// beside the field are what such fields are run for.
const BESIDE_MM: f64 = 120.0;

/// A fixed field on the axis of a phantom: x of the grid is x of the beam limiting device system, z its y, and y the depth
/// below the surface, which lies `ssd_mm` from the source.
pub fn fixed(
    beam: HeadBeam,
    field_mm: [f64; 2],
    sad_mm: f64,
    ssd_mm: f64,
    component: Component,
    focal_half_width: f64,
) -> Head {
    let aim = Aim::of(component);
    let half_width = aim.half_width.unwrap_or(focal_half_width);
    let margin_mm = if component == Component::ExtraFocal { BESIDE_MM } else { aim.margin_mm };
    let [x, y] = field_mm.map(|full| ((0.5 * full + margin_mm) / sad_mm).min(half_width));
    let piece = Piece {
        beam: 0,
        mu: 1.0,
        pose: 0,
        parts: [0.0, 0.0],
        source_mm: [0.0, -ssd_mm, 0.0],
        axes: [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]],
        opening: [-x, x, -y, y],
        wedge: None,
    };
    Head { beams: vec![beam], pieces: vec![piece], component, aimed_share: aim.share, half_width }
}

/// Half the width of the whole focal beam (tangent).
pub fn half_width(machine: &Machine) -> f64 {
    machine.cone_mm.map_or(HALF_WIDTH, |cone_mm| cone_mm / 1000.0)
}

/// The metal wedges that a beam has in it after a control point.
fn wedges_in(beam: &Beam, control_point: usize) -> impl Iterator<Item = &Wedge> {
    let positions = &beam.control_points[control_point].pose.wedges;
    beam.wedges.iter().zip(positions).filter(|(wedge, at)| wedge.is_metal_in(**at)).map(|(wedge, _)| wedge)
}

/// Refuses a beam with more metal in it than the source has.
///
/// # Errors
/// [`Error::Wedge`].
pub fn check(beam: &Beam) -> Result<(), Error> {
    for point in 0..beam.control_points.len() {
        if let Some(wedge) = wedges_in(beam, point).nth(1) {
            let (number, beam, wedge) = (beam.number, beam.name.clone(), wedge.id.clone());
            return Err(Error::Wedge { number, beam, wedge });
        }
    }
    Ok(())
}

/// What a user should know of a beam's metal wedges.
pub fn wedge_warnings(beam: &Beam) -> impl Iterator<Item = String> {
    let is_in = |wedge: &&Wedge| {
        (0..beam.control_points.len())
            .any(|point| wedges_in(beam, point).any(|one| one.number == wedge.number))
    };
    beam.wedges.iter().filter(is_in).map(|wedge| {
        format!(
            "beam {} {:?}: metal wedge {:?} is a generic one of {:.0} degrees (steel, full thickness by its angle); its own scatter is left out",
            beam.number,
            beam.name,
            wedge.id,
            wedge.angle_rad.to_degrees()
        )
    })
}

/// Where a point of the patient lies from the grid's lower corner (mm).
pub fn local_point_mm(grid: &OrientedGrid, point_mm: [f64; 3]) -> [f64; 3] {
    let index = grid.index_of(point_mm);
    std::array::from_fn(|a| (index[a] + 0.5) * grid.spacing_mm[a])
}

/// Where a direction points along the grid's axes.
pub(crate) fn local_direction(grid: &OrientedGrid, direction: [f64; 3]) -> [f64; 3] {
    grid.axes.map(|axis| (0..3).map(|a| axis[a] * direction[a]).sum())
}

fn piece(
    beam_index: usize,
    beam: &Beam,
    segment: &Segment,
    parts: [f64; 2],
    opening: [f64; 4],
    grid: &OrientedGrid,
) -> Piece {
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
        opening,
        wedge: wedges_in(beam, segment.start)
            .next()
            .and_then(|wedge| beam.wedges.iter().position(|one| one.number == wedge.number)),
    }
}

/// A box around what is open at any time of a piece, and a margin (tangents).
fn opening(beam: &Beam, start: usize, parts: [f64; 2], margin_mm: f64, half_width: f64) -> [f64; 4] {
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
    let widest = half_width * beam.sad_mm;
    let margin = [-margin_mm, margin_mm, -margin_mm, margin_mm];
    std::array::from_fn(|i| (around[i] + margin[i]).clamp(-widest, widest) / beam.sad_mm)
}

/// Energies of the focal photons on the axis.
///
/// # Errors
/// The machine's numbers make no spectrum.
pub(crate) fn focal_spectrum(quality: &BeamQuality) -> Result<Spectrum, Error> {
    let bins = quality.spectrum.bins(SPECTRUM_BINS).bins;
    let bins = bins.into_iter().map(|(lo_mev, hi_mev, weight)| Bin { lo_mev, hi_mev, weight });
    Ok(Spectrum::from_bins(bins.collect())?)
}

/// Spectrum, profile and collimators of a beam.
pub fn head_beam(
    machine: &Machine,
    quality: &BeamQuality,
    beam: &Beam,
    materials: &mut Vec<Material>,
) -> Result<HeadBeam, Error> {
    let spectrum = focal_spectrum(quality)?;
    let nodes = (PROFILE_END / PROFILE_STEP) as usize + 1;
    // The primary collimator lets nothing out beyond its cone.
    let cone = half_width(machine);
    let profile = (0..nodes).map(|i| {
        let tangent = i as f64 * PROFILE_STEP;
        let energy_fluence =
            if tangent > cone { 0.0 } else { quality.profile.relative_energy_fluence(tangent) };
        let softer = quality.softening.energy_factor(tangent);
        [energy_fluence / softer, softer]
    });
    let aperture = ApertureTable::new(machine, beam)?;
    let banks: Vec<_> =
        aperture.materials.iter().map(|name| metal(machine, name, materials)).collect::<Result<_, _>>()?;
    let wedges = beam.wedges.iter().map(|wedge| wedge_metal(wedge, quality, &spectrum, materials));
    let wedges = wedges.collect::<Result<_, _>>()?;
    let extra_focal = quality.extra_focal.map(|disc| ExtraFocal {
        ratio: disc.ratio(),
        distance_mm: disc.distance_mm,
        sigma_mm: disc.sigma_mm,
    });
    let leakage = quality.leakage.as_ref().map(|described| leakage(described, quality, &spectrum));
    Ok(HeadBeam {
        spectrum,
        focal_spot_mm: quality.focal_spot_mm,
        profile: profile.collect(),
        profile_step: PROFILE_STEP,
        banks,
        aperture: aperture.floats,
        extra_focal,
        leakage: leakage.transpose()?,
        wedges,
    })
}

/// Kerma in water for each photon of a spectrum a unit of area (MeV cm²/g).
pub(crate) fn water_kerma(spectrum: &Spectrum) -> f64 {
    let water = Material::named("water").expect("a material of the library");
    let kerma = |bin: &Bin| {
        let energy_mev = 0.5 * (bin.lo_mev + bin.hi_mev);
        bin.weight * energy_mev * energy_transfer(&water, energy_mev, CUTOFF_MEV)
    };
    let photons: f64 = spectrum.bins().iter().map(|bin| bin.weight).sum();
    spectrum.bins().iter().map(kerma).sum::<f64>() / photons
}

/// The leakage of a beam, as photons for one of the open beam: its level is a ratio of kerma in water, free in air.
fn leakage(
    described: &treatment::machine::Leakage,
    quality: &BeamQuality,
    focal: &Spectrum,
) -> Result<Leakage, Error> {
    let bins = described.bins(LEAKAGE_BINS).into_iter();
    let bins = bins.map(|(lo_mev, hi_mev, weight)| Bin { lo_mev, hi_mev, weight });
    let spectrum = Spectrum::from_bins(bins.collect())?;
    let extra = quality.extra_focal.map_or(0.0, |disc| disc.ratio());
    let per_focal = described.level * (1.0 + extra) * water_kerma(focal) / water_kerma(&spectrum);
    let cosine = |i: usize| -1.0 + 2.0 * i as f64 / (COSINES - 1) as f64;
    let by_cosine = (0..COSINES).map(|i| described.relative(cosine(i))).collect();
    Ok(Leakage { spectrum, per_focal, by_cosine })
}

/// A generic wedge of steel. On the axis it lets through what [`Wedge::transmission`] says, by kerma in water; its thickness
/// grows evenly from the thin edge on.
fn wedge_metal(
    wedge: &Wedge,
    quality: &BeamQuality,
    focal: &Spectrum,
    materials: &mut Vec<Material>,
) -> Result<WedgeMetal, Error> {
    let steel = Material::named("steel").expect("a material of the library");
    let water = Material::named("water").expect("a material of the library");
    let density_g_cm3 = steel.density_g_cm3;
    let kerma: Vec<[f64; 2]> = focal
        .bins()
        .iter()
        .map(|bin| {
            let energy_mev = 0.5 * (bin.lo_mev + bin.hi_mev);
            let per_mm = 0.1 * density_g_cm3 * attenuation(&steel, energy_mev).total();
            [bin.weight * energy_mev * energy_transfer(&water, energy_mev, CUTOFF_MEV), per_mm]
        })
        .collect();
    let through = |mm: f64| {
        let sums = kerma
            .iter()
            .fold([0.0; 2], |sum, [kerma, per_mm]| [sum[0] + kerma * (-per_mm * mm).exp(), sum[1] + kerma]);
        sums[0] / sums[1]
    };
    let wanted = wedge.transmission([0.0, 0.0], depth_gradient_per_mm(quality.nominal_mv));
    let (mut thin, mut thick) = (0.0, 1000.0);
    for _ in 0..60 {
        let middle = 0.5 * (thin + thick);
        if through(middle) > wanted { thin = middle } else { thick = middle }
    }
    let axis_mm = 0.5 * (thin + thick);
    let per_mm = axis_mm / THIN_EDGE_MM;
    let material = library_material(steel, materials)?;
    Ok(WedgeMetal {
        material,
        density_g_cm3,
        axis_mm,
        slope: wedge.to_thin_edge().map(|part| -per_mm * part),
        bounds_mm: [0.0, per_mm * (THIN_EDGE_MM - THICK_EDGE_MM)],
    })
}

/// A material of the library among the materials, added if it is new.
fn library_material(material: Material, materials: &mut Vec<Material>) -> Result<MaterialId, Error> {
    if let Some(at) = materials.iter().position(|one| *one == material) {
        return Ok(MaterialId(at as u8));
    }
    if materials.len() >= 255 {
        return Err(Error::Materials { count: materials.len() + 1 });
    }
    materials.push(material);
    Ok(MaterialId(materials.len() as u8 - 1))
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

    fn wedge(kind: WedgeKind, orientation_rad: f64) -> Wedge {
        Wedge { number: 1, id: "W45".into(), kind, angle_rad: 45f64.to_radians(), orientation_rad }
    }

    #[test]
    fn two_metal_wedges_at_once_are_refused_by_name_and_one_is_taken_where_it_is_in() {
        for (kind, position, is_metal) in [
            (WedgeKind::Physical, WedgePosition::In, true),
            (WedgeKind::Motorized, WedgePosition::Out, false),
            (WedgeKind::Dynamic, WedgePosition::In, false),
        ] {
            let mut beam = beam();
            beam.wedges = vec![wedge(kind, 0.0), Wedge { number: 2, ..wedge(kind, 0.0) }];
            beam.control_points
                .iter_mut()
                .for_each(|point| point.pose.wedges = vec![position, WedgePosition::Out]);
            assert!(check(&beam).is_ok(), "{kind:?}");
            assert_eq!(wedges_in(&beam, 0).next().map(|wedge| wedge.number), is_metal.then_some(1));
            assert_eq!(wedge_warnings(&beam).count(), usize::from(is_metal));
            beam.control_points.iter_mut().for_each(|point| point.pose.wedges = vec![position; 2]);
            let refusal = check(&beam).err().map(|error| error.to_string());
            assert_eq!(refusal.is_some(), is_metal, "{kind:?}, {position:?}");
            assert!(refusal.is_none_or(|text| text.contains("W45") && text.contains(&beam.name)));
        }
    }

    #[test]
    fn a_wedge_is_thin_where_its_orientation_says_and_lets_through_on_the_axis_what_it_should() {
        let machines = treatment::machine::built_in();
        let quality = machines[0].beams.iter().find(|quality| quality.nominal_mv == 6.0).expect("6 MV");
        let bins = quality.spectrum.bins(SPECTRUM_BINS).bins.into_iter();
        let spectrum = Spectrum::from_bins(
            bins.map(|(lo_mev, hi_mev, weight)| Bin { lo_mev, hi_mev, weight }).collect(),
        )
        .expect("a spectrum");
        let mut materials = vec![];
        // 90 degrees: the thin edge lies towards -x.
        let wedge = wedge(WedgeKind::Physical, 90f64.to_radians());
        let metal = wedge_metal(&wedge, quality, &spectrum, &mut materials).expect("a wedge");
        assert!(metal.slope[0] > 0.1 && metal.slope[1].abs() < 1e-9, "{metal:?}");
        // 10 cm to the thin edge at 45 degrees weigh as much as 10 cm of depth: 40/67.
        let water = Material::named("water").expect("a material of the library");
        let kerma = |mm: f64| -> f64 {
            let bins = spectrum.bins().iter();
            bins.map(|bin| {
                let energy_mev = 0.5 * (bin.lo_mev + bin.hi_mev);
                let depth = 0.1 * mm * 8.0 * attenuation(&materials[0], energy_mev).total();
                bin.weight * energy_mev * energy_transfer(&water, energy_mev, 0.01) * (-depth).exp()
            })
            .sum()
        };
        let through = kerma(metal.axis_mm) / kerma(0.0);
        assert!((through / (40.0 / 67.0) - 1.0).abs() < 1e-3, "{through}");
    }

    #[test]
    fn leakage_has_its_level_as_kerma_in_water() {
        let machines = treatment::machine::built_in();
        let quality = machines[0].beams.iter().find(|quality| quality.nominal_mv == 6.0).expect("6 MV");
        let described = quality.leakage.as_ref().expect("a leakage");
        let focal = Spectrum::mono(0.5).expect("an energy");
        let leakage = leakage(described, quality, &focal).expect("a leakage");
        let mean: f64 =
            leakage.spectrum.bins().iter().map(|b| b.weight * 0.5 * (b.lo_mev + b.hi_mev)).sum::<f64>()
                / leakage.spectrum.bins().iter().map(|b| b.weight).sum::<f64>();
        assert!((mean / described.mean_mev - 1.0).abs() < 0.02, "{mean}");
        // Against a beam of one energy near its own mean, photons stand about as kerma does.
        let open = 1.0 + quality.extra_focal.expect("a disc").ratio();
        let ratio = leakage.per_focal / (described.level * open);
        assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
    }

    #[test]
    fn the_opening_of_a_piece_holds_the_field_and_its_margin() {
        let beam = beam();
        let around = opening(&beam, 0, [0.0, 1.0], 10.0, HALF_WIDTH).map(|tangent| tangent * beam.sad_mm);
        let open = rectangles(&beam.devices, &beam.control_points[0].pose.openings);
        let least = open.iter().map(|r| r.x_mm[0]).fold(f64::INFINITY, f64::min);
        let most = open.iter().map(|r| r.y_mm[1]).fold(f64::NEG_INFINITY, f64::max);
        assert!((around[0] - (least - 10.0)).abs() < 1e-9, "{around:?}");
        assert!((around[3] - (most + 10.0)).abs() < 1e-9, "{around:?}");
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

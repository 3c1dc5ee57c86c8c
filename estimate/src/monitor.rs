//! What a monitor unit is worth: the engine run in the machine's reference condition.

use crate::Error;
use crate::electrons::{in_water, open_kerma_gy};
use crate::head::{check, half_width, head_beam};
use dose_core::case::{Case, Component, Head, MaterialId, Piece, Quantity, Source};
use dose_core::deck::Deck;
use dose_core::material::Material;
use dose_core::run::{Backend, Progress, Region, Settings, VarianceReduction, transport};
use sha2::{Digest, Sha256};
use std::ops::ControlFlow;
use treatment::device::Axis;
use treatment::machine::{Choice, Machine, Role};
use treatment::opening::rectangles;
use treatment::{Beam, Plan};
use volume::{Grid, VoxelIndex};

/// What makes the reference dose, and with how many source photons: focal photons, what filter and primary collimator
/// scatter, what jaws and leaves scatter (91, 9 and 0.2 % of it at 6 MV). The numbers give the least error for their time.
/// Leakage adds less than a tenth of a per cent; the electrons' surface term is added where the machine has one.
const RUNS: [(Component, u64); 3] =
    [(Component::All, 6_000_000), (Component::ExtraFocal, 300_000), (Component::Scattered, 30_000)];
/// Batches that its uncertainty comes from.
const BATCHES: u32 = 100;
/// Size of the water tank: across the beam, and depth (mm).
const TANK_MM: [f64; 2] = [300.0, 250.0];
/// Voxels across the beam (mm); in depth about as much.
const VOXEL_MM: f64 = 5.0;
/// The reference dose is the mean over a square of this width around the axis (mm).
const PROBE_MM: f64 = 30.0;
/// What leaves stand back from a field that jaws define (mm).
const LEAVES_BACK_MM: f64 = 20.0;

/// A calibrated monitor unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonitorUnit {
    /// Dose for each MU and unit of the source's fluence (Gy).
    pub gy_per_unit: f64,
    /// Its relative statistical error.
    pub sigma_relative: f64,
}

/// Monitor units of earlier runs, so that a reference field is not run again.
pub trait KnownUnits {
    /// The unit that was kept under a key.
    fn find(&mut self, key: &str) -> Option<MonitorUnit>;
    /// Keeps a unit. That it cannot be kept is no error.
    fn keep(&mut self, key: &str, unit: MonitorUnit);
}

/// Nothing is known and nothing kept.
pub struct NothingKnown;

impl KnownUnits for NothingKnown {
    fn find(&mut self, _: &str) -> Option<MonitorUnit> {
        None
    }

    fn keep(&mut self, _: &str, _: MonitorUnit) {}
}

/// A machine for a delivery of a plan, and what its monitor unit is worth.
#[derive(Clone, Copy, Debug)]
pub struct Calibrated<'a> {
    /// The machine, and which of its beams it is.
    pub choice: &'a Choice<'a>,
    /// Its monitor unit.
    pub unit: MonitorUnit,
}

/// Calibrates the machines of a plan's deliveries; deliveries of one machine and quality share their monitor unit.
///
/// # Errors
/// A machine does not fit its beam, or gives no dose in its reference condition.
pub fn calibrate<'a>(
    plan: &Plan,
    choices: &'a [Choice<'a>],
    seed: u64,
    known: &mut dyn KnownUnits,
    backend: &mut Backend,
    progress: &mut (dyn FnMut(Progress) -> ControlFlow<()> + Send),
) -> Result<Vec<Calibrated<'a>>, Error> {
    let beams: Vec<&Beam> = plan.deliveries().map(|delivery| delivery.beam).collect();
    beams.iter().try_for_each(|beam| check(beam))?;
    let mut calibrated: Vec<Calibrated> = Vec::with_capacity(beams.len());
    for (index, (beam, choice)) in beams.iter().zip(choices).enumerate() {
        let same = (0..index).find(|&other| {
            std::ptr::eq(choices[other].quality, choice.quality) && beams[other].devices == beam.devices
        });
        let unit = match same {
            Some(other) => calibrated[other].unit,
            None => monitor_unit(choice, beam, seed, known, backend, progress)?,
        };
        calibrated.push(Calibrated { choice, unit });
    }
    Ok(calibrated)
}

/// Calibrates the monitor unit of a beam's machine.
///
/// The reference field is set with the jaws where the machine has them, with its leaves where not; the dose is that at
/// the reference depth, a mean over 3 × 3 cm.
fn monitor_unit(
    choice: &Choice,
    beam: &Beam,
    seed: u64,
    known: &mut dyn KnownUnits,
    backend: &mut Backend,
    progress: &mut (dyn FnMut(Progress) -> ControlFlow<()> + Send),
) -> Result<MonitorUnit, Error> {
    let machine = choice.machine;
    let reference = choice.quality.reference;
    let beam = square_field(machine, beam, reference.field_mm);
    let mut materials = vec![Material::named("water").expect("a material of the library")];
    let head_beam = head_beam(machine, choice.quality, &beam, &mut materials)?;

    // The reference depth is the middle of a layer of voxels.
    let layer = (reference.depth_mm / VOXEL_MM - 0.5).round().max(0.0);
    let depth_voxel_mm = reference.depth_mm / (layer + 0.5);
    let across = (TANK_MM[0] / VOXEL_MM) as usize;
    let shape = [across, (TANK_MM[1] / depth_voxel_mm) as usize, across];
    let corner_mm = [-0.5 * TANK_MM[0], 0.0, -0.5 * TANK_MM[0]];
    let grid = Grid { corner_mm, spacing_mm: [VOXEL_MM, depth_voxel_mm, VOXEL_MM], shape };
    let probe: Vec<u32> = (0..grid.len())
        .filter(|&offset| {
            let VoxelIndex([_, j, _]) = grid.voxel(offset);
            let centre = grid.centre_mm(grid.voxel(offset));
            j == layer as usize && centre[0].abs() < 0.5 * PROBE_MM && centre[2].abs() < 0.5 * PROBE_MM
        })
        .map(|offset| offset as u32)
        .collect();
    let half = 0.5 * reference.field_mm / beam.sad_mm;
    let mut runs = Vec::with_capacity(RUNS.len());
    for (component, histories) in RUNS {
        let (margin_mm, half_width) = match component {
            Component::ExtraFocal => (50.0, 0.4),
            _ => (10.0, half_width(machine)),
        };
        let margin = margin_mm / beam.sad_mm;
        let piece = Piece {
            beam: 0,
            mu: 1.0,
            pose: 0,
            parts: [0.0, 0.0],
            source_mm: [0.0, -reference.ssd_mm, 0.0],
            axes: [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]],
            opening: [-half - margin, half + margin, -half - margin, half + margin],
            wedge: None,
        };
        let head = Head {
            beams: vec![head_beam.clone()],
            pieces: vec![piece],
            component,
            aimed_share: 0.9,
            half_width,
        };
        let fluence = head.fluence();
        if fluence <= 0.0 {
            continue;
        }
        let case = Case {
            grid,
            materials: materials.clone(),
            voxel_material: vec![MaterialId(0); grid.len()],
            voxel_density_g_cm3: vec![1.0; grid.len()],
            collimators: Vec::new(),
            source: Source::Head(head),
            quantity: Quantity::Dose,
        };
        runs.push((Deck::new(&case, VarianceReduction::Auto)?, fluence, histories));
    }
    let electrons = match &choice.quality.electrons {
        None => 0.0,
        Some(electrons) => {
            let pose = &beam.control_points[0].pose;
            let place_mm = [0.0, 0.0, reference.depth_mm];
            let open = rectangles(&beam.devices, &pose.openings);
            let share = in_water(electrons, &open, place_mm, beam.sad_mm, reference.ssd_mm);
            electrons.level * share * open_kerma_gy(choice.quality, beam.sad_mm)?
        }
    };
    let key = key(&runs, electrons, reference.gy_per_mu, seed, backend);
    if let Some(unit) = known.find(&key) {
        return Ok(unit);
    }
    let (mut per_unit, mut variance) = (electrons, 0.0);
    for (deck, fluence, histories) in runs {
        let settings =
            Settings { histories, seed, batches: BATCHES, regions: Region::alike([probe.clone()]) };
        let outcome = transport(&deck, &settings, backend, progress)?;
        let [dose] = outcome.regions[..] else { unreachable!("one region was asked for") };
        per_unit += dose.mean * fluence;
        variance += (dose.mean * fluence * dose.sigma_relative).powi(2);
    }
    if !(per_unit > 0.0 && per_unit.is_finite()) {
        return Err(Error::NoReferenceDose { machine: machine.name.clone() });
    }
    let unit = MonitorUnit {
        gy_per_unit: reference.gy_per_mu / per_unit,
        sigma_relative: variance.sqrt() / per_unit,
    };
    known.keep(&key, unit);
    Ok(unit)
}

/// Names everything that a monitor unit hangs on: what the engine is given to the last byte, how long it runs and where,
/// and the dose that a unit stands for.
fn key(runs: &[(Deck, f64, u64)], electrons: f64, gy_per_mu: f64, seed: u64, backend: &Backend) -> String {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update([u8::from(matches!(backend, Backend::Cpu(_)))]);
    hash.update(electrons.to_le_bytes());
    hash.update(gy_per_mu.to_le_bytes());
    hash.update(seed.to_le_bytes());
    for (deck, fluence, histories) in runs {
        hash.update(bytemuck::bytes_of(&deck.header));
        hash.update(bytemuck::cast_slice(&deck.tables));
        hash.update(fluence.to_le_bytes());
        hash.update(histories.to_le_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The beam with its devices set to a square field (mm, isocentre plane): see [`rectangular_field`].
pub fn square_field(machine: &Machine, beam: &Beam, field_mm: f64) -> Beam {
    rectangular_field(machine, beam, [field_mm; 2])
}

/// The beam with its devices set to a rectangle of these full widths along x and y (mm, isocentre plane): by the jaws where
/// the machine has them, by its leaves where not; at its first control point.
pub fn rectangular_field(machine: &Machine, beam: &Beam, field_mm: [f64; 2]) -> Beam {
    let mut beam = beam.clone();
    beam.control_points.truncate(1);
    let half = |axis: Axis| 0.5 * if axis == Axis::X { field_mm[0] } else { field_mm[1] };
    let has_jaws = |axis: Axis| {
        let role = if axis == Axis::X { Role::XJaws } else { Role::YJaws };
        machine.devices.iter().any(|device| device.role == role)
            && beam.devices.iter().any(|device| !device.kind.has_leaves() && device.kind.travel() == axis)
    };
    let across = |axis: Axis| if axis == Axis::X { Axis::Y } else { Axis::X };
    let openings = beam.devices.iter().map(|device| {
        let travel = device.kind.travel();
        let back = |axis: Axis| half(axis) + if has_jaws(axis) { LEAVES_BACK_MM } else { 0.0 };
        let opening = (0..device.pairs()).map(|pair| {
            if !device.kind.has_leaves() {
                return [-half(travel), half(travel)];
            }
            let [lower, upper] = device.sides_mm(pair);
            // A leaf belongs to the field if most of it does.
            let is_open = (0.5 * (lower + upper)).abs() < back(across(travel));
            if is_open { [-back(travel), back(travel)] } else { [0.0, 0.0] }
        });
        opening.collect()
    });
    let openings = openings.collect();
    beam.control_points[0].pose.openings = openings;
    beam
}

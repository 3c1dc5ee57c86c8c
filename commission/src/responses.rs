//! What the detectors read of each component, at some values of the numbers that a dose is not proportional to.

use crate::Error;
use crate::field;
use crate::measurement::{Collimation, Measurements, Medium, Setup};
use crate::tank::{AIR_G_CM3, Point, Tank};
use dose_core::case::{Case, Component, MaterialId, Quantity, Source};
use dose_core::deck::Deck;
use dose_core::material::Material;
use dose_core::run::{Backend, Progress, Settings, VarianceReduction, transport};
use estimate::electrons::{in_water, open_kerma_gy};
use estimate::head::{fixed, half_width, head_beam};
use std::ops::ControlFlow;
use treatment::machine::{BeamQuality, Machine};
use treatment::opening::rectangles;

/// Runs that a standard error comes from; each has its own seed, and the same one whatever the numbers of the head, so that
/// differences between these are exact where the random error is not.
const RUNS: u64 = 12;
/// Widths of the extra-focal disc, over the machine's.
const WIDTHS: [f64; 3] = [0.6, 1.0, 1.67];
/// Densities of the collimators, over the machine's.
const DENSITIES: [f64; 3] = [0.9, 1.0, 1.1];
/// Angles to the axis at which a table of leakage has nodes (degrees).
const ANGLES: [f64; 6] = [0.0, 20.0, 40.0, 60.0, 90.0, 180.0];
/// Histories of a component over those of the open beam, for each value: beside or behind a field, and for points that all lie in
/// an open one, to which metal and leakage add some thousandths.
fn share(component: Component, all_in_field: bool) -> f64 {
    match (component, all_in_field) {
        (Component::Open | Component::All, _) => 1.0,
        (Component::ExtraFocal, _) => 0.25,
        (Component::Transmitted | Component::Scattered, false) => 0.15,
        (Component::Leakage, false) => 0.1,
        (Component::Transmitted, true) => 0.02,
        (Component::Scattered | Component::Leakage, true) => 0.01,
    }
}
/// The reference dose is the mean over a square of this width around the axis, as in [`estimate::monitor`] (mm).
const PROBE_MM: f64 = 30.0;

/// Readings of all detectors, and their standard errors (Gy a unit of fluence).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// The readings; the last is that of the machine's reference condition.
    pub mean: Vec<f64>,
    /// Their standard errors.
    pub sigma: Vec<f64>,
}

/// The readings of all components.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Responses {
    /// Focal photons through the opening.
    pub open: Response,
    /// Natural logarithms of the extra-focal disc's widths over the machine's.
    pub widths: Vec<f64>,
    /// Extra-focal photons at these widths, for one such photon a focal one.
    pub extra_focal: Vec<Response>,
    /// Natural logarithms of the collimators' densities over the machine's.
    pub densities: Vec<f64>,
    /// Focal photons through and scattered in jaws and leaves, at these densities.
    pub metal: Vec<Response>,
    /// Angles of the leakage's nodes (degrees).
    pub angles: Vec<f64>,
    /// Leakage that is 1 at a node and 0 at the others, for a level of 1 and no extra-focal photons.
    pub leakage: Vec<Response>,
    /// The electrons' surface term for a level of 1 and no extra-focal photons (exact); none in air, or where the machine
    /// lacks it.
    pub electrons: Vec<f64>,
}

/// Is told how far all runs are, and may break them off.
pub type Watch<'a> = &'a mut (dyn FnMut(Progress) -> ControlFlow<()> + Send);
/// Is told what part of a run is done.
type WatchOne<'a> = &'a mut (dyn FnMut(f64) -> ControlFlow<()> + Send);

/// How long to run.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Photons of the open beam for each field; the other components have parts of that.
    pub histories: u64,
    /// Seed of the random words.
    pub seed: u64,
    /// Whether the numbers that a dose is not proportional to are varied, or the machine is taken as it is.
    pub varies: Varies,
}

/// Whether a fit is to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Varies {
    /// Disc and metal are run at several values.
    Shapes,
    /// At those of the file alone.
    Nothing,
}

/// One run of the engine to do: which detectors it reads, which component and value.
struct Run<'a> {
    tank: &'a Tank,
    setup: &'a Setup,
    machine: Machine,
    quality: BeamQuality,
    component: Component,
    /// What the readings are divided by.
    unit: f64,
}

impl Responses {
    /// Runs every setup, component by component. `quality` is the beam's place in the machine.
    ///
    /// # Errors
    /// The machine cannot give a field, the engine refuses it, or `watch` broke off.
    pub fn run(
        machine: &Machine,
        quality: usize,
        measurements: &Measurements,
        effort: Effort,
        backend: &mut Backend,
        watch: Watch,
    ) -> Result<Responses, Error> {
        let beam = &machine.beams[quality];
        let (setups, members) = with_reference(beam, measurements);
        let detectors = measurements.points.len() + 1;
        let mut responses = Responses { angles: angles(measurements), ..Responses::empty(detectors) };
        let nodes = |all: &[f64]| match effort.varies {
            Varies::Shapes => all.iter().map(|factor| factor.ln()).collect(),
            Varies::Nothing => vec![0.0],
        };
        if beam.extra_focal.is_some() {
            responses.widths = nodes(&WIDTHS);
        }
        responses.densities = nodes(&DENSITIES);
        if beam.leakage.is_none() {
            responses.angles.clear();
        }
        let nothing = Response { mean: vec![0.0; detectors], sigma: vec![0.0; detectors] };
        responses.extra_focal = vec![nothing.clone(); responses.widths.len()];
        responses.metal = vec![nothing.clone(); responses.densities.len()];
        responses.leakage = vec![nothing; responses.angles.len()];
        responses.electrons = vec![0.0; detectors];
        let in_field: Vec<bool> = setups
            .iter()
            .zip(&members)
            .map(|(setup, members)| all_in_field(machine, setup, members))
            .collect();
        let of_setup = |all_in_field: &bool| {
            let share = |component| share(component, *all_in_field);
            share(Component::Open)
                + share(Component::ExtraFocal) * responses.widths.len() as f64
                + (share(Component::Transmitted) + share(Component::Scattered))
                    * responses.densities.len() as f64
                + share(Component::Leakage) * responses.angles.len() as f64
        };
        let total: f64 = in_field.iter().map(of_setup).sum();
        let mut done = 0.0;
        for ((setup, members), all_in_field) in setups.iter().zip(&members).zip(in_field) {
            let points: Vec<Point> = members.iter().map(|&(_, point)| point).collect();
            let tank = Tank::new(machine, setup, &points);
            let mut one = |run: Run, into: &mut Response| -> Result<(), Error> {
                let part = share(run.component, all_in_field);
                let before = done;
                let of_all = |fields: f64| (fields * effort.histories as f64).round() as u64;
                let mut within = |now: f64| {
                    watch(Progress {
                        histories_done: of_all(before + part * now),
                        histories_total: of_all(total),
                    })
                };
                let histories = ((effort.histories as f64 * part) as u64).max(2 * RUNS);
                let read = run.read(histories, effort.seed, backend, &mut within)?;
                for (&(place, _), (mean, sigma)) in members.iter().zip(read) {
                    into.mean[place] += mean;
                    into.sigma[place] = into.sigma[place].hypot(sigma);
                }
                done += part;
                Ok(())
            };
            for (place, reading) in electrons(machine, beam, setup, members)? {
                responses.electrons[place] = reading;
            }
            let run = |component| Run {
                tank: &tank,
                setup,
                machine: machine.clone(),
                quality: beam.clone(),
                component,
                unit: 1.0,
            };
            one(run(Component::Open), &mut responses.open)?;
            for (width, into) in responses.widths.iter().zip(&mut responses.extra_focal) {
                let mut run = run(Component::ExtraFocal);
                if let Some(disc) = &mut run.quality.extra_focal {
                    disc.sigma_mm *= width.exp();
                    run.unit = disc.ratio();
                }
                one(run, into)?;
            }
            for (density, into) in responses.densities.iter().zip(&mut responses.metal) {
                for component in [Component::Transmitted, Component::Scattered] {
                    let mut run = run(component);
                    for material in &mut run.machine.materials {
                        material.density_g_cm3 *= density.exp();
                    }
                    one(run, into)?;
                }
            }
            for (node, into) in responses.leakage.iter_mut().enumerate() {
                let mut run = run(Component::Leakage);
                run.unit = 1.0 + beam.extra_focal.map_or(0.0, |disc| disc.ratio());
                if let Some(leakage) = &mut run.quality.leakage {
                    leakage.level = 1.0;
                    leakage.by_angle = hat(&responses.angles, node);
                }
                one(run, into)?;
            }
        }
        Ok(responses)
    }

    fn empty(detectors: usize) -> Responses {
        let open = Response { mean: vec![0.0; detectors], sigma: vec![0.0; detectors] };
        Responses { open, ..Responses::default() }
    }
}

impl Run<'_> {
    /// Mean and standard error of each detector's reading.
    fn read(
        &self,
        histories: u64,
        seed: u64,
        backend: &mut Backend,
        watch: WatchOne,
    ) -> Result<Vec<(f64, f64)>, Error> {
        let (machine, setup, grid) = (&self.machine, self.setup, self.tank.grid);
        let beam = field::beam(machine, &self.quality, setup)?;
        let mut materials = vec![Material::named("water").expect("a material of the library")];
        let head_beam = head_beam(machine, &self.quality, &beam, &mut materials)?;
        let head =
            fixed(head_beam, setup.field_mm, beam.sad_mm, setup.ssd_mm, self.component, half_width(machine));
        let fluence = head.fluence();
        let (density, quantity) = match setup.medium {
            Medium::Water => (1.0, Quantity::Dose),
            Medium::Air => (AIR_G_CM3 as f32, Quantity::Kerma),
        };
        let case = Case {
            grid,
            materials,
            voxel_material: vec![MaterialId(0); grid.len()],
            voxel_density_g_cm3: vec![density; grid.len()],
            collimators: Vec::new(),
            source: Source::Head(head),
            quantity,
        };
        let deck = Deck::new(&case, VarianceReduction::Auto)?;
        let mut sums = vec![[0.0; 2]; self.tank.detectors.len()];
        for run in 0..RUNS {
            // A closed field has places that nothing reaches; two batches are the engine's least.
            let settings = Settings {
                histories: histories / RUNS,
                seed: seed.wrapping_mul(1000).wrapping_add(run),
                batches: 2,
                regions: vec![],
            };
            let mut progress = |now: Progress| {
                let within = now.histories_done as f64 / now.histories_total as f64;
                watch((run as f64 + within) / RUNS as f64)
            };
            let outcome = transport(&deck, &settings, backend, &mut progress)?;
            for (sum, detector) in sums.iter_mut().zip(&self.tank.detectors) {
                let reading = detector.read(&outcome.dose_gy_per_photon) * fluence / self.unit;
                sum[0] += reading;
                sum[1] += reading * reading;
            }
        }
        let runs = RUNS as f64;
        let estimate = |&[sum, squares]: &[f64; 2]| {
            let mean = sum / runs;
            (mean, ((squares / runs - mean * mean).max(0.0) / (runs - 1.0)).sqrt())
        };
        Ok(sums.iter().map(estimate).collect())
    }
}

/// Whether all points of a setup lie in its open field.
fn all_in_field(machine: &Machine, setup: &Setup, members: &[(usize, Point)]) -> bool {
    let is_in = |point: &Point| {
        let scale = (setup.ssd_mm + point.position_mm[2]) / machine.fits.sad_mm;
        (0..2).all(|axis| point.position_mm[axis].abs() < 0.5 * setup.field_mm[axis] * scale)
    };
    setup.collimation == Collimation::Open && members.iter().all(|(_, point)| is_in(point))
}

/// The electrons' readings at the points of a setup.
fn electrons(
    machine: &Machine,
    quality: &BeamQuality,
    setup: &Setup,
    members: &[(usize, Point)],
) -> Result<Vec<(usize, f64)>, Error> {
    let Some(term) = quality.electrons.as_ref().filter(|_| setup.medium == Medium::Water) else {
        return Ok(vec![]);
    };
    let beam = field::beam(machine, quality, setup)?;
    let open = rectangles(&beam.devices, &beam.control_points[0].pose.openings);
    let without_extra_focal = 1.0 + quality.extra_focal.map_or(0.0, |disc| disc.ratio());
    let kerma_gy = open_kerma_gy(quality, beam.sad_mm)? / without_extra_focal;
    let reading =
        |point: &Point| kerma_gy * in_water(term, &open, point.position_mm, beam.sad_mm, setup.ssd_mm);
    Ok(members.iter().map(|(place, point)| (*place, reading(point))).collect())
}

/// The setups with the machine's reference condition among them; for each the places of its detectors, the reference last of
/// all.
fn with_reference(beam: &BeamQuality, measurements: &Measurements) -> (Vec<Setup>, Vec<Vec<(usize, Point)>>) {
    let mut setups = measurements.setups.clone();
    let reference = Setup {
        field_mm: [beam.reference.field_mm; 2],
        collimation: Collimation::Open,
        medium: Medium::Water,
        ssd_mm: beam.reference.ssd_mm,
    };
    let at = setups.iter().position(|setup| *setup == reference).unwrap_or_else(|| {
        setups.push(reference);
        setups.len() - 1
    });
    let mut members = vec![vec![]; setups.len()];
    for (place, point) in measurements.points.iter().enumerate() {
        members[point.setup].push((place, Point { position_mm: point.position_mm, half_width_mm: 0.0 }));
    }
    let probe = Point { position_mm: [0.0, 0.0, beam.reference.depth_mm], half_width_mm: 0.5 * PROBE_MM };
    members[at].push((measurements.points.len(), probe));
    (setups, members)
}

/// Nodes of the leakage's table: as far as the points reach and one more.
fn angles(measurements: &Measurements) -> Vec<f64> {
    let widest = measurements.points.iter().map(|point| {
        let [x, y, depth] = point.position_mm;
        x.hypot(y).atan2(measurements.setups[point.setup].ssd_mm + depth).to_degrees()
    });
    let widest = widest.fold(0.0, f64::max);
    let beyond = ANGLES.iter().position(|&angle| angle >= widest).unwrap_or(ANGLES.len() - 1).max(1);
    ANGLES[..=beyond].to_vec()
}

/// 1 at a node, 0 at the others, straight lines between; the last node's value goes on beyond.
fn hat(angles: &[f64], node: usize) -> Vec<[f64; 2]> {
    angles.iter().enumerate().map(|(at, &angle)| [angle, f64::from(at == node)]).collect()
}

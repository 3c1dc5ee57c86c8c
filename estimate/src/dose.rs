//! The dose of the whole body: each component of the source run on its own, then added.

use crate::Error;
use crate::head::{Given, check, head};
use crate::monitor::{MonitorUnit, monitor_unit};
use anatomy::Anatomy;
use anatomy::organs::COMPONENTS;
use dose_core::case::{Case, Component, Quantity, Source};
use dose_core::deck::Deck;
use dose_core::run::{Backend, EnergyBalance, Progress, Settings, VarianceReduction, transport};
use std::ops::ControlFlow;
use treatment::Plan;
use treatment::machine::Choice;
use volume::{Grid, Image};

/// How hard to try.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Source photons of all components together.
    pub histories: u64,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Batches that the uncertainty comes from.
    pub batches: u32,
}

/// Share of the histories for photons that cross no metal; the others are for those that do.
const OPEN_SHARE: f64 = 0.7;
/// Coverage from which a voxel counts for an organ's uncertainty.
const MOSTLY: f32 = 0.5;
/// Places of the components in the contract's order.
const IN_FIELD: usize = 0;
const COLLIMATOR: usize = 2;

/// The dose of a plan in a patient, all fractions.
#[derive(Clone, Debug)]
pub struct BodyDose {
    /// Dose (Gy) on the patient's grid; 0 outside the body.
    pub dose_gy: Image<f32>,
    /// Relative standard error of each voxel; 1 where nothing was scored.
    pub sigma_relative: Vec<f32>,
    /// In-field primary with its scatter, head scatter, collimator transmission, leakage (Gy).
    pub components_gy: [Vec<f32>; COMPONENTS],
    /// Relative standard error of each organ's mean, from batches; `None` where an organ covers no voxel.
    pub organ_sigma: Vec<Option<f64>>,
    /// The monitor unit of each delivered beam.
    pub monitor_units: Vec<MonitorUnit>,
    /// Source photons followed.
    pub histories: u64,
    /// The energy balance of each run: open, transmitted.
    pub balances: Vec<EnergyBalance>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// What goes on, for a progress display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The reference field of a beam quality.
    MonitorUnit,
    /// Photons that cross no metal.
    Open,
    /// Photons through the collimators.
    Transmitted,
}

/// Estimates the dose of a plan. `choices` has one machine for each of the plan's deliveries; `fractions` overrides what
/// the plan says.
///
/// # Errors
/// See [`Error`].
pub fn body_dose(
    plan: &Plan,
    choices: &[Choice],
    anatomy: &Anatomy,
    fractions: Option<u32>,
    effort: Effort,
    backend: &mut Backend,
    progress: &mut (dyn FnMut(Stage, Progress) -> ControlFlow<()> + Send),
) -> Result<BodyDose, Error> {
    let deliveries: Vec<_> = plan.deliveries().collect();
    deliveries.iter().try_for_each(|delivery| check(delivery.beam))?;
    let mut monitor_units: Vec<MonitorUnit> = Vec::with_capacity(deliveries.len());
    for (index, delivery) in deliveries.iter().enumerate() {
        // Beams of one machine and quality share their monitor unit.
        let same = (0..index).find(|&other| {
            std::ptr::eq(choices[other].quality, choices[index].quality)
                && deliveries[other].beam.devices == delivery.beam.devices
        });
        monitor_units.push(match same {
            Some(other) => monitor_units[other],
            None => monitor_unit(&choices[index], delivery.beam, effort.seed, backend, &mut |now| {
                progress(Stage::MonitorUnit, now)
            })?,
        });
    }
    let given: Vec<Given> = deliveries
        .iter()
        .zip(choices)
        .zip(&monitor_units)
        .map(|((delivery, choice), unit)| Given {
            beam: delivery.beam,
            choice,
            mu: delivery.mu * f64::from(fractions.or(delivery.fractions).unwrap_or(1)),
            gy_per_unit: unit.gy_per_unit,
        })
        .filter(|given| given.mu > 0.0)
        .collect();
    if given.is_empty() {
        return Err(Error::NothingDelivered);
    }

    let regions: Vec<Vec<u32>> = anatomy
        .organs
        .iter()
        .map(|organ| {
            let most = organ.coverage.voxels().map(|(_, share)| share).fold(0.0, f32::max);
            let least = MOSTLY.min(most);
            let inside = organ.coverage.voxels().filter(|&(_, share)| share >= least && share > 0.0);
            inside.map(|(voxel, _)| voxel as u32).collect()
        })
        .collect();
    let voxels = anatomy.voxel_density_g_cm3.len();
    let mut sum = Sum::new(voxels, regions.len());
    let open = ((effort.histories as f64 * OPEN_SHARE) as u64).max(1);
    let runs = [
        (Component::Open, Stage::Open, IN_FIELD, open),
        (Component::Transmitted, Stage::Transmitted, COLLIMATOR, (effort.histories - open).max(1)),
    ];
    for (component, stage, place, histories) in runs {
        let mut materials = anatomy.materials.clone();
        let head = head(&given, plan.position, &anatomy.grid, component, &mut materials)?;
        let fluence = head.fluence();
        let case = Case {
            grid: Grid {
                corner_mm: [0.0; 3],
                spacing_mm: anatomy.grid.spacing_mm,
                shape: anatomy.grid.shape,
            },
            materials,
            voxel_material: anatomy.voxel_material.clone(),
            voxel_density_g_cm3: anatomy.voxel_density_g_cm3.clone(),
            collimators: Vec::new(),
            source: Source::Head(head),
            quantity: Quantity::Dose,
        };
        let deck = Deck::new(&case, VarianceReduction::Auto)?;
        let settings =
            Settings { histories, seed: effort.seed, batches: effort.batches, regions: regions.clone() };
        let outcome = transport(&deck, &settings, backend, &mut |now| progress(stage, now))?;
        sum.add(place, fluence, &outcome, &anatomy.body);
    }
    Ok(sum.into_dose(anatomy, monitor_units))
}

/// Components as they are added.
struct Sum {
    components_gy: [Vec<f32>; COMPONENTS],
    variance: Vec<f64>,
    organ_mean: Vec<f64>,
    organ_variance: Vec<f64>,
    histories: u64,
    balances: Vec<EnergyBalance>,
    warnings: Vec<String>,
}

impl Sum {
    fn new(voxels: usize, organs: usize) -> Sum {
        Sum {
            components_gy: std::array::from_fn(|_| vec![0.0; voxels]),
            variance: vec![0.0; voxels],
            organ_mean: vec![0.0; organs],
            organ_variance: vec![0.0; organs],
            histories: 0,
            balances: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn add(&mut self, place: usize, fluence: f64, outcome: &dose_core::run::Outcome, body: &[f32]) {
        for (voxel, &per_photon) in outcome.dose_gy_per_photon.iter().enumerate() {
            if body[voxel] > 0.0 {
                let dose_gy = per_photon * fluence;
                self.components_gy[place][voxel] = dose_gy as f32;
                self.variance[voxel] += (dose_gy * f64::from(outcome.sigma_relative[voxel])).powi(2);
            }
        }
        for (organ, region) in outcome.regions.iter().enumerate() {
            self.organ_mean[organ] += region.mean * fluence;
            self.organ_variance[organ] += (region.mean * fluence * region.sigma_relative).powi(2);
        }
        self.histories += outcome.histories;
        self.balances.push(outcome.energy);
        self.warnings.extend(outcome.warnings.iter().cloned());
    }

    fn into_dose(self, anatomy: &Anatomy, monitor_units: Vec<MonitorUnit>) -> BodyDose {
        let voxels = self.variance.len();
        let total = |voxel: usize| self.components_gy.iter().map(|c| c[voxel]).sum::<f32>();
        let values: Vec<f32> = (0..voxels).map(total).collect();
        let sigma = values.iter().zip(&self.variance).map(|(&dose, variance)| {
            if dose > 0.0 { (variance.sqrt() / f64::from(dose)) as f32 } else { 1.0 }
        });
        let organ_sigma = self.organ_mean.iter().zip(&self.organ_variance);
        BodyDose {
            sigma_relative: sigma.collect(),
            dose_gy: Image { grid: anatomy.grid, values },
            components_gy: self.components_gy,
            organ_sigma: organ_sigma
                .map(|(mean, variance)| (*mean > 0.0).then(|| variance.sqrt() / mean))
                .collect(),
            monitor_units,
            histories: self.histories,
            balances: self.balances,
            warnings: self.warnings,
        }
    }
}

//! The dose of the whole body: each component of the source run on its own, then added.

use crate::Error;
use crate::electrons::surface_dose;
use crate::head::{Given, head, wedge_warnings};
use crate::monitor::{Calibrated, MonitorUnit};
use crate::sharing::{PILOT, PILOT_SEED, Piloted, RUNS, shares};
use anatomy::organs::COMPONENTS;
use anatomy::{Anatomy, Organ};
use dose_core::case::{Case, Component, Quantity, Source};
use dose_core::deck::Deck;
use dose_core::run::{Backend, EnergyBalance, Progress, Region, Settings, VarianceReduction, transport};
use std::ops::ControlFlow;
use treatment::Plan;
use treatment::machine::ModelUncertainty;
use volume::{Grid, Image};

/// Place of the head's scatter among the components.
const HEAD_SCATTER: usize = 1;

/// How hard to try.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Source photons of all components together, the pilot's included.
    pub histories: u64,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Batches that the uncertainty comes from.
    pub batches: u32,
    /// Whether splitting and roulette follow the importance of the place in the patient.
    pub variance_reduction: VarianceReduction,
}

/// The dose of a plan in a patient, all fractions.
#[derive(Clone, Debug)]
pub struct BodyDose {
    /// Dose (Gy) on the patient's grid; 0 outside the body.
    pub dose_gy: Image<f32>,
    /// Relative standard error of each voxel; 1 where nothing was scored.
    pub sigma_relative: Vec<f32>,
    /// In-field primary with its scatter, head scatter with the electrons, collimator transmission and scatter, leakage (Gy).
    pub components_gy: [Vec<f32>; COMPONENTS],
    /// Part of the head scatter that is the surface term of the contaminating electrons, if the machine has one.
    pub electrons: Option<ElectronDose>,
    /// Relative standard error of each component for want of knowledge of the machine.
    pub model_sigma: [f64; COMPONENTS],
    /// Relative standard error of each organ's mean, from batches; `None` where an organ covers no voxel.
    pub organ_sigma: Vec<Option<f64>>,
    /// The same of each component of each organ's mean; `None` where it gave nothing.
    pub organ_component_sigma: Vec<[Option<f64>; COMPONENTS]>,
    /// The monitor unit of each delivered beam.
    pub monitor_units: Vec<MonitorUnit>,
    /// Source photons followed.
    pub histories: u64,
    /// The energy balance of each run, in the order of [`Stage`], without the pilot's.
    pub balances: Vec<EnergyBalance>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// The surface term of the contaminating electrons.
#[derive(Clone, Debug, PartialEq)]
pub struct ElectronDose {
    /// Dose of each voxel (Gy).
    pub gy: Vec<f32>,
    /// Its share in the mean of each organ, by mass.
    pub organ_share: Vec<f64>,
    /// Its relative standard error, for want of knowledge of the machine.
    pub model_sigma: f64,
}

/// What goes on, for a progress display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The pilot of all components.
    Pilot,
    /// Photons that cross no metal.
    Open,
    /// Photons scattered by flattening filter and primary collimator.
    HeadScatter,
    /// Photons through the collimators.
    Transmitted,
    /// Photons scattered in the collimators.
    Scattered,
    /// Photons through the housing.
    Leakage,
}

impl Stage {
    /// What it follows, in words.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Pilot => "pilot: how to share the histories",
            Stage::Open => "open beam and its scatter",
            Stage::HeadScatter => "scatter of flattening filter and primary collimator",
            Stage::Transmitted => "transmission of jaws and leaves",
            Stage::Scattered => "scatter of jaws and leaves",
            Stage::Leakage => "leakage of the housing",
        }
    }
}

impl BodyDose {
    /// Relative standard error, for want of knowledge of the machine, of a dose that is made of these components and has so
    /// much of electrons in its head scatter; `None` where there is none. The errors are independent: their squares add.
    pub fn model_error(&self, components_gy: [f64; COMPONENTS], electrons_gy: f64) -> Option<f64> {
        let total: f64 = components_gy.iter().sum();
        let mut photons_gy = components_gy;
        photons_gy[HEAD_SCATTER] -= electrons_gy;
        let sigma = self.electrons.as_ref().map_or(0.0, |electrons| electrons.model_sigma);
        let squares = photons_gy.iter().zip(self.model_sigma).map(|(gy, sigma)| (gy * sigma).powi(2));
        let square = squares.sum::<f64>() + (electrons_gy * sigma).powi(2);
        (total > 0.0).then(|| square.sqrt() / total)
    }
}

/// Estimates the dose of a plan. `calibrated` has one machine for each of the plan's deliveries; `fractions` overrides what
/// the plan says.
///
/// # Errors
/// See [`Error`].
pub fn body_dose(
    plan: &Plan,
    calibrated: &[Calibrated],
    anatomy: &Anatomy,
    fractions: Option<u32>,
    effort: Effort,
    backend: &mut Backend,
    progress: &mut (dyn FnMut(Stage, Progress) -> ControlFlow<()> + Send),
) -> Result<BodyDose, Error> {
    let deliveries: Vec<_> = plan.deliveries().collect();
    let given: Vec<Given> = deliveries
        .iter()
        .zip(calibrated)
        .map(|(delivery, calibrated)| Given {
            beam: delivery.beam,
            choice: calibrated.choice,
            mu: delivery.mu * f64::from(fractions.or(delivery.fractions).unwrap_or(1)),
            gy_per_unit: calibrated.unit.gy_per_unit,
        })
        .filter(|given| given.mu > 0.0)
        .collect();
    if given.is_empty() {
        return Err(Error::NothingDelivered);
    }

    let regions: Vec<Region> = anatomy.organs.iter().map(|organ| by_mass(organ, anatomy)).collect();
    let voxels = anatomy.voxel_density_g_cm3.len();
    let mut sum = Sum::new(voxels, regions.len());
    sum.warnings.extend(given.iter().flat_map(|given| wedge_warnings(given.beam)));
    let mut decks = Vec::with_capacity(RUNS.len());
    for run in &RUNS {
        let deck = component_deck(&given, plan, anatomy, run.component, effort.variance_reduction)?;
        if deck.is_none() {
            let lacking = run.stage.name();
            sum.warnings.push(format!("the machine file describes no {lacking}: it is not in the dose"));
        }
        decks.push(deck);
    }
    let mut follow = |deck: &Deck, stage: Stage, histories: f64, seed: u64| {
        let histories = (histories as u64).max(1);
        let settings = Settings { histories, seed, batches: effort.batches, regions: regions.clone() };
        transport(deck, &settings, backend, &mut |now| progress(stage, now))
    };
    let all = effort.histories as f64;
    let mut pilots = Vec::with_capacity(RUNS.len());
    for (run, deck) in RUNS.iter().zip(&decks) {
        let pilot_seed = effort.seed.wrapping_add(PILOT_SEED);
        let pilot = deck.as_ref().map(|(deck, fluence)| {
            let outcome = follow(deck, Stage::Pilot, PILOT * run.pilot_share * all, pilot_seed)?;
            let (histories, regions) = (outcome.histories, outcome.regions);
            Ok::<_, Error>(Piloted { histories, fluence: *fluence, regions })
        });
        pilots.push(pilot.transpose()?);
    }
    let shares = shares(&pilots);
    for ((run, deck), share) in RUNS.iter().zip(&decks).zip(shares) {
        if let Some((deck, fluence)) = deck {
            let outcome = follow(deck, run.stage, (1.0 - PILOT) * share * all, effort.seed)?;
            sum.add(run.place, *fluence, &outcome, &anatomy.body);
        }
    }
    if let Some(gy) = surface_dose(&given, plan.position, anatomy)? {
        sum.add_electrons(gy, &regions, mean_by_mu(&given, |sigma| sigma.electrons));
    }
    let monitor_units = calibrated.iter().map(|calibrated| calibrated.unit).collect();
    Ok(sum.into_dose(anatomy, monitor_units, model_sigma(&given)))
}

/// An organ's voxels by their mass, as its mean dose counts them.
fn by_mass(organ: &Organ, anatomy: &Anatomy) -> Region {
    let covered = organ.coverage.voxels().filter(|&(_, share)| share > 0.0);
    Region(covered.map(|(at, share)| (at as u32, share * anatomy.voxel_density_g_cm3[at])).collect())
}

/// The deck of a component and its source photons; `None` where the machine file does not describe it.
fn component_deck(
    given: &[Given],
    plan: &Plan,
    anatomy: &Anatomy,
    component: Component,
    variance_reduction: VarianceReduction,
) -> Result<Option<(Deck, f64)>, Error> {
    let mut materials = anatomy.materials.clone();
    let head = head(given, plan.position, &anatomy.grid, component, &mut materials)?;
    let fluence = head.fluence();
    if fluence <= 0.0 {
        return Ok(None);
    }
    let case = Case {
        grid: Grid { corner_mm: [0.0; 3], spacing_mm: anatomy.grid.spacing_mm, shape: anatomy.grid.shape },
        materials,
        voxel_material: anatomy.voxel_material.clone(),
        voxel_density_g_cm3: anatomy.voxel_density_g_cm3.clone(),
        collimators: Vec::new(),
        source: Source::Head(head),
        quantity: Quantity::Dose,
    };
    Ok(Some((Deck::new(&case, variance_reduction)?, fluence)))
}

/// Relative standard errors of the components, a mean over the beams by their MU.
fn model_sigma(given: &[Given]) -> [f64; COMPONENTS] {
    std::array::from_fn(|at| mean_by_mu(given, |sigma| sigma.by_component()[at]))
}

/// Mean over the beams by their MU of what their machine files say of their uncertainty.
fn mean_by_mu(given: &[Given], of: impl Fn(&ModelUncertainty) -> f64) -> f64 {
    let total: f64 = given.iter().map(|given| given.mu).sum();
    given.iter().map(|given| given.mu * of(&given.choice.quality.model_uncertainty)).sum::<f64>() / total
}

/// Components as they are added.
struct Sum {
    components_gy: [Vec<f32>; COMPONENTS],
    electrons: Option<ElectronDose>,
    variance: Vec<f64>,
    organ_mean: Vec<[f64; COMPONENTS]>,
    organ_variance: Vec<[f64; COMPONENTS]>,
    histories: u64,
    balances: Vec<EnergyBalance>,
    warnings: Vec<String>,
}

impl Sum {
    fn new(voxels: usize, organs: usize) -> Sum {
        Sum {
            components_gy: std::array::from_fn(|_| vec![0.0; voxels]),
            electrons: None,
            variance: vec![0.0; voxels],
            organ_mean: vec![[0.0; COMPONENTS]; organs],
            organ_variance: vec![[0.0; COMPONENTS]; organs],
            histories: 0,
            balances: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn add(&mut self, place: usize, fluence: f64, outcome: &dose_core::run::Outcome, body: &[f32]) {
        for (voxel, &per_photon) in outcome.dose_gy_per_photon.iter().enumerate() {
            if body[voxel] > 0.0 {
                let dose_gy = per_photon * fluence;
                self.components_gy[place][voxel] += dose_gy as f32;
                self.variance[voxel] += (dose_gy * f64::from(outcome.sigma_relative[voxel])).powi(2);
            }
        }
        for (organ, region) in outcome.regions.iter().enumerate() {
            self.organ_mean[organ][place] += region.mean * fluence;
            self.organ_variance[organ][place] += (region.mean * fluence * region.sigma_relative).powi(2);
        }
        self.histories += outcome.histories;
        self.balances.push(outcome.energy);
        self.warnings.extend(outcome.warnings.iter().cloned());
    }

    /// Adds the surface term to the scatter of the head. It has no statistical error.
    fn add_electrons(&mut self, gy: Vec<f32>, regions: &[Region], model_sigma: f64) {
        for (sum, gy) in self.components_gy[HEAD_SCATTER].iter_mut().zip(&gy) {
            *sum += gy;
        }
        let mean = |region: &Region| {
            let [sum, weight] = region.0.iter().fold([0.0; 2], |[sum, weight], &(voxel, share)| {
                let share = f64::from(share);
                [sum + share * f64::from(gy[voxel as usize]), weight + share]
            });
            if weight > 0.0 { sum / weight } else { 0.0 }
        };
        let add = |(parts, region): (&mut [f64; COMPONENTS], &Region)| {
            let mean_gy = mean(region);
            parts[HEAD_SCATTER] += mean_gy;
            let all_gy: f64 = parts.iter().sum();
            if all_gy > 0.0 { mean_gy / all_gy } else { 0.0 }
        };
        let organ_share = self.organ_mean.iter_mut().zip(regions).map(add).collect();
        self.electrons = Some(ElectronDose { gy, organ_share, model_sigma });
    }

    fn into_dose(
        self,
        anatomy: &Anatomy,
        monitor_units: Vec<MonitorUnit>,
        model_sigma: [f64; COMPONENTS],
    ) -> BodyDose {
        let voxels = self.variance.len();
        let total = |voxel: usize| self.components_gy.iter().map(|c| c[voxel]).sum::<f32>();
        let values: Vec<f32> = (0..voxels).map(total).collect();
        let sigma = values.iter().zip(&self.variance).map(|(&dose, variance)| {
            if dose > 0.0 { (variance.sqrt() / f64::from(dose)) as f32 } else { 1.0 }
        });
        let organs = || self.organ_mean.iter().zip(&self.organ_variance);
        let relative = |mean: f64, variance: f64| (mean > 0.0).then(|| variance.sqrt() / mean);
        BodyDose {
            sigma_relative: sigma.collect(),
            dose_gy: Image { grid: anatomy.grid, values },
            components_gy: self.components_gy,
            electrons: self.electrons,
            model_sigma,
            organ_sigma: organs()
                .map(|(mean, variance)| relative(mean.iter().sum(), variance.iter().sum()))
                .collect(),
            organ_component_sigma: organs()
                .map(|(mean, variance)| std::array::from_fn(|part| relative(mean[part], variance[part])))
                .collect(),
            monitor_units,
            histories: self.histories,
            balances: self.balances,
            warnings: self.warnings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dose_core::run::{Estimate, Outcome};

    /// What jaws and leaves let through and what they scatter are two runs of one component.
    #[test]
    fn runs_of_one_component_are_added_in_voxels_as_in_organs() {
        let run = |gy: f64| Outcome {
            dose_gy_per_photon: vec![gy, 3.0 * gy],
            sigma_relative: vec![0.5, 0.5],
            regions: vec![Estimate { mean: 2.0 * gy, sigma_relative: 0.5 }],
            histories: 10,
            energy: EnergyBalance::default(),
            warnings: vec![],
        };
        let mut sum = Sum::new(2, 1);
        for (gy, fluence) in [(1.0, 2.0), (4.0, 0.25)] {
            sum.add(2, fluence, &run(gy), &[1.0, 1.0]);
        }
        assert_eq!(sum.components_gy[2], [3.0, 9.0]);
        assert_eq!((sum.organ_mean[0][2], sum.variance[0]), (6.0, 1.25));
        for (place, run) in RUNS.iter().map(|run| (run.place, run.stage)) {
            assert!(place < COMPONENTS, "{run:?}");
        }
    }

    #[test]
    fn electrons_are_head_scatter_and_have_no_statistical_error() {
        let mut sum = Sum::new(2, 1);
        sum.organ_mean[0][0] = 6.0;
        sum.add_electrons(vec![1.0, 4.0], &[Region(vec![(0, 1.0), (1, 0.5)])], 0.5);
        assert_eq!(sum.components_gy[HEAD_SCATTER], [1.0, 4.0]);
        assert_eq!((sum.organ_mean[0], sum.organ_variance[0]), ([6.0, 2.0, 0.0, 0.0], [0.0; 4]));
        assert_eq!(sum.electrons.expect("electrons").organ_share, [0.25]);
    }

    #[test]
    fn the_model_error_of_a_sum_is_the_root_of_the_squares_of_its_parts() {
        let grid = volume::OrientedGrid {
            origin_mm: [0.0; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [1.0; 3],
            shape: [1; 3],
        };
        let dose = BodyDose {
            dose_gy: Image { grid, values: vec![0.0] },
            sigma_relative: vec![],
            components_gy: std::array::from_fn(|_| vec![]),
            electrons: None,
            model_sigma: [0.03, 0.4, 0.2, 0.5],
            organ_sigma: vec![],
            organ_component_sigma: vec![],
            monitor_units: vec![],
            histories: 0,
            balances: vec![],
            warnings: vec![],
        };
        assert!((dose.model_error([0.0, 0.0, 0.0, 2.0], 0.0).expect("a dose") - 0.5).abs() < 1e-12);
        // 3 × 0.4 and 8 × 0.2 make 2.
        assert!((dose.model_error([0.0, 3.0, 8.0, 0.0], 0.0).expect("a dose") - 2.0 / 11.0).abs() < 1e-12);
        assert_eq!(dose.model_error([0.0; 4], 0.0), None);
        // Of 4 of the head 1 is electrons: 3 × 0.4 and 1 × 1.6 make 2.
        let electrons = ElectronDose { gy: vec![], organ_share: vec![], model_sigma: 1.6 };
        let dose = BodyDose { electrons: Some(electrons), ..dose };
        assert!((dose.model_error([0.0, 4.0, 0.0, 0.0], 1.0).expect("a dose") - 0.5).abs() < 1e-12);
    }
}

//! What the detectors read for any value of a machine's numbers, from the responses.
//!
//! ```text
//! reading = c · [open + r · extra-focal(width) + metal(density) + level · (1 + r) · Σ relative(angle) · leakage(angle) + level · (1 + r) · electrons]
//! ```
//! with r extra-focal photons for a focal one, and c the dose of a monitor unit over the bracket (less leakage) in the
//! reference condition, or the factor of a series. All numbers are positive; the fit works on their logarithms.

use crate::measurement::{Measurements, Scale};
use crate::responses::{Response, Responses};
use treatment::machine::{BeamQuality, Machine, bounds};

/// A number of the machine, or a series' factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Dose for a monitor unit in the reference condition.
    GyPerMu,
    /// Extra-focal photons for a focal one, on the axis.
    ExtraFocalRatio,
    /// Width of the extra-focal disc.
    ExtraFocalWidth,
    /// Density of all metals of jaws and leaves.
    Density,
    /// Level of the leakage.
    LeakageLevel,
    /// The leakage at a node of its table, over the level.
    LeakageAngle(usize),
    /// Level of the contaminating electrons.
    Electrons,
    /// Factor of a series of relative readings.
    Series(usize),
}

/// A number with what is known of it before.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Which it is.
    pub number: Number,
    /// Its name, for people.
    pub name: String,
    /// Its value in the machine file (of density: over the file's).
    pub before: f64,
    /// Standard error of its logarithm, before.
    pub sigma_before: f64,
}

/// Disc widths are known to about this (standard error of the logarithm): published ones spread from 8 to 30 mm.
const WIDTH_KNOWN: f64 = 0.5;
/// An entry of a leakage table is known to about this before, beside the level. That on the axis, in the beam's cone, comes
/// through jaws and leaves and not through the housing: points near the field tell of it, and it tells nothing of the rest. The
/// built-in one was measured on one machine.
const ANGLE_KNOWN: [f64; 2] = [0.7, 0.5];
/// What the dose of a monitor unit is defined as differs among clinics by up to this.
const UNIT_KNOWN: f64 = 0.5;
/// Optical depth of 8 cm of tungsten alloy at a few MeV: the relative change of what comes through over that of density.
const METAL_DEPTH: f64 = 6.0;
/// A series' factor is not known at all.
const FACTOR_KNOWN: f64 = 20.0;
/// What stands for a component's uncertainty where the file gives none.
const NOT_STATED: f64 = 0.3;

/// Readings as a function of the parameters.
pub struct Model<'a> {
    measurements: &'a Measurements,
    responses: &'a Responses,
    /// What can be varied, in the order of the vectors.
    pub parameters: Vec<Parameter>,
}

impl<'a> Model<'a> {
    /// The model of a machine's beam.
    pub fn new(
        machine: &Machine,
        quality: usize,
        measurements: &'a Measurements,
        responses: &'a Responses,
    ) -> Model<'a> {
        let beam: &BeamQuality = &machine.beams[quality];
        let known = |stated: f64| if stated > 0.0 { stated } else { NOT_STATED };
        let mut model = Model { measurements, responses, parameters: vec![] };
        let mut add = |number, name: String, before: f64, sigma_before: f64| {
            model.parameters.push(Parameter { number, name, before, sigma_before });
        };
        let is_absolute = |scale: &Scale| matches!(scale, Scale::MonitorUnits(_));
        if measurements.points.iter().any(|point| is_absolute(&point.scale)) {
            add(
                Number::GyPerMu,
                "dose of a monitor unit (Gy/MU)".into(),
                beam.reference.gy_per_mu,
                UNIT_KNOWN,
            );
        }
        if let Some(disc) = beam.extra_focal.filter(|disc| disc.share > 0.0) {
            let sigma = known(beam.model_uncertainty.head_scatter);
            add(Number::ExtraFocalRatio, "extra-focal photons for a focal one".into(), disc.ratio(), sigma);
            add(Number::ExtraFocalWidth, "extra-focal width (mm)".into(), disc.sigma_mm, WIDTH_KNOWN);
        }
        let sigma = known(beam.model_uncertainty.collimator) / METAL_DEPTH;
        add(Number::Density, "density of jaws and leaves over the file's".into(), 1.0, sigma);
        if let Some(leakage) = beam.leakage.as_ref().filter(|leakage| leakage.level > 0.0) {
            let sigma = known(beam.model_uncertainty.leakage);
            add(Number::LeakageLevel, "leakage level".into(), leakage.level, sigma);
            for (node, angle) in responses.angles.iter().enumerate() {
                let relative = leakage.relative(angle.to_radians().cos()).max(1e-3);
                let name = format!("leakage at {angle} degrees over the level");
                add(Number::LeakageAngle(node), name, relative, ANGLE_KNOWN[node.min(1)]);
            }
        }
        if let Some(electrons) = beam.electrons.filter(|electrons| electrons.level > 0.0) {
            let sigma = known(beam.model_uncertainty.electrons);
            add(Number::Electrons, "level of contaminating electrons".into(), electrons.level, sigma);
        }
        for (index, name) in measurements.series.iter().enumerate() {
            add(Number::Series(index), format!("factor of series {name:?}"), 1.0, FACTOR_KNOWN);
        }
        model.start_series();
        model
    }

    /// Lets the series' factors start where the machine as it is fits their readings in the mean of logarithms.
    fn start_series(&mut self) {
        let start = vec![0.0; self.parameters.len()];
        let read = self.readings(&start);
        for at in 0..self.parameters.len() {
            let Number::Series(series) = self.parameters[at].number else { continue };
            let members = self.measurements.points.iter().zip(&read);
            let ratios: Vec<f64> = members
                .filter(|(point, (reading, _))| point.scale == Scale::Series(series) && *reading > 0.0)
                .map(|(point, (reading, _))| (point.dose / reading).ln())
                .collect();
            if !ratios.is_empty() {
                self.parameters[at].before = (ratios.iter().sum::<f64>() / ratios.len() as f64).exp();
            }
        }
    }

    /// The step of a number: the logarithm of its value over that before.
    fn step(&self, steps: &[f64], number: Number) -> f64 {
        self.parameters.iter().position(|parameter| parameter.number == number).map_or(0.0, |at| steps[at])
    }

    /// The value of a number, if the machine has it.
    pub fn value(&self, steps: &[f64], number: Number) -> Option<f64> {
        let at = self.parameters.iter().position(|parameter| parameter.number == number)?;
        Some(self.parameters[at].before * steps[at].exp())
    }

    /// The parts of the bracket at a detector and the variance of their sum: open beam, extra-focal, jaws and leaves, leakage,
    /// electrons.
    pub(crate) fn bracket(&self, steps: &[f64], place: usize) -> ([f64; 5], f64) {
        let responses = self.responses;
        let ratio = self.value(steps, Number::ExtraFocalRatio).unwrap_or(0.0);
        let level = self.value(steps, Number::LeakageLevel).unwrap_or(0.0) * (1.0 + ratio);
        let width = weights(&responses.widths, self.step(steps, Number::ExtraFocalWidth));
        let disc = width.iter().zip(&responses.extra_focal).map(|(share, term)| (ratio * share, term));
        let leakage = responses.leakage.iter().enumerate().map(|(node, term)| {
            let relative = self.value(steps, Number::LeakageAngle(node)).unwrap_or(1.0);
            (level * relative, term)
        });
        let (disc, disc_variance) = sum(disc, place);
        let (leakage, leakage_variance) = sum(leakage, place);
        let (metal, metal_variance) = metal(responses, self.step(steps, Number::Density), place);
        let open = responses.open.mean[place];
        let variance =
            responses.open.sigma[place].powi(2) + disc_variance + metal_variance + leakage_variance;
        // Between the nodes of the width a faint reading may come out below 0.
        let electrons =
            self.value(steps, Number::Electrons).unwrap_or(0.0) * (1.0 + ratio) * responses.electrons[place];
        ([open, disc.max(0.0), metal, leakage, electrons], variance)
    }

    /// Reading and its standard error from the random error of the runs, for each point; `steps` are logarithms of the
    /// parameters over their values before.
    pub fn readings(&self, steps: &[f64]) -> Vec<(f64, f64)> {
        let ([open, disc, metal, _, electrons], reference_variance) =
            self.bracket(steps, self.measurements.points.len());
        let reference = open + disc + metal + electrons;
        let gy_per_mu = self.value(steps, Number::GyPerMu).unwrap_or(0.0);
        let readings = self.measurements.points.iter().enumerate().map(|(place, point)| {
            let (parts, variance) = self.bracket(steps, place);
            let sum: f64 = parts.iter().sum();
            match point.scale {
                Scale::MonitorUnits(mu) => {
                    let factor = mu * gy_per_mu / reference;
                    let of_reference = sum * sum * reference_variance / (reference * reference);
                    (factor * sum, factor * (variance + of_reference).sqrt())
                }
                Scale::Series(series) => {
                    let factor = self.value(steps, Number::Series(series)).unwrap_or(1.0);
                    (factor * sum, factor * variance.sqrt())
                }
            }
        });
        readings.collect()
    }

    /// The shares of the components in a reading: open beam, extra-focal, jaws and leaves, leakage, electrons.
    pub fn shares(&self, steps: &[f64], place: usize) -> [f64; 5] {
        let (parts, _) = self.bracket(steps, place);
        let sum: f64 = parts.iter().sum();
        parts.map(|part| if sum > 0.0 { part / sum } else { 0.0 })
    }

    /// How many points there are.
    pub fn points(&self) -> usize {
        self.measurements.points.len()
    }

    /// Angles of the leakage's nodes (degrees).
    pub fn angles(&self) -> &[f64] {
        &self.responses.angles
    }

    /// How far a number may be from its value before (logarithms): where the runs reach and a machine file holds it. A
    /// series' factor has no bounds.
    pub fn reach(&self, number: Number) -> Option<[f64; 2]> {
        let of_runs = |nodes: &[f64]| Some([*nodes.first()?, *nodes.last()?]);
        let ratio = bounds::EXTRA_FOCAL_SHARE.map(|share| share / (1.0 - share));
        let (runs, file) = match number {
            Number::Series(_) => return None,
            Number::Density => return of_runs(&self.responses.densities),
            Number::ExtraFocalWidth => (of_runs(&self.responses.widths), bounds::EXTRA_FOCAL_SIGMA_MM),
            Number::ExtraFocalRatio => (None, ratio),
            Number::GyPerMu => (None, bounds::GY_PER_MU),
            Number::LeakageLevel => (None, bounds::LEAKAGE_LEVEL),
            Number::LeakageAngle(_) => (None, bounds::LEAKAGE_AT_ANGLE),
            Number::Electrons => (None, bounds::ELECTRONS_LEVEL),
        };
        let before = self.parameters.iter().find(|parameter| parameter.number == number)?.before;
        let [low, high] = file.map(|bound| (bound / before).ln());
        let [run_low, run_high] = runs.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
        Some([low.max(run_low), high.min(run_high)])
    }
}

/// Sum and variance of readings times factors.
fn sum<'r>(terms: impl Iterator<Item = (f64, &'r Response)>, place: usize) -> (f64, f64) {
    terms.fold((0.0, 0.0), |(sum, variance), (factor, term)| {
        (sum + factor * term.mean[place], variance + (factor * term.sigma[place]).powi(2))
    })
}

/// What comes through and off jaws and leaves, and its variance, at a density between the nodes: a parabola through the
/// logarithms, since it falls as an exponential does; straight through the readings where one of them is nothing.
fn metal(responses: &Responses, step: f64, place: usize) -> (f64, f64) {
    let shares = weights(&responses.densities, step);
    let values = responses.metal.iter().map(|term| term.mean[place]);
    if values.clone().all(|value| value > 0.0) {
        let value = shares.iter().zip(values).map(|(share, value)| share * value.ln()).sum::<f64>().exp();
        // Runs share their random words, so that their relative errors are about one.
        let relative =
            responses.metal.iter().map(|term| term.sigma[place] / term.mean[place]).fold(0.0, f64::max);
        return (value, (value * relative).powi(2));
    }
    let (value, variance) = sum(shares.iter().copied().zip(&responses.metal), place);
    (value.max(0.0), variance)
}

/// Shares of nodes at a place between them: the polynomial through them all (Lagrange). They add to 1.
fn weights(nodes: &[f64], at: f64) -> Vec<f64> {
    let share = |i: usize| {
        let others = (0..nodes.len()).filter(|&j| j != i);
        others.map(|j| (at - nodes[j]) / (nodes[i] - nodes[j])).product()
    };
    (0..nodes.len()).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_nodes_are_exact_for_parabolas_and_add_to_one() {
        let nodes = [-0.5, 0.0, 0.6];
        let parabola = |x: f64| 3.0 - x + 2.0 * x * x;
        for at in [-0.5, -0.2, 0.0, 0.33, 0.6] {
            let shares = weights(&nodes, at);
            let value: f64 = shares.iter().zip(nodes).map(|(share, node)| share * parabola(node)).sum();
            assert!((value - parabola(at)).abs() < 1e-12);
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }
}

//! The published figures: what was measured, on which machine, by whom, and how near ours is to come.

use ::commission::measurement::{Collimation, Measurement, Measurements, Medium, Scale, Setup};
use treatment::beam::Fluence;
use treatment::machine::BeamQuality;

/// One figure: a reading over another.
#[derive(Clone, Debug)]
pub struct Check {
    /// What it is.
    pub name: String,
    /// The published figure.
    pub published: f64,
    /// How far ours may be off, over the figure.
    pub allowed: f64,
    /// Where it was read.
    pub source: &'static str,
    /// Which reading, over which.
    pub over: [Reading; 2],
}

/// A reading for 100 MU on the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Side of the square field (mm).
    pub field_mm: f64,
    /// Open or blocked.
    pub collimation: Collimation,
    /// Source to the water (mm).
    pub ssd_mm: f64,
    /// Depth (mm).
    pub depth_mm: f64,
}

/// The figures of one beam of one machine.
pub struct Group {
    /// The machine.
    pub machine: &'static str,
    /// Its beam.
    pub nominal_mv: f64,
    /// Its filter.
    pub fluence: Fluence,
    /// Its figures.
    pub checks: fn(&BeamQuality) -> Vec<Check>,
}

const HELSINKI: &str = "TrueBeam, one clinic's public note (tables.md F2)";
const KIM: &str = "Kim 2001, 120 leaves closed, 6 MV, 5 cm deep (out-of-field.md 4e)";
const UMEA: &str = "10 MV Umeå, total, depth not stated: taken as 10 cm at SSD 90 (tables.md F3)";
const UMEA_6: &str = "6 MV Umeå, PyDoseRT (tables.md F2)";
const M2619: &str = "M2619, pymedphys (tables.md A1), depth not stated: taken as 10 cm at SSD 90";

const RPC: &str =
    "mean of the RPC's visits, PMC5718235 (tables.md F3); depth of 10 cm at SSD 100 from memory, unverified";

const fn beam(nominal_mv: f64, fluence: Fluence, checks: fn(&BeamQuality) -> Vec<Check>) -> Group {
    Group { machine: "varian-millennium120", nominal_mv, fluence, checks }
}

const fn flattened(machine: &'static str, nominal_mv: f64, checks: fn(&BeamQuality) -> Vec<Check>) -> Group {
    Group { machine, nominal_mv, fluence: Fluence::Flattened, checks }
}

/// All figures.
pub const GROUPS: [Group; 12] = [
    beam(6.0, Fluence::Flattened, |beam| {
        let mut checks = vec![depth_dose(beam, 0.663), tissue_phantom(0.673)];
        checks.extend([(50.0, 0.016), (100.0, 0.016), (150.0, 0.017), (200.0, 0.019)].map(blocked));
        checks
    }),
    beam(10.0, Fluence::Flattened, |beam| {
        let mut checks = vec![depth_dose(beam, 0.735)];
        let fields = [
            (40.0, 0.9347),
            (50.0, 0.9486),
            (70.0, 0.9717),
            (150.0, 1.0350),
            (200.0, 1.0590),
            (400.0, 1.0992),
        ];
        checks.extend(fields.map(|of| output(of, UMEA)));
        checks
    }),
    beam(15.0, Fluence::Flattened, |beam| vec![depth_dose(beam, 0.768)]),
    beam(6.0, Fluence::FilterFree, |beam| vec![depth_dose(beam, 0.634)]),
    beam(10.0, Fluence::FilterFree, |beam| vec![depth_dose(beam, 0.710)]),
    flattened("elekta-agility", 6.0, |_| vec![output((50.0, 0.906), M2619)]),
    flattened("elekta-mlci", 6.0, |_| small_fields([0.930, 0.878, 0.842, 0.790])),
    flattened("elekta-mlci", 10.0, |_| small_fields([0.937, 0.890, 0.857, 0.796])),
    flattened("elekta-mlci", 18.0, |_| small_fields([0.945, 0.901, 0.861, 0.786])),
    flattened("siemens-oncor", 6.0, |_| small_fields([0.914, 0.855, 0.820, 0.764])),
    flattened("siemens-oncor", 10.0, |_| small_fields([0.927, 0.877, 0.841, 0.777])),
    flattened("siemens-oncor", 18.0, |_| small_fields([0.940, 0.891, 0.849, 0.795])),
];

fn open(field_mm: f64, ssd_mm: f64, depth_mm: f64) -> Reading {
    Reading { field_mm, collimation: Collimation::Open, ssd_mm, depth_mm }
}

fn depth_dose(beam: &BeamQuality, published: f64) -> Check {
    let over = [open(100.0, 1000.0, 100.0), open(100.0, 1000.0, beam.reference.depth_mm)];
    let name =
        format!("dose at 10 cm over that at {:.1} cm, 10 × 10, SSD 100", 0.1 * beam.reference.depth_mm);
    Check { name, published, allowed: 0.01, source: HELSINKI, over }
}

fn tissue_phantom(published: f64) -> Check {
    let over = [open(100.0, 800.0, 200.0), open(100.0, 900.0, 100.0)];
    Check { name: "TPR20,10".into(), published, allowed: 0.01, source: UMEA_6, over }
}

fn output((field_mm, published): (f64, f64), source: &'static str) -> Check {
    let name = format!("output of {0} × {0} over 10 × 10", 0.1 * field_mm);
    let over = [open(field_mm, 900.0, 100.0), open(100.0, 900.0, 100.0)];
    Check { name, published, allowed: 0.015, source, over }
}

/// Output of 6 × 6, 4 × 4, 3 × 3 and 2 × 2 over 10 × 10.
fn small_fields(published: [f64; 4]) -> Vec<Check> {
    let of = |(field_mm, published)| {
        let over = [open(field_mm, 1000.0, 100.0), open(100.0, 1000.0, 100.0)];
        Check { over, ..output((field_mm, published), RPC) }
    };
    [60.0, 40.0, 30.0, 20.0].into_iter().zip(published).map(of).collect()
}

/// 1.6 to 1.9 % were published: to half a tenth.
fn blocked((field_mm, published): (f64, f64)) -> Check {
    let name = format!("leaves closed over open, {0} × {0}", 0.1 * field_mm);
    let reading = open(field_mm, 950.0, 50.0);
    let over = [Reading { collimation: Collimation::Blocked, ..reading }, reading];
    Check { name, published, allowed: 0.05, source: KIM, over }
}

/// The checks' readings as a table of measurements, each once; and where each check finds its two.
pub fn table(checks: &[Check]) -> (Measurements, Vec<[usize; 2]>) {
    let mut readings: Vec<Reading> = vec![];
    let mut table = Measurements::default();
    let mut place = |reading: &Reading| {
        if let Some(at) = readings.iter().position(|known| known == reading) {
            return at;
        }
        let setup = Setup {
            field_mm: [reading.field_mm; 2],
            collimation: reading.collimation,
            medium: Medium::Water,
            ssd_mm: reading.ssd_mm,
        };
        let known = table.setups.iter().position(|known| *known == setup);
        let setup = known.unwrap_or_else(|| {
            table.setups.push(setup);
            table.setups.len() - 1
        });
        table.points.push(Measurement {
            line: 0,
            setup,
            position_mm: [0.0, 0.0, reading.depth_mm],
            dose: 1.0,
            scale: Scale::MonitorUnits(100.0),
            sigma_relative: 0.01,
        });
        readings.push(*reading);
        readings.len() - 1
    };
    let places = checks.iter().map(|check| [place(&check.over[0]), place(&check.over[1])]).collect();
    (table, places)
}

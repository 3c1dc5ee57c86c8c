//! The cases of the reference run with this engine, short for a test and long for `docs/validation.md`.

use crate::cases::{plain_deck, run_deck, slab_regions};
use crate::comparison::{Comparison, Gate, Table};
use crate::reference::{Bin, DepthRow, MEV_TO_GY_OF_EGSNRC, Plane, Radial, rows, voxels};
use dose_core::case::{Case, Quantity};
use dose_core::deck::Deck;
use dose_core::run::{Backend, Estimate, Outcome, Region, Settings, VarianceReduction, transport};
use dose_core::transport::cpu::Cpu;
use phantoms::tanks;
use std::ops::ControlFlow;
use std::path::Path;
use volume::Grid;

/// In the field: half a per cent.
pub const FIELD: Gate = Gate { relative: 0.005, sigmas: 0.0 };
/// Out of the field: one per cent and two standard errors.
pub const OUTSIDE: Gate = Gate { relative: 0.01, sigmas: 2.0 };
/// Dose out of the field: half a per cent and two standard errors, so that the 1.2 % of bremsstrahlung must be there.
pub const OUTSIDE_DOSE: Gate = Gate { relative: 0.005, sigmas: 2.0 };
/// The dose on the axis: one per cent flat.
pub const AXIS_DOSE: Gate = Gate { relative: 0.01, sigmas: 0.0 };
/// The dose where it builds up, which hangs on how far electrons get: ours, no one asks for it.
pub const BUILD_UP: Gate = Gate { relative: 0.02, sigmas: 2.0 };
/// Planes of W4: half a per cent, and two standard errors, which are up to 2 % where 30 cm of water leave little.
pub const PLANES: Gate = Gate { relative: 0.005, sigmas: 2.0 };
/// The relative difference that is added in quadrature when single bins are judged.
pub const FLOOR: f64 = 0.005;
/// Energies of W4 (MeV).
pub const W4_ENERGIES_MEV: [f64; 7] = [0.06, 0.2, 0.5, 1.0, 2.0, 6.0, 10.0];

/// How long to run and on how many threads.
#[derive(Clone, Copy, Debug)]
pub struct Length {
    /// Source photons.
    pub histories: u64,
    /// Threads; all if `None`.
    pub threads: Option<usize>,
    /// Seed.
    pub seed: u64,
}

/// A run of a case with estimates of regions.
///
/// # Panics
/// The engine refuses the case.
pub fn run(case: &Case, length: Length, regions: Vec<Vec<u32>>) -> Outcome {
    let deck = Deck::new(case, VarianceReduction::Auto).expect("a good case");
    let settings = Settings {
        histories: length.histories,
        seed: length.seed,
        batches: 200,
        regions: Region::alike(regions),
    };
    let mut backend = Backend::Cpu(Cpu::new(length.threads).expect("threads"));
    transport(&deck, &settings, &mut backend, &mut |_| ControlFlow::Continue(())).expect("a run to its end")
}

/// Bins that are judged together: a name, which bins, and the gate.
struct Band {
    name: &'static str,
    accepts: fn(&Bin) -> bool,
    gate: Gate,
}

const fn band(name: &'static str, gate: Gate, accepts: fn(&Bin) -> bool) -> Band {
    Band { name, accepts, gate }
}

/// The bands of W1, names as in the reference's notes; lengths in cm.
const KERMA_BANDS: &[Band] = &[
    band("field: x < 2, z < 3", FIELD, |b| b.x_hi_cm <= 2.0 && b.z_hi_cm <= 3.0),
    band("field, depth 0-3", FIELD, |b| b.x_hi_cm <= 2.0 && b.z_hi_cm <= 3.0 && b.depth_hi_cm <= 3.0),
    band("field, depth 3-11", FIELD, |b| {
        b.x_hi_cm <= 2.0 && b.z_hi_cm <= 3.0 && b.depth_lo_cm >= 3.0 && b.depth_hi_cm <= 11.0
    }),
    band("field, depth 11-21", FIELD, |b| {
        b.x_hi_cm <= 2.0 && b.z_hi_cm <= 3.0 && b.depth_lo_cm >= 11.0 && b.depth_hi_cm <= 21.0
    }),
    band("field, depth 21-30", FIELD, |b| b.x_hi_cm <= 2.0 && b.z_hi_cm <= 3.0 && b.depth_lo_cm >= 21.0),
    band("near: z < 7, x < 10", OUTSIDE, |b| b.x_hi_cm <= 10.0 && b.z_hi_cm <= 7.0),
    band("z 7-13, x < 10", OUTSIDE, |b| is_beside(b, 7.0, 13.0)),
    band("z 13-21, x < 10", OUTSIDE, |b| is_beside(b, 13.0, 21.0)),
    band("z 21-37, x < 10", OUTSIDE, |b| is_beside(b, 21.0, 37.0)),
    band("z 37-60, x < 10", OUTSIDE, |b| is_beside(b, 37.0, 60.0)),
    band("x 10-20", OUTSIDE, |b| b.x_lo_cm >= 10.0),
    band("whole tank", OUTSIDE, |_| true),
];

/// The same for the dose; the axis is judged by spans of depth.
const DOSE_BANDS: &[Band] = &[
    band("field, depth 0-1", BUILD_UP, |b| b.x_hi_cm <= 2.0 && b.z_hi_cm <= 3.0 && b.depth_hi_cm <= 1.0),
    band("field, depth 1-3", BUILD_UP, |b| {
        b.x_hi_cm <= 2.0 && b.z_hi_cm <= 3.0 && b.depth_lo_cm >= 1.0 && b.depth_hi_cm <= 3.0
    }),
    band("near: z < 7, x < 10", OUTSIDE, |b| b.x_hi_cm <= 10.0 && b.z_hi_cm <= 7.0),
    band("z 7-13, x < 10", OUTSIDE_DOSE, |b| is_beside(b, 7.0, 13.0)),
    band("z 13-21, x < 10", OUTSIDE_DOSE, |b| is_beside(b, 13.0, 21.0)),
    band("z 21-37, x < 10", OUTSIDE_DOSE, |b| is_beside(b, 21.0, 37.0)),
    band("z 37-60, x < 10", OUTSIDE_DOSE, |b| is_beside(b, 37.0, 60.0)),
    band("x 10-20", OUTSIDE_DOSE, |b| b.x_lo_cm >= 10.0),
    band("all with x > 10 or z > 7", OUTSIDE_DOSE, |b| b.x_lo_cm >= 10.0 || b.z_lo_cm >= 7.0),
];

fn is_beside(bin: &Bin, z_lo_cm: f64, z_hi_cm: f64) -> bool {
    bin.x_hi_cm <= 10.0 && bin.z_lo_cm >= z_lo_cm && bin.z_hi_cm <= z_hi_cm
}

/// W1 beside the reference.
pub struct TankResult {
    /// Sums over bands of bins.
    pub bands: Table,
    /// Every bin of the reference, beside its bounds.
    pub bins: Table,
    /// The bounds of the bins, in the same order.
    pub bin_bounds: Vec<Bin>,
    /// Dose only: the axis beyond 2.5 cm, from the depth file and from the grid file.
    pub axis: Table,
    /// The run.
    pub outcome: Outcome,
}

/// Runs W1 and compares it with the reference's file for the quantity.
pub fn w1(folder: &Path, quantity: Quantity, length: Length) -> TankResult {
    let case = tanks::w1(10.0, quantity);
    let (file, bands) = match quantity {
        Quantity::Kerma => ("w1_6mv_10x10_kerma_grid.csv", KERMA_BANDS),
        Quantity::Dose => ("w1_6mv_10x10_dose_grid.csv", DOSE_BANDS),
    };
    let bins: Vec<Bin> = rows(folder, file);
    let mut regions: Vec<Vec<u32>> = bins.iter().map(|bin| bin.voxels(&case.grid)).collect();
    for band in bands {
        let members = bins.iter().zip(&regions).filter(|(bin, _)| (band.accepts)(bin));
        regions.push(members.flat_map(|(_, voxels)| voxels.iter().copied()).collect());
    }
    let spans = if quantity == Quantity::Dose { axis_spans(folder, &bins, &case.grid) } else { Vec::new() };
    regions.extend(spans.iter().map(|span| span.voxels.clone()));
    let outcome = run(&case, length, regions);
    let (of_bins, rest) = outcome.regions.split_at(bins.len());
    let (of_bands, of_spans) = rest.split_at(bands.len());
    let compared_bins = bins.iter().zip(of_bins).map(|(bin, ours)| {
        let name = format!(
            "x {}-{} z {}-{} depth {}-{}",
            bin.x_lo_cm, bin.x_hi_cm, bin.z_lo_cm, bin.z_hi_cm, bin.depth_lo_cm, bin.depth_hi_cm
        );
        beside(name, ours, bin.gy_per_photon, bin.rel_sigma, OUTSIDE)
    });
    let compared_bands = bands.iter().zip(of_bands).map(|(band, ours)| {
        let members: Vec<&Bin> = bins.iter().filter(|bin| (band.accepts)(bin)).collect();
        let (mean, sigma) = weighted(members.iter().map(|b| (b.volume_cm3(), b.gy_per_photon, b.rel_sigma)));
        beside(band.name.into(), ours, mean, sigma, band.gate)
    });
    let kind = if quantity == Quantity::Kerma { "kerma" } else { "dose" };
    let bands = Table { name: format!("w1 {kind} bands"), rows: compared_bands.collect() };
    let compared_bins = Table { name: format!("w1 {kind} bins"), rows: compared_bins.collect() };
    let compared_spans = spans
        .into_iter()
        .zip(of_spans)
        .map(|(span, ours)| beside(span.name, ours, span.mean, span.sigma, AXIS_DOSE));
    let axis = Table { name: "w1 dose axis".into(), rows: compared_spans.collect() };
    TankResult { bands, bins: compared_bins, bin_bounds: bins, axis, outcome }
}

/// Depths between which the dose on the axis is compared (cm).
const AXIS_SPANS_CM: [[f64; 2]; 4] = [[3.0, 11.0], [11.0, 21.0], [21.0, 29.0], [3.0, 29.0]];

/// A part of the axis in one of the two files of the reference.
struct AxisSpan {
    name: String,
    voxels: Vec<u32>,
    mean: f64,
    sigma: f64,
}

/// The dose on the axis beyond 2.5 cm, by spans of depth: the grid file with |x| < 2, |z| < 3 and the depth file with
/// |x| < 1, |z| < 0.75 (ours there: |z| < 1; the field is flat to 0.1 %).
fn axis_spans(folder: &Path, bins: &[Bin], grid: &Grid) -> Vec<AxisSpan> {
    let depth_rows: Vec<DepthRow> = rows(folder, "w1_6mv_10x10_dose_depth.csv");
    let mut spans = Vec::new();
    for [lo, hi] in AXIS_SPANS_CM {
        let is_inside =
            |b: &&Bin| b.x_hi_cm <= 2.0 && b.z_hi_cm <= 3.0 && b.depth_lo_cm >= lo && b.depth_hi_cm <= hi;
        let members: Vec<&Bin> = bins.iter().filter(is_inside).collect();
        let (mean, sigma) = weighted(members.iter().map(|b| (b.volume_cm3(), b.gy_per_photon, b.rel_sigma)));
        spans.push(AxisSpan {
            name: format!("x < 2, z < 3, depth {lo}-{hi}"),
            voxels: members.iter().flat_map(|bin| bin.voxels(grid)).collect(),
            mean,
            sigma,
        });
        // Rows lie between quarter centimetres; the part of a row that is in the span counts.
        let part = |row: &DepthRow| (row.depth_hi_cm.min(hi) - row.depth_lo_cm.max(lo)).max(0.0);
        let (mean, sigma) =
            weighted(depth_rows.iter().map(|row| (part(row), row.gy_per_photon, row.rel_sigma)));
        let near = |cm: f64| cm.abs() < 1.0;
        spans.push(AxisSpan {
            name: format!("depth file, depth {lo}-{hi}"),
            voxels: voxels(grid, near, |cm| (lo..hi).contains(&cm), near),
            mean,
            sigma,
        });
    }
    spans
}

/// W4 beside the reference.
pub struct PencilResult {
    /// Energy (MeV).
    pub energy_mev: f64,
    /// Kerma integrated over planes.
    pub planes: Table,
    /// Depths of the planes (cm).
    pub depth_cm: Vec<[f64; 2]>,
    /// Kerma in the central 1 cm², neighbouring depths together.
    pub axis: Table,
    /// All planes together.
    pub box_total: Comparison,
    /// Rings and arms, neighbours together.
    pub radial: Table,
    /// Rings and arms, one by one.
    pub radial_rows: Table,
}

/// Distances from the pencil between which rings and arms are judged together (cm).
const RADIAL_BANDS_CM: [[f64; 2]; 4] = [[0.0, 0.5], [0.5, 2.5], [2.5, 6.5], [6.5, 15.0]];

/// Depths of the axis of a pencil that are judged together (cm).
const PENCIL_SPANS_CM: [[f64; 2]; 4] = [[0.0, 5.5], [5.5, 13.5], [13.5, 21.5], [21.5, 30.0]];

/// Rings or arms at one depth that are judged together.
struct RadialBand {
    name: String,
    members: Vec<usize>,
}

fn radial_bands(radial: &[Radial]) -> Vec<RadialBand> {
    let mut bands = Vec::new();
    for kind in ["ring", "arm"] {
        for depth_lo_cm in [4.5, 14.5] {
            for [lo, hi] in RADIAL_BANDS_CM {
                let belongs = |row: &Radial| {
                    row.kind == kind
                        && row.depth_lo_cm == depth_lo_cm
                        && row.r_lo_cm >= lo
                        && row.r_hi_cm <= hi
                };
                let members = (0..radial.len()).filter(|&i| belongs(&radial[i])).collect();
                bands.push(RadialBand {
                    name: format!("{kind} {lo}-{hi} depth {}", depth_lo_cm + 0.5),
                    members,
                });
            }
        }
    }
    bands
}

/// Runs W4 at one energy and compares it with the reference.
pub fn w4(folder: &Path, energy_mev: f64, length: Length) -> PencilResult {
    let case = tanks::w4(energy_mev, Quantity::Kerma);
    let is_this = |e: f64| (e / energy_mev - 1.0).abs() < 1e-6;
    let mut planes: Vec<Plane> = rows(folder, "w4_depth_planes.csv");
    planes.retain(|row| is_this(row.energy_mev));
    let mut radial: Vec<Radial> = rows(folder, "w4_radial.csv");
    radial.retain(|row| is_this(row.energy_mev));
    assert!(!planes.is_empty() && !radial.is_empty(), "the reference has no {energy_mev} MeV");
    let mut regions: Vec<Vec<u32>> = planes.iter().map(|plane| plane.voxels(&case.grid)).collect();
    let central = |cm: f64| cm.abs() < 0.5;
    regions.extend(
        PENCIL_SPANS_CM
            .iter()
            .map(|&[lo, hi]| voxels(&case.grid, central, |cm| (lo..hi).contains(&cm), central)),
    );
    regions.extend(radial.iter().map(|row| row.voxels(&case.grid)));
    let bands = radial_bands(&radial);
    regions.extend(bands.iter().map(|band| -> Vec<u32> {
        band.members.iter().flat_map(|&i| radial[i].voxels(&case.grid)).collect()
    }));
    regions.push((0..case.grid.len() as u32).collect());
    let outcome = run(&case, length, regions);
    let (of_planes, rest) = outcome.regions.split_at(planes.len());
    let (of_axis, rest) = rest.split_at(PENCIL_SPANS_CM.len());
    let (of_radial, rest) = rest.split_at(radial.len());
    let (of_bands, of_box) = rest.split_at(bands.len());
    let name = |plane: &Plane| format!("{energy_mev} MeV depth {}-{}", plane.depth_lo_cm, plane.depth_hi_cm);
    let plane_rows = planes.iter().zip(of_planes).map(|(plane, ours)| {
        let mean = plane.plane_gy_cm2_per_photon / Plane::AREA_CM2;
        beside(name(plane), ours, mean, plane.plane_rel_sigma, PLANES)
    });
    let axis_rows = PENCIL_SPANS_CM.iter().zip(of_axis).map(|(&[lo, hi], ours)| {
        let members = planes.iter().filter(|plane| plane.depth_lo_cm >= lo && plane.depth_hi_cm <= hi);
        let (mean, sigma) = weighted(
            members.map(|p| (p.depth_hi_cm - p.depth_lo_cm, p.axis_gy_per_photon, p.axis_rel_sigma)),
        );
        beside(format!("{energy_mev} MeV central cm2, depth {lo}-{hi}"), ours, mean, sigma, OUTSIDE)
    });
    let radial_rows = radial.iter().zip(of_radial).map(|(row, ours)| {
        let name = format!(
            "{energy_mev} MeV {} {}-{} depth {}-{}",
            row.kind, row.r_lo_cm, row.r_hi_cm, row.depth_lo_cm, row.depth_hi_cm
        );
        beside(name, ours, row.gy_per_photon, row.rel_sigma, OUTSIDE)
    });
    let band_rows = bands.iter().zip(of_bands).map(|(band, ours)| {
        let members = band.members.iter().map(|&i| &radial[i]);
        let (mean, sigma) = weighted(members.map(|row| (row.volume_cm3(), row.gy_per_photon, row.rel_sigma)));
        beside(format!("{energy_mev} MeV {}", band.name), ours, mean, sigma, OUTSIDE)
    });
    let whole =
        planes.iter().map(|p| (p.depth_hi_cm - p.depth_lo_cm, p.plane_gy_cm2_per_photon, p.plane_rel_sigma));
    let (whole, whole_sigma) = weighted(whole);
    let name_of_box = format!("{energy_mev} MeV all planes");
    let table =
        |kind: &str, rows: Vec<Comparison>| Table { name: format!("w4 {energy_mev} MeV {kind}"), rows };
    PencilResult {
        energy_mev,
        planes: table("planes", plane_rows.collect()),
        depth_cm: planes.iter().map(|plane| [plane.depth_lo_cm, plane.depth_hi_cm]).collect(),
        axis: table("axis", axis_rows.collect()),
        box_total: beside(name_of_box, &of_box[0], whole / Plane::AREA_CM2, whole_sigma, FIELD),
        radial: table("radial", band_rows.collect()),
        radial_rows: table("radial, row by row", radial_rows.collect()),
    }
}

/// The chest slabs, accelerated (ours) beside the plain walk (as the reference).
///
/// # Panics
/// The engine refuses the case.
pub fn slabs(length: Length) -> Table {
    let case = tanks::w1_with_slabs(10.0, Quantity::Kerma, tanks::CHEST_SLABS);
    let (names, regions): (Vec<String>, Vec<Vec<u32>>) = slab_regions(&case).into_iter().unzip();
    let settings = |seed| Settings {
        histories: length.histories,
        seed,
        batches: 200,
        regions: Region::alike(regions.clone()),
    };
    let fast = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
    let fast = run_deck(&fast, &settings(length.seed), length.threads);
    let plain = run_deck(&plain_deck(&case), &settings(length.seed + 1), length.threads);
    let gate = Gate { relative: 0.0, sigmas: 3.0 };
    let rows = names.into_iter().zip(fast.regions).zip(plain.regions).map(|((name, a), b)| Comparison {
        name,
        ours: a.mean,
        our_sigma: a.sigma_relative,
        reference: b.mean,
        reference_sigma: b.sigma_relative,
        gate,
    });
    Table { name: "slabs, accelerated over plain".into(), rows: rows.collect() }
}

pub(crate) fn beside(
    name: String,
    ours: &Estimate,
    reference: f64,
    reference_sigma: f64,
    gate: Gate,
) -> Comparison {
    let (ours, our_sigma) = (ours.mean * MEV_TO_GY_OF_EGSNRC, ours.sigma_relative);
    Comparison { name, ours, our_sigma, reference, reference_sigma, gate }
}

/// Mean and its relative standard error of (volume, value, relative sigma), taken as independent.
pub(crate) fn weighted(parts: impl Iterator<Item = (f64, f64, f64)>) -> (f64, f64) {
    let (mut volume, mut sum, mut variance) = (0.0, 0.0, 0.0);
    for (v, value, sigma) in parts {
        volume += v;
        sum += v * value;
        variance += (v * value * sigma).powi(2);
    }
    (sum / volume, variance.sqrt() / sum)
}

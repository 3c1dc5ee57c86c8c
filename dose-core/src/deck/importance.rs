//! Importance: the weight that a photon should have where it collides, by its distance from the field.
//!
//! The dose falls by about 26 from 10 to 31 cm off axis, partly by spreading, and each photon scores its whole ray; so
//! splitting must be gentle. Weight 2^(−distance/[`HALVING_MM`]) beyond the field was best by figure of merit on the
//! 6 MV water tank (`docs/performance.md`).

use super::header::{EMISSION_POINT, Header};
use super::tables::Tables;
use crate::case::{Case, Component, Frame, Head, Source};
use crate::run::VarianceReduction;

/// Distance from the field in which the wished weight halves (mm).
pub(super) const HALVING_MM: f64 = 100.0;
/// How far ahead a photon looks that leaves a collision (mm).
const AHEAD_MM: f64 = 60.0;
/// Distance beyond the field's edge where splitting begins (mm).
const MARGIN_MM: f64 = 0.0;
/// Least weight that splitting aims at.
const LEAST: f64 = 1.0 / 512.0;
/// Edge of an importance cell (mm).
const CELL_MM: f64 = 40.0;

/// Writes the importance cells into the tables.
pub(super) fn add_importance(
    case: &Case,
    variance_reduction: VarianceReduction,
    header: &mut Header,
    tables: &mut Tables,
) {
    let size: [f64; 3] = std::array::from_fn(|a| case.grid.spacing_mm[a] * case.grid.shape[a] as f64);
    let cells: [usize; 3] = match variance_reduction {
        VarianceReduction::Auto => {
            std::array::from_fn(|a| ((size[a] / CELL_MM).round() as usize).clamp(1, 128))
        }
        VarianceReduction::Off => [1; 3],
    };
    let edge: [f64; 3] = std::array::from_fn(|a| size[a] / cells[a] as f64);
    header.importance_shape =
        [cells[0] as u32, cells[1] as u32, cells[2] as u32, cells.iter().product::<usize>() as u32];
    let ahead_mm = if variance_reduction == VarianceReduction::Auto { AHEAD_MM } else { 0.0 };
    header.importance_mm = [edge[0] as f32, edge[1] as f32, edge[2] as f32, ahead_mm as f32];
    header.per_spacing[3] = (-ahead_mm / HALVING_MM).exp2() as f32;
    header.choices[0] = tables.place(1);
    for k in 0..cells[2] {
        for j in 0..cells[1] {
            for i in 0..cells[0] {
                let centre = [i, j, k];
                let centre: [f64; 3] = std::array::from_fn(|a| (centre[a] as f64 + 0.5) * edge[a]);
                let weight = match variance_reduction {
                    VarianceReduction::Auto => {
                        let distance_mm = match &case.source {
                            Source::Rectangle(_) => distance_from_field_mm(header, centre),
                            Source::Head(head) if is_wide(head.component) => 0.0,
                            Source::Head(head) => distance_from_openings_mm(case, head, centre),
                        };
                        let beyond_mm = (distance_mm - MARGIN_MM).max(0.0);
                        (-beyond_mm / HALVING_MM).exp2().max(LEAST)
                    }
                    VarianceReduction::Off => 1.0,
                };
                tables.push(&[weight as f32]);
            }
        }
    }
}

/// Distance of a point from the open beam, measured across the axis (mm); 0 inside.
fn distance_from_field_mm(header: &Header, point_mm: [f64; 3]) -> f64 {
    let dot = |a: [f64; 3], b: [f32; 4]| (0..3).map(|i| a[i] * f64::from(b[i])).sum::<f64>();
    let from_source: [f64; 3] = std::array::from_fn(|a| point_mm[a] - f64::from(header.source_position[a]));
    let along = dot(from_source, header.source_axis);
    let scale = if header.choices[1] == EMISSION_POINT { along.max(0.0) } else { 1.0 };
    // The field's axes carry its half widths; a pencil has none, so its axes are rebuilt from the beam's direction.
    let axis = [0, 1, 2].map(|a| f64::from(header.source_axis[a]));
    let Some(Frame { first, second, .. }) = Frame::new(axis) else { return 0.0 };
    let beyond = |unit: [f64; 3], half: [f32; 4]| {
        let half_width = (0..3).map(|a| f64::from(half[a]).powi(2)).sum::<f64>().sqrt() * scale;
        let offset: f64 = (0..3).map(|a| from_source[a] * unit[a]).sum();
        (offset.abs() - half_width).max(0.0)
    };
    beyond(first, header.source_first).hypot(beyond(second, header.source_second))
}

/// Whether a component lights the whole body about as brightly as the field, so that no place wishes for other weights.
fn is_wide(component: Component) -> bool {
    matches!(component, Component::Scattered | Component::Leakage)
}

/// Pieces of a head that are looked at, at most.
const MOST_PIECES: usize = 64;

/// Distance of a point from the nearest opening's beam, measured across its axis (mm); 0 inside one.
fn distance_from_openings_mm(case: &Case, head: &Head, point_mm: [f64; 3]) -> f64 {
    let step = head.pieces.len().div_ceil(MOST_PIECES);
    let distances = head.pieces.iter().step_by(step).map(|piece| {
        let from_source: [f64; 3] =
            std::array::from_fn(|a| point_mm[a] + case.grid.corner_mm[a] - piece.source_mm[a]);
        let [x, y, z] = piece.axes.map(|axis| (0..3).map(|a| axis[a] * from_source[a]).sum::<f64>());
        let along = (-z).max(0.0);
        let [x0, x1, y0, y1] = piece.opening.map(|tangent| tangent * along);
        let beyond = |v: f64, lower: f64, upper: f64| (lower - v).max(v - upper).max(0.0);
        beyond(x, x0, x1).hypot(beyond(y, y0, y1))
    });
    distances.fold(f64::INFINITY, f64::min)
}

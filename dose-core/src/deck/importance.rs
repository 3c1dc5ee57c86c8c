//! Importance: the weight that a photon should have where it collides, by its distance from the field, and how far it looks
//! ahead when it leaves.
//!
//! The dose falls by about 26 from 10 to 31 cm off axis, partly by spreading, and each photon scores its whole ray; so
//! splitting must be gentle. Weight 2^(−distance/[`HALVING_MM`]) beyond the field was best by figure of merit on the
//! 6 MV water tank, and about a mean free path of scattered photons to look ahead, in water as in lung
//! (`docs/performance.md`).

use super::header::{EMISSION_POINT, Header};
use super::tables::Tables;
use crate::case::{Case, Component, Frame, Head, Source};
use crate::run::VarianceReduction;
use rayon::prelude::*;

/// Distance from the field in which the wished weight halves (mm).
const HALVING_MM: f64 = 100.0;
/// How far ahead a photon looks that leaves a collision (g/cm²) ...
const AHEAD_G_CM2: f64 = 12.0;
/// ... but no less and no more than this (mm).
const AHEAD_MM: [f64; 2] = [60.0, 240.0];
/// Least weight that splitting aims at.
const LEAST: f64 = 1.0 / 512.0;
/// Edge of an importance cell (mm).
const CELL_MM: f64 = 40.0;

/// What one cell asks of photons. Twin: `ImportanceCell` in `deck.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct ImportanceCell {
    /// Weight of a photon that heads for it.
    pub wished: f32,
    /// Weight of a copy that collides in it: what the most important place wishes that it may head for.
    pub split: f32,
    /// How far a photon looks ahead that leaves a collision in it (mm).
    pub ahead_mm: f32,
}

/// Cells over a grid.
struct Cells {
    shape: [usize; 3],
    edge_mm: [f64; 3],
}

impl Cells {
    fn new(case: &Case, variance_reduction: VarianceReduction) -> Cells {
        let size: [f64; 3] = std::array::from_fn(|a| case.grid.spacing_mm[a] * case.grid.shape[a] as f64);
        let shape: [usize; 3] = match variance_reduction {
            VarianceReduction::Auto => {
                std::array::from_fn(|a| ((size[a] / CELL_MM).round() as usize).clamp(1, 128))
            }
            VarianceReduction::Off => [1; 3],
        };
        Cells { shape, edge_mm: std::array::from_fn(|a| size[a] / shape[a] as f64) }
    }

    fn count(&self) -> usize {
        self.shape.iter().product()
    }

    fn index(&self, at: [usize; 3]) -> usize {
        at[0] + self.shape[0] * (at[1] + self.shape[1] * at[2])
    }

    fn at(&self, index: usize) -> [usize; 3] {
        let [x, y, _] = self.shape;
        [index % x, index / x % y, index / (x * y)]
    }

    fn centre_mm(&self, index: usize) -> [f64; 3] {
        let at = self.at(index);
        std::array::from_fn(|a| (at[a] as f64 + 0.5) * self.edge_mm[a])
    }

    /// The cell of a point, or the nearest.
    fn nearest(&self, point_mm: [f64; 3]) -> usize {
        self.index(std::array::from_fn(|a| {
            ((point_mm[a] / self.edge_mm[a]).max(0.0) as usize).min(self.shape[a] - 1)
        }))
    }

    /// Mean density of each cell and its neighbours (g/cm³).
    fn densities(&self, case: &Case) -> Vec<f64> {
        let grid = &case.grid;
        let cell_of = |voxel: usize, a: usize| {
            (((voxel as f64 + 0.5) * grid.spacing_mm[a] / self.edge_mm[a]) as usize).min(self.shape[a] - 1)
        };
        let places: [Vec<usize>; 3] =
            std::array::from_fn(|a| (0..grid.shape[a]).map(|v| cell_of(v, a)).collect());
        let layers: Vec<Vec<[f64; 2]>> = (0..self.shape[2])
            .into_par_iter()
            .map(|layer| {
                let mut sums = vec![[0.0; 2]; self.shape[0] * self.shape[1]];
                for k in (0..grid.shape[2]).filter(|&k| places[2][k] == layer) {
                    for j in 0..grid.shape[1] {
                        let row = &case.voxel_density_g_cm3[grid.shape[0] * (j + grid.shape[1] * k)..];
                        for (density, x) in row.iter().zip(&places[0]) {
                            let sum = &mut sums[x + self.shape[0] * places[1][j]];
                            *sum = [sum[0] + f64::from(*density), sum[1] + 1.0];
                        }
                    }
                }
                sums
            })
            .collect();
        let sums = layers.concat();
        let mean = |index: usize| {
            let at = self.at(index);
            let range = |a: usize| at[a].saturating_sub(1)..(at[a] + 2).min(self.shape[a]);
            let mut all = [0.0; 2];
            for k in range(2) {
                for j in range(1) {
                    for i in range(0) {
                        let sum = sums[self.index([i, j, k])];
                        all = [all[0] + sum[0], all[1] + sum[1]];
                    }
                }
            }
            all[0] / all[1].max(1.0)
        };
        (0..self.count()).map(mean).collect()
    }
}

/// Writes the importance cells into the tables.
pub(super) fn add_importance(
    case: &Case,
    variance_reduction: VarianceReduction,
    header: &mut Header,
    tables: &mut Tables,
) {
    let cells = Cells::new(case, variance_reduction);
    let [x, y, z] = cells.shape.map(|count| count as u32);
    header.importance_shape = [x, y, z, cells.count() as u32];
    let edge = cells.edge_mm.map(|edge| edge as f32);
    header.importance_mm = [edge[0], edge[1], edge[2], 0.0];
    header.choices[0] = tables.place(1);
    if variance_reduction == VarianceReduction::Off {
        tables.push(&[1.0, 1.0, 0.0]);
        return;
    }
    let wished: Vec<f64> = (0..cells.count())
        .into_par_iter()
        .map(|cell| {
            let distance_mm = distance_mm(case, header, cells.centre_mm(cell));
            (-distance_mm / HALVING_MM).exp2().max(LEAST)
        })
        .collect();
    let densities = cells.densities(case);
    let records: Vec<ImportanceCell> = (0..cells.count())
        .into_par_iter()
        .map(|cell| {
            // 12 g/cm² are 120 mm of water.
            let ahead_mm = (10.0 * AHEAD_G_CM2 / densities[cell].max(1e-9)).clamp(AHEAD_MM[0], AHEAD_MM[1]);
            let centre = cells.centre_mm(cell);
            let heads_for = |unit: [f64; 3]| {
                wished[cells.nearest(std::array::from_fn(|a| centre[a] + ahead_mm * unit[a]))]
            };
            let split = ways().map(heads_for).fold(wished[cell], f64::min);
            ImportanceCell { wished: wished[cell] as f32, split: split as f32, ahead_mm: ahead_mm as f32 }
        })
        .collect();
    tables.push(bytemuck::cast_slice(&records));
}

/// Unit vectors along the edges, across the faces and through the corners of a cube.
fn ways() -> impl Iterator<Item = [f64; 3]> {
    (0..27).filter(|way| *way != 13).map(|way| {
        let way = [way % 3 - 1, way / 3 % 3 - 1, way / 9 - 1].map(f64::from);
        let length = way.iter().map(|x| x * x).sum::<f64>().sqrt();
        way.map(|x| x / length)
    })
}

/// Distance of a point from where the component's photons come (mm).
fn distance_mm(case: &Case, header: &Header, point_mm: [f64; 3]) -> f64 {
    match &case.source {
        Source::Rectangle(_) => distance_from_field_mm(header, point_mm),
        Source::Head(head) if is_wide(head.component) => 0.0,
        Source::Head(head) => distance_from_openings_mm(case, head, point_mm),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Emission, MaterialId, Quantity, Rectangle};
    use crate::deck::Deck;
    use crate::material::Material;
    use crate::spectrum::Spectrum;
    use volume::Grid;

    /// 10 × 10 cm onto 40 × 40 × 120 cm, water up to the middle of the length and lung beyond.
    fn cells() -> (Cells, Vec<ImportanceCell>) {
        let grid = Grid { corner_mm: [-200.0, 0.0, -600.0], spacing_mm: [20.0; 3], shape: [20, 20, 60] };
        let density = |at: usize| if grid.voxel(at).0[2] < 30 { 1.0 } else { 0.26 };
        let case = Case {
            grid,
            materials: vec![Material::named("water").expect("a material of the library")],
            voxel_material: vec![MaterialId(0); grid.len()],
            voxel_density_g_cm3: (0..grid.len()).map(density).collect(),
            collimators: vec![],
            source: Source::Rectangle(Rectangle {
                position_mm: [0.0, -900.0, 0.0],
                direction: [0.0, 1.0, 0.0],
                field_mm: [100.0, 100.0],
                emission: Emission::Point { field_distance_mm: 1000.0 },
                spectrum: Spectrum::named("mohan-6mv").expect("a spectrum of the library"),
            }),
            quantity: Quantity::Kerma,
        };
        let deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
        let cells = Cells::new(&case, VarianceReduction::Auto);
        let from = deck.header.choices[0] as usize;
        let records = bytemuck::cast_slice(&deck.tables[from..from + 3 * cells.count()]).to_vec();
        (cells, records)
    }

    #[test]
    fn a_photon_looks_a_mean_free_path_ahead_and_is_split_for_the_farthest_place_it_may_see() {
        let (cells, records) = cells();
        let at = |z_mm: f64| records[cells.nearest([200.0, 200.0, 600.0 + z_mm])];
        assert!((at(-300.0).ahead_mm - 120.0).abs() < 1e-3, "water");
        assert!((at(300.0).ahead_mm - AHEAD_MM[1] as f32).abs() < 1e-3, "lung, as far as is allowed");
        let beside = at(-10.0).ahead_mm;
        assert!(beside > 130.0 && beside < 239.0, "{beside} mm beside the lung");
        // The wished weight falls along the length only in steps of cells, and splitting asks for that `ahead`.
        for z_mm in [-300.0, 300.0, 420.0] {
            let (here, far) = (at(z_mm), at(z_mm + f64::from(at(z_mm).ahead_mm) * z_mm.signum()));
            assert!(here.split <= far.wished && here.split < here.wished, "{here:?}, {far:?} at {z_mm}");
        }
        assert!(records.iter().all(|cell| cell.split <= cell.wished && cell.split >= LEAST as f32));
        // At the end of the tank nothing is farther away than the corner.
        let least = records.iter().map(|cell| cell.wished).fold(1.0, f32::min);
        assert!((records[0].split - least).abs() < 1e-6, "{:?}", records[0]);
    }
}

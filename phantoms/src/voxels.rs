//! A body in voxels: labels, CT numbers, organ volumes.

use crate::Body;
use rayon::prelude::*;
use std::collections::HashMap;
use volume::{Image, OrientedGrid};

/// Points along each edge of a voxel that more than one organ shares.
const SAMPLES: usize = 2;

/// Points in such a voxel.
pub(crate) const POINTS: usize = SAMPLES * SAMPLES * SAMPLES;

/// A body on a grid.
pub struct Voxels {
    /// Label of each voxel: 0 outside, else one more than the body's label; where several share a voxel, the one with
    /// most of it.
    pub labels: Image<u8>,
    /// CT number (HU), mixed where tissues share a voxel.
    pub hu: Image<f32>,
    /// Volume of each of the body's labels (cm³), shared voxels counted by share.
    pub volumes_cm3: Vec<f64>,
    /// Voxels that several labels share: the labels at points spread evenly in them.
    pub(crate) shared: HashMap<usize, [u8; POINTS]>,
}

impl Body {
    /// The grid with voxels of a given size that holds the body and a margin, slices across the body.
    ///
    /// A scanner's pixels are square and its slices may be thicker: `voxel_mm` has one length for each axis.
    pub fn grid(&self, voxel_mm: [f64; 3], margin_mm: f64) -> OrientedGrid {
        let bounds_mm = self.bounds_mm();
        let length_mm = |a: usize| bounds_mm[a][1] - bounds_mm[a][0] + 2.0 * margin_mm;
        let shape: [usize; 3] =
            std::array::from_fn(|a| (length_mm(a) / voxel_mm[a]).ceil().max(1.0) as usize);
        let origin_mm = std::array::from_fn(|a| {
            (bounds_mm[a][0] + bounds_mm[a][1]) / 2.0 - voxel_mm[a] * (shape[a] as f64 - 1.0) / 2.0
        });
        let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        OrientedGrid { origin_mm, axes, spacing_mm: voxel_mm, shape }
    }

    /// Fills a grid. A voxel whose centre and neighbours agree is asked once; the others at eight points.
    ///
    /// ```
    /// # use phantoms::{Age, Body, Sex};
    /// let child = Body::new(Age::Five, Sex::Male);
    /// let voxels = child.voxels(&child.grid([20.0; 3], 0.0));
    /// let litres: f64 = voxels.volumes_cm3.iter().sum::<f64>() / 1000.0;
    /// assert!((17.0..20.0).contains(&litres));
    /// ```
    pub fn voxels(&self, grid: &OrientedGrid) -> Voxels {
        let one_more = |label: Option<usize>| label.map_or(0, |label| label as u8 + 1);
        let centres: Vec<u8> = (0..grid.len())
            .into_par_iter()
            .map(|voxel| one_more(self.label_at(grid.centre_mm(grid.voxel(voxel)))))
            .collect();
        let shared: HashMap<usize, [u8; POINTS]> = (0..grid.len())
            .into_par_iter()
            .filter(|voxel| neighbours_differ(&centres, grid, *voxel))
            .map(|voxel| {
                let centre = grid.voxel(voxel).0;
                let point = |n: usize| {
                    let steps = [n % SAMPLES, n / SAMPLES % SAMPLES, n / (SAMPLES * SAMPLES)];
                    let index = std::array::from_fn(|a| {
                        centre[a] as f64 + (steps[a] as f64 + 0.5) / SAMPLES as f64 - 0.5
                    });
                    one_more(self.label_at(grid.point_mm(index)))
                };
                (voxel, std::array::from_fn(point))
            })
            .collect();
        self.collect(grid, centres, shared)
    }

    fn collect(
        &self,
        grid: &OrientedGrid,
        mut labels: Vec<u8>,
        shared: HashMap<usize, [u8; POINTS]>,
    ) -> Voxels {
        let air_hu = crate::body::Tissue::Air.hu();
        let hu_of = |label: u8| if label == 0 { air_hu } else { self.tissue(usize::from(label) - 1).hu() };
        let mut hu: Vec<f32> = labels.iter().map(|label| hu_of(*label)).collect();
        let mut counts = vec![0u64; self.label_count() + 1];
        for (voxel, label) in labels.iter().enumerate() {
            if !shared.contains_key(&voxel) {
                counts[usize::from(*label)] += POINTS as u64;
            }
        }
        for (&voxel, points) in &shared {
            points.iter().for_each(|label| counts[usize::from(*label)] += 1);
            hu[voxel] = points.iter().map(|label| hu_of(*label)).sum::<f32>() / POINTS as f32;
            let most = |label: &&u8| (points.iter().filter(|other| other == label).count(), **label);
            labels[voxel] = *points.iter().max_by_key(most).expect("there are points");
        }
        let point_cm3 = grid.voxel_volume_mm3() / 1000.0 / POINTS as f64;
        Voxels {
            labels: Image { grid: *grid, values: labels },
            hu: Image { grid: *grid, values: hu },
            volumes_cm3: counts[1..].iter().map(|count| *count as f64 * point_cm3).collect(),
            shared,
        }
    }
}

/// Whether a voxel has another label than one of its neighbours by a face.
fn neighbours_differ(labels: &[u8], grid: &OrientedGrid, voxel: usize) -> bool {
    let place = grid.voxel(voxel).0;
    let strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]];
    (0..3).any(|a| {
        (place[a] > 0 && labels[voxel - strides[a]] != labels[voxel])
            || (place[a] + 1 < grid.shape[a] && labels[voxel + strides[a]] != labels[voxel])
    })
}

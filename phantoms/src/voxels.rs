//! A body in voxels: labels, CT numbers, organ volumes.

use crate::Body;
use crate::sampling::{FAR_WIDTHS, looks};
use crate::tissue::AIR;
use rayon::prelude::*;
use volume::{Image, OrientedGrid};

/// Points along each edge of a voxel that more than one organ shares, and of one that a small organ shares.
const SAMPLES: [usize; 2] = [2, 4];
/// Points in such voxels.
pub(crate) const POINTS: usize = 8;
const FINE_POINTS: usize = 64;
/// Organs and layers below this volume are small (cm³).
const SMALL_CM3: f64 = 16.0;

/// Edge of a block of voxels that is looked at as one (mm).
const BLOCK_MM: f64 = 24.0;

/// A body on a grid.
pub struct Voxels {
    /// Label of each voxel: 0 outside, else one more than the body's label. It is that of the voxel's centre: so thin
    /// organs, which are nowhere most of a voxel, are there by the volume that they have.
    pub labels: Image<u8>,
    /// CT number (HU), mixed where tissues share a voxel.
    pub hu: Image<f32>,
    /// Volume of each of the body's labels (cm³), shared voxels counted by share.
    pub volumes_cm3: Vec<f64>,
    /// Voxels that several labels share, rising, and the labels at points spread evenly in them.
    shared: Vec<(usize, [u8; POINTS])>,
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

    /// Fills a grid. A voxel whose centre and neighbours agree is asked once; the others at eight points, or
    /// 64 where an organ is small.
    ///
    /// ```
    /// # use phantoms::{Body, Person, Sex};
    /// let child = Body::new(&Person::reference(5.0, Sex::Male).unwrap());
    /// let voxels = child.voxels(&child.grid([20.0; 3], 0.0));
    /// let litres: f64 = voxels.volumes_cm3.iter().sum::<f64>() / 1000.0;
    /// assert!((18.0..19.5).contains(&litres));
    /// ```
    pub fn voxels(&self, grid: &OrientedGrid) -> Voxels {
        let label_at = |point_mm| self.label_at(point_mm).map_or(0, |label| label as u8 + 1);
        let blocks = Blocks::of(self, grid);
        let centre = |voxel: usize| {
            let place = grid.voxel(voxel);
            if blocks.is_air(place.0) { 0 } else { label_at(grid.centre_mm(place)) }
        };
        let centres: Vec<u8> = (0..grid.len()).into_par_iter().map(centre).collect();
        let point = |voxel: usize, n: usize, edge: usize| {
            let centre = grid.voxel(voxel).0;
            let steps = [n % edge, n / edge % edge, n / (edge * edge)];
            let index =
                std::array::from_fn(|a| centre[a] as f64 + (steps[a] as f64 + 0.5) / edge as f64 - 0.5);
            label_at(grid.point_mm(index))
        };
        let shared: Vec<(usize, [u8; POINTS])> = (0..grid.len())
            .into_par_iter()
            .filter(|voxel| neighbours_differ(&centres, grid, *voxel))
            .map(|voxel| (voxel, std::array::from_fn(|n| point(voxel, n, SAMPLES[0]))))
            .collect();
        let cm3 = |label: &u8| self.organs()[usize::from(*label) - 1].target_cm3();
        let small = |points: &[u8; POINTS]| points.iter().any(|label| *label > 0 && cm3(label) < SMALL_CM3);
        let fine: Vec<(usize, [u8; FINE_POINTS])> = shared
            .par_iter()
            .filter(|(voxel, points)| small(points) || small(&[centres[*voxel]; POINTS]))
            .map(|(voxel, _)| (*voxel, std::array::from_fn(|n| point(*voxel, n, SAMPLES[1]))))
            .collect();
        self.collect(grid, centres, shared, &fine)
    }

    fn collect(
        &self,
        grid: &OrientedGrid,
        labels: Vec<u8>,
        shared: Vec<(usize, [u8; POINTS])>,
        fine: &[(usize, [u8; FINE_POINTS])],
    ) -> Voxels {
        let hu_of = |label: u8| match label {
            0 => AIR.hu,
            label => self.organs()[usize::from(label) - 1].tissue.hu,
        };
        let mean_hu =
            |points: &[u8]| points.iter().map(|label| hu_of(*label)).sum::<f32>() / points.len() as f32;
        let mut hu: Vec<f32> = labels.iter().map(|label| hu_of(*label)).collect();
        // Parts of voxels: as many in a whole one as the finest has points.
        let mut counts = vec![0i64; self.organs().len() + 1];
        let mut count = |labels: &[u8], each: usize| {
            labels.iter().for_each(|label| counts[usize::from(*label)] += each as i64);
        };
        let mut whole = vec![true; labels.len()];
        for (voxel, points) in fine {
            count(points, 1);
            hu[*voxel] = mean_hu(points);
            whole[*voxel] = false;
        }
        for (voxel, points) in &shared {
            if std::mem::take(&mut whole[*voxel]) {
                count(points, FINE_POINTS / POINTS);
                hu[*voxel] = mean_hu(points);
            }
        }
        for (label, _) in labels.iter().zip(&whole).filter(|(_, whole)| **whole) {
            count(&[*label], FINE_POINTS);
        }
        let point_cm3 = grid.voxel_volume_mm3() / 1000.0 / FINE_POINTS as f64;
        Voxels {
            labels: Image { grid: *grid, values: labels },
            hu: Image { grid: *grid, values: hu },
            volumes_cm3: counts[1..].iter().map(|count| *count as f64 * point_cm3).collect(),
            shared,
        }
    }
}

/// Blocks of voxels, most of which lie in the air around a body.
struct Blocks {
    /// Voxels along each edge of a block, and blocks along each axis.
    edge: [usize; 3],
    count: [usize; 3],
    air: Vec<bool>,
}

impl Blocks {
    fn of(body: &Body, grid: &OrientedGrid) -> Self {
        let edge: [usize; 3] =
            std::array::from_fn(|a| (BLOCK_MM / grid.spacing_mm[a]).round().max(1.0) as usize);
        let count: [usize; 3] = std::array::from_fn(|a| grid.shape[a].div_ceil(edge[a]));
        let longest_mm = (0..3).map(|a| edge[a] as f64 * grid.spacing_mm[a]).fold(0.0, f64::max);
        let is_air = |block: usize| {
            let index = [block % count[0], block / count[0] % count[1], block / count[0] / count[1]];
            looks().all(|steps| {
                let at = std::array::from_fn(|a| (index[a] as f64 + steps[a]) * edge[a] as f64 - 0.5);
                body.depth_mm(grid.point_mm(at)) < FAR_WIDTHS * longest_mm
            })
        };
        Self { edge, count, air: (0..count.iter().product()).into_par_iter().map(is_air).collect() }
    }

    fn is_air(&self, voxel: [usize; 3]) -> bool {
        let [i, j, k] = std::array::from_fn(|a| voxel[a] / self.edge[a]);
        self.air[i + self.count[0] * (j + self.count[1] * k)]
    }
}

impl Voxels {
    /// Labels at points spread evenly in a voxel that several share.
    pub(crate) fn points_of(&self, voxel: usize) -> Option<&[u8; POINTS]> {
        self.shared.binary_search_by_key(&voxel, |(voxel, _)| *voxel).ok().map(|at| &self.shared[at].1)
    }

    /// Labels that reach into voxels whose centre is another's: the voxel, and the labels at points in it.
    pub(crate) fn shared(&self) -> impl Iterator<Item = (usize, &[u8; POINTS])> {
        self.shared.iter().map(|(voxel, points)| (*voxel, points))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arms, Person, Sex};

    #[test]
    fn no_block_of_air_holds_a_part_of_the_body() {
        for (age, sex, arms) in [(0.0, Sex::Female, Arms::Down), (30.0, Sex::Male, Arms::Up)] {
            let body = Body::new(&Person::reference(age, sex).unwrap().with_arms(arms));
            let grid = body.grid([5.0, 5.0, 5.0], 10.0);
            let blocks = Blocks::of(&body, &grid);
            let skipped: Vec<usize> =
                (0..grid.len()).filter(|voxel| blocks.is_air(grid.voxel(*voxel).0)).collect();
            assert!(skipped.len() > grid.len() / 4, "{} of {}", skipped.len(), grid.len());
            assert!(
                skipped
                    .par_iter()
                    .all(|voxel| { body.label_at(grid.centre_mm(grid.voxel(*voxel))).is_none() })
            );
        }
    }
}

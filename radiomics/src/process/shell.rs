//! Rings of regions on the voxels of an image.

use super::{Cut, box_of, cut_out};
use crate::ring::Ring;
use std::borrow::Cow;
use volume::{Image, Mask, OrientedGrid, VoxelIndex};

/// Whether a mask holds a voxel of its grid.
pub(super) fn holds(mask: &Mask, index: [usize; 3]) -> bool {
    let within = (0..3).all(|a| index[a] >= mask.lower[a] && index[a] < mask.lower[a] + mask.shape[a]);
    let [i, j, k]: [usize; 3] = std::array::from_fn(|a| index[a].wrapping_sub(mask.lower[a]));
    within && mask.inside[i + mask.shape[0] * (j + mask.shape[1] * k)]
}

/// A ring of a region and what it must not hold outside the region.
pub struct Shell<'a> {
    /// The ring.
    pub ring: &'a Ring,
    /// The other regions.
    pub others: Vec<&'a Mask>,
    /// The image's voxels that belong to the body.
    pub body: Option<&'a [bool]>,
}

/// Takes voxels out of a shell; those of the region itself stay.
pub(super) fn leave_out(shell: &mut [bool], region: &[bool], unwanted: &[bool]) {
    for ((shell, region), unwanted) in shell.iter_mut().zip(region).zip(unwanted) {
        *shell &= *region || !unwanted;
    }
}

/// A shell on the image's own voxels.
pub(super) fn shell_as_it_is<'a>(
    image: &'a Image<f32>,
    mask: &Mask,
    [lower, upper]: [[usize; 3]; 2],
    shell: &Shell,
) -> Option<Cut<'a>> {
    let (grid, spacing_mm) = (image.grid, image.grid.spacing_mm);
    let reach: [usize; 3] = std::array::from_fn(|a| (shell.ring.outside_mm / spacing_mm[a]) as usize + 1);
    let first: [usize; 3] = std::array::from_fn(|a| lower[a].saturating_sub(reach[a]));
    let size: [usize; 3] =
        std::array::from_fn(|a| (upper[a] + reach[a]).min(grid.shape[a] - 1) - first[a] + 1);
    let window = OrientedGrid { shape: size, ..grid };
    let all = |is_in: &dyn Fn([usize; 3]) -> bool| -> Vec<bool> {
        let index = |place| -> [usize; 3] {
            let [i, j, k] = window.voxel(place).0;
            [i + first[0], j + first[1], k + first[2]]
        };
        (0..window.len()).map(|place| is_in(index(place))).collect()
    };
    let region = all(&|index| holds(mask, index));
    let mut found = shell.ring.of(size, &region, spacing_mm);
    if let Some(body) = shell.body {
        leave_out(&mut found, &region, &all(&|index| !body[grid.offset(VoxelIndex(index))]));
    }
    for other in &shell.others {
        leave_out(&mut found, &region, &all(&|index| holds(other, index)));
    }
    let [low, high] = box_of(size, &found)?;
    let inside = cut_out(size, low, std::array::from_fn(|a| high[a] - low[a] + 1), &found);
    Some(Cut {
        spacing_mm,
        shape: grid.shape,
        values: Cow::Borrowed(&image.values),
        mask: inside,
        lower: std::array::from_fn(|a| first[a] + low[a]),
        upper: std::array::from_fn(|a| first[a] + high[a]),
    })
}

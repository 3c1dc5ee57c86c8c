//! Why a value of a region is not defined.

use crate::catalogue::Family;
use crate::region::Region;

/// What is special about a region.
pub(crate) struct State {
    is_empty: bool,
    voxels: usize,
    is_flat: bool,
    is_thin: bool,
}

impl State {
    pub fn of(region: &Region) -> Self {
        let first = region.inside().next().map(|(_, value)| value);
        Self {
            is_empty: !region.morphological.contains(&true),
            voxels: region.inside().count(),
            is_flat: region.inside().all(|(_, value)| Some(value) == first),
            is_thin: region.shape.contains(&1),
        }
    }

    /// Why a feature of this region is not defined.
    pub fn reason(&self, family: Family) -> &'static str {
        if self.is_empty {
            "the region holds no voxel"
        } else if self.voxels == 0 && family != Family::Morphology {
            "no voxel is left after re-segmentation"
        } else if self.voxels == 1 {
            "the region is a single voxel"
        } else if self.is_thin && family == Family::Morphology {
            "the region is one voxel thick"
        } else if self.is_flat {
            "all intensities are equal"
        } else if family == Family::Cooccurrence {
            "no slice and direction has two neighbouring voxels of different grey level"
        } else {
            "a divisor is zero"
        }
    }
}

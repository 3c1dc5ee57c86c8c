//! What lies beyond the edge of an image.

use serde::{Deserialize, Serialize};

/// How an image goes on beyond its edge: manual of IBSI 2 (arXiv:2006.05470), section 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// Zero.
    Zero,
    /// The outermost voxel.
    Nearest,
    /// The other end of the image.
    Periodic,
    /// The image mirrored at its edge, the outermost voxel twice.
    #[default]
    Mirror,
}

impl Boundary {
    /// The voxel that stands at an index, which may lie outside; `None` for zero.
    pub fn index(self, index: isize, number: usize) -> Option<usize> {
        let n = number as isize;
        if (0..n).contains(&index) {
            return Some(index as usize);
        }
        match self {
            Self::Zero => None,
            Self::Nearest => Some(index.clamp(0, n - 1) as usize),
            Self::Periodic => Some(index.rem_euclid(n) as usize),
            Self::Mirror => {
                let folded = index.rem_euclid(2 * n);
                Some(folded.min(2 * n - 1 - folded) as usize)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_of_three_goes_on_as_named() {
        let line = |boundary: Boundary| -> Vec<Option<usize>> {
            (-4..7).map(|index| boundary.index(index, 3)).collect()
        };
        let some = |places: [usize; 11]| places.map(Some).to_vec();
        assert_eq!(line(Boundary::Mirror), some([2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]));
        assert_eq!(line(Boundary::Nearest), some([0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2]));
        assert_eq!(line(Boundary::Periodic), some([2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0]));
        assert_eq!(line(Boundary::Zero)[3], None);
    }
}

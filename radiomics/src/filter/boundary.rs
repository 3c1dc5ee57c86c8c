//! What lies beyond the edge of an image.

use super::volume::Volume;
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

/// How far an image is continued for a filter that reaches everywhere.
fn margin(shape: [usize; 3], axes: usize, boundary: Boundary) -> [usize; 3] {
    const MOST: usize = 64;
    std::array::from_fn(|a| if a >= axes || boundary == Boundary::Periodic { 0 } else { shape[a].min(MOST) })
}

/// The image continued on all sides.
pub(super) fn padded(image: &Volume, axes: usize, boundary: Boundary) -> Volume {
    let margin = margin(image.shape, axes, boundary);
    let shape: [usize; 3] = std::array::from_fn(|a| image.shape[a] + 2 * margin[a]);
    let at = |a: usize, place: usize| boundary.index(place as isize - margin[a] as isize, image.shape[a]);
    let mut values = Vec::with_capacity(shape.iter().product());
    for k in 0..shape[2] {
        for j in 0..shape[1] {
            for i in 0..shape[0] {
                values.push(match (at(0, i), at(1, j), at(2, k)) {
                    (Some(x), Some(y), Some(z)) => {
                        image.values[x + image.shape[0] * (y + image.shape[1] * z)]
                    }
                    _ => 0.0,
                });
            }
        }
    }
    Volume { shape, values }
}

/// The middle of a volume.
pub(super) fn cut(volume: &Volume, shape: [usize; 3]) -> Volume {
    let margin: [usize; 3] = std::array::from_fn(|a| (volume.shape[a] - shape[a]) / 2);
    let mut values = Vec::with_capacity(shape.iter().product());
    for k in 0..shape[2] {
        for j in 0..shape[1] {
            let start = margin[0] + volume.shape[0] * (j + margin[1] + volume.shape[1] * (k + margin[2]));
            values.extend_from_slice(&volume.values[start..start + shape[0]]);
        }
    }
    Volume { shape, values }
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

//! The jaws and leaves that a plan names, and where their parts may stand.

/// A direction in the beam limiting device system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    /// x of the beam limiting device system.
    X,
    /// y of the beam limiting device system.
    Y,
}

/// The kinds of DICOM's RT Beam Limiting Device Type (300A,00B8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// A pair of jaws that move along x, together.
    X,
    /// A pair of jaws that move along y, together.
    Y,
    /// A pair of jaws that move along x, each on its own.
    AsymX,
    /// A pair of jaws that move along y, each on its own.
    AsymY,
    /// Leaves that move along x.
    MlcX,
    /// Leaves that move along y.
    MlcY,
}

impl DeviceKind {
    /// The way in which the parts move.
    pub fn travel(self) -> Axis {
        match self {
            DeviceKind::X | DeviceKind::AsymX | DeviceKind::MlcX => Axis::X,
            DeviceKind::Y | DeviceKind::AsymY | DeviceKind::MlcY => Axis::Y,
        }
    }

    /// Whether it has leaves.
    pub fn has_leaves(self) -> bool {
        matches!(self, DeviceKind::MlcX | DeviceKind::MlcY)
    }

    /// DICOM's word.
    pub fn code(self) -> &'static str {
        match self {
            DeviceKind::X => "X",
            DeviceKind::Y => "Y",
            DeviceKind::AsymX => "ASYMX",
            DeviceKind::AsymY => "ASYMY",
            DeviceKind::MlcX => "MLCX",
            DeviceKind::MlcY => "MLCY",
        }
    }

    /// The kind of this word, with the layer's number that stacked leaves carry in theirs (`MLCX1`, `MLCX2`).
    pub fn from_code(code: &str) -> Option<(DeviceKind, Option<u8>)> {
        const KINDS: [DeviceKind; 6] = [
            DeviceKind::X,
            DeviceKind::Y,
            DeviceKind::AsymX,
            DeviceKind::AsymY,
            DeviceKind::MlcX,
            DeviceKind::MlcY,
        ];
        let code = code.trim();
        let (word, layer) = match code.strip_suffix(['1', '2']) {
            Some(word) if word.starts_with("MLC") => (word, Some(code.as_bytes()[word.len()] - b'0')),
            _ => (code, None),
        };
        KINDS.into_iter().find(|kind| kind.code() == word).map(|kind| (kind, layer))
    }
}

/// One beam limiting device of a beam.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitingDevice {
    /// What moves, and along what.
    pub kind: DeviceKind,
    /// Which of several of the same kind: 0 for the first that the plan lists, or for `MLCX1`.
    pub layer: u8,
    /// The word that the plan uses, as in `MLCX1`.
    pub code: String,
    /// Source to device as the plan states it (mm); machines' own files are more precise.
    pub source_distance_mm: Option<f64>,
    /// Leaf sides in the isocentre plane (mm), one more than pairs; empty for jaws.
    pub boundaries_mm: Vec<f64>,
}

impl LimitingDevice {
    /// A pair of jaws.
    pub fn jaws(kind: DeviceKind) -> LimitingDevice {
        LimitingDevice {
            kind,
            layer: 0,
            code: kind.code().to_owned(),
            source_distance_mm: None,
            boundaries_mm: vec![],
        }
    }

    /// Leaves between these sides (mm, isocentre plane).
    pub fn leaves(kind: DeviceKind, boundaries_mm: Vec<f64>) -> LimitingDevice {
        LimitingDevice { boundaries_mm, ..LimitingDevice::jaws(kind) }
    }

    /// How many pairs of leaves or jaws there are.
    pub fn pairs(&self) -> usize {
        self.boundaries_mm.len().saturating_sub(1).max(1)
    }

    /// The sides of one pair across its travel (mm, isocentre plane); jaws have none.
    pub fn sides_mm(&self, pair: usize) -> [f64; 2] {
        match self.boundaries_mm.get(pair..pair + 2) {
            Some(sides) => [sides[0], sides[1]],
            None => [f64::NEG_INFINITY, f64::INFINITY],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacked_leaves_carry_their_layer_in_their_word() {
        assert_eq!(DeviceKind::from_code("MLCX2"), Some((DeviceKind::MlcX, Some(2))));
        assert_eq!(DeviceKind::from_code("ASYMX "), Some((DeviceKind::AsymX, None)));
        assert_eq!(DeviceKind::from_code("X1"), None);
        assert_eq!(DeviceKind::from_code("MLCXY"), None);
    }
}

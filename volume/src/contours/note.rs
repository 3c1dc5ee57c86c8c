//! What was odd about a structure's contours, for the report.

use std::fmt;

/// Something that the filling of contours had to decide or leave out.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ContourNote {
    /// Contours with fewer than three points enclose nothing and were left out.
    TooFewPoints {
        /// How many.
        contours: usize,
    },
    /// Contours with a coordinate that is no position in a room were left out.
    NotAPosition {
        /// How many.
        contours: usize,
    },
    /// Contours that repeat another point by point would have cancelled it and were left out.
    Repeated {
        /// How many.
        contours: usize,
    },
    /// Planes so far apart that the structure is taken to be interrupted between them.
    Gap {
        /// Distance between the two planes (mm).
        width_mm: f64,
        /// Usual distance between the structure's planes (mm).
        usual_mm: f64,
    },
    /// Drawn on one plane only: its thickness is assumed.
    SinglePlane {
        /// Assumed thickness (mm).
        thickness_mm: f64,
    },
}

impl fmt::Display for ContourNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewPoints { contours } => {
                write!(f, "{contours} contours with fewer than 3 points left out")
            }
            Self::NotAPosition { contours } => {
                write!(f, "{contours} contours with impossible coordinates left out")
            }
            Self::Repeated { contours } => write!(f, "{contours} repeated contours counted once"),
            Self::Gap { width_mm, usual_mm } => {
                write!(f, "a gap of {width_mm:.1} mm between planes {usual_mm:.1} mm apart is left open")
            }
            Self::SinglePlane { thickness_mm } => {
                write!(f, "drawn on one plane; a thickness of {thickness_mm:.1} mm is assumed")
            }
        }
    }
}

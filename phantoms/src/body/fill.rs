//! What fills a body between its organs: skin, fat, muscle, and the rest.

use crate::field::{ellipsoidal, length};
use crate::frame::Frame;
use crate::outline::Outline;

/// How deep skin and fat go, and where muscle is.
pub(super) struct Fill {
    frame: Frame,
    /// Depth down to which all is skin (cm).
    pub skin_cm: f64,
    /// Level of [`Fill::fat`] down to which all between organs is fat.
    pub fat: f64,
    /// Level of [`Fill::muscle`] up to which the remainder is muscle.
    pub muscle: f64,
}

impl Fill {
    /// Skin, fat, muscle, rest.
    pub const COUNT: usize = 4;

    pub fn new(frame: &Frame) -> Self {
        Self { frame: frame.clone(), skin_cm: 0.0, fat: 0.0, muscle: f64::INFINITY }
    }

    /// 0 skin, 1 fat, 2 muscle, 3 rest.
    pub fn layer(&self, outline: &Outline, p: [f64; 3], depth: f64) -> usize {
        if depth <= self.skin_cm {
            0
        } else if self.fat(outline, p, depth) <= self.fat {
            1
        } else if self.muscle(outline, p, depth) <= self.muscle {
            2
        } else {
            3
        }
    }

    /// The lower, the sooner a place is fat: below the skin, less on the head, hands and feet, more on belly and hips
    /// (factors unverified).
    pub fn fat(&self, outline: &Outline, p: [f64; 3], depth: f64) -> f64 {
        let frame = &self.frame;
        let mature = frame.person.maturity();
        let wrist = frame.arm.joints[3];
        let hand = length(p[0].abs() - wrist[0], p[2] - wrist[2]) < 0.12 * frame.person.height_cm();
        let factor = if outline.is_head(p) {
            3.0
        } else if p[2] < frame.thigh_and_shank.joints[4][2] || hand {
            2.0
        } else if (-0.2 * frame.t..0.5 * frame.t).contains(&p[2]) {
            1.0 - 0.25 * mature
        } else {
            1.0
        };
        factor * (depth - self.skin_cm)
    }

    /// The lower, the sooner a place is muscle: limbs and walls first, the hollows of head, chest and belly last.
    pub fn muscle(&self, outline: &Outline, p: [f64; 3], depth: f64) -> f64 {
        const HOLLOW: f64 = 1000.0;
        let frame = &self.frame;
        let (t, [a, b]) = (frame.t, frame.head);
        let skull = ellipsoidal(p, [0.0, 0.0, frame.brain_z()], [0.85 * a, 0.88 * b, 0.85 * a]) < 1.0;
        let chest = (0.5 * t..0.97 * t).contains(&p[2]) && frame.in_cage(p) < 0.97;
        let belly = (0.0..=0.5 * t).contains(&p[2]) && {
            let [wide, deep] = outline.trunk_at(p[2]);
            length(p[0] / wide, p[1] / deep) < 0.75 && p[1] < frame.spine_y(p[2]) - 0.1 * frame.b
        };
        if skull || chest || belly { HOLLOW + depth } else { depth }
    }
}

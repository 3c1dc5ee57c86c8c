//! The outline: parts of a body, joined smoothly.
//!
//! Each part says how deep a point lies in it (cm, negative outside, not exact far from the surface). Sizes are shares
//! of the published trunk, head and leg dimensions; the shares were chosen by eye on the pictures of all six ages.

use super::Sex;
use crate::stylised::Dimensions;
use crate::stylised::head::brain_centre_cm;
use crate::stylised::outside_cone_cm;

/// Depth of a point that is in no part.
const FAR_CM: f64 = -100.0;

/// Height as a share of the trunk's, half-width and half-depth as shares of the trunk's.
const TRUNK_PROFILE: &[[f64; 3]] = &[
    [-0.09, 0.10, 0.10],
    [-0.06, 0.45, 0.50],
    [0.00, 0.82, 0.88],
    [0.10, 0.88, 1.02],
    [0.25, 0.87, 1.02],
    [0.42, 0.88, 1.00],
    [0.60, 0.90, 1.03],
    [0.80, 0.92, 1.06],
    [0.87, 0.88, 1.03],
    [0.91, 0.82, 0.97],
    [0.94, 0.72, 0.90],
    [0.97, 0.58, 0.78],
    [1.00, 0.42, 0.62],
    [1.05, 0.20, 0.40],
];

/// How round the limbs are at each age: chosen so that bodies weigh what the published ones do.
const GIRTH: [f64; 6] = [1.14, 1.18, 1.08, 1.03, 1.0, 0.97];

/// The outline of a body.
pub(super) struct Exterior {
    trunk_cm: [f64; 3],
    leg_cm: f64,
    head: Head,
    limbs: Limbs,
    testes: Option<[[f64; 3]; 2]>,
    bounds_cm: [[f64; 2]; 3],
}

/// Ellipsoids and a neck: centre and radii.
struct Head {
    cranium: [[f64; 3]; 2],
    face: [[f64; 3]; 2],
    nose: [[f64; 3]; 2],
    ear: [[f64; 3]; 2],
    /// Half-width and half-depth of the neck, its centre's y, and where it begins and ends.
    neck: [f64; 5],
}

/// Cones of the left side: from, to, radii at both.
pub(super) struct Limbs {
    pub arm: [([f64; 3], [f64; 3], [f64; 2]); 2],
    pub hand: [[f64; 3]; 2],
    pub leg: [([f64; 3], [f64; 3], [f64; 2]); 2],
    pub foot: ([f64; 3], [f64; 3], [f64; 2]),
}

impl Limbs {
    pub fn new(d: &Dimensions) -> Self {
        let [w, depth, t] = d.all("Trunk", ["At", "Bt", "Ct"]);
        let length = d.get("Legs", "Cl");
        let girth = w * GIRTH[d.age as usize];
        let height = d.height_cm();
        // Shares of the height: upper arm 0.172, forearm 0.145, hand 0.10 (adult 0.186, 0.146, 0.108 after Drillis and
        // Contini 1966; both from memory, unverified).
        let shoulder = [0.89 * w, 0.06 * depth, 0.895 * t];
        let elbow = [1.15 * w, 0.16 * depth, 0.895 * t - 0.172 * height];
        let wrist = [1.25 * w, -0.10 * depth, elbow[2] - 0.145 * height];
        let hand =
            [[1.27 * w, -0.16 * depth, wrist[2] - 0.045 * height], [0.10 * w, 0.21 * w, 0.055 * height]];
        let hip = [0.44 * w, 0.05 * depth, 0.0];
        let knee = [0.41 * w, 0.02 * depth, -0.50 * length];
        let ankle = [0.38 * w, 0.14 * depth, -0.93 * length];
        let sole = 0.16 * w;
        let heel = [0.38 * w, 0.20 * depth, -length + sole];
        let toes = [0.50 * w, 0.20 * depth - 0.115 * height, -length + 0.7 * sole];
        Self {
            arm: [
                (shoulder, elbow, [0.25 * girth, 0.20 * girth]),
                (elbow, wrist, [0.20 * girth, 0.14 * girth]),
            ],
            hand,
            leg: [(hip, knee, [0.44 * girth, 0.32 * girth]), (knee, ankle, [0.32 * girth, 0.20 * girth])],
            foot: (heel, toes, [sole, 0.7 * sole]),
        }
    }
}

impl Exterior {
    pub fn new(d: &Dimensions, sex: Sex) -> Self {
        let trunk_cm = d.all("Trunk", ["At", "Bt", "Ct"]);
        let leg_cm = d.get("Legs", "Cl");
        let limbs = Limbs::new(d);
        let testes = (sex == Sex::Male).then(|| {
            let [a, b, c, y0] = d.all("Testes", ["a", "b", "c", "y0"]);
            [[0.0, y0 + 0.3 * b, -c], [2.4 * a, 1.7 * b, 1.5 * c]]
        });
        let reach_x = limbs.hand[0][0] + 3.0 * limbs.hand[1][0];
        let reach_y = [limbs.foot.1[1] - 3.0, 1.2 * trunk_cm[1]];
        let head_front = -1.25 * d.get("Head", "Bh");
        let bounds_cm = [
            [-reach_x, reach_x],
            [reach_y[0].min(head_front), reach_y[1].max(-head_front)],
            [-leg_cm, d.height_cm() - leg_cm],
        ];
        Self { trunk_cm, leg_cm, head: Head::new(d), limbs, testes, bounds_cm }
    }

    pub fn bounds_cm(&self) -> [[f64; 2]; 3] {
        self.bounds_cm
    }

    /// Depth of a point below the skin (cm); 0 or less outside.
    pub fn depth_cm(&self, point_cm: [f64; 3]) -> f64 {
        if !(0..3).all(|a| (self.bounds_cm[a][0]..=self.bounds_cm[a][1]).contains(&point_cm[a])) {
            return FAR_CM;
        }
        // Left and right are mirror images.
        let p = [point_cm[0].abs(), point_cm[1], point_cm[2]];
        let [w, _, t] = self.trunk_cm;
        let blend = 0.12 * w;
        let mut depth = if p[2] > 0.8 * t { self.head.depth_cm(p, blend) } else { FAR_CM };
        if p[2] > -0.1 * t && p[2] < 1.06 * t {
            depth = joined(depth, self.trunk_depth_cm(p), 1.3 * blend);
        }
        if p[0] > 0.5 * w && p[2] < 1.05 * t {
            let arm = self.limbs.arm.iter().map(|(from, to, radii)| -outside_cone_cm(p, *from, *to, *radii));
            let arm =
                joined(arm.fold(FAR_CM, f64::max), ellipsoid_depth_cm(p, &self.limbs.hand), 0.5 * blend);
            depth = joined(depth, arm, 0.8 * blend);
        }
        if p[2] < 0.3 * t {
            let leg = self.limbs.leg.iter().map(|(from, to, radii)| -outside_cone_cm(p, *from, *to, *radii));
            let (heel, toes, radii) = self.limbs.foot;
            let foot = -outside_cone_cm(p, heel, toes, radii);
            let leg = joined(leg.fold(FAR_CM, f64::max), foot, 0.5 * blend);
            depth = joined(depth, leg, 1.5 * blend);
        }
        if let Some(testes) = &self.testes {
            depth = depth.max(ellipsoid_depth_cm(p, testes));
        }
        if p[2] < -self.leg_cm { FAR_CM } else { depth }
    }

    /// Whether a point belongs to the head, where there is little fat below the skin.
    pub fn is_head(&self, point_cm: [f64; 3]) -> bool {
        point_cm[2] > self.head.face[0][2]
    }

    /// Half-width, half-depth of the trunk at a height, as shares of what they are below the shoulders.
    pub fn shoulder_taper(&self, z_cm: f64) -> [f64; 2] {
        let [_, wide, deep] = profile(z_cm / self.trunk_cm[2]);
        if z_cm < 0.6 * self.trunk_cm[2] { [1.0, 1.0] } else { [(wide / 0.90).min(1.0), deep.min(1.0)] }
    }

    /// The y at which the skin lies in front of a point (cm).
    pub fn front_y_cm(&self, x_cm: f64, z_cm: f64) -> f64 {
        let [low, high] = self.bounds_cm[1];
        let steps = 2000;
        let y = (0..steps).map(|n| low + (high - low) * f64::from(n) / f64::from(steps));
        y.into_iter().find(|y| self.depth_cm([x_cm, *y, z_cm]) > 0.0).unwrap_or(0.0)
    }

    /// Centre y, half-width and half-depth of the neck (cm).
    pub fn neck_cm(&self) -> [f64; 3] {
        let [a, b, y, ..] = self.head.neck;
        [y, a, b]
    }

    fn trunk_depth_cm(&self, p: [f64; 3]) -> f64 {
        let [w, d, t] = self.trunk_cm;
        let [_, wide, deep] = profile(p[2] / t);
        let [a, b] = [w * wide, d * deep];
        // Rounder than an ellipse: a trunk is flat in front and behind.
        let square = (p[0] / a).abs().powf(2.3) + (p[1] / b).abs().powf(2.3);
        (1.0 - square.powf(1.0 / 2.3)) * a.min(b)
    }
}

impl Head {
    fn new(d: &Dimensions) -> Self {
        let [rh, ah, bh, neck, cap] = d.all("Head", ["Rh", "Ah", "Bh", "Ch0", "Ch2"]);
        let t = d.get("Trunk", "Ct");
        let brain = brain_centre_cm(d);
        let chin = t + neck;
        let below = brain - chin;
        let face = [[0.0, -0.30 * bh, chin + 0.50 * below], [0.74 * ah, 0.62 * bh, 0.52 * below]];
        Self {
            cranium: [[0.0, 0.0, brain], [ah, bh, cap]],
            face,
            nose: [[0.0, -0.93 * bh, chin + 0.50 * below], [0.12 * ah, 0.12 * bh, 0.13 * below]],
            ear: [[1.0 * ah, 0.05 * bh, chin + 0.62 * below], [0.09 * ah, 0.16 * bh, 0.24 * below]],
            neck: [rh, 1.10 * rh, 0.16 * rh, 0.93 * t, chin + 0.45 * below],
        }
    }

    fn depth_cm(&self, p: [f64; 3], blend: f64) -> f64 {
        let [a, b, y, low, high] = self.neck;
        let neck =
            if (low..=high).contains(&p[2]) { (1.0 - (p[0] / a).hypot((p[1] - y) / b)) * a } else { FAR_CM };
        let skull =
            joined(ellipsoid_depth_cm(p, &self.cranium), ellipsoid_depth_cm(p, &self.face), 2.0 * blend);
        let small = ellipsoid_depth_cm(p, &self.nose).max(ellipsoid_depth_cm(p, &self.ear));
        joined(joined(skull, small, 0.4 * blend), neck, blend)
    }
}

/// Half-width and half-depth of the trunk at a share of its height, smooth between the rows of the profile.
fn profile(share: f64) -> [f64; 3] {
    let above = TRUNK_PROFILE.partition_point(|row| row[0] <= share).clamp(1, TRUNK_PROFILE.len() - 1);
    let [low, high] = [TRUNK_PROFILE[above - 1], TRUNK_PROFILE[above]];
    let part = ((share - low[0]) / (high[0] - low[0])).clamp(0.0, 1.0);
    std::array::from_fn(|n| low[n] + (high[n] - low[n]) * part)
}

fn ellipsoid_depth_cm(p: [f64; 3], [centre, radii]: &[[f64; 3]; 2]) -> f64 {
    let square: f64 = (0..3).map(|a| ((p[a] - centre[a]) / radii[a]).powi(2)).sum();
    (1.0 - square.sqrt()) * radii.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Depth in either of two parts, filled out by a fillet where they meet (polynomial smooth maximum).
fn joined(a: f64, b: f64, fillet_cm: f64) -> f64 {
    let share = ((fillet_cm - (a - b).abs()) / fillet_cm).max(0.0);
    a.max(b) + share * share * fillet_cm / 4.0
}

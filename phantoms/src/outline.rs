//! The outline: head, neck, trunk, arms and legs, joined smoothly.
//!
//! Each part says how deep a point lies in it (cm, negative outside, exact near the surface only). Shapes were chosen by
//! eye on pictures of all ages; one number, the girth, is chosen so that the body has its volume.

mod profiles;

use crate::cone::Cone;
use crate::curve::Curve;
use crate::field::{holds, length};
use crate::frame::{Frame, Limb};
use crate::{Arms, Sex};
use profiles::{BABY, CHILD, MAN, WOMAN};

/// Depth of a point that is in no part.
const FAR_CM: f64 = -100.0;

/// From here on a point lies deeper than skin and than any organ keeps from the skin (cm).
pub(crate) const DEEP_CM: f64 = 1.0;

/// An ellipsoid: centre and radii.
type Ball = [[f64; 3]; 2];

/// The outline of a body.
pub(crate) struct Outline {
    frame: Frame,
    trunk: Curve,
    balls_of_the_head: [Ball; 3],
    nose: Cone,
    ear: Ball,
    neck: Cone,
    /// The slope from neck to shoulder.
    slope: Cone,
    breast: Option<Ball>,
    testes: Option<Ball>,
    arm: Vec<Cone>,
    leg: Vec<Cone>,
    foot: Vec<Cone>,
    /// Circumference of trunk and limbs as a share of what the frame says.
    girth: f64,
    bounds_cm: [[f64; 2]; 3],
    /// Around the left arm, with room for its fillet.
    arm_box: [[f64; 2]; 3],
}

impl Outline {
    /// `breast_cm3` is the volume of one breast, `testis_cm` the radii of a testis.
    pub fn new(frame: &Frame, girth: f64, breast_cm3: f64, testis_cm: Option<[f64; 3]>) -> Self {
        let person = &frame.person;
        let grown = match person.sex() {
            Sex::Female => &WOMAN,
            Sex::Male => &MAN,
        };
        let (mature, baby) = (person.maturity(), person.babyhood());
        let trunk: [[f64; 3]; 14] = std::array::from_fn(|n| {
            std::array::from_fn(|c| {
                CHILD[n][c] + mature * (grown[n][c] - CHILD[n][c]) + baby * (BABY[n][c] - CHILD[n][c])
            })
        });
        let (chin, face) = (frame.chin, frame.face);
        let [a, b] = frame.head;
        let cap = frame.d.get("Head", "Ch2");
        let brain = frame.brain_z();
        let balls_of_the_head = [
            [[0.0, 0.02 * b, brain - 0.22 * cap], [a, 0.98 * b, 1.22 * cap]],
            [[0.0, -0.24 * b, chin + 0.50 * face], [0.70 * a, 0.64 * b, 0.48 * face]],
            [[0.0, -0.50 * b, chin + 0.17 * face], [0.40 * a, 0.38 * b, 0.17 * face]],
        ];
        let bridge = [0.0, -0.86 * b, chin + 0.66 * face];
        let nose = Cone::new(bridge, [0.0, -0.98 * b, chin + 0.46 * face], [0.07 * a, 0.12 * a]);
        let ear = [[0.97 * a, 0.10 * b, chin + 0.60 * face], [0.09 * a, 0.15 * b, 0.21 * face]];
        let limbs = limb_girth(girth);
        let (t, radius) = (frame.t, frame.neck * (0.5 + 0.5 * limbs));
        let low = [0.0, frame.spine_y(0.96 * t) - 0.72 * radius, 0.93 * t];
        let high = [0.0, 0.12 * b, chin + 0.42 * face];
        let beside_the_neck = [0.0, low[1] + 0.3 * radius, t + 0.2 * (chin - t)];
        let [x, y, z] = frame.arm.joints[0];
        let shoulder = [0.9 * x, y, z + 0.06 * frame.w];
        let mut outline = Self {
            frame: frame.clone(),
            trunk: Curve::new(&trunk),
            balls_of_the_head,
            nose,
            ear,
            neck: Cone::new(low, high, [1.08 * radius, 0.98 * radius]),
            slope: Cone::new(beside_the_neck, shoulder, [0.75 * radius, 0.16 * frame.w]),
            breast: None,
            testes: None,
            arm: Vec::new(),
            leg: Vec::new(),
            foot: Vec::new(),
            girth,
            bounds_cm: [[-1e3, 1e3]; 3],
            arm_box: [[0.0; 2]; 3],
        };
        outline.bounds_cm = outline.bounds();
        outline.arm = pieces(&frame.arm, limbs, outline.spread());
        outline.leg = pieces(&frame.thigh_and_shank, limbs, 0.0);
        outline.foot = pieces(&frame.foot, 0.5 + 0.5 * limbs, 0.0);
        outline.arm_box = std::array::from_fn(|a| {
            let joints = (0..frame.arm.joints.len()).map(|n| outline.arm_joint(n)[a]);
            let margin = 0.34 * frame.w * limbs;
            let low = joints.clone().fold(f64::INFINITY, f64::min);
            [low - margin, joints.fold(f64::NEG_INFINITY, f64::max) + margin]
        });
        if person.sex() == Sex::Female && mature > 0.0 {
            let radius = (3.0 * 1.35 * breast_cm3 / std::f64::consts::TAU).cbrt();
            let [x, z] = [0.43 * frame.w, 0.72 * frame.t];
            let y = outline.front_y(x, z);
            outline.breast = Some([[x, y + 0.12 * radius, z], [1.12 * radius, 0.85 * radius, 1.12 * radius]]);
        }
        outline.testes = testis_cm.map(|[a, b, c]| {
            let z = -0.055 * frame.t;
            [[0.0, outline.front_y(0.0, -0.03 * frame.t) + 0.6 * b, z - c], [2.6 * a, 1.7 * b, 1.7 * c]]
        });
        outline.bounds_cm = outline.bounds();
        outline
    }

    /// Lower and upper corner of a box that holds the body.
    pub fn bounds_cm(&self) -> [[f64; 2]; 3] {
        self.bounds_cm
    }

    fn bounds(&self) -> [[f64; 2]; 3] {
        let frame = &self.frame;
        let arm = &frame.arm;
        let beyond =
            |n: usize| arm.joints[n][0] + self.spread() + 1.3 * limb_girth(self.girth) * arm.radii[n];
        let hips = 1.1 * frame.w * self.girth;
        let x = (0..arm.joints.len()).map(beyond).fold(hips, f64::max);
        let [_, head] = frame.head;
        let toes = frame.foot.joints[2][1] - frame.foot.radii[0];
        let belly = 1.35 * frame.b * self.girth;
        let breast = self.breast.map_or(0.0, |[centre, radii]| radii[1] - centre[1]);
        let testes = self.testes.map_or(0.0, |[centre, radii]| radii[1] - centre[1]);
        let hand = arm.joints.iter().map(|p| -p[1]).fold(0.0, f64::max) + arm.radii[0];
        let front = [-toes, belly, 1.15 * head, breast, testes, hand].into_iter().fold(0.0, f64::max);
        let crown = frame.person.height_cm() - frame.leg;
        let tips = arm.joints.iter().map(|p| p[2]).fold(f64::NEG_INFINITY, f64::max) + 1.3 * arm.radii[5];
        let top = if frame.person.arms() == Arms::Up { crown.max(tips) } else { crown };
        [[-x, x], [-front, belly.max(1.1 * head)], [-frame.leg, top]]
    }

    /// How far arms stand off, that a wide trunk has room.
    fn spread(&self) -> f64 {
        0.8 * self.frame.w * (self.girth - 1.0).max(0.0)
    }

    /// Depth of a point below the skin (cm); 0 or less outside.
    pub fn depth(&self, point: [f64; 3]) -> f64 {
        if !holds(&self.bounds_cm, point) {
            return FAR_CM;
        }
        let frame = &self.frame;
        // Left and right are mirror images.
        let p = [point[0].abs(), point[1], point[2]];
        let (w, t) = (frame.w, frame.t);
        let blend = 0.10 * w;
        let mut depth = if p[2] > 0.86 * t { self.head_depth(p, blend) } else { FAR_CM };
        if p[2] > -0.10 * t && p[2] < 1.06 * t {
            depth = joined(depth, self.trunk_depth(p), 1.6 * blend);
            if let Some(breast) = &self.breast {
                depth = joined(depth, ball_depth(p, breast), 1.1 * blend);
            }
        }
        if holds(&self.arm_box, p) {
            depth = joined(depth, limb_depth(p, &self.arm), 0.9 * blend);
        }
        if p[2] < 0.25 * t {
            let [leg, foot] = [&self.leg, &self.foot].map(|limb| limb_depth(p, limb));
            depth = joined(depth, joined(leg, foot, 0.5 * blend), 1.5 * blend);
        }
        if let Some(testes) = &self.testes {
            depth = joined(depth, ball_depth(p, testes), 0.2 * blend);
        }
        let crown = frame.person.height_cm() - frame.leg;
        let over = if frame.person.arms() == Arms::Up { f64::INFINITY } else { crown - p[2] };
        // Soles are flat.
        depth.min(p[2] + frame.leg).min(over)
    }

    /// Depth of a point, or less than it where both are at least [`DEEP_CM`]: most points of a body lie deep in one part, and
    /// nothing but fat and muscle asks how deep.
    pub fn depth_or_deep(&self, point: [f64; 3]) -> f64 {
        if self.is_deep([point[0].abs(), point[1], point[2]]) { DEEP_CM } else { self.depth(point) }
    }

    /// Whether one part alone says so: joining others to it only adds depth.
    fn is_deep(&self, p: [f64; 3]) -> bool {
        let frame = &self.frame;
        let crown = frame.person.height_cm() - frame.leg;
        let z = p[2];
        if z + frame.leg < DEEP_CM || (frame.person.arms() == Arms::Down && crown - z < DEEP_CM) {
            return false;
        }
        let in_bounds = (0..2).all(|a| (self.bounds_cm[a][0]..=self.bounds_cm[a][1]).contains(&p[a]));
        let of_part = || {
            if z > 1.06 * frame.t {
                ball_depth(p, &self.balls_of_the_head[0]).max(ball_depth(p, &self.balls_of_the_head[1]))
            } else if z > -0.10 * frame.t {
                self.trunk_depth(p)
            } else {
                limb_depth(p, &self.leg)
            }
        };
        in_bounds && z <= self.bounds_cm[2][1] && of_part() >= DEEP_CM
    }

    /// A joint of the left arm where it is: a wide trunk pushes arms out.
    pub fn arm_joint(&self, n: usize) -> [f64; 3] {
        let [x, y, z] = self.frame.arm.joints[n];
        [x + self.spread(), y, z]
    }

    /// Middle of the left breast, where the outline has one.
    pub fn breast_centre(&self) -> Option<[f64; 3]> {
        self.breast.map(|[centre, _]| centre)
    }

    /// Where the testes are: centre and radii.
    pub fn scrotum(&self) -> Option<[[f64; 3]; 2]> {
        self.testes
    }

    /// The y at which the skin lies in front of a place.
    pub fn front_y(&self, x: f64, z: f64) -> f64 {
        let step = 0.01 * self.frame.b;
        let from = self.bounds_cm[1][0].max(-3.0 * self.frame.b);
        let steps = (-from / step) as usize;
        (0..steps).map(|n| from + step * n as f64).find(|y| self.depth([x, *y, z]) > 0.0).unwrap_or(0.0)
    }

    /// Half-width and half-depth of the trunk at a height, at its girth.
    pub fn trunk_at(&self, z: f64) -> [f64; 2] {
        let frame = &self.frame;
        let [wide, deep] = self.trunk.at(z / frame.t);
        // Neck and shoulders grow less than the belly.
        let girth = 1.0 + (self.girth - 1.0) * ((1.05 - z / frame.t) / 0.25).clamp(0.2, 1.0);
        [wide * frame.w * girth, deep * frame.b * girth]
    }

    fn trunk_depth(&self, p: [f64; 3]) -> f64 {
        let [a, b] = self.trunk_at(p[2]);
        // Rounder than an ellipse: a trunk is flat in front and behind.
        let [x, y] = [(p[0] / a).abs(), (p[1] / b).abs()];
        // |x/a|^2.5 + |y/b|^2.5.
        let [xs, ys] = [x * x.sqrt(), y * y.sqrt()];
        let square = xs * x + ys * y;
        // Seven digits are enough, and cost a third.
        let radius = f64::from((square as f32).powf(0.4));
        if radius < 0.05 {
            return a.min(b);
        }
        let slope = length(xs / a, ys / b) / (square / radius);
        ((1.0 - radius) / slope).min(a.min(b))
    }

    fn head_depth(&self, p: [f64; 3], blend: f64) -> f64 {
        let [cranium, face, chin] = self.balls_of_the_head.map(|ball| ball_depth(p, &ball));
        let skull = joined(joined(cranium, face, 2.2 * blend), chin, 1.2 * blend);
        let skull = joined(skull, self.nose.depth(p), 0.5 * blend);
        let skull = joined(skull, ball_depth(p, &self.ear), 0.2 * blend);
        joined(joined(skull, self.neck.depth(p), blend), self.slope.depth(p), 1.6 * blend)
    }

    /// Whether a point belongs to the head.
    pub fn is_head(&self, p: [f64; 3]) -> bool {
        let [a, b] = self.frame.head;
        p[2] > self.frame.chin + 0.1 * self.frame.face && p[0].abs() < 1.2 * a && p[1].abs() < 1.3 * b
    }
}

/// Circumference of a limb at a girth of the body.
fn limb_girth(girth: f64) -> f64 {
    1.0 + 0.85 * (girth - 1.0)
}

/// The pieces of a limb whose radii are a share of the frame's and which stands off by a distance.
fn pieces(limb: &Limb, girth: f64, off: f64) -> Vec<Cone> {
    let at = |n: usize| [limb.joints[n][0] + off, limb.joints[n][1], limb.joints[n][2]];
    let piece = |n: usize| Cone::new(at(n - 1), at(n), [limb.radii[n - 1] * girth, limb.radii[n] * girth]);
    (1..limb.joints.len()).map(piece).collect()
}

fn limb_depth(p: [f64; 3], pieces: &[Cone]) -> f64 {
    pieces.iter().map(|cone| cone.depth(p)).fold(FAR_CM, f64::max)
}

/// To first order in the distance from the surface.
fn ball_depth(p: [f64; 3], [centre, radii]: &Ball) -> f64 {
    let [mut square, mut slope] = [0.0, 0.0];
    for a in 0..3 {
        let share = (p[a] - centre[a]) / radii[a];
        square += share * share;
        slope += (share / radii[a]).powi(2);
    }
    let (share, slope) = (square.sqrt(), slope.sqrt());
    let least = radii[0].min(radii[1]).min(radii[2]);
    if share < 0.05 { least } else { (share * (1.0 - share) / slope).min(least) }
}

/// Depth in either of two parts, filled out by a fillet where they meet (polynomial smooth maximum).
fn joined(a: f64, b: f64, fillet_cm: f64) -> f64 {
    let share = ((fillet_cm - (a - b).abs()) / fillet_cm).max(0.0);
    a.max(b) + share * share * fillet_cm / 4.0
}

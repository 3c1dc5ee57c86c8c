//! The frame of a person: sizes and landmarks that outline, bones and organs hang on.
//!
//! Sizes are shares of the published dimensions at the person's age and height; the shares were chosen by eye on
//! pictures of all ages. Centimetres; x to the left, y to the back, z to the head, the origin at the trunk's base.

use crate::curve::Curve;
use crate::field::length;
use crate::stylised::Dimensions;
use crate::{Arms, Person, Sex};

/// How much narrower and deeper organs lie than published: the published trunk holds the arms, this one does not.
pub(crate) const SQUEEZE: [f64; 3] = [0.82, 1.04, 1.0];

/// Height as a share of the trunk's, half-width and half-depth of the rib cage as shares of its widest.
const CAGE: [[f64; 3]; 8] = [
    [0.44, 0.94, 0.96],
    [0.52, 0.99, 1.0],
    [0.60, 1.0, 1.0],
    [0.72, 0.93, 0.95],
    [0.80, 0.83, 0.86],
    [0.88, 0.64, 0.70],
    [0.94, 0.42, 0.52],
    [1.0, 0.22, 0.36],
];

/// A chain of joints of the left side and the limb's radius at each (cm).
#[derive(Clone, Debug)]
pub(crate) struct Limb {
    pub joints: Vec<[f64; 3]>,
    pub radii: Vec<f64>,
}

/// Sizes and landmarks of a person.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub person: Person,
    pub d: Dimensions,
    /// Published half-width, half-depth and height of the trunk.
    pub w: f64,
    pub b: f64,
    pub t: f64,
    /// Length of the legs.
    pub leg: f64,
    /// Published half-width and half-depth of the spine, radius of the neck.
    pub spine: [f64; 2],
    pub neck: f64,
    /// Height of the chin, and from there to the middle of the brain.
    pub chin: f64,
    pub face: f64,
    /// Half-width and half-depth of the head.
    pub head: [f64; 2],
    /// Shoulder, elbow, wrist, knuckles.
    pub arm: Limb,
    /// Hip, middle of the thigh, knee, calf, ankle.
    pub thigh_and_shank: Limb,
    /// Heel, ball of the foot.
    pub foot: Limb,
    cage: Curve,
}

impl Frame {
    pub fn new(person: &Person) -> Self {
        let d = Dimensions::of_person(person);
        let [w, b, t] = d.all("Trunk", ["At", "Bt", "Ct"]);
        let leg = d.get("Legs", "Cl");
        let [neck, face] = d.all("Head", ["Ch0", "Ch1"]);
        let height = person.height_cm();
        let head = d.all("Head", ["Ah", "Bh"]);
        let baby = person.babyhood();
        let mut frame = Self {
            person: *person,
            w,
            b,
            t,
            leg,
            spine: d.all("Spine", ["a", "b"]),
            neck: d.get("Head", "Rh"),
            chin: t + neck,
            face,
            head,
            arm: Limb { joints: Vec::new(), radii: Vec::new() },
            thigh_and_shank: Limb { joints: Vec::new(), radii: Vec::new() },
            foot: Limb { joints: Vec::new(), radii: Vec::new() },
            cage: Curve::new(&CAGE),
            d,
        };
        frame.arm = frame.arm_at(person.arms());
        let ankle_z = -leg + 0.075 * leg + 0.10 * w;
        let along = |share: f64| ankle_z * share;
        let hip = if person.sex() == Sex::Female { 0.43 + 0.03 * person.maturity() } else { 0.43 };
        let plump = 1.0 + 0.12 * baby;
        frame.thigh_and_shank = Limb {
            joints: vec![
                [0.46 * w, 0.05 * b, 0.03 * t],
                [0.45 * w, 0.0, along(0.25)],
                [0.40 * w, 0.04 * b, along(0.53)],
                [0.40 * w, 0.14 * b, along(0.68)],
                [0.38 * w, 0.16 * b, ankle_z],
            ],
            radii: [hip, 0.93 * hip, 0.30, 0.28, 0.185].iter().map(|share| share * w * plump).collect(),
        };
        let sole = 0.15 * w;
        frame.foot = Limb {
            joints: vec![
                [0.38 * w, 0.24 * b, -leg + sole],
                [0.44 * w, 0.24 * b - 0.085 * height, -leg + 0.75 * sole],
                [0.46 * w, 0.24 * b - 0.115 * height, -leg + 0.55 * sole],
            ],
            radii: vec![sole, 0.9 * sole, 0.6 * sole],
        };
        frame
    }

    /// Upper arm, forearm and hand are 0.172, 0.145 and 0.10 of the height (adults 0.186, 0.146, 0.108 after Drillis and
    /// Contini 1966; all from memory, unverified).
    fn arm_at(&self, arms: Arms) -> Limb {
        let (w, b, t, height) = (self.w, self.b, self.t, self.person.height_cm());
        let grown = self.person.maturity();
        let broad = match self.person.sex() {
            Sex::Female => 0.86 + 0.02 * grown,
            Sex::Male => 0.86 + 0.05 * grown,
        };
        let shoulder = [broad * w, 0.06 * b, 0.905 * t];
        let [upper, fore, palm] = [0.172 * height, 0.145 * height, 0.05 * height];
        let step = |from: [f64; 3], direction: [f64; 3], length: f64| {
            let norm = direction.iter().map(|c| c * c).sum::<f64>().sqrt();
            std::array::from_fn(|a| from[a] + length * direction[a] / norm)
        };
        let [elbow, wrist, knuckles, tips] = match arms {
            Arms::Down => {
                let elbow = step(shoulder, [0.20, 0.05, -1.0], upper);
                let wrist = step(elbow, [0.10, -0.18, -1.0], fore);
                let knuckles = step(wrist, [0.02, -0.12, -1.0], palm);
                [elbow, wrist, knuckles, step(knuckles, [-0.05, -0.12, -1.0], palm)]
            }
            Arms::Up => {
                let elbow = step(shoulder, [0.42, -0.10, 1.0], upper);
                let wrist = step(elbow, [-0.62, -0.10, 0.75], fore);
                let knuckles = step(wrist, [-0.62, -0.05, 0.75], palm);
                [elbow, wrist, knuckles, step(knuckles, [-0.7, 0.0, 0.6], palm)]
            }
        };
        let plump = 1.0 + 0.12 * self.person.babyhood();
        let middle = std::array::from_fn(|a| 0.72 * elbow[a] + 0.28 * wrist[a]);
        Limb {
            joints: vec![shoulder, elbow, middle, wrist, knuckles, tips],
            radii: [0.24, 0.185, 0.19, 0.125, 0.12, 0.06].iter().map(|share| share * w * plump).collect(),
        }
    }

    /// Height of the middle of the brain.
    pub fn brain_z(&self) -> f64 {
        self.chin + self.face
    }

    /// Radii of the brain, as large as it should be: an ellipsoid of the published form.
    pub fn brain_radii(&self, volume_cm3: f64) -> [f64; 3] {
        let published = self.d.all("Brain", ["a", "b", "c"]);
        let ratio = volume_cm3 / (4.0 / 3.0 * std::f64::consts::PI * published.iter().product::<f64>());
        published.map(|radius| radius * ratio.cbrt())
    }

    /// Centre y of the spine's bodies at a height: the curves of neck, chest and loins.
    pub fn spine_y(&self, z: f64) -> f64 {
        let (b, t) = (self.b, self.t);
        let skull = (self.brain_z() - 0.4 * self.face) / t;
        let knots = [
            [0.02, 0.86],
            [0.10, 0.72],
            [0.20, 0.62],
            [0.30, 0.52],
            [0.40, 0.48],
            [0.55, 0.58],
            [0.72, 0.68],
            [0.86, 0.60],
            [0.95, 0.44],
            [1.0, 0.36],
        ];
        let top = [skull, 0.06 * self.head[1] / b];
        let at = |n: usize| if n < knots.len() { knots[n] } else { top };
        let share = z / t;
        let mut n = 0;
        while n + 2 < knots.len() + 1 && at(n + 1)[0] < share {
            n += 1;
        }
        let ([z0, y0], [z1, y1]) = (at(n), at(n + 1));
        let part = ((share - z0) / (z1 - z0)).clamp(0.0, 1.0);
        let smooth = part * part * (3.0 - 2.0 * part);
        // Half straight, half smooth: no kinks that a rib could fall into.
        b * (y0 + (y1 - y0) * (0.5 * part + 0.5 * smooth))
    }

    /// Half-width and half-depth of the rib cage at a height.
    pub fn cage(&self, z: f64) -> [f64; 2] {
        let [wide, deep] = self.cage.at(z / self.t);
        [0.70 * self.w * wide, 0.86 * self.b * deep]
    }

    /// Half-width and half-depth of a vertebra's body at a height: the published column with its arches is round about as
    /// wide; the neck's are smaller.
    pub fn vertebra(&self, z: f64) -> [f64; 2] {
        let [a, b] = self.spine;
        let slender = 1.0 - 0.32 * ((z / self.t - 0.5) / 0.45).clamp(0.0, 1.0);
        [a * slender, 0.62 * b * slender]
    }

    /// Share of the rib cage's radius at a point: 1 on the ribs.
    pub fn in_cage(&self, p: [f64; 3]) -> f64 {
        let [a, b] = self.cage(p[2]);
        length(p[0] / a, (p[1] - self.cage_y(p[2])) / b)
    }

    /// Middle of the rib cage: the top of the cage leans back to where the spine is.
    pub fn cage_y(&self, z: f64) -> f64 {
        let share = ((z / self.t - 0.75) / 0.2).clamp(0.0, 1.0);
        0.18 * self.b * share
    }

    /// Height of the diaphragm: a dome on each side.
    pub fn diaphragm(&self, x: f64, y: f64) -> f64 {
        let [a, b] = self.cage(0.6 * self.t);
        let (dx, dy) = ((x.abs() - 0.42 * a) / a, (y + 0.1 * b) / b);
        let right = if x < 0.0 { 0.01 } else { 0.0 };
        self.t * (0.655 + right - 0.20 * (dx * dx * 1.3 + dy * dy)).max(0.40)
    }
}

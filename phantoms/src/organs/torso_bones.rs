//! Ribs, sternum, shoulder girdle, pelvis, and the cartilage of ribs and joints.

use super::Builder;
use super::limbs::hip;
use super::spine::DISCS;
use crate::field::{Field, length};
use crate::frame::Frame;
use crate::tissue::CARTILAGE;

/// Heights of the first and last rib at the spine, as shares of the trunk's.
const RIBS: [f64; 2] = [0.955, 0.545];
/// How much lower a rib ends in front, as a share of the trunk's height.
const SLANT: f64 = 0.14;
/// How far round to the front each rib's bone goes: 1 is the breast bone, -1 the spine.
const BONE_TO: [f64; 12] = [0.62, 0.66, 0.70, 0.70, 0.68, 0.64, 0.58, 0.45, 0.30, 0.15, -0.35, -0.60];
/// As far goes the cartilage.
const CARTILAGE_TO: [f64; 12] = [0.97, 0.97, 0.97, 0.97, 0.97, 0.97, 0.96, 0.80, 0.66, 0.45, -0.30, -0.55];

/// Where a point lies on the cage: how near to the middle of a rib, which one, and how far to the front.
fn on_rib(frame: &Frame, p: [f64; 3]) -> (f64, usize, f64) {
    let t = frame.t;
    let pitch = (RIBS[0] - RIBS[1]) * t / 11.0;
    // The way to the front is measured on the cage's middle, that it is the same function for all ribs.
    let ([a, b], back) = (frame.cage(p[2]), p[1] - frame.cage_y(p[2]));
    let forward = (-back / b).clamp(-1.0, 1.0);
    let at_spine = p[2] + SLANT * t * (forward + 1.0) / 2.0;
    let number = ((RIBS[0] * t - at_spine) / pitch).round().clamp(0.0, 11.0);
    let off = at_spine - (RIBS[0] * t - number * pitch);
    let out = (length(p[0] / a, back / b) - 1.0) * a.min(b);
    let near = length(out / (0.019 * frame.w), off / (0.27 * pitch));
    (near, number as usize, forward)
}

fn cage_bounds(frame: &Frame) -> [[f64; 2]; 3] {
    let [a, b] = [0.78 * frame.w, 0.98 * frame.b];
    [[-a, a], [-b, b + 0.2 * frame.b], [(RIBS[1] - SLANT - 0.05) * frame.t, 0.99 * frame.t]]
}

pub(super) fn add(builder: &mut Builder) {
    let frame = builder.frame;
    let (w, b, t) = (frame.w, frame.b, frame.t);
    builder.depth_cm = 0.2;
    let front = |z: f64| frame.cage_y(z) - frame.cage(z)[1];
    let sternum = Field::tube(
        &[
            [0.0, front(0.89 * t), 0.90 * t],
            [0.0, front(0.80 * t), 0.80 * t],
            [0.0, front(0.70 * t), 0.70 * t],
        ],
        &[0.042 * w, 0.036 * w, 0.026 * w],
    );
    let copy = frame.clone();
    let broad = Field::new(
        [[-0.2 * w, 0.2 * w], [front(0.70 * t) - 0.2 * b, front(0.9 * t) + 0.2 * b], [0.66 * t, 0.93 * t]],
        move |p| {
            let out = p[1] - (copy.cage_y(p[2]) - copy.cage(p[2])[1]);
            let wide = if p[2] > 0.86 * copy.t { 0.12 } else { 0.085 };
            let tall = ((p[2] - 0.80 * copy.t) / (0.105 * copy.t)).powi(4);
            ((p[0] / (wide * copy.w)).powi(4) + (out / (0.035 * copy.w)).powi(4) + tall).sqrt().sqrt()
        },
    );
    builder.nest(builder.bone("Sternum"), sternum.or(broad));
    let copy = frame.clone();
    builder.nest(
        builder.bone("Ribs"),
        Field::new(cage_bounds(frame), move |p| {
            let (near, number, forward) = on_rib(&copy, p);
            if forward < BONE_TO[number] { near } else { f64::INFINITY }
        }),
    );
    let shoulder = builder.outline.arm_joint(0);
    let acromion = [shoulder[0] - 0.02 * w, shoulder[1] + 0.06 * b, shoulder[2] + 0.11 * w];
    builder.nested_pair(&builder.bone("Clavicle"), || {
        let inner = [0.11 * w, front(0.90 * t) - 0.02 * b, 0.915 * t];
        let bend =
            [0.40 * w, 0.5 * (inner[1] + acromion[1]) - 0.10 * b, 0.5 * (inner[2] + acromion[2]) + 0.01 * t];
        Field::tube(&[inner, bend, acromion], &[0.042 * w, 0.032 * w, 0.034 * w])
    });
    builder.nested_pair(&builder.bone("Scapula"), || {
        let copy = frame.clone();
        let plate = Field::new([[0.1 * w, 0.95 * w], [0.1 * b, 1.3 * b], [0.66 * t, 0.92 * t]], move |p| {
            let around = (p[1] - copy.cage_y(p[2])).atan2(p[0] * copy.b / copy.w);
            // A triangle: it tapers downwards.
            let wide = (0.10 + 0.45 * ((p[2] / copy.t - 0.70) / 0.19)).clamp(0.05, 0.55);
            let out = (copy.in_cage(p) - 1.11) / 0.045;
            (out.powi(4)
                + ((around - 0.80) / wide).powi(4)
                + ((p[2] - 0.795 * copy.t) / (0.095 * copy.t)).powi(4))
            .sqrt()
            .sqrt()
        });
        // Both begin in the plate.
        let on_plate =
            |x: f64, y: f64, z: f64| [x * w, frame.cage_y(z * t) + y * frame.cage(z * t)[1], z * t];
        let spine = Field::tube(&[on_plate(0.40, 0.745, 0.865), acromion], &[0.04 * w, 0.055 * w]);
        let socket = [shoulder[0] - 0.17 * w, shoulder[1] + 0.04 * b, shoulder[2] - 0.02 * w];
        let neck = Field::tube(&[on_plate(0.43, 0.66, 0.85), socket], &[0.05 * w, 0.07 * w]);
        plate.or(spine).or(neck)
    });
    pelvis(builder);
}

/// Wings at the sides, a ring that closes in front below, and the sitting bones.
fn pelvis(builder: &mut Builder) {
    let frame = builder.frame;
    let (w, b, t) = (frame.w, frame.b, frame.t);
    let hip = hip(builder);
    let copy = frame.clone();
    let bowl = Field::new([[-0.85 * w, 0.85 * w], [-0.95 * b, 1.05 * b], [0.0, 0.315 * t]], move |p| {
        let up = (p[2] / (0.30 * copy.t)).clamp(0.0, 1.0);
        let open = up * up * (3.0 - 2.0 * up);
        let [a, deep] = [(0.42 + 0.24 * open) * copy.w, (0.58 + 0.12 * open) * copy.b];
        let y = 0.04 * copy.b;
        let radius = length(p[0] / a, (p[1] - y) / deep);
        let forward = (y - p[1]) / deep;
        let wing = p[2] > 0.10 * copy.t
            && p[0].abs() > 0.09 * copy.w
            && forward < 0.75 - 0.55 * (1.0 - up)
            // The crest is highest at the side.
            && p[2] < copy.t * (0.305 - 0.05 * forward.max(0.0) - 0.05 * (-forward - 0.3).max(0.0));
        let front = p[2] < 0.105 * copy.t && p[2] > 0.035 * copy.t && forward > 0.55;
        let side = p[2] <= 0.13 * copy.t && p[2] > 0.0 && (-0.35..0.75).contains(&forward);
        if wing || front || side { (radius - 1.0).abs() * a / (0.042 * copy.w) } else { f64::INFINITY }
    });
    let socket = |x: f64| {
        Field::ellipsoid(
            [x * (hip[0] - 0.03 * w), hip[1] + 0.02 * b, hip[2] + 0.01 * t],
            [0.155 * w, 0.165 * w, 0.17 * w],
        )
    };
    let seat = |x: f64| {
        Field::tube(
            &[
                [x * (hip[0] - 0.08 * w), hip[1] + 0.25 * b, hip[2] - 0.01 * t],
                [x * 0.27 * w, 0.26 * b, -0.022 * t],
                [x * 0.10 * w, -0.42 * b, 0.03 * t],
            ],
            &[0.075 * w, 0.07 * w, 0.045 * w],
        )
    };
    builder.nest(
        builder.bone("Bone_Pelvic"),
        bowl.or(socket(1.0)).or(socket(-1.0)).or(seat(1.0)).or(seat(-1.0)),
    );
}

/// Ends of the ribs, and round the ends of the long bones: the more, the younger.
pub(super) fn add_cartilage(builder: &mut Builder) {
    let frame = builder.frame;
    let w = frame.w;
    builder.depth_cm = 0.1;
    let copy = frame.clone();
    let mut field = Field::new(cage_bounds(frame), move |p| {
        let (near, number, forward) = on_rib(&copy, p);
        let end = (BONE_TO[number] - 0.02..CARTILAGE_TO[number]).contains(&forward);
        if end { 0.85 * near } else { f64::INFINITY }
    });
    let [shoulder, elbow, wrist] = [0, 1, 3].map(|n| builder.outline.arm_joint(n));
    let [knee, ankle] = [2, 4].map(|n| frame.thigh_and_shank.joints[n]);
    let joints = [
        ([shoulder[0] - 0.10 * w, shoulder[1], shoulder[2] - 0.02 * w], 0.16),
        (elbow, 0.105),
        (wrist, 0.075),
        (hip(builder), 0.165),
        ([knee[0], knee[1] - 0.02 * w, knee[2] - 0.04 * w], 0.165),
        ([ankle[0], ankle[1], ankle[2] - 0.06 * w], 0.115),
    ];
    for (centre, radius) in joints {
        for side in [-1.0, 1.0] {
            field = field.or(Field::ellipsoid([side * centre[0], centre[1], centre[2]], [radius * w; 3]));
        }
    }
    let [_, b] = frame.head;
    let nose = Field::ellipsoid(
        [0.0, -0.90 * b, frame.chin + 0.50 * frame.face],
        [0.08 * frame.head[0], 0.06 * b, 0.10 * frame.face],
    );
    builder.add(builder.of("Cartilage", CARTILAGE, "cartilage", 1.0 - DISCS), field.or(nose));
}

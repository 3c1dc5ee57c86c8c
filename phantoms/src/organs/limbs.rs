//! The bones of arms and legs.

use super::Builder;
use crate::field::Field;

/// A step of one limb along its own length.
fn between(from: [f64; 3], to: [f64; 3], share: f64) -> [f64; 3] {
    std::array::from_fn(|a| from[a] + share * (to[a] - from[a]))
}

pub(super) fn add(builder: &mut Builder) {
    builder.depth_cm = 0.2;
    arm(builder);
    leg(builder);
}

fn arm(builder: &mut Builder) {
    let frame = builder.frame;
    let w = frame.w;
    let joint = |n: usize| builder.outline.arm_joint(n);
    let [shoulder, elbow, wrist, knuckles, tips] = [0, 1, 3, 4, 5].map(joint);
    let ball = [shoulder[0] - 0.07 * w, shoulder[1], shoulder[2] - 0.02 * w];
    let half = between(shoulder, elbow, 0.5);
    let axis: [f64; 3] = std::array::from_fn(|a| elbow[a] - shoulder[a]);
    let upper = move |p: [f64; 3]| (0..3).map(|a| (p[a] - half[a]) * axis[a]).sum::<f64>() <= 0.0;
    let make = || {
        Field::tube(&[ball, ball], &[0.125 * w; 2]).or(Field::tube(
            &[between(shoulder, elbow, 0.04), half, elbow, between(elbow, shoulder, -0.01)],
            &[0.07, 0.062, 0.075, 0.09].map(|r| r * w),
        ))
    };
    builder.nested_pair(&builder.bone("Humerus_Prox"), || make().only(upper));
    builder.nested_pair(&builder.bone("Humerus_Dist"), || make().only(move |p| !upper(p)));
    let side = |p: [f64; 3], x: f64| [p[0] + x * w, p[1], p[2]];
    builder.nested_pair(&builder.bone("Forearm"), || {
        let bone = |x: f64, from: f64, to: f64| {
            Field::tube(
                &[side(between(elbow, wrist, 0.05), x), side(between(elbow, wrist, 0.97), x)],
                &[from * w, to * w],
            )
        };
        bone(-0.045, 0.050, 0.032).or(bone(0.045, 0.036, 0.048))
    });
    builder.nested_pair(&builder.bone("Hand"), || {
        let finger = |y: f64| {
            let beside = |p: [f64; 3], share: f64| [p[0], p[1] + y * share * w, p[2]];
            Field::tube(
                &[beside(wrist, 0.5), beside(knuckles, 1.0), beside(tips, 1.0)],
                &[0.032 * w, 0.026 * w, 0.014 * w],
            )
        };
        finger(-0.075).or(finger(-0.025)).or(finger(0.025)).or(finger(0.075))
    });
}

fn leg(builder: &mut Builder) {
    let frame = builder.frame;
    let (w, b, t) = (frame.w, frame.b, frame.t);
    let head = hip(builder);
    let [_, thigh, knee, _, ankle] = [0, 1, 2, 3, 4].map(|n| frame.thigh_and_shank.joints[n]);
    let trochanter = [0.60 * w, 0.08 * b, 0.02 * t];
    let shaft = [0.55 * w, 0.04 * b, -0.04 * t];
    let knee_top = [knee[0], knee[1], knee[2] + 0.04 * w];
    let middle_z = (head[2] + knee[2]) / 2.0;
    let make = || {
        Field::tube(&[head, head], &[0.125 * w; 2]).or(Field::tube(
            &[
                head,
                trochanter,
                shaft,
                [thigh[0], 0.3 * thigh[1], thigh[2]],
                between(thigh, knee_top, 0.8),
                knee_top,
            ],
            &[0.08, 0.10, 0.08, 0.072, 0.085, 0.13].map(|r| r * w),
        ))
    };
    builder.nested_pair(&builder.bone("Femur_Prox"), || make().only(move |p| p[2] >= middle_z));
    builder.nested_pair(&builder.bone("Femur_Dist"), || make().only(move |p| p[2] < middle_z));
    let plateau = [knee[0], knee[1] - 0.02 * b, knee[2] - 0.13 * w];
    builder.nested_pair(&builder.bone("Leg_Lower"), || {
        let shin = [0.40 * w, 0.02 * b, knee[2] + 0.5 * (ankle[2] - knee[2])];
        let tibia = Field::tube(
            &[plateau, between(plateau, shin, 0.3), shin, ankle],
            &[0.13, 0.08, 0.068, 0.078].map(|r| r * w),
        );
        let fibula = Field::tube(
            &[
                [plateau[0] + 0.10 * w, plateau[1] + 0.06 * w, plateau[2] - 0.06 * w],
                [ankle[0] + 0.09 * w, ankle[1] + 0.03 * w, ankle[2] - 0.03 * w],
            ],
            &[0.032 * w; 2],
        );
        let kneecap = Field::ellipsoid(
            [knee[0], knee[1] - 0.22 * w, knee[2] + 0.02 * w],
            [0.08 * w, 0.04 * w, 0.085 * w],
        );
        tibia.or(fibula).or(kneecap)
    });
    let [heel, ball, toes] = [0, 1, 2].map(|n| frame.foot.joints[n]);
    builder.nested_pair(&builder.bone("Foot"), || {
        let under = [ankle[0], ankle[1], ankle[2] - 0.15 * w];
        let back = Field::tube(&[[heel[0], heel[1], heel[2]], under], &[0.085 * w, 0.09 * w]);
        let ray = |x: f64| {
            Field::tube(
                &[under, [ball[0] + x * w, ball[1], ball[2]], [toes[0] + 1.1 * x * w, toes[1], toes[2]]],
                &[0.06 * w, 0.035 * w, 0.02 * w],
            )
        };
        back.or(ray(-0.07)).or(ray(0.0)).or(ray(0.07))
    });
}

/// Middle of the hip joint.
pub(super) fn hip(builder: &Builder) -> [f64; 3] {
    let frame = builder.frame;
    [0.44 * frame.w, 0.05 * frame.b, 0.055 * frame.t]
}

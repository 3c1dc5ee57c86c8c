//! The bones of arms and legs, along the limbs.

use super::exterior::Limbs;
use super::{Organ, Tissue};
use crate::stylised::{Dimensions, Solid};

pub(super) fn bones(d: &Dimensions) -> Vec<Organ> {
    let limbs = Limbs::new(d);
    let organ = |name, solid| Organ { name, tissue: Tissue::Bone, solid, depth_cm: 0.2 };
    let [upper_arm, forearm] = limbs.arm;
    let [thigh, shank] = limbs.leg;
    // Round bones with the published volume of the elliptic ones, shorter as the limb is.
    let [a, b, published_cm] = d.all("ArmBone", ["a", "b", "z2"]);
    let arm_cm = distance_cm(upper_arm.0, upper_arm.1) + distance_cm(forearm.0, forearm.1);
    let at_shoulder = (a * b * published_cm / arm_cm).sqrt();
    let at_elbow = at_shoulder * (1.0 - 0.5 * distance_cm(upper_arm.0, upper_arm.1) / arm_cm);
    // Published radii at hip and foot.
    let w = d.get("Trunk", "At");
    let [length, apex] = d.all("Legs", ["Cl", "Cpl"]);
    let [at_hip, at_foot] = [0.175 * w, w / 4.0 * (apex - length) / apex];
    let at_knee = (at_hip + at_foot) / 2.0;
    let head = [thigh.0[0], thigh.0[1], -0.02 * d.get("Trunk", "Ct")];
    let pair = |right, left, make: &dyn Fn() -> Solid| [organ(right, make().mirrored()), organ(left, make())];
    let mut bones = Vec::new();
    bones.extend(pair("Humerus_R", "Humerus_L", &|| {
        Solid::cone(upper_arm.0, upper_arm.1, [at_shoulder, at_elbow])
    }));
    bones.extend(pair("Forearm_R", "Forearm_L", &|| {
        Solid::cone(forearm.0, forearm.1, [at_elbow, at_shoulder / 2.0])
    }));
    bones.extend(pair("Femur_R", "Femur_L", &|| Solid::cone(head, thigh.1, [at_hip, at_knee])));
    bones.extend(pair("Shank_R", "Shank_L", &|| Solid::cone(shank.0, shank.1, [at_knee, at_foot])));
    let (heel, toes, _) = limbs.foot;
    bones.extend(pair("Foot_R", "Foot_L", &|| Solid::cone(heel, toes, [0.8 * at_foot, 0.4 * at_foot])));
    bones
}

fn distance_cm(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|n| (a[n] - b[n]).powi(2)).sum::<f64>().sqrt()
}

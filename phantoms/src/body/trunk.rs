//! What is in the trunk.

use super::exterior::Exterior;
use super::head::moved;
use super::{Organ, Sex, Tissue};
use crate::stylised::{Dimensions, Solid, bowel, organs as published, skeleton};

pub(super) fn organs(d: &Dimensions, exterior: &Exterior, sex: Sex) -> Vec<Organ> {
    let bend = Bend::new(d);
    let organ = |name, tissue, solid| Organ { name, tissue, solid, depth_cm: 0.15 };
    let [lung_r, lung_l] = published::lungs(d);
    let [kidney_r, kidney_l] = published::kidneys(d);
    let [adrenal_r, adrenal_l] = published::adrenals(d);
    let mut organs = vec![
        organ("SpinalCord", Tissue::Brain, spinal_cord(d, bend)),
        organ("Spine", Tissue::Bone, bend.of(skeleton::spine(d))),
        organ("Esophagus", Tissue::Brain, bend.of(published::oesophagus(d))),
        organ("Heart", Tissue::Bloody, published::heart(d)),
        organ("Glnd_Thymus", Tissue::Gland, published::thymus(d)),
        organ("Lung_R", Tissue::Lung, lung_r),
        organ("Lung_L", Tissue::Lung, lung_l),
        organ("Gallbladder", Tissue::Gland, published::gallbladder(d)),
        organ("Glnd_Adrenal_R", Tissue::Gland, adrenal_r),
        organ("Glnd_Adrenal_L", Tissue::Gland, adrenal_l),
        organ("Kidney_R", Tissue::Muscle, kidney_r),
        organ("Kidney_L", Tissue::Muscle, kidney_l),
        organ("Liver", Tissue::Bloody, published::liver(d)),
        organ("Stomach", Tissue::Brain, published::stomach(d)),
        organ("Spleen", Tissue::Bloody, published::spleen(d)),
        organ("Pancreas", Tissue::Gland, published::pancreas(d)),
        organ("Bladder", Tissue::Gland, published::bladder(d)),
        organ("Pelvis", Tissue::Bone, skeleton::pelvis(d)),
        organ("Colon_Ascending", Tissue::Brain, bowel::ascending_colon(d)),
        organ("Colon_Transverse", Tissue::Brain, bowel::transverse_colon(d)),
        organ("Colon_Descending", Tissue::Brain, bowel::descending_colon(d)),
        organ("Colon_Sigmoid", Tissue::Brain, bowel::sigmoid_colon(d)),
    ];
    organs.extend(gonads(d, sex));
    organs.push(organ("Bowel_Small", Tissue::Brain, bowel::small_intestine(d)));
    organs.push(organ("Ribs", Tissue::Bone, tapered(skeleton::ribs(d), d)));
    let [scapula_r, scapula_l] = skeleton::scapulae(d).map(|scapula| tapered(scapula, d));
    let [clavicle_r, clavicle_l] = clavicles(d);
    organs.extend([
        organ("Scapula_R", Tissue::Bone, scapula_r),
        organ("Scapula_L", Tissue::Bone, scapula_l),
        organ("Clavicle_R", Tissue::Bone, clavicle_r),
        organ("Clavicle_L", Tissue::Bone, clavicle_l),
    ]);
    let [breast_r, breast_l] = breasts(d, exterior);
    organs.extend([
        Organ { depth_cm: 0.0, ..organ("Breast_R", Tissue::Gland, breast_r) },
        Organ { depth_cm: 0.0, ..organ("Breast_L", Tissue::Gland, breast_l) },
    ]);
    organs
}

fn gonads(d: &Dimensions, sex: Sex) -> Vec<Organ> {
    let organ = |name, solid| Organ { name, tissue: Tissue::Gland, solid, depth_cm: 0.05 };
    match sex {
        Sex::Female => {
            let [right, left] = published::ovaries(d);
            vec![organ("Uterus", published::uterus(d)), organ("Ovary_R", right), organ("Ovary_L", left)]
        }
        Sex::Male => {
            let [right, left] = published::testes(d);
            vec![organ("Testis_R", right), organ("Testis_L", left)]
        }
    }
}

/// How the column of the neck lies further to the front than that of the chest.
#[derive(Clone, Copy)]
struct Bend {
    from_cm: f64,
    to_cm: f64,
    forward_cm: f64,
}

impl Bend {
    fn new(d: &Dimensions) -> Self {
        let [t, y0] = [d.get("Trunk", "Ct"), d.get("Spine", "y0")];
        Self { from_cm: 0.84 * t, to_cm: t, forward_cm: 0.58 * y0 }
    }

    fn at(self, z_cm: f64) -> f64 {
        let share = ((z_cm - self.from_cm) / (self.to_cm - self.from_cm)).clamp(0.0, 1.0);
        self.forward_cm * share * share * (3.0 - 2.0 * share)
    }

    fn of(self, solid: Solid) -> Solid {
        let [x, y, z] = solid.bounds_cm;
        Solid::new([x, [y[0] - self.forward_cm, y[1]], z], move |p| {
            solid.contains([p[0], p[1] + self.at(p[2]), p[2]])
        })
    }
}

/// A thread in the back half of the column, from the loins to the brain; its size is a guess (unverified).
fn spinal_cord(d: &Dimensions, bend: Bend) -> Solid {
    let [a, b, y0, high] = d.all("Spine", ["a", "b", "y0", "z4"]);
    let low = 0.5 * d.get("Trunk", "Ct");
    let [cord_a, cord_b, cord_y] = [0.34 * a, 0.19 * b, y0 + 0.35 * b];
    bend.of(Solid::new(
        [[-cord_a, cord_a], [cord_y - cord_b, cord_y + cord_b], [low, high + 0.5]],
        move |p| (p[0] / cord_a).powi(2) + ((p[1] - cord_y) / cord_b).powi(2) <= 1.0,
    ))
}

/// A published bone of the chest, drawn in as the shoulders slope.
fn tapered(solid: Solid, d: &Dimensions) -> Solid {
    let exterior = Exterior::new(d, Sex::Female);
    Solid::new(solid.bounds_cm, move |p| {
        let [across, deep] = exterior.shoulder_taper(p[2]);
        solid.contains([p[0] / across, p[1] / deep, p[2]])
    })
}

/// Straight bones from the top of the breast bone to the shoulders, as thick as published.
fn clavicles(d: &Dimensions) -> [Solid; 2] {
    let [w, depth, t] = d.all("Trunk", ["At", "Bt", "Ct"]);
    let radius = d.get("Clavicles", "r");
    let make = |side: f64| {
        Solid::cone(
            [0.13 * side * w, -0.70 * depth, 0.925 * t],
            [0.80 * side * w, 0.0, 0.925 * t],
            [radius; 2],
        )
    };
    [make(-1.0), make(1.0)]
}

/// Published ellipsoids, half in the chest wall: the outline does not bulge over them.
fn breasts(d: &Dimensions, exterior: &Exterior) -> [Solid; 2] {
    let [a, b, c, x0, z0] = d.all("Breasts", ["a", "b", "c", "x0", "z0"]);
    let y = exterior.front_y_cm(x0, z0);
    let make = |x: f64| moved(Solid::ellipsoid([x, 0.0, z0], [a, b, c]), [0.0, y + 0.6 * b, 0.0]);
    [make(-x0), make(x0)]
}

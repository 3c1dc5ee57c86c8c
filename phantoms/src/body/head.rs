//! What is in head and neck.

use super::exterior::Exterior;
use super::{Organ, Tissue};
use crate::stylised::head::{brain, brain_centre_cm, skull};
use crate::stylised::{Dimensions, Solid, organs};

/// Radius of an eyeball as a share of the head's half-width: 22 mm across at five years (unverified).
const EYE: f64 = 0.155;

pub(super) fn organs(d: &Dimensions, exterior: &Exterior) -> Vec<Organ> {
    let [ah, bh, neck] = d.all("Head", ["Ah", "Bh", "Ch0"]);
    let t = d.get("Trunk", "Ct");
    let centre = brain_centre_cm(d);
    let chin = t + neck;
    let below = centre - chin;
    let organ = |name, tissue, depth_cm, solid| Organ { name, tissue, solid, depth_cm };

    let radius = EYE * ah;
    let [eye_x, eye_z] = [0.42 * ah, chin + 0.62 * below];
    let eye_y = exterior.front_y_cm(eye_x, eye_z) + 0.95 * radius;
    let eye = |x| Solid::ellipsoid([x, eye_y, eye_z], [radius; 3]);
    let lens =
        |x| Solid::ellipsoid([x, eye_y - 0.62 * radius, eye_z], [0.38 * radius, 0.2 * radius, 0.38 * radius]);

    let [outer, inner, thyroid_y] = d.all("Thyroid", ["R", "r", "y0"]);
    let [neck_y, _, neck_depth] = exterior.neck_cm();
    let back = (neck_y - neck_depth + outer + 0.15 * neck_depth - thyroid_y).max(0.0);
    let thyroid = moved(organs::thyroid(d), [0.0, back, 0.0]);
    let windpipe = [0.0, thyroid_y + back, t + 0.7 * neck];
    let trachea = Solid::cone([0.0, 0.06 * d.get("Trunk", "Bt"), 0.87 * t], windpipe, [0.85 * inner; 2]);
    let mouth =
        Solid::ellipsoid([0.0, -0.42 * bh, chin + 0.42 * below], [0.10 * ah, 0.16 * bh, 0.16 * below]);

    let parotid = |x: f64| {
        let solid =
            Solid::ellipsoid([x, -0.02 * bh, chin + 0.42 * below], [0.10 * ah, 0.20 * bh, 0.26 * below]);
        organ(if x > 0.0 { "Parotid_L" } else { "Parotid_R" }, Tissue::Gland, 0.25, solid)
    };
    let thickness = d.get("Facial", "d");
    let base = centre - d.get("Brain", "c");
    let face_box = |low: f64, high: f64| [[-ah, ah], [-1.2 * bh, -0.12 * bh], [low, high]];
    // Bone of the face: a shell below the skin, whose depth the label test knows; its inner side is cut here.
    let shell = |low: f64, high: f64| {
        let inner = Solid::ellipsoid(
            [0.0, -0.30 * bh, chin + 0.50 * below],
            [0.74 * ah - 0.35 - thickness, 0.62 * bh - 0.35 - thickness, 0.52 * below - 0.35 - thickness]
                .map(|r| r.max(0.1)),
        );
        Solid::new(face_box(low, high), move |p| !inner.contains(p))
    };
    let pituitary = Solid::ellipsoid([0.0, -0.05 * bh, base + 0.3], [0.35, 0.25, 0.25]);
    vec![
        organ("Lens_R", Tissue::Gland, 0.0, lens(-eye_x)),
        organ("Lens_L", Tissue::Gland, 0.0, lens(eye_x)),
        organ("Eye_R", Tissue::Gland, 0.0, eye(-eye_x)),
        organ("Eye_L", Tissue::Gland, 0.0, eye(eye_x)),
        organ("Pituitary", Tissue::Gland, 0.3, pituitary),
        organ("Brain", Tissue::Brain, 0.0, brain(d)),
        organ("Skull", Tissue::Bone, 0.0, skull(d)),
        organ("Trachea", Tissue::Air, 0.3, trachea),
        organ("Glnd_Thyroid", Tissue::Gland, 0.2, thyroid),
        organ("Cavity_Oral", Tissue::Air, 0.6, mouth),
        organ("Bone_Mandible", Tissue::Bone, 0.35, shell(chin - 0.02 * below, chin + 0.28 * below)),
        organ("Bone_Facial", Tissue::Bone, 0.35, shell(chin + 0.38 * below, chin + 0.85 * below)),
        parotid(-0.72 * ah),
        parotid(0.72 * ah),
    ]
}

/// The same solid elsewhere (cm).
pub(super) fn moved(solid: Solid, by_cm: [f64; 3]) -> Solid {
    let bounds_cm = std::array::from_fn(|a| solid.bounds_cm[a].map(|x| x + by_cm[a]));
    Solid::new(bounds_cm, move |p| solid.contains(std::array::from_fn(|a| p[a] - by_cm[a])))
}

//! Brain, skull and facial skeleton.

use super::{Dimensions, Solid};

/// Height of the brain's centre (cm).
pub(crate) fn brain_centre_cm(d: &Dimensions) -> f64 {
    d.get("Trunk", "Ct") + d.get("Head", "Ch0") + d.get("Head", "Ch1")
}

/// An ellipsoid.
pub(crate) fn brain(d: &Dimensions) -> Solid {
    Solid::ellipsoid([0.0, 0.0, brain_centre_cm(d)], d.all("Brain", ["a", "b", "c"]))
}

/// A shell around the brain.
pub(crate) fn skull(d: &Dimensions) -> Solid {
    let thickness = d.get("Skull", "d");
    let radii = d.all("Brain", ["a", "b", "c"]).map(|radius| radius + thickness);
    Solid::ellipsoid([0.0, 0.0, brain_centre_cm(d)], radii).without(brain(d))
}

/// The front half of an elliptic shell; brain and skull overlap it above.
pub(crate) fn facial_skeleton(d: &Dimensions) -> Solid {
    let [a, b, thickness, low, high] = d.all("Facial", ["a1", "b1", "d", "z1", "z5"]);
    let neck_top = d.get("Trunk", "Ct") + d.get("Head", "Ch0");
    let [inner_a, inner_b] = [a - thickness, b - thickness];
    Solid::new([[-a, a], [-b, 0.0], [neck_top + low, neck_top + high]], move |[x, y, _]| {
        (x / a).powi(2) + (y / b).powi(2) <= 1.0 && (x / inner_a).powi(2) + (y / inner_b).powi(2) >= 1.0
    })
}

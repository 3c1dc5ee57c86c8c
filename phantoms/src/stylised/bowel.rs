//! Small and large bowel, walls and contents together.

use super::{Dimensions, Solid};

/// A straight elliptic tube.
pub(crate) fn ascending_colon(d: &Dimensions) -> Solid {
    let [a, b, x0, y0, low, high] = d.all("UpperLargeIntestine", ["a", "b", "x0", "y0", "z1", "z2"]);
    Solid::new([[x0 - a, x0 + a], [y0 - b, y0 + b], [low, high]], move |[x, y, _]| {
        ((x - x0) / a).powi(2) + ((y - y0) / b).powi(2) <= 1.0
    })
}

/// An elliptic tube from side to side.
pub(crate) fn transverse_colon(d: &Dimensions) -> Solid {
    let [b, c, y0, z0, x1] = d.all("TransverseColon", ["b", "c", "y0", "z0", "x1"]);
    Solid::new([[-x1, x1], [y0 - b, y0 + b], [z0 - c, z0 + c]], move |[_, y, z]| {
        ((y - y0) / b).powi(2) + ((z - z0) / c).powi(2) <= 1.0
    })
}

/// An oblique elliptic tube.
pub(crate) fn descending_colon(d: &Dimensions) -> Solid {
    let [a, b, x1, mx, my] = d.all("LowerLargeIntestine", ["a", "b", "x1", "mx", "my"]);
    let [low, high] = d.all("LowerLargeIntestine", ["z1", "z2"]);
    let bounds_cm = [[x1 - mx - a, x1 + a], [-my - b, b], [low, high]];
    Solid::new(bounds_cm, move |[x, y, z]| {
        let x0 = x1 + mx * (z - high) / (high - low);
        let y0 = my * (low - z) / (high - low);
        ((x - x0) / a).powi(2) + ((y - y0) / b).powi(2) <= 1.0
    })
}

/// Two quarter rings, one after the other.
pub(crate) fn sigmoid_colon(d: &Dimensions) -> Solid {
    let [a, b, x0, z0, r1, r2] = d.all("SigmoidColon", ["a", "b", "x0", "z0", "R1", "R2"]);
    let ring = move |centre: [f64; 2], radius: f64, p: [f64; 3]| {
        let off = (p[0] - centre[0]).hypot(p[2] - centre[1]) - radius;
        (off / a).powi(2) + (p[1] / b).powi(2) <= 1.0
    };
    let bounds_cm = [[x0 - r2 - a, x0 + r1 + a], [-b, b], [0.0, z0]];
    Solid::new(bounds_cm, move |p| {
        let outer = p[0] >= x0 && p[2] <= z0 && ring([x0, z0], r1, p);
        let inner = p[0] <= x0 && p[2] >= 0.0 && ring([x0, 0.0], r2, p);
        outer || inner
    })
}

/// What fills the middle of the belly; the colon inside it has to be taken out.
pub(crate) fn small_intestine(d: &Dimensions) -> Solid {
    let [a, b, y0, y1, y2] = d.all("SmallIntestine", ["a", "b", "y0", "y1", "y2"]);
    let [low, high] = d.all("SmallIntestine", ["z1", "z2"]);
    Solid::new([[-a, a], [y1, y2], [low, high]], move |[x, y, _]| {
        (x / a).powi(2) + ((y - y0) / b).powi(2) <= 1.0
    })
}

//! The skeleton of the trunk and the arm bones.

use super::{Dimensions, Solid};

/// The right one and its mirror image.
fn pair(make: impl Fn() -> Solid) -> [Solid; 2] {
    [make().mirrored(), make()]
}

/// Elliptic column.
pub(crate) fn spine(d: &Dimensions) -> Solid {
    let [a, b, y0, low, high] = d.all("Spine", ["a", "b", "y0", "z1", "z4"]);
    Solid::new([[-a, a], [y0 - b, y0 + b], [low, high]], move |[x, y, _]| {
        (x / a).powi(2) + ((y - y0) / b).powi(2) <= 1.0
    })
}

/// Twelve bands of an elliptic shell.
pub(crate) fn ribs(d: &Dimensions) -> Solid {
    let [a, b, thickness, low, high, band] = d.all("RibCage", ["a", "b", "d", "z1", "z2", "c"]);
    let [inner_a, inner_b] = [a - thickness, b - thickness];
    Solid::new([[-a, a], [-b, b], [low, high]], move |[x, y, z]| {
        (x / a).powi(2) + (y / b).powi(2) <= 1.0
            && (x / inner_a).powi(2) + (y / inner_b).powi(2) >= 1.0
            && ((z - low) / band).floor() % 2.0 == 0.0
    })
}

/// Pieces of the space between two ellipses, behind the ribs.
pub(crate) fn scapulae(d: &Dimensions) -> [Solid; 2] {
    let [a1, a2, b, low, high, m1, m2] = d.all("Scapula", ["a1", "a2", "b", "z1", "z2", "m1", "m2"]);
    pair(move || {
        Solid::new([[0.0, a2], [0.0, b], [low, high]], move |[x, y, _]| {
            (x / a2).powi(2) + (y / b).powi(2) <= 1.0
                && (x / a1).powi(2) + (y / b).powi(2) > 1.0
                && y > m1 * x
                && y <= m2 * x
        })
    })
}

/// Arcs of a torus.
pub(crate) fn clavicles(d: &Dimensions) -> [Solid; 2] {
    let [y0, z1, circle, tube, cot1, cot2] = d.all("Clavicles", ["y0", "z1", "R", "r", "cotan1", "cotan2"]);
    let reach = circle + tube;
    pair(move || {
        Solid::new([[0.0, reach], [y0 - reach, y0], [z1 - tube, z1 + tube]], move |[x, y, z]| {
            let forward = y0 - y;
            let off_circle = circle - x.hypot(forward);
            (z - z1).powi(2) + off_circle.powi(2) <= tube * tube && forward <= cot1 * x && forward >= cot2 * x
        })
    })
}

/// Between two elliptic cylinders that open to the front.
pub(crate) fn pelvis(d: &Dimensions) -> Solid {
    let [a1, b1, a2, b2, y01, y02] = d.all("Pelvis", ["a1", "b1", "a2", "b2", "y01", "y02"]);
    let [y1, z1, z2] = d.all("Pelvis", ["y1", "z1", "z2"]);
    Solid::new([[-a2, a2], [y02, y02 + b2], [0.0, z2]], move |[x, y, z]| {
        (x / a2).powi(2) + ((y - y02) / b2).powi(2) <= 1.0
            && (x / a1).powi(2) + ((y - y01) / b1).powi(2) >= 1.0
            && (y <= y1 || z > z1)
    })
}

/// Elliptic cones that end at half their size.
pub(crate) fn arm_bones(d: &Dimensions) -> [Solid; 2] {
    let [a, b, x0, z2] = d.all("ArmBone", ["a", "b", "x0", "z2"]);
    pair(move || {
        Solid::new([[x0 - a, x0 + 2.0 * a], [-b, b], [0.0, z2]], move |[x, y, z]| {
            let size = (z2 + z) / (2.0 * z2);
            ((a * (z - z2) / (2.0 * z2) + (x - x0)) / a).powi(2) + (y / b).powi(2) <= size * size
        })
    })
}

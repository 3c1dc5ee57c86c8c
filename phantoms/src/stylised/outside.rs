//! Trunk and legs as published: cylinders and cones.

use super::{Dimensions, Solid};

/// Elliptic cylinder that holds trunk and arms.
pub(crate) fn trunk(d: &Dimensions) -> Solid {
    let [a, b, c] = d.all("Trunk", ["At", "Bt", "Ct"]);
    Solid::new([[-a, a], [-b, b], [0.0, c]], move |[x, y, _]| (x / a).powi(2) + (y / b).powi(2) <= 1.0)
}

/// Two circular cones that touch in the middle.
pub(crate) fn legs(d: &Dimensions) -> Solid {
    let a = d.get("Trunk", "At");
    let [length, apex] = d.all("Legs", ["Cl", "Cpl"]);
    Solid::new([[-a, a], [-a / 2.0, a / 2.0], [-length, 0.0]], move |[x, y, z]| {
        x * x + y * y <= x.abs() * a * (1.0 + z / apex)
    })
}

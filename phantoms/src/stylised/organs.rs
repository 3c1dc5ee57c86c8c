//! The soft organs of neck and trunk.

use super::{Dimensions, Solid};

/// Right and left: a solid at the positive side, mirrored.
fn pair(make: impl Fn() -> Solid) -> [Solid; 2] {
    [make().mirrored(), make()]
}

/// Two quarter rings, notched above.
pub(crate) fn thyroid(d: &Dimensions) -> Solid {
    let [outer, inner, c, y0] = d.all("Thyroid", ["R", "r", "c", "y0"]);
    let low = d.get("Trunk", "Ct");
    let root2 = 2f64.sqrt();
    Solid::new([[-outer, outer], [y0 - outer, y0], [low, low + c]], move |[x, y, z]| {
        let up = z - low;
        let tau = if up <= c / 4.0 {
            1.0 + (root2 - 2.0) / 2.0 * up / (c / 4.0)
        } else {
            (2.0 * root2 - 1.0) / 3.0 + (2.0 - root2) / 2.0 * up / (0.75 * c)
        };
        let square = x * x + (y - y0).powi(2);
        square <= outer * outer
            && square >= inner * inner
            && ((y - y0) - x.abs()).powi(2) >= 2.0 * square * tau * tau
    })
}

/// Upper halves of turned ellipsoids.
pub(crate) fn adrenals(d: &Dimensions) -> [Solid; 2] {
    let [a, b, c, x0, y0, z0, turn_deg] = d.all("Adrenals", ["a", "b", "c", "x0", "y0", "z0", "theta"]);
    let (sin, cos) = turn_deg.to_radians().sin_cos();
    let reach = a.max(b);
    pair(move || {
        Solid::new([[x0 - reach, x0 + reach], [y0 - reach, y0 + reach], [z0, z0 + c]], move |[x, y, z]| {
            let [dx, dy] = [x - x0, y - y0];
            let [along, across] = [cos * dx + sin * dy, -sin * dx + cos * dy];
            (along / a).powi(2) + (across / b).powi(2) + ((z - z0) / c).powi(2) <= 1.0
        })
    })
}

/// Ellipsoids on the trunk's surface, without what lies in the trunk.
pub(crate) fn breasts(d: &Dimensions) -> [Solid; 2] {
    let [a, b, c, x0, z0] = d.all("Breasts", ["a", "b", "c", "x0", "z0"]);
    let [trunk_a, trunk_b] = d.all("Trunk", ["At", "Bt"]);
    let y0 = -trunk_b * (1.0 - (x0 / trunk_a).powi(2)).sqrt();
    pair(|| Solid::ellipsoid([x0, y0, z0], [a, b, c]).without(super::outside::trunk(d)))
}

/// Ellipsoids cut flat on the inner side.
pub(crate) fn kidneys(d: &Dimensions) -> [Solid; 2] {
    let [a, b, c, x0, y0, z0, x1] = d.all("Kidneys", ["a", "b", "c", "x0", "y0", "z0", "x1"]);
    pair(|| {
        let whole = Solid::ellipsoid([x0, y0, z0], [a, b, c]);
        Solid::new(whole.bounds_cm, move |p| p[0] >= x1 && whole.contains(p))
    })
}

/// Upper half-ellipsoids with room for the heart.
pub(crate) fn lungs(d: &Dimensions) -> [Solid; 2] {
    let [a, b, c, x0, z0] = d.all("Lungs", ["a", "b", "c", "x0", "z0"]);
    let [x1r, y1r, z1r, z2r] = d.all("Lungs", ["x1r", "y1r", "z1r", "z2r"]);
    let [x1l, y1l, z2l] = d.all("Lungs", ["x1l", "y1l", "z2l"]);
    let half = move |x0: f64| {
        let whole = Solid::ellipsoid([x0, 0.0, z0], [a, b, c]);
        let [x, y, z] = whole.bounds_cm;
        Solid::new([x, y, [z0, z[1]]], move |p| whole.contains(p))
    };
    let [right, left] = [half(-x0), half(x0)];
    [
        Solid::new(right.bounds_cm, move |p| {
            right.contains(p) && !((z1r..=z2r).contains(&p[2]) && p[0] > x1r && p[1] < y1r)
        }),
        Solid::new(left.bounds_cm, move |p| left.contains(p) && !(p[2] <= z2l && p[0] < x1l && p[1] < y1l)),
    ]
}

/// Ellipsoids.
pub(crate) fn ovaries(d: &Dimensions) -> [Solid; 2] {
    let [x0, z0] = d.all("Ovaries", ["x0", "z0"]);
    pair(|| Solid::ellipsoid([x0, 0.0, z0], d.all("Ovaries", ["a", "b", "c"])))
}

/// Ellipsoids side by side below the trunk.
pub(crate) fn testes(d: &Dimensions) -> [Solid; 2] {
    let [a, b, c, y0] = d.all("Testes", ["a", "b", "c", "y0"]);
    pair(|| Solid::ellipsoid([a, y0, -c], [a, b, c]))
}

/// An ellipsoid cut flat in front.
pub(crate) fn uterus(d: &Dimensions) -> Solid {
    let [y0, z0, y1] = d.all("Uterus", ["y0", "z0", "y1"]);
    let whole = Solid::ellipsoid([0.0, y0, z0], d.all("Uterus", ["a", "b", "c"]));
    Solid::new(whole.bounds_cm, move |p| p[1] >= y1 && whole.contains(p))
}

/// An ellipsoid, urine included.
pub(crate) fn bladder(d: &Dimensions) -> Solid {
    let [y0, z0] = d.all("UrinaryBladder", ["y0", "z0"]);
    Solid::ellipsoid([0.0, y0, z0], d.all("UrinaryBladder", ["a", "b", "c"]))
}

/// An ellipsoid.
pub(crate) fn spleen(d: &Dimensions) -> Solid {
    Solid::ellipsoid(d.all("Spleen", ["x0", "y0", "z0"]), d.all("Spleen", ["a", "b", "c"]))
}

/// An ellipsoid, contents included.
pub(crate) fn stomach(d: &Dimensions) -> Solid {
    Solid::ellipsoid(d.all("Stomach", ["x0", "y0", "z0"]), d.all("Stomach", ["a", "b", "c"]))
}

/// Half an ellipsoid, its tail cut off below.
pub(crate) fn pancreas(d: &Dimensions) -> Solid {
    let [x0, z0, x1] = d.all("Pancreas", ["x0", "z0", "x1"]);
    let whole = Solid::ellipsoid([x0, 0.0, z0], d.all("Pancreas", ["a", "b", "c"]));
    Solid::new(whole.bounds_cm, move |p| p[0] >= x0 && !(p[0] > x1 && p[2] < z0) && whole.contains(p))
}

/// An ellipsoid.
pub(crate) fn thymus(d: &Dimensions) -> Solid {
    let [y0, z0] = d.all("Thymus", ["y0", "z0"]);
    Solid::ellipsoid([0.0, y0, z0], d.all("Thymus", ["a", "b", "c"]))
}

/// An elliptic cylinder under a plane that falls to the left.
pub(crate) fn liver(d: &Dimensions) -> Solid {
    let [a, b, xm, ym, zm] = d.all("Liver", ["a", "b", "xm", "ym", "zm"]);
    let [low, high] = d.all("Liver", ["z1", "z2"]);
    Solid::new([[-a, a], [-b, b], [low, high]], move |[x, y, z]| {
        (x / a).powi(2) + (y / b).powi(2) <= 1.0 && x / xm + y / ym - z / zm <= -1.0
    })
}

/// Quarter ellipsoids: left and right ventricle and atrium, blood included.
pub(crate) fn heart(d: &Dimensions) -> Solid {
    let rotation = rotation(d, "Heart");
    let centre = d.all("Heart", ["x0", "y0", "z0"]);
    let [ventricle, y, left_z, right_z, atrium] = d.all("Heart", ["vx", "avy", "lavz", "ravz", "ax"]);
    let reach = ventricle.max(right_z);
    let bounds_cm = centre.map(|c| [c - reach, c + reach]);
    Solid::new(bounds_cm, move |p| {
        let [x1, y1, z1] = turned(&rotation, p, centre);
        let length = if x1 >= 0.0 { ventricle } else { atrium };
        let depth = if z1 >= 0.0 { left_z } else { right_z };
        (x1 / length).powi(2) + (y1 / y).powi(2) + (z1 / depth).powi(2) <= 1.0
    })
}

/// A half-ball with a blunt cone on it, wall included.
pub(crate) fn gallbladder(d: &Dimensions) -> Solid {
    let rotation = rotation(d, "GallBladder");
    let centre = d.all("GallBladder", ["x0", "y0", "z0"]);
    let [radius, slope, height] = d.all("GallBladder", ["r2", "s", "h"]);
    let reach = radius + height;
    let bounds_cm = centre.map(|c| [c - reach, c + reach]);
    Solid::new(bounds_cm, move |p| {
        let [x1, y1, z1] = turned(&rotation, p, centre);
        let square = x1 * x1 + y1 * y1;
        if z1 < 0.0 {
            square + z1 * z1 <= radius * radius
        } else {
            z1 <= height && square <= (radius - slope * z1).powi(2)
        }
    })
}

fn rotation(d: &Dimensions, organ: &str) -> [[f64; 3]; 3] {
    [
        d.all(organ, ["alpha1", "beta1", "gamma1"]),
        d.all(organ, ["alpha2", "beta2", "gamma2"]),
        d.all(organ, ["alpha3", "beta3", "gamma3"]),
    ]
}

fn turned(rotation: &[[f64; 3]; 3], p: [f64; 3], centre: [f64; 3]) -> [f64; 3] {
    rotation.map(|row| (0..3).map(|a| row[a] * (p[a] - centre[a])).sum())
}

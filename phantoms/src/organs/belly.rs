//! The organs below the diaphragm that are no bowel: published forms and places, drawn in as the trunk is.

use super::Builder;
use crate::field::{Field, ellipsoidal};
use crate::frame::SQUEEZE;
use crate::tissue::{BLOOD, GLAND, MUSCLE, SOFT};

/// Part of the small intestine that is the duodenum (unverified).
pub(super) const DUODENUM: f64 = 0.06;

pub(super) fn add(builder: &mut Builder) {
    builder.depth_cm = 0.35;
    gallbladder(builder);
    behind(builder);
    let frame = builder.frame;
    let d = &frame.d;
    let below = |field: Field| {
        let copy = frame.clone();
        field.only(move |p| {
            p[2] < copy.diaphragm(p[0], p[1]) - 0.1 && (p[2] < 0.5 * copy.t || copy.in_cage(p) < 0.97)
        })
    };
    let [a, b, c, x, y, z] = d.all("Stomach", ["a", "b", "c", "x0", "y0", "z0"]);
    builder.nest(
        vec![
            builder.of("Stomach_Content", GLAND, "stomach content", 1.0),
            builder.of("Stomach", SOFT, "stomach wall", 1.0),
        ],
        below(Field::ellipsoid([x, y, z - 0.1 * c], [a, b, c]).stretched(SQUEEZE)),
    );
    let [a, b, c, x, y, z] = d.all("Spleen", ["a", "b", "c", "x0", "y0", "z0"]);
    builder.add(
        builder.of("Spleen", BLOOD, "spleen", 1.0),
        below(Field::ellipsoid([0.97 * x, 1.1 * y, z], [a, b, c]).stretched(SQUEEZE)),
    );
    duodenum(builder);
    let [a, b, c, x0, z0, x1] = d.all("Pancreas", ["a", "b", "c", "x0", "z0", "x1"]);
    let pancreas =
        Field::ellipsoid([x0, 0.0, z0], [a, b, c]).only(move |p| p[0] >= x0 && !(p[0] > x1 && p[2] < z0));
    builder.add(builder.of("Pancreas", MUSCLE, "pancreas", 1.0), pancreas.stretched(SQUEEZE));
    liver(builder);
}

fn gallbladder(builder: &mut Builder) {
    let d = &builder.frame.d;
    let start = d.all("GallBladder", ["x0", "y0", "z0"]);
    let axis = d.all("GallBladder", ["alpha3", "beta3", "gamma3"]);
    let [radius, slope, length] = d.all("GallBladder", ["r2", "s", "h"]);
    let end: [f64; 3] = std::array::from_fn(|a| start[a] + 0.8 * length * axis[a]);
    let narrow = (radius - 0.8 * slope * length).max(0.4 * radius);
    builder.nest(
        vec![
            builder.of("Gallbladder_Content", GLAND, "gallbladder content", 1.0),
            builder.of("Gallbladder", SOFT, "gallbladder wall", 1.0),
        ],
        Field::tube(&[start, end], &[radius, narrow]).stretched(SQUEEZE),
    );
}

/// Kidneys and adrenals, beside the spine.
fn behind(builder: &mut Builder) {
    let frame = builder.frame;
    let d = &frame.d;
    let [a, b, c, x0, y0, z0, x1] = d.all("Kidneys", ["a", "b", "c", "x0", "y0", "z0", "x1"]);
    // Beside the vertebrae, which the published ones overlap at no age; here the column bends forward.
    let beside = 0.96 * frame.b - 1.45 * b;
    let y = (SQUEEZE[1] * y0).min(beside) / SQUEEZE[1];
    builder.pair(&builder.of("Kidney", MUSCLE, "kidneys", 1.0), || {
        Field::ellipsoid([x0, y, z0], [a, b, c]).only(move |p| p[0] >= x1).stretched(SQUEEZE)
    });
    let [a, b, c, x0, y0, z0, turn_deg] = d.all("Adrenals", ["a", "b", "c", "x0", "y0", "z0", "theta"]);
    builder.pair(&builder.of("Glnd_Adrenal", GLAND, "adrenals", 1.0), || {
        Field::turned_ellipsoid([1.05 * x0, 0.9 * y0, z0 + 0.1 * c], [a, b, c], turn_deg.to_radians())
            .only(move |p| p[2] >= z0)
            .stretched(SQUEEZE)
    });
}

/// Around the head of the pancreas, from the stomach's end to the left.
fn duodenum(builder: &mut Builder) {
    let frame = builder.frame;
    let d = &frame.d;
    let [x, y, z, c] = d.all("Stomach", ["x0", "y0", "z0", "c"]);
    let [x0, z0] = d.all("Pancreas", ["x0", "z0"]);
    let right = x0 - 0.20 * frame.w;
    let path = [
        [0.35 * x, 0.8 * y, z - 0.75 * c],
        [x0 - 0.02 * frame.w, 0.5 * y, z0 - 0.02 * frame.t],
        [right, 0.0, z0 - 0.03 * frame.t],
        [right, 0.05 * frame.b, z0 - 0.11 * frame.t],
        [0.10 * frame.w, 0.05 * frame.b, z0 - 0.12 * frame.t],
    ];
    let radius = 0.065 * frame.w;
    let organ = |quantity| builder.of("Duodenum", SOFT, quantity, DUODENUM);
    let wall = organ("small intestine wall");
    let content = organ("small intestine content");
    builder.nest(
        vec![super::Organ { name: "Duodenum_Content".into(), tissue: GLAND, ..content }, wall],
        Field::tube(&path, &[radius; 5]).stretched(SQUEEZE),
    );
}

/// Under the right dome of the diaphragm, its lower edge rising to the left as published.
fn liver(builder: &mut Builder) {
    let frame = builder.frame;
    let [a, b, xm, ym, zm] = frame.d.all("Liver", ["a", "b", "xm", "ym", "zm"]);
    let low = frame.d.get("Liver", "z1");
    let copy = frame.clone();
    let reach = [1.1 * SQUEEZE[0] * a, 1.15 * SQUEEZE[1] * b];
    let field =
        Field::new([[-reach[0], reach[0]], [-reach[1], reach[1]], [0.75 * low, 0.70 * frame.t]], move |p| {
            let top = copy.diaphragm(p[0], p[1]) - 0.1;
            let [x, y] = [p[0] / SQUEEZE[0], p[1] / SQUEEZE[1]];
            let bottom = (zm * (1.0 + x / xm + y / ym)).max(low);
            if p[2] > top || copy.in_cage(p) > 0.975 && p[2] > 0.5 * copy.t {
                return f64::INFINITY;
            }
            // Along x and y an ellipse, upwards a slab that hangs from the diaphragm: corners rounded.
            let ellipse = ellipsoidal([x, y, 0.0], [-0.05 * a, 0.0, 0.0], [a, b, 1.0]);
            let hang = (top - p[2]) / (top - bottom).max(0.02 * copy.t);
            (ellipse.powi(4) + hang.powi(4)).sqrt().sqrt()
        });
    builder.add(builder.of("Liver", BLOOD, "liver", 1.0), field);
}

//! Bladder and gonads.

use super::Builder;
use crate::Sex;
use crate::field::Field;
use crate::frame::SQUEEZE;
use crate::tissue::{BREAST, GLAND, SOFT};
use std::f64::consts::PI;

pub(super) fn add(builder: &mut Builder) {
    let frame = builder.frame;
    let d = &frame.d;
    builder.depth_cm = 0.3;
    let [a, b, c, y, z] = d.all("UrinaryBladder", ["a", "b", "c", "y0", "z0"]);
    let floor = SQUEEZE[1] * y;
    match frame.person.sex() {
        Sex::Female => {
            let [ua, ub, uc, uy, uz] = d.all("Uterus", ["a", "b", "c", "y0", "z0"]);
            // Behind and above the bladder; the published one lies in it.
            let place = [0.0, uy + 0.55 * ub + 0.3 * b, uz + 0.25 * c];
            builder.add(
                builder.of("Uterus", SOFT, "uterus", 1.0),
                Field::ellipsoid(place, [ua, ub, uc]).stretched(SQUEEZE),
            );
            let [oa, ob, oc, ox, oz] = d.all("Ovaries", ["a", "b", "c", "x0", "z0"]);
            builder.pair(&builder.of("Ovary", GLAND, "ovaries", 1.0), || {
                Field::ellipsoid([ox, 0.1 * frame.b, oz], [oa, ob, oc]).stretched(SQUEEZE)
            });
        }
        Sex::Male => {
            let prostate = builder.of("Prostate", GLAND, "prostate", 1.0);
            let radius = (3.0 * prostate.target_g / GLAND.density_g_cm3 / (4.0 * PI)).cbrt();
            let under = z - 0.95 * c - 0.8 * radius;
            builder.add(
                prostate,
                Field::ellipsoid([0.0, floor + 0.25 * b, under], [1.15 * radius, radius, 0.87 * radius]),
            );
            let skin_cm = builder.depth_cm;
            builder.depth_cm = 0.0;
            builder.pair(&builder.of("Testis", GLAND, "testes", 1.0), || {
                let [centre, radii] = builder.outline.scrotum().expect("a male body has one");
                let [ta, tb, tc] = d.all("Testes", ["a", "b", "c"]);
                Field::ellipsoid([1.02 * ta, centre[1], centre[2] - 0.1 * radii[2]], [ta, tb, tc])
            });
            builder.depth_cm = skin_cm;
        }
    }
    builder.nest(
        vec![
            builder.of("Bladder_Content", GLAND, "bladder content", 1.0),
            builder.of("Bladder", SOFT, "bladder wall", 1.0),
        ],
        Field::ellipsoid([0.0, y, z], [a, b, c]).stretched(SQUEEZE),
    );
    breasts(builder);
}

/// Below the skin where the outline has them; before puberty buds of the published size.
fn breasts(builder: &mut Builder) {
    let frame = builder.frame;
    builder.depth_cm = 0.0;
    let organ = builder.of("Breast", BREAST, "breasts", 1.0);
    let radius = (3.0 * organ.target_g / 2.0 / BREAST.density_g_cm3 / (2.0 * PI)).cbrt();
    let [x, z] = [0.43 * frame.w, 0.72 * frame.t];
    let y = builder.outline.front_y(x, z);
    let centre = builder.outline.breast_centre().unwrap_or([x, y + 0.15 * radius, z]);
    builder.pair(&organ, || Field::ellipsoid(centre, [1.1 * radius, 0.9 * radius, 1.1 * radius]));
}

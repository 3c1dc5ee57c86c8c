//! Heart, airways, oesophagus, thyroid, thymus, lungs.

use super::{Builder, Organ, Source};
use crate::field::Field;
use crate::frame::{Frame, SQUEEZE};
use crate::tissue::{AIR, BLOOD, GLAND, LUNG, SOFT};

/// Right lung's share of both: that of the published ones.
const RIGHT_LUNG: f64 = 0.535;

/// Front of the vertebrae at a height.
fn before_spine(frame: &Frame, z: f64) -> f64 {
    frame.spine_y(z) - frame.vertebra(z)[1]
}

pub(super) fn add_middle(builder: &mut Builder) {
    let frame = builder.frame;
    let (d, t, chin) = (&frame.d, frame.t, frame.chin);
    builder.depth_cm = 0.2;
    let [outer, inner] = d.all("Thyroid", ["R", "r"]);
    let gullet = d.get("Esophagus", "a");
    let airway_y = |z: f64| before_spine(frame, z) - 1.7 * gullet - inner;
    let fork = 0.785 * t;
    let at = |z: f64| [0.0, airway_y(z), z];
    let pipe = [
        [0.0, -0.12 * frame.head[1], chin + 0.42 * frame.face],
        [0.0, 0.5 * airway_y(chin) - 0.06 * frame.head[1], chin + 0.1 * frame.face],
        at(t + 0.5 * (chin - t)),
        at(0.94 * t),
        at(0.86 * t),
        at(fork),
    ];
    let bronchus = |x: f64| {
        Field::tube(
            &[at(fork), [x * 0.20 * frame.w, airway_y(fork), fork - 0.045 * t]],
            &[0.85 * inner, 0.6 * inner],
        )
    };
    let length: f64 = pipe.windows(2).map(|p| (p[1][2] - p[0][2]).hypot(p[1][1] - p[0][1])).sum();
    let bore = 0.72 * inner;
    // The airway from the throat to the first branches, as wide as it is drawn (unverified).
    let air_g = std::f64::consts::PI * bore * bore * (length + 0.35 * frame.w) * AIR.density_g_cm3;
    let wall_g = std::f64::consts::PI * 0.5 * bore * bore * (length + 0.35 * frame.w) * GLAND.density_g_cm3;
    builder.nest(
        vec![
            builder.organ("Trachea_Lumen", AIR, air_g, Source::Unverified),
            builder.organ("Trachea", GLAND, wall_g, Source::Unverified),
        ],
        Field::tube(&pipe, &[bore; 6]).or(bronchus(1.0)).or(bronchus(-1.0)),
    );
    let low = t + 0.18 * (chin - t);
    let lobe = |x: f64| {
        Field::ellipsoid(
            [x * (0.55 * outer + 0.45 * inner), airway_y(low), low + 0.12 * outer],
            [0.42 * outer, 0.6 * outer, 1.05 * outer],
        )
    };
    let isthmus =
        Field::ellipsoid([0.0, airway_y(low) - 1.1 * inner, low], [0.6 * outer, 0.28 * outer, 0.5 * outer]);
    builder.add(builder.of("Glnd_Thyroid", GLAND, "thyroid", 1.0), lobe(1.0).or(lobe(-1.0)).or(isthmus));

    // Into the stomach, which lies on the left below the diaphragm.
    let stomach = d.all("Stomach", ["x0", "y0", "z0"]);
    let top = d.get("Stomach", "c");
    let gullet_y = |z: f64| before_spine(frame, z) - gullet;
    let path = [
        [0.0, gullet_y(chin), chin + 0.05 * frame.face],
        [0.0, gullet_y(t), t],
        [0.0, gullet_y(0.85 * t), 0.85 * t],
        [0.0, gullet_y(0.70 * t), 0.70 * t],
        [0.10 * SQUEEZE[0] * stomach[0], gullet_y(0.62 * t) - 0.05 * frame.b, 0.62 * t],
        [0.75 * SQUEEZE[0] * stomach[0], SQUEEZE[1] * stomach[1] + 0.08 * frame.b, stomach[2] + 0.5 * top],
    ];
    builder.add(builder.of("Esophagus", SOFT, "oesophagus", 1.0), Field::tube(&path, &[gullet; 6]));
    heart(builder);
    let [a, b, c, y, z] = d.all("Thymus", ["a", "b", "c", "y0", "z0"]);
    let front = frame.cage_y(z) - 0.90 * frame.cage(z)[1];
    builder.add(
        builder.of("Glnd_Thymus", GLAND, "thymus", 1.0),
        Field::ellipsoid([0.0, (SQUEEZE[1] * y).max(front + b), z], [a, b, c]),
    );
}

/// The published form, which has four quarters of its own lengths: blood in each, muscle round them.
fn heart(builder: &mut Builder) {
    let frame = builder.frame;
    let d = &frame.d;
    let rows = [
        d.all("Heart", ["alpha1", "beta1", "gamma1"]),
        d.all("Heart", ["alpha2", "beta2", "gamma2"]),
        d.all("Heart", ["alpha3", "beta3", "gamma3"]),
    ];
    let centre = d.all("Heart", ["x0", "y0", "z0"]);
    let [ventricle, across, left, right, atrium] = d.all("Heart", ["vx", "avy", "lavz", "ravz", "ax"]);
    let [thick, thin] = d.all("Heart", ["tlvw", "tax"]);
    let reach = crate::field::REACH * ventricle.max(right);
    let bounds: [[f64; 2]; 3] = centre.map(|c| [c - reach, c + reach]);
    let turned = move |p: [f64; 3]| rows.map(|row| (0..3).map(|a| row[a] * (p[a] - centre[a])).sum::<f64>());
    let form = move |p: [f64; 3]| {
        let [x, y, z] = turned(p);
        let [length, depth] =
            [if x >= 0.0 { ventricle } else { atrium }, if z >= 0.0 { left } else { right }];
        (x / length).hypot(y / across).hypot(z / depth)
    };
    let wall = builder.of("Heart", BLOOD, "heart wall", 1.0);
    let whole_g = builder.masses.published(d.get("Heart", "volume")) * BLOOD.density_g_cm3;
    let blood_g = (whole_g - wall.target_g).max(0.2 * whole_g);
    let sizes = [(ventricle, left), (ventricle, right), (atrium, left), (atrium, right)].map(|(x, z)| x * z);
    let sum: f64 = sizes.iter().sum();
    for (n, name) in ["Ventricle_L", "Ventricle_R", "Atrium_L", "Atrium_R"].into_iter().enumerate() {
        let blood = builder.organ(name, BLOOD, blood_g * sizes[n] / sum, Source::Published);
        let chamber = Field::new(bounds, move |p| {
            let [x, _, z] = turned(p);
            let inside = if n < 2 { x > thin } else { x < -thin };
            let side = if n % 2 == 0 { z > 0.3 * thick } else { z < -0.3 * thick };
            if inside && side { form(p) } else { f64::INFINITY }
        });
        builder.add(blood, chamber.stretched(SQUEEZE));
    }
    builder.add(wall, Field::new(bounds, form).stretched(SQUEEZE));
}

/// In the cage above the diaphragm, around all that lies between them.
pub(super) fn add_lungs(builder: &mut Builder) {
    let frame = builder.frame;
    builder.depth_cm = 0.3;
    let [a, b, c, x0, z0] = frame.d.all("Lungs", ["a", "b", "c", "x0", "z0"]);
    for (name, side, share) in [("Lung_R", -1.0, RIGHT_LUNG), ("Lung_L", 1.0, 1.0 - RIGHT_LUNG)] {
        let copy = frame.clone();
        let field = Field::ellipsoid(
            [side * SQUEEZE[0] * x0, 0.05 * b, z0],
            [1.1 * SQUEEZE[0] * a, SQUEEZE[1] * b, c],
        )
        .only(move |p| side * p[0] > 0.0 && p[2] > copy.diaphragm(p[0], p[1]) && copy.in_cage(p) < 0.985);
        let lung: Organ = builder.of(name, LUNG, "lungs", share);
        builder.add(lung, field);
    }
}

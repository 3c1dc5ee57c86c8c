//! Brain, eyes, glands, mouth, skull and jaw.

use super::{Builder, Source};
use crate::field::{Field, ellipsoidal};
use crate::reference::between;
use crate::tissue::{AIR, GLAND, LENS, MUSCLE, SOFT, TEETH};
use std::f64::consts::PI;

/// Radius of an eye at the ages of the tables (cm): axial lengths of 17 to 24 mm, from memory, unverified.
const EYE_CM: [f64; 6] = [0.84, 1.0, 1.1, 1.15, 1.2, 1.22];

pub(super) fn add(builder: &mut Builder) {
    let frame = builder.frame;
    let [a, b] = frame.head;
    let (chin, face, brain_z) = (frame.chin, frame.face, frame.brain_z());
    builder.depth_cm = 0.0;
    eyes(builder);
    let brain = builder.of("Brain", SOFT, "brain", 1.0);
    let radii = frame.brain_radii(brain.target_g / SOFT.density_g_cm3);
    let pituitary = builder.of("Pituitary", GLAND, "pituitary", 1.0);
    let radius = (3.0 * pituitary.target_g / GLAND.density_g_cm3 / (4.0 * PI)).cbrt();
    builder.add(pituitary, Field::ellipsoid([0.0, -0.08 * b, brain_z - 0.97 * radii[2]], [radius; 3]));
    builder.add(brain, Field::ellipsoid([0.0, 0.0, brain_z], radii));

    builder.depth_cm = 0.1;
    let at = move |x: f64, y: f64, z: f64| [x * a, y * b, chin + z * face];
    let air = |builder: &Builder, name: &str, radii: [f64; 3]| {
        let cm3 = 4.0 / 3.0 * PI * radii.iter().product::<f64>();
        builder.organ(name, AIR, AIR.density_g_cm3 * cm3, Source::Unverified)
    };
    let mouth = [0.22 * a, 0.22 * b, 0.03 * face];
    builder.add(air(builder, "Cavity_Oral", mouth), Field::ellipsoid(at(0.0, -0.42, 0.36), mouth));
    let nose = [0.10 * a, 0.26 * b, 0.13 * face];
    builder.add(air(builder, "Cavity_Nasal", nose), Field::ellipsoid(at(0.0, -0.50, 0.55), nose));
    let teeth = [(-0.34, -0.34), (-0.26, -0.54), (0.0, -0.68), (0.26, -0.54), (0.34, -0.34)]
        .map(|(x, y)| at(x, y, 0.31));
    builder.add(builder.of("Teeth", TEETH, "teeth", 1.0), Field::tube(&teeth, &[0.07 * a; 5]));

    // Of the salivary glands' mass (ICRP 89, from memory, unverified): parotids 50, submandibular 25, sublingual 10 of 85.
    for (name, share, centre, radii) in [
        ("Glnd_Sublingual", 10.0 / 85.0, at(0.15, -0.40, 0.15), [0.10 * a, 0.15 * b, 0.07 * face]),
        ("Parotid", 50.0 / 85.0, at(0.60, 0.02, 0.40), [0.11 * a, 0.17 * b, 0.20 * face]),
        ("Glnd_Submand", 25.0 / 85.0, at(0.34, -0.22, 0.12), [0.12 * a, 0.12 * b, 0.08 * face]),
    ] {
        builder.pair(&builder.of(name, GLAND, "salivary glands", share), || Field::ellipsoid(centre, radii));
    }
    let mut jaw =
        vec![at(0.62, -0.04, 0.52), at(0.55, -0.08, 0.22), at(0.34, -0.46, 0.13), at(0.0, -0.68, 0.12)];
    let other = jaw.iter().rev().skip(1).map(|p| [-p[0], p[1], p[2]]).collect::<Vec<_>>();
    jaw.extend(other);
    builder.nest(builder.bone("Bone_Mandible"), Field::tube(&jaw, &[0.12 * a; 7]));
    builder.add(
        builder.of("Tongue", MUSCLE, "tongue", 1.0),
        Field::ellipsoid(at(0.0, -0.36, 0.23), [0.28 * a, 0.26 * b, 0.12 * face]),
    );
}

fn eyes(builder: &mut Builder) {
    let frame = builder.frame;
    let person = &frame.person;
    let (low, share) = between(person.age_years());
    let radius = EYE_CM[low] + share * (EYE_CM[low + 1] - EYE_CM[low]);
    let [x, z] = [0.40 * frame.head[0], frame.chin + 0.74 * frame.face];
    let y = builder.outline.front_y(x, z) + 0.98 * radius;
    let lens = builder.of("Lens", LENS, "eye lenses", 1.0);
    // Flat, and as large as it should be at level 1.
    let flat = (3.0 * lens.target_g / 2.0 / LENS.density_g_cm3 / (4.0 * PI) / 0.55).cbrt();
    builder.pair(&lens, || Field::ellipsoid([x, y - 0.60 * radius, z], [flat, 0.55 * flat, flat]));
    let eye_g = 2.0 * 4.0 / 3.0 * PI * radius.powi(3) * GLAND.density_g_cm3 - lens.target_g;
    let eye = builder.organ("Eye", GLAND, eye_g, Source::Unverified);
    builder.pair(&eye, || Field::ellipsoid([x, y, z], [radius; 3]));
    // A lens is drawn with its eye too, and on its own.
    let parts = builder.parts.len();
    for part in &mut builder.parts[parts - 2..] {
        let name = part.layers[0].name.clone();
        part.layers[0].structure = name;
    }
}

/// A shell around the brain, hard bone on both sides of the spongy; the bones of the face in front below.
pub(super) fn add_skull(builder: &mut Builder) {
    let frame = builder.frame;
    let brain = frame.brain_radii(builder.masses.get("brain") / SOFT.density_g_cm3);
    let layers = builder.bone("Skull");
    let cm3: f64 = layers.iter().map(|organ| organ.target_g / organ.tissue.density_g_cm3).sum();
    let [a, b] = frame.head;
    let mean = brain.iter().product::<f64>().cbrt();
    // Three quarters of the bone are around the brain.
    let thick = (((4.0 / 3.0 * PI * mean.powi(3) + 0.75 * cm3) / (4.0 / 3.0 * PI)).cbrt() - mean) / mean;
    let middle = 1.02 + thick / 2.0;
    let centre = [0.0, 0.0, frame.brain_z()];
    let reach = middle + thick;
    let shell = Field::new(
        std::array::from_fn(|n| [centre[n] - reach * brain[n], centre[n] + reach * brain[n]]),
        move |p| (ellipsoidal(p, centre, brain) - middle).abs() / (thick / 2.0),
    );
    let face = Field::ellipsoid(
        [0.0, -0.40 * b, frame.chin + 0.52 * frame.face],
        [0.44 * a, 0.30 * b, 0.17 * frame.face],
    );
    let cheek = |x: f64| {
        Field::tube(
            &[
                [0.58 * x * a, -0.08 * b, frame.chin + 0.60 * frame.face],
                [0.50 * x * a, -0.52 * b, frame.chin + 0.56 * frame.face],
            ],
            &[0.05 * a, 0.08 * a],
        )
    };
    builder.nest(layers, shell.or(face).or(cheek(1.0)).or(cheek(-1.0)));
}

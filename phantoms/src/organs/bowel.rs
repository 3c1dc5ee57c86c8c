//! Large and small bowel: published forms and places, drawn in as the trunk is.

use super::belly::DUODENUM;
use super::{Builder, Organ};
use crate::field::{Field, ellipsoidal};
use crate::frame::SQUEEZE;
use crate::tissue::{GLAND, SOFT};

/// Parts of the colon, and what they have of the right, left and rectosigmoid colon's mass: as the published tubes' volumes
/// are (ascending 47, transverse half and half 61.8, descending 48.4, at 5 years); the rectum's part is unverified.
const PARTS: [(&str, &str, f64); 6] = [
    ("Colon_Ascending", "right", 0.603),
    ("Colon_Transverse", "right", 0.397),
    ("Colon_Transverse", "left", 0.390),
    ("Colon_Descending", "left", 0.610),
    ("Colon_Sigmoid", "rectosigmoid", 0.70),
    ("Rectum", "rectosigmoid", 0.30),
];

/// Names of the wall and the content of a part of the colon in the reference masses.
fn quantities(part: &str) -> [&'static str; 2] {
    match part {
        "right" => ["right colon content", "right colon wall"],
        "left" => ["left colon content", "left colon wall"],
        _ => ["rectosigmoid content", "rectosigmoid wall"],
    }
}

/// Content and wall of a part of the colon.
fn layers(builder: &Builder, name: &str) -> Vec<Organ> {
    let layer = |n: usize| {
        let (suffix, tissue) = [("_Content", GLAND), ("", SOFT)][n];
        let parts = PARTS.iter().filter(|part| part.0 == name);
        let organ = |(_, of, share): &(_, &str, f64)| {
            builder.of(&format!("{name}{suffix}"), tissue, quantities(of)[n], *share)
        };
        let organs: Vec<Organ> = parts.map(organ).collect();
        Organ { target_g: organs.iter().map(|organ| organ.target_g).sum(), ..organs[0].clone() }
    };
    vec![layer(0), layer(1)]
}

pub(super) fn add(builder: &mut Builder) {
    builder.depth_cm = 0.35;
    let frame = builder.frame;
    let d = &frame.d;
    let [sa, sb, sx, sz, r1, r2] = d.all("SigmoidColon", ["a", "b", "x0", "z0", "R1", "R2"]);
    // The published quarter rings, as points on them.
    let arc = |centre: [f64; 2], radius: f64, from: f64, to: f64| {
        (0..=5).map(move |n| {
            let angle = (from + (to - from) * f64::from(n) / 5.0).to_radians();
            [centre[0] + radius * angle.cos(), 0.12 * frame.b, centre[1] + radius * angle.sin()]
        })
    };
    let sigmoid: Vec<[f64; 3]> = arc([sx, sz], r1, 0.0, -90.0).collect();
    let deep = 0.42 * frame.b;
    let rectum = [
        [sx, 0.12 * frame.b, sz - r1],
        [0.35 * sx, 0.30 * frame.b, sz - 0.75 * r1],
        [0.0, deep, 0.6 * r2],
        [0.0, deep, -0.02 * frame.t],
    ];
    let rounder = (sa * sb).sqrt();
    let layer = layers(builder, "Rectum");
    builder.nest(layer, Field::tube(&rectum, &[rounder; 4]).stretched(SQUEEZE));
    let layer = layers(builder, "Colon_Sigmoid");
    builder.nest(layer, Field::tube(&sigmoid, &vec![rounder; sigmoid.len()]).stretched(SQUEEZE));

    let [a, b, x0, y0, low, high] = d.all("UpperLargeIntestine", ["a", "b", "x0", "y0", "z1", "z2"]);
    let squash = |x: f64, a: f64, y: f64, b: f64, z: f64, low: f64, high: f64| {
        let end = ((z - (low + high) / 2.0) / ((high - low) / 2.0)).powi(4);
        (((x / a).powi(2) + (y / b).powi(2)).powi(2) + end).sqrt().sqrt()
    };
    let ascending = Field::new(
        [
            [x0 - 1.7 * a, x0 + 1.7 * a],
            [y0 - 1.7 * b, y0 + 1.7 * b],
            [low - 0.3 * (high - low), high + 0.2 * (high - low)],
        ],
        move |p| squash(p[0] - x0, a, p[1] - y0, b, p[2], low, high),
    );
    let layer = layers(builder, "Colon_Ascending");
    builder.nest(layer, ascending.stretched(SQUEEZE));
    let [a, b, x1, mx, my] = d.all("LowerLargeIntestine", ["a", "b", "x1", "mx", "my"]);
    let [low, high] = d.all("LowerLargeIntestine", ["z1", "z2"]);
    let descending = Field::new(
        [
            [x1 - mx - 1.7 * a, x1 + 1.7 * a],
            [-my - 1.7 * b, 1.7 * b],
            [low - 0.2 * (high - low), high + 0.2 * (high - low)],
        ],
        move |p| {
            let x = x1 + mx * (p[2] - high) / (high - low);
            let y = my * (low - p[2]) / (high - low);
            squash(p[0] - x, a, p[1] - y, b, p[2], low, high)
        },
    );
    let layer = layers(builder, "Colon_Descending");
    builder.nest(layer, descending.stretched(SQUEEZE));
    let [b, c, y0, z0, x1] = d.all("TransverseColon", ["b", "c", "y0", "z0", "x1"]);
    let transverse = Field::new(
        [[-1.3 * x1, 1.3 * x1], [y0 - 1.7 * b, y0 + 1.7 * b], [z0 - 1.7 * c, z0 + 1.7 * c]],
        move |p| squash(p[1] - y0, b, p[2] - z0, c, p[0], -x1, x1),
    );
    let layer = layers(builder, "Colon_Transverse");
    builder.nest(layer, transverse.stretched(SQUEEZE));

    // Wall and content of the small bowel wind round each other: one organ.
    let [a, y1, y2] = d.all("SmallIntestine", ["a", "y1", "y2"]);
    let [low, high] = d.all("SmallIntestine", ["z1", "z2"]);
    let middle = [0.0, (y1 + y2) / 2.0, (low + high) / 2.0];
    let radii = [1.05 * a, 0.75 * (y2 - y1), 0.62 * (high - low)];
    let small = Field::new(
        std::array::from_fn(|n| [middle[n] - 1.7 * radii[n], middle[n] + 1.7 * radii[n]]),
        move |p| {
            let [x, y, z] = std::array::from_fn(|n| ((p[n] - middle[n]) / radii[n]).abs());
            ellipsoidal([x.powf(1.4), y.powf(1.4), z.powf(1.4)], [0.0; 3], [1.0; 3]).powf(1.0 / 1.4)
        },
    );
    let wall = builder.of("Bowel_Small", SOFT, "small intestine wall", 1.0 - DUODENUM);
    let content = builder.of("Bowel_Small", SOFT, "small intestine content", 1.0 - DUODENUM);
    builder.add(Organ { target_g: wall.target_g + content.target_g, ..wall }, small.stretched(SQUEEZE));
}

//! Spinal cord, vertebrae, discs, sacrum.

use super::{Builder, Source};
use crate::field::{Field, length};
use crate::frame::Frame;
use crate::tissue::{CARTILAGE, SOFT};

/// Region, number of vertebrae, and the shares of the trunk's height between which it lies; the neck ends at the skull.
const REGIONS: [(&str, f64, f64, f64); 3] =
    [("VB_C", 7.0, 0.945, 2.0), ("VB_T", 12.0, 0.50, 0.945), ("VB_L", 5.0, 0.30, 0.50)];
/// Part of the way from one vertebra to the next that a disc takes.
const DISC: f64 = 0.28;
/// Part of the cartilage that the discs have (unverified).
pub(super) const DISCS: f64 = 0.06;

/// Radius of the cord (cm; unverified).
fn cord_radius(frame: &Frame) -> f64 {
    0.30 * frame.spine[0].min(1.6)
}

/// Where the cord runs at a height.
fn cord_y(frame: &Frame, z: f64) -> f64 {
    frame.spine_y(z) + frame.vertebra(z)[1] + 1.5 * cord_radius(frame)
}

/// Height of the base of the skull.
fn skull_base(frame: &Frame) -> f64 {
    frame.brain_z() - 0.93 * frame.d.get("Brain", "c")
}

pub(super) fn add_cord(builder: &mut Builder) {
    let frame = builder.frame;
    let (t, skull) = (frame.t, skull_base(frame));
    builder.depth_cm = 0.2;
    let radius = cord_radius(frame);
    let [low, high] = [0.44 * t, skull];
    let mut cord: Vec<[f64; 3]> = (0..=16)
        .map(|n| low + (high - low) * f64::from(n) / 16.0)
        .map(|z| [0.0, cord_y(frame, z), z])
        .collect();
    cord.push([0.0, 0.10 * frame.head[1], frame.brain_z() - 0.6 * frame.d.get("Brain", "c")]);
    let length = high - low;
    let cord_g = std::f64::consts::PI * radius * radius * length * SOFT.density_g_cm3;
    builder.add(
        builder.organ("SpinalCord", SOFT, cord_g, Source::Unverified),
        Field::tube(&cord, &vec![radius; cord.len()]),
    );
}

pub(super) fn add(builder: &mut Builder) {
    let frame = builder.frame;
    let (t, skull) = (frame.t, skull_base(frame));
    builder.depth_cm = 0.2;
    let reach = [2.2 * frame.spine[0], 3.2 * frame.spine[1]];
    let bounds = |low: f64, high: f64| {
        let ys: Vec<f64> =
            (0..=20).map(|n| frame.spine_y(low + (high - low) * f64::from(n) / 20.0)).collect();
        let [front, back] = [
            ys.iter().copied().fold(f64::INFINITY, f64::min),
            ys.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        ];
        [[-reach[0], reach[0]], [front - reach[1], back + reach[1]], [low, high]]
    };
    let ranges = REGIONS.map(|(name, count, low, high)| (name, count, low * t, (high * t).min(skull)));
    let copy = frame.clone();
    builder.add(
        builder.of("Cartilage_Disc", CARTILAGE, "cartilage", DISCS),
        Field::new(bounds(ranges[2].2, ranges[0].3), move |p| {
            let (_, count, low, high) =
                ranges.into_iter().find(|r| (r.2..=r.3).contains(&p[2])).unwrap_or(ranges[0]);
            let phase = ((p[2] - low) / (high - low) * count).fract();
            let [a, b] = copy.vertebra(p[2]);
            if phase < DISC { length(p[0] / a, (p[1] - copy.spine_y(p[2])) / b) } else { f64::INFINITY }
        }),
    );
    for (name, count, low, high) in ranges {
        let copy = frame.clone();
        let field = Field::new(bounds(low, high), move |p| {
            vertebra(&copy, p, ((p[2] - low) / (high - low) * count).fract())
        });
        builder.nest(builder.bone(name), field);
    }
    let (y_high, y_low) = (frame.spine_y(0.30 * t), frame.spine_y(0.07 * t));
    let middle = [0.0, frame.spine_y(0.18 * t) + 0.06 * frame.b, 0.18 * t];
    let sacrum = Field::tube(
        &[[0.0, y_high, 0.285 * t], middle, [0.0, y_low - 0.10 * frame.b, 0.06 * t]],
        &[0.15 * frame.w, 0.12 * frame.w, 0.04 * frame.w],
    );
    builder.nest(builder.bone("Sacrum"), sacrum);
}

/// A body, an arch round the cord, and a process behind.
fn vertebra(frame: &Frame, p: [f64; 3], phase: f64) -> f64 {
    let [a, b] = frame.vertebra(p[2]);
    let y = frame.spine_y(p[2]);
    let column = length(p[0] / a, (p[1] - y) / b);
    let radius = cord_radius(frame);
    let back = p[1] - cord_y(frame, p[2]);
    let arch = (length(p[0], back) - 1.9 * radius).abs() / (0.9 * radius);
    let process = if phase > 0.35 && phase < 0.9 {
        length(p[0] / (0.22 * a), (back - 2.2 * radius - 0.5 * b) / (1.1 * b))
    } else {
        f64::INFINITY
    };
    let wings = if phase > 0.45 && phase < 0.85 {
        length(p[0] / (1.9 * a), (back + 0.3 * radius) / (0.3 * b))
    } else {
        f64::INFINITY
    };
    column.min(arch).min(process).min(wings)
}

//! How much metal of jaws and leaves a ray crosses: solids of real thickness in a flat table.
//!
//! Plain f32, no heap, bounded loops. Twin: `collimation.wgsl`.
//!
//! A *bank* is a layer of pairs that close towards each other: leaves, or jaws (one pair without sides). Faces across
//! the travel are planes through the focal spot or through a line beside it; tips are planes through the focal spot or
//! round. All is in the beam limiting device system: origin at the isocentre, z towards the source, mm.
//!
//! Not modelled: tongue and groove, the far ends of leaves and jaws (metal goes on for ever), screws and pockets.
//! Beyond the outermost leaves a bank is solid.
//!
//! Leaf positions of a plan lie in the isocentre plane. For a round tip it matters what they mean: here the line from
//! the focal spot that touches the tip passes the position (the light field's edge). The half-value point of the dose
//! lies some tenths of a millimetre further out, as rays near the edge cross little metal.

/// Most banks that a beam may have: the length of the answer of [`path_lengths_mm`].
pub const MAX_BANKS: usize = 4;

/// Words of the table's head.
pub mod head {
    /// How many banks there are.
    pub const BANKS: usize = 0;
    /// How many poses there are: the beam's control points.
    pub const POSES: usize = 1;
    /// Where the first pose starts.
    pub const FIRST_POSE: usize = 2;
    /// Words of one pose: for each bank and pair the edge of its lower and of its upper part.
    pub const POSE_STRIDE: usize = 3;
    /// Source to isocentre (mm).
    pub const SAD: usize = 4;
    /// Words of the head; banks follow.
    pub const LEN: usize = 5;
}

/// Words of one bank.
pub mod bank {
    /// 0 where its parts travel along x, 1 along y.
    pub const TRAVEL: usize = 0;
    /// Height of its upper face above the isocentre (mm).
    pub const TOP: usize = 1;
    /// Height of its lower face above the isocentre (mm).
    pub const BOTTOM: usize = 2;
    /// Radius of the tips (mm); 0 for plane tips that look at the focal spot.
    pub const TIP_RADIUS: usize = 3;
    /// Half of the gap between neighbours (mm, isocentre plane).
    pub const HALF_GAP: usize = 4;
    /// Where the planes of the sides meet at the height of the source (mm beside the focal spot).
    pub const SIDE_FOCUS: usize = 5;
    /// How many pairs there are.
    pub const PAIRS: usize = 6;
    /// Where its sides stand in the table: pairs + 1 words (mm, isocentre plane).
    pub const SIDES: usize = 7;
    /// Where its edges stand within a pose: two words a pair (mm, isocentre plane).
    pub const EDGES: usize = 8;
    /// Words of a bank.
    pub const LEN: usize = 9;
}

/// A moment of a beam: a part (0..=1) of the way from one pose of the table to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Pose, counted from 0.
    pub pose: u32,
    /// Part of the way to the next pose.
    pub part: f32,
}

/// A ray in the beam limiting device system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ray {
    /// Where it starts (mm).
    pub origin_mm: [f32; 3],
    /// Where it goes; unit length.
    pub direction: [f32; 3],
}

/// A stretch of a ray, `from..to` by the distance from its origin (mm); empty where `to` is not above `from`.
type Stretch = [f32; 2];

/// Longest way that is looked at (mm).
const FAR_MM: f32 = 1e5;

/// Millimetres of metal that the ray crosses in each bank from its origin on; 0 for banks that are not there.
pub fn path_lengths_mm(table: &[f32], moment: Moment, ray: Ray) -> [f32; MAX_BANKS] {
    let mut lengths = [0.0; MAX_BANKS];
    let banks = (table[head::BANKS] as usize).min(MAX_BANKS);
    for (index, length) in lengths.iter_mut().enumerate().take(banks) {
        *length = path_length_mm(table, index, moment, ray);
    }
    lengths
}

/// Millimetres of metal that the ray crosses in one bank.
pub fn path_length_mm(table: &[f32], index: usize, moment: Moment, ray: Ray) -> f32 {
    let words = head::LEN + bank::LEN * index;
    let ray = along_travel(ray, table[words + bank::TRAVEL]);
    let slab = slab_stretch(ray, table[words + bank::BOTTOM], table[words + bank::TOP]);
    if slab[1] <= slab[0] {
        return 0.0;
    }
    let pairs = table[words + bank::PAIRS] as i32;
    let [first, last] = [slab[0], slab[1]].map(|at| pair_at(table, words, pairs, ray, at));
    let step = if last >= first { 1 } else { -1 };
    let mut pair = first;
    let mut length = 0.0;
    for _ in 0..pairs + 2 {
        length += length_in_pair(table, words, pairs, pair, moment, ray, slab);
        if pair == last {
            break;
        }
        pair += step;
    }
    length
}

/// Distance from the ray's origin at which it has crossed so much of a bank's metal (mm).
pub fn distance_at_mm(table: &[f32], index: usize, moment: Moment, ray: Ray, metal_mm: f32) -> f32 {
    let words = head::LEN + bank::LEN * index;
    let ray = along_travel(ray, table[words + bank::TRAVEL]);
    let slab = slab_stretch(ray, table[words + bank::BOTTOM], table[words + bank::TOP]);
    let pairs = table[words + bank::PAIRS] as i32;
    let [first, last] = [slab[0], slab[1]].map(|at| pair_at(table, words, pairs, ray, at));
    let step = if last >= first { 1 } else { -1 };
    let mut pair = first;
    let mut left = metal_mm;
    let mut end = slab[0];
    for _ in 0..pairs + 2 {
        let parts = metal_in_pair(table, words, pairs, pair, moment, ray, slab);
        for part in parts {
            let length = (part[1] - part[0]).max(0.0);
            if left < length {
                return part[0] + left;
            }
            left -= length;
            if length > 0.0 {
                end = part[1];
            }
        }
        if pair == last {
            break;
        }
        pair += step;
    }
    // Rounding: the end of the last metal.
    end
}

/// The ray with the axis of travel first and that across it second.
fn along_travel(ray: Ray, travel: f32) -> Ray {
    if travel == 0.0 {
        return ray;
    }
    let ([ox, oy, oz], [dx, dy, dz]) = (ray.origin_mm, ray.direction);
    Ray { origin_mm: [oy, ox, oz], direction: [dy, dx, dz] }
}

/// The stretch of the ray between two heights.
fn slab_stretch(ray: Ray, bottom: f32, top: f32) -> Stretch {
    let above_bottom = above([0.0, FAR_MM], ray.origin_mm[2] - bottom, ray.direction[2]);
    above(above_bottom, top - ray.origin_mm[2], -ray.direction[2])
}

/// The part of a stretch where `value + slope · s` is above 0.
fn above(stretch: Stretch, value: f32, slope: f32) -> Stretch {
    if slope > 0.0 {
        [stretch[0].max(-value / slope), stretch[1]]
    } else if slope < 0.0 {
        [stretch[0], stretch[1].min(-value / slope)]
    } else if value > 0.0 {
        stretch
    } else {
        [stretch[0], stretch[0]]
    }
}

/// Height of a point of the ray as a part of the way from source to isocentre plane: 0 at the source, 1 in the plane.
/// Value at the origin and slope.
fn scale(table: &[f32], ray: Ray) -> [f32; 2] {
    let sad = table[head::SAD];
    [(sad - ray.origin_mm[2]) / sad, -ray.direction[2] / sad]
}

/// Distance across the travel, less the tilt of the sides: value at the origin and slope. A side at `b` in the isocentre
/// plane is where this equals `b` times the scale. A tilted side goes through the place where the focal spot sees `b` at
/// the middle of the leaf's height, so that the tilt moves no edge of the field.
fn across(table: &[f32], words: usize, ray: Ray) -> [f32; 2] {
    let focus = table[words + bank::SIDE_FOCUS];
    let sad = table[head::SAD];
    let middle = (sad - 0.5 * (table[words + bank::TOP] + table[words + bank::BOTTOM])) / sad;
    let [value, slope] = scale(table, ray);
    [ray.origin_mm[1] - focus * (1.0 - value / middle), ray.direction[1] + focus * slope / middle]
}

/// The pair whose sides enclose the ray at this distance; -1 below the first, `pairs` above the last.
fn pair_at(table: &[f32], words: usize, pairs: i32, ray: Ray, at: f32) -> i32 {
    let [value, slope] = across(table, words, ray);
    let [scale_value, scale_slope] = scale(table, ray);
    let across_mm = value + slope * at;
    let scale = scale_value + scale_slope * at;
    let sides = table[words + bank::SIDES] as usize;
    // number of sides at or below the point
    let (mut low, mut high) = (0, pairs + 1);
    while low < high {
        let middle = (low + high) / 2;
        if table[sides + middle as usize] * scale <= across_mm {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low - 1
}

/// Millimetres of metal of one pair on this stretch.
fn length_in_pair(
    table: &[f32],
    words: usize,
    pairs: i32,
    pair: i32,
    moment: Moment,
    ray: Ray,
    slab: Stretch,
) -> f32 {
    let [first, second] = metal_in_pair(table, words, pairs, pair, moment, ray, slab);
    (first[1] - first[0]).max(0.0) + (second[1] - second[0]).max(0.0)
}

/// Metal of one pair on this stretch, in the ray's order: two stretches that do not overlap. Where there is no pair, beyond
/// the outermost leaves, all is metal.
fn metal_in_pair(
    table: &[f32],
    words: usize,
    pairs: i32,
    pair: i32,
    moment: Moment,
    ray: Ray,
    slab: Stretch,
) -> [Stretch; 2] {
    let [value, slope] = across(table, words, ray);
    let [scale_value, scale_slope] = scale(table, ray);
    let sides = table[words + bank::SIDES] as i32;
    let half_gap = table[words + bank::HALF_GAP];
    let mut inside = slab;
    if pair >= 0 {
        let side = table[(sides + pair) as usize] + half_gap;
        inside = above(inside, value - side * scale_value, slope - side * scale_slope);
    }
    if pair < pairs {
        let side = table[(sides + pair + 1) as usize] - half_gap;
        inside = above(inside, side * scale_value - value, side * scale_slope - slope);
    }
    if inside[1] <= inside[0] {
        return [[0.0; 2]; 2];
    }
    if pair < 0 || pair >= pairs {
        return [inside, [0.0; 2]];
    }
    let [lower, upper] = edges(table, words, pair, moment);
    let mirrored = Ray {
        origin_mm: [-ray.origin_mm[0], ray.origin_mm[1], ray.origin_mm[2]],
        direction: [-ray.direction[0], ray.direction[1], ray.direction[2]],
    };
    let mut first = beyond_tip(table, words, upper, ray, inside);
    let mut second = beyond_tip(table, words, -lower, mirrored, inside);
    if second[0] < first[0] {
        (first, second) = (second, first);
    }
    // Closed round tips may overlap by a little.
    if first[1] > first[0] {
        second[0] = second[0].max(first[1]);
    }
    [first, second]
}

/// Edges of the lower and upper part of a pair at this moment (mm, isocentre plane).
fn edges(table: &[f32], words: usize, pair: i32, moment: Moment) -> [f32; 2] {
    let stride = table[head::POSE_STRIDE] as usize;
    let place = table[head::FIRST_POSE] as usize
        + moment.pose as usize * stride
        + table[words + bank::EDGES] as usize
        + 2 * pair as usize;
    let mut edges = [table[place], table[place + 1]];
    if moment.part > 0.0 {
        edges[0] += moment.part * (table[place + stride] - edges[0]);
        edges[1] += moment.part * (table[place + stride + 1] - edges[1]);
    }
    edges
}

/// Metal of a part that fills all beyond its tip at `edge`, on this stretch.
fn beyond_tip(table: &[f32], words: usize, edge: f32, ray: Ray, stretch: Stretch) -> Stretch {
    let [scale_value, scale_slope] = scale(table, ray);
    let radius = table[words + bank::TIP_RADIUS];
    if radius == 0.0 {
        // a plane through the source: beyond it the ray lies further out than the edge's own ray
        return above(stretch, ray.origin_mm[0] - edge * scale_value, ray.direction[0] - edge * scale_slope);
    }
    let sad = table[head::SAD];
    let middle = 0.5 * (table[words + bank::TOP] + table[words + bank::BOTTOM]);
    // the circle's centre lies a radius beyond the edge's ray, square to it
    let tangent = edge / sad;
    let centre = edge * (sad - middle) / sad + radius * (1.0 + tangent * tangent).sqrt();
    let flat = above(stretch, ray.origin_mm[0] - centre, ray.direction[0]);
    let round = in_circle(ray, centre, middle, radius, stretch);
    // tip and body touch: together they are one convex solid, so one stretch
    if flat[1] <= flat[0] {
        return round;
    }
    if round[1] <= round[0] {
        return flat;
    }
    [flat[0].min(round[0]), flat[1].max(round[1])]
}

/// The part of a stretch within a cylinder whose axis lies across the travel.
fn in_circle(ray: Ray, centre: f32, middle: f32, radius: f32, stretch: Stretch) -> Stretch {
    let start = stretch[0];
    let [du, dz] = [ray.direction[0], ray.direction[2]];
    let u = ray.origin_mm[0] + du * start - centre;
    let z = ray.origin_mm[2] + dz * start - middle;
    let square = du * du + dz * dz;
    let norm = square.sqrt();
    let miss = (u * dz - z * du).abs();
    let room = (norm * radius - miss) * (norm * radius + miss);
    if room <= 0.0 || square <= 1e-12 {
        return [start, start];
    }
    let half = room.sqrt() / square;
    let nearest = start - (u * du + z * dz) / square;
    [start.max(nearest - half), stretch[1].min(nearest + half)]
}

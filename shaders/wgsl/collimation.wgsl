// Path lengths of a ray in jaws and leaves, from a flat table. Twin: `dose_core::transport::collimation`, which explains
// the solids and the table.

// A moment of a beam: a part (0 to 1) of the way from one pose of the table to the next.
struct Moment {
    pose: u32,
    part: f32,
}

// A ray in the beam limiting device system.
struct HeadRay {
    origin_mm: vec3<f32>,
    direction: vec3<f32>,
}

// Longest way that is looked at [mm].
const HEAD_FAR_MM: f32 = 1e5;

// Millimetres of metal that the ray crosses in one bank of the table at `aperture`.
fn path_length_mm(aperture: u32, index: u32, moment: Moment, crossing: HeadRay) -> f32 {
    let words = aperture + APERTURE_HEAD + BANK_WORDS * index;
    let line = along_travel(crossing, tables[words + BANK_TRAVEL]);
    let slab = slab_stretch(line, tables[words + BANK_BOTTOM], tables[words + BANK_TOP]);
    if slab.y <= slab.x {
        return 0.0;
    }
    let pairs = i32(tables[words + BANK_PAIRS]);
    let first = pair_at(aperture, words, pairs, line, slab.x);
    let last = pair_at(aperture, words, pairs, line, slab.y);
    let step = select(-1, 1, last >= first);
    var pair = first;
    var length = 0.0;
    for (var i = 0; i < pairs + 2; i++) {
        length += length_in_pair(aperture, words, pairs, pair, moment, line, slab);
        if pair == last {
            break;
        }
        pair += step;
    }
    return length;
}

// Distance from the ray's origin at which it has crossed so much of a bank's metal [mm].
fn distance_at_mm(aperture: u32, index: u32, moment: Moment, crossing: HeadRay, metal_mm: f32) -> f32 {
    let words = aperture + APERTURE_HEAD + BANK_WORDS * index;
    let line = along_travel(crossing, tables[words + BANK_TRAVEL]);
    let slab = slab_stretch(line, tables[words + BANK_BOTTOM], tables[words + BANK_TOP]);
    let pairs = i32(tables[words + BANK_PAIRS]);
    let first = pair_at(aperture, words, pairs, line, slab.x);
    let last = pair_at(aperture, words, pairs, line, slab.y);
    let step = select(-1, 1, last >= first);
    var pair = first;
    var left = metal_mm;
    var end = slab.x;
    for (var i = 0; i < pairs + 2; i++) {
        let parts = metal_in_pair(aperture, words, pairs, pair, moment, line, slab);
        let first_length = max(parts.y - parts.x, 0.0);
        if left < first_length {
            return parts.x + left;
        }
        left -= first_length;
        if first_length > 0.0 {
            end = parts.y;
        }
        let second_length = max(parts.w - parts.z, 0.0);
        if left < second_length {
            return parts.z + left;
        }
        left -= second_length;
        if second_length > 0.0 {
            end = parts.w;
        }
        if pair == last {
            break;
        }
        pair += step;
    }
    // Rounding: the end of the last metal.
    return end;
}

// The ray with the axis of travel first and that across it second.
fn along_travel(line: HeadRay, travel: f32) -> HeadRay {
    if travel == 0.0 {
        return line;
    }
    return HeadRay(line.origin_mm.yxz, line.direction.yxz);
}

// The stretch of the ray between two heights.
fn slab_stretch(line: HeadRay, bottom: f32, top: f32) -> vec2<f32> {
    let above_bottom = above(vec2<f32>(0.0, HEAD_FAR_MM), line.origin_mm.z - bottom, line.direction.z);
    return above(above_bottom, top - line.origin_mm.z, -line.direction.z);
}

// The part of a stretch where `value + slope * s` is above 0.
fn above(stretch: vec2<f32>, value: f32, slope: f32) -> vec2<f32> {
    if slope > 0.0 {
        return vec2<f32>(max(stretch.x, -value / slope), stretch.y);
    }
    if slope < 0.0 {
        return vec2<f32>(stretch.x, min(stretch.y, -value / slope));
    }
    if value > 0.0 {
        return stretch;
    }
    return vec2<f32>(stretch.x, stretch.x);
}

// Height of a point of the ray as a part of the way from source to isocentre plane: value at the origin and slope.
fn height_scale(aperture: u32, line: HeadRay) -> vec2<f32> {
    let sad = tables[aperture + APERTURE_SAD];
    return vec2<f32>((sad - line.origin_mm.z) / sad, -line.direction.z / sad);
}

// Distance across the travel, less the tilt of the sides: value at the origin and slope.
fn across_travel(aperture: u32, words: u32, line: HeadRay) -> vec2<f32> {
    let focus = tables[words + BANK_SIDE_FOCUS];
    let sad = tables[aperture + APERTURE_SAD];
    let middle = (sad - 0.5 * (tables[words + BANK_TOP] + tables[words + BANK_BOTTOM])) / sad;
    let scale = height_scale(aperture, line);
    return vec2<f32>(
        line.origin_mm.y - focus * (1.0 - scale.x / middle),
        line.direction.y + focus * scale.y / middle,
    );
}

// The pair whose sides enclose the ray at this distance; -1 below the first, `pairs` above the last.
fn pair_at(aperture: u32, words: u32, pairs: i32, line: HeadRay, at: f32) -> i32 {
    let across = across_travel(aperture, words, line);
    let scales = height_scale(aperture, line);
    let across_mm = across.x + across.y * at;
    let scale = scales.x + scales.y * at;
    let sides = aperture + u32(tables[words + BANK_SIDES]);
    var low = 0;
    var high = pairs + 1;
    for (var halving = 0u; halving < 32u && low < high; halving++) {
        let middle = (low + high) / 2;
        if tables[sides + u32(middle)] * scale <= across_mm {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - 1;
}

// Millimetres of metal of one pair on this stretch.
fn length_in_pair(
    aperture: u32,
    words: u32,
    pairs: i32,
    pair: i32,
    moment: Moment,
    line: HeadRay,
    slab: vec2<f32>,
) -> f32 {
    let parts = metal_in_pair(aperture, words, pairs, pair, moment, line, slab);
    return max(parts.y - parts.x, 0.0) + max(parts.w - parts.z, 0.0);
}

// Metal of one pair on this stretch, in the ray's order: two stretches (x to y, z to w) that do not overlap. Where there is
// no pair, beyond the outermost leaves, all is metal.
fn metal_in_pair(
    aperture: u32,
    words: u32,
    pairs: i32,
    pair: i32,
    moment: Moment,
    line: HeadRay,
    slab: vec2<f32>,
) -> vec4<f32> {
    let across = across_travel(aperture, words, line);
    let scales = height_scale(aperture, line);
    let sides = i32(aperture) + i32(tables[words + BANK_SIDES]);
    let half_gap = tables[words + BANK_HALF_GAP];
    var inside = slab;
    if pair >= 0 {
        let side = tables[u32(sides + pair)] + half_gap;
        inside = above(inside, across.x - side * scales.x, across.y - side * scales.y);
    }
    if pair < pairs {
        let side = tables[u32(sides + pair + 1)] - half_gap;
        inside = above(inside, side * scales.x - across.x, side * scales.y - across.y);
    }
    if inside.y <= inside.x {
        return vec4<f32>(0.0);
    }
    if pair < 0 || pair >= pairs {
        return vec4<f32>(inside, 0.0, 0.0);
    }
    let edges = pair_edges(aperture, words, u32(pair), moment);
    let mirror = vec3<f32>(-1.0, 1.0, 1.0);
    let mirrored = HeadRay(line.origin_mm * mirror, line.direction * mirror);
    var first = beyond_tip(aperture, words, edges.y, line, inside);
    var second = beyond_tip(aperture, words, -edges.x, mirrored, inside);
    if second.x < first.x {
        let later = first;
        first = second;
        second = later;
    }
    // Closed round tips may overlap by a little.
    if first.y > first.x {
        second.x = max(second.x, first.y);
    }
    return vec4<f32>(first, second);
}

// Edges of the lower and upper part of a pair at this moment [mm, isocentre plane].
fn pair_edges(aperture: u32, words: u32, pair: u32, moment: Moment) -> vec2<f32> {
    let stride = u32(tables[aperture + APERTURE_POSE_STRIDE]);
    let place = aperture + u32(tables[aperture + APERTURE_FIRST_POSE]) + moment.pose * stride
        + u32(tables[words + BANK_EDGES]) + 2u * pair;
    var edges = vec2<f32>(tables[place], tables[place + 1u]);
    if moment.part > 0.0 {
        edges.x += moment.part * (tables[place + stride] - edges.x);
        edges.y += moment.part * (tables[place + stride + 1u] - edges.y);
    }
    return edges;
}

// Metal of a part that fills all beyond its tip at `edge`, on this stretch.
fn beyond_tip(aperture: u32, words: u32, edge: f32, line: HeadRay, stretch: vec2<f32>) -> vec2<f32> {
    let scales = height_scale(aperture, line);
    let radius = tables[words + BANK_TIP_RADIUS];
    if radius == 0.0 {
        // A plane through the source: beyond it the ray lies further out than the edge's own ray.
        return above(stretch, line.origin_mm.x - edge * scales.x, line.direction.x - edge * scales.y);
    }
    let sad = tables[aperture + APERTURE_SAD];
    let middle = 0.5 * (tables[words + BANK_TOP] + tables[words + BANK_BOTTOM]);
    // The circle's centre lies a radius beyond the edge's ray, square to it.
    let tangent = edge / sad;
    let centre = edge * (sad - middle) / sad + radius * sqrt(1.0 + tangent * tangent);
    let flat_part = above(stretch, line.origin_mm.x - centre, line.direction.x);
    let round_part = in_circle(line, centre, middle, radius, stretch);
    // Tip and body touch: together they are one convex solid, so one stretch.
    if flat_part.y <= flat_part.x {
        return round_part;
    }
    if round_part.y <= round_part.x {
        return flat_part;
    }
    return vec2<f32>(min(flat_part.x, round_part.x), max(flat_part.y, round_part.y));
}

// The part of a stretch within a cylinder whose axis lies across the travel.
fn in_circle(line: HeadRay, centre: f32, middle: f32, radius: f32, stretch: vec2<f32>) -> vec2<f32> {
    let start = stretch.x;
    let du = line.direction.x;
    let dz = line.direction.z;
    let u = line.origin_mm.x + du * start - centre;
    let z = line.origin_mm.z + dz * start - middle;
    let square = du * du + dz * dz;
    let norm = sqrt(square);
    let miss = abs(u * dz - z * du);
    let room = (norm * radius - miss) * (norm * radius + miss);
    if room <= 0.0 || square <= 1e-12 {
        return vec2<f32>(start, start);
    }
    let half = sqrt(room) / square;
    let nearest = start - (u * du + z * dz) / square;
    return vec2<f32>(max(start, nearest - half), min(stretch.y, nearest + half));
}

//! Where photons of a head are aimed, and how densely: into the plane at unit distance, or at the grid.
//!
//! Twin: `head_aim.wgsl`.

use super::super::leg::Stream;
use super::super::ray::{reciprocal, span};
use super::super::source::SOURCE_BRANCH;
use super::{DRAW_AIM, Delivery, direction_from_grid, direction_in_grid, point_in_grid};
use crate::deck::Deck;
use crate::physics::functions::greatest;
use crate::physics::lattice::mix;
use crate::physics::random::uniform;
use crate::physics::vector::vec3;

/// A point of the plane at unit distance from the focal spot, and how densely such points are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Aim {
    /// Tangent along x.
    pub x: f32,
    /// Tangent along y.
    pub y: f32,
    /// Points drawn a unit of area.
    pub density: f32,
}

/// Aims into the opening's box or into the whole beam.
pub fn aim_in_plane(deck: &Deck, stream: Stream, at: Delivery) -> Aim {
    let t = &deck.tables;
    let words = stream.words(SOURCE_BRANCH, DRAW_AIM);
    let (aimed_share, half_width) = (t[at.head + 2], t[at.head + 3]);
    let [left, right, low, high] = [17, 18, 19, 20].map(|word| t[at.piece + word]);
    let [x0, x1, y0, y1] = if at.choice < aimed_share {
        [left, right, low, high]
    } else {
        [-half_width, half_width, -half_width, half_width]
    };
    let (x, y) = (mix(x0, x1, uniform(words[0])), mix(y0, y1, uniform(words[1])));
    let is_inside = x >= left && x <= right && y >= low && y <= high;
    let whole_share = (1.0 - aimed_share) / (4.0 * half_width * half_width);
    let per_area = 1.0 / ((right - left) * (high - low));
    let density = if is_inside { aimed_share * per_area + whole_share } else { whole_share };
    Aim { x, y, density }
}

/// A direction towards a point that is uniform in the grid.
pub fn aim_at_grid(deck: &Deck, at: Delivery, origin_mm: [f32; 3], words: [u32; 4]) -> [f32; 3] {
    let [x, y, z, _] = deck.header.upper_mm;
    let from = point_in_grid(&deck.tables, at, origin_mm);
    let goal = vec3(x * uniform(words[0]), y * uniform(words[1]), z * uniform(words[2]));
    let way = goal + from * -1.0;
    let per_length = 1.0 / greatest(way.dot(way), 1e-6).sqrt();
    direction_from_grid(&deck.tables, at, way * per_length)
}

/// How densely [`aim_at_grid`] draws a direction (1/sr): ∫ r² dr along the ray within the grid, over the grid's volume.
pub fn grid_density(deck: &Deck, at: Delivery, origin_mm: [f32; 3], direction: [f32; 3]) -> f32 {
    let [x, y, z, _] = deck.header.upper_mm;
    let from = point_in_grid(&deck.tables, at, origin_mm);
    let along = direction_in_grid(&deck.tables, at, direction);
    let per = vec3(reciprocal(along.x), reciprocal(along.y), reciprocal(along.z));
    let (enter, leave) = span(from, per, vec3(0.0, 0.0, 0.0), vec3(x, y, z));
    if leave <= enter {
        return 0.0;
    }
    (leave - enter) * (leave * leave + leave * enter + enter * enter) / (3.0 * x * y * z)
}

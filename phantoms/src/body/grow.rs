//! Levels, chosen so that every organ has the volume it should have.

use super::fill::Fill;
use super::{Body, slabs};
use crate::field::REACH;
use crate::outline::Outline;
use crate::sampling::{Point, box_cm3, point_in, points_inside};
use rayon::prelude::*;

/// Points of the first look at an organ, and the fewest and most of the second.
const FIRST_POINTS: u32 = 20_000;
const POINTS: [u32; 2] = [90_000, 450_000];
/// Width of cells (cm) in a body of a metre, and points in each: for the girth, and for what fills the body.
const CELL_CM: f64 = 2.0;
const POINTS_PER_CELL: [u32; 2] = [6, 60];

/// The girth at which an outline has a volume (cm³): false position between a thin and a wide body.
pub(super) fn girth(outline: impl Fn(f64) -> Outline, volume_cm3: f64) -> f64 {
    let miss = |girth: f64| {
        let outline = outline(girth);
        let points = points_inside(&outline, cell_cm(&outline), POINTS_PER_CELL[0]);
        points.iter().map(|point| point.cm3).sum::<f64>() / volume_cm3 - 1.0
    };
    let ([mut low, mut high], [mut below, mut above]) = ([0.9, 1.1], [miss(0.9), miss(1.1)]);
    while above < 0.0 && high < 4.0 {
        (low, below) = (high, above);
        high *= 1.25;
        above = miss(high);
    }
    while below > 0.0 && low > 0.3 {
        (high, above) = (low, below);
        low *= 0.8;
        below = miss(low);
    }
    let mut middle = low;
    for _ in 0..8 {
        middle = low - below * (high - low) / (above - below);
        let here = miss(middle);
        if here.abs() < 3e-4 {
            break;
        }
        if here < 0.0 { (low, below) = (middle, here) } else { (high, above) = (middle, here) }
    }
    middle
}

fn cell_cm(outline: &Outline) -> f64 {
    let [low, high] = outline.bounds_cm()[2];
    CELL_CM * (high - low) / 100.0
}

/// Skin first, then the organs in their order, then fat and muscle.
pub(super) fn grow(body: &mut Body) {
    let inside = points_inside(&body.outline, cell_cm(&body.outline), POINTS_PER_CELL[1]);
    let fillers = body.organs.len() - Fill::COUNT;
    let depths = inside.iter().map(|point| (point.depth, point.cm3)).collect();
    body.fill.skin_cm = level_of(depths, body.organs[fillers].target_cm3());

    for part in 0..body.parts.len() {
        let first = body.places.last().map_or(0, |place| place.first + place.levels.len());
        let place = place(body, part, first);
        body.places.push(place);
    }
    body.slabs = slabs(&body.outline, &body.places);

    let organ = |point: &Point| {
        body.slab(point.p[2]).iter().any(|n| body.label_in(*n, point.p, point.depth).is_some())
    };
    let free: Vec<Point> =
        inside.into_par_iter().filter(|point| point.depth > body.fill.skin_cm && !organ(point)).collect();
    let fat = |point: &Point| body.fill.fat(&body.outline, point.p, point.depth);
    let fats = free.par_iter().map(|point| (fat(point), point.cm3)).collect();
    let most = level_of(fats, body.organs[fillers + 1].target_cm3());
    let lean = free.par_iter().filter(|point| fat(point) > most);
    let muscle = |point: &Point| (body.fill.muscle(&body.outline, point.p, point.depth), point.cm3);
    let muscles = lean.map(muscle).collect();
    body.fill.fat = most;
    body.fill.muscle = level_of(muscles, body.organs[fillers + 2].target_cm3());
}

/// The level below which values stand for a volume, each for its own (cm³); the greatest if there are not enough.
fn level_of(mut values: Vec<(f64, f64)>, volume_cm3: f64) -> f64 {
    values.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut sum_cm3, mut level) = (0.0, f64::NEG_INFINITY);
    for (value, cm3) in values {
        // Half of the last one: on average neither too much nor too little.
        if sum_cm3 + 0.5 * cm3 > volume_cm3 {
            break;
        }
        sum_cm3 += cm3;
        level = value;
    }
    level
}

/// The same for layers around each other, from the inmost, where each value stands for as much: nothing needs to be sorted.
fn levels_of(mut values: Vec<f64>, each_cm3: f64, volumes_cm3: &[f64]) -> Vec<f64> {
    let mut left = &mut values[..];
    let (mut wanted, mut below, mut level) = (0.0, 0, f64::NEG_INFINITY);
    let outwards = volumes_cm3.iter().map(|volume_cm3| {
        wanted += volume_cm3 / each_cm3;
        let more = ((wanted + 0.5) as usize - below).min(left.len());
        if more > 0 {
            level = *left.select_nth_unstable_by(more - 1, f64::total_cmp).1;
            left = &mut std::mem::take(&mut left)[more..];
            below += more;
        }
        level
    });
    outwards.collect()
}

/// Where a part has grown to.
pub(super) struct Place {
    /// Label of its first layer.
    pub first: usize,
    /// Level up to which each layer reaches.
    pub levels: Vec<f64>,
    /// A box that holds all of it (cm), and in how many points of it its levels were looked for.
    pub bounds_cm: [[f64; 2]; 3],
    points: u32,
}

/// A part's place where earlier parts leave room. A first look says how far it will reach; a second one counts there.
fn place(body: &Body, part: usize, first: usize) -> Place {
    let this = &body.parts[part];
    let wide = clipped(&this.field.bounds_cm, &body.outline.bounds_cm());
    let free = |bounds: &[[f64; 2]; 3], points: u32, most: f64| -> Vec<([f64; 3], f64)> {
        let overlaps = |other: &usize| {
            let theirs = &body.places[*other].bounds_cm;
            (0..3).all(|a| bounds[a][0] <= theirs[a][1] && theirs[a][0] <= bounds[a][1])
        };
        let earlier: Vec<usize> = (0..part).filter(overlaps).collect();
        let look = |n| {
            let p = point_in(bounds, n, 0.0);
            let value = this.field.at(p);
            if value > most {
                return None;
            }
            let depth = body.outline.depth_or_deep(p);
            let free = depth > body.fill.skin_cm.max(this.depth_cm)
                && !earlier.iter().any(|other| body.label_in(*other, p, depth).is_some());
            free.then_some((p, value))
        };
        (0..points).into_par_iter().filter_map(look).collect()
    };
    let volumes_cm3: Vec<f64> =
        (0..this.layers.len()).map(|layer| body.organs[first + layer].target_cm3()).collect();
    let all_cm3: f64 = volumes_cm3.iter().sum();

    let seen = free(&wide, FIRST_POINTS, REACH);
    let each_cm3 = box_cm3(&wide) / f64::from(FIRST_POINTS);
    let level = levels_of(seen.iter().map(|(_, value)| *value).collect(), each_cm3, &[all_cm3])[0];
    // Too few points of the first look say nothing about where its ends are.
    let few = all_cm3 / each_cm3 < 60.0 || seen.len() < 60;
    let most = if few { REACH } else { (1.3 * level).min(REACH) };
    let bounds_cm = if few { wide } else { around(&seen, most, &wide) };
    let thinnest_cm3 = volumes_cm3.iter().copied().fold(f64::INFINITY, f64::min);
    let points = points_for(&bounds_cm, thinnest_cm3);
    let each_cm3 = box_cm3(&bounds_cm) / f64::from(points);
    let values = free(&bounds_cm, points, most).into_iter().map(|(_, value)| value).collect();
    Place { first, levels: levels_of(values, each_cm3, &volumes_cm3), bounds_cm, points }
}

/// As many points in a box as a volume in it needs to be counted well.
fn points_for(bounds_cm: &[[f64; 2]; 3], volume_cm3: f64) -> u32 {
    const HITS: f64 = 6000.0;
    ((HITS * box_cm3(bounds_cm) / volume_cm3) as u32).clamp(POINTS[0], POINTS[1])
}

/// A box around the points with a value up to a level, with room for what lies between points.
fn around(seen: &[([f64; 3], f64)], most: f64, wide: &[[f64; 2]; 3]) -> [[f64; 2]; 3] {
    let tight = std::array::from_fn(|a| {
        let margin = 0.05 * (wide[a][1] - wide[a][0]);
        let along = seen.iter().filter(|(_, value)| *value <= most).map(|(p, _)| p[a]);
        let low = along.clone().fold(f64::INFINITY, f64::min);
        [low - margin, along.fold(f64::NEG_INFINITY, f64::max) + margin]
    });
    clipped(&tight, wide)
}

fn clipped(bounds: &[[f64; 2]; 3], to: &[[f64; 2]; 3]) -> [[f64; 2]; 3] {
    std::array::from_fn(|a| [bounds[a][0].max(to[a][0]), bounds[a][1].min(to[a][1])])
}

/// Volumes of all labels (cm³), with other points than those that levels were chosen with.
pub(super) fn count_cm3(body: &Body) -> Vec<f64> {
    let mut volumes_cm3 = vec![0.0; body.organs.len()];
    for (part, place) in body.places.iter().enumerate() {
        let points = 2 * place.points;
        let last = place.levels.last().copied().unwrap_or(f64::NEG_INFINITY);
        let label_of = |n: u32| {
            let p = point_in(&place.bounds_cm, n, 0.37);
            if body.parts[part].field.at(p) > last {
                return None;
            }
            body.label_near(p)
        };
        let labels: Vec<usize> = (0..points).into_par_iter().filter_map(label_of).collect();
        let each_cm3 = box_cm3(&place.bounds_cm) / f64::from(points);
        for (layer, volume_cm3) in volumes_cm3[place.first..][..place.levels.len()].iter_mut().enumerate() {
            *volume_cm3 =
                each_cm3 * labels.iter().filter(|label| **label == place.first + layer).count() as f64;
        }
    }
    let inside = points_inside(&body.outline, 0.93 * cell_cm(&body.outline), POINTS_PER_CELL[1]);
    let of = |point: &Point| (body.label_within(point.p, point.depth), point.cm3);
    let labels: Vec<(usize, f64)> = inside.par_iter().map(of).collect();
    for (label, volume_cm3) in volumes_cm3.iter_mut().enumerate().skip(body.organs.len() - Fill::COUNT) {
        *volume_cm3 = labels.iter().filter(|(other, _)| *other == label).map(|(_, cm3)| cm3).sum();
    }
    volumes_cm3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_hold_what_is_asked_for_layer_by_layer() {
        let values: Vec<f64> = (0..100).map(|n| f64::from(n * 37 % 100)).collect();
        // Ten values, then twenty more, then none, then more than there are.
        assert_eq!(levels_of(values.clone(), 2.0, &[20.0, 40.0, 0.0, 1000.0]), [9.0, 29.0, 29.0, 99.0]);
        assert_eq!(levels_of(vec![], 2.0, &[1.0]), [f64::NEG_INFINITY]);
        let weighed = |cm3: f64| level_of(values.iter().map(|value| (*value, 2.0)).collect(), cm3);
        assert_eq!(
            [weighed(20.0), weighed(60.9), weighed(1000.0), weighed(0.5)],
            [9.0, 29.0, 99.0, f64::NEG_INFINITY]
        );
    }
}

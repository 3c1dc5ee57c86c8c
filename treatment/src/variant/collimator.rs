//! The same aperture on a collimator that is turned: leaves and jaws fitted anew.

use super::outline::Outline;
use super::{weights, wrapped};
use crate::beam::{Beam, Motion};
use crate::device::Axis;
use crate::error::Error;
use crate::opening::rectangles;
use crate::pose::Opening;

/// More of the aperture than this may not differ: the leaves cannot take its shape, and it is another plan.
pub const MOST_DIFFERS: f64 = 0.25;
/// Jaws that stand further from the opening than this limit nothing and stay where they are (mm).
const CLEAR_MM: f64 = 50.0;
/// Closed pairs stand this far beside the opening, under the jaws (mm).
const PARKED_MM: f64 = 20.0;

/// How well the leaves took the aperture's shape, over all control points by their monitor units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// What is open in only one of the two, as a share of the plan's aperture.
    pub differs: f64,
    /// New area over the plan's.
    pub area_ratio: f64,
}

/// The beam with its collimator turned on by an angle (rad) and the same aperture in the beam's eye view.
///
/// Each leaf pair is opened where that makes the least wrong area. Jaws stand as far from the opening as they did on
/// average; they move if any of them did. A closed pair stands beside the opening, or, in a moving beam, where it opens
/// next or opened last, so that it has no long way to go.
///
/// # Errors
/// A wedge would turn with the collimator; the leaves cannot take the shape.
pub fn turned(beam: &Beam, by_rad: f64) -> Result<(Beam, Fit), Error> {
    if !beam.wedges.is_empty() {
        let why = "its wedge turns with the collimator, which would change the dose in the field".into();
        return Err(beam.refusal(why, "turn it in the planning system"));
    }
    let outlines: Vec<Outline> = beam
        .control_points
        .iter()
        .map(|point| Outline::turned(rectangles(&beam.devices, &point.pose.openings), by_rad))
        .collect();
    let mut new = beam.clone();
    let jaws = Jaws::of(beam);
    for (at, device) in beam.devices.iter().enumerate() {
        let along = device.kind.travel();
        let openings: Vec<Opening> = if device.kind.has_leaves() {
            leaves(beam, at, &outlines)
        } else if jaws.stay[at] {
            beam.control_points.iter().map(|point| point.pose.openings[at].clone()).collect()
        } else {
            jaws.around(&outlines, along)
        };
        for (point, opening) in new.control_points.iter_mut().zip(openings) {
            point.pose.openings[at] = opening;
        }
    }
    for point in &mut new.control_points {
        point.pose.collimator_rad = wrapped(point.pose.collimator_rad + by_rad);
    }
    let fit = fit(&new, &outlines);
    if fit.differs > MOST_DIFFERS {
        let why = format!(
            "its leaves cannot take the aperture's shape with the collimator turned: {:.0} % of the area would differ",
            100.0 * fit.differs
        );
        return Err(beam.refusal(why, "optimise it anew in the planning system"));
    }
    new.check()?;
    Ok((new, fit))
}

/// The openings of a device with leaves at each control point.
fn leaves(beam: &Beam, at: usize, outlines: &[Outline]) -> Vec<Opening> {
    let device = &beam.devices[at];
    let along = device.kind.travel();
    let parked_mm = extent(outlines, along).map_or(0.0, |[low, _]| low - PARKED_MM);
    let pairs = (0..device.pairs()).map(|pair| {
        let sides = device.sides_mm(pair);
        let fitted: Vec<Option<[f64; 2]>> =
            outlines.iter().map(|outline| outline.pair(along, sides)).collect();
        let closed_at = |index: usize| {
            let next = (0..fitted.len()).filter(|&other| fitted[other].is_some());
            match next.min_by_key(|other| other.abs_diff(index)).and_then(|other| fitted[other]) {
                Some([low, high]) if beam.motion == Motion::Dynamic => [0.5 * (low + high); 2],
                _ => [parked_mm; 2],
            }
        };
        (0..fitted.len()).map(|index| fitted[index].unwrap_or_else(|| closed_at(index))).collect::<Vec<_>>()
    });
    let by_pair: Vec<Vec<[f64; 2]>> = pairs.collect();
    (0..outlines.len()).map(|index| by_pair.iter().map(|pair| pair[index]).collect()).collect()
}

/// How the plan's jaws stand about its opening.
struct Jaws {
    /// Those that limit nothing, and leaves.
    stay: Vec<bool>,
    /// Mean distance of the others from the opening (mm).
    margin_mm: f64,
    is_moving: bool,
}

impl Jaws {
    fn of(beam: &Beam) -> Self {
        let first = &beam.control_points[0].pose;
        let mut jaws = Self { stay: vec![true; beam.devices.len()], margin_mm: 0.0, is_moving: false };
        let mut margins = Vec::new();
        for (at, device) in beam.devices.iter().enumerate().filter(|(_, device)| !device.kind.has_leaves()) {
            let mut own = Vec::new();
            for point in &beam.control_points {
                let open = Outline::turned(rectangles(&beam.devices, &point.pose.openings), 0.0);
                if let Some([low, high]) = open.extent_mm(device.kind.travel()) {
                    let [lower, upper] = point.pose.openings[at][0];
                    own.extend([low - lower, upper - high]);
                }
            }
            jaws.stay[at] = own.iter().all(|margin| *margin > CLEAR_MM);
            if !jaws.stay[at] {
                margins.extend(own);
                jaws.is_moving |=
                    beam.control_points.iter().any(|p| p.pose.openings[at] != first.openings[at]);
            }
        }
        if !margins.is_empty() {
            jaws.margin_mm = margins.iter().sum::<f64>() / margins.len() as f64;
        }
        jaws
    }

    /// About the opening at each control point, or about all of them.
    fn around(&self, outlines: &[Outline], along: Axis) -> Vec<Opening> {
        let all = extent(outlines, along).unwrap_or([0.0; 2]);
        let of = |outline: &Outline| {
            let own = outline.extent_mm(along).filter(|_| self.is_moving).unwrap_or(all);
            vec![[own[0] - self.margin_mm, own[1] + self.margin_mm]]
        };
        outlines.iter().map(of).collect()
    }
}

fn extent(outlines: &[Outline], along: Axis) -> Option<[f64; 2]> {
    let extents = outlines.iter().filter_map(|outline| outline.extent_mm(along));
    extents.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])
}

fn fit(new: &Beam, outlines: &[Outline]) -> Fit {
    let points = new.control_points.iter().zip(outlines).zip(weights(new));
    let [planned, fitted, differs] = points.fold([0.0; 3], |sum, ((point, outline), weight)| {
        let open = Outline::turned(rectangles(&new.devices, &point.pose.openings), 0.0);
        let areas = outline.area_and_difference_mm2(&open);
        std::array::from_fn(|i| sum[i] + weight * areas[i])
    });
    if planned > 0.0 {
        Fit { differs: differs / planned, area_ratio: fitted / planned }
    } else {
        Fit { differs: 0.0, area_ratio: 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{DeviceKind, LimitingDevice};
    use crate::iec61217::PatientPosition;
    use crate::opening::Rectangle;
    use crate::synthetic::{Identity, Target, four_fields};

    fn beam() -> Beam {
        let target = Target {
            centre_mm: [10.0, 20.0, 30.0],
            radius_mm: 40.0,
            position: PatientPosition::Hfs,
            dose_gy: 1.0,
            fractions: 1,
            mu: 100.0,
        };
        let identity =
            Identity { uid: "1.2".into(), frame_of_reference_uid: "1.3".into(), structure_set_uid: None };
        let mut beam = four_fields(&target, &identity).beams.remove(1);
        // No symmetry that could hide a turn the wrong way: a third of the disc is shut.
        for point in &mut beam.control_points {
            for opening in point.pose.openings[2].iter_mut().skip(30).filter(|opening| opening[1] > 0.0) {
                opening[1] = 5.0;
            }
        }
        beam
    }

    /// Whether the beam is open where a point of the isocentre plane lies in the patient: by the way of the engine, and not by
    /// that of the fit.
    fn is_open(beam: &Beam, at_patient_mm: [f64; 3]) -> bool {
        let pose = &beam.control_points[0].pose;
        let [x, y, _] =
            pose.patient_from_limiting_device(PatientPosition::Hfs).inverse().point(at_patient_mm);
        let is_in = |r: &Rectangle| r.x_mm[0] <= x && x < r.x_mm[1] && r.y_mm[0] <= y && y < r.y_mm[1];
        rectangles(&beam.devices, &pose.openings).iter().any(is_in)
    }

    #[test]
    fn the_aperture_stays_where_it_is_in_the_patient() {
        let beam = beam();
        let from_b = beam.control_points[0].pose.patient_from_limiting_device(PatientPosition::Hfs);
        for degrees in [-60.0_f64, 30.0, 45.0, 90.0, 180.0] {
            let (new, fit) = turned(&beam, degrees.to_radians()).unwrap();
            let (mut open, mut differ, mut open_now) = (0, 0, 0);
            for (i, j) in (-60..60).flat_map(|i| (-60..60).map(move |j| (i, j))) {
                let at = from_b.point([f64::from(i) + 0.5, f64::from(j) + 0.5, 0.0]);
                let [was, is] = [is_open(&beam, at), is_open(&new, at)];
                open += i32::from(was);
                open_now += i32::from(is);
                differ += i32::from(was != is);
            }
            let share = f64::from(differ) / f64::from(open);
            assert!(share < 0.12 && (share - fit.differs).abs() < 0.01, "{degrees}: {share}, {fit:?}");
            assert!(
                (f64::from(open_now) / f64::from(open) - fit.area_ratio).abs() < 0.01,
                "{degrees}: {fit:?}"
            );
        }
    }

    #[test]
    fn no_turn_changes_nothing_of_the_opening() {
        let beam = beam();
        let (new, fit) = turned(&beam, 0.0).unwrap();
        assert!(fit.differs < 1e-9 && (fit.area_ratio - 1.0).abs() < 1e-9, "{fit:?}");
        assert_eq!(new.control_points[0].pose.collimator_rad, 0.0);
    }

    #[test]
    fn jaws_keep_their_distance_and_dummy_jaws_their_place() {
        let mut beam = beam();
        let (new, _) = turned(&beam, std::f64::consts::FRAC_PI_2).unwrap();
        let jaws = |beam: &Beam, at: usize| beam.control_points[0].pose.openings[at][0];
        // The plan's stand at 45 mm, 5 mm from an opening of 40 mm to each side.
        for at in [0, 1] {
            let [low, high] = jaws(&new, at);
            assert!((low + 45.0).abs() < 1e-6 && (high - 45.0).abs() < 1e-6, "{low} {high}");
        }
        // Opened by 10 mm on one side, all stand 2.5 mm further off.
        let mut wider = beam.clone();
        wider.control_points.iter_mut().for_each(|point| point.pose.openings[0][0][1] += 10.0);
        let (new, _) = turned(&wider, std::f64::consts::FRAC_PI_2).unwrap();
        assert!((jaws(&new, 1)[0] + 47.5).abs() < 1e-6, "{:?}", jaws(&new, 1));
        for point in &mut beam.control_points {
            point.pose.openings[0] = vec![[-200.0, 200.0]];
        }
        let (new, _) = turned(&beam, 0.5).unwrap();
        assert_eq!(jaws(&new, 0), [-200.0, 200.0]);
    }

    #[test]
    fn what_leaves_cannot_do_is_refused() {
        let mut wide = beam();
        wide.devices[2] = LimitingDevice::leaves(DeviceKind::MlcX, vec![-200.0, 0.0, 200.0]);
        for point in &mut wide.control_points {
            point.pose.openings[2] = vec![[-5.0, 5.0]; 2];
        }
        let refusal = turned(&wide, 0.8).unwrap_err().to_string();
        assert!(refusal.contains("cannot take the aperture's shape"), "{refusal}");
    }
}

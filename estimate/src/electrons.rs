//! Contaminating electrons: their surface term in a patient and in a phantom's fixed field. Nothing is drawn at random.

use crate::Error;
use crate::head::{Given, focal_spectrum, local_direction, local_point_mm, water_kerma};
use anatomy::Anatomy;
use rayon::prelude::*;
use treatment::Electrons;
use treatment::iec61217::PatientPosition;
use treatment::machine::BeamQuality;
use treatment::opening::{Rectangle, rectangles};
use treatment::segment::{Sampling, Segment, segments};

/// Gy for one MeV in a gram (CODATA 2018: 1 eV is 1.602176634e-19 J).
const GY_G_PER_MEV: f64 = 1.602_176_634e-10;
/// Beams within this angle of each other count as from one direction (cosine of 6 degrees): the term is as wide as an opening
/// and its margin.
const ONE_DIRECTION: f64 = 0.994_522;
/// Nodes of an opening's map for each standard deviation of the margin: straight lines between them are off by less than 1 %.
const NODES: f64 = 6.0;
/// Standard deviations beyond an opening where its map ends.
const REACH: f64 = 4.0;

/// Kerma in water of a beam's open field, free in air in the isocentre (Gy), for each unit of the source's fluence; extra-focal
/// photons included. What the level of [`Electrons`] is relative to.
///
/// # Errors
/// The spectrum is none.
pub fn open_kerma_gy(quality: &BeamQuality, sad_mm: f64) -> Result<f64, Error> {
    let per_photon = water_kerma(&focal_spectrum(quality)?);
    let open = 1.0 + quality.extra_focal.map_or(0.0, |disc| disc.ratio());
    Ok(open * per_photon * GY_G_PER_MEV / (0.1 * sad_mm).powi(2))
}

/// Their dose at a place in water for a level of 1, over [`open_kerma_gy`]: x and y off the axis and the depth below a plane
/// surface (mm).
pub fn in_water(
    electrons: &Electrons,
    open: &[Rectangle],
    position_mm: [f64; 3],
    sad_mm: f64,
    ssd_mm: f64,
) -> f64 {
    let [x_mm, y_mm, depth_mm] = position_mm;
    let away_mm = ssd_mm + depth_mm;
    let scale = sad_mm / away_mm;
    let along_ray_mm = depth_mm * (1.0 + (x_mm.powi(2) + y_mm.powi(2)) / away_mm.powi(2)).sqrt();
    electrons.seen(open, [scale * x_mm, scale * y_mm]) * electrons.left(along_ray_mm) * scale.powi(2)
}

/// What comes from one direction: where from, and the dose at the surface by the place in the isocentre plane.
struct Direction {
    electrons: Electrons,
    sad_mm: f64,
    source_mm: [f64; 3],
    axes: [[f64; 3]; 3],
    /// Lower end of the map in x and y, and its step (mm).
    from_mm: [f64; 2],
    step_mm: f64,
    shape: [usize; 2],
    gy: Vec<f32>,
}

/// The surface term of all beams in a patient (Gy, all fractions), 0 outside the body; `None` where no machine file describes it.
///
/// # Errors
/// A spectrum is none.
pub fn surface_dose(
    given: &[Given],
    position: PatientPosition,
    anatomy: &Anatomy,
) -> Result<Option<Vec<f32>>, Error> {
    let mut directions = Vec::new();
    for given in given {
        directions.extend(from_beam(given, position, anatomy)?);
    }
    if directions.is_empty() {
        return Ok(None);
    }
    let dose_gy = |voxel: usize| {
        if anatomy.body[voxel] <= 0.0 {
            return 0.0;
        }
        let index = anatomy.grid.voxel(voxel).0;
        let place_mm = std::array::from_fn(|a| (index[a] as f64 + 0.5) * anatomy.grid.spacing_mm[a]);
        directions.iter().map(|direction| direction.dose_gy(place_mm, anatomy)).sum::<f64>() as f32
    };
    Ok(Some((0..anatomy.body.len()).into_par_iter().map(dose_gy).collect()))
}

/// The directions that a beam comes from; none where its machine file has no electrons.
fn from_beam(given: &Given, position: PatientPosition, anatomy: &Anatomy) -> Result<Vec<Direction>, Error> {
    let quality = given.choice.quality;
    let Some(electrons) = quality.electrons.filter(|electrons| electrons.level > 0.0) else {
        return Ok(vec![]);
    };
    let unit_gy = electrons.level * open_kerma_gy(quality, given.beam.sad_mm)?;
    // Leaves may go as far as they like within a piece: its middle stands for it, smaller steps follow from control points.
    let sampling = Sampling { turn_rad: ONE_DIRECTION.acos(), travel_mm: f64::INFINITY };
    let cut = segments(given.beam, given.mu * given.gy_per_unit, position, sampling);
    let mut groups: Vec<Vec<Segment>> = Vec::new();
    for segment in cut {
        match groups.last_mut().filter(|group| is_one_direction(&group[0], &segment)) {
            Some(group) => group.push(segment),
            None => groups.push(vec![segment]),
        }
    }
    let sad_mm = given.beam.sad_mm;
    let direction = |group: &Vec<Segment>| {
        let open: Vec<(f64, Vec<Rectangle>)> = group
            .iter()
            .map(|segment| (segment.mu * unit_gy, rectangles(&given.beam.devices, &segment.pose.openings)))
            .collect();
        Direction::new(electrons, sad_mm, &group[group.len() / 2], &open, anatomy)
    };
    Ok(groups.iter().filter_map(direction).collect())
}

/// Whether two pieces of a beam come from about the same place, with the collimator at about the same angle.
fn is_one_direction(a: &Segment, b: &Segment) -> bool {
    let [turn_a, turn_b] = [a, b].map(|segment| &segment.patient_from_limiting_device);
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]].into_iter().all(|axis| {
        let [along_a, along_b] = [turn_a, turn_b].map(|turn| turn.direction(axis));
        (0..3).map(|i| along_a[i] * along_b[i]).sum::<f64>() >= ONE_DIRECTION
    }) && a.pose.isocentre_mm == b.pose.isocentre_mm
}

impl Direction {
    /// The openings with the dose at the surface that each would give if it had no end (Gy); `None` where nothing is ever open.
    fn new(
        electrons: Electrons,
        sad_mm: f64,
        middle: &Segment,
        open: &[(f64, Vec<Rectangle>)],
        anatomy: &Anatomy,
    ) -> Option<Direction> {
        let all = || open.iter().flat_map(|(_, rectangles)| rectangles);
        let step_mm = electrons.sigma_mm / NODES;
        let reach_mm = REACH * electrons.sigma_mm;
        let span = |of: &dyn Fn(&Rectangle) -> [f64; 2]| {
            let from = all().map(|one| of(one)[0]).fold(f64::INFINITY, f64::min) - reach_mm;
            let to = all().map(|one| of(one)[1]).fold(f64::NEG_INFINITY, f64::max) + reach_mm;
            (from, to)
        };
        let spans = [span(&|one| one.x_mm), span(&|one| one.y_mm)];
        if spans.iter().any(|(from, to)| !(to - from).is_finite() || to <= from) {
            return None;
        }
        let from_mm = spans.map(|(from, _)| from);
        let shape = spans.map(|(from, to)| ((to - from) / step_mm).ceil() as usize + 1);
        let node_mm = |axis: usize, at: usize| from_mm[axis] + step_mm * at as f64;
        let mut sums = vec![0.0; shape[0] * shape[1]];
        for (gy, rectangles) in open {
            for one in rectangles {
                let across = |axis: usize, edges| -> Vec<f64> {
                    (0..shape[axis]).map(|at| electrons.between(edges, node_mm(axis, at))).collect()
                };
                let (along_x, along_y) = (across(0, one.x_mm), across(1, one.y_mm));
                for (row, share_y) in sums.chunks_exact_mut(shape[0]).zip(along_y) {
                    row.iter_mut().zip(&along_x).for_each(|(sum, share_x)| *sum += gy * share_x * share_y);
                }
            }
        }
        let axis = |a: usize| {
            let mut unit = [0.0; 3];
            unit[a] = 1.0;
            local_direction(&anatomy.grid, middle.patient_from_limiting_device.direction(unit))
        };
        Some(Direction {
            electrons,
            sad_mm,
            source_mm: local_point_mm(&anatomy.grid, middle.source_mm),
            axes: [axis(0), axis(1), axis(2)],
            from_mm,
            step_mm,
            shape,
            gy: sums.into_iter().map(|gy| gy as f32).collect(),
        })
    }

    /// The dose at a place in the space of the grid (mm from its lower corner).
    fn dose_gy(&self, place_mm: [f64; 3], anatomy: &Anatomy) -> f64 {
        let to_source: [f64; 3] = std::array::from_fn(|a| self.source_mm[a] - place_mm[a]);
        let [x, y, away_mm] = self.axes.map(|axis| (0..3).map(|a| axis[a] * to_source[a]).sum::<f64>());
        if away_mm <= 0.0 {
            return 0.0;
        }
        let scale = self.sad_mm / away_mm;
        let at_surface_gy = self.at_surface_gy([-scale * x, -scale * y]);
        if at_surface_gy <= 0.0 {
            return 0.0;
        }
        let distance_mm = to_source.iter().map(|along| along * along).sum::<f64>().sqrt();
        let towards = to_source.map(|along| along / distance_mm);
        let depth_mm = water_mm_before(place_mm, towards, self.electrons.range_mm, anatomy);
        at_surface_gy * scale.powi(2) * self.electrons.left(depth_mm)
    }

    /// The map between its nodes; 0 beyond it.
    fn at_surface_gy(&self, place_mm: [f64; 2]) -> f64 {
        let at: [f64; 2] = std::array::from_fn(|a| (place_mm[a] - self.from_mm[a]) / self.step_mm);
        if (0..2).any(|a| !(at[a] >= 0.0 && at[a] < (self.shape[a] - 1) as f64)) {
            return 0.0;
        }
        let [i, j] = at.map(|at| at as usize);
        let [u, v] = at.map(f64::fract);
        let row = |j: usize| {
            let value = |i: usize| f64::from(self.gy[j * self.shape[0] + i]);
            value(i) * (1.0 - u) + value(i + 1) * u
        };
        row(j) * (1.0 - v) + row(j + 1) * v
    }
}

/// How much lies between a place and the source, as water (mm); no more is looked for than `enough_mm`.
fn water_mm_before(place_mm: [f64; 3], towards: [f64; 3], enough_mm: f64, anatomy: &Anatomy) -> f64 {
    let grid = &anatomy.grid;
    let step_mm = 0.5 * grid.spacing_mm.iter().copied().fold(f64::INFINITY, f64::min);
    let mut sum_mm = 0.0;
    let mut gone_mm = 0.5 * step_mm;
    while sum_mm < enough_mm {
        let mut index = [0; 3];
        for a in 0..3 {
            let at = ((place_mm[a] + gone_mm * towards[a]) / grid.spacing_mm[a]).floor();
            if !(at >= 0.0 && at < grid.shape[a] as f64) {
                return sum_mm;
            }
            index[a] = at as usize;
        }
        let voxel = index[0] + grid.shape[0] * (index[1] + grid.shape[1] * index[2]);
        sum_mm += step_mm * f64::from(anatomy.voxel_density_g_cm3[voxel]);
        gone_mm += step_mm;
    }
    sum_mm
}

#[cfg(test)]
mod tests {
    use super::*;
    use anatomy::Options;
    use treatment::Plan;
    use treatment::machine::{Choice, Machine, built_in, choose};
    use treatment::synthetic::{Identity, Target, arc, four_fields};
    use volume::{Image, OrientedGrid, VoxelIndex};

    const EDGE_MM: f64 = 5.0;
    const SHAPE: [usize; 3] = [60, 40, 60];
    /// Water fills the grid but this much on every side (voxels).
    const AIR: usize = 4;

    /// A block of water around the isocentre: 26 × 16 × 26 cm.
    fn patient() -> Anatomy {
        let grid = OrientedGrid {
            origin_mm: [-147.5, -97.5, -147.5],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [EDGE_MM; 3],
            shape: SHAPE,
        };
        let inside = |at: usize| {
            let place = grid.voxel(at).0;
            (0..3).all(|a| (AIR..SHAPE[a] - AIR).contains(&place[a]))
        };
        let values = (0..grid.len()).map(|at| if inside(at) { 0.0 } else { -1000.0 }).collect();
        Anatomy::build(&Image { grid, values }, &[], &Options::with_voxels(EDGE_MM)).expect("a patient")
    }

    fn target() -> Target {
        let position = PatientPosition::Hfs;
        Target { centre_mm: [0.0; 3], radius_mm: 30.0, position, dose_gy: 50.0, fractions: 25, mu: 100.0 }
    }

    fn identity() -> Identity {
        Identity { uid: "1.2".into(), frame_of_reference_uid: "1.3".into(), structure_set_uid: None }
    }

    fn dose(plan: &Plan, machines: &[Machine], patient: &Anatomy) -> Option<Vec<f32>> {
        let choices: Vec<Choice> =
            plan.beams.iter().map(|beam| choose(machines, beam, None).expect("a machine")).collect();
        let given = |(beam, choice)| Given { beam, choice, mu: 100.0, gy_per_unit: 2.0 };
        let given: Vec<Given> = plan.beams.iter().zip(&choices).map(given).collect();
        surface_dose(&given, PatientPosition::Hfs, patient).expect("spectra")
    }

    fn at(patient: &Anatomy, values: &[f32], point_mm: [f64; 3]) -> f64 {
        let place = patient.grid.index_of(point_mm).map(|at| at.round() as usize);
        f64::from(values[patient.grid.offset(VoxelIndex(place))])
    }

    #[test]
    fn a_field_on_a_flat_surface_gives_what_the_formula_says_and_nothing_behind_its_range() {
        let (patient, machines) = (patient(), built_in());
        let mut plan = four_fields(&target(), &identity());
        plan.beams.truncate(1);
        // Off the axis both ways, so that a side taken for the other one shows.
        for point in &mut plan.beams[0].control_points {
            point.pose.openings[0] = vec![[-35.0, 0.0]];
            point.pose.openings[1] = vec![[5.0, 35.0]];
        }
        let beam = &plan.beams[0];
        let values = dose(&plan, &machines, &patient).expect("electrons");
        let quality = choose(&machines, beam, None).expect("a machine").quality;
        let electrons = quality.electrons.expect("a term");
        let open = rectangles(&beam.devices, &beam.control_points[0].pose.openings);
        // From the front (gantry 0): the surface lies 80 mm before the isocentre, x and z of the patient are the beam's x and y.
        let density = at(&patient, &patient.voxel_density_g_cm3, [2.5; 3]);
        let unit = 200.0 * electrons.level * open_kerma_gy(quality, beam.sad_mm).expect("a spectrum");
        for [x, y, depth] in
            [[2.5, 2.5, 2.5], [2.5, 2.5, 12.5], [62.5, -2.5, 2.5], [2.5, 92.5, 7.5], [2.5, 2.5, 27.5]]
        {
            // 0 HU are not quite water: the depth that counts is that of water.
            let stretched = Electrons {
                fall_per_mm: density * electrons.fall_per_mm,
                range_mm: electrons.range_mm / density,
                ..electrons
            };
            let expected = unit * in_water(&stretched, &open, [x, y, depth], beam.sad_mm, 920.0);
            let found = at(&patient, &values, [x, depth - 80.0, y]);
            assert!((found - expected).abs() <= 0.02 * expected, "{x}, {y}, {depth}: {found}, {expected}");
        }
        let beyond = at(&patient, &values, [2.5, 77.5, 2.5]);
        assert_eq!(beyond, 0.0, "the far side");
        assert_eq!(at(&patient, &values, [2.5, -90.0, 2.5]), 0.0, "in front of the patient");
    }

    /// Taken together by 6 degrees, an arc gives about what its pieces do one by one.
    #[test]
    fn an_arc_adds_up_over_its_directions_and_a_machine_without_the_term_gives_none() {
        let (patient, mut machines) = (patient(), built_in());
        let plan = arc(&target(), &identity());
        let values = dose(&plan, &machines, &patient).expect("electrons");
        let sides = [[2.5, -77.5, 2.5], [2.5, 77.5, 2.5], [-127.5, 2.5, 2.5], [127.5, 2.5, 2.5]];
        for side in sides {
            assert!(at(&patient, &values, side) > 0.0, "{side:?}");
        }
        assert_eq!(at(&patient, &values, [2.5; 3]), 0.0, "the middle");
        machines.iter_mut().flat_map(|machine| &mut machine.beams).for_each(|beam| beam.electrons = None);
        assert_eq!(dose(&plan, &machines, &patient), None);
    }
}

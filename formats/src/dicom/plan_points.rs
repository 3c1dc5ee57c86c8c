//! The control points of a beam, each complete: what the file does not repeat is carried forward.

use super::plan_beam::PlanFile;
use super::{Scope, tags};
use crate::Error;
use dicom_core::Tag;
use treatment::beam::{Beam, ControlPoint};
use treatment::device::LimitingDevice;
use treatment::pose::{Opening, Pose, Turn, Turning, WedgePosition};

/// How the edges of leaves follow each other in LeafJawPositions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeafOrder {
    /// All of the first bank, then all of the second: DICOM's.
    Banks,
    /// Pair by pair: ViewRay's.
    Pairs,
}

impl LeafOrder {
    fn edges(self, positions: &[f64]) -> Opening {
        let (lower, upper) = positions.split_at(positions.len() / 2);
        match self {
            LeafOrder::Banks => lower.iter().zip(upper).map(|(&a, &b)| [a, b]).collect(),
            LeafOrder::Pairs => positions.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect(),
        }
    }

    /// The order in a plan of this maker: ViewRay's where leaves would cross in DICOM's order and do not in its own.
    pub(super) fn find(beams: &[Scope<'_>], manufacturer: &str) -> Result<LeafOrder, Error> {
        if !manufacturer.to_lowercase().starts_with("viewray") {
            return Ok(LeafOrder::Banks);
        }
        let mut crosses = [false; 2];
        for beam in beams {
            for point in beam.sequence(tags::CONTROL_POINT_SEQUENCE)? {
                for item in point.sequence(tags::BEAM_LIMITING_DEVICE_POSITION_SEQUENCE)? {
                    let positions = item.numbers(tags::LEAF_JAW_POSITIONS)?;
                    for (crosses, order) in crosses.iter_mut().zip([LeafOrder::Banks, LeafOrder::Pairs]) {
                        *crosses |= order.edges(&positions).iter().any(|[lower, upper]| lower > upper);
                    }
                }
            }
        }
        Ok(if crosses == [true, false] { LeafOrder::Pairs } else { LeafOrder::Banks })
    }
}

/// What is known so far, and is carried forward.
struct Known {
    pose: Pose,
    turning: Turning,
    ssd_mm: Option<f64>,
    /// Which devices have had a position.
    placed: Vec<bool>,
    order: LeafOrder,
}

/// Reads the control points of a beam whose devices and wedges are known; sets its energy, and drops leaves that have
/// no position anywhere.
pub(super) fn control_points(item: &Scope<'_>, beam: &mut Beam, file: &mut PlanFile) -> Result<(), Error> {
    let items = item.required_sequence(tags::CONTROL_POINT_SEQUENCE)?;
    let declared = item.integer(tags::NUMBER_OF_CONTROL_POINTS)?;
    if declared.is_some_and(|declared| declared != items.len() as i64) {
        let problem = format!(
            "is {}, but there are {}; the plan is cut off, export it again",
            declared.unwrap_or(0),
            items.len()
        );
        return Err(item.error(tags::NUMBER_OF_CONTROL_POINTS, problem));
    }
    let mut known = start(&items[0], beam, file.order)?;
    let mut weights = vec![];
    for point in &items {
        update(point, beam, &mut known)?;
        if known.pose.isocentre_mm[0].is_nan() {
            return Err(point.missing(tags::ISOCENTER_POSITION));
        }
        weights.push(point.required_number(tags::CUMULATIVE_METERSET_WEIGHT)?);
        beam.control_points.push(ControlPoint {
            meterset: 0.0,
            pose: known.pose.clone(),
            turning: known.turning,
            ssd_mm: known.ssd_mm,
        });
        drop_unplaced_if_first(&items, beam, &mut known, file)?;
    }
    normalise(item, &weights, beam)
}

/// The first control point must say where everything stands, but for what is 0 unless said otherwise.
fn start(first: &Scope<'_>, beam: &mut Beam, order: LeafOrder) -> Result<Known, Error> {
    beam.nominal_mv = first.required_number(tags::NOMINAL_BEAM_ENERGY)?;
    let pose = Pose {
        gantry_rad: first.required_number(tags::GANTRY_ANGLE)?.to_radians(),
        collimator_rad: 0.0,
        support_rad: 0.0,
        eccentric_rad: 0.0,
        pitch_rad: 0.0,
        roll_rad: 0.0,
        isocentre_mm: [f64::NAN; 3], // until the first point is read
        openings: beam.devices.iter().map(|device| vec![[0.0; 2]; device.pairs()]).collect(),
        wedges: vec![WedgePosition::In; beam.wedges.len()],
    };
    let placed = vec![false; beam.devices.len()];
    Ok(Known { pose, turning: Turning::default(), ssd_mm: None, placed, order })
}

/// Takes over what a control point says.
fn update(point: &Scope<'_>, beam: &Beam, known: &mut Known) -> Result<(), Error> {
    if let Some(energy) = point.number(tags::NOMINAL_BEAM_ENERGY)?.filter(|energy| *energy != beam.nominal_mv)
    {
        let problem = format!("changes from {} to {energy} within the beam; split the beam", beam.nominal_mv);
        return Err(point.error(tags::NOMINAL_BEAM_ENERGY, problem));
    }
    if point.number(tags::GANTRY_PITCH_ANGLE)?.is_some_and(|pitch| pitch != 0.0) {
        return Err(point.error(tags::GANTRY_PITCH_ANGLE, "is not 0; pitched gantries are not modelled"));
    }
    let pose = &mut known.pose;
    for (tag, angle_rad) in [
        (tags::GANTRY_ANGLE, &mut pose.gantry_rad),
        (tags::BEAM_LIMITING_DEVICE_ANGLE, &mut pose.collimator_rad),
        (tags::PATIENT_SUPPORT_ANGLE, &mut pose.support_rad),
        (tags::TABLE_TOP_ECCENTRIC_ANGLE, &mut pose.eccentric_rad),
        (tags::TABLE_TOP_PITCH_ANGLE, &mut pose.pitch_rad),
        (tags::TABLE_TOP_ROLL_ANGLE, &mut pose.roll_rad),
    ] {
        if let Some(angle) = point.number(tag)? {
            *angle_rad = angle.to_radians();
        }
    }
    // The gantry's angle grows clockwise as someone sees it who faces it; collimator and couch grow counter-clockwise
    // as the source, or someone above, sees them.
    let (cw, cc) = (Turn::Growing, Turn::Shrinking);
    for (tag, turn, [clockwise, counter]) in [
        (tags::GANTRY_ROTATION_DIRECTION, &mut known.turning.gantry, [cw, cc]),
        (tags::BEAM_LIMITING_DEVICE_ROTATION_DIRECTION, &mut known.turning.collimator, [cc, cw]),
        (tags::PATIENT_SUPPORT_ROTATION_DIRECTION, &mut known.turning.support, [cc, cw]),
        (tags::TABLE_TOP_ECCENTRIC_ROTATION_DIRECTION, &mut known.turning.eccentric, [cc, cw]),
    ] {
        match point.text(tag)?.as_deref() {
            Some("CW") => *turn = clockwise,
            Some("CC") => *turn = counter,
            Some("NONE") => *turn = Turn::Shorter,
            None => {}
            Some(word) => {
                return Err(point.error(tag, format!("is {word:?}; CW, CC and NONE are understood")));
            }
        }
    }
    if let Some(isocentre_mm) = point.array(tags::ISOCENTER_POSITION)? {
        pose.isocentre_mm = isocentre_mm;
    }
    if let Some(ssd_mm) = point.number(tags::SOURCE_TO_SURFACE_DISTANCE)? {
        known.ssd_mm = Some(ssd_mm);
    }
    update_openings(point, &beam.devices, known)?;
    update_wedges(point, beam, &mut known.pose)
}

/// Positions name their device by its word; of two devices with one word, the first position is the first device's.
fn update_openings(point: &Scope<'_>, devices: &[LimitingDevice], known: &mut Known) -> Result<(), Error> {
    let mut seen: Vec<String> = vec![];
    for item in point.sequence(tags::BEAM_LIMITING_DEVICE_POSITION_SEQUENCE)? {
        let code = item.required_text(tags::RT_BEAM_LIMITING_DEVICE_TYPE)?;
        let positions = item.numbers(tags::LEAF_JAW_POSITIONS)?;
        if positions.is_empty() {
            return Err(item.missing(tags::LEAF_JAW_POSITIONS));
        }
        let before = seen.iter().filter(|other| **other == code).count();
        let mut of_this_word = (0..devices.len()).filter(|&device| devices[device].code == code);
        let Some(device) = of_this_word.nth(before) else {
            let problem =
                format!("is {code:?}, which is not among the beam's devices; export the plan again");
            return Err(item.error(tags::RT_BEAM_LIMITING_DEVICE_TYPE, problem));
        };
        seen.push(code);
        let pairs = devices[device].pairs();
        if positions.len() != 2 * pairs {
            let problem =
                format!("holds {} positions for {pairs} pairs; export the plan again", positions.len());
            return Err(item.error(tags::LEAF_JAW_POSITIONS, problem));
        }
        known.pose.openings[device] = known.order.edges(&positions);
        known.placed[device] = true;
    }
    Ok(())
}

fn update_wedges(point: &Scope<'_>, beam: &Beam, pose: &mut Pose) -> Result<(), Error> {
    for item in point.sequence(tags::WEDGE_POSITION_SEQUENCE)? {
        let number = item.required_integer(tags::REFERENCED_WEDGE_NUMBER)?;
        let Some(wedge) = beam.wedges.iter().position(|wedge| i64::from(wedge.number) == number) else {
            let problem = format!("is {number}, which is no wedge of the beam; export the plan again");
            return Err(item.error(tags::REFERENCED_WEDGE_NUMBER, problem));
        };
        pose.wedges[wedge] = match item.required_text(tags::WEDGE_POSITION)?.as_str() {
            "IN" => WedgePosition::In,
            "OUT" => WedgePosition::Out,
            word => {
                let problem = format!("is {word:?}; IN and OUT are understood");
                return Err(item.error(tags::WEDGE_POSITION, problem));
            }
        };
    }
    Ok(())
}

/// After the first control point every device must stand somewhere. Leaves without any position are out of the beam.
fn drop_unplaced_if_first(
    items: &[Scope<'_>],
    beam: &mut Beam,
    known: &mut Known,
    file: &mut PlanFile,
) -> Result<(), Error> {
    if beam.control_points.len() != 1 {
        return Ok(());
    }
    for device in (0..beam.devices.len()).rev().filter(|&device| !known.placed[device]) {
        let code = &beam.devices[device].code;
        let comes_later = items.iter().skip(1).any(|point| has_position(point, code));
        if comes_later || !beam.devices[device].kind.has_leaves() {
            let problem = format!("has no position of {code}; export the plan again");
            return Err(items[0].error(tags::BEAM_LIMITING_DEVICE_POSITION_SEQUENCE, problem));
        }
        file.note(format!(
            "beam {} gives no position of its {code}: taken to be out of the beam",
            beam.number
        ));
        beam.devices.remove(device);
        known.pose.openings.remove(device);
        beam.control_points[0].pose.openings.remove(device);
    }
    known.placed = vec![true; beam.devices.len()];
    Ok(())
}

fn has_position(point: &Scope<'_>, code: &str) -> bool {
    let word = |item: &Scope<'_>, tag: Tag| item.text(tag).ok().flatten();
    point.sequence(tags::BEAM_LIMITING_DEVICE_POSITION_SEQUENCE).is_ok_and(|items| {
        items.iter().any(|item| word(item, tags::RT_BEAM_LIMITING_DEVICE_TYPE).as_deref() == Some(code))
    })
}

/// Cumulative weights become parts of the whole.
fn normalise(item: &Scope<'_>, weights: &[f64], beam: &mut Beam) -> Result<(), Error> {
    let tag = tags::FINAL_CUMULATIVE_METERSET_WEIGHT;
    let last = *weights.last().expect("required_sequence has an item");
    let end = item.number(tag)?.unwrap_or(last);
    let agrees = last > 0.0 && (end / last - 1.0).abs() <= 1e-3;
    if !agrees {
        let problem =
            format!("is {end}, but the control points end at {last}; the plan is cut off, export it again");
        return Err(item.error(tag, problem));
    }
    for (point, weight) in beam.control_points.iter_mut().zip(weights) {
        point.meterset = weight / last;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dicom::DicomFile;
    use crate::dicom::write::DataSet;
    use treatment::iec61217::PatientPosition;
    use treatment::synthetic::{Identity, Target, arc};

    fn beam(points: usize) -> Beam {
        let target = Target {
            centre_mm: [0.0; 3],
            radius_mm: 30.0,
            position: PatientPosition::Hfs,
            dose_gy: 1.0,
            fractions: 1,
            mu: 1.0,
        };
        let identity =
            Identity { uid: String::new(), frame_of_reference_uid: String::new(), structure_set_uid: None };
        let mut beam = arc(&target, &identity).beams.remove(0);
        beam.control_points.truncate(points);
        beam
    }

    fn file(set: DataSet) -> DicomFile {
        DicomFile::from_bytes("plan.dcm".as_ref(), &set.file("1.2", "1.3")).unwrap()
    }

    #[test]
    fn weights_that_end_at_a_hundred_become_parts_of_the_whole() {
        let file = file(DataSet::new().number(tags::FINAL_CUMULATIVE_METERSET_WEIGHT, 100.0));
        let mut beam = beam(3);
        normalise(&file.root(), &[0.0, 25.0, 100.0], &mut beam).unwrap();
        assert_eq!(
            beam.control_points.iter().map(|point| point.meterset).collect::<Vec<_>>(),
            [0.0, 0.25, 1.0]
        );
    }

    #[test]
    fn a_beam_that_ends_before_its_final_weight_is_cut_off() {
        let file = file(DataSet::new().number(tags::FINAL_CUMULATIVE_METERSET_WEIGHT, 1.0));
        let error = normalise(&file.root(), &[0.0, 0.5, 0.9], &mut beam(3)).unwrap_err().to_string();
        assert!(error.contains("cut off") && error.contains("0.9"), "{error}");
        assert!(normalise(&file.root(), &[0.0, 0.0, 0.0], &mut beam(3)).is_err());
    }

    #[test]
    fn fewer_control_points_than_declared_are_refused() {
        let set = DataSet::new()
            .integer(tags::NUMBER_OF_CONTROL_POINTS, 3)
            .items(tags::CONTROL_POINT_SEQUENCE, [DataSet::new(), DataSet::new()]);
        let mut plan_file = PlanFile {
            given: Default::default(),
            positions: Default::default(),
            order: LeafOrder::Banks,
            notes: vec![],
        };
        let error = control_points(&file(set).root(), &mut beam(0), &mut plan_file).unwrap_err().to_string();
        assert!(error.contains("NumberOfControlPoints") && error.contains("cut off"), "{error}");
    }
}

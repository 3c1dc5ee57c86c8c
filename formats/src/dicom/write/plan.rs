//! Plans to an RTPLAN file.

use super::dataset::save;
use super::{DataSet, Identity, MANUFACTURER, uid_of};
use crate::Error;
use crate::dicom::{tags, uids};
use std::path::Path;
use treatment::Plan;
use treatment::beam::{Beam, ControlPoint, Fluence, Motion};
use treatment::device::LimitingDevice;
use treatment::plan::FractionGroup;
use treatment::pose::{Pose, Turn, WedgePosition};
use treatment::wedge::{Wedge, WedgeKind};

/// A plan to be written. Blocks are not: a sound plan has none.
#[derive(Clone, Copy, Debug)]
pub struct PlanWriter<'a> {
    /// Whose plan it is; its frame of reference is the plan's.
    pub identity: &'a Identity,
    /// The plan.
    pub plan: &'a Plan,
}

/// Where a plan comes from that was made from another one, for research.
#[derive(Clone, Copy, Debug)]
pub struct Derived<'a> {
    /// SOP Class UID of the other one.
    pub class_uid: &'a str,
    /// Its SOP Instance UID.
    pub uid: &'a str,
    /// What was changed.
    pub description: &'a str,
}

/// Number of the one patient setup.
const SETUP: i32 = 1;

impl PlanWriter<'_> {
    /// Writes the file and gives its SOPInstanceUID.
    pub fn save(&self, path: &Path) -> Result<String, Error> {
        let (uid, bytes) = self.bytes();
        save(path, &bytes)?;
        Ok(uid)
    }

    /// The SOPInstanceUID and the bytes of the file.
    pub fn bytes(&self) -> (String, Vec<u8>) {
        self.finished(self.set().text(tags::SERIES_DESCRIPTION, "synthetic, no patient"))
    }

    /// The same of a plan that was derived from another: it names that one as its predecessor, and says that it is for research
    /// (DICOM PS3.3, C.8.8.9).
    pub fn bytes_derived(&self, from: &Derived) -> (String, Vec<u8>) {
        let predecessor =
            DataSet::reference(from.class_uid, from.uid).text(tags::RT_PLAN_RELATIONSHIP, "PREDECESSOR");
        let set = self
            .set()
            .text(tags::SERIES_DESCRIPTION, "straydose explore, research only")
            .text(tags::RT_PLAN_DESCRIPTION, from.description)
            .text(tags::PLAN_INTENT, "RESEARCH")
            .items(tags::REFERENCED_RT_PLAN_SEQUENCE, [predecessor]);
        self.finished(set)
    }

    fn set(&self) -> DataSet {
        let plan = self.plan;
        let set = self
            .identity
            .elements()
            .text(tags::MODALITY, "RTPLAN")
            .text(tags::MANUFACTURER, MANUFACTURER)
            .text(tags::MANUFACTURER_MODEL_NAME, MANUFACTURER)
            .integer(tags::SERIES_NUMBER, 3)
            .text(tags::OPERATORS_NAME, "")
            .text(tags::RT_PLAN_LABEL, plan.label.chars().take(16).collect::<String>())
            .text(tags::RT_PLAN_DATE, "")
            .text(tags::RT_PLAN_TIME, "")
            .text(tags::APPROVAL_STATUS, "UNAPPROVED")
            .items(tags::PATIENT_SETUP_SEQUENCE, [self.setup()])
            .items(tags::DOSE_REFERENCE_SEQUENCE, self.prescriptions())
            .items(tags::FRACTION_GROUP_SEQUENCE, plan.groups.iter().map(group))
            .items(tags::BEAM_SEQUENCE, plan.beams.iter().map(beam));
        match &plan.structure_set_uid {
            Some(uid) => set.text(tags::RT_PLAN_GEOMETRY, "PATIENT").items(
                tags::REFERENCED_STRUCTURE_SET_SEQUENCE,
                [DataSet::reference(uids::RT_STRUCTURE_SET_STORAGE, uid)],
            ),
            None => set.text(tags::RT_PLAN_GEOMETRY, "TREATMENT_DEVICE"),
        }
    }

    /// With UIDs from what it holds.
    fn finished(&self, set: DataSet) -> (String, Vec<u8>) {
        let uid = uid_of(&[b"RTPLAN", &set.clone().file(uids::RT_PLAN_STORAGE, "")]);
        let series_uid = uid_of(&[b"RTPLAN series", uid.as_bytes()]);
        let bytes = set.text(tags::SERIES_INSTANCE_UID, series_uid).file(uids::RT_PLAN_STORAGE, &uid);
        (uid, bytes)
    }

    fn setup(&self) -> DataSet {
        DataSet::new()
            .integer(tags::PATIENT_SETUP_NUMBER, SETUP)
            .text(tags::PATIENT_POSITION, self.plan.position.code())
    }

    fn prescriptions(&self) -> impl Iterator<Item = DataSet> {
        self.plan.prescriptions.iter().zip(1..).map(|(prescription, number)| {
            let set = DataSet::new()
                .integer(tags::DOSE_REFERENCE_NUMBER, number)
                .text(tags::DOSE_REFERENCE_TYPE, "TARGET")
                .text(tags::DOSE_REFERENCE_DESCRIPTION, &*prescription.description)
                .number(tags::TARGET_PRESCRIPTION_DOSE, prescription.dose_gy);
            match prescription.roi_number {
                Some(roi) => set
                    .text(tags::DOSE_REFERENCE_STRUCTURE_TYPE, "VOLUME")
                    .integer(tags::REFERENCED_ROI_NUMBER, roi),
                None => set.text(tags::DOSE_REFERENCE_STRUCTURE_TYPE, "SITE"),
            }
        })
    }
}

fn group(group: &FractionGroup) -> DataSet {
    let beams = group.beams.iter().map(|given| {
        let set = DataSet::new()
            .integer(tags::REFERENCED_BEAM_NUMBER, given.number)
            .number(tags::BEAM_METERSET, given.mu);
        match given.dose_gy {
            Some(dose_gy) => set.number(tags::BEAM_DOSE, dose_gy),
            None => set,
        }
    });
    let set = DataSet::new()
        .integer(tags::FRACTION_GROUP_NUMBER, group.number)
        .integer(tags::NUMBER_OF_BEAMS, group.beams.len() as i32)
        .integer(tags::NUMBER_OF_BRACHY_APPLICATION_SETUPS, 0)
        .items(tags::REFERENCED_BEAM_SEQUENCE, beams);
    match group.fractions {
        Some(fractions) => set.integer(tags::NUMBER_OF_FRACTIONS_PLANNED, fractions as i32),
        None => set.text(tags::NUMBER_OF_FRACTIONS_PLANNED, ""),
    }
}

fn beam(beam: &Beam) -> DataSet {
    let fluence = match beam.fluence {
        Fluence::Flattened => DataSet::new().text(tags::FLUENCE_MODE, "STANDARD"),
        Fluence::FilterFree => {
            DataSet::new().text(tags::FLUENCE_MODE, "NON_STANDARD").text(tags::FLUENCE_MODE_ID, "FFF")
        }
    };
    let moves = match beam.motion {
        Motion::Static => "STATIC",
        Motion::Dynamic => "DYNAMIC",
    };
    let points = beam.control_points.iter().enumerate().map(|(index, point)| {
        let before = index.checked_sub(1).map(|before| &beam.control_points[before]);
        control_point(index, point, before, beam)
    });
    let set = DataSet::new()
        .integer(tags::BEAM_NUMBER, beam.number)
        .text(tags::BEAM_NAME, &*beam.name)
        .text(tags::BEAM_TYPE, moves)
        .text(tags::RADIATION_TYPE, "PHOTON")
        .items(tags::PRIMARY_FLUENCE_MODE_SEQUENCE, [fluence])
        .text(tags::TREATMENT_DELIVERY_TYPE, &*beam.delivery_type)
        .text(tags::TREATMENT_MACHINE_NAME, &*beam.machine_name)
        .text(tags::MANUFACTURER, &*beam.manufacturer)
        .text(tags::MANUFACTURER_MODEL_NAME, &*beam.model)
        .text(tags::PRIMARY_DOSIMETER_UNIT, "MU")
        .number(tags::SOURCE_AXIS_DISTANCE, beam.sad_mm)
        .items(tags::BEAM_LIMITING_DEVICE_SEQUENCE, beam.devices.iter().map(device))
        .integer(tags::REFERENCED_PATIENT_SETUP_NUMBER, SETUP)
        .integer(tags::NUMBER_OF_WEDGES, beam.wedges.len() as i32)
        .integer(tags::NUMBER_OF_COMPENSATORS, 0)
        .integer(tags::NUMBER_OF_BOLI, 0)
        .integer(tags::NUMBER_OF_BLOCKS, 0)
        .number(tags::FINAL_CUMULATIVE_METERSET_WEIGHT, 1.0)
        .integer(tags::NUMBER_OF_CONTROL_POINTS, beam.control_points.len() as i32)
        .items(tags::CONTROL_POINT_SEQUENCE, points);
    match beam.wedges.is_empty() {
        true => set,
        false => set.items(tags::WEDGE_SEQUENCE, beam.wedges.iter().map(wedge)),
    }
}

fn device(device: &LimitingDevice) -> DataSet {
    let set = DataSet::new()
        .text(tags::RT_BEAM_LIMITING_DEVICE_TYPE, &*device.code)
        .integer(tags::NUMBER_OF_LEAF_JAW_PAIRS, device.pairs() as i32);
    let set = match device.source_distance_mm {
        Some(distance_mm) => set.number(tags::SOURCE_TO_BEAM_LIMITING_DEVICE_DISTANCE, distance_mm),
        None => set,
    };
    match device.boundaries_mm.is_empty() {
        true => set,
        false => set.numbers(tags::LEAF_POSITION_BOUNDARIES, &device.boundaries_mm),
    }
}

fn wedge(wedge: &Wedge) -> DataSet {
    let kind = match wedge.kind {
        WedgeKind::Physical => "STANDARD",
        WedgeKind::Motorized => "MOTORIZED",
        WedgeKind::Dynamic => "DYNAMIC",
    };
    DataSet::new()
        .integer(tags::WEDGE_NUMBER, wedge.number)
        .text(tags::WEDGE_TYPE, kind)
        .text(tags::WEDGE_ID, &*wedge.id)
        .number(tags::WEDGE_ANGLE, degrees(wedge.angle_rad))
        .text(tags::WEDGE_FACTOR, "")
        .number(tags::WEDGE_ORIENTATION, degrees(wedge.orientation_rad))
}

/// The first control point says everything, later ones what has changed.
fn control_point(index: usize, point: &ControlPoint, before: Option<&ControlPoint>, beam: &Beam) -> DataSet {
    let pose = &point.pose;
    let mut set = DataSet::new()
        .integer(tags::CONTROL_POINT_INDEX, index as i32)
        .number(tags::CUMULATIVE_METERSET_WEIGHT, point.meterset);
    if index == 0 {
        set = set
            .number(tags::NOMINAL_BEAM_ENERGY, beam.nominal_mv)
            .text(tags::TABLE_TOP_VERTICAL_POSITION, "")
            .text(tags::TABLE_TOP_LONGITUDINAL_POSITION, "")
            .text(tags::TABLE_TOP_LATERAL_POSITION, "");
    }
    set = angles(set, point, before);
    if before.is_none_or(|before| before.pose.isocentre_mm != pose.isocentre_mm) {
        set = set.numbers(tags::ISOCENTER_POSITION, &pose.isocentre_mm);
    }
    if let Some(ssd_mm) = point.ssd_mm {
        set = set.number(tags::SOURCE_TO_SURFACE_DISTANCE, ssd_mm);
    }
    if before.is_none_or(|before| before.pose.openings != pose.openings) {
        set = set.items(tags::BEAM_LIMITING_DEVICE_POSITION_SEQUENCE, openings(pose, beam));
    }
    if !beam.wedges.is_empty() && before.is_none_or(|before| before.pose.wedges != pose.wedges) {
        set = set.items(tags::WEDGE_POSITION_SEQUENCE, wedge_positions(pose, beam));
    }
    set
}

/// Angles and the way they turn. Collimator and couch grow counter-clockwise, the gantry clockwise.
fn angles(set: DataSet, point: &ControlPoint, before: Option<&ControlPoint>) -> DataSet {
    let (cw, cc) = (["CW", "CC"], ["CC", "CW"]);
    let of = |point: &ControlPoint| {
        let (pose, turning) = (&point.pose, point.turning);
        [
            (pose.gantry_rad, turning.gantry),
            (pose.collimator_rad, turning.collimator),
            (pose.support_rad, turning.support),
            (pose.eccentric_rad, turning.eccentric),
            (pose.pitch_rad, Turn::Shorter),
            (pose.roll_rad, Turn::Shorter),
        ]
    };
    let elements = [
        (tags::GANTRY_ANGLE, tags::GANTRY_ROTATION_DIRECTION, cw),
        (tags::BEAM_LIMITING_DEVICE_ANGLE, tags::BEAM_LIMITING_DEVICE_ROTATION_DIRECTION, cc),
        (tags::PATIENT_SUPPORT_ANGLE, tags::PATIENT_SUPPORT_ROTATION_DIRECTION, cc),
        (tags::TABLE_TOP_ECCENTRIC_ANGLE, tags::TABLE_TOP_ECCENTRIC_ROTATION_DIRECTION, cc),
        (tags::TABLE_TOP_PITCH_ANGLE, tags::TABLE_TOP_PITCH_ROTATION_DIRECTION, cc),
        (tags::TABLE_TOP_ROLL_ANGLE, tags::TABLE_TOP_ROLL_ROTATION_DIRECTION, cc),
    ];
    let old = before.map(of);
    of(point).into_iter().enumerate().fold(set, |set, (i, now)| {
        if old.is_some_and(|old| old[i] == now) {
            return set;
        }
        let (angle, direction, [growing, shrinking]) = elements[i];
        let word = match now.1 {
            Turn::Growing => growing,
            Turn::Shrinking => shrinking,
            Turn::Shorter => "NONE",
        };
        set.number(angle, degrees(now.0)).text(direction, word)
    })
}

fn openings(pose: &Pose, beam: &Beam) -> Vec<DataSet> {
    let items = beam.devices.iter().zip(&pose.openings).map(|(device, opening)| {
        let edges: Vec<f64> =
            [0, 1].iter().flat_map(|&bank| opening.iter().map(move |pair| pair[bank])).collect();
        DataSet::new()
            .text(tags::RT_BEAM_LIMITING_DEVICE_TYPE, &*device.code)
            .numbers(tags::LEAF_JAW_POSITIONS, &edges)
    });
    items.collect()
}

fn wedge_positions(pose: &Pose, beam: &Beam) -> Vec<DataSet> {
    let items = beam.wedges.iter().zip(&pose.wedges).map(|(wedge, position)| {
        let word = match position {
            WedgePosition::In => "IN",
            WedgePosition::Out => "OUT",
        };
        DataSet::new().integer(tags::REFERENCED_WEDGE_NUMBER, wedge.number).text(tags::WEDGE_POSITION, word)
    });
    items.collect()
}

/// Degrees from 0 to 360, to a millionth.
fn degrees(angle_rad: f64) -> f64 {
    let millionths = (angle_rad.to_degrees() * 1e6).round().rem_euclid(360e6);
    millionths / 1e6
}

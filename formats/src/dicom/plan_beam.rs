//! One beam of an RT plan: what it is, what limits it, its wedges and blocks.

use super::plan::{delivery_type, refused, whole};
use super::plan_points::{LeafOrder, control_points};
use super::{Scope, tags};
use crate::Error;
use std::collections::BTreeMap;
use treatment::beam::{Beam, Block, Fluence, Motion, Radiation};
use treatment::device::{DeviceKind, LimitingDevice};
use treatment::iec61217::PatientPosition;
use treatment::wedge::{Wedge, WedgeKind};

/// What a beam needs to know of the rest of the file.
pub(super) struct PlanFile {
    /// Monitor units by beam number.
    pub(super) given: BTreeMap<i32, Option<f64>>,
    /// Patient positions by setup number.
    pub(super) positions: BTreeMap<i64, PatientPosition>,
    /// How leaf positions follow each other.
    pub(super) order: LeafOrder,
    /// What was assumed; a note is kept once.
    pub(super) notes: Vec<String>,
}

impl PlanFile {
    pub(super) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// A beam that treats, and how the patient lies for it.
pub(super) fn beam(
    item: &Scope<'_>,
    number: i32,
    name: String,
    file: &mut PlanFile,
) -> Result<(Beam, PatientPosition), Error> {
    let radiation = radiation(item)?;
    refuse_what_is_not_modelled(item, file)?;
    let motion = match item.text(tags::BEAM_TYPE)?.as_deref() {
        Some("DYNAMIC") => Motion::Dynamic,
        _ => Motion::Static,
    };
    refuse_compensators(item, motion, file)?;
    let devices = devices(item)?;
    let wedges = wedges(item)?;
    let mut beam = Beam {
        number,
        name,
        machine_name: item.text(tags::TREATMENT_MACHINE_NAME)?.unwrap_or_default(),
        manufacturer: item.text(tags::MANUFACTURER)?.unwrap_or_default(),
        model: item.text(tags::MANUFACTURER_MODEL_NAME)?.unwrap_or_default(),
        radiation,
        nominal_mv: f64::NAN,
        fluence: fluence(item)?,
        motion,
        delivery_type: delivery_type(item)?,
        sad_mm: item.number(tags::SOURCE_AXIS_DISTANCE)?.unwrap_or_else(|| {
            file.note("a beam has no SourceAxisDistance; 1000 mm were taken".into());
            1000.0
        }),
        devices,
        wedges,
        blocks: blocks(item)?,
        control_points: vec![],
    };
    control_points(item, &mut beam, file)?;
    beam.check().map_err(|error| refused(item, error))?;
    let position = position(item, file)?;
    Ok((beam, position))
}

fn radiation(item: &Scope<'_>) -> Result<Radiation, Error> {
    let word = item.required_text(tags::RADIATION_TYPE)?;
    let refuse = |what: &str| {
        let problem = format!("is {word:?}: {what} are not transported; only photon plans are understood");
        Err(item.error(tags::RADIATION_TYPE, problem))
    };
    match word.as_str() {
        "PHOTON" => Ok(Radiation::Photon),
        "ELECTRON" => refuse("electrons"),
        "NEUTRON" => refuse("neutrons"),
        "PROTON" => refuse("protons"),
        "ION" => refuse("ions"),
        _ => refuse("such particles"),
    }
}

fn refuse_what_is_not_modelled(item: &Scope<'_>, file: &mut PlanFile) -> Result<(), Error> {
    if let Some(unit) = item.text(tags::PRIMARY_DOSIMETER_UNIT)?.filter(|unit| unit != "MU") {
        let problem = format!("is {unit:?}; only beams in monitor units (MU) are understood");
        return Err(item.error(tags::PRIMARY_DOSIMETER_UNIT, problem));
    }
    if item.has(tags::APPLICATOR_SEQUENCE) {
        let problem = "is there: cones and applicators are not modelled; replan with jaws and leaves";
        return Err(item.error(tags::APPLICATOR_SEQUENCE, problem));
    }
    if item.integer(tags::NUMBER_OF_BOLI)?.is_some_and(|boli| boli > 0) {
        file.note("a beam has a bolus; it counts where the structure set or the images show it".into());
    }
    Ok(())
}

/// Compensators of a beam whose leaves move are the fluence that Eclipse planned the motion from; others are metal.
fn refuse_compensators(item: &Scope<'_>, motion: Motion, file: &mut PlanFile) -> Result<(), Error> {
    if item.integer(tags::NUMBER_OF_COMPENSATORS)?.unwrap_or(0) <= 0 {
        return Ok(());
    }
    if motion == Motion::Dynamic {
        file.note(
            "compensators of beams with moving leaves were taken for the planned fluence, not for metal"
                .into(),
        );
        return Ok(());
    }
    let problem = "is not 0: compensators are not modelled; replan without";
    Err(item.error(tags::NUMBER_OF_COMPENSATORS, problem))
}

fn fluence(item: &Scope<'_>) -> Result<Fluence, Error> {
    let modes = item.sequence(tags::PRIMARY_FLUENCE_MODE_SEQUENCE)?;
    let Some(mode) = modes.first() else { return Ok(Fluence::Flattened) };
    if mode.text(tags::FLUENCE_MODE)?.as_deref() != Some("NON_STANDARD") {
        return Ok(Fluence::Flattened);
    }
    let id = mode.text(tags::FLUENCE_MODE_ID)?.unwrap_or_default();
    match id.as_str() {
        "FFF" => Ok(Fluence::FilterFree),
        "SRS" => Ok(Fluence::Flattened),
        _ => Err(mode
            .error(tags::FLUENCE_MODE_ID, format!("is {id:?}; STANDARD, FFF and SRS beams are understood"))),
    }
}

/// Jaws and leaves, in the file's order.
fn devices(item: &Scope<'_>) -> Result<Vec<LimitingDevice>, Error> {
    let mut devices: Vec<LimitingDevice> = vec![];
    for device in item.required_sequence(tags::BEAM_LIMITING_DEVICE_SEQUENCE)? {
        let code = device.required_text(tags::RT_BEAM_LIMITING_DEVICE_TYPE)?;
        let Some((kind, numbered)) = DeviceKind::from_code(&code) else {
            let problem = format!("is {code:?}; X, Y, ASYMX, ASYMY, MLCX and MLCY are understood");
            return Err(device.error(tags::RT_BEAM_LIMITING_DEVICE_TYPE, problem));
        };
        let before = devices.iter().filter(|other| other.kind == kind).count();
        if before > 1 || (before > 0 && !kind.has_leaves()) {
            let problem = format!("is {code:?} once too often; export the plan again");
            return Err(device.error(tags::RT_BEAM_LIMITING_DEVICE_TYPE, problem));
        }
        let boundaries_mm = if kind.has_leaves() { leaf_sides(&device)? } else { vec![] };
        devices.push(LimitingDevice {
            kind,
            layer: numbered.map_or(before as u8, |number| number - 1),
            code,
            source_distance_mm: device.number(tags::SOURCE_TO_BEAM_LIMITING_DEVICE_DISTANCE)?,
            boundaries_mm,
        });
    }
    Ok(devices)
}

fn leaf_sides(device: &Scope<'_>) -> Result<Vec<f64>, Error> {
    let tag = tags::LEAF_POSITION_BOUNDARIES;
    let sides = device.numbers(tag)?;
    let pairs = device.integer(tags::NUMBER_OF_LEAF_JAW_PAIRS)?.unwrap_or(sides.len() as i64 - 1);
    if sides.is_empty() {
        return Err(device.missing(tag));
    }
    if !(1..=500).contains(&pairs) || sides.len() as i64 != pairs + 1 {
        let problem =
            format!("holds {} sides for {pairs} pairs of leaves; export the plan again", sides.len());
        return Err(device.error(tag, problem));
    }
    if !sides.windows(2).all(|pair| pair[1] > pair[0]) {
        return Err(device.error(tag, "does not rise from leaf to leaf; export the plan again"));
    }
    Ok(sides)
}

fn wedges(item: &Scope<'_>) -> Result<Vec<Wedge>, Error> {
    let mut wedges = vec![];
    for wedge in item.sequence(tags::WEDGE_SEQUENCE)? {
        let word = wedge.required_text(tags::WEDGE_TYPE)?;
        let kind = match word.as_str() {
            "STANDARD" => WedgeKind::Physical,
            "MOTORIZED" => WedgeKind::Motorized,
            "DYNAMIC" => WedgeKind::Dynamic,
            _ => {
                let problem = format!("is {word:?}; STANDARD, MOTORIZED and DYNAMIC wedges are understood");
                return Err(wedge.error(tags::WEDGE_TYPE, problem));
            }
        };
        wedges.push(Wedge {
            number: whole(&wedge, tags::WEDGE_NUMBER)?,
            id: wedge.text(tags::WEDGE_ID)?.unwrap_or_default(),
            kind,
            angle_rad: wedge.required_number(tags::WEDGE_ANGLE)?.to_radians(),
            orientation_rad: wedge.required_number(tags::WEDGE_ORIENTATION)?.to_radians(),
        });
    }
    Ok(wedges)
}

fn blocks(item: &Scope<'_>) -> Result<Vec<Block>, Error> {
    let mut blocks = vec![];
    for block in item.sequence(tags::BLOCK_SEQUENCE)? {
        let outline = block.numbers(tags::BLOCK_DATA)?;
        blocks.push(Block {
            name: block.text(tags::BLOCK_NAME)?.unwrap_or_default(),
            outline_is_open: block.text(tags::BLOCK_TYPE)?.as_deref() == Some("APERTURE"),
            outline_mm: outline.chunks_exact(2).map(|corner| [corner[0], corner[1]]).collect(),
        });
    }
    Ok(blocks)
}

/// How the patient lies for this beam: the setup that it names, else the only one there is.
fn position(item: &Scope<'_>, file: &mut PlanFile) -> Result<PatientPosition, Error> {
    let named = item.integer(tags::REFERENCED_PATIENT_SETUP_NUMBER)?;
    if let Some(position) = named.and_then(|number| file.positions.get(&number)) {
        return Ok(*position);
    }
    let mut all = file.positions.values();
    match (all.next(), all.all(|position| Some(position) == file.positions.values().next())) {
        (Some(position), true) => Ok(*position),
        (Some(_), false) => Err(item.missing(tags::REFERENCED_PATIENT_SETUP_NUMBER)),
        (None, _) => {
            file.note(
                "the plan does not say how the patient lies; head first, supine (HFS) was taken".into(),
            );
            Ok(PatientPosition::Hfs)
        }
    }
}

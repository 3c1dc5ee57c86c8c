//! Who the patient is and where the scan lies on that person's body.

use crate::Error;
use crate::align::{Placement, Prior, Shown, place};
use crate::complete::OPEN_CM2;
use crate::model::Model;
use crate::names::{FEMORAL_HEADS, stands_for};
use crate::person::{self, Patient};
use crate::slices::{Extent, Slices, along};
use anatomy::{Anatomy, Calibration};
use phantoms::{Arms, Body, Person};

/// What is assumed of the size where the height is known and where it is not, and of the girth where the weight is.
const SAID: Prior = Prior { size: 0.03, area: 0.30 };
const UNSAID: Prior = Prior { size: 0.10, area: 0.45 };
/// A mean cost of a cross-section from here on is no part of a body (a choice: the slabs and real scans of
/// `docs/methods/completion.md` cost 0.4 to 1.3).
const MOST_MISFIT: f64 = 2.2;
/// Cross-sections that are so much smaller or larger than the model's are those of something else: of one leg, for instance.
const AREAS: [f64; 2] = [0.55, 3.0];
/// The same for how far they reach to the sides, at the median.
const NARROW: f64 = 0.65;
/// A height that was said is not believed where another size fits so much better.
const FITS_BETTER: f64 = 0.35;
const OFF_SIZE: [f64; 2] = [0.88, 1.14];
/// So much of the trunk must be seen before a weight is read off it (mm).
const TRUNK_MM: f64 = 60.0;
/// So much of the scan must show arms, or lack them, before they are believed to be over the head (mm).
const ARMS_MM: f64 = 30.0;
/// Standard deviation of the logarithm of the weight at a height. 90 % of healthy adults lie between 19.5 and 30 kg/m² (men)
/// and 18 and 30 (women), which makes 0.13 and 0.155 (Flegal, Int J Obes 2006;30:374); patients are not healthy (a choice).
const WEIGHTS: f64 = 0.20;
/// The same of what the girth of a part of the trunk says: a wide pelvis need not carry a wide chest (a choice: halves of two
/// real scans were completed 28 and 36 % too large a slice where the girth alone was believed).
const GIRTHS: f64 = 0.20;
/// So much of what the girth says remains where both are weighed.
const BELIEVED: f64 = WEIGHTS * WEIGHTS / (WEIGHTS * WEIGHTS + GIRTHS * GIRTHS);

/// The model and where the scan lies on it.
pub(crate) struct Chosen {
    pub model: Model,
    pub person: Option<Person>,
    pub placement: Placement,
    pub notes: Vec<String>,
}

/// Who the patient is, as far as it was said and as the scan says.
///
/// # Errors
/// [`Error`]: nobody is like that, or the scan looks like no part of such a body.
pub(crate) fn choose(
    scan: &Anatomy,
    slices: &Slices,
    patient: Patient,
    own: Option<Model>,
    calibration: &Calibration,
) -> Result<Chosen, Error> {
    let all = [f64::NEG_INFINITY, f64::INFINITY];
    let placed = |model: &Model, prior| place(slices, model.slices(), &shown(scan, model), prior, all);
    if let Some(model) = own {
        let placement = placed(&model, UNSAID);
        check(&placement, slices, &model)?;
        return Ok(Chosen { model, person: None, placement, notes: Vec::new() });
    }
    let person::Begun { mut person, mut height_known, weight_known, mut notes } =
        person::begin(&patient, scan)?;
    let family = |person: &Person| Model::of_family(Body::new(person), calibration);
    let mut model = family(&person);
    let prior = if height_known { SAID } else { UNSAID };
    let mut placement = placed(&model, prior);
    if placement.misfit > MOST_MISFIT || something_beside_neck_or_head(slices, &model, &placement) {
        let raised = person.with_arms(Arms::Up);
        let other = family(&raised);
        let there = placed(&other, prior);
        if there.cost < placement.cost {
            (person, model, placement) = (raised, other, there);
        }
    }
    let begun = person;
    let are_raised = person.arms() == Arms::Up;
    if height_known {
        let free = placed(&model, UNSAID);
        let off = !(OFF_SIZE[0]..=OFF_SIZE[1]).contains(&free.size);
        if off && free.misfit + FITS_BETTER < placement.misfit {
            let seen_cm = free.size * person.height_cm();
            notes.push(format!(
                "the height of {:.0} cm does not go with the scan, which looks like one of {seen_cm:.0} cm: this was taken",
                person.height_cm()
            ));
            (height_known, placement) = (false, free);
        }
    }
    check(&placement, slices, &model)?;
    if !height_known {
        let height_cm = placement.size * person.height_cm();
        person = person::nearest(&person, height_cm, weight_known.then(|| person.weight_kg()))?;
        if patient.height_cm.is_none() {
            notes.push(format!("the height is not known: {:.0} cm by the scan", person.height_cm()));
        }
    }
    let up = are_raised || arms_are_up(slices, &model, &placement);
    if !weight_known {
        let wider = trunk_wider(slices, &model, &placement, up);
        let usual_kg =
            Person::new(person.age_years(), person.sex(), Some(person.height_cm()), None)?.weight_kg();
        let weight_kg = wider.map_or(usual_kg, |wider| usual_kg * (BELIEVED * wider).exp());
        person = person::nearest(&person, person.height_cm(), Some(weight_kg))?;
        let by = if wider.is_some() {
            "by the girth of the scanned trunk and what is usual"
        } else {
            "as is usual at that height"
        };
        notes.push(format!("the weight is not known: {:.1} kg {by}", person.weight_kg()));
    }
    if up {
        person = person.with_arms(Arms::Up);
        notes.push(
            "the scan shows no arms beside the trunk, or raised ones: beyond it they are over the head"
                .into(),
        );
    }
    if person != begun {
        model = family(&person);
        placement = placed(&model, SAID);
    }
    Ok(Chosen { model, person: Some(person), placement, notes })
}

fn check(placement: &Placement, slices: &Slices, model: &Model) -> Result<(), Error> {
    let area = placement.wider + 2.0 * placement.size.ln();
    let is_body = !is_narrow(placement, slices, model);
    if is_body && placement.misfit <= MOST_MISFIT && (AREAS[0].ln()..=AREAS[1].ln()).contains(&area) {
        return Ok(());
    }
    let why = "its cross-sections, bones and lungs agree nowhere with it; are age, sex, height and weight those of the \
               patient, and is it a scan of head, neck or trunk with the whole width of the body (not of a limb alone)?";
    Err(Error::NoFit { why: why.into() })
}

/// Whether most cross-sections reach far less to the sides than the model's do: a limb alone.
fn is_narrow(placement: &Placement, slices: &Slices, model: &Model) -> bool {
    let ratio = |n: usize| {
        let ours = &slices.slices[n];
        let theirs = model.slices().near(placement.model_mm(slices.z_mm(n)))?;
        (ours.area_cm2 > OPEN_CM2 && theirs.area_cm2 > OPEN_CM2)
            .then(|| ours.reach_mm[0] / (theirs.reach_mm[1] * placement.size))
    };
    let mut ratios: Vec<f64> = (0..slices.slices.len()).filter_map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).is_some_and(|ratio| *ratio < NARROW)
}

/// Drawn organs, with the model's.
fn shown(scan: &Anatomy, model: &Model) -> Vec<Shown> {
    let names = model.organs();
    let last = scan.grid.shape[2];
    let layer_cm2 = scan.grid.spacing_mm[0] * scan.grid.spacing_mm[1] / 100.0;
    let slices = model.slices();
    let found = scan.organs.iter().filter_map(|organ| {
        let heights_mm: Vec<f64> = match FEMORAL_HEADS.iter().find(|(head, ..)| *head == organ.name) {
            Some((_, femur, head_mm)) => top_of(slices.organs.get(*femur)?, *head_mm),
            None => stands_for(&organ.name, &names)
                .iter()
                .filter_map(|name| slices.organs.get(*name))
                .flat_map(|extent| extent.points_mm.iter().map(|p| p[2]))
                .collect(),
        };
        if heights_mm.len() < 4 || organ.coverage.is_empty() {
            return None;
        }
        let mut scan_cm2 = vec![0.0; last];
        let (mut sum, mut weight) = (0.0, 0.0);
        for (voxel, share) in organ.coverage.voxels() {
            let place = scan.grid.voxel(voxel).0;
            scan_cm2[place[2]] += f64::from(share) * layer_cm2;
            sum += f64::from(share) * along(scan, place)[2];
            weight += f64::from(share);
        }
        let margin = 4;
        let [low, high] = [organ.coverage.lower[2], organ.coverage.lower[2] + organ.coverage.shape[2]];
        if low >= margin && high + margin <= last {
            return Some(Shown::Whole([
                sum / weight,
                heights_mm.iter().sum::<f64>() / heights_mm.len() as f64,
            ]));
        }
        let mut model_cm2 = vec![0.0; slices.slices.len()];
        let point_cm2 = slices.point_cm3 / (slices.step_mm / 10.0);
        for mm in heights_mm {
            let at = ((mm - slices.first_mm) / slices.step_mm).round() as usize;
            model_cm2[at.min(slices.slices.len() - 1)] += point_cm2;
        }
        Some(Shown::Cut { scan_cm2, model_cm2 })
    });
    found.collect()
}

/// Heights of an organ's points from its top down to some depth (mm).
fn top_of(organ: &Extent, depth_mm: f64) -> Vec<f64> {
    let heights = || organ.points_mm.iter().map(|p| p[2]);
    let top = heights().fold(f64::NEG_INFINITY, f64::max);
    heights().filter(|mm| *mm > top - depth_mm).collect()
}

/// Logarithm of the patient's cross-sections of the trunk over the model's, beyond its size; none if too little is seen.
fn trunk_wider(slices: &Slices, model: &Model, placed: &Placement, arms_up: bool) -> Option<f64> {
    let crown_mm = model.bounds_mm()[2][1];
    let mut ratios: Vec<f64> = (0..slices.slices.len())
        .filter_map(|n| {
            let model_mm = placed.model_mm(slices.z_mm(n));
            let theirs = model.slices().near(model_mm)?;
            let area = if arms_up { theirs.main_cm2 } else { theirs.area_cm2 };
            let is_trunk = (0.0..0.6 * crown_mm).contains(&model_mm);
            (is_trunk && slices.slices[n].area_cm2 > OPEN_CM2 && area > OPEN_CM2)
                .then(|| (slices.slices[n].area_cm2 / area).ln() - 2.0 * placed.size.ln())
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let enough = ratios.len() as f64 * slices.step_mm >= TRUNK_MM;
    enough.then(|| ratios[ratios.len() / 2])
}

/// Whether arms are missing in most of the cross-sections in which a model with arms beside the trunk has them.
fn arms_are_up(slices: &Slices, model: &Model, placed: &Placement) -> bool {
    let (mut expected, mut missing) = (0, 0);
    for (n, slice) in slices.slices.iter().enumerate().filter(|(_, slice)| slice.area_cm2 > OPEN_CM2) {
        let model_mm = placed.model_mm(slices.z_mm(n));
        let Some(theirs) = model.slices().near(model_mm) else { continue };
        let [all_mm, main_mm] = theirs.reach_mm.map(|mm| mm * placed.size);
        if all_mm < 1.15 * main_mm {
            continue;
        }
        expected += 1;
        if slice.reach_mm[0] < 0.5 * (all_mm + main_mm) {
            missing += 1;
        }
    }
    f64::from(expected) * slices.step_mm >= ARMS_MM && 2 * missing > expected
}

/// Whether the scan reaches far more to the sides than the neck and head of a model with arms beside the trunk.
fn something_beside_neck_or_head(slices: &Slices, model: &Model, placed: &Placement) -> bool {
    let is_wide = |n: &usize| {
        let slice = &slices.slices[*n];
        let theirs = model.slices().near(placed.model_mm(slices.z_mm(*n)));
        slice.area_cm2 > OPEN_CM2
            && theirs.is_some_and(|theirs| {
                theirs.area_cm2 > OPEN_CM2 && 0.6 * slice.reach_mm[0] > theirs.reach_mm[0] * placed.size
            })
    };
    (0..slices.slices.len()).filter(is_wide).count() as f64 * slices.step_mm >= ARMS_MM
}

//! Plans of made-up children: static fields, fields in segments, an arc; for head and spine a field after the other.

use super::child::Child;
use treatment::Plan;
use treatment::beam::{Beam, ControlPoint, Motion};
use treatment::iec61217::PatientPosition;
use treatment::plan::GroupBeam;
use treatment::synthetic::{self, Identity, Target};

/// From the target to the leaves (mm).
const LEAF_MARGIN_MM: f64 = 7.0;
/// Monitor units for a gray at the isocentre: about that of 6 MV at 8 cm depth in 10 x 10 cm. Plans are of the right size, not exact.
const MU_PER_GY: f64 = 130.0;
/// The same for the spine, which lies nearer to the skin, as a part of it.
const SPINE_MU: f64 = 0.8;
/// Half the width of a field on the spine, and the most of half its length (mm).
const SPINE_HALF_MM: f64 = 30.0;
const LONGEST_HALF_MM: f64 = 190.0;
/// From the middle of the head to the spine (mm to the back, as a part of the head's radius).
const SPINE_BEHIND: f64 = 0.4;

/// How a plan is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Technique {
    /// Static fields.
    Conformal,
    /// Static fields in segments.
    Intensity,
    /// An arc.
    Arc,
}

impl Technique {
    /// In children.csv.
    pub fn word(self) -> &'static str {
        match self {
            Self::Conformal => "3D-CRT",
            Self::Intensity => "IMRT",
            Self::Arc => "VMAT",
        }
    }
}

/// A child's plan; `treated_mm` is what it reaches along z.
pub fn plan(child: &Child, treated_mm: [f64; 2], identity: &Identity) -> Plan {
    let site = child.site;
    let target = Target {
        centre_mm: child.target.centre_mm,
        radius_mm: child.target.radius_mm + LEAF_MARGIN_MM,
        position: PatientPosition::Hfs,
        dose_gy: site.dose_gy,
        fractions: site.fractions,
        mu: MU_PER_GY * site.dose_gy / f64::from(site.fractions),
    };
    let mut plan = match child.technique {
        Technique::Arc => synthetic::arc(&target, identity),
        _ => synthetic::four_fields(&target, identity),
    };
    if child.technique == Technique::Intensity {
        plan.beams.iter_mut().for_each(in_segments);
    }
    if site.name == "craniospinal" {
        head_and_spine(&mut plan, &target, treated_mm[0]);
    }
    plan.label = format!("{} {}", site.name, child.technique.word());
    plan
}

/// Three segments: the whole opening, and either half of it.
fn in_segments(beam: &mut Beam) {
    let whole = beam.control_points[0].clone();
    let half = |side: usize| {
        let mut point = whole.clone();
        for leaves in point.pose.openings.last_mut().into_iter().flatten() {
            leaves[side] = 0.5 * (leaves[0] + leaves[1]);
        }
        point
    };
    let segments = [(whole.clone(), [0.0, 0.5]), (half(0), [0.5, 0.75]), (half(1), [0.75, 1.0])];
    beam.control_points = segments
        .into_iter()
        .flat_map(|(point, ends)| ends.map(|meterset| ControlPoint { meterset, ..point.clone() }))
        .collect();
    beam.motion = Motion::Dynamic;
}

/// Two fields from the sides on the head, and fields from the back on the spine below it, as many as its length asks for.
fn head_and_spine(plan: &mut Plan, target: &Target, lower_mm: f64) {
    plan.beams.retain(|beam| [2, 4].contains(&beam.number));
    let pattern = plan.beams[0].clone();
    let upper_mm = target.centre_mm[2] - target.radius_mm;
    let length_mm = (upper_mm - lower_mm).max(2.0 * SPINE_HALF_MM);
    let fields = (length_mm / (2.0 * LONGEST_HALF_MM)).ceil() as usize;
    let half_mm = 0.5 * length_mm / fields as f64;
    for field in 0..fields {
        let mut beam = pattern.clone();
        beam.number = 5 + field as i32;
        beam.name = format!("SPINE{}", field + 1);
        for point in &mut beam.control_points {
            let pose = &mut point.pose;
            pose.gantry_rad = std::f64::consts::PI;
            pose.isocentre_mm = [
                target.centre_mm[0],
                target.centre_mm[1] + SPINE_BEHIND * target.radius_mm,
                upper_mm - half_mm * (2 * field + 1) as f64,
            ];
            pose.openings = vec![
                vec![[-SPINE_HALF_MM, SPINE_HALF_MM]],
                vec![[-half_mm, half_mm]],
                rectangle(SPINE_HALF_MM, half_mm),
            ];
        }
        plan.beams.push(beam);
    }
    // Each part of the body is reached by the two fields on the head or by one on the spine.
    let given = |beam: &Beam| GroupBeam {
        number: beam.number,
        mu: if beam.number < 5 { 0.5 * target.mu } else { SPINE_MU * target.mu },
        dose_gy: None,
    };
    plan.groups[0].beams = plan.beams.iter().map(given).collect();
}

/// Leaves open over a rectangle, the others closed under the jaw.
fn rectangle(half_width_mm: f64, half_length_mm: f64) -> Vec<[f64; 2]> {
    let pair = |side: &[f64]| {
        let is_open = side[1] > -half_length_mm && side[0] < half_length_mm;
        if is_open { [-half_width_mm, half_width_mm] } else { [-half_width_mm - 20.0; 2] }
    };
    synthetic::millennium_sides_mm().windows(2).map(pair).collect()
}

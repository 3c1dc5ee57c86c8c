//! What was planned for whom, and the machine it was taken for.

use super::numbers::{error, round_dose, signed, significant};
use crate::estimate::Finished;
use crate::estimate::pictures::fluence::fluence;
use formats::dicom::Sex;
use maud::{Markup, html};
use serde_json::Value;
use treatment::Plan;
use treatment::beam::{Beam, Motion};
use treatment::machine::{Machine, in_words};

/// The sections of plan, machine and patient.
///
/// # Errors
/// A picture cannot be made.
pub fn plan(finished: &Finished, record: &Value) -> Result<Markup, String> {
    let plan = &finished.inputs.plan;
    let mut pictures = Vec::new();
    for delivery in plan.deliveries() {
        if let Some((picture, size_mm)) = fluence(&delivery, plan.position)? {
            pictures.push((delivery, picture, size_mm));
        }
    }
    let prescriptions: Vec<String> = plan
        .prescriptions
        .iter()
        .map(|p| format!("{} {}", round_dose(p.dose_gy), p.description).trim().to_owned())
        .collect();
    Ok(html! {
        section {
            h2 { "Plan" }
            table.facts {
                tr { th { "label" } td { (plan.label) } }
                tr { th { "planning system" } td { (format!("{} {}", plan.manufacturer, plan.model).trim()) } }
                tr { th { "prescribed" } td { (if prescriptions.is_empty() { "the plan does not say".into() } else { prescriptions.join("; ") }) } }
                tr { th { "monitor units of one fraction" } td { (significant(plan.mu(), 4)) } }
                tr { th { "isocentre" } td { (isocentres(plan)) } }
                tr { th { "patient's position" } td { (plan.position.code()) } }
            }
            (beams(finished, record))
            @if !plan.left_out.is_empty() {
                h3 { "Beams left out" }
                ul { @for left in &plan.left_out { li { (left.number) " " b { (left.name) } ": " (left.reason) } } }
            }
            h3 { "Fluence of the open fields" }
            p.note { "As the source sees the isocentre plane, collimator turned with the beam; each picture on its own linear scale." }
            div.fluences { @for (delivery, picture, size_mm) in &pictures { figure {
                (picture)
                figcaption { b { (name(delivery.beam)) } br;
                    span.note { (format!("{:.1} × {:.1} cm", size_mm[0] / 10.0, size_mm[1] / 10.0)) } }
            } } }
        }
        (machines(finished))
        (patient(finished))
    })
}

fn beams(finished: &Finished, record: &Value) -> Markup {
    let deliveries = finished.inputs.plan.deliveries().zip(finished.choices);
    html! { div.wide { table {
        thead { tr { th { "beam" } th { "energy" } th.text { "kind" } th.text { "gantry" } th { "collimator" } th { "couch" } th { "MU" } th { "fractions" } th.text { "plan's machine" } th.text { "taken for" } } }
        tbody { @for (number, (delivery, choice)) in deliveries.enumerate() {
            tr {
                th scope="row" { (name(delivery.beam)) }
                td { (choice.quality.fluence.energy(choice.quality.nominal_mv)) }
                @let pose = &delivery.beam.control_points[0].pose;
                td.text { (kind(delivery.beam)) }
                td.text { (gantry(delivery.beam)) }
                td { (degrees(pose.collimator_rad)) }
                td { (degrees(pose.support_rad)) }
                td { (significant(delivery.mu, 4)) }
                td { (record["beams"][number]["fractions"].as_u64().map_or("–".into(), |n| n.to_string())) }
                td.text { (delivery.beam.machine_name) " " span.note { (delivery.beam.model) } }
                td.text { (choice.machine.name) }
            }
        } }
    } } }
}

/// Its number, and its name where that says more.
fn name(beam: &Beam) -> String {
    let number = beam.number.to_string();
    if beam.name.trim() == number || beam.name.is_empty() {
        number
    } else {
        format!("{number} {}", beam.name)
    }
}

fn kind(beam: &Beam) -> String {
    let turns = (0..beam.control_points.len() - 1).any(|start| beam.gantry_turn_rad(start) != 0.0);
    let kind = match beam.motion {
        Motion::Static => "static",
        Motion::Dynamic if turns => "arc",
        Motion::Dynamic => "moving leaves",
    };
    format!("{kind}, {} control points", beam.control_points.len())
}

/// Where the gantry starts and ends, and which way it goes.
fn gantry(beam: &Beam) -> String {
    let [first, last] =
        [0, beam.control_points.len() - 1].map(|at| degrees(beam.control_points[at].pose.gantry_rad));
    let turned: f64 = (0..beam.control_points.len() - 1).map(|start| beam.gantry_turn_rad(start)).sum();
    match turned.to_degrees() {
        turned if turned > 0.05 => format!("{first} → {last} clockwise"),
        turned if turned < -0.05 => format!("{first} → {last} counter-clockwise"),
        _ => first,
    }
}

/// An angle (rad) in degrees, 0 to 360, tenths where it has some.
fn degrees(angle_rad: f64) -> String {
    let tenths = (10.0 * angle_rad.to_degrees()).round().rem_euclid(3600.0) as u32;
    if tenths.is_multiple_of(10) {
        format!("{}°", tenths / 10)
    } else {
        format!("{}.{}°", tenths / 10, tenths % 10)
    }
}

/// The isocentres of the plan, each once (mm).
fn isocentres(plan: &Plan) -> String {
    let mut all: Vec<String> = Vec::new();
    for delivery in plan.deliveries() {
        let text = delivery.beam.control_points[0].pose.isocentre_mm.map(|mm| signed(mm, 1)).join(", ");
        if !all.contains(&text) {
            all.push(text);
        }
    }
    format!("{} mm (left, back, head)", all.join("; "))
}

fn machines(finished: &Finished) -> Markup {
    let mut machines: Vec<(&Machine, Vec<&str>)> = Vec::new();
    for choice in finished.choices {
        match machines.iter_mut().find(|(machine, _)| machine.name == choice.machine.name) {
            Some((_, reasons)) if reasons.contains(&choice.why.as_str()) => {}
            Some((_, reasons)) => reasons.push(&choice.why),
            None => machines.push((choice.machine, vec![&choice.why])),
        }
    }
    html! { section {
        h2 { "Machine" }
        @for (machine, reasons) in machines {
            @let unverified: Vec<&str> = machine.unverified().collect();
            p { b { (machine.name) } ": " (machine.title) ". Taken because " (reasons.join("; or ")) ". Its file has " (machine.facts.len()) " numbers with their sources, "
                (unverified.len()) " of them not verified." }
            @if !unverified.is_empty() { details { summary { "not verified" } p.note { (in_words(machine, unverified.iter().copied())) } } }
        }
        @for (delivery, (choice, unit)) in finished.inputs.plan.deliveries().zip(finished.choices.iter().zip(&finished.ours.monitor_units)).take(1) {
            @let reference = choice.quality.reference;
            p.note { "A monitor unit of beam " (delivery.beam.number) " is calibrated in a run of its own: "
                "1 MU gives " (round_dose(reference.gy_per_mu)) " in water at " (reference.depth_mm / 10.0) " cm, field "
                (reference.field_mm / 10.0) " cm, source to surface " (reference.ssd_mm / 10.0) " cm (± "
                (error(100.0 * unit.sigma_relative)) ")." }
        }
    } }
}

fn patient(finished: &Finished) -> Markup {
    let facts = &finished.inputs.patient;
    let anatomy = finished.anatomy;
    let known = |value: Option<f64>, unit: &str| {
        value.map_or("unknown".into(), |value| format!("{} {unit}", significant(value, 3)))
    };
    let sex = match facts.sex {
        Some(Sex::Female) => "female",
        Some(Sex::Male) => "male",
        None => "unknown",
    };
    let size_cm = [0, 1, 2].map(|a| anatomy.grid.shape[a] as f64 * anatomy.grid.spacing_mm[a] / 10.0);
    html! { section {
        h2 { "Patient" }
        table.facts {
            tr { th { "sex, age" } td { (sex) ", " (known(facts.age_years, "years")) } }
            tr { th { "height, weight" } td { (known(facts.height_cm, "cm")) ", " (known(facts.weight_kg, "kg")) } }
            tr { th { "scan" } td { (finished.inputs.ct_name) ", "
                (finished.inputs.patient_position.as_deref().unwrap_or("position not given")) } }
            tr { th { "scanned body" } td { (significant(anatomy.body_volume_cm3() / 1000.0, 3)) " litres, " (anatomy.organs.len()) " structures" } }
            tr { th { "calculation grid" } td { (anatomy.grid.shape.map(|n| n.to_string()).join(" × ")) " voxels of "
                (anatomy.grid.spacing_mm.map(|mm| ((1e3 * mm).round() / 1e3).to_string()).join(" × ")) " mm ("
                (size_cm.map(|cm| format!("{cm:.0}")).join(" × ")) " cm)" } }
        }
    } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use treatment::iec61217::PatientPosition;
    use treatment::synthetic::{Identity, Target, arc, four_fields};

    #[test]
    fn beams_are_described_as_a_planner_would() {
        let target = Target {
            centre_mm: [1.0, -2.5, 30.0],
            radius_mm: 20.0,
            position: PatientPosition::Hfs,
            dose_gy: 60.0,
            fractions: 30,
            mu: 200.0,
        };
        let identity =
            Identity { uid: "1.2".into(), frame_of_reference_uid: "1".into(), structure_set_uid: None };
        let arc = arc(&target, &identity);
        assert_eq!(gantry(&arc.beams[0]), "181° → 179° clockwise");
        assert_eq!(kind(&arc.beams[0]), "arc, 180 control points");
        assert_eq!(isocentres(&arc), "1.0, \u{2212}2.5, 30.0 mm (left, back, head)");
        let fields = four_fields(&target, &identity);
        let described: Vec<String> = fields.beams.iter().map(gantry).collect();
        assert_eq!(described, ["0°", "90°", "180°", "270°"]);
        assert_eq!(kind(&fields.beams[1]), "static, 2 control points");
        assert_eq!([0.0, -0.005, 7.0, 0.40317].map(degrees), ["0°", "359.7°", "41.1°", "23.1°"]);
    }
}

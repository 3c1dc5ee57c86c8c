//! Wedges: what the plan says of them, and how much of the beam a generic one lets through.
//!
//! A physical wedge is known to a plan by its angle alone; its shape and metal are the vendor's. [`Wedge::transmission`]
//! is therefore generic: by the definition of the wedge angle, isodoses near 10 cm depth tilt by it, so the fluence
//! must change across the field as the dose does along the depth, times the tangent of the angle. Not modelled: beam
//! hardening and scatter in the wedge.

use crate::beam::Beam;
use crate::error::Error;
use crate::iec61217::limiting_device_from_wedge;
use crate::pose::WedgePosition;

/// What makes the wedge's gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WedgeKind {
    /// A metal wedge put in by hand.
    Physical,
    /// A metal wedge that a motor puts in for part of the beam.
    Motorized,
    /// A jaw that moves while the beam is on.
    Dynamic,
}

/// A wedge of a beam.
#[derive(Clone, Debug, PartialEq)]
pub struct Wedge {
    /// Wedge Number: control points name it.
    pub number: i32,
    /// Wedge ID, may be empty.
    pub id: String,
    /// Metal or jaw.
    pub kind: WedgeKind,
    /// Wedge angle (rad).
    pub angle_rad: f64,
    /// Turn of the wedge filter system in that of the beam limiting device (rad); the thin edge lies towards its y.
    pub orientation_rad: f64,
}

/// Thin edge of a generic wedge: this far from the axis (mm, isocentre plane). Generic, no source: half of a wedged
/// field of 20 cm.
pub const THIN_EDGE_MM: f64 = 100.0;
/// Thick edge of a generic wedge (mm, isocentre plane), beyond which it grows no thicker. Generic, no source.
pub const THICK_EDGE_MM: f64 = -150.0;

impl Wedge {
    /// Part of the beam that a generic physical wedge lets through at a point of the isocentre plane (mm, beam
    /// limiting device system).
    ///
    /// ```text
    /// T = exp(−g tan(angle) (y_thin − y))      y along the wedge, from the thick to the thin edge
    /// ```
    /// g is the relative fall of dose with depth near 10 cm (per mm), as of [`depth_gradient_per_mm`]. Generic.
    pub fn transmission(&self, point_mm: [f64; 2], depth_gradient_per_mm: f64) -> f64 {
        let [x, y] = self.to_thin_edge();
        let along_mm = x * point_mm[0] + y * point_mm[1];
        let below_thin_mm = THIN_EDGE_MM - along_mm.clamp(THICK_EDGE_MM, THIN_EDGE_MM);
        (-depth_gradient_per_mm * self.angle_rad.tan() * below_thin_mm).exp()
    }

    /// Unit direction from the thick to the thin edge, in the beam limiting device system.
    pub fn to_thin_edge(&self) -> [f64; 2] {
        let [x, y, _] = limiting_device_from_wedge(self.orientation_rad).direction([0.0, 1.0, 0.0]);
        [x, y]
    }

    pub(crate) fn check(&self, beam: &Beam) -> Result<(), Error> {
        let refuse =
            |why: &str, remedy: &str| Err(beam.refusal(format!("wedge {:?} {why}", self.id), remedy));
        if !(self.angle_rad > 0.0 && self.angle_rad < 75f64.to_radians()) {
            return refuse("has an unreasonable angle", "angles above 0 and below 75 degrees are understood");
        }
        if !self.orientation_rad.is_finite() {
            return refuse("has no orientation", "export the plan with Wedge Orientation");
        }
        let opening_moves =
            beam.control_points.windows(2).any(|pair| pair[0].pose.travel_mm(&pair[1].pose) > 0.0);
        if self.kind == WedgeKind::Dynamic && !opening_moves {
            let why = "is dynamic, but no jaw moves between the control points, and the vendor's table of its motion is not public";
            return refuse(why, "export the plan with the jaw's motion in its control points");
        }
        Ok(())
    }

    /// Whether metal stands in the beam at this position.
    pub fn is_metal_in(&self, position: WedgePosition) -> bool {
        self.kind != WedgeKind::Dynamic && position == WedgePosition::In
    }
}

/// Relative fall of dose with depth between 10 and 20 cm, 10x10 field (per mm): ln(PDD10/PDD20)/100.
///
/// PDD(10)/PDD(20) = 67/40, 74/46, 77/50 % at 6, 10, 15 MV (teaching table of lixinzhan/MedPhys, rounded); linear in
/// the energy in between, the nearest beyond.
pub fn depth_gradient_per_mm(nominal_mv: f64) -> f64 {
    let rows = [(6.0, 67.0, 40.0), (10.0, 74.0, 46.0), (15.0, 77.0, 50.0)];
    let gradients =
        rows.map(|(mv, at_10_cm, at_20_cm): (f64, f64, f64)| (mv, (at_10_cm / at_20_cm).ln() / 100.0));
    crate::profile::interpolate(&gradients, nominal_mv)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wedge(angle: f64, orientation: f64) -> Wedge {
        Wedge {
            number: 1,
            id: "W".into(),
            kind: WedgeKind::Physical,
            angle_rad: angle.to_radians(),
            orientation_rad: orientation.to_radians(),
        }
    }

    #[test]
    fn the_thin_edge_lets_most_through_and_lies_where_the_orientation_says() {
        let gradient = depth_gradient_per_mm(6.0);
        // orientation 0: thin edge at +y of the beam limiting device; 90: +y of w is -x of b; 180: -y.
        for (orientation, thin, thick) in [
            (0.0, [0.0, 50.0], [0.0, -50.0]),
            (90.0, [-50.0, 0.0], [50.0, 0.0]),
            (180.0, [0.0, -50.0], [0.0, 50.0]),
        ] {
            let wedge = wedge(45.0, orientation);
            let ratio = wedge.transmission(thick, gradient) / wedge.transmission(thin, gradient);
            // 10 cm at 45 degrees weigh as much as 10 cm of depth: 40/67
            assert!((ratio - 40.0 / 67.0).abs() < 1e-9, "{orientation}: {ratio}");
        }
    }
}

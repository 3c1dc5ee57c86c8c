//! A whole body that looks like one: the published organs in an outline with head, neck, trunk, arms and legs.
//!
//! What departs from the published family ([`crate::stylised`]), and why:
//! - the outline: arms are limbs beside the trunk, the shoulders slope, the head has a face, the legs have knees and
//!   feet. The published body is made of cylinders;
//! - ribs and scapulae follow the shoulders, the clavicles are straight, cervical spine, oesophagus, trachea and thyroid
//!   bend into the neck, arm and leg bones follow the limbs, the facial skeleton follows the face;
//! - added, without a published formula: eyes, lenses, pituitary, spinal cord, trachea, parotids, skin and the fat below
//!   it, a mouth's and a nose's air.
//!
//! Everything else has its published place and size. Millimetres in the patient's DICOM axes, lying on the back, head
//! first: x to the left, y to the back, z to the head; the origin is the centre of the trunk's base.

mod exterior;
mod head;
mod limbs;
mod tissue;
mod trunk;

use crate::stylised::{Age, Dimensions, Solid};
use exterior::Exterior;
pub use tissue::Tissue;

/// Which gonads a body has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Ovaries and uterus.
    Female,
    /// Testes.
    Male,
}

/// An organ of a body. Earlier ones win where two overlap.
pub struct Organ {
    /// TG-263 name where there is one.
    pub name: &'static str,
    /// What it is made of.
    pub tissue: Tissue,
    /// Where it is (cm), as far as it lies in the body and earlier organs leave it.
    solid: Solid,
    /// How deep below the skin it begins (cm).
    depth_cm: f64,
}

/// A body by formula.
///
/// ```
/// # use phantoms::{Age, Body, Sex};
/// let child = Body::new(Age::Five, Sex::Female);
/// assert!((child.height_mm() - 1091.0).abs() < 1.0);
/// let name = |point_mm| child.label_at(point_mm).map(|label| child.name(label));
/// assert_eq!(name([0.0, 0.0, 550.0]), Some("Brain"));
/// assert_eq!(name([-50.0, 0.0, 190.0]), Some("Liver"));
/// assert_eq!(name([0.0, 0.0, 700.0]), None);
/// ```
pub struct Body {
    exterior: Exterior,
    organs: Vec<Organ>,
    skin_cm: f64,
    fat_cm: f64,
    height_cm: f64,
}

/// Names of what fills the body between the organs, after them.
const REST: [(&str, Tissue); 3] = [("Skin", Tissue::Skin), ("Fat", Tissue::Fat), ("Muscle", Tissue::Muscle)];

impl Body {
    /// The body of an age and sex.
    pub fn new(age: Age, sex: Sex) -> Self {
        let d = Dimensions::of(age);
        let exterior = Exterior::new(&d, sex);
        let mut organs = head::organs(&d, &exterior);
        organs.extend(trunk::organs(&d, &exterior, sex));
        organs.extend(limbs::bones(&d));
        let skin_cm = d.get("Skin", "S");
        // 7 mm at five years (a guess, unverified).
        let fat_cm = 0.06 * d.get("Trunk", "At");
        Self { exterior, organs, skin_cm, fat_cm, height_cm: d.height_cm() }
    }

    /// Height from sole to crown (mm).
    pub fn height_mm(&self) -> f64 {
        10.0 * self.height_cm
    }

    /// Number of labels: organs, skin, fat, muscle.
    pub fn label_count(&self) -> usize {
        self.organs.len() + REST.len()
    }

    /// Name of a label, counted from 0.
    pub fn name(&self, label: usize) -> &'static str {
        self.organs.get(label).map_or_else(|| REST[label - self.organs.len()].0, |organ| organ.name)
    }

    /// Tissue of a label, counted from 0.
    pub fn tissue(&self, label: usize) -> Tissue {
        self.organs.get(label).map_or_else(|| REST[label - self.organs.len()].1, |organ| organ.tissue)
    }

    /// What is at a point (mm), as a label from 0; `None` outside the body.
    pub fn label_at(&self, point_mm: [f64; 3]) -> Option<usize> {
        let point_cm = point_mm.map(|mm| mm / 10.0);
        let depth_cm = self.exterior.depth_cm(point_cm);
        if depth_cm <= 0.0 {
            return None;
        }
        let organ =
            self.organs.iter().position(|organ| depth_cm >= organ.depth_cm && organ.solid.contains(point_cm));
        Some(organ.unwrap_or_else(|| {
            let no_fat = self.exterior.is_head(point_cm);
            let rest = if depth_cm <= self.skin_cm {
                0
            } else if depth_cm <= self.skin_cm + self.fat_cm && !no_fat {
                1
            } else {
                2
            };
            self.organs.len() + rest
        }))
    }

    /// Lower and upper corner of a box that holds the body (mm).
    pub fn bounds_mm(&self) -> [[f64; 2]; 3] {
        self.exterior.bounds_cm().map(|bounds| bounds.map(|cm| 10.0 * cm))
    }
}

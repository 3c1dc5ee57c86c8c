//! A whole body: organs that weigh what they should, in an outline that holds them.
//!
//! What departs from the published family ([`crate::stylised`]), and why, is in `docs/methods/phantoms.md`.

mod fill;
mod grow;

use crate::field::holds;
use crate::frame::Frame;
use crate::marrow::Skeleton;
use crate::organs::{Organ, Part, parts};
use crate::outline::{DEEP_CM, Outline};
use crate::reference::Masses;
use crate::tissue::{ADIPOSE, MUSCLE, SKIN};
use crate::{Person, Sex, Source};
use fill::Fill;
use grow::Place;

/// Slabs along the body, each with the organs that reach into it.
const SLABS: usize = 96;

/// A body by formula.
///
/// Millimetres in the patient's DICOM axes, lying on the back, head first: x to the left, y to the back, z to the head;
/// the origin is the centre of the trunk's base.
///
/// ```
/// # use phantoms::{Body, Person, Sex};
/// let girl = Body::new(&Person::reference(5.0, Sex::Female).unwrap());
/// let name = |point_mm| girl.label_at(point_mm).map(|label| girl.organs()[label].name.as_str());
/// assert_eq!(name([0.0, 0.0, 550.0]), Some("Brain"));
/// assert_eq!(name([-45.0, -10.0, 220.0]), Some("Liver"));
/// assert_eq!(name([0.0, 0.0, 700.0]), None);
/// ```
pub struct Body {
    person: Person,
    skeleton: Skeleton,
    outline: Outline,
    parts: Vec<Part>,
    /// Where each part has grown to.
    places: Vec<Place>,
    organs: Vec<Organ>,
    fill: Fill,
    /// Parts that reach into each slab of the outline's box along z.
    slabs: Vec<Vec<usize>>,
}

impl Body {
    /// The body of a person.
    pub fn new(person: &Person) -> Self {
        let frame = Frame::new(person);
        let (masses, skeleton) = (Masses::of(person), Skeleton::of(person));
        let breast_cm3 = masses.get("breasts") / 2.0;
        let testis_cm = (person.sex() == Sex::Male).then(|| frame.d.all("Testes", ["a", "b", "c"]));
        let outline_of = |girth| Outline::new(&frame, girth, breast_cm3, testis_cm);
        let list = |outline: &Outline| parts(&frame, outline, &masses, &skeleton);

        let mut organs: Vec<Organ> =
            list(&outline_of(1.0)).into_iter().flat_map(|part| part.layers).collect();
        let filled_g: f64 = organs.iter().map(|organ| organ.target_g).sum();
        organs.extend(fillers(&masses, filled_g));
        let volume_cm3 = organs.iter().map(Organ::target_cm3).sum();
        let outline = outline_of(grow::girth(outline_of, volume_cm3));

        let parts = list(&outline);
        let mut body = Self {
            person: *person,
            skeleton,
            slabs: Vec::new(),
            fill: Fill::new(&frame),
            outline,
            parts,
            places: Vec::new(),
            organs,
        };
        grow::grow(&mut body);
        body
    }

    /// Whose it is.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// What there is, by label from 0: organs and layers of organs, then skin, fat, muscle and what is left.
    pub fn organs(&self) -> &[Organ] {
        &self.organs
    }

    /// Bones and marrow by site.
    pub fn skeleton(&self) -> &Skeleton {
        &self.skeleton
    }

    /// What is at a point (mm), as a label from 0; `None` outside the body.
    pub fn label_at(&self, point_mm: [f64; 3]) -> Option<usize> {
        let p = point_mm.map(|mm| mm / 10.0);
        self.label_near(p)
    }

    /// How deep a point (mm) lies below the skin (mm), to first order near it; negative outside.
    pub(crate) fn depth_mm(&self, point_mm: [f64; 3]) -> f64 {
        10.0 * self.outline.depth(point_mm.map(|mm| mm / 10.0))
    }

    /// Lower and upper corner of a box that holds the body (mm).
    pub fn bounds_mm(&self) -> [[f64; 2]; 3] {
        self.outline.bounds_cm().map(|bounds| bounds.map(|cm| 10.0 * cm))
    }

    /// Volume of every label (cm³), counted with points that the making of the body did not use.
    pub fn volumes_cm3(&self) -> Vec<f64> {
        grow::count_cm3(self)
    }

    /// The same (cm): how deep the point lies is asked only where it matters.
    fn label_near(&self, p: [f64; 3]) -> Option<usize> {
        let near = self.outline.depth_or_deep(p);
        (near > 0.0).then(|| {
            let depth = || if near < DEEP_CM { near } else { self.outline.depth(p) };
            self.organ_at(p, near).unwrap_or_else(|| self.filler_at(p, depth()))
        })
    }

    fn label_within(&self, p: [f64; 3], depth: f64) -> usize {
        self.organ_at(p, depth).unwrap_or_else(|| self.filler_at(p, depth))
    }

    /// The organ, below the skin.
    fn organ_at(&self, p: [f64; 3], depth: f64) -> Option<usize> {
        let below_skin = depth > self.fill.skin_cm;
        let of = |part: &usize| self.label_in(*part, p, depth);
        below_skin.then(|| self.slab(p[2]).iter().find_map(of)).flatten()
    }

    fn filler_at(&self, p: [f64; 3], depth: f64) -> usize {
        self.organs.len() - Fill::COUNT + self.fill.layer(&self.outline, p, depth)
    }

    /// Label of the layer of a part at a point; none before the part has grown.
    fn label_in(&self, part: usize, p: [f64; 3], depth: f64) -> Option<usize> {
        let Place { first, levels, bounds_cm, .. } = self.places.get(part)?;
        let Part { field, depth_cm, .. } = &self.parts[part];
        if depth < *depth_cm || !holds(bounds_cm, p) {
            return None;
        }
        let at = field.at(p);
        levels.iter().position(|level| at <= *level).map(|layer| first + layer)
    }

    fn slab(&self, z: f64) -> &[usize] {
        let [low, high] = self.outline.bounds_cm()[2];
        let slab = ((z - low) / (high - low) * SLABS as f64) as usize;
        &self.slabs[slab.min(SLABS - 1)]
    }
}

/// Skin, fat, muscle, and what is left of the weight: blood outside heart and lungs, connective tissue.
fn fillers(masses: &Masses, filled_g: f64) -> [Organ; Fill::COUNT] {
    let organ = |name: &str, tissue, target_g, source| Organ {
        name: name.into(),
        structure: String::new(),
        tissue,
        target_g,
        source,
    };
    let [skin, adipose, muscle] = ["skin", "adipose", "muscle"].map(|quantity| masses.get(quantity));
    let rest = masses.get("total") - filled_g - skin - adipose - muscle;
    [
        organ("Skin", SKIN, skin, Source::Reference("skin")),
        organ("Adipose", ADIPOSE, adipose, Source::Reference("adipose")),
        organ("Muscle", MUSCLE, muscle, Source::Reference("muscle")),
        organ("Tissue_Rest", MUSCLE, rest.max(0.0), Source::Unverified),
    ]
}

/// Parts that reach into each slab of the outline's box along z.
fn slabs(outline: &Outline, places: &[Place]) -> Vec<Vec<usize>> {
    let [low, high] = outline.bounds_cm()[2];
    let edge = |n: usize| low + (high - low) * n as f64 / SLABS as f64;
    let reaches = |slab: usize, place: &Place| {
        let [from, to] = place.bounds_cm[2];
        from <= edge(slab + 1) + 1e-9 && to >= edge(slab) - 1e-9
    };
    let in_slab = |slab| (0..places.len()).filter(|n| reaches(slab, &places[*n])).collect();
    (0..SLABS).map(in_slab).collect()
}

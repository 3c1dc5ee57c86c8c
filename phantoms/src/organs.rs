//! The organs of a person: an ordered list of shapes, each with what it should weigh. Earlier ones come first where two
//! would overlap.

mod belly;
mod bowel;
mod chest;
mod head;
mod limbs;
mod pelvis;
mod spine;
mod torso_bones;

use crate::field::Field;
use crate::frame::Frame;
use crate::marrow::Skeleton;
use crate::outline::Outline;
use crate::reference::Masses;
use crate::tissue::{self, Tissue};

/// Where an organ's mass comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A quantity of the reference masses, or a share of it.
    Reference(&'static str),
    /// The published stylised volume.
    Published,
    /// A guess.
    Unverified,
}

/// An organ, or a layer of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Organ {
    /// TG-263 name where there is one.
    pub name: String,
    /// The contour that it is drawn in: its own name, or that of the organ that it is a layer or content of; empty where
    /// nobody draws it.
    pub structure: String,
    /// What it is made of.
    pub tissue: Tissue,
    /// What it should weigh (g).
    pub target_g: f64,
    /// Where that number comes from.
    pub source: Source,
}

impl Organ {
    /// The volume that it should have (cm³).
    pub fn target_cm3(&self) -> f64 {
        self.target_g / self.tissue.density_g_cm3
    }
}

/// A shape and what fills it from inside to outside.
pub(crate) struct Part {
    pub field: Field,
    pub layers: Vec<Organ>,
    /// How deep below the skin it begins (cm).
    pub depth_cm: f64,
}

/// What a list of organs is made from.
pub(crate) struct Builder<'a> {
    pub frame: &'a Frame,
    pub outline: &'a Outline,
    pub masses: &'a Masses,
    pub skeleton: &'a Skeleton,
    pub parts: Vec<Part>,
    /// For the parts that follow.
    pub depth_cm: f64,
}

/// All organs of a person in the order in which they take their place.
pub(crate) fn parts(frame: &Frame, outline: &Outline, masses: &Masses, skeleton: &Skeleton) -> Vec<Part> {
    let mut builder = Builder { frame, outline, masses, skeleton, parts: Vec::new(), depth_cm: 0.0 };
    head::add(&mut builder);
    // The cord leaves the skull by a hole that it makes.
    spine::add_cord(&mut builder);
    head::add_skull(&mut builder);
    spine::add(&mut builder);
    chest::add_middle(&mut builder);
    limbs::add(&mut builder);
    torso_bones::add(&mut builder);
    belly::add(&mut builder);
    pelvis::add(&mut builder);
    bowel::add(&mut builder);
    torso_bones::add_cartilage(&mut builder);
    chest::add_lungs(&mut builder);
    builder.parts
}

impl Builder<'_> {
    /// An organ that is a share of a quantity of the reference masses.
    pub fn of(&self, name: &str, tissue: Tissue, quantity: &'static str, share: f64) -> Organ {
        let target_g = share * self.masses.get(quantity);
        self.organ(name, tissue, target_g, Source::Reference(quantity))
    }

    /// An organ of another mass (g).
    pub fn organ(&self, name: &str, tissue: Tissue, target_g: f64, source: Source) -> Organ {
        Organ { name: name.into(), structure: name.into(), tissue, target_g, source }
    }

    /// A shape for one organ.
    pub fn add(&mut self, organ: Organ, field: Field) {
        self.nest(vec![organ], field);
    }

    /// A shape for layers from inside to outside, all drawn as the last.
    pub fn nest(&mut self, mut layers: Vec<Organ>, field: Field) {
        let structure = layers.last().map(|organ| organ.structure.clone()).unwrap_or_default();
        layers.iter_mut().for_each(|organ| organ.structure.clone_from(&structure));
        layers.retain(|organ| organ.target_g > 0.0);
        if !layers.is_empty() {
            self.parts.push(Part { field, layers, depth_cm: self.depth_cm });
        }
    }

    /// Half of an organ on each side; `make` gives the shape of the left one.
    pub fn pair(&mut self, organ: &Organ, make: impl Fn() -> Field) {
        self.nested_pair(std::slice::from_ref(organ), make);
    }

    /// Half of each layer on each side.
    pub fn nested_pair(&mut self, layers: &[Organ], make: impl Fn() -> Field) {
        for (side, field) in [("R", make().mirrored()), ("L", make())] {
            let half = |organ: &Organ| Organ {
                name: format!("{}_{side}", organ.name),
                structure: format!("{}_{side}", organ.structure),
                target_g: organ.target_g / 2.0,
                ..organ.clone()
            };
            self.nest(layers.iter().map(half).collect(), field);
        }
    }

    /// Spongiosa and cortical bone of a site.
    pub fn bone(&self, site: &'static str) -> Vec<Organ> {
        let [spongiosa_g, cortical_g] = self.skeleton.masses_g(site);
        let person = &self.frame.person;
        let layer = |suffix, tissue, target_g, quantity| Organ {
            name: format!("{site}_{suffix}"),
            // Halves of a bone are drawn as one.
            structure: site.trim_end_matches("_Prox").trim_end_matches("_Dist").into(),
            tissue,
            target_g,
            source: Source::Reference(quantity),
        };
        vec![
            layer("Spongiosa", tissue::spongiosa(person), spongiosa_g, "spongiosa"),
            layer("Cortical", tissue::cortical(person.age_years()), cortical_g, "cortical bone"),
        ]
    }
}

//! Which objects are there, and which of them make a whole set: a plan, its structures, its scan, its doses.

use crate::facts::{Facts, Kind};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Instant;

/// An object of the queue.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its file, whose name says which object and which bytes.
    pub path: PathBuf,
    /// What its header says.
    pub facts: Facts,
    /// Size of its file (bytes).
    pub bytes: u64,
    /// When it came, or the node started.
    pub arrived: Instant,
}

/// All objects, by SOP Instance UID.
#[derive(Debug, Default)]
pub struct Index {
    objects: BTreeMap<String, Object>,
    changes: u64,
}

/// What belongs to a plan.
#[derive(Clone, Debug)]
pub struct Set {
    /// A short name for the log: a hash of the plan's UID.
    pub name: String,
    /// Of the plan's file and bytes and of all others: the same set has the same key.
    pub key: String,
    /// SOP Instance UID of the plan.
    pub plan: String,
    /// Its objects, the plan first.
    pub members: Vec<Object>,
    /// What it lacks; none if it is whole.
    pub lacks: Option<String>,
    /// When the last of it came.
    pub last: Instant,
}

impl Index {
    /// Puts an object in; gives the one whose place it takes.
    pub fn insert(&mut self, object: Object) -> Option<Object> {
        self.changes += 1;
        self.objects.insert(object.facts.uid.clone(), object)
    }

    /// An object.
    pub fn get(&self, uid: &str) -> Option<&Object> {
        self.objects.get(uid)
    }

    /// Takes an object out.
    pub fn remove(&mut self, uid: &str) -> Option<Object> {
        self.changes += 1;
        self.objects.remove(uid)
    }

    /// A number that changes with every object: sets are the same as long as it is.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// All objects.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// The set of every plan.
    pub fn sets(&self) -> Vec<Set> {
        let mut slices: HashMap<(&str, &str), Vec<&Object>> = HashMap::new();
        let mut doses: HashMap<&str, Vec<&Object>> = HashMap::new();
        for object in self.objects.values() {
            match (object.facts.kind, &object.facts.frame) {
                (Kind::Ct, Some(frame)) => {
                    slices.entry((&object.facts.patient, frame)).or_default().push(object);
                }
                (Kind::Dose, _) => {
                    object.facts.names.iter().for_each(|plan| doses.entry(plan).or_default().push(object));
                }
                _ => {}
            }
        }
        let plans = self.objects.values().filter(|object| object.facts.kind == Kind::Plan);
        plans.map(|plan| self.set(plan, &slices, &doses)).collect()
    }

    fn set(
        &self,
        plan: &Object,
        slices: &HashMap<(&str, &str), Vec<&Object>>,
        doses: &HashMap<&str, Vec<&Object>>,
    ) -> Set {
        let patient = plan.facts.patient.as_str();
        let is_theirs = |object: &&Object| object.facts.patient == patient;
        let mut members = vec![plan.clone()];
        let mut lacks = None;
        let mut frame = plan.facts.frame.as_deref();
        let mut listed: &[String] = &[];
        if !plan.facts.names.is_empty() {
            let sets = plan.facts.names.iter().filter_map(|uid| self.get(uid));
            match sets.filter(is_theirs).find(|object| object.facts.kind == Kind::Structures) {
                Some(structures) => {
                    frame = frame.or(structures.facts.frame.as_deref());
                    listed = &structures.facts.slices;
                    members.push(structures.clone());
                }
                None => lacks = Some("the structure set that the plan names".to_owned()),
            }
        }
        match frame.and_then(|frame| slices.get(&(patient, frame))) {
            Some(found) => {
                let is_missing = |uid: &&String| !self.get(uid).is_some_and(|object| is_theirs(&object));
                let missing = listed.iter().filter(is_missing).count();
                if missing > 0 && lacks.is_none() {
                    lacks = Some(format!(
                        "{missing} of {} slices that the structures are drawn on",
                        listed.len()
                    ));
                }
                members.extend(found.iter().copied().cloned());
            }
            None if frame.is_none() && lacks.is_none() => {
                lacks = Some("a frame of reference in the plan or its structures".to_owned());
            }
            None if lacks.is_none() => lacks = Some("a CT in the plan's frame of reference".to_owned()),
            None => {}
        }
        let own = doses.get(plan.facts.uid.as_str()).into_iter().flatten();
        members.extend(own.copied().filter(is_theirs).cloned());
        let mut names: Vec<String> = members.iter().map(|object| crate::error::name(&object.path)).collect();
        names.sort();
        Set {
            name: crate::hash(&plan.facts.uid)[..12].to_owned(),
            key: crate::hash(&names.join("\n"))[..32].to_owned(),
            plan: plan.facts.uid.clone(),
            last: members.iter().map(|object| object.arrived).max().unwrap_or(plan.arrived),
            members,
            lacks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn object(kind: Kind, uid: &str, patient: &str, frame: &str, names: &[&str], slices: &[&str]) -> Object {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let facts = Facts {
            kind,
            class: String::new(),
            uid: uid.into(),
            patient: patient.into(),
            frame: Some(frame.into()),
            names: texts(names),
            slices: texts(slices),
            is_ours: false,
        };
        Object { path: uid.into(), facts, bytes: 1, arrived: Instant::now() }
    }

    fn study() -> Vec<Object> {
        vec![
            object(Kind::Plan, "plan", "P", "F", &["set"], &[]),
            object(Kind::Structures, "set", "P", "F", &[], &["a", "b"]),
            object(Kind::Ct, "a", "P", "F", &[], &[]),
            object(Kind::Ct, "b", "P", "F", &[], &[]),
        ]
    }

    fn index(objects: impl IntoIterator<Item = Object>) -> Index {
        let mut index = Index::default();
        objects.into_iter().for_each(|object| drop(index.insert(object)));
        index
    }

    #[test]
    fn a_set_is_whole_when_plan_structures_and_all_their_slices_are_there() {
        assert_eq!(index(study()).sets()[0].lacks, None);
        for (without, lacks) in [(1, "structure set"), (2, "1 of 2 slices"), (3, "1 of 2 slices")] {
            let mut part = study();
            part.remove(without);
            let sets = index(part).sets();
            assert!(sets[0].lacks.as_ref().is_some_and(|text| text.contains(lacks)), "{:?}", sets[0].lacks);
        }
        let sets = index(study().into_iter().take(2)).sets();
        assert!(sets[0].lacks.as_ref().is_some_and(|text| text.contains("CT")), "{:?}", sets[0].lacks);
    }

    #[test]
    fn another_patients_objects_never_complete_a_set() {
        for wrong in 1..4 {
            let mut mixed = study();
            mixed[wrong].facts.patient = "Q".into();
            let set = index(mixed).sets().remove(0);
            assert!(set.members.iter().all(|object| object.facts.patient == "P"));
            assert!(set.lacks.is_some());
        }
    }

    #[test]
    fn a_set_with_another_object_is_another_set() {
        let mut more = study();
        more.push(object(Kind::Dose, "dose", "P", "F", &["plan"], &[]));
        let (few, many) = (index(study()).sets().remove(0), index(more).sets().remove(0));
        assert_eq!((few.name == many.name, few.key == many.key), (true, false));
        assert_eq!(many.members.len(), 5);
    }

    proptest! {
        /// In whatever order objects come, a set is whole at the last one and not before.
        #[test]
        fn the_order_of_arrival_does_not_matter(order in Just((0..4).collect::<Vec<usize>>()).prop_shuffle()) {
            let mut objects = Index::default();
            let mut key = None;
            for (n, which) in order.iter().enumerate() {
                objects.insert(study().swap_remove(*which));
                for set in objects.sets() {
                    prop_assert_eq!(set.lacks.is_none(), n == 3);
                    key = Some(set.key);
                }
            }
            prop_assert_eq!(key, Some(index(study()).sets().remove(0).key));
        }
    }
}

//! What waits for the rest of its set: told again from time to time, and removed after a time if the settings say so.

use crate::index::{Index, Set};
use crate::node::Node;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// What was told of what waits.
#[derive(Default)]
pub(crate) struct Waiting {
    told: BTreeMap<String, Instant>,
}

/// Objects that wait together.
#[derive(Debug, PartialEq, Eq)]
struct Group {
    /// A set, or none for objects that belong to no plan.
    set: Option<String>,
    /// What it lacks.
    lacks: String,
    /// SOP Instance UIDs of objects that no other set needs.
    uids: Vec<String>,
    /// For how long nothing new came.
    quiet: Duration,
}

impl Waiting {
    /// Tells and removes what is due.
    pub(crate) fn look(&mut self, node: &Node) {
        let (remind, drop_after) = (node.settings.remind(), node.settings.drop_after());
        // What is removed is decided and removed while nothing can come in between.
        let mut index = node.queue.index();
        let groups = groups(&index, &|key| node.jobs.is_over(key));
        let name = |group: &Group| match &group.set {
            Some(set) => format!("set {set}"),
            None => "objects of no plan".to_owned(),
        };
        self.told.retain(|told, _| groups.iter().any(|group| name(group) == *told));
        for group in groups {
            let (who, objects, hours) = (name(&group), group.uids.len(), group.quiet.as_secs_f64() / 3600.0);
            if drop_after.is_some_and(|after| group.quiet >= after) {
                node.queue.forget_in(&mut index, &group.uids);
                self.told.remove(&who);
                let lacks = &group.lacks;
                (node.log)(&format!(
                    "{who}: {objects} objects removed, they waited {hours:.1} h for {lacks}"
                ));
            } else if group.quiet >= remind && self.told.get(&who).is_none_or(|at| at.elapsed() >= remind) {
                (node.log)(&format!("{who}: {objects} objects wait for {}, {hours:.1} h now", group.lacks));
                self.told.insert(who, Instant::now());
            }
        }
    }
}

/// The sets that are not whole, and the objects that belong to none.
fn groups(index: &Index, is_over: &dyn Fn(&str) -> bool) -> Vec<Group> {
    let sets = index.sets();
    let (waiting, other): (Vec<&Set>, Vec<&Set>) =
        sets.iter().partition(|set| set.lacks.is_some() && !is_over(&set.key));
    let mut needed: BTreeSet<&str> = uids(other);
    let mut groups = Vec::new();
    for set in &waiting {
        // Two plans on one scan wait together: the objects go with the one that waited less.
        let younger = waiting.iter().copied().filter(|other| other.last > set.last);
        let of_younger = uids(younger);
        let own = set.members.iter().map(|object| object.facts.uid.as_str());
        let own = own.filter(|uid| !needed.contains(uid) && !of_younger.contains(uid));
        groups.push(Group {
            set: Some(set.name.clone()),
            lacks: set.lacks.clone().unwrap_or_default(),
            uids: own.map(str::to_owned).collect(),
            quiet: set.last.elapsed(),
        });
    }
    needed.extend(uids(waiting.iter().copied()));
    let alone: Vec<_> =
        index.objects().filter(|object| !needed.contains(object.facts.uid.as_str())).collect();
    if let Some(last) = alone.iter().map(|object| object.arrived).max() {
        groups.push(Group {
            set: None,
            lacks: "a plan".into(),
            uids: alone.iter().map(|object| object.facts.uid.clone()).collect(),
            quiet: last.elapsed(),
        });
    }
    groups
}

fn uids<'a>(sets: impl IntoIterator<Item = &'a Set>) -> BTreeSet<&'a str> {
    sets.into_iter().flat_map(|set| &set.members).map(|object| object.facts.uid.as_str()).collect()
}

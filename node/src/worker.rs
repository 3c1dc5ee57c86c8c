//! Whole and quiet sets are worked on, one at a time; what is over is cleared away in time.

use crate::index::Set;
use crate::jobs::{End, Job, OUT};
use crate::node::{Node, Ran};
use crate::queue::LINKS;
use crate::room::bytes_in;
use crate::waiting::Waiting;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How often a run that failed is tried, and the wait before the next try.
const TRIES: u32 = 3;
const WAIT: Duration = Duration::from_secs(30);
/// How often it is looked for results that are no longer needed.
const CLEAR: Duration = Duration::from_secs(60);
/// Exit statuses of a refusal: the same input would be refused again.
const REFUSED: [i32; 2] = [2, 3];

/// What a worker remembers between two looks.
#[derive(Default)]
struct Memory {
    /// The sets, as of so many changes of the index.
    sets: Vec<Set>,
    changes: Option<u64>,
    /// What was said of a set that is not whole.
    said: BTreeMap<String, String>,
    /// Failures of a set, and when it may be tried again.
    failures: BTreeMap<String, (u32, Instant)>,
}

impl Node<'_> {
    /// Works until the node stops.
    pub(crate) fn work(&self) {
        let mut memory = Memory::default();
        let mut waiting = Waiting::default();
        let (mut looked, mut cleared) = (None, None);
        while !(self.stop)() {
            if looked.is_none_or(|at: Instant| at.elapsed() >= self.retry(CLEAR)) {
                waiting.look(self);
                looked = Some(Instant::now());
            }
            if cleared.is_none_or(|at: Instant| at.elapsed() >= CLEAR) {
                self.clear_away();
                cleared = Some(Instant::now());
            }
            match self.next(&mut memory) {
                Some(set) => self.run_set(&set, &mut memory),
                None => std::thread::sleep(LOOK),
            }
        }
    }

    /// The set that has waited longest, of those that are whole and quiet.
    fn next(&self, memory: &mut Memory) -> Option<Set> {
        {
            let index = self.queue.index();
            if memory.changes != Some(index.changes()) {
                memory.changes = Some(index.changes());
                memory.sets = index.sets();
            }
        }
        let sets = &memory.sets;
        memory.said.retain(|key, _| sets.iter().any(|set| set.key == *key));
        let mut ready: Vec<&Set> = Vec::new();
        for set in sets {
            let is_quiet = set.last.elapsed() >= self.settings.quiet();
            let may = memory.failures.get(&set.key).is_none_or(|(_, again)| Instant::now() >= *again);
            if !is_quiet || !may || self.jobs.is_over(&set.key) {
                continue;
            }
            match &set.lacks {
                None => ready.push(set),
                Some(lacks) => {
                    if memory.said.get(&set.key) != Some(lacks) {
                        (self.log)(&format!("set {}: waits for {lacks}", set.name));
                        memory.said.insert(set.key.clone(), lacks.clone());
                    }
                }
            }
        }
        ready.into_iter().min_by_key(|set| set.last).cloned()
    }

    fn run_set(&self, set: &Set, memory: &mut Memory) {
        let began = Instant::now();
        (self.log)(&format!("set {}: {} objects, runs", set.name, set.members.len()));
        let work = match self.jobs.begin(set) {
            Ok(work) => work,
            Err(error) => return self.failed(set, memory, &format!("it cannot be laid out: {error}")),
        };
        let Ran { code, message } = match self.runner.run(work.folder()) {
            Ok(Some(ran)) => ran,
            Ok(None) => return, // The node stops; the set is run again after the next start.
            Err(error) => return self.failed(set, memory, &format!("it cannot be run: {error}")),
        };
        let tries = memory.failures.get(&set.key).map_or(0, |(tries, _)| *tries) + 1;
        if code != 0 && !REFUSED.contains(&code) && tries < TRIES {
            return self.failed(set, memory, &message);
        }
        let end = End {
            set: set.name.clone(),
            code,
            message: message.clone(),
            objects: set.members.iter().map(|object| object.facts.uid.clone()).collect(),
        };
        let bytes = bytes_in(work.folder(), LINKS);
        if let Err(error) = work.finish(&end) {
            return self.failed(set, memory, &format!("its result cannot be kept: {error}"));
        }
        self.queue.room.count(bytes);
        memory.failures.remove(&set.key);
        let seconds = began.elapsed().as_secs_f64();
        let first = message.lines().next().unwrap_or_default();
        (self.log)(&match code {
            0 if first.is_empty() => format!("set {}: done in {seconds:.1} s", set.name),
            0 => format!("set {}: done in {seconds:.1} s; {first}", set.name),
            _ => format!("set {}: ended with status {code}: {first}", set.name),
        });
    }

    fn failed(&self, set: &Set, memory: &mut Memory, why: &str) {
        let (tries, _) = memory.failures.get(&set.key).copied().unwrap_or((0, Instant::now()));
        let first = why.lines().next().unwrap_or_default();
        (self.log)(&format!("set {}: failed, will be tried again: {first}", set.name));
        memory.failures.insert(set.key.clone(), (tries + 1, Instant::now() + self.retry(WAIT)));
    }

    /// Removes results that were sent long enough ago, and their objects unless another set needs them.
    fn clear_away(&self) {
        let has_peer = self.settings.peer.is_some();
        let gets_report = self.settings.peer.as_ref().is_some_and(|peer| peer.report);
        let is_stale = |job: &Job| job.is_stale(self.settings.keep(), has_peer, gets_report);
        let stale: Vec<Job> = self.jobs.over().into_iter().filter(is_stale).collect();
        if stale.is_empty() {
            return;
        }
        let sets = self.queue.index().sets();
        let open = sets.iter().filter(|set| !self.jobs.is_over(&set.key));
        let needed: BTreeSet<&str> =
            open.flat_map(|set| &set.members).map(|o| o.facts.uid.as_str()).collect();
        for job in stale {
            let out = job.folder.join(OUT);
            let (there, bytes) = (out.exists(), bytes_in(&out, LINKS));
            let objects: Vec<String> =
                job.end.objects.iter().filter(|uid| !needed.contains(uid.as_str())).cloned().collect();
            self.queue.forget(&objects);
            match job.clear() {
                Ok(()) if there => {
                    self.queue.room.give(bytes);
                    (self.log)(&format!("set {}: cleared away", job.end.set));
                }
                Ok(()) => {}
                Err(error) => (self.log)(&format!("set {}: cannot be cleared away: {error}", job.end.set)),
            }
        }
    }
}

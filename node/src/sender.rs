//! Doses go to the peer, again and again until it has them; reports, if it gets them, a few times.

use crate::jobs::Sending;
use crate::node::Node;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How often it is looked for doses to send.
const LOOK: Duration = Duration::from_millis(200);
/// The wait after the first try that failed; it doubles up to the longest.
const WAIT: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(600);
/// A report that a peer does not take is given up after so many tries; a dose never is.
const REPORT_TRIES: u32 = 5;

impl Node<'_> {
    /// Sends until the node stops; without a peer there is nothing to do.
    pub(crate) fn send_doses(&self) {
        let Some(peer) = &self.settings.peer else { return };
        let mut failures: BTreeMap<(PathBuf, Sending), (u32, Instant)> = BTreeMap::new();
        while !(self.stop)() {
            for job in self.jobs.over() {
                let Some((what, file)) = job.unsent(peer.report) else { continue };
                let key = (job.folder.clone(), what);
                let (tries, again) = failures.get(&key).copied().unwrap_or((0, Instant::now()));
                if Instant::now() < again || (self.stop)() {
                    continue;
                }
                let (set, name) = (&job.end.set, what.name());
                let sent = peer.store(&self.settings.ae_title, &file).map_err(|error| error.to_string());
                let is_given_up = what == Sending::Report && tries + 1 >= REPORT_TRIES;
                let given_up = sent.as_ref().err().filter(|_| is_given_up).cloned();
                let noted = if given_up.is_some() { Ok(()) } else { sent }.and_then(|()| {
                    let over = job.is_over_with(what, &peer.ae_title, given_up.as_deref());
                    over.map_err(|error| error.to_string())
                });
                match (noted, given_up) {
                    (Ok(()), None) => {
                        failures.remove(&key);
                        (self.log)(&format!("set {set}: {name} sent to {:?}", peer.ae_title));
                    }
                    (Ok(()), Some(why)) => {
                        failures.remove(&key);
                        (self.log)(&format!(
                            "set {set}: {name} given up after {REPORT_TRIES} tries, it stays in the queue: {why}"
                        ));
                    }
                    (Err(why), _) => {
                        let wait = WAIT.saturating_mul(1 << tries.min(7)).min(LONGEST);
                        (self.log)(&format!(
                            "set {set}: {name} not sent, next try in {} s: {why}",
                            wait.as_secs()
                        ));
                        failures.insert(key, (tries + 1, Instant::now() + self.retry(wait)));
                    }
                }
            }
            std::thread::sleep(LOOK);
        }
    }
}

//! Doses go to the peer, again and again until it has them.

use crate::node::Node;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How often it is looked for doses to send.
const LOOK: Duration = Duration::from_millis(200);
/// The wait after the first try that failed; it doubles up to the longest.
const WAIT: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(600);

impl Node<'_> {
    /// Sends until the node stops; without a peer there is nothing to do.
    pub(crate) fn send_doses(&self) {
        let Some(peer) = &self.settings.peer else { return };
        let mut failures: BTreeMap<PathBuf, (u32, Instant)> = BTreeMap::new();
        while !(self.stop)() {
            for job in self.jobs.over() {
                let Some(dose) = job.unsent() else { continue };
                let (tries, again) = failures.get(&job.folder).copied().unwrap_or((0, Instant::now()));
                if Instant::now() < again || (self.stop)() {
                    continue;
                }
                let set = &job.end.set;
                let sent = peer.store(&self.settings.ae_title, &dose).map_err(|error| error.to_string());
                let noted =
                    sent.and_then(|()| job.is_sent_to(&peer.ae_title).map_err(|error| error.to_string()));
                match noted {
                    Ok(()) => {
                        failures.remove(&job.folder);
                        (self.log)(&format!("set {set}: dose sent to {:?}", peer.ae_title));
                    }
                    Err(why) => {
                        let wait = WAIT.saturating_mul(1 << tries.min(7)).min(LONGEST);
                        (self.log)(&format!(
                            "set {set}: dose not sent, next try in {} s: {why}",
                            wait.as_secs()
                        ));
                        failures.insert(job.folder, (tries + 1, Instant::now() + self.retry(wait)));
                    }
                }
            }
            std::thread::sleep(LOOK);
        }
    }
}

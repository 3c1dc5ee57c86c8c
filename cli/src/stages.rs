//! Wall seconds of the stages of a run.

use crate::exit::Failure;
use crate::follow::Follow;
use std::collections::BTreeMap;
use std::time::Instant;

/// Wall seconds of each stage; a stage ends where the next begins.
pub struct Stages {
    began: Instant,
    /// Seconds by name.
    pub seconds: BTreeMap<&'static str, f64>,
}

impl Default for Stages {
    fn default() -> Stages {
        Stages { began: Instant::now(), seconds: BTreeMap::new() }
    }
}

impl Stages {
    /// Ends a stage, unless the user has stopped the run in it.
    pub fn end(&mut self, stage: &'static str, follower: &dyn Follow) -> Result<(), Failure> {
        let seconds = self.began.elapsed().as_secs_f64();
        self.seconds.insert(stage, seconds);
        follower.stage_done(stage, seconds);
        self.began = Instant::now();
        if follower.stops() { Err(Failure::interrupted()) } else { Ok(()) }
    }
}

//! `straydose batch`: a shard of a manifest, case by case; a case that fails stops no other.

use super::arguments::BatchArguments;
use super::case::{Batch, Done};
use super::failure;
use crate::args::{BackendChoice, Common};
use crate::console;
use crate::exit::{Failure, Status as Exit};
use crate::{backend, interrupt};
use ::registry::{Case, Manifest, Outcome, Salt, Store};
use dose_core::run::Backend;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Cases under way on a GPU: one is read, one transported, one written.
const JOBS_ON_GPU: u16 = 3;

/// Whether the runs will take a GPU.
fn is_on_gpu(common: &Common) -> bool {
    match (common.backend, common.device) {
        (BackendChoice::Cpu, _) => false,
        (BackendChoice::Auto, None) => {
            Backend::auto(None, Some(1)).is_ok_and(|(backend, _)| backend.describe().backend != "cpu")
        }
        _ => true,
    }
}

/// How the cases of a shard stand.
#[derive(Default)]
struct Tally {
    done: usize,
    ok: usize,
    refused: usize,
    failed: usize,
    there: usize,
    /// What stopped the shard.
    stopped: Option<Failure>,
}

/// Runs the command.
pub fn run(arguments: &BatchArguments, common: &Common) -> Result<(), Failure> {
    backend::check(common)?;
    interrupt::watch();
    let manifest = Manifest::read(&arguments.manifest).map_err(|error| failure(&error))?;
    let salt = arguments.salt.as_deref().map(Salt::read).transpose().map_err(|error| failure(&error))?;
    let store = Store::open(&arguments.out, arguments.shard).map_err(|error| failure(&error))?;
    let program = match &arguments.program {
        Some(program) => std::path::absolute(program),
        None => std::env::current_exe(),
    };
    let program =
        program.map_err(|error| Failure::failed(format!("the program does not find itself: {error}"), ""))?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let on_gpu = is_on_gpu(common);
    let jobs = usize::from(arguments.jobs.unwrap_or(if on_gpu { JOBS_ON_GPU } else { 1 }));
    // Runs have folders of their own, where a relative path would lead elsewhere.
    let given = common.turn.as_ref().and_then(|path| std::path::absolute(path).ok());
    // On the CPU runs share the threads, and the system gives each its part.
    let turn = on_gpu.then(tempfile::NamedTempFile::new).transpose();
    let turn =
        turn.map_err(|error| Failure::failed(format!("no file for a lock: {error}"), "another TMPDIR"))?;
    let batch = Batch {
        arguments,
        common,
        store: &store,
        salt: salt.as_ref(),
        program,
        turn: given.or_else(|| Some(turn.as_ref()?.path().to_owned())),
        threads: (common.threads.unwrap_or(cores) / jobs).max(1),
        there: store.keys_by_case().map_err(|error| failure(&error))?,
    };
    let rows = manifest.cases.iter().enumerate().filter(|(row, _)| arguments.shard.holds(*row));
    let own: Vec<&Case> = rows.map(|(_, case)| case).collect();
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| worker(&batch, &own, &next, &tally));
        }
    });
    drop(store);
    ended(&locked(&tally), own.len(), common)
}

/// A lock that a panic does not make useless: numbers are only added up under it.
fn locked(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

fn worker(batch: &Batch, own: &[&Case], next: &AtomicUsize, tally: &Mutex<Tally>) {
    while let Some(case) = own.get(next.fetch_add(1, Relaxed)) {
        if locked(tally).stopped.is_some() {
            return;
        }
        let began = Instant::now();
        let done = batch.run(case);
        let mut tally = locked(tally);
        match done {
            Ok(Some(done)) => {
                tally.done += 1;
                tally.count(&done);
                if !batch.common.quiet {
                    let place = (tally.done, own.len());
                    console::note(&line(&case.case_id, &done, place, began.elapsed().as_secs_f64()));
                }
            }
            Ok(None) => tally.stopped = Some(Failure::interrupted()),
            Err(failure) => tally.stopped = Some(failure),
        }
    }
}

impl Tally {
    fn count(&mut self, done: &Done) {
        self.there += usize::from(done.was_there);
        *match done.outcome {
            Outcome::Ok => &mut self.ok,
            Outcome::Refused => &mut self.refused,
            Outcome::Failed => &mut self.failed,
        } += 1;
    }
}

/// What is said of a case when its turn is over.
fn line(case_id: &str, done: &Done, (number, of): (usize, usize), seconds: f64) -> String {
    let how = match done.outcome {
        Outcome::Ok => "ok",
        Outcome::Refused => "refused",
        Outcome::Failed => "failed",
    };
    let when = if done.was_there { "was there".to_owned() } else { format!("{seconds:.1} s") };
    let why = done.message.lines().next().map(|line| format!(": {line}")).unwrap_or_default();
    format!("{number} of {of}: {case_id} {how}, {when}{why}")
}

fn ended(tally: &Tally, cases: usize, common: &Common) -> Result<(), Failure> {
    let Tally { ok, refused, failed, there, stopped, done } = tally;
    let counts =
        format!("{cases} cases: {ok} ok, {refused} refused, {failed} failed; {there} were there already");
    if let Some(stopped) = stopped {
        let problem = match stopped.status {
            Exit::Interrupted => format!("interrupted after {done} of {cases} cases, which are kept"),
            _ => stopped.problem.clone(),
        };
        return Err(Failure {
            status: stopped.status,
            problem,
            place: stopped.place.clone(),
            remedy: stopped.remedy.clone(),
        });
    }
    if !common.quiet {
        console::result(&counts);
    }
    if *failed > 0 {
        return Err(Failure::failed(
            format!("{failed} of {cases} cases failed"),
            "the same command again, which runs only those; status.json in their folders says why",
        ));
    }
    if *refused > 0 {
        return Err(Failure::refused(
            format!("{refused} of {cases} cases were refused"),
            "",
            "straydose gather, which lists them with their reasons in refused.csv",
        ));
    }
    Ok(())
}

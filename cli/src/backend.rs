//! Which backend a run uses, as the command line asks.

use crate::args::{BackendChoice, Common};
use crate::exit::Failure;
use dose_core::run::Backend;

/// A backend and how it came to be chosen.
pub struct ChosenBackend {
    /// Where to run.
    pub backend: Backend,
    /// Threads, on the CPU.
    pub threads: Option<usize>,
    /// Why, where the program chose.
    pub because: Option<String>,
}

/// Refuses options that contradict each other; free of cost, so that it comes before any work.
pub fn check(common: &Common) -> Result<(), Failure> {
    if common.backend == BackendChoice::Cpu && common.device.is_some() {
        return Err(Failure::command_line(
            "--device picks a GPU, and --backend cpu uses none",
            "leaving out one of the two",
        ));
    }
    Ok(())
}

/// Starts the backend. A GPU that is named by its number is asked for, so `auto` takes it or fails.
pub fn start(common: &Common) -> Result<ChosenBackend, Failure> {
    match (common.backend, common.device) {
        (BackendChoice::Cpu, _) => {
            let threads = common.threads.unwrap_or_else(cores);
            let backend =
                Backend::cpu(Some(threads)).map_err(|error| Failure::from_engine(error, "--threads"))?;
            Ok(ChosenBackend { backend, threads: Some(threads), because: None })
        }
        (BackendChoice::Auto, None) => {
            let threads = common.threads.unwrap_or_else(cores);
            let (backend, because) = Backend::auto(None, Some(threads))
                .map_err(|error| Failure::from_engine(error, "--backend"))?;
            let threads = (backend.describe().backend == "cpu").then_some(threads);
            Ok(ChosenBackend { backend, threads, because: Some(because) })
        }
        (BackendChoice::Gpu, device) | (BackendChoice::Auto, device) => {
            let backend = Backend::gpu(device).map_err(|error| Failure::from_engine(error, "--device"))?;
            Ok(ChosenBackend { backend, threads: None, because: None })
        }
    }
}

/// Threads that this machine runs at once.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

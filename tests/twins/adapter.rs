//! The GPU that the tests run on.

use dose_core::gpu::Gpu;

/// The best GPU; `None`, with a line that says so, where there is none.
pub fn gpu() -> Option<Gpu> {
    match Gpu::new(None) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            let set = |name: &str, value: &str| std::env::var(name).is_ok_and(|v| v == value);
            let required = set("CI", "true") || set("STRAYDOSE_REQUIRE_GPU", "1");
            assert!(!required, "a GPU is required here: {error}");
            println!("SKIPPED: no adapter ({error})");
            None
        }
    }
}

//! What the engine refuses and why.

/// Errors of the engine. Messages name the quantity, the reason and the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input that the physics or the data cannot serve.
    #[error("{what}: {why}; {remedy}")]
    Refused {
        /// The key or element of the case that is wrong.
        what: String,
        /// Why it is refused.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// No usable GPU although one was asked for.
    #[error("no usable GPU: {why}; use --backend cpu, or install a Vulkan, Metal or Direct3D 12 driver")]
    NoGpu {
        /// What was looked for and not found.
        why: String,
    },
    /// The device failed while running.
    #[error("the GPU {device:?} failed: {why}; {remedy}")]
    Gpu {
        /// Its name.
        device: String,
        /// What happened.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// The caller asked to stop.
    #[error("interrupted; nothing was written")]
    Cancelled,
}

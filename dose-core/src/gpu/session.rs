//! An open device: its queue, and what went wrong on it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Longest wait for one submission; a device that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Something that the device did wrong, in words; a fresh device may do better.
#[derive(Debug)]
pub(super) struct DeviceFault(pub(super) String);

/// A device and its queue. Errors that wgpu reports by callback gather here instead of ending the program.
pub(super) struct Session {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    first_fault: Arc<Mutex<Option<String>>>,
}

impl Session {
    /// Opens the device with all that its adapter allows.
    pub(super) fn open(adapter: &wgpu::Adapter) -> Result<Session, DeviceFault> {
        let limits = adapter.limits();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("straydose"),
            required_limits: wgpu::Limits {
                max_buffer_size: limits.max_buffer_size,
                max_storage_buffer_binding_size: limits.max_storage_buffer_binding_size,
                max_storage_buffers_per_shader_stage: limits.max_storage_buffers_per_shader_stage,
                ..wgpu::Limits::downlevel_defaults().or_worse_values_from(&limits)
            },
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| DeviceFault(format!("it cannot be opened: {error}")))?;
        let first_fault = Arc::new(Mutex::new(None));
        let keep = |slot: &Arc<Mutex<Option<String>>>, what: String| {
            if let Ok(mut slot) = slot.lock() {
                slot.get_or_insert(what);
            }
        };
        let slot = Arc::clone(&first_fault);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| keep(&slot, error.to_string())));
        let slot = Arc::clone(&first_fault);
        device.set_device_lost_callback(move |reason, message| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                keep(&slot, format!("the device was lost: {message}"));
            }
        });
        Ok(Session { device, queue, first_fault })
    }

    /// The first fault that was reported, if any.
    pub(super) fn check(&self) -> Result<(), DeviceFault> {
        match self.first_fault.lock().ok().and_then(|mut slot| slot.take()) {
            Some(fault) => Err(DeviceFault(fault)),
            None => Ok(()),
        }
    }

    /// Submits commands and waits for them.
    pub(super) fn submit_and_wait(&self, encoder: wgpu::CommandEncoder) -> Result<(), DeviceFault> {
        // wgpu reports a lost device by a panic in `poll`; to us it is one more fault.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let submission_index = Some(self.queue.submit([encoder.finish()]));
            self.device.poll(wgpu::PollType::Wait { submission_index, timeout: Some(PATIENCE) })
        }));
        self.check()?;
        match outcome {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(DeviceFault(format!("it did not answer: {error}"))),
            Err(_) => Err(DeviceFault("it was lost while it worked".into())),
        }
    }

    /// Copies part of a buffer to the host, by way of a staging buffer, and hands the bytes to `use_bytes`.
    pub(super) fn read(
        &self,
        mut encoder: wgpu::CommandEncoder,
        from: &wgpu::Buffer,
        offset: u64,
        staging: &wgpu::Buffer,
        bytes: u64,
        use_bytes: impl FnOnce(&[u8]),
    ) -> Result<(), DeviceFault> {
        encoder.copy_buffer_to_buffer(from, offset, staging, 0, bytes);
        encoder.map_buffer_on_submit(staging, wgpu::MapMode::Read, 0..bytes, |_| {});
        self.submit_and_wait(encoder)?;
        let view = staging
            .get_mapped_range(0..bytes)
            .map_err(|error| DeviceFault(format!("its memory cannot be read: {error}")))?;
        use_bytes(&view);
        drop(view);
        staging.unmap();
        self.check()
    }
}

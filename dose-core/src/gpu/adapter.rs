//! Which GPUs there are, what they are like, and which one to take.

use crate::error::Error;

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// A GPU with memory of its own.
    DiscreteGpu,
    /// A GPU that shares the processor's memory.
    IntegratedGpu,
    /// A GPU that a hypervisor lends.
    VirtualGpu,
    /// A program that stands in for a GPU (llvmpipe, WARP); slower than the CPU path.
    Software,
    /// The processor itself, through the CPU path.
    Cpu,
}

impl DeviceKind {
    /// The kind in one word, for tables and records.
    pub fn as_str(self) -> &'static str {
        match self {
            DeviceKind::DiscreteGpu => "discrete-gpu",
            DeviceKind::IntegratedGpu => "integrated-gpu",
            DeviceKind::VirtualGpu => "virtual-gpu",
            DeviceKind::Software => "software",
            DeviceKind::Cpu => "cpu",
        }
    }
}

/// A device that a run can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its number in [`devices`].
    pub index: usize,
    /// Its name, as its driver gives it.
    pub name: String,
    /// Its driver and the driver's version.
    pub driver: String,
    /// What it is.
    pub kind: DeviceKind,
    /// The interface it is reached by: "vulkan", "metal", "dx12", or "cpu".
    pub backend: String,
    /// The largest buffer that it makes; 0 for the CPU.
    pub max_buffer_bytes: u64,
    /// The largest part of a buffer that a kernel sees as one; 0 for the CPU.
    pub max_binding_bytes: u64,
}

impl Device {
    /// The CPU path, seen as a device.
    pub fn cpu(threads: usize) -> Device {
        Device {
            index: 0,
            name: "CPU".into(),
            driver: format!("{threads} threads"),
            kind: DeviceKind::Cpu,
            backend: "cpu".into(),
            max_buffer_bytes: 0,
            max_binding_bytes: 0,
        }
    }
}

/// The GPUs that can be used, in the order that `--device` counts.
pub fn devices() -> Vec<Device> {
    adapters().into_iter().map(|(device, _)| device).collect()
}

/// The adapter asked for, or the best: hardware before software, memory of its own before shared.
pub(super) fn pick(index: Option<usize>) -> Result<(Device, wgpu::Adapter), Error> {
    let mut all = adapters();
    if all.is_empty() {
        return Err(Error::NoGpu { why: "no adapter was found".into() });
    }
    if let Some(index) = index {
        if index >= all.len() {
            let why = format!("there is no device {index}; `straydose devices` lists 0 to {}", all.len() - 1);
            return Err(Error::NoGpu { why });
        }
        return Ok(all.swap_remove(index));
    }
    let best = (0..all.len()).min_by_key(|&i| all[i].0.kind as usize).expect("the list is not empty");
    Ok(all.swap_remove(best))
}

fn adapters() -> Vec<(Device, wgpu::Adapter)> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    // No debugging layers, and no check of the indirect arguments, which `plan.wgsl` keeps within the queue's size.
    descriptor.flags = wgpu::InstanceFlags::empty();
    let instance = wgpu::Instance::new(descriptor);
    let found = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::PRIMARY));
    let needed = wgpu::DownlevelFlags::COMPUTE_SHADERS | wgpu::DownlevelFlags::INDIRECT_EXECUTION;
    found
        .into_iter()
        .filter(|adapter| adapter.get_downlevel_capabilities().flags.contains(needed))
        .enumerate()
        .map(|(index, adapter)| (describe(index, &adapter), adapter))
        .collect()
}

fn describe(index: usize, adapter: &wgpu::Adapter) -> Device {
    let info = adapter.get_info();
    let limits = adapter.limits();
    Device {
        index,
        driver: format!("{} {}", info.driver, info.driver_info).trim().to_string(),
        kind: match info.device_type {
            wgpu::DeviceType::DiscreteGpu => DeviceKind::DiscreteGpu,
            wgpu::DeviceType::IntegratedGpu => DeviceKind::IntegratedGpu,
            wgpu::DeviceType::VirtualGpu | wgpu::DeviceType::Other => DeviceKind::VirtualGpu,
            wgpu::DeviceType::Cpu => DeviceKind::Software,
        },
        backend: info.backend.to_str().into(),
        max_buffer_bytes: limits.max_buffer_size,
        max_binding_bytes: limits.max_storage_buffer_binding_size,
        name: info.name,
    }
}

//! Kernels compiled for a device and bound to its buffers.

use super::buffers::Buffers;
use super::session::{DeviceFault, Session};
use shaders::Kernel;
use shaders::kernels::{Emission, PLAN, transport};
use shaders::segments::{FIRST_BINDING, Segments};

/// A compiled kernel with its buffers.
pub(super) struct Pipeline {
    pipeline: wgpu::ComputePipeline,
    bindings: wgpu::BindGroup,
}

/// How a kernel sees a buffer.
#[derive(Clone, Copy)]
pub(super) enum Access {
    Uniform,
    Read,
    Write,
}

impl Pipeline {
    /// Compiles a kernel and binds buffers to it.
    pub(super) fn new(
        session: &Session,
        kernel: &Kernel,
        extra: &[&str],
        buffers: &[(u32, Access, &wgpu::Buffer)],
    ) -> Result<Pipeline, DeviceFault> {
        let device = &session.device;
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(kernel.entry),
            source: wgpu::ShaderSource::Wgsl(kernel.source(extra).into()),
        });
        let entries: Vec<_> =
            buffers.iter().map(|&(binding, access, _)| layout_entry(binding, access)).collect();
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some(kernel.entry),
            entries: &entries,
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(kernel.entry),
            bind_group_layouts: &[Some(&layout)],
            ..Default::default()
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(kernel.entry),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some(kernel.entry),
            compilation_options: Default::default(),
            cache: None,
        });
        let entries: Vec<_> = buffers
            .iter()
            .map(|&(binding, _, buffer)| wgpu::BindGroupEntry {
                binding,
                resource: buffer.as_entire_binding(),
            })
            .collect();
        let bindings = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(kernel.entry),
            layout: &layout,
            entries: &entries,
        });
        session.check()?;
        Ok(Pipeline { pipeline, bindings })
    }

    /// Makes the kernel the one that the next dispatch runs.
    pub(super) fn set(&self, pass: &mut wgpu::ComputePass) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bindings, &[]);
    }
}

fn layout_entry(binding: u32, access: Access) -> wgpu::BindGroupLayoutEntry {
    let ty = match access {
        Access::Uniform => wgpu::BufferBindingType::Uniform,
        Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
        Access::Write => wgpu::BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}

/// The two kernels of the transport.
pub(super) struct Pipelines {
    step: Pipeline,
    plan: Pipeline,
}

impl Pipelines {
    /// Compiles them for a grid that is cut as `cut` says.
    pub(super) fn new(
        session: &Session,
        buffers: &Buffers,
        cut: &Segments,
        emission: Emission,
        is_signed: bool,
    ) -> Result<Pipelines, DeviceFault> {
        let mut bound = vec![
            (0, Access::Uniform, &buffers.header),
            (1, Access::Uniform, &buffers.batch),
            (2, Access::Read, &buffers.tables),
            (3, Access::Write, &buffers.counters),
            (4, Access::Write, &buffers.queue),
        ];
        bound.extend((FIRST_BINDING..).zip(&buffers.voxels).map(|(at, buffer)| (at, Access::Read, buffer)));
        bound.extend(
            (cut.tally_binding(0)..).zip(&buffers.tally).map(|(at, buffer)| (at, Access::Write, buffer)),
        );
        let step = Pipeline::new(session, transport(emission, is_signed), &[&cut.source()], &bound)?;
        let bound = [
            (1, Access::Uniform, &buffers.batch),
            (3, Access::Write, &buffers.counters),
            (5, Access::Write, &buffers.arguments),
        ];
        Ok(Pipelines { step, plan: Pipeline::new(session, &PLAN, &[], &bound)? })
    }

    /// Records steps, each planned on the device by what the one before left.
    pub(super) fn record(&self, encoder: &mut wgpu::CommandEncoder, buffers: &Buffers, steps: u32) {
        let mut pass = encoder.begin_compute_pass(&Default::default());
        for _ in 0..steps {
            self.plan.set(&mut pass);
            pass.dispatch_workgroups(1, 1, 1);
            self.step.set(&mut pass);
            pass.dispatch_workgroups_indirect(&buffers.arguments, 0);
        }
    }
}

//! Runs a probe: a kernel that calls the functions of one shader module on a list of inputs. For tests of the twins.

use super::adapter::pick;
use super::buffers::encoder;
use super::pipeline::{Access, Pipeline};
use super::session::{DeviceFault, Session};
use crate::deck::{Deck, Header};
use crate::error::Error;
use shaders::Kernel;

/// The outputs of a probe for a list of inputs, with the tables of a deck.
///
/// # Errors
/// No device, or the device fails.
pub fn probe(kernel: &Kernel, deck: &Deck, inputs: &[[u32; 4]]) -> Result<Vec<[u32; 4]>, Error> {
    let (device, adapter) = pick(None)?;
    run(&adapter, kernel, deck, inputs).map_err(|DeviceFault(why)| Error::Gpu {
        device: device.name,
        why,
        remedy: "this is a test; see the driver".into(),
    })
}

fn run(
    adapter: &wgpu::Adapter,
    kernel: &Kernel,
    deck: &Deck,
    inputs: &[[u32; 4]],
) -> Result<Vec<[u32; 4]>, DeviceFault> {
    use wgpu::BufferUsages as Usage;
    let session = Session::open(adapter)?;
    let make = |size: usize, usage: Usage, bytes: Option<&[u8]>| {
        let buffer = session.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("probe"),
            size: size.max(16) as u64,
            usage: usage | Usage::COPY_DST,
            mapped_at_creation: false,
        });
        bytes.into_iter().for_each(|bytes| session.queue.write_buffer(&buffer, 0, bytes));
        buffer
    };
    let bytes = size_of_val(inputs);
    let header = make(size_of::<Header>(), Usage::UNIFORM, Some(bytemuck::bytes_of(&deck.header)));
    let tables = make(size_of_val(&*deck.tables), Usage::STORAGE, Some(bytemuck::cast_slice(&deck.tables)));
    let given = make(bytes, Usage::STORAGE, Some(bytemuck::cast_slice(inputs)));
    let found = make(bytes, Usage::STORAGE | Usage::COPY_SRC, None);
    let staging = make(bytes, Usage::MAP_READ, None);
    let bound = [
        (0, Access::Uniform, &header),
        (2, Access::Read, &tables),
        (3, Access::Read, &given),
        (4, Access::Write, &found),
    ];
    let pipeline = Pipeline::new(&session, kernel, &[], &bound)?;
    let mut commands = encoder(&session);
    {
        let mut pass = commands.begin_compute_pass(&Default::default());
        pipeline.set(&mut pass);
        pass.dispatch_workgroups(inputs.len().div_ceil(64) as u32, 1, 1);
    }
    let mut outputs = Vec::new();
    session.read(commands, &found, 0, &staging, bytes as u64, |bytes| {
        outputs = bytes.chunks_exact(16).map(bytemuck::pod_read_unaligned).collect();
    })?;
    Ok(outputs)
}

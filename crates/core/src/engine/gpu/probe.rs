//! Whether an adapter has the workgroup memory that it promises.

use super::device::Device;
use super::readback::{self, Mapping, Part, Wanted};
use crate::engine::{Data, EngineError};
use crate::plan::Dtype;

/// Words of workgroup memory, and what each is multiplied by, as `shaders/workgroup_memory.wgsl` says.
const WORDS: usize = 4096;
const FACTOR: u32 = 2_654_435_761;

/// Has all workgroup memory written and read, by different invocations; the first word that was not kept, if any.
///
/// # Errors
/// A lost device, a driver's complaint.
pub async fn probe_workgroup_memory(device: &Device) -> Result<Option<usize>, EngineError> {
    let mapping = device.scoped(|| start(device)).await?;
    let (values, ..) = mapping.values(device).await?;
    let words = values.into_iter().next().map_or_else(Vec::new, Data::u32);
    Ok((0..WORDS).find(|&at| words.get(at) != Some(&(at as u32).wrapping_mul(FACTOR))))
}

fn start(device: &Device) -> Mapping {
    let source = wgpu::ShaderSource::Wgsl(include_str!("../../../../../shaders/workgroup_memory.wgsl").into());
    let label = Some("workgroup memory");
    let module = device.raw.create_shader_module(wgpu::ShaderModuleDescriptor { label, source });
    let pipeline = device.raw.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label,
        layout: None,
        module: &module,
        entry_point: Some("main"),
        compilation_options: Default::default(),
        cache: None,
    });
    let part = Part { len: WORDS, dtype: Dtype::U32 };
    let size = readback::staging_bytes([part].into_iter());
    let buffer =
        |usage| device.raw.create_buffer(&wgpu::BufferDescriptor { label, size, usage, mapped_at_creation: false });
    let out = buffer(wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
    let staging = buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let bind_group = device.raw.create_bind_group(&wgpu::BindGroupDescriptor {
        label,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: out.as_entire_binding() }],
    });
    let mut encoder = device.raw.create_command_encoder(&Default::default());
    {
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &bind_group, &[]);
        pass.dispatch_workgroups(1, 1, 1);
    }
    readback::encode(&mut encoder, &staging, &[Wanted { buffer: &out, part }]);
    let submission = device.queue.submit([encoder.finish()]);
    Mapping::new(staging, vec![part], submission)
}

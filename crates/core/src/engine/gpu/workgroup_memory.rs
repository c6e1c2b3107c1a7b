//! Whether an adapter has the workgroup memory that it promises.

use super::device::Device;
use super::probe::Probe;
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
    let label = "workgroup memory";
    let part = Part { len: WORDS, dtype: Dtype::U32 };
    let size = readback::staging_bytes([part].into_iter());
    let buffer = |usage| {
        let label = Some(label);
        device.raw.create_buffer(&wgpu::BufferDescriptor { label, size, usage, mapped_at_creation: false })
    };
    let out = buffer(wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
    let staging = buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let source = include_str!("../../../../../shaders/workgroup_memory.wgsl");
    let mut encoder = Probe::new(device, label, source, &[&out]).encode(device, 1);
    readback::encode(&mut encoder, &staging, &[Wanted { buffer: &out, part }]);
    let submission = device.queue.submit([encoder.finish()]);
    Mapping::new(staging, vec![part], submission)
}

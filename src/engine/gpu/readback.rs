//! Copies to a buffer that the host can map, and the way from there.

use super::device::Device;
use super::oneshot;
use crate::engine::{Data, EngineError};
use crate::plan::Dtype;

/// A buffer to be read.
pub struct Wanted<'s> {
    /// Where it lies, from its beginning on.
    pub buffer: &'s wgpu::Buffer,
    /// Elements.
    pub len: usize,
    /// What they are.
    pub dtype: Dtype,
}

impl Wanted<'_> {
    fn bytes(&self) -> u64 {
        self.len as u64 * 4
    }

    /// Room in the staging buffer: a mapped range begins at a multiple of 8 bytes.
    fn room(&self) -> u64 {
        self.bytes().next_multiple_of(8)
    }
}

/// The staging buffer, kept and grown as needed. It is taken out while it is in use, so that a run which is dropped
/// half-way leaves none behind that is still mapped.
#[derive(Default)]
pub struct Staging {
    buffer: Option<wgpu::Buffer>,
}

impl Staging {
    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.buffer.as_ref().map_or(0, |b| b.size() as usize)
    }

    /// A staging buffer for all of `wanted`.
    pub fn take(&mut self, device: &Device, wanted: &[Wanted]) -> wgpu::Buffer {
        let size = wanted.iter().map(Wanted::room).sum::<u64>().max(8);
        self.buffer.take().filter(|b| b.size() >= size).unwrap_or_else(|| {
            device.raw.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        })
    }

    /// Keeps the buffer for the next run.
    pub fn put_back(&mut self, buffer: wgpu::Buffer) {
        self.buffer = Some(buffer);
    }
}

/// Copies `wanted` to the staging buffer, one after the other.
pub fn encode(encoder: &mut wgpu::CommandEncoder, staging: &wgpu::Buffer, wanted: &[Wanted]) {
    let mut offset = 0;
    for w in wanted {
        if w.len > 0 {
            encoder.copy_buffer_to_buffer(w.buffer, 0, staging, offset, w.bytes());
        }
        offset += w.room();
    }
}

/// Maps the staging buffer once the copies are done, and takes the values out of it.
pub async fn fetch(device: &Device, staging: &wgpu::Buffer, wanted: &[Wanted<'_>]) -> Result<Vec<Data>, EngineError> {
    let (sender, mapped) = oneshot::channel();
    staging.map_async(wgpu::MapMode::Read, .., move |outcome| sender.send(outcome));
    let outcome = device.wait(mapped).await?;
    device.check()?;
    outcome.map_err(|error| EngineError::Gpu(error.to_string()))?;
    let mut offset = 0;
    let mut values = Vec::with_capacity(wanted.len());
    for w in wanted {
        let range = staging.get_mapped_range(offset..offset + w.room().max(8).min(staging.size() - offset));
        let range = range.map_err(|error| EngineError::Gpu(error.to_string()))?;
        let bytes = &range[..w.len * 4];
        values.push(match w.dtype {
            Dtype::F32 => Data::F32(bytemuck::pod_collect_to_vec(bytes)),
            Dtype::U32 => Data::U32(bytemuck::pod_collect_to_vec(bytes)),
        });
        offset += w.room();
    }
    staging.unmap();
    Ok(values)
}

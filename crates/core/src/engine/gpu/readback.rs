//! Copies to buffers that the host can map, and the way from there.

use futures_channel::oneshot;

use super::device::Device;
use super::pace;
use crate::engine::{Data, EngineError};
use crate::plan::{Buffer, Dtype};

/// A buffer to be read.
pub struct Wanted<'s> {
    /// Where it lies, from its beginning on.
    pub buffer: &'s wgpu::Buffer,
    /// What of it is read.
    pub part: Part,
}

/// Elements on their way to the host.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Elements.
    pub len: usize,
    /// What they are.
    pub dtype: Dtype,
}

impl Part {
    /// The whole of a buffer.
    pub fn of(buffer: &Buffer) -> Self {
        Part { len: buffer.len(), dtype: buffer.dtype }
    }

    fn bytes(self) -> u64 {
        (self.len as u64).saturating_mul(4)
    }

    /// Room in a staging buffer: a mapped range begins at a multiple of 8 bytes.
    fn room(self) -> u64 {
        self.bytes().checked_next_multiple_of(8).unwrap_or(u64::MAX)
    }
}

/// Bytes of the buffer of a part, if there is one.
pub fn bytes_of(part: Option<Part>) -> u64 {
    part.map_or(0, Part::bytes)
}

/// Bytes of a staging buffer for these parts.
pub fn staging_bytes(parts: impl Iterator<Item = Part>) -> u64 {
    parts.map(Part::room).fold(0, u64::saturating_add).max(8)
}

/// Staging buffers that are free, kept from one run to the next. One is taken out while it is in use, so that a reading
/// which is dropped half-way leaves none behind that is still mapped.
#[derive(Default)]
pub struct Staging {
    free: Vec<wgpu::Buffer>,
}

impl Staging {
    /// Bytes held.
    pub fn bytes(&self) -> u64 {
        self.free.iter().map(|b| b.size()).sum()
    }

    /// A free one for all of `wanted`.
    pub fn take(&mut self, wanted: &[Wanted]) -> Option<wgpu::Buffer> {
        let size = staging_bytes(wanted.iter().map(|w| w.part));
        let index = self.free.iter().position(|b| b.size() == size)?;
        Some(self.free.swap_remove(index))
    }

    /// A new one, for which there may be no room.
    pub fn make(device: &Device, wanted: &[Wanted]) -> wgpu::Buffer {
        device.raw.create_buffer(&wgpu::BufferDescriptor {
            label: Some("staging"),
            size: staging_bytes(wanted.iter().map(|w| w.part)),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// Keeps a buffer for the next run.
    pub fn put_back(&mut self, buffer: wgpu::Buffer) {
        self.free.push(buffer);
    }
}

/// Copies `wanted` to a staging buffer, one after the other.
pub fn encode(encoder: &mut wgpu::CommandEncoder, staging: &wgpu::Buffer, wanted: &[Wanted]) {
    let mut offset = 0;
    for Wanted { buffer, part } in wanted {
        if part.len > 0 {
            encoder.copy_buffer_to_buffer(buffer, 0, staging, offset, part.bytes());
        }
        offset += part.room();
    }
}

/// A staging buffer that is being mapped.
pub struct Mapping {
    staging: wgpu::Buffer,
    parts: Vec<Part>,
    submission: wgpu::SubmissionIndex,
    /// How it went, and when.
    mapped: oneshot::Receiver<(Result<(), wgpu::BufferAsyncError>, f64)>,
}

impl Mapping {
    /// Has the buffer mapped as soon as `submission`, which fills it, is done.
    pub fn new(staging: wgpu::Buffer, parts: Vec<Part>, submission: wgpu::SubmissionIndex) -> Self {
        let (sender, mapped) = oneshot::channel();
        staging.map_async(wgpu::MapMode::Read, .., move |outcome| {
            // Nobody waits any more for a reading that was given up.
            let _ = sender.send((outcome, pace::now()));
        });
        Mapping { staging, parts, submission, mapped }
    }

    /// Waits for the values; also returns when they were there, and the staging buffer, free again.
    pub async fn values(self, device: &Device) -> Result<(Vec<Data>, f64, wgpu::Buffer), EngineError> {
        let Mapping { staging, parts, submission, mapped } = self;
        let (outcome, when) = device.wait(mapped, Some(submission)).await?;
        device.check()?;
        outcome.map_err(|error| EngineError::Gpu(error.to_string()))?;
        let mut offset = 0;
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            let range = staging.get_mapped_range(offset..offset + part.room().max(8).min(staging.size() - offset));
            let range = range.map_err(|error| EngineError::Gpu(error.to_string()))?;
            let bytes = &range[..part.len * 4];
            values.push(match part.dtype {
                Dtype::F32 => Data::F32(bytemuck::pod_collect_to_vec(bytes)),
                Dtype::U32 => Data::U32(bytemuck::pod_collect_to_vec(bytes)),
            });
            offset += part.room();
        }
        staging.unmap();
        Ok((values, when, staging))
    }
}

//! The uniform data of all launches in one buffer, equal ones once.

use std::collections::HashMap;
use std::num::NonZeroU64;

use super::device::Device;
use super::launch::Launch;

/// The parameters of a program's launches.
pub struct Parameters {
    buffer: wgpu::Buffer,
    /// Byte offset of each.
    offsets: HashMap<Vec<u32>, u64>,
}

impl Parameters {
    /// Collects and uploads them.
    pub fn new<'l>(device: &Device, launches: impl Iterator<Item = &'l Launch>) -> Self {
        let (words, offsets) = pack(device, launches);
        let buffer = device.raw.create_buffer(&wgpu::BufferDescriptor {
            label: Some("parameters"),
            size: size(&words),
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        if !words.is_empty() {
            device.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(&words));
        }
        Parameters { buffer, offsets }
    }

    /// Bytes that the buffer will have.
    pub fn predicted_bytes<'l>(device: &Device, launches: impl Iterator<Item = &'l Launch>) -> u64 {
        size(&pack(device, launches).0)
    }

    /// The buffer, for counting.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    /// The binding of a launch's parameters.
    pub fn binding(&self, launch: &Launch) -> wgpu::BindingResource<'_> {
        let offset = self.offsets.get(&launch.params).copied().unwrap_or(0);
        let size = NonZeroU64::new((launch.params.len() as u64 * 4).next_multiple_of(16));
        wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer: &self.buffer, offset, size })
    }
}

/// The words of the buffer and the byte offset of each launch's.
fn pack<'l>(device: &Device, launches: impl Iterator<Item = &'l Launch>) -> (Vec<u32>, HashMap<Vec<u32>, u64>) {
    let alignment = device.raw.limits().min_uniform_buffer_offset_alignment as usize / 4;
    let mut words: Vec<u32> = Vec::new();
    let mut offsets = HashMap::new();
    for launch in launches {
        offsets.entry(launch.params.clone()).or_insert_with(|| {
            let offset = words.len() as u64 * 4;
            words.extend(&launch.params);
            words.resize(words.len().next_multiple_of(alignment), 0);
            offset
        });
    }
    (words, offsets)
}

fn size(words: &[u32]) -> u64 {
    (words.len() as u64 * 4).max(16)
}

//! When the GPU itself began and ended a run, where the adapter tells: the host's clock also sees what reading takes, in some
//! browsers a hundred milliseconds.

use super::device::Device;
use super::readback::{self, Part, Wanted};
use crate::plan::Dtype;

/// Two timestamps, of 8 bytes each.
const PART: Part = Part { len: 4, dtype: Dtype::U32 };

/// The two timestamps of a run. Runs that are under way together share them: each copies them out before the next begins.
pub struct Stamps {
    queries: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    /// Seconds of one unit.
    unit: f64,
}

impl Stamps {
    /// What there will be to read of them; `None` where the adapter has no timestamps.
    pub fn predicted(device: &Device) -> Option<Part> {
        device.raw.features().contains(wgpu::Features::TIMESTAMP_QUERY).then_some(PART)
    }

    /// None where the adapter has no timestamps.
    pub fn new(device: &Device) -> Option<Self> {
        Self::predicted(device)?;
        let queries = device.raw.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("stamps"),
            ty: wgpu::QueryType::Timestamp,
            count: 2,
        });
        let resolved = device.raw.create_buffer(&wgpu::BufferDescriptor {
            label: Some("stamps"),
            size: readback::bytes_of(Some(PART)),
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        Some(Stamps { queries, resolved, unit: f64::from(device.queue.get_timestamp_period()) * 1e-9 })
    }

    /// Has a pass write the first of them at its beginning, the second at its end, or both.
    pub fn of_pass(&self, first: bool, last: bool) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        (first || last).then(|| wgpu::ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: first.then_some(0),
            end_of_pass_write_index: last.then_some(1),
        })
    }

    /// Makes them readable.
    pub fn resolve(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.resolve_query_set(&self.queries, 0..2, &self.resolved, 0);
    }

    /// How they are read.
    pub fn wanted(&self) -> Wanted<'_> {
        Wanted { buffer: &self.resolved, part: PART }
    }

    /// Seconds between the two, as they were read; `None` where they tell nothing: browsers may round them, and drivers start anew.
    pub fn seconds(&self, words: &[u32]) -> Option<f64> {
        let [a, b, c, d] = words.try_into().ok()?;
        let stamp = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
        let units = stamp(c, d).checked_sub(stamp(a, b))?;
        Some(units as f64 * self.unit).filter(|seconds| *seconds > 0.0)
    }
}

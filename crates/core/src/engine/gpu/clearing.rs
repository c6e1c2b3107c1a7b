//! What an adapter, and its browser, take to clear workgroup memory.

use super::{device::Device, probe::Probe, shaders};
use crate::engine::EngineError;

/// Words of workgroup memory: all that every device grants, and as few as are hardly cleared.
const WORDS: [u32; 2] = [4096, 64];
/// Workgroups of a run at most, as many as one dimension of a grid may have.
const MOST: u32 = 65535;
/// Seconds that a timed run should take at least.
const ENOUGH: f64 = 0.02;
/// Runs of which the shortest counts.
const RUNS: usize = 3;

/// Seconds that a workgroup takes longer for having 16 KiB of workgroup memory, of which it uses a word: 0 where that does not show.
///
/// # Errors
/// A lost device, a driver's complaint.
pub async fn measure_clearing(device: &Device) -> Result<f64, EngineError> {
    let mut of_group = [0.0; 2];
    for (seconds, words) in of_group.iter_mut().zip(WORDS) {
        let probe = device.scoped(|| prepare(device, words)).await?;
        let mut groups = 256;
        while probe.time(device, groups).await? < ENOUGH && groups < MOST {
            groups = (4 * groups).min(MOST);
        }
        let mut shortest = f64::INFINITY;
        for _ in 0..RUNS {
            shortest = shortest.min(probe.time(device, groups).await?);
        }
        *seconds = shortest / f64::from(groups);
    }
    Ok((of_group[0] - of_group[1]).max(0.0))
}

/// The shader with so many words of workgroup memory.
fn prepare(device: &Device, words: u32) -> Probe {
    let label = "workgroup clearing";
    let text = include_str!("../../../../../shaders/workgroup_clearing.wgsl");
    let out = device.raw.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: 4 * (u64::from(MOST) + 1),
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    });
    Probe::new(device, label, &shaders::specialised(text, &[("WORDS", words.into())]), &[&out])
}

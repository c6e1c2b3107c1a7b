//! The adapter's own multiply-add peak, to measure kernels by.

use super::device::Device;
use super::probe::Probe;
use crate::engine::EngineError;

/// Invocations of a workgroup of `shaders/peak.wgsl`.
const INVOCATIONS: u32 = 64;
/// Operations of an invocation in a round: 4 times 8 chains of 4 lanes, a multiply-add counted as two.
const PER_ROUND: f64 = 256.0;
/// Seconds that a timed run should take at least.
const ENOUGH: f64 = 0.05;

/// Operations per second of vec4 multiply-adds, each counted as two: the best of several sizes.
///
/// # Errors
/// A lost device, a driver's complaint.
pub async fn measure_peak(device: &Device) -> Result<f64, EngineError> {
    let peak = device.scoped(|| Peak::new(device)).await?;
    let mut best = 0.0_f64;
    for groups in [32, 256, 2048] {
        let mut rounds = 64;
        // Longer and longer runs, until the overhead of a submit no longer counts.
        loop {
            let seconds = peak.time(device, groups, rounds).await?;
            let flops = f64::from(groups * INVOCATIONS) * f64::from(rounds) * PER_ROUND;
            best = best.max(flops / seconds);
            if seconds > ENOUGH || rounds > 1 << 20 {
                break;
            }
            rounds *= 4;
        }
        for _ in 0..2 {
            let seconds = peak.time(device, groups, rounds).await?;
            best = best.max(f64::from(groups * INVOCATIONS) * f64::from(rounds) * PER_ROUND / seconds);
        }
    }
    Ok(best)
}

struct Peak {
    probe: Probe,
    parameters: wgpu::Buffer,
}

impl Peak {
    fn new(device: &Device) -> Self {
        let buffer = |size, usage| {
            device.raw.create_buffer(&wgpu::BufferDescriptor {
                label: Some("peak"),
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        let out = buffer(1 << 20, wgpu::BufferUsages::STORAGE);
        let parameters = buffer(16, wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST);
        let source = include_str!("../../../../../shaders/peak.wgsl");
        Peak { probe: Probe::new(device, "peak", source, &[&out, &parameters]), parameters }
    }

    /// Seconds of one run.
    async fn time(&self, device: &Device, groups: u32, rounds: u32) -> Result<f64, EngineError> {
        let (a, b) = (0.999_f32, 0.001_f32);
        let parameters = [a.to_bits(), b.to_bits(), rounds, 0];
        device.queue.write_buffer(&self.parameters, 0, bytemuck::cast_slice(&parameters));
        Ok(self.probe.time(device, groups).await?.max(1e-6))
    }
}

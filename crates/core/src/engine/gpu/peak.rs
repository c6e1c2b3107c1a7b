//! The adapter's own multiply-add peak, to measure kernels by.

use super::device::Device;
use super::pace;
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
    pipeline: wgpu::ComputePipeline,
    parameters: wgpu::Buffer,
    bind_group: wgpu::BindGroup,
}

impl Peak {
    fn new(device: &Device) -> Self {
        let source = wgpu::ShaderSource::Wgsl(include_str!("../../../../../shaders/peak.wgsl").into());
        let module = device.raw.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some("peak"), source });
        let pipeline = device.raw.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some("peak"),
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: Default::default(),
            cache: None,
        });
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
        let bind_group = device.raw.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("peak"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: out.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: parameters.as_entire_binding() },
            ],
        });
        Peak { pipeline, parameters, bind_group }
    }

    /// Seconds of one run.
    async fn time(&self, device: &Device, groups: u32, rounds: u32) -> Result<f64, EngineError> {
        let (a, b) = (0.999_f32, 0.001_f32);
        let parameters = [a.to_bits(), b.to_bits(), rounds, 0];
        device.queue.write_buffer(&self.parameters, 0, bytemuck::cast_slice(&parameters));
        device.idle().await?;
        let start = pace::now();
        let mut encoder = device.raw.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &self.bind_group, &[]);
            pass.dispatch_workgroups(groups, 1, 1);
        }
        device.queue.submit([encoder.finish()]);
        device.idle().await?;
        device.check()?;
        Ok((pace::now() - start).max(1e-6))
    }
}

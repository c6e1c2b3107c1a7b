//! What an adapter, and its browser, take to clear workgroup memory.

use super::{device::Device, pace, shaders};
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
        let probe = device.scoped(|| Probe::new(device, words)).await?;
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

struct Probe {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
}

impl Probe {
    fn new(device: &Device, words: u32) -> Self {
        let label = Some("workgroup clearing");
        let text = include_str!("../../../../../shaders/workgroup_clearing.wgsl");
        let source = wgpu::ShaderSource::Wgsl(shaders::specialised(text, &[("WORDS", words.into())]).into());
        let module = device.raw.create_shader_module(wgpu::ShaderModuleDescriptor { label, source });
        let pipeline = device.raw.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label,
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: Default::default(),
            cache: None,
        });
        let out = device.raw.create_buffer(&wgpu::BufferDescriptor {
            label,
            size: 4 * (u64::from(MOST) + 1),
            usage: wgpu::BufferUsages::STORAGE,
            mapped_at_creation: false,
        });
        let bind_group = device.raw.create_bind_group(&wgpu::BindGroupDescriptor {
            label,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: out.as_entire_binding() }],
        });
        Probe { pipeline, bind_group }
    }

    /// Seconds of one run.
    async fn time(&self, device: &Device, groups: u32) -> Result<f64, EngineError> {
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
        Ok(pace::now() - start)
    }
}

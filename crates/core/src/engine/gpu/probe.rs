//! A shader by itself, outside of any program: what an adapter is asked before and beside the kernels.

use super::{device::Device, pace};
use crate::engine::EngineError;

/// A shader with its buffers.
pub struct Probe {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
}

impl Probe {
    /// Compiles a shader; `buffers` are its bindings, in order. Within error scopes.
    pub fn new(device: &Device, label: &str, source: &str, buffers: &[&wgpu::Buffer]) -> Self {
        let label = Some(label);
        let source = wgpu::ShaderSource::Wgsl(source.into());
        let module = device.raw.create_shader_module(wgpu::ShaderModuleDescriptor { label, source });
        let pipeline = device.raw.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label,
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: Default::default(),
            cache: None,
        });
        let resources = buffers.iter().map(|buffer| buffer.as_entire_binding());
        let entries: Vec<_> =
            (0..).zip(resources).map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource }).collect();
        let bind_group = device.raw.create_bind_group(&wgpu::BindGroupDescriptor {
            label,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        Probe { pipeline, bind_group }
    }

    /// A run of so many workgroups.
    pub fn encode(&self, device: &Device, groups: u32) -> wgpu::CommandEncoder {
        let mut encoder = device.raw.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bind_group, &[]);
        pass.dispatch_workgroups(groups, 1, 1);
        drop(pass);
        encoder
    }

    /// Seconds of such a run, after all that was submitted before.
    pub async fn time(&self, device: &Device, groups: u32) -> Result<f64, EngineError> {
        device.idle().await?;
        let start = pace::now();
        device.queue.submit([self.encode(device, groups).finish()]);
        device.idle().await?;
        device.check()?;
        Ok(pace::now() - start)
    }
}

//! Shader modules, layouts and pipelines, each made once for all programs of a device.

use std::collections::HashMap;
use std::sync::Arc;

use super::launch::Launch;
use super::shaders;

/// What tells two pipelines apart.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    shader: &'static str,
    entry: &'static str,
    /// Override constants, by bits.
    constants: Vec<(&'static str, u64)>,
    /// Whether each storage binding is written.
    written: Vec<bool>,
}

/// A pipeline and the layout of its one bind group.
pub struct Pipeline {
    /// The pipeline.
    pub pipeline: wgpu::ComputePipeline,
    /// Storage buffers in the order of [`crate::plan::Kernel::bindings`] (or with the first two exchanged), then scratch if any, then the parameters.
    pub layout: wgpu::BindGroupLayout,
}

/// All that was made so far.
#[derive(Default)]
pub struct Pipelines {
    modules: HashMap<&'static str, wgpu::ShaderModule>,
    layouts: HashMap<Vec<bool>, wgpu::BindGroupLayout>,
    pipelines: HashMap<Key, Arc<Pipeline>>,
}

impl Pipelines {
    /// The pipeline of a launch; `written` says of each of its storage buffers whether it is written.
    pub fn get(&mut self, device: &wgpu::Device, launch: &Launch, written: Vec<bool>) -> Arc<Pipeline> {
        let constants = launch.constants.iter().map(|&(name, value)| (name, value.to_bits())).collect();
        let key = Key { shader: launch.shader, entry: launch.entry, constants, written };
        if let Some(made) = self.pipelines.get(&key) {
            return made.clone();
        }
        let module = self
            .modules
            .entry(launch.shader)
            .or_insert_with(|| module(device, launch.shader, shaders::source(launch.shader)));
        let layout = self.layouts.entry(key.written.clone()).or_insert_with(|| bind_group_layout(device, &key.written));
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(launch.shader),
            bind_group_layouts: &[Some(layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(launch.shader),
            layout: Some(&pipeline_layout),
            module,
            entry_point: Some(launch.entry),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &launch.constants,
                // No kernel reads workgroup memory before writing it.
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        let made = Arc::new(Pipeline { pipeline, layout: layout.clone() });
        self.pipelines.insert(key, made.clone());
        made
    }

    /// Compiles another source under the name of a shader, for pipelines made from now on.
    #[cfg(feature = "testing")]
    pub fn replace(&mut self, device: &wgpu::Device, shader: &'static str, source: &str) {
        self.pipelines.retain(|key, _| key.shader != shader);
        self.modules.insert(shader, module(device, shader, source));
    }
}

fn module(device: &wgpu::Device, name: &'static str, source: &str) -> wgpu::ShaderModule {
    let source = wgpu::ShaderSource::Wgsl(source.into());
    let descriptor = wgpu::ShaderModuleDescriptor { label: Some(name), source };
    // SAFETY: the shaders are the crate's own: their loops end, and every index is below a length that the recorder has
    // checked against the buffers, or is clamped where it comes from data. In the browser all checks stay.
    unsafe { device.create_shader_module_trusted(descriptor, wgpu::ShaderRuntimeChecks::unchecked()) }
}

fn bind_group_layout(device: &wgpu::Device, written: &[bool]) -> wgpu::BindGroupLayout {
    let entry = |binding: usize, ty| wgpu::BindGroupLayoutEntry {
        binding: binding as u32,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    };
    let storage = written.iter().map(|&written| wgpu::BufferBindingType::Storage { read_only: !written });
    let types = storage.chain([wgpu::BufferBindingType::Uniform]);
    let entries: Vec<_> = types.enumerate().map(|(binding, ty)| entry(binding, ty)).collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
}

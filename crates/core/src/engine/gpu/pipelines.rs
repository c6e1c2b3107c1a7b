//! Shader modules, layouts and pipelines, each made once for all programs of a device.

use std::collections::HashMap;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::launch::Launch;
use super::shaders;

/// What tells two pipelines apart.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    /// The hash of the shader's text, its constants put in.
    text: u64,
    entry: &'static str,
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
    /// Texts that stand for those of `shaders/`.
    replaced: HashMap<&'static str, String>,
    modules: HashMap<u64, wgpu::ShaderModule>,
    layouts: HashMap<Vec<bool>, wgpu::BindGroupLayout>,
    pipelines: HashMap<Key, Arc<Pipeline>>,
}

impl Pipelines {
    /// The pipeline of a launch; `written` says of each of its storage buffers whether it is written.
    pub fn get(&mut self, device: &wgpu::Device, launch: &Launch, written: Vec<bool>) -> Arc<Pipeline> {
        let source = self.replaced.get(launch.shader).map_or_else(|| shaders::source(launch.shader), String::as_str);
        let text = shaders::specialised(source, &launch.constants);
        let key = Key { text: xxh3_64(text.as_bytes()), entry: launch.entry, written };
        if let Some(made) = self.pipelines.get(&key) {
            return made.clone();
        }
        let module = self.modules.entry(key.text).or_insert_with(|| module(device, launch.shader, &text));
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
                constants: &[],
                // No kernel reads workgroup memory before writing it.
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        let made = Arc::new(Pipeline { pipeline, layout: layout.clone() });
        self.pipelines.insert(key, made.clone());
        made
    }

    /// Takes another source under the name of a shader, for pipelines made from now on.
    #[cfg(feature = "testing")]
    pub fn replace(&mut self, shader: &'static str, source: &str) {
        self.replaced.insert(shader, source.to_owned());
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

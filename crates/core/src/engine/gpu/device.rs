//! The adapter, its limits, and what becomes of its errors.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures_channel::oneshot;

use super::launch::{Form, Target};
use super::pace::Pace;
use super::pipelines::Pipelines;
use crate::engine::EngineError;

/// Names of processors that play a GPU, in lower case; the last two are of Windows (WARP).
const SOFTWARE: [&str; 4] = ["swiftshader", "llvmpipe", "warp", "basic render"];

/// An open device. Clones share it.
#[derive(Clone)]
pub struct Device {
    pub(super) raw: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) pipelines: Arc<Mutex<Pipelines>>,
    pub(super) pace: Arc<Mutex<Pace>>,
    form: Arc<Mutex<Form>>,
    info: wgpu::AdapterInfo,
    /// The first thing that went wrong outside of any error scope.
    fault: Arc<Mutex<Option<EngineError>>>,
}

/// What is known of the adapter.
async fn describe(adapter: &wgpu::Adapter) -> wgpu::AdapterInfo {
    let info = adapter.get_info();
    #[cfg(target_arch = "wasm32")]
    if let Some(name) = super::web::adapter_name().await {
        return wgpu::AdapterInfo { name, ..info };
    }
    info
}

impl Device {
    /// Opens the fastest adapter with what shaders need of WebGPU's default limits, but the largest buffers it offers.
    ///
    /// # Errors
    /// [`EngineError::NoAdapter`]; [`EngineError::Limit`] for an adapter with less than the default limits of shaders.
    pub async fn open() -> Result<Self, EngineError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await;
        Self::of_adapter(&adapter.map_err(|error| EngineError::NoAdapter(error.to_string()))?).await
    }

    /// Opens the first adapter that has `part` in its name, in whatever case.
    ///
    /// # Errors
    /// As [`Device::open`]; where no adapter has it, with the names of those there are.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn open_named(part: &str) -> Result<Self, EngineError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let all = instance.enumerate_adapters(wgpu::Backends::all()).await;
        let is_it = |adapter: &&wgpu::Adapter| adapter.get_info().name.to_lowercase().contains(&part.to_lowercase());
        match all.iter().find(is_it) {
            Some(adapter) => Self::of_adapter(adapter).await,
            None => {
                let names: Vec<_> = all.iter().map(|adapter| format!("{:?}", adapter.get_info().name)).collect();
                let there = if names.is_empty() {
                    "there is none".into()
                } else {
                    format!("expected a part of {}", names.join(" or "))
                };
                Err(EngineError::NoAdapter(format!("no adapter has {part:?} in its name; {there}")))
            }
        }
    }

    async fn of_adapter(adapter: &wgpu::Adapter) -> Result<Self, EngineError> {
        let required_limits = limits(&adapter.limits())?;
        // By them the pace is known better; nothing needs them.
        let required_features = adapter.features() & wgpu::Features::TIMESTAMP_QUERY;
        let descriptor =
            wgpu::DeviceDescriptor { label: Some("hrm-web"), required_features, required_limits, ..Default::default() };
        let opened = adapter.request_device(&descriptor).await;
        let (raw, queue) = opened.map_err(|error| EngineError::NoAdapter(error.to_string()))?;

        let fault = Arc::new(Mutex::new(None));
        let first = fault.clone();
        // wgpu's own handler panics natively.
        raw.on_uncaptured_error(Arc::new(move |error: wgpu::Error| keep_first(&first, driver(&error))));
        let first = fault.clone();
        raw.set_device_lost_callback(move |reason, message| {
            let why = if message.is_empty() { format!("{reason:?}") } else { message };
            *first.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(EngineError::DeviceLost(why.trim_end_matches('.').into()));
        });

        let info = describe(adapter).await;
        let pace = Arc::new(Mutex::new(Pace::new(is_software(&info))));
        let form = Arc::new(Mutex::new(form(&info).await));
        Ok(Device { raw, queue, pipelines: Default::default(), pace, form, info, fault })
    }

    /// The adapter's name; the browser may hide it.
    pub fn name(&self) -> String {
        if self.info.name.is_empty() { "WebGPU adapter".to_owned() } else { self.info.name.clone() }
    }

    /// Whether a processor plays the GPU (SwiftShader, llvmpipe, WARP).
    pub fn is_software(&self) -> bool {
        is_software(&self.info)
    }

    /// Gives the device up: every session on it reports [`EngineError::DeviceLost`] from now on.
    pub fn destroy(&self) {
        self.raw.destroy();
    }

    /// What the shaders are for.
    pub fn form(&self) -> Form {
        *self.form.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the shaders of programs prepared from now on should be for. At first as the adapter wants it: a software
    /// adapter's workgroup memory and barriers are slow.
    pub fn use_form(&self, form: Form) {
        *self.form.lock().unwrap_or_else(PoisonError::into_inner) = form;
    }

    /// Takes the adapter to do so many operations a second, until a run tells better: work is divided accordingly.
    #[cfg(feature = "testing")]
    pub fn assume_throughput(&self, operations: f64) {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).assume(operations);
    }

    /// What launches should be fitted to.
    pub(super) fn target(&self) -> Target {
        let budget = self.pace.lock().unwrap_or_else(PoisonError::into_inner).budget();
        Target { budget, form: self.form() }
    }

    /// Uses another source for a shader in programs prepared from now on: to try a variant, or to spoil one in a test.
    #[cfg(feature = "testing")]
    pub fn replace_shader(&self, name: &'static str, source: &str) {
        self.pipelines.lock().unwrap_or_else(PoisonError::into_inner).replace(name, source);
    }

    /// The first error that no scope has caught, if any.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        match &*self.fault.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// Fails unless `needed` is within what the adapter grants.
    pub(super) fn demand(what: impl Into<String>, needed: u64, granted: u64) -> Result<(), EngineError> {
        if needed > granted { Err(EngineError::Limit { what: what.into(), needed, granted }) } else { Ok(()) }
    }

    /// Does `work` with the driver's complaints caught, and returns the one that is the cause of the others.
    pub(super) async fn scoped<T>(&self, work: impl FnOnce() -> T) -> Result<T, EngineError> {
        let scopes = self.open_scopes();
        let result = work();
        scopes.close().heard(self).await?;
        Ok(result)
    }

    /// From here on the driver's complaints are caught, until the scopes are closed.
    pub(super) fn open_scopes(&self) -> Scopes {
        let filters = [wgpu::ErrorFilter::Internal, wgpu::ErrorFilter::OutOfMemory, wgpu::ErrorFilter::Validation];
        Scopes(filters.map(|filter| self.raw.push_error_scope(filter)))
    }

    /// Waits until all that was submitted is done.
    pub(super) async fn idle(&self) -> Result<(), EngineError> {
        let (sender, done) = oneshot::channel();
        self.queue.on_submitted_work_done(move || {
            let _ = sender.send(());
        });
        self.wait(done, None).await
    }

    /// Waits for a driver's callback. Natively it only comes when the device is polled, after `submission` or, without
    /// one, after all there are.
    pub(super) async fn wait<T>(
        &self,
        done: oneshot::Receiver<T>,
        submission: Option<wgpu::SubmissionIndex>,
    ) -> Result<T, EngineError> {
        // In the browser this does nothing: the event loop calls.
        let poll = wgpu::PollType::Wait { submission_index: submission, timeout: None };
        if let Err(error) = self.raw.poll(poll) {
            // A device that was lost before the submission says so only when it is polled without one.
            let _ = self.raw.poll(wgpu::PollType::Poll);
            self.check()?;
            return Err(EngineError::Gpu(error.to_string()));
        }
        // The driver gave the callback away unused: the device is gone.
        done.await.map_err(|_| EngineError::DeviceLost("it answers no more".into()))
    }
}

/// Scopes that catch the driver's complaints, the innermost last.
pub(super) struct Scopes([wgpu::ErrorScopeGuard; 3]);

impl Scopes {
    /// Closes them: what they have caught can be heard later.
    pub fn close(self) -> Complaints {
        // In the reverse order; none is awaited before all are closed.
        Complaints(self.0.into_iter().rev().map(|guard| Box::pin(guard.pop()) as Complaint).collect())
    }
}

type Complaint = Pin<Box<dyn Future<Output = Option<wgpu::Error>>>>;

/// What scopes have caught, the innermost first; nothing, where none were opened.
#[derive(Default)]
pub(super) struct Complaints(Vec<Complaint>);

impl Complaints {
    /// Fails with the one that is the cause of the others, or with what the device has said before.
    pub async fn heard(self, device: &Device) -> Result<(), EngineError> {
        let mut errors = Vec::new();
        for outcome in self.0 {
            errors.extend(outcome.await);
        }
        device.check()?;
        // A buffer that found no room is invalid from then on, and so is its use: that complaint, of the innermost scope,
        // comes first.
        errors.last().map_or(Ok(()), |error| Err(driver(error)))
    }
}

/// What is asked of an adapter: its own buffers, the default limits of shaders, and of the rest (textures above all) no more than
/// it offers, for nothing is drawn.
fn limits(offered: &wgpu::Limits) -> Result<wgpu::Limits, EngineError> {
    let default = wgpu::Limits::defaults();
    let of_shaders = |limits: &wgpu::Limits| {
        [
            ("maxStorageBuffersPerShaderStage", limits.max_storage_buffers_per_shader_stage),
            ("maxComputeWorkgroupStorageSize", limits.max_compute_workgroup_storage_size),
            ("maxComputeInvocationsPerWorkgroup", limits.max_compute_invocations_per_workgroup),
            ("maxComputeWorkgroupSizeX", limits.max_compute_workgroup_size_x),
            ("maxComputeWorkgroupSizeY", limits.max_compute_workgroup_size_y),
            ("maxComputeWorkgroupsPerDimension", limits.max_compute_workgroups_per_dimension),
        ]
    };
    for ((name, needed), (_, granted)) in of_shaders(&default).into_iter().zip(of_shaders(offered)) {
        Device::demand(name, needed.into(), granted.into())?;
    }
    Ok(wgpu::Limits {
        max_buffer_size: offered.max_buffer_size,
        max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
        ..default.or_worse_values_from(offered)
    })
}

fn keep_first(fault: &Mutex<Option<EngineError>>, error: EngineError) {
    fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
}

fn driver(error: &wgpu::Error) -> EngineError {
    match error {
        wgpu::Error::OutOfMemory { .. } => EngineError::OutOfMemory("the GPU has no room for a buffer".into()),
        wgpu::Error::Validation { description, .. } | wgpu::Error::Internal { description, .. } => {
            EngineError::Gpu(description.clone())
        }
    }
}

async fn form(info: &wgpu::AdapterInfo) -> Form {
    match is_software(info) {
        false => Form::Tiled,
        true if compiles_by_subzero(info).await => Form::Held,
        true => Form::Direct,
    }
}

/// Whether it is SwiftShader with its small compiler, as on x86; elsewhere it has LLVM.
#[cfg_attr(not(target_arch = "wasm32"), expect(clippy::unused_async, reason = "the browser has to be asked"))]
async fn compiles_by_subzero(info: &wgpu::AdapterInfo) -> bool {
    let name = info.name.to_lowercase();
    #[cfg(target_arch = "wasm32")]
    return name.contains("swiftshader") && super::web::is_x86().await;
    #[cfg(not(target_arch = "wasm32"))]
    return name.contains("subzero");
}

fn is_software(info: &wgpu::AdapterInfo) -> bool {
    let name = info.name.to_lowercase();
    // A browser's fallback adapter comes as of this type.
    info.device_type == wgpu::DeviceType::Cpu || SOFTWARE.iter().any(|software| name.contains(software))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_shaders_need_is_asked_of_an_adapter() {
        let default = wgpu::Limits::defaults();
        let asked = |offered: wgpu::Limits| limits(&offered);
        // One that draws little, with large buffers.
        let small = wgpu::Limits {
            max_texture_dimension_2d: 4096,
            max_color_attachments: 4,
            max_buffer_size: 1 << 32,
            max_storage_buffer_binding_size: 1 << 31,
            ..default.clone()
        };
        assert_eq!(asked(small.clone()), Ok(small));
        // One that offers more in all: no more than the default, but its buffers.
        let unlimited = wgpu::Limits::unlimited();
        let of_large = asked(unlimited.clone()).unwrap();
        assert_eq!(of_large.max_compute_workgroup_storage_size, default.max_compute_workgroup_storage_size);
        assert_eq!(of_large.max_buffer_size, unlimited.max_buffer_size);
        let error = asked(wgpu::Limits { max_compute_workgroup_storage_size: 8192, ..default }).unwrap_err();
        let expected =
            EngineError::Limit { what: "maxComputeWorkgroupStorageSize".into(), needed: 16384, granted: 8192 };
        assert_eq!(error, expected);
    }

    #[test]
    fn processors_that_play_a_gpu_are_known() {
        let named = |name: &str, device_type| {
            let mut info = wgpu::AdapterInfo::new(device_type, wgpu::Backend::BrowserWebGpu);
            info.name = name.into();
            is_software(&info)
        };
        assert!(named("Microsoft Basic Render Driver", wgpu::DeviceType::Other));
        assert!(named("google swiftshader", wgpu::DeviceType::Other));
        assert!(named("", wgpu::DeviceType::Cpu));
        assert!(!named("nvidia ampere", wgpu::DeviceType::Other));
    }
}

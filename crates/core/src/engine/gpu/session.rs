//! A prepared program and its replay.

use std::sync::{Arc, PoisonError};

use super::device::{Complaints, Device, Scopes};
use super::dispatch;
use super::launch::{self, Launch};
use super::pace;
use super::parameters::Parameters;
use super::pipelines::Pipeline;
use super::readback::{self, Mapping, Part, Staging, Wanted};
use super::stamps::Stamps;
use crate::engine::{Data, EngineError};
use crate::plan::memory::{self, Layout};
use crate::plan::{Access, Binding, BufferId, Entry, EntryId, Lifetime, Program};

/// One dispatch, ready to be encoded.
struct Dispatch {
    pipeline: Arc<Pipeline>,
    bind_group: wgpu::BindGroup,
    grid: [u32; 3],
    /// Its share of the kernel's operations.
    flops: f64,
}

/// A program with its GPU buffers, pipelines and bind groups.
pub struct Session {
    device: Device,
    program: Program,
    layout: Layout,
    slots: Vec<wgpu::Buffer>,
    /// Dispatches of every entry.
    entries: Vec<Vec<Dispatch>>,
    staging: Staging,
    stamps: Option<Stamps>,
    /// Bytes of slots, parameters and stand-in.
    bytes: u64,
    /// Since when the queue may have been busy with what nothing was read of, and with how many operations.
    pending: Option<(f64, f64)>,
    /// When the last reading was there.
    finished: f64,
    /// Whether it has run: the first time, drivers still compile.
    warm: bool,
}

/// What a run was asked to read.
pub struct Reading {
    mapping: Mapping,
    /// What the driver had to say of it, where its staging buffer is new.
    complaints: Complaints,
    /// Since when the queue may have been busy with it.
    since: f64,
    /// Operations done since then, and those of the run itself.
    flops: f64,
    own_flops: f64,
    /// Whether the timestamps come last among what is read.
    stamped: bool,
    /// Whether only to read, as seldom happens: its staging buffer is not kept.
    passing: bool,
}

impl Session {
    /// Allocates and compiles.
    pub(super) async fn new(device: &Device, program: Program) -> Result<Self, EngineError> {
        let layout = memory::layout(&program);
        // Before the launches: of buffers beyond all limits there would be too many to list.
        check_buffers(device, &program, &layout)?;
        let launches = launches(device, &program);
        check_grids(device, &launches)?;
        let needed = slot_bytes(&layout);
        let built = device.scoped(|| Self::build(device.clone(), program, layout, &launches)).await;
        built.map_err(|error| match error {
            EngineError::OutOfMemory(_) => EngineError::OutOfMemory(format!("the GPU has no room for {needed} bytes")),
            other => other,
        })
    }

    /// What [`crate::engine::Engine::admits`] promises.
    pub(super) fn check(device: &Device, program: &Program) -> Result<(), EngineError> {
        check_buffers(device, program, &memory::layout(program))?;
        check_grids(device, &launches(device, program))
    }

    /// What [`crate::engine::Engine::predicted_bytes`] promises.
    pub(super) fn predicted_bytes(device: &Device, program: &Program, read: &[BufferId]) -> u64 {
        let layout = memory::layout(program);
        let slots = slot_bytes(&layout);
        // What will be refused may have too many launches to list.
        let refused = check_buffers(device, program, &layout).is_err();
        let launches = if refused { Vec::new() } else { launches(device, program) };
        let parameters = Parameters::predicted_bytes(device, launches.iter().flatten().flatten());
        let stamps = Stamps::predicted(device);
        let read = read.iter().map(|&id| Part::of(program.buffer(id)));
        let staging = readback::staging_bytes(read.chain(stamps));
        let rest = padded(0) + padded(launch::SCRATCH) + parameters + readback::bytes_of(stamps);
        [slots, rest, staging, staging].into_iter().fold(0, u64::saturating_add)
    }

    /// `launches` holds those of every step of every entry.
    fn build(device: Device, program: Program, layout: Layout, launches: &[Vec<Vec<Launch>>]) -> Self {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC;
        let storage = |label, elements: usize| {
            let (label, size) = (Some(label), padded(elements));
            device.raw.create_buffer(&wgpu::BufferDescriptor { label, size, usage, mapped_at_creation: false })
        };
        let slots: Vec<_> = layout.slots.iter().map(|&elements| storage("slot", elements)).collect();
        let stand_in = storage("absent operand", 0);
        let scratch = storage("scratch", launch::SCRATCH);
        let parameters = Parameters::new(&device, launches.iter().flatten().flatten());
        let stamps = Stamps::new(&device);
        let all = slots.iter().chain([&stand_in, &scratch, parameters.buffer()]);
        let bytes = all.map(|b| b.size()).sum::<u64>() + readback::bytes_of(Stamps::predicted(&device));

        let mut pipelines = device.pipelines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = Vec::new();
        for (entry, launches) in program.entries.iter().zip(launches) {
            let mut dispatches = Vec::new();
            for (step, launches) in entry.steps.iter().zip(launches) {
                let operand = |b: &Binding| b.buffer.map_or(&stand_in, |id| &slots[layout.slot(id)]);
                for launch in launches {
                    let mut bindings = step.kernel.bindings();
                    if launch.exchanged {
                        bindings.swap(0, 1);
                    }
                    let scratch = launch.scratch.then_some(&scratch);
                    let written = bindings.iter().map(|b| b.access != Access::Read).chain(scratch.map(|_| true));
                    let pipeline = pipelines.get(&device.raw, launch, written.collect());
                    let storage = bindings.iter().map(operand).chain(scratch).map(|b| b.as_entire_binding());
                    let resources = storage.chain([parameters.binding(launch)]).enumerate();
                    let entries: Vec<_> = resources
                        .map(|(binding, resource)| wgpu::BindGroupEntry { binding: binding as u32, resource })
                        .collect();
                    let bind_group = device.raw.create_bind_group(&wgpu::BindGroupDescriptor {
                        label: Some(launch.shader),
                        layout: &pipeline.layout,
                        entries: &entries,
                    });
                    let flops = step.kernel.flops() / launches.len() as f64;
                    dispatches.push(Dispatch { pipeline, bind_group, grid: launch.grid, flops });
                }
            }
            entries.push(dispatches);
        }
        drop(pipelines);
        Session {
            device,
            program,
            layout,
            slots,
            entries,
            staging: Staging::default(),
            stamps,
            bytes,
            pending: None,
            finished: 0.0,
            warm: false,
        }
    }

    /// Fails for a buffer without contents between runs.
    fn lasting(&self, id: BufferId) -> Result<(), EngineError> {
        let buffer = self.program.buffer(id);
        if buffer.lifetime == Lifetime::Temp { Err(EngineError::Temporary(buffer.name.clone())) } else { Ok(()) }
    }

    fn upload<T: bytemuck::NoUninit>(&mut self, id: BufferId, values: &[T]) -> Result<(), EngineError> {
        self.lasting(id)?;
        let buffer = self.program.buffer(id);
        if buffer.len() != values.len() {
            let (buffer, actual, expected) = (buffer.name.clone(), values.len(), buffer.len());
            return Err(EngineError::Length { buffer, actual, expected });
        }
        if !values.is_empty() {
            self.device.queue.write_buffer(&self.slots[self.layout.slot(id)], 0, bytemuck::cast_slice(values));
        }
        Ok(())
    }

    /// Encodes and submits: one encoder and one submit, unless a watchdog could find that too long.
    fn submit(&self, dispatches: &[&Dispatch], last: impl FnOnce(&mut wgpu::CommandEncoder)) -> wgpu::SubmissionIndex {
        let budget = self.device.target().budget;
        let mut encoder = self.device.raw.create_command_encoder(&Default::default());
        let mut rest = dispatches.len();
        for (index, piece) in pieces(dispatches, |d| d.flops, budget).enumerate() {
            if index > 0 {
                let full = std::mem::replace(&mut encoder, self.device.raw.create_command_encoder(&Default::default()));
                self.device.queue.submit([full.finish()]);
            }
            rest -= piece.len();
            let timestamp_writes = self.stamps.as_ref().and_then(|stamps| stamps.of_pass(index == 0, rest == 0));
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: None, timestamp_writes });
            for dispatch in piece {
                let [x, y, z] = dispatch.grid;
                pass.set_pipeline(&dispatch.pipeline.pipeline);
                pass.set_bind_group(0, &dispatch.bind_group, &[]);
                pass.dispatch_workgroups(x, y, z);
            }
        }
        last(&mut encoder);
        self.device.queue.submit([encoder.finish()])
    }
}

/// The launches of every step of every entry.
fn launches(device: &Device, program: &Program) -> Vec<Vec<Vec<Launch>>> {
    let target = device.target();
    let of_entry = |entry: &Entry| {
        entry.steps.iter().map(|step| dispatch::launches(&step.kernel, program, &target)).collect::<Vec<_>>()
    };
    program.entries.iter().map(of_entry).collect()
}

/// Runs of items that stay within `budget` together; an item beyond it stands alone.
fn pieces<T>(items: &[T], cost: impl Fn(&T) -> f64, budget: f64) -> impl Iterator<Item = &[T]> {
    let mut total = 0.0;
    items.chunk_by(move |before, after| {
        total += cost(before);
        let together = total + cost(after) <= budget;
        if !together {
            total = 0.0;
        }
        together
    })
}

impl crate::engine::Session for Session {
    /// Nothing, where nothing was to be read.
    type Reading = Option<Reading>;

    fn program(&self) -> &Program {
        &self.program
    }

    fn bytes(&self) -> u64 {
        self.bytes + self.staging.bytes()
    }

    fn write(&mut self, id: BufferId, values: &[f32]) -> Result<(), EngineError> {
        self.upload(id, values)
    }

    fn write_u32(&mut self, id: BufferId, values: &[u32]) -> Result<(), EngineError> {
        self.upload(id, values)
    }

    fn start(&mut self, entries: &[EntryId], read: &[BufferId]) -> Result<Self::Reading, EngineError> {
        self.device.check()?;
        read.iter().try_for_each(|&id| self.lasting(id))?;
        let dispatches: Vec<_> = entries.iter().flat_map(|e| &self.entries[e.0]).collect();
        let (since, before) = self.pending.take().unwrap_or_else(|| (pace::now(), 0.0));
        let own_flops = dispatches.iter().map(|d| d.flops).sum::<f64>();
        let flops = before + own_flops;
        if read.is_empty() {
            self.submit(&dispatches, |_| {});
            self.pending = Some((since, flops));
            return self.device.check().map(|()| None);
        }
        let wanted = |&id: &BufferId| Wanted {
            buffer: &self.slots[self.layout.slot(id)],
            part: Part::of(self.program.buffer(id)),
        };
        let stamps = self.stamps.as_ref().filter(|_| !dispatches.is_empty());
        let wanted: Vec<_> = read.iter().map(wanted).chain(stamps.map(Stamps::wanted)).collect();
        let free = self.staging.take(&wanted);
        // Without room for a new one this reading fails, and not the device.
        let scopes = free.is_none().then(|| self.device.open_scopes());
        let staging = free.unwrap_or_else(|| Staging::make(&self.device, &wanted));
        let submission = self.submit(&dispatches, |encoder| {
            stamps.into_iter().for_each(|stamps| stamps.resolve(encoder));
            readback::encode(encoder, &staging, &wanted);
        });
        let mapping = Mapping::new(staging, wanted.iter().map(|w| w.part).collect(), submission);
        let complaints = scopes.map(Scopes::close).unwrap_or_default();
        let (stamped, passing) = (stamps.is_some(), entries.is_empty());
        Ok(Some(Reading { mapping, complaints, since, flops, own_flops, stamped, passing }))
    }

    async fn fetch(&mut self, reading: Self::Reading) -> Result<Vec<Data>, EngineError> {
        let Some(reading) = reading else { return Ok(Vec::new()) };
        let Reading { mapping, complaints, since, flops, own_flops, stamped, passing } = reading;
        complaints.heard(&self.device).await?;
        let (mut values, when, staging) = mapping.values(&self.device).await?;
        if !passing {
            self.staging.put_back(staging);
        }
        // It was not begun before the one before it was done.
        let busy = when - since.max(self.finished);
        self.finished = when;
        let stamps = if stamped { values.pop().map(Data::u32) } else { None };
        let seconds = self.stamps.as_ref().zip(stamps).and_then(|(stamps, words)| stamps.seconds(&words));
        let (flops, busy) = seconds.map_or((flops, busy), |seconds| (own_flops, seconds));
        if std::mem::replace(&mut self.warm, true) && flops > 0.0 {
            self.device.pace.lock().unwrap_or_else(PoisonError::into_inner).observe(flops, busy);
        }
        Ok(values)
    }
}

/// Bytes of a buffer: shaders that work on whole vectors may touch the padding.
fn padded(elements: usize) -> u64 {
    (elements.max(1) as u64).saturating_mul(4).checked_next_multiple_of(16).unwrap_or(u64::MAX)
}

/// Bytes of all slots of a layout.
fn slot_bytes(layout: &Layout) -> u64 {
    layout.slots.iter().map(|&elements| padded(elements)).fold(0, u64::saturating_add)
}

/// Fails when a buffer is larger than the adapter grants.
fn check_buffers(device: &Device, program: &Program, layout: &Layout) -> Result<(), EngineError> {
    let limits = device.raw.limits();
    let of_buffers = [
        ("maxStorageBufferBindingSize", limits.max_storage_buffer_binding_size),
        ("maxBufferSize", limits.max_buffer_size),
    ];
    for (index, buffer) in program.buffers.iter().enumerate() {
        let needed = padded(layout.slots[layout.slot_of[index]].max(buffer.len()));
        for (limit, granted) in of_buffers {
            Device::demand(format!("buffer `{}` (bytes, {limit})", buffer.name), needed, granted)?;
        }
    }
    Ok(())
}

/// Fails when a grid is larger than the adapter grants.
fn check_grids(device: &Device, launches: &[Vec<Vec<Launch>>]) -> Result<(), EngineError> {
    let limits = device.raw.limits();
    for launch in launches.iter().flatten().flatten() {
        let needed = launch.grid.into_iter().max().unwrap_or(0) as u64;
        let granted = limits.max_compute_workgroups_per_dimension as u64;
        let what = format!("{} (workgroups in one dimension, maxComputeWorkgroupsPerDimension)", launch.shader);
        Device::demand(what, needed, granted)?;
    }
    Ok(())
}

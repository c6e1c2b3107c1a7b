//! The engine, and a program with its memory.

use std::marker::PhantomData;

use super::memory::Memory;
use super::parts;
use super::play::Play;
use super::real::Real;
use crate::engine::{self, Bf16, Data, EngineError, Info, Kind, Precision};
#[cfg(not(target_arch = "wasm32"))]
use crate::plan::Step;
use crate::plan::{BufferId, EntryId, Lifetime, Program};

/// Floating-point operations of a kernel after which a worker listens again: about a tenth of a second in WASM.
#[cfg(target_arch = "wasm32")]
const STRETCH: f64 = 2e9;

/// The engine; `T` is what it computes in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Engine<T = f32> {
    /// `None` computes in `T` throughout.
    bf16: Option<Bf16>,
    of: PhantomData<T>,
}

impl Engine<f32> {
    /// The engine that runs models.
    pub fn new() -> Self {
        Self::default()
    }

    /// The engine whose products have operands of this precision; everything else is f32.
    ///
    /// # Errors
    /// [`EngineError::NoBf16`] where the processor multiplies none.
    pub fn with_precision(precision: Precision) -> Result<Self, EngineError> {
        let bf16 = match precision {
            Precision::F32 => None,
            Precision::Bf16 => Some(Bf16::here().ok_or(EngineError::NoBf16)?),
        };
        Ok(Engine { bf16, of: PhantomData })
    }
}

impl Engine<f64> {
    /// The engine that checks them.
    pub fn exact() -> Self {
        Self::default()
    }
}

impl<T: Play> engine::Engine for Engine<T> {
    type Session = Session<T>;

    fn info(&self) -> Info {
        #[cfg(target_arch = "wasm32")]
        let name = "WASM SIMD".to_owned();
        #[cfg(not(target_arch = "wasm32"))]
        let name = {
            let bf16 = self.bf16.map(|bf16| format!(", bf16 by {bf16}")).unwrap_or_default();
            format!("{}, {} threads{bf16}", std::env::consts::ARCH, rayon::current_num_threads())
        };
        Info { kind: Kind::Cpu, name, bf16: self.bf16 }
    }

    async fn prepare(&self, program: Program) -> Result<Session<T>, EngineError> {
        let memory = Memory::new(&program, self.bf16)?;
        Ok(Session { program, memory })
    }

    fn admits(&self, program: &Program) -> Result<(), EngineError> {
        Memory::<T>::check(program, self.bf16).map(|_| ())
    }

    fn predicted_bytes(&self, program: &Program, _read: &[BufferId]) -> u64 {
        Memory::<T>::predicted_bytes(program, self.bf16)
    }
}

/// A program with its memory.
pub struct Session<T = f32> {
    program: Program,
    memory: Memory<T>,
}

impl<T: Real> Session<T> {
    /// A buffer's floats as the engine holds them.
    pub fn values(&self, id: BufferId) -> &[T] {
        self.memory.f(id)
    }

    /// Replaces a buffer's floats, unrounded.
    pub fn set(&mut self, id: BufferId, values: &[T]) {
        self.memory.f_mut(id).copy_from_slice(values);
    }

    fn check(&self, id: BufferId, len: Option<usize>) -> Result<(), EngineError> {
        let buffer = self.program.buffer(id);
        if buffer.lifetime == Lifetime::Temp {
            return Err(EngineError::Temporary(buffer.name.clone()));
        }
        match len {
            Some(actual) if actual != buffer.len() => {
                Err(EngineError::Length { buffer: buffer.name.clone(), actual, expected: buffer.len() })
            }
            _ => Ok(()),
        }
    }
}

impl<T: Real> Session<T> {
    fn check_read(&self, read: &[BufferId]) -> Result<(), EngineError> {
        read.iter().try_for_each(|id| self.check(*id, None))
    }

    fn read(&self, ids: &[BufferId]) -> Vec<Data> {
        let data = |&id: &BufferId| {
            if self.memory.is_int(id) {
                Data::U32(self.memory.u(id).to_vec())
            } else {
                Data::F32(self.memory.f(id).iter().map(|x| x.to_f64() as f32).collect())
            }
        };
        ids.iter().map(data).collect()
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl<T: Play> Session<T> {
    /// Plays entries and returns the seconds that each of their kernels took, in their order.
    pub fn timed(&mut self, entries: &[EntryId]) -> Vec<f64> {
        let steps = entries.iter().flat_map(|entry| &self.program.entries[entry.0].steps);
        let memory = &mut self.memory;
        let play = |step: &Step| {
            let begun = std::time::Instant::now();
            T::play(&step.kernel, parts::all(&step.kernel), memory);
            begun.elapsed().as_secs_f64()
        };
        steps.map(play).collect()
    }
}

impl<T: Play> engine::Session for Session<T> {
    /// It is there as soon as the run has been started, which is when it ends.
    type Reading = Vec<Data>;

    fn program(&self) -> &Program {
        &self.program
    }

    fn bytes(&self) -> u64 {
        self.memory.bytes()
    }

    fn forms(&self) -> String {
        self.memory.products.report()
    }

    fn write(&mut self, id: BufferId, values: &[f32]) -> Result<(), EngineError> {
        self.check(id, Some(values.len()))?;
        let to = self.memory.f_mut(id);
        to.iter_mut().zip(values).for_each(|(to, &from)| *to = T::from_f64(f64::from(from)));
        Ok(())
    }

    fn write_u32(&mut self, id: BufferId, values: &[u32]) -> Result<(), EngineError> {
        self.check(id, Some(values.len()))?;
        self.memory.u_mut(id).copy_from_slice(values);
        Ok(())
    }

    fn start(&mut self, entries: &[EntryId], read: &[BufferId]) -> Result<Vec<Data>, EngineError> {
        self.check_read(read)?;
        for entry in entries {
            for step in &self.program.entries[entry.0].steps {
                T::play(&step.kernel, parts::all(&step.kernel), &mut self.memory);
            }
        }
        Ok(self.read(read))
    }

    /// In the browser, between kernels and their stretches, lets what was posted to the worker arrive.
    #[cfg(target_arch = "wasm32")]
    async fn run(&mut self, entries: &[EntryId], read: &[BufferId]) -> Result<Vec<Data>, EngineError> {
        self.check_read(read)?;
        let breath = crate::event_loop::Breath::default();
        for entry in entries {
            for step in &self.program.entries[entry.0].steps {
                for part in parts::stretches(&step.kernel, STRETCH) {
                    T::play(&step.kernel, part, &mut self.memory);
                    breath.take().await;
                }
            }
        }
        Ok(self.read(read))
    }

    async fn fetch(&mut self, reading: Vec<Data>) -> Result<Vec<Data>, EngineError> {
        Ok(reading)
    }
}

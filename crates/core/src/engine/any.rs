//! Either engine, chosen while the program runs.

use super::{Data, Engine, EngineError, Info, Kind, Precision, Session, cpu, gpu};
use crate::plan::{BufferId, EntryId, Program};

/// A CPU or a GPU engine.
pub enum AnyEngine {
    /// The CPU.
    Cpu(cpu::Engine),
    /// A GPU.
    Gpu(Box<gpu::Engine>),
}

/// A program prepared on either.
pub enum AnySession {
    /// On the CPU.
    Cpu(Box<cpu::Session>),
    /// On a GPU.
    Gpu(Box<gpu::Session>),
}

/// What a run of either was asked to read.
pub enum AnyReading {
    /// On the CPU.
    Cpu(<cpu::Session as Session>::Reading),
    /// On a GPU.
    Gpu(<gpu::Session as Session>::Reading),
}

/// The same expression on whichever there is.
macro_rules! either {
    ($kind:ident, $value:expr, $inner:ident => $result:expr) => {
        match $value {
            $kind::Cpu($inner) => $result,
            $kind::Gpu($inner) => $result,
        }
    };
}

impl AnyEngine {
    /// Starts the engine of a kind.
    ///
    /// # Errors
    /// There is no adapter, or it refuses a device.
    pub async fn start(kind: Kind) -> Result<Self, EngineError> {
        Ok(match kind {
            Kind::Cpu => Self::Cpu(cpu::Engine::new()),
            Kind::Gpu => Self::Gpu(Box::new(gpu::Engine::new().await?)),
        })
    }

    /// Starts the engine of a kind for products of this precision.
    ///
    /// # Errors
    /// As [`AnyEngine::start`]; an engine or a processor without bf16.
    pub async fn start_with(kind: Kind, precision: Precision) -> Result<Self, EngineError> {
        match (kind, precision) {
            (_, Precision::F32) => Self::start(kind).await,
            (Kind::Cpu, _) => Ok(Self::Cpu(cpu::Engine::with_precision(precision)?)),
            (Kind::Gpu, Precision::Bf16) => Err(EngineError::NoBf16OnGpu),
        }
    }
}

impl Engine for AnyEngine {
    type Session = AnySession;

    fn info(&self) -> Info {
        either!(AnyEngine, self, engine => engine.info())
    }

    fn runs_ahead(&self) -> usize {
        either!(AnyEngine, self, engine => engine.runs_ahead())
    }

    async fn prepare(&self, program: Program) -> Result<AnySession, EngineError> {
        Ok(match self {
            AnyEngine::Cpu(engine) => AnySession::Cpu(Box::new(engine.prepare(program).await?)),
            AnyEngine::Gpu(engine) => AnySession::Gpu(Box::new(engine.prepare(program).await?)),
        })
    }

    fn admits(&self, program: &Program) -> Result<(), EngineError> {
        either!(AnyEngine, self, engine => engine.admits(program))
    }

    fn predicted_bytes(&self, program: &Program, read: &[BufferId]) -> u64 {
        either!(AnyEngine, self, engine => engine.predicted_bytes(program, read))
    }
}

impl Session for AnySession {
    type Reading = AnyReading;

    fn program(&self) -> &Program {
        either!(AnySession, self, session => session.program())
    }

    fn bytes(&self) -> u64 {
        either!(AnySession, self, session => session.bytes())
    }

    fn forms(&self) -> String {
        either!(AnySession, self, session => session.forms())
    }

    fn write(&mut self, id: BufferId, values: &[f32]) -> Result<(), EngineError> {
        either!(AnySession, self, session => session.write(id, values))
    }

    fn write_u32(&mut self, id: BufferId, values: &[u32]) -> Result<(), EngineError> {
        either!(AnySession, self, session => session.write_u32(id, values))
    }

    fn start(&mut self, entries: &[EntryId], read: &[BufferId]) -> Result<AnyReading, EngineError> {
        Ok(match self {
            AnySession::Cpu(session) => AnyReading::Cpu(session.start(entries, read)?),
            AnySession::Gpu(session) => AnyReading::Gpu(session.start(entries, read)?),
        })
    }

    async fn fetch(&mut self, reading: AnyReading) -> Result<Vec<Data>, EngineError> {
        match (self, reading) {
            (AnySession::Cpu(session), AnyReading::Cpu(reading)) => session.fetch(reading).await,
            (AnySession::Gpu(session), AnyReading::Gpu(reading)) => session.fetch(reading).await,
            _ => unreachable!("a reading is fetched from the session that started it"),
        }
    }

    /// By each engine's own way: in the browser the CPU's lets other events run meanwhile.
    async fn run(&mut self, entries: &[EntryId], read: &[BufferId]) -> Result<Vec<Data>, EngineError> {
        either!(AnySession, self, session => session.run(entries, read).await)
    }
}

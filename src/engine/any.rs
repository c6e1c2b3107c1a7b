//! Either engine, chosen while the program runs.

use super::{Data, Engine, EngineError, Info, Session, cpu, gpu};
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
    Cpu(cpu::Session),
    /// On a GPU.
    Gpu(Box<gpu::Session>),
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

impl Engine for AnyEngine {
    type Session = AnySession;

    fn info(&self) -> Info {
        either!(AnyEngine, self, engine => engine.info())
    }

    async fn prepare(&self, program: Program) -> Result<AnySession, EngineError> {
        Ok(match self {
            AnyEngine::Cpu(engine) => AnySession::Cpu(engine.prepare(program).await?),
            AnyEngine::Gpu(engine) => AnySession::Gpu(Box::new(engine.prepare(program).await?)),
        })
    }
}

impl Session for AnySession {
    fn program(&self) -> &Program {
        either!(AnySession, self, session => session.program())
    }

    fn bytes(&self) -> usize {
        either!(AnySession, self, session => session.bytes())
    }

    fn write(&mut self, id: BufferId, values: &[f32]) -> Result<(), EngineError> {
        either!(AnySession, self, session => session.write(id, values))
    }

    fn write_u32(&mut self, id: BufferId, values: &[u32]) -> Result<(), EngineError> {
        either!(AnySession, self, session => session.write_u32(id, values))
    }

    async fn run(&mut self, entries: &[EntryId], read: &[BufferId]) -> Result<Vec<Data>, EngineError> {
        either!(AnySession, self, session => session.run(entries, read).await)
    }
}

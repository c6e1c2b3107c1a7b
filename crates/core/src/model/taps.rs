//! What of a run is kept for the host: states, and what sub-layers put out.

use crate::plan::kernel::Copy;
use crate::plan::{BufferId, Recorder};

/// Which module a state belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Level {
    /// Slow.
    H,
    /// Fast.
    L,
}

/// What of a run is kept for the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Taps {
    /// Only the answer.
    #[default]
    None,
    /// The state after every L and every H step.
    States,
    /// Every sub-layer's output as well, for comparison with the golden traces.
    Trace,
}

/// A tapped state.
#[derive(Clone, Copy, Debug)]
pub struct StateTap {
    /// H or L.
    pub level: Level,
    /// H-cycle, from 0.
    pub h_cycle: usize,
    /// L-cycle, from 0; for an H state the number of L steps before it.
    pub l_cycle: usize,
    /// Its copy [B, T, D].
    pub buffer: BufferId,
}

/// Collects what is tapped, as copies that outlive the run.
#[derive(Clone, Debug, Default)]
pub struct TapLog {
    mode: Taps,
    /// States in the order of the steps.
    pub states: Vec<StateTap>,
    /// Sub-layer outputs by name, in the order in which they ran.
    pub trace: Vec<(String, BufferId)>,
}

impl TapLog {
    /// An empty log.
    pub fn new(mode: Taps) -> Self {
        TapLog { mode, ..Self::default() }
    }

    fn keep(r: &mut Recorder, name: &str, from: BufferId) -> BufferId {
        let buffer = r.program().buffer(from).clone();
        let to = r.persistent(name, &buffer.shape);
        r.push(Copy { from, to, to_offset: 0, len: buffer.len() });
        to
    }

    pub(super) fn trace(&mut self, r: &mut Recorder, name: &str, from: BufferId) {
        if self.mode == Taps::Trace {
            let to = Self::keep(r, &format!("trace.{name}"), from);
            self.trace.push((name.to_owned(), to));
        }
    }

    pub(super) fn state(&mut self, r: &mut Recorder, level: Level, h_cycle: usize, l_cycle: usize, from: BufferId) {
        if self.mode != Taps::None {
            let buffer = Self::keep(r, &format!("state.{level:?}.{h_cycle}.{l_cycle}"), from);
            self.states.push(StateTap { level, h_cycle, l_cycle, buffer });
        }
    }
}

//! The GPU engine's self-test, which runs in a worker of its own.

use serde::{Deserialize, Serialize};

/// How far it is, or what it found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SelfTest {
    /// So many parts are done.
    Testing {
        /// Kernels, and the workgroup memory.
        done: usize,
        /// All of them.
        of: usize,
    },
    /// A processor plays the GPU, and nobody asked for its test.
    Software,
    /// It is over, now or on an earlier visit.
    Done {
        /// What is wrong: a kernel's name, then where and by how much. None where all is right.
        faults: Vec<String>,
    },
}

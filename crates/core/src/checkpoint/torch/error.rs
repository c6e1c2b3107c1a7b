//! Why a PyTorch file cannot be read.

use super::super::CheckpointError;

/// Why a PyTorch file cannot be used. Offsets are bytes from the beginning of the file, in a pickle from its own.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TorchError {
    /// Another kind of file.
    #[error("not a PyTorch file: {0}")]
    Format(String),
    /// The system could not read it.
    #[error("it cannot be read at byte {offset}: {problem}")]
    Read {
        /// Where.
        offset: u64,
        /// What the system says.
        problem: String,
    },
    /// The zip archive is damaged, or of a form that PyTorch does not write.
    #[error("zip archive, byte {offset}: {problem}")]
    Zip {
        /// Where.
        offset: u64,
        /// What is wrong there.
        problem: String,
    },
    /// The pickle is damaged, or asks for more than weights need. Nothing of it was run.
    #[error("pickle, byte {offset}: {problem}")]
    Pickle {
        /// Of the instruction.
        offset: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A file of PyTorch before 1.6, damaged.
    #[error("PyTorch file of the form before 1.6, byte {offset}: {problem}")]
    Legacy {
        /// Where.
        offset: u64,
        /// What is wrong there.
        problem: String,
    },
    /// One tensor cannot be.
    #[error("tensor {name}: {problem}")]
    Tensor {
        /// Its name in the file.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// No named tensors in the file.
    #[error("it holds no named tensors: {0}")]
    NoTensors(String),
    /// More than a file of weights has.
    #[error("{0}")]
    Limit(String),
    /// The tensors are no weights of a model.
    #[error(transparent)]
    Weights(#[from] CheckpointError),
}

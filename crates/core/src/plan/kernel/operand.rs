//! What kernels read and write: whole buffers, matrices inside them, rotary tables.

use crate::plan::BufferId;

/// How a kernel uses an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only read.
    Read,
    /// Every element is written; what was there before does not matter.
    Write,
    /// Read and written in place, or written in part.
    ReadWrite,
}

/// One operand, in the order of the shader's `@binding` numbers.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Its name in the kernel.
    pub operand: &'static str,
    /// The buffer; `None` where an optional operand is absent.
    pub buffer: Option<BufferId>,
    /// Read or written.
    pub access: Access,
    /// Elements the buffer must have; for [`Binding::view`]s at least.
    pub len: usize,
    /// Whether only a part of the buffer is touched, so that `len` is a lower bound.
    pub view: bool,
    /// Whether the elements are integers; `None`: either (copied bit by bit).
    pub integer: Option<bool>,
}

/// A matrix inside a buffer: element (r, c) of item b lies at `offset + b·batch_stride + r·stride + c`, or with r and c
/// exchanged when `transposed`. A `batch_stride` of 0 shares one matrix among all items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// Where it lies.
    pub buffer: BufferId,
    /// First element.
    pub offset: usize,
    /// Elements from one stored row to the next.
    pub stride: usize,
    /// Elements from one item to the next.
    pub batch_stride: usize,
    /// Whether what is stored is the transpose of what is meant.
    pub transposed: bool,
}

impl Operand {
    /// A whole buffer as one matrix with rows of `stride` elements.
    pub fn whole(buffer: BufferId, stride: usize) -> Self {
        Operand { buffer, offset: 0, stride, batch_stride: 0, transposed: false }
    }

    /// The same elements, meant as the transpose.
    pub fn t(self) -> Self {
        Operand { transposed: !self.transposed, ..self }
    }

    /// The same place in another buffer of the same layout, stored as meant.
    pub fn in_buffer(self, buffer: BufferId) -> Self {
        Operand { buffer, transposed: false, ..self }
    }

    /// One past the last element touched, for a logical matrix of `rows` by `cols`.
    pub fn end(&self, batch: usize, rows: usize, cols: usize) -> usize {
        let (rows, cols) = if self.transposed { (cols, rows) } else { (rows, cols) };
        if rows == 0 || cols == 0 || batch == 0 {
            return 0;
        }
        self.offset + (batch - 1) * self.batch_stride + (rows - 1) * self.stride + cols
    }
}

/// The sine and cosine of every angle, [T, d] each, the d/2 angles repeated in both halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rope {
    /// Cosines [T, d].
    pub cos: BufferId,
    /// Sines [T, d].
    pub sin: BufferId,
}

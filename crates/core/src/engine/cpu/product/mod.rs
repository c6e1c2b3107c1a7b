//! Matrix products, out [m, n] (+)= a [m, k] · b [k, n].
//!
//! One definition for every form: an element of the result starts at 0, or at what is there, and takes up its k terms one
//! after the other, each by one fused multiply-add. So every form (vector width, tile, cut among threads) gives the same
//! bits, and only speed chooses between them. (Where the processor has no fused multiply-add, WebAssembly above all, each
//! term is rounded twice.) Products of bf16 operands ([`bf16`]) take their terms in pairs: AVX512-BF16 in the same order,
//! tiles of AMX in one of their own ([`amx`]).
//!
//! The right factor is read from [`Panels`], stretches of 16 columns: a cache line of floats for every term. Weights are
//! packed when they change, other right factors for each product. The left factor is read where it lies.

mod amx;
mod bf16;
mod form;
mod panels;
mod sweep;
#[cfg(test)]
mod tests;
mod tile;
#[cfg(target_arch = "x86_64")]
mod x86;
#[cfg(target_arch = "x86_64")]
mod x86_pack;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub use amx::Amx;
pub use bf16::Pairs;
pub use form::{Cut, Form, Packed, Tiles, product, rectangle};
pub use panels::{PANEL, Panels};
pub use sweep::Out;
use sweep::sweep;

use super::real::{self, Real};

/// A factor inside a slice: element (i, j) is `data[i * row + j * column]`.
#[derive(Clone, Copy, Debug)]
pub struct View<'a, E> {
    /// The elements.
    pub data: &'a [E],
    /// From one row to the next.
    pub row: usize,
    /// From one column to the next.
    pub column: usize,
}

impl<'a, E> View<'a, E> {
    /// A matrix whose rows lie `stride` elements apart.
    pub fn by_rows(data: &'a [E], stride: usize) -> Self {
        View { data, row: stride, column: 1 }
    }

    /// A matrix whose columns lie `stride` elements apart.
    pub fn by_columns(data: &'a [E], stride: usize) -> Self {
        View { data, row: 1, column: stride }
    }

    /// The matrix that starts so many elements later.
    pub fn skip(self, elements: usize) -> Self {
        Self { data: &self.data[elements.min(self.data.len())..], ..self }
    }

    /// Whether a matrix of `rows` by `columns` lies inside.
    fn holds(&self, rows: usize, columns: usize) -> bool {
        rows == 0 || columns == 0 || (rows - 1) * self.row + (columns - 1) * self.column < self.data.len()
    }
}

impl<'a, T: Real> View<'a, T> {
    /// The same factor in f32.
    ///
    /// # Panics
    /// If the kernels compute in another type: nothing but f32 is ever rounded to bf16 or given to f32 tiles.
    pub fn as_f32(self) -> View<'a, f32> {
        let data = real::as_f32(self.data).expect("the kernels compute in f32");
        View { data, row: self.row, column: self.column }
    }
}
